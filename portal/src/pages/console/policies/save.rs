//! What the form of a policy does: saved, checked without being saved, or turned into the other notation.

use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::console::policies::edit::page;
use crate::pages::console::policies::faults::placed;
use crate::pages::console::policies::form::{Act, PolicyForm};
use crate::pages::console::policies::place::{Named, Place};
use crate::twice::{self, Once};
use crate::view::form::Faults;
use crate::view::parts::Flash;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::policies::{self, CreatePolicy, PolicyView, UpdatePolicy};
use gatehouse_control_plane::{Actor, Changed, Refusal};
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;
use serde_json::Value;
use std::ops::ControlFlow;

/// What the verb is to be asked, or the page that is the answer already.
async fn said(
    visitor: &Visitor,
    place: &Place,
    view: Option<&PolicyView>,
    form: &mut PolicyForm,
) -> Result<ControlFlow<Response, Value>, PageError> {
    let private = form.withhold();
    let faults = if !private.is_empty() {
        private
    } else if form.act == Act::Turn {
        match form.turn() {
            Ok(()) => {
                let page = page(visitor, place, view, form, Faults::default()).await?;
                return Ok(ControlFlow::Break(page.into_response()));
            }
            Err(faults) => faults,
        }
    } else {
        match form.said() {
            Ok(document) => return Ok(ControlFlow::Continue(document)),
            Err(faults) => faults,
        }
    };
    let page = page(visitor, place, view, form, faults).await?;
    Ok(ControlFlow::Break(refused(page)))
}

/// The form again, with what the verb found wrong.
async fn wrong(
    visitor: &Visitor,
    place: &Place,
    view: Option<&PolicyView>,
    form: &PolicyForm,
    refusal: Refusal,
) -> Result<Response, PageError> {
    let faults = placed(refusal, form)?;
    Ok(refused(page(visitor, place, view, form, faults).await?))
}

/// The form again, with what saving it would do.
async fn checked(
    visitor: &Visitor,
    place: &Place,
    view: Option<&PolicyView>,
    form: &PolicyForm,
    done: Result<Changed<PolicyView>, Refusal>,
) -> Result<Response, PageError> {
    match done {
        Ok(done) => {
            let care = done.value.warnings.join(" ");
            let words = match care.is_empty() {
                true => Flash::good(
                    t!("policies-nothing-is-wrong-with-it"),
                    t!("policies-it-is-not-saved-yet"),
                ),
                false => Flash::care(t!("policies-it-can-be-saved"), care),
            };
            visitor.tell(words).await?;
            let page = page(visitor, place, view, form, Faults::default()).await?;
            Ok(page.into_response())
        }
        Err(refusal) => wrong(visitor, place, view, form, refusal).await,
    }
}

/// To the list, which watches the change spread.
async fn saved(
    visitor: &Visitor,
    place: &Place,
    done: &Changed<PolicyView>,
) -> Result<Response, PageError> {
    // What was left out of it, and the locked one that keeps it from applying.
    let care = done.value.warnings.join(" ");
    if !care.is_empty() {
        let words = Flash::care(t!("policies-saved"), care);
        visitor.tell(words).await?;
    } else if done.change.is_none() {
        let words = Flash::good(
            t!("policies-saved"),
            t!("policies-nothing-changes-at-gateways"),
        );
        visitor.tell(words).await?;
    }
    let to = visitor.go_with(&place.list(), done.change.as_ref());
    Ok(to.into_response())
}

/// `POST …/policies/new`
pub(crate) async fn create(
    visitor: Visitor,
    named: Named,
    Form(mut form): Form<PolicyForm>,
) -> Result<Response, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let document = match said(&visitor, &place, None, &mut form).await? {
        ControlFlow::Continue(document) => document,
        ControlFlow::Break(answer) => return Ok(answer),
    };
    let slug = form.slug.trim();
    let input = CreatePolicy {
        slug: (!slug.is_empty()).then(|| slug.to_owned()),
        place: form.place(place.api.as_ref().map(|api| api.slug.as_str())),
        kind: form.kind,
        document,
        mode: form.mode,
        inherit: form.inherit,
        reason: form.reason.clone(),
    };
    if form.act == Act::Check {
        let rehearsal = rehearsal(&visitor)?;
        let done = policies::create_policy(visitor.db(), &rehearsal, input).await;
        return checked(&visitor, &place, None, &form, done).await;
    }
    let turn = match twice::begin(&visitor, &form.nonce, &place.list()).await? {
        Once::First(turn) => turn,
        Once::Again(path) => return Ok(visitor.go(&path).into_response()),
    };
    match policies::create_policy(visitor.db(), turn.actor(), input).await {
        Ok(done) => {
            twice::finish(&visitor, &turn, &place.list()).await?;
            saved(&visitor, &place, &done).await
        }
        Err(refusal) => {
            twice::forget(&visitor, &turn).await?;
            wrong(&visitor, &place, None, &form, refusal).await
        }
    }
}

/// `POST …/policies/{policy}`
pub(crate) async fn update(
    visitor: Visitor,
    named: Named,
    Form(mut form): Form<PolicyForm>,
) -> Result<Response, PageError> {
    let place = named.open_to_change(&visitor).await?;
    let view = place.policy(&visitor).await?;
    // Without what it saw, a form would overwrite what others changed.
    if form.kind != view.kind || form.row_version.is_none() {
        return Err(PageError::of(ProblemKind::BadRequest));
    }
    let document = match said(&visitor, &place, Some(&view), &mut form).await? {
        ControlFlow::Continue(document) => document,
        ControlFlow::Break(answer) => return Ok(answer),
    };
    let input = UpdatePolicy {
        document: Some(document),
        mode: Some(form.mode),
        inherit: Some(form.inherit),
        reason: form.reason.clone(),
    };
    let (lookup, seen) = (Lookup::Id(view.id), form.row_version);
    let check = form.act == Act::Check;
    let actor = match check {
        true => rehearsal(&visitor)?,
        false => visitor.actor()?.clone(),
    };
    let done = policies::update_policy(visitor.db(), &actor, lookup, seen, input).await;
    if check {
        return checked(&visitor, &place, Some(&view), &form, done).await;
    }
    match done {
        Ok(done) => saved(&visitor, &place, &done).await,
        Err(refusal) => wrong(&visitor, &place, Some(&view), &form, refusal).await,
    }
}

/// Who judges everything and keeps nothing.
fn rehearsal(visitor: &Visitor) -> Result<Actor, PageError> {
    Ok(visitor.actor()?.clone().on_a_dry_run())
}
