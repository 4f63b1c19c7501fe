//! `…/webhooks/{webhook}`: one endpoint: what was sent, a test, another secret, a pause, the end.

use crate::address::{Query, with_query};
use crate::form::{Form, Nothing, day_start, no_date};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::settings::delivery::{answer, delivery_state};
use crate::pages::console::settings::entries;
use crate::pages::console::settings::place::{Named, Place};
use crate::pages::console::settings::webhooks::{fields, state};
use crate::pages::form_page::ConfirmPage;
use crate::pages::list_of::{After, older};
use crate::sealed;
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::{Shell, capital};
use crate::view::words::{When, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::webhooks::{
    self, DeliveryFilter, DeliveryView, Redeliver, UpdateWebhook, WebhookView,
};
use gatehouse_domain::webhook::{DeliveryState, EndpointState};
use gatehouse_language::t;
use uuid::Uuid;

/// One endpoint and its deliveries.
#[derive(Template)]
#[template(path = "pages/console/settings/webhook.html")]
pub(crate) struct WebhookPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) state: Badge,
    /// Why nothing is sent, or since when it fails.
    pub(crate) trouble: String,
    pub(crate) here: String,
    pub(crate) secret: Option<String>,
    pub(crate) runs: bool,
    pub(crate) faults: Faults,
    pub(crate) row_version: i32,
    pub(crate) fields: Vec<Field>,
    pub(crate) overlap: Field,
    pub(crate) since: Field,
    pub(crate) filter: Field,
    pub(crate) rows: Vec<DeliveryRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(WebhookPage, Private);

pub(crate) struct DeliveryRow {
    pub(crate) kind: String,
    pub(crate) href: String,
    pub(crate) state: Badge,
    pub(crate) answer: String,
    pub(crate) attempts: String,
    pub(crate) at: When,
}

/// `?state=&after=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct DeliveriesQuery {
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: Option<Uuid>,
}

/// `GET …/{webhook}`
pub(crate) async fn show(
    visitor: Visitor,
    named: Named,
    Query(query): Query<DeliveriesQuery>,
) -> Result<WebhookPage, PageError> {
    let place = named.open(&visitor).await?;
    page(&visitor, &place, &query, None, Faults::default()).await
}

async fn page(
    visitor: &Visitor,
    place: &Place,
    query: &DeliveriesQuery,
    typed: Option<&WebhookForm>,
    faults: Faults,
) -> Result<WebhookPage, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let view = place.webhook(visitor).await?;
    let webhook = view.id;
    let filter = DeliveryFilter {
        state: DeliveryState::parse(&query.state),
        kind: None,
    };
    let after = After { after: query.after };
    let listed = webhooks::list_deliveries(db, actor, webhook, &filter, &after.page()).await?;
    let secret = sealed::look(visitor, &webhook.to_string()).await?;
    let shell = place.shell(visitor).await?;
    let path = place.one();
    let here = shell.to(&path);
    let list = with_query(&path, &[("state", &query.state)]);
    Ok(WebhookPage {
        crumbs: place.crumbs(&view.name, None, &shell),
        lead: view.url.clone(),
        state: state(&view),
        trouble: trouble(&view, visitor),
        secret: secret.map(|(text, _)| text),
        runs: view.state == EndpointState::Active,
        row_version: view.row_version,
        fields: match typed {
            Some(form) => fields(&form.name, &form.url, &form.types, &faults),
            None => fields(&view.name, &view.url, &view.types.join("\n"), &faults),
        },
        overlap: Field::number("overlap_hours", t!("settings-hours-both-secrets-sign"))
            .value("24")
            .help("0 to 168. The receiver changes over meanwhile.")
            .faults(&faults),
        since: Field::date("since", t!("settings-given-up-since"))
            .help("UTC. Everything given up from this day on is sent again.")
            .faults(&faults),
        filter: state_filter(&query.state),
        faults,
        pages: older(&list, &shell, listed.data.len(), listed.next, &after),
        rows: listed
            .data
            .into_iter()
            .map(|delivery| delivery_row(delivery, &here, visitor))
            .collect(),
        empty: Empty::new(
            t!("settings-nothing-to-show"),
            t!("settings-what-was-sent-here-appears-with"),
            None,
        ),
        same: visitor.same(
            &[
                same::WEBHOOK_TEST,
                same::WEBHOOK_ROTATE,
                same::WEBHOOK_REDELIVER,
            ],
            &[("webhook", &webhook.to_string())],
        ),
        name: view.name,
        here,
        shell,
    })
}

