//! The brakes: suspend, lift a suspension, revoke. Each names the consequence and asks for a reason where one is needed.

use crate::address::{Path, id};
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::form_page::ConfirmPage;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::same;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::subscriptions::{self, SubscriptionView};
use gatehouse_domain::Permission;
use gatehouse_domain::subscription::SubscriptionEvent;

/// What a brake is called, and what follows from it.
pub(super) fn words(event: SubscriptionEvent) -> Option<(&'static str, &'static str)> {
    match event {
        SubscriptionEvent::Suspend => Some((
            "Suspend",
            "Its calls are refused at once, until the suspension is lifted. Keys stay as they are.",
        )),
        SubscriptionEvent::Unsuspend => Some(("Lift suspension", "Its calls work again.")),
        SubscriptionEvent::Revoke => Some((
            "Revoke",
            "Its calls are refused at once, for good. Other access of the application keeps working.",
        )),
        _ => None,
    }
}

async fn page(
    visitor: &Visitor,
    view: &SubscriptionView,
    event: SubscriptionEvent,
    faults: Faults,
) -> Result<ConfirmPage, PageError> {
    let (verb, consequence) = words(event).ok_or_else(PageError::not_found)?;
    let way = match event {
        SubscriptionEvent::Suspend => same::SUBSCRIPTION_SUSPEND,
        SubscriptionEvent::Unsuspend => same::SUBSCRIPTION_UNSUSPEND,
        _ => same::SUBSCRIPTION_REVOKE,
    };
    let shell = visitor.shell().await?.console("applications");
    let fields = if event.needs_reason() {
        vec![
            Field::area("reason", "Reason", 500)
                .help("The application's team reads it.")
                .faults(&faults),
        ]
    } else {
        Vec::new()
    };
    Ok(ConfirmPage {
        same: Some(visitor.same(&[way], &[("subscription", &view.id.to_string())])),
        crumbs: Crumbs::new(
            verb,
            vec![Link::new("Applications", shell.to("/console/applications"))],
        ),
        heading: format!("{verb}: {} for {}?", view.api.name, view.application.name),
        consequence: consequence.to_owned(),
        faults,
        action: shell.to(&format!("/console/subscriptions/{}/{event}", view.id)),
        hidden: Vec::new(),
        fields,
        button: verb.to_owned(),
        loss: event != SubscriptionEvent::Unsuspend,
        back: shell.to("/console/applications"),
        shell,
    })
}

/// `GET /console/subscriptions/{subscription}/{event}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([subscription, event]): Path<2>,
) -> Result<ConfirmPage, PageError> {
    let actor = visitor.require(Permission::SubscriptionEnforce)?;
    let event = SubscriptionEvent::parse(&event).ok_or_else(PageError::not_found)?;
    let view = subscriptions::get_subscription(visitor.db(), actor, id(&subscription)?).await?;
    page(&visitor, &view, event, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnforceForm {
    #[serde(default)]
    reason: String,
}

/// `POST /console/subscriptions/{subscription}/{event}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([subscription, event]): Path<2>,
    Form(form): Form<EnforceForm>,
) -> Result<Response, PageError> {
    let actor = visitor.actor()?;
    let db = visitor.db();
    let subscription = id(&subscription)?;
    let event = SubscriptionEvent::parse(&event).ok_or_else(PageError::not_found)?;
    let done = match event {
        SubscriptionEvent::Suspend => {
            subscriptions::suspend(db, actor, subscription, &form.reason).await
        }
        SubscriptionEvent::Unsuspend => subscriptions::unsuspend(db, actor, subscription).await,
        SubscriptionEvent::Revoke => {
            subscriptions::revoke(db, actor, subscription, &form.reason).await
        }
        _ => return Err(PageError::not_found()),
    };
    match done {
        Ok(done) => Ok(visitor
            .go_with("/console/applications", done.change.as_ref())
            .into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let view = subscriptions::get_subscription(db, actor, subscription).await?;
            let page = page(&visitor, &view, event, faults).await?;
            Ok(refused(page))
        }
    }
}
