//! `/console/settings/webhooks` and `/applications/{app}/webhooks`: where events are sent, and the form that adds an endpoint.

use crate::address::Query;
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::applications::show;
use crate::pages::console::settings::place::{Named, Place};
use crate::pages::console::settings::{entries, tabs};
use crate::pages::list_of::{After, older};
use crate::sealed;
use crate::twice::{self, Once};
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Pages, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::webhooks::{self, CreateWebhook, WebhookView};
use gatehouse_domain::webhook::EndpointState;
use gatehouse_language::t;
use gatehouse_runtime::random;

/// Every endpoint of the tenant, or of one application.
#[derive(Template)]
#[template(path = "pages/console/settings/webhooks.html")]
pub(crate) struct WebhooksPage {
    pub(crate) shell: Shell,
    /// Above an application's.
    pub(crate) crumbs: Option<Crumbs>,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) action: String,
    pub(crate) faults: Faults,
    pub(crate) nonce: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) rows: Vec<WebhookRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(WebhooksPage, Private);

pub(crate) struct WebhookRow {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) url: String,
    pub(crate) types: String,
    pub(crate) state: Badge,
    pub(crate) success: Option<When>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWebhook {
    nonce: String,
    name: String,
    url: String,
    #[serde(default)]
    types: String,
}

/// Name, address and types, as both forms have them.
pub(crate) fn fields(name: &str, url: &str, types: &str, faults: &Faults) -> Vec<Field> {
    vec![
        Field::text("name", t!("word-name"))
            .max(80)
            .value(name)
            .faults(faults),
        Field::text("url", t!("word-address"))
            .max(2000)
            .value(url)
            .help(t!("settings-events-are-posted-here-signed-by"))
            .faults(faults),
        Field::area("types", t!("settings-types-of-events"), 4000)
            .optional()
            .value(types)
            .help(t!("settings-one-a-line-such-as-subscription"))
            .faults(faults),
    ]
}

/// The badge of an endpoint.
pub(crate) fn state(webhook: &WebhookView) -> Badge {
    match webhook.state {
        EndpointState::Active if webhook.failures > 0 => Badge::care(t!("settings-failing")),
        EndpointState::Active => Badge::good(t!("settings-active")),
        EndpointState::Paused => Badge::waiting(t!("settings-paused-2")),
        EndpointState::Disabled => Badge::stopped(t!("settings-stopped")),
    }
}

/// "Every type", or the list.
pub(crate) fn types_words(types: &[String]) -> String {
    match types {
        [] => t!("settings-every-type"),
        types => types.join(", "),
    }
}

async fn page(
    visitor: &Visitor,
    place: &Place,
    after: &After,
    form: &NewWebhook,
    faults: Faults,
) -> Result<WebhooksPage, PageError> {
    let (db, actor, filter) = (visitor.db(), visitor.actor()?, place.filter());
    let listed = webhooks::list_webhooks(db, actor, &filter, &after.page()).await?;
    let path = place.list();
    let shell = place.shell(visitor).await?;
    let application = place.application.as_ref();
    let app = application.map_or_else(String::new, |one| one.slug.clone());
    let way = match application {
        Some(_) => same::WEBHOOK_CREATE_FOR,
        None => same::WEBHOOK_CREATE,
    };
    Ok(WebhooksPage {
        crumbs: application.map(|one| show::crumbs(&t!("settings-webhooks"), one, None, &shell)),
        heading: application.map_or_else(|| t!("settings-webhooks"), |one| one.name.clone()),
        lead: match application {
            Some(_) => t!("settings-other-programs-are-told-of-what"),
            None => t!("settings-other-programs-are-told-of-events"),
        },
        tabs: match application {
            Some(one) => show::tabs(one, "/webhooks", None, &shell),
            None => tabs(&path, &shell),
        },
        action: shell.to(&path),
        nonce: random::token(),
        fields: fields(&form.name, &form.url, &form.types, &faults),
        faults,
        pages: older(&path, &shell, listed.data.len(), listed.next, after),
        rows: listed
            .data
            .into_iter()
            .map(|webhook| row(webhook, &path, &shell, visitor))
            .collect(),
        empty: Empty::new(
            t!("settings-no-webhooks-yet"),
            t!("settings-other-programs-are-told-of-events-2"),
            None,
        ),
        same: visitor.same(&[way], &[("application", &app)]),
        shell,
    })
}

fn row(webhook: WebhookView, path: &str, shell: &Shell, visitor: &Visitor) -> WebhookRow {
    WebhookRow {
        href: shell.to(&format!("{path}/{}", webhook.id)),
        state: state(&webhook),
        types: types_words(&webhook.types),
        success: webhook
            .last_success_at
            .map(|at| When::ago(at, visitor.now())),
        name: webhook.name,
        url: webhook.url,
    }
}

/// `GET` of the list.
pub(crate) async fn show(
    visitor: Visitor,
    named: Named,
    Query(after): Query<After>,
) -> Result<WebhooksPage, PageError> {
    let place = named.open(&visitor).await?;
    let form = NewWebhook::default();
    page(&visitor, &place, &after, &form, Faults::default()).await
}

/// `POST` to the list.
pub(crate) async fn create(
    visitor: Visitor,
    named: Named,
    Form(form): Form<NewWebhook>,
) -> Result<Response, PageError> {
    let place = named.open(&visitor).await?;
    let turn = match twice::begin(&visitor, &form.nonce, &place.list()).await? {
        Once::First(turn) => turn,
        Once::Again(path) => return Ok(visitor.go(&path).into_response()),
    };
    let input = CreateWebhook {
        name: form.name.clone(),
        url: form.url.trim().to_owned(),
        types: entries(&form.types),
        team: None,
        application: place.filter().application,
    };
    let egress = visitor.portal().egress();
    match webhooks::create_webhook(visitor.db(), turn.actor(), egress, input).await {
        Ok(made) => {
            let (webhook, secret) = made.value;
            sealed::keep(&visitor, &webhook.id.to_string(), &secret.reveal()).await?;
            let path = format!("{}/{}", place.list(), webhook.id);
            twice::finish(&visitor, &turn, &path).await?;
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            twice::forget(&visitor, &turn).await?;
            let faults = faults_of(refusal)?;
            let after = After::default();
            Ok(refused(
                page(&visitor, &place, &after, &form, faults).await?,
            ))
        }
    }
}

/// `POST …/{webhook}/stored`: the secret was put away.
pub(crate) async fn stored(
    visitor: Visitor,
    named: Named,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let place = named.open(&visitor).await?;
    let webhook = place.webhook(&visitor).await?;
    sealed::forget(&visitor, &webhook.id.to_string()).await?;
    Ok(visitor.go(&place.list()))
}
