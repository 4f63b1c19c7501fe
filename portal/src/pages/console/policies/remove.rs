//! Taking a policy away, once it was said what follows.

use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::console::policies::place::{Named, Place};
use crate::pages::console::policies::rows::{environment_inside, kind_words, place_words};
use crate::pages::form_page::{ConfirmPage, DeleteForm, why_field};
use crate::view::form::{Faults, Hidden, faults_of};
use crate::view::parts::{Flash, Link};
use crate::view::same;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::policies::{self, PolicyView};
use gatehouse_language::t;

async fn page(
    visitor: &Visitor,
    place: &Place,
    view: &PolicyView,
    form: &DeleteForm,
    faults: Faults,
) -> Result<ConfirmPage, PageError> {
    let shell = place.shell(visitor).await?;
    let back = shell.to(&place.one(view));
    let within = Link::new(view.slug.clone(), back.clone());
    Ok(ConfirmPage {
        same: Some(visitor.same(&[same::POLICY_DELETE], &[("policy", &view.slug)])),
        crumbs: place.crumbs(&t!("word-delete"), Some(within), &shell),
        heading: t!("policies-delete", slug = &view.slug),
        consequence: t!(
            "policies-gateways-stop-doing-what-it-says",
            kind_words = &kind_words(view.kind),
            place_words = &place_words(view),
            environment_words = &environment_inside(view)
        ),
        fields: vec![why_field(&form.reason, &faults)],
        faults,
        action: format!("{back}/delete"),
        hidden: vec![Hidden::new("row_version", form.row_version.to_string())],
        button: t!("policies-delete-policy"),
        loss: true,
        back,
        shell,
    })
}

/// `GET …/policies/{policy}/delete`
pub(crate) async fn show(visitor: Visitor, named: Named) -> Result<ConfirmPage, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let view = place.policy(&visitor).await?;
    let form = DeleteForm::of(view.row_version);
    page(&visitor, &place, &view, &form, Faults::default()).await
}

/// `POST …/policies/{policy}/delete`
pub(crate) async fn submit(
    visitor: Visitor,
    named: Named,
    Form(form): Form<DeleteForm>,
) -> Result<Response, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let view = place.policy(&visitor).await?;
    let (db, actor, seen) = (visitor.db(), visitor.actor()?, Some(form.row_version));
    match policies::delete_policy(db, actor, Lookup::Id(view.id), seen, &form.reason).await {
        Ok(done) => {
            let words = Flash::good(t!("policies-is-deleted", slug = &view.slug), "");
            visitor.tell(words).await?;
            let to = visitor.go_with(&place.list(), done.change.as_ref());
            Ok(to.into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let page = page(&visitor, &place, &view, &form, faults).await?;
            Ok(refused(page))
        }
    }
}
