//! Putting another value in place of the one that is there.

use super::{
    api_of, crumbs, faults_beside_a_value, found, list_path, named_by, one_path, value_field,
};
use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::console::policies::place::{Named, Place};
use crate::pages::form_page::{FormPage, why_field};
use crate::view::form::{Faults, Hidden};
use crate::view::parts::Flash;
use crate::view::same;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::backend_secrets::{self, BackendSecretView, PutBackendSecret};
use gatehouse_control_plane::page::Lookup;
use gatehouse_language::t;
use gatehouse_runtime::Secret;

/// Another value, as it is sent.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaceForm {
    row_version: i32,
    secret_value: Secret<String>,
    #[serde(default)]
    reason: String,
}

/// What the form comes back with.
struct Typed {
    /// What the page showed, so that a value that was put meanwhile stays.
    row_version: i32,
    reason: String,
}

async fn page(
    visitor: &Visitor,
    place: &Place,
    view: &BackendSecretView,
    typed: &Typed,
    faults: Faults,
) -> Result<FormPage, PageError> {
    let shell = place.shell(visitor).await?;
    let api = &api_of(place)?.slug;
    let known = [("api", api.as_str()), ("secret", view.name.as_str())];
    let ways = [same::BACKEND_SECRET_GET, same::BACKEND_SECRET_PUT];
    Ok(FormPage {
        same: Some(visitor.same(&ways, &known)),
        crumbs: crumbs(place, &view.name, &shell)?,
        heading: t!("apis-secret-replace-of", name = &view.name),
        lead: match view.policies.is_empty() {
            true => t!("apis-secret-unnamed"),
            false => t!("apis-secret-replace-lead", policies = named_by(view)),
        },
        action: shell.to(&one_path(api, &view.name)),
        multipart: false,
        hidden: vec![Hidden::new("row_version", typed.row_version.to_string())],
        fields: vec![value_field(&faults), why_field(&typed.reason, &faults)],
        faults,
        button: t!("apis-secret-value-put").into(),
        back: shell.to(&list_path(api)),
        shell,
    })
}

/// `GET /console/apis/{api}/backend-secrets/{secret}`
pub(crate) async fn show(
    visitor: Visitor,
    named: Named,
    Path([_, secret]): Path<2>,
) -> Result<FormPage, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let view = found(&visitor, visitor.actor()?, &place, &secret).await?;
    let typed = Typed {
        row_version: view.row_version,
        reason: String::new(),
    };
    page(&visitor, &place, &view, &typed, Faults::default()).await
}

/// `POST /console/apis/{api}/backend-secrets/{secret}`
pub(crate) async fn submit(
    visitor: Visitor,
    named: Named,
    Path([_, secret]): Path<2>,
    Form(form): Form<ReplaceForm>,
) -> Result<Response, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let actor = visitor.actor()?;
    let view = found(&visitor, actor, &place, &secret).await?;
    let ReplaceForm {
        row_version,
        secret_value: value,
        reason,
    } = form;
    let input = PutBackendSecret {
        value,
        reason: reason.clone(),
    };
    let (api, id, seen) = (
        Lookup::Id(view.api.id),
        Lookup::Id(view.id),
        Some(row_version),
    );
    let put = backend_secrets::put_backend_secret(visitor.db(), actor, api, id, seen, input);
    match put.await {
        Ok(done) => {
            if done.change.is_none() {
                let words = Flash::good(
                    t!("apis-secret-is-replaced", name = &view.name),
                    t!("apis-secret-is-replaced-words"),
                );
                visitor.tell(words).await?;
            }
            let to = visitor.go_with(&list_path(&view.api.slug), done.change.as_ref());
            Ok(to.into_response())
        }
        Err(refusal) => {
            let faults = faults_beside_a_value(refusal)?;
            let typed = Typed {
                row_version,
                reason,
            };
            let page = page(&visitor, &place, &view, &typed, faults).await?;
            Ok(refused(page))
        }
    }
}
