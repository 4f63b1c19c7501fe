//! Making an endpoint, and giving it another secret. The secret is in the result and nowhere else but sealed.

use gatehouse_domain::id::{ApplicationId, TeamId, WebhookEndpointId};
use gatehouse_language::t;
use gatehouse_runtime::egress::Egress;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::view::{self, WebhookView};
use super::{
    ENDPOINTS_MAX, WebhookSecret, judge_types, judge_url, lock, place, recorded, require_manager,
    require_scope,
};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::work::{Changed, Work};
use crate::{applications, membership, sealed};

/// Longest time both secrets sign.
pub const SECRET_OVERLAP_HOURS_MAX: i64 = 7 * 24;

/// A new endpoint.
#[derive(Debug, Clone, Default)]
pub struct CreateWebhook {
    /// For people, 1 to 80 characters.
    pub name: String,
    /// Where events are sent, `http` or `https`.
    pub url: String,
    /// Types, or groups such as `subscription.*`; none is every type.
    pub types: Vec<String>,
    /// Only what concerns a team's applications.
    pub team: Option<TeamId>,
    /// Only what concerns one application.
    pub application: Option<Lookup<ApplicationId>>,
}

/// Makes an endpoint. The tenant's own are for whoever manages the tenant, those of teams and applications for the team.
pub async fn create_webhook(
    db: &Db,
    actor: &Actor,
    egress: &Egress,
    input: CreateWebhook,
) -> Result<Changed<(WebhookView, WebhookSecret)>, Refusal> {
    require_manager(actor)?;
    let mut faults = Faults::default();
    let name = faults.text("/name", &input.name, 80);
    let url = judge_url(egress, &input.url, &mut faults);
    let types = judge_types(&input.types, &mut faults);
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let application = scope(&mut work, actor, &input).await?;
    require_room(&mut work).await?;
    let (id, secret) = (
        work.new_id::<WebhookEndpointId>(),
        WebhookSecret::generate(),
    );
    let at = place(actor.tenant(), id.uuid());
    let sealed = sealed::seal(work.conn(), db, &at, secret.bytes()).await?;
    let person = membership::person(work.conn(), actor).await?;
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into webhook_endpoint (id, tenant_id, name, url, team_id, application_id, types, secret_enc, secret_key_id,
                                       created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id.uuid(),
        tenant,
        name,
        url,
        input.team.map(TeamId::uuid),
        application,
        &types,
        sealed.bytes,
        sealed.key_id,
        person,
        now,
    )
    .execute(work.conn())
    .await?;
    let view = view::read(work.conn(), id.uuid()).await?;
    work.audit(AuditEntry {
        action: "webhook.create",
        subject: id.to_string(),
        after: Some(recorded(&view)),
        ..AuditEntry::default()
    });
    work.commit((view, secret)).await
}

/// Whether the actor may have events of what is named; the application, if one is.
async fn scope(
    work: &mut Work<'_>,
    actor: &Actor,
    input: &CreateWebhook,
) -> Result<Option<Uuid>, Refusal> {
    if let Some(team) = input.team {
        let known = sqlx::query_scalar!("select id from team where id = $1", team.uuid())
            .fetch_optional(work.conn())
            .await?;
        let team = known.ok_or_else(|| Refusal::unknown("/team"))?;
        require_scope(work.conn(), actor, Some(team)).await?;
    }
    let Some(application) = &input.application else {
        if input.team.is_none() {
            actor.require(gatehouse_domain::Permission::TenantManage)?;
        }
        return Ok(None);
    };
    let found = applications::find(work.conn(), application).await?;
    let found = found.ok_or_else(|| Refusal::unknown("/application"))?;
    require_scope(work.conn(), actor, Some(found.team_id)).await?;
    if input.team.is_some() {
        return Err(Refusal::field(
            "/application",
            "one_of",
            t!("refused-apis-name-a-team-or-an-application"),
        ));
    }
    Ok(Some(found.id))
}

/// The tenant's key of the purpose is locked by the first insert anyway; endpoints are few and made by hand.
async fn require_room(work: &mut Work<'_>) -> Result<(), Refusal> {
    let tenant = work.tenant();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('webhooks/' || $1::uuid::text, 0))",
        tenant
    )
    .execute(work.conn())
    .await?;
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from webhook_endpoint"#)
        .fetch_one(work.conn())
        .await?;
    if count < ENDPOINTS_MAX {
        return Ok(());
    }
    Err(Refusal::Conflict(t!(
        "refused-apis-there-are-webhooks-already-delete-one",
        endpoints_max = &ENDPOINTS_MAX
    )))
}

/// Gives an endpoint another secret. For `overlap_hours` messages are signed with both, so that the receiver can change over.
pub async fn rotate_secret(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
    overlap_hours: i64,
) -> Result<Changed<(WebhookView, WebhookSecret)>, Refusal> {
    require_manager(actor)?;
    let mut faults = Faults::default();
    faults.require(
        (0..=SECRET_OVERLAP_HOURS_MAX).contains(&overlap_hours),
        "/overlap_hours",
        "out_of_range",
        t!(
            "refused-apis-use-0-to-hours-got",
            secret_overlap_hours_max = &SECRET_OVERLAP_HOURS_MAX,
            overlap_hours = &overlap_hours
        ),
    );
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), id).await?;
    row.require(work.conn(), actor).await?;
    let secret = WebhookSecret::generate();
    let at = place(actor.tenant(), row.id);
    let sealed = sealed::seal(work.conn(), db, &at, secret.bytes()).await?;
    let until = (overlap_hours > 0).then(|| work.now() + Duration::hours(overlap_hours));
    sqlx::query!(
        "update webhook_endpoint
         set prev_secret_enc = case when $4::timestamptz is null then null else secret_enc end,
             prev_secret_key_id = case when $4::timestamptz is null then null else secret_key_id end,
             prev_secret_until = $4, secret_enc = $2, secret_key_id = $3, row_version = row_version + 1
         where id = $1",
        row.id,
        sealed.bytes,
        sealed.key_id,
        until,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "webhook.rotate_secret",
        subject: id.to_string(),
        after: Some(json!({ "overlap_hours": overlap_hours })),
        ..AuditEntry::default()
    });
    let view = view::read(work.conn(), row.id).await?;
    work.commit((view, secret)).await
}
