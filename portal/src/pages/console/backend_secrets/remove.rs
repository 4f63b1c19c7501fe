//! Taking one away that no policy names, once it was said what follows.

use super::{api_of, crumbs, found, list_path, named_by, one_path};
use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::console::policies::place::{Named, Place};
use crate::pages::form_page::{ConfirmPage, DeleteForm, why_field};
use crate::view::form::{Faults, Hidden, faults_of};
use crate::view::parts::Flash;
use crate::view::same;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::backend_secrets::{self, BackendSecretView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_language::t;

async fn page(
    visitor: &Visitor,
    place: &Place,
    view: &BackendSecretView,
    form: &DeleteForm,
    faults: Faults,
) -> Result<ConfirmPage, PageError> {
    let shell = place.shell(visitor).await?;
    let api = &api_of(place)?.slug;
    let known = [("api", api.as_str()), ("secret", view.name.as_str())];
    Ok(ConfirmPage {
        same: Some(visitor.same(&[same::BACKEND_SECRET_DELETE], &known)),
        crumbs: crumbs(
            place,
            &t!("apis-secret-delete-of", name = &view.name),
            &shell,
        )?,
        heading: t!("apis-delete-heading", name = &view.name),
        consequence: match view.policies.is_empty() {
            true => t!("apis-secret-delete-consequence"),
            false => t!("apis-secret-delete-named", policies = named_by(view)),
        },
        fields: vec![why_field(&form.reason, &faults)],
        faults,
        action: shell.to(&format!("{}/delete", one_path(api, &view.name))),
        hidden: vec![Hidden::new("row_version", form.row_version.to_string())],
        button: t!("apis-secret-delete"),
        loss: true,
        back: shell.to(&list_path(api)),
        shell,
    })
}

/// `GET /console/apis/{api}/backend-secrets/{secret}/delete`
pub(crate) async fn show(
    visitor: Visitor,
    named: Named,
    Path([_, secret]): Path<2>,
) -> Result<ConfirmPage, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let view = found(&visitor, visitor.actor()?, &place, &secret).await?;
    let form = DeleteForm::of(view.row_version);
    page(&visitor, &place, &view, &form, Faults::default()).await
}

/// `POST /console/apis/{api}/backend-secrets/{secret}/delete`
pub(crate) async fn submit(
    visitor: Visitor,
    named: Named,
    Path([_, secret]): Path<2>,
    Form(form): Form<DeleteForm>,
) -> Result<Response, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let actor = visitor.actor()?;
    let view = found(&visitor, actor, &place, &secret).await?;
    let (api, id, seen) = (
        Lookup::Id(view.api.id),
        Lookup::Id(view.id),
        Some(form.row_version),
    );
    let deleted =
        backend_secrets::delete_backend_secret(visitor.db(), actor, api, id, seen, &form.reason);
    match deleted.await {
        Ok(done) => {
            let words = Flash::good(t!("apis-secret-is-deleted", name = &view.name), "");
            visitor.tell(words).await?;
            let to = visitor.go_with(&list_path(&view.api.slug), done.change.as_ref());
            Ok(to.into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let page = page(&visitor, &place, &view, &form, faults).await?;
            Ok(refused(page))
        }
    }
}
