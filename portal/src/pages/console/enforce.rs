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
use gatehouse_language::t;

/// What a brake is called, and what follows from it.
pub(super) fn words(event: SubscriptionEvent) -> Option<(String, String)> {
    match event {
        SubscriptionEvent::Suspend => Some((t!("apis-suspend"), t!("apis-suspend-consequence"))),
        SubscriptionEvent::Unsuspend => {
            Some((t!("apis-unsuspend"), t!("apis-unsuspend-consequence")))
        }
        SubscriptionEvent::Revoke => Some((t!("apis-revoke"), t!("apis-revoke-consequence"))),
        _ => None,
    }
}

/// What the page asks about one subscription.
fn heading(event: SubscriptionEvent, view: &SubscriptionView) -> String {
    let (api, application) = (&view.api.name, &view.application.name);
    match event {
        SubscriptionEvent::Suspend => {
            t!("apis-suspend-heading", api = api, application = application)
        }
        SubscriptionEvent::Unsuspend => {
            t!(
                "apis-unsuspend-heading",
                api = api,
                application = application
            )
        }
        _ => t!("apis-revoke-heading", api = api, application = application),
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
            Field::area("reason", t!("word-reason"), 500)
                .help(t!("apis-enforce-reason-help"))
                .faults(&faults),
        ]
    } else {
        Vec::new()
    };
    Ok(ConfirmPage {
        same: Some(visitor.same(&[way], &[("subscription", &view.id.to_string())])),
        crumbs: Crumbs::new(
            verb.clone(),
            vec![Link::new(
                t!("word-applications"),
                shell.to("/console/applications"),
            )],
        ),
        heading: heading(event, view),
        consequence,
        faults,
        action: shell.to(&format!("/console/subscriptions/{}/{event}", view.id)),
        hidden: Vec::new(),
        fields,
        button: verb,
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
