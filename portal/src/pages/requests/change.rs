//! `/requests/{subscription}/{event}`: what a team does to its own access. Each page names the consequence first.

use super::show::own_event;
use crate::address::{Path, id};
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::form_page::ConfirmPage;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::subscriptions::{self, SubscriptionView};
use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;

async fn page(
    visitor: &Visitor,
    view: &SubscriptionView,
    event: SubscriptionEvent,
    faults: Faults,
) -> Result<ConfirmPage, PageError> {
    let (verb, consequence, loss) = own_event(event).ok_or_else(PageError::not_found)?;
    let shell = visitor.shell().await?.at("requests");
    let request = shell.to(&format!("/requests/{}", view.id));
    let fields = match event {
        SubscriptionEvent::Renew => vec![
            Field::area("reason", t!("word-purpose"), 500)
                .optional()
                .help(t!("requests-for-an-approver-when-the-plan"))
                .faults(&faults),
        ],
        _ => Vec::new(),
    };
    Ok(ConfirmPage {
        crumbs: Crumbs::new(
            verb.clone(),
            vec![
                Link::new(t!("word-requests"), shell.to("/requests")),
                Link::new(
                    t!(
                        "requests-for-3",
                        name = &view.api.name,
                        name2 = &view.application.name
                    ),
                    request.clone(),
                ),
            ],
        ),
        heading: t!(
            "requests-for-4",
            verb = &verb,
            name = &view.api.name,
            name2 = &view.application.name
        ),
        consequence,
        faults,
        action: shell.to(&format!("/requests/{}/{event}", view.id)),
        hidden: Vec::new(),
        fields,
        button: verb,
        loss,
        back: request,
        same: None,
        shell,
    })
}

/// `GET /requests/{request}/{event}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([request, event]): Path<2>,
) -> Result<ConfirmPage, PageError> {
    let event = SubscriptionEvent::parse(&event).ok_or_else(PageError::not_found)?;
    let view = subscriptions::get_subscription(visitor.db(), visitor.actor()?, id(&request)?);
    page(&visitor, &view.await?, event, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeForm {
    #[serde(default)]
    reason: String,
}

/// `POST /requests/{request}/{event}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([request, event]): Path<2>,
    Form(form): Form<ChangeForm>,
) -> Result<Response, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let subscription = id(&request)?;
    let event = SubscriptionEvent::parse(&event).ok_or_else(PageError::not_found)?;
    let done = match event {
        SubscriptionEvent::Withdraw => subscriptions::withdraw(db, actor, subscription).await,
        SubscriptionEvent::Pause => subscriptions::pause(db, actor, subscription).await,
        SubscriptionEvent::Resume => subscriptions::resume(db, actor, subscription).await,
        SubscriptionEvent::Renew => {
            subscriptions::renew(db, actor, subscription, &form.reason).await
        }
        SubscriptionEvent::Cancel => subscriptions::cancel(db, actor, subscription).await,
        _ => return Err(PageError::not_found()),
    };
    match done {
        Ok(done) => Ok(visitor
            .go_with(&format!("/requests/{subscription}"), done.change.as_ref())
            .into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let view = subscriptions::get_subscription(db, actor, subscription).await?;
            Ok(refused(page(&visitor, &view, event, faults).await?))
        }
    }
}