fn trouble(webhook: &WebhookView, visitor: &Visitor) -> String {
    let now = visitor.now();
    match (&webhook.disabled_reason, webhook.failing_since) {
        (Some(reason), _) => reason.clone(),
        (None, Some(since)) => t!("settings-it-fails-since", relative = &relative(since, now)),
        (None, None) => String::new(),
    }
}

fn state_filter(chosen: &str) -> Field {
    let mut choices = vec![Choice::new("", t!("settings-every-state"))];
    choices.extend(
        DeliveryState::ALL
            .iter()
            .map(|state| Choice::new(state.as_str(), capital(state.as_str()))),
    );
    Field::select("state", t!("word-state"), choices).value(chosen)
}

fn delivery_row(delivery: DeliveryView, here: &str, visitor: &Visitor) -> DeliveryRow {
    DeliveryRow {
        href: format!("{here}/deliveries/{}", delivery.id),
        state: delivery_state(delivery.state),
        answer: answer(delivery.status, delivery.error.as_deref()),
        attempts: delivery.attempts.to_string(),
        at: When::ago(delivery.created_at, visitor.now()),
        kind: delivery.kind,
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookForm {
    row_version: i32,
    name: String,
    url: String,
    #[serde(default)]
    types: String,
}

/// `POST …/{webhook}`
pub(crate) async fn update(
    visitor: Visitor,
    named: Named,
    Form(form): Form<WebhookForm>,
) -> Result<Response, PageError> {
    let place = named.open(&visitor).await?;
    let webhook = place.webhook(&visitor).await?.id;
    let input = UpdateWebhook {
        name: Some(form.name.clone()),
        url: Some(form.url.trim().to_owned()),
        types: Some(entries(&form.types)),
    };
    let version = Some(form.row_version);
    let (db, actor, egress) = (visitor.db(), visitor.actor()?, visitor.portal().egress());
    let done = webhooks::update_webhook(db, actor, egress, webhook, version, input).await;
    match done {
        Ok(_) => {
            let words = Flash::good(
                t!("settings-saved"),
                t!("settings-what-waits-goes-to-this-address"),
            );
            told(&visitor, &place, Ok(words)).await
        }
        Err(refusal) => {
            let (query, faults) = (DeliveriesQuery::default(), faults_of(refusal)?);
            let page = page(&visitor, &place, &query, Some(&form), faults).await?;
            Ok(refused(page))
        }
    }
}

/// Back to the endpoint with words, or its page with what is wrong.
pub(super) async fn told(
    visitor: &Visitor,
    place: &Place,
    done: Result<Flash, Refusal>,
) -> Result<Response, PageError> {
    match done {
        Ok(words) => {
            visitor.tell(words).await?;
            Ok(visitor.go(&place.one()).into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let page = page(visitor, place, &DeliveriesQuery::default(), None, faults).await?;
            Ok(refused(page))
        }
    }
}

/// `POST …/{webhook}/test`
pub(crate) async fn test(
    visitor: Visitor,
    named: Named,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let place = named.open(&visitor).await?;
    let webhook = place.webhook(&visitor).await?.id;
    let done = webhooks::test_webhook(visitor.db(), visitor.actor()?, webhook).await;
    let words = |_| {
        Flash::good(
            t!("settings-a-test-is-on-its-way"),
            t!("settings-its-answer-appears-below-within-seconds"),
        )
    };
    told(&visitor, &place, done.map(words)).await
}

/// What the page offered, so that a stale page never does the opposite.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunForm {
    run: bool,
}

/// `POST …/{webhook}/run`: pauses or resumes.
pub(crate) async fn run(
    visitor: Visitor,
    named: Named,
    Form(form): Form<RunForm>,
) -> Result<Response, PageError> {
    let place = named.open(&visitor).await?;
    let webhook = place.webhook(&visitor).await?.id;
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let (done, words) = if form.run {
        let done = webhooks::resume_webhook(db, actor, webhook).await;
        (
            done,
            Flash::good(
                t!("settings-resumed"),
                t!("settings-what-waited-is-sent-now"),
            ),
        )
    } else {
        let done = webhooks::pause_webhook(db, actor, webhook).await;
        (
            done,
            Flash::good(
                t!("settings-paused"),
                t!("settings-events-wait-until-it-is-resumed"),
            ),
        )
    };
    told(&visitor, &place, done.map(|_| words)).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretForm {
    overlap_hours: i64,
}

/// `POST …/{webhook}/secret`: another secret, shown once.
pub(crate) async fn rotate(
    visitor: Visitor,
    named: Named,
    Form(form): Form<SecretForm>,
) -> Result<Response, PageError> {
    let place = named.open(&visitor).await?;
    let webhook = place.webhook(&visitor).await?.id;
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let done = match webhooks::rotate_secret(db, actor, webhook, form.overlap_hours).await {
        Ok(done) => {
            let name = webhook.to_string();
            sealed::forget(&visitor, &name).await?;
            sealed::keep(&visitor, &name, &done.value.1.reveal()).await?;
            let rest = t!(
                "settings-both-secrets-sign-for-hours",
                overlap_hours = &form.overlap_hours
            );
            Ok(Flash::good(t!("settings-there-is-another-secret"), rest))
        }
        Err(refusal) => Err(refusal),
    };
    told(&visitor, &place, done).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SinceForm {
    since: String,
}

/// `POST …/{webhook}/redeliver`: sends again what was given up.
pub(crate) async fn redeliver_many(
    visitor: Visitor,
    named: Named,
    Form(form): Form<SinceForm>,
) -> Result<Response, PageError> {
    let place = named.open(&visitor).await?;
    let webhook = place.webhook(&visitor).await?.id;
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let Some(since) = day_start(&form.since) else {
        let fault = Refusal::field("/since", "date", no_date());
        return told(&visitor, &place, Err(fault)).await;
    };
    let which = Redeliver {
        since,
        delivered_too: false,
    };
    let done = webhooks::redeliver_many(db, actor, webhook, which).await;
    let words = done.map(|done| {
        let more = match done.value.more {
            true => t!("settings-there-are-more-ask-again"),
            false => t!("settings-their-answers-appear-below"),
        };
        Flash::good(
            t!(
                "settings-are-sent-again",
                deliveries = &done.value.deliveries
            ),
            more,
        )
    });
    told(&visitor, &place, words).await
}

/// `GET …/{webhook}/delete`
pub(crate) async fn show_delete(visitor: Visitor, named: Named) -> Result<ConfirmPage, PageError> {
    let place = named.open(&visitor).await?;
    let view = place.webhook(&visitor).await?;
    let shell = place.shell(&visitor).await?;
    let back = shell.to(&place.one());
    Ok(ConfirmPage {
        same: Some(visitor.same(
            &[same::WEBHOOK_DELETE],
            &[("webhook", &view.id.to_string())],
        )),
        crumbs: place.crumbs(
            &t!("word-delete"),
            Some(Link::new(view.name.clone(), back.clone())),
            &shell,
        ),
        heading: t!("settings-delete", name = &view.name),
        consequence: t!("settings-nothing-is-sent-there-any-more"),
        faults: Faults::default(),
        action: format!("{back}/delete"),
        hidden: Vec::new(),
        fields: Vec::new(),
        button: t!("settings-delete-webhook"),
        loss: true,
        back,
        shell,
    })
}

/// `POST …/{webhook}/delete`
pub(crate) async fn delete(
    visitor: Visitor,
    named: Named,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let place = named.open(&visitor).await?;
    let webhook = place.webhook(&visitor).await?;
    webhooks::delete_webhook(visitor.db(), visitor.actor()?, webhook.id, None).await?;
    visitor
        .tell(Flash::good(t!("settings-webhook-deleted"), ""))
        .await?;
    Ok(visitor.go(&place.list()))
}
