//! `…/webhooks/{webhook}/deliveries/{delivery}`: one delivery, its attempts, and sending it again.

use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::settings::place::Named;
use crate::pages::console::settings::webhook::told;
use crate::view::code::Code;
use crate::view::parts::{Badge, Crumbs, Flash, Link};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{When, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Response;
use gatehouse_control_plane::webhooks::{self, DeliveryDetail};
use gatehouse_domain::webhook::{DeliveryState, EndpointState};
use gatehouse_language::t;

/// One delivery: its body and every attempt.
#[derive(Template)]
#[template(path = "pages/console/settings/delivery.html")]
pub(crate) struct DeliveryPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) kind: String,
    pub(crate) lead: String,
    pub(crate) state: Badge,
    pub(crate) here: String,
    pub(crate) may_repeat: bool,
    pub(crate) body: Code,
    pub(crate) attempts: Vec<AttemptRow>,
    pub(crate) same: Same,
}

web_page!(DeliveryPage, Private);

pub(crate) struct AttemptRow {
    pub(crate) number: String,
    pub(crate) at: When,
    pub(crate) took: String,
    pub(crate) status: String,
    pub(crate) said: String,
}

/// The badge of a delivery.
pub(super) fn delivery_state(state: DeliveryState) -> Badge {
    match state {
        DeliveryState::Pending => Badge::waiting(t!("settings-pending")),
        DeliveryState::Failed => Badge::care(t!("settings-failed")),
        DeliveryState::Delivered => Badge::good(t!("settings-delivered")),
        DeliveryState::Dead => Badge::stopped(t!("settings-given-up")),
    }
}

/// What the receiver answered, or why it could not.
pub(super) fn answer(status: Option<i32>, error: Option<&str>) -> String {
    match (status, error) {
        (Some(status), Some(error)) => format!("{status}: {error}"),
        (Some(status), None) => status.to_string(),
        (None, error) => error.unwrap_or_default().to_owned(),
    }
}

/// `GET …/{webhook}/deliveries/{delivery}`
pub(crate) async fn show(visitor: Visitor, named: Named) -> Result<DeliveryPage, PageError> {
    let place = named.open(&visitor).await?;
    let view = place.webhook(&visitor).await?;
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let detail = webhooks::get_delivery(db, actor, view.id, place.delivery()?).await?;
    let shell = place.shell(&visitor).await?;
    let above = shell.to(&place.one());
    let DeliveryDetail {
        delivery,
        body,
        log,
    } = detail;
    Ok(DeliveryPage {
        same: visitor.same(
            &[same::WEBHOOK_REDELIVER],
            &[
                ("webhook", &view.id.to_string()),
                ("delivery", &delivery.id.to_string()),
            ],
        ),
        crumbs: place.crumbs(
            &delivery.kind,
            Some(Link::new(view.name, above.clone())),
            &shell,
        ),
        lead: t!(
            "settings-made-ready",
            relative = &relative(delivery.created_at, visitor.now())
        ),
        state: delivery_state(delivery.state),
        here: format!("{above}/deliveries/{}", delivery.id),
        may_repeat: view.state == EndpointState::Active,
        body: Code::json(
            "body",
            t!("settings-body"),
            &serde_json::to_string_pretty(&body).unwrap_or_default(),
        ),
        attempts: log
            .into_iter()
            .map(|attempt| AttemptRow {
                number: attempt.number.to_string(),
                at: When::ago(attempt.at, visitor.now()),
                took: t!("settings-ms", duration_ms = &attempt.duration_ms),
                status: answer(attempt.status, attempt.error.as_deref()),
                said: attempt.answer,
            })
            .collect(),
        kind: delivery.kind,
        shell,
    })
}

/// `POST …/{webhook}/deliveries/{delivery}`: sends one again.
pub(crate) async fn redeliver(
    visitor: Visitor,
    named: Named,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let place = named.open(&visitor).await?;
    let webhook = place.webhook(&visitor).await?.id;
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let done = webhooks::redeliver(db, actor, webhook, place.delivery()?).await;
    let words = |_| {
        Flash::good(
            t!("settings-it-is-sent-again"),
            t!("settings-with-the-same-id-a-receiver"),
        )
    };
    told(&visitor, &place, done.map(words)).await
}
