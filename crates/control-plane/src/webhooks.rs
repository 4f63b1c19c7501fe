//! Webhooks: where a tenant, a team or an application has events sent, and what became of each.
//!
//! An event becomes one delivery for each endpoint it concerns, in the transaction that publishes it ([`fan_out`]). Deliveries
//! are sent in the background ([`send_due`]) until a receiver takes them or a day has passed; what was given up is kept and can
//! be sent again. Messages are signed by Standard Webhooks 1.0 and go out through the guarded client alone.

mod create;
mod deliver;
mod fan_out;
mod redeliver;
mod send;
mod sign;
mod update;
mod view;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApplicationId, WebhookDeliveryId, WebhookEndpointId};
use gatehouse_domain::webhook::DeliveryState;
use gatehouse_language::t;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refusal::{Faults, Refusal};
use crate::sealed::{Owner, Place, Purpose};
use crate::{applications, membership};

pub use create::{CreateWebhook, SECRET_OVERLAP_HOURS_MAX, create_webhook, rotate_secret};
pub(crate) use fan_out::{Published, fan_out};
pub use redeliver::{Redeliver, Redelivered, redeliver, redeliver_many, test_webhook};
pub use send::{Delivered, send_due};
pub use sign::WebhookSecret;
pub use update::{UpdateWebhook, delete_webhook, pause_webhook, resume_webhook, update_webhook};
pub use view::{AttemptView, DeliveryDetail, DeliveryView, WebhookView};

/// Most endpoints of one tenant.
pub const ENDPOINTS_MAX: i64 = 100;
/// Most entries of an endpoint's list of types.
const TYPES_MAX: usize = 50;
/// Longest address, characters.
const URL_MAX: usize = 2_000;

/// When deliveries of an endpoint that is not active are due: not before somebody says so.
const PARKED: OffsetDateTime = datetime!(9999-01-01 00:00 UTC);

/// Which deliveries a list has.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Of one state.
    pub state: Option<DeliveryState>,
    /// Of one type of event.
    pub kind: Option<String>,
}

/// An endpoint's row, as far as rights and states go.
struct Row {
    id: Uuid,
    team: Option<Uuid>,
    application_team: Option<Uuid>,
    state: String,
    row_version: i32,
}

impl Row {
    /// Refuses whoever may not manage it; whoever may not even see it learns that it does not exist.
    async fn require(&self, conn: &mut PgConnection, actor: &Actor) -> Result<(), Refusal> {
        require_scope(conn, actor, self.team.or(self.application_team)).await
    }
}

/// A tenant's own endpoint is for whoever manages the tenant, a team's for its members.
async fn require_scope(
    conn: &mut PgConnection,
    actor: &Actor,
    team: Option<Uuid>,
) -> Result<(), Refusal> {
    if actor.may(Permission::TenantManage) {
        return Ok(());
    }
    match team {
        Some(team) => membership::require_team(conn, actor, team).await,
        None => Err(Refusal::NotFound),
    }
}

/// Refuses an actor who may manage endpoints nowhere, before anything is read.
fn require_manager(actor: &Actor) -> Result<(), Refusal> {
    if actor.may(Permission::TenantManage) {
        return Ok(());
    }
    membership::require_consumer(actor)
}

