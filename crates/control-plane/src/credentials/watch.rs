//! What the clock does for keys that still work: it lets go of replaced ones that nobody uses, and tells of ends to come.

use gatehouse_domain::id::CredentialId;
use gatehouse_language::t;
use gatehouse_snapshot::protocol::NODE_LIVE_S;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{payload, view};
use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::work::Work;

/// Days before its end that the team of a key is told of it. A key that was never meant to live longer is not told of.
pub const NOTICE_DAYS: [i32; 3] = [30, 7, 1];

/// Why a key ended that nobody used any more.
const QUIET: &str = "Nobody used it any more.";

fn require_program(actor: &Actor) -> Result<(), Refusal> {
    if matches!(actor.kind(), ActorKind::System) {
        return Ok(());
    }
    Err(Refusal::NotYours(t!(
        "refused-policies-only-the-program-itself-does-this"
    )))
}

/// Ends replaced keys that nobody used for as long as their rotation asked for, at most `limit` in one transaction. Returns how
/// many. While a gateway of the environment is not heard from, none of its keys counts as quiet: what it saw is not known, and
/// the overlap ends the key all the same.
pub async fn retire_quiet(db: &Db, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    require_program(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let quiet = sqlx::query!(
        r#"with quiet as materialized (
             select c.id
             from credential c left join credential_use k on k.tenant_id = c.tenant_id and k.credential_id = c.id
             where c.state = 'retiring' and c.retire_when_quiet_s is not null and c.retire_at > $1
               and greatest(c.replaced_at, k.last_used_at) + make_interval(secs => c.retire_when_quiet_s) <= $1
               and not exists (select from gateway_node n join group_environment e on e.group_id = n.group_id
                               where e.tenant_id = c.tenant_id and e.environment_id = c.environment_id
                                 and n.retired_at is null and n.last_seen_at <= $4)
             order by c.id limit $2
             for no key update of c skip locked)
         update credential c
         set state = 'revoked', revoked_at = $1, revoked_reason = $3, row_version = c.row_version + 1
         from quiet, application a
         where c.id = quiet.id and a.tenant_id = c.tenant_id and a.id = c.application_id
         returning c.id, a.name as application"#,
        now,
        limit.clamp(1, 1000),
        QUIET,
        now - Duration::seconds(NODE_LIVE_S),
    )
    .fetch_all(work.conn())
    .await?;
    if quiet.is_empty() {
        work.roll_back(()).await?;
        return Ok(0);
    }
    for row in &quiet {
        let id = CredentialId::from_uuid(row.id);
        let view = view::read(work.conn(), row.id, now).await?;
        work.audit(AuditEntry {
            action: "credential.retire",
            subject: id.to_string(),
            after: Some(json!({ "state": view.state, "last_used_at": moment(view.last_used_at)? })),
            reason: Some(QUIET.to_owned()),
            ..AuditEntry::default()
        });
        work.touch(Touched::Credential(id));
        let told = payload(&mut work, actor, &view, &row.application, QUIET).await?;
        work.emit("credential.retired", id, told);
    }
    work.commit(()).await?;
    Ok(quiet.len())
}

fn moment(at: Option<OffsetDateTime>) -> Result<Option<String>, Refusal> {
    let text = at.map(|at| at.format(&Rfc3339)).transpose();
    Ok(text.map_err(anyhow::Error::from)?)
}

struct Ending {
    id: Uuid,
    days: i32,
    expires_at: OffsetDateTime,
    application: String,
}

/// Tells the teams of keys that end in 30, 7 or 1 days, each once however many do this at the same time; at most `limit` in
/// one transaction. Returns how many. A key whose replacement has been made is not told of.
pub async fn tell_of_expiry(db: &Db, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    require_program(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let ending = sqlx::query_as!(
        Ending,
        r#"with due as materialized (
             select c.id, s.days
             from credential c
             cross join lateral (select min(d) as days from unnest($3::int[]) as d
                                 where c.expires_at <= $1::timestamptz + make_interval(hours => 24 * d)) s
             where c.state = 'active' and c.expires_at > $1 and s.days is not null
               and c.expires_at > c.created_at + make_interval(hours => 24 * s.days)
               and (c.told_days is null or c.told_days > s.days)
             order by c.id limit $2
             for no key update of c skip locked)
         update credential c set told_days = due.days
         from due, application a
         where c.id = due.id and a.tenant_id = c.tenant_id and a.id = c.application_id
         returning c.id, due.days as "days!", c.expires_at as "expires_at!", a.name as application"#,
        now,
        limit.clamp(1, 1000),
        &NOTICE_DAYS,
    )
    .fetch_all(work.conn())
    .await?;
    if ending.is_empty() {
        work.roll_back(()).await?;
        return Ok(0);
    }
    for key in &ending {
        let view = view::read(work.conn(), key.id, now).await?;
        let mut told = payload(&mut work, actor, &view, &key.application, "").await?;
        told["days"] = json!(key.days);
        told["expires_at"] = json!(moment(Some(key.expires_at))?);
        work.emit("credential.expiring", view.id, told);
    }
    work.commit(()).await?;
    Ok(ending.len())
}