async fn lock(conn: &mut PgConnection, id: WebhookEndpointId) -> Result<Row, Refusal> {
    let row = sqlx::query!(
        r#"select w.id, w.team_id, a.owner_team_id as "application_team?", w.state, w.row_version
           from webhook_endpoint w
           left join application a on a.tenant_id = w.tenant_id and a.id = w.application_id
           where w.id = $1
           for no key update of w"#,
        id.uuid(),
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(Row {
        id: row.id,
        team: row.team_id,
        application_team: row.application_team,
        state: row.state,
        row_version: row.row_version,
    })
}

/// Where an endpoint's secret lies; `previous` is the one it had before.
fn place(actor_tenant: gatehouse_domain::id::TenantId, id: Uuid) -> Place {
    Place {
        owner: Owner::Tenant(actor_tenant),
        purpose: Purpose::Webhook,
        column: "webhook_endpoint.secret_enc",
        row: id,
    }
}

/// The types an endpoint asks for, each known, sorted and once.
fn judge_types(types: &[String], faults: &mut Faults) -> Vec<String> {
    faults.require(
        types.len() <= TYPES_MAX,
        "/types",
        "too_many",
        t!(
            "refused-apis-name-at-most-types-groups-such",
            types_max = &TYPES_MAX
        ),
    );
    for (position, kind) in types.iter().enumerate() {
        faults.require(
            crate::events::is_offered(kind),
            &format!("/types/{position}"),
            "unknown",
            t!("refused-apis-no-event-is-called-docs-events", kind = &kind),
        );
    }
    let mut types = types.to_vec();
    types.sort();
    types.dedup();
    types
}

/// The address, as far as it can be judged without asking anybody. It is judged again, with what its name resolves to, at every
/// sending.
fn judge_url(egress: &gatehouse_runtime::egress::Egress, url: &str, faults: &mut Faults) -> String {
    let url = faults.text("/url", url, URL_MAX);
    if !url.is_empty()
        && let Err(refused) = egress.check_url(&url)
    {
        faults.require(
            false,
            "/url",
            "refused",
            t!(
                "refused-apis-this-address-cannot-be-called-use",
                refused = &refused.to_string()
            ),
        );
    }
    url
}

/// What the audit log keeps of an endpoint. The query of an address may hold a secret, so it stays out.
fn recorded(view: &WebhookView) -> Value {
    let bare = view.url.split(['?', '#']).next().unwrap_or_default();
    json!({
        "name": view.name,
        "url": bare,
        "team": view.team,
        "application": view.application,
        "types": view.types,
        "state": view.state,
    })
}

/// Reads one endpoint the actor may manage.
pub async fn get_webhook(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
) -> Result<WebhookView, Refusal> {
    require_manager(actor)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    find(&mut tx, actor, id).await?;
    view::read(&mut tx, id.uuid()).await
}

/// Finds an endpoint the actor may manage, without locking it.
async fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    id: WebhookEndpointId,
) -> Result<(), Refusal> {
    let row = sqlx::query!(
        r#"select w.team_id, a.owner_team_id as "application_team?"
           from webhook_endpoint w
           left join application a on a.tenant_id = w.tenant_id and a.id = w.application_id
           where w.id = $1"#,
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    require_scope(conn, actor, row.team_id.or(row.application_team)).await
}

/// Which endpoints to list.
#[derive(Debug, Clone, Default)]
pub struct WebhookFilter {
    /// Only those of this application, which the actor can see.
    pub application: Option<Lookup<ApplicationId>>,
}

/// Lists the endpoints the actor may manage, newest first.
pub async fn list_webhooks(
    db: &Db,
    actor: &Actor,
    filter: &WebhookFilter,
    page: &Page,
) -> Result<Listed<WebhookView>, Refusal> {
    require_manager(actor)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let application = match &filter.application {
        None => None,
        // One that does not exist has none.
        Some(application) => Some(
            applications::find(&mut tx, application)
                .await?
                .map_or_else(Uuid::nil, |found| found.id),
        ),
    };
    let everything =
        actor.may(Permission::TenantManage) || actor.may(Permission::ApplicationManageAny);
    let person = match everything {
        true => None,
        // Somebody without a person behind them is in no team.
        false => Some(
            membership::person(&mut tx, actor)
                .await?
                .unwrap_or_default(),
        ),
    };
    let views = view::list(&mut tx, person, application, page).await?;
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

/// Lists what was and will be sent to an endpoint, newest first.
pub async fn list_deliveries(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
    filter: &DeliveryFilter,
    page: &Page,
) -> Result<Listed<DeliveryView>, Refusal> {
    require_manager(actor)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    find(&mut tx, actor, id).await?;
    let views = view::deliveries(&mut tx, id.uuid(), None, filter, page).await?;
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

/// One delivery with its body and its attempts.
pub async fn get_delivery(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
    delivery: WebhookDeliveryId,
) -> Result<DeliveryDetail, Refusal> {
    require_manager(actor)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    find(&mut tx, actor, id).await?;
    let page = Page {
        limit: 1,
        after: None,
    };
    let filter = DeliveryFilter::default();
    let one = Some(delivery.uuid());
    let found = view::deliveries(&mut tx, id.uuid(), one, &filter, &page).await?;
    let found = found.into_iter().next().ok_or(Refusal::NotFound)?;
    Ok(DeliveryDetail {
        body: deliver::body(&mut tx, actor.tenant().uuid(), found.event.uuid()).await?,
        log: view::attempts(&mut tx, delivery.uuid()).await?,
        delivery: found,
    })
}
