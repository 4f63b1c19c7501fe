//! Credentials: the keys of applications. A key says who calls; what the caller may do comes from subscriptions alone.

mod expire;
mod revoke;
mod rotate;
mod view;

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::id::{ApplicationId, CredentialId, EnvironmentId, UserId};
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_runtime::random;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::plans::terms::{KeyBounds, key_bounds};
use crate::refusal::{Faults, Refusal};
use crate::words::known;
use crate::work::{Changed, Work};
use crate::{applications, membership};

pub use expire::expire_due;
pub use revoke::revoke;
pub use rotate::rotate;
pub use view::{CredentialFilter, CredentialView, FirstCall};

pub(crate) use revoke::revoke_all_of_application;

/// Most usable keys of one application in one environment.
pub const LIVE_KEYS_MAX: i64 = 10;
/// Longest life of a key that no plan bounds, in days.
const LIFE_DAYS_MAX: i32 = 3650;

/// A new key.
#[derive(Debug, Clone)]
pub struct IssueKey {
    /// Where it is valid.
    pub environment: Lookup<EnvironmentId>,
    /// For people, at most 80 characters; may be empty.
    pub name: String,
    /// Days until it ends; `None` is the longest the plans allow, which without a plan's bound is no end.
    pub expires_in_days: Option<i32>,
}

/// Makes a key. It is in the result and nowhere else: only its hash is stored. It may be made before access is granted.
pub async fn issue(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    input: IssueKey,
) -> Result<Changed<(CredentialView, Key)>, Refusal> {
    membership::require_consumer(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let app = applications::lock(work.conn(), &application).await?;
    membership::require_team(work.conn(), actor, app.team_id).await?;
    let mut faults = Faults::default();
    let name = faults.optional_text("/name", &input.name, 80);
    let (environment, kind) = environment(work.conn(), &input.environment).await?;
    let bounds = key_bounds(work.conn(), app.id, environment).await?;
    let days = life(input.expires_in_days, bounds, &mut faults);
    faults.finish()?;
    let now = work.now();
    require_room(work.conn(), app.id, environment, now).await?;
    let new = NewKey {
        application: app.id,
        environment,
        kind,
        name: &name,
        expires_at: days.map(|days| now + Duration::days(days.into())),
        rotated_from: None,
    };
    let (id, key) = insert(&mut work, actor, &new).await?;
    let view = view::read(work.conn(), id.uuid(), now).await?;
    work.audit(AuditEntry {
        action: "credential.issue",
        subject: id.to_string(),
        after: Some(recorded(&view)),
        ..AuditEntry::default()
    });
    let told = payload(&mut work, actor, &view, &app.name, "").await?;
    work.emit("credential.issued", id, told);
    work.commit((view, key)).await
}

/// The days a key lives: what was asked for, within what the plans allow.
fn life(asked: Option<i32>, bounds: KeyBounds, faults: &mut Faults) -> Option<i32> {
    let max = bounds.max_days.unwrap_or(LIFE_DAYS_MAX);
    if let Some(days) = asked {
        faults.require(
            (1..=max).contains(&days),
            "/expires_in_days",
            "out_of_range",
            format!("Use 1 to {max} days; got {days}."),
        );
    }
    asked.or(bounds.max_days)
}

async fn environment(
    conn: &mut PgConnection,
    environment: &Lookup<EnvironmentId>,
) -> Result<(Uuid, EnvironmentKind), Refusal> {
    let (id, slug) = environment.parts();
    let row = sqlx::query!(
        "select id, kind from environment where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| Refusal::unknown("/environment"))?;
    Ok((row.id, known(EnvironmentKind::parse(&row.kind), &row.kind)?))
}

/// The application's row is locked, so that two keys made at once cannot both be the last one.
async fn require_room(
    conn: &mut PgConnection,
    application: Uuid,
    environment: Uuid,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let live = sqlx::query_scalar!(
        r#"select count(*) as "count!" from credential
           where application_id = $1 and environment_id = $2 and state in ('active', 'retiring')
             and (expires_at is null or expires_at > $3) and (retire_at is null or retire_at > $3)"#,
        application,
        environment,
        now,
    )
    .fetch_one(conn)
    .await?;
    if live < LIVE_KEYS_MAX {
        return Ok(());
    }
    Err(Refusal::Conflict(format!(
        "The application has {LIVE_KEYS_MAX} keys in this environment; revoke one first."
    )))
}

/// What is stored of a new key.
struct NewKey<'a> {
    application: Uuid,
    environment: Uuid,
    kind: EnvironmentKind,
    name: &'a str,
    expires_at: Option<OffsetDateTime>,
    rotated_from: Option<Uuid>,
}

/// Makes and stores a key, and says that gateways need it.
async fn insert(
    work: &mut Work<'_>,
    actor: &Actor,
    new: &NewKey<'_>,
) -> Result<(CredentialId, Key), Refusal> {
    let key = generate(new.kind);
    let id: CredentialId = work.new_id();
    let person = membership::person(work.conn(), actor).await?;
    let (tenant, now) = (work.tenant(), work.now());
    let key_id = i64::try_from(key.id().as_u64()).map_err(anyhow::Error::from)?;
    let hash = key.secret_hash();
    sqlx::query!(
        "insert into credential (id, tenant_id, application_id, environment_id, name, key_id, secret_hash, last4, state, expires_at,
                                 rotated_from, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10, $11, $12)",
        id.uuid(),
        tenant,
        new.application,
        new.environment,
        new.name,
        key_id,
        hash.0.as_slice(),
        key.last4(),
        new.expires_at,
        new.rotated_from,
        person,
        now,
    )
    .execute(work.conn())
    .await?;
    work.touch(Touched::Credential(id));
    Ok((id, key))
}

fn generate(kind: EnvironmentKind) -> Key {
    loop {
        let entropy = Zeroizing::new(random::bytes::<{ Key::ENTROPY }>());
        if let Some(key) = Key::generate(KeyKind::ApiKey(kind), &entropy) {
            return key;
        }
    }
}

/// What the audit log keeps of a key: never more than lists show.
fn recorded(view: &CredentialView) -> Value {
    json!({
        "application": view.application_id,
        "environment": view.environment.slug,
        "name": view.name,
        "prefix": view.prefix,
        "state": view.state,
        "rotated_from": view.rotated_from,
    })
}

/// What mail and notices need to know.
async fn payload(
    work: &mut Work<'_>,
    actor: &Actor,
    view: &CredentialView,
    application: &str,
    reason: &str,
) -> Result<Value, Refusal> {
    let person = membership::person(work.conn(), actor).await?;
    Ok(json!({
        "credential": view.id,
        "application": { "id": view.application_id, "name": application },
        "environment": view.environment.slug,
        "name": view.name,
        "prefix": view.prefix,
        "reason": reason,
        "actor": person.map(UserId::from_uuid),
    }))
}

/// Reads one key of an application the actor may see.
pub async fn get_credential(
    db: &Db,
    actor: &Actor,
    id: CredentialId,
) -> Result<CredentialView, Refusal> {
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let application = view::application_of(&mut tx, id.uuid()).await?;
    applications::require_sight(&mut tx, actor, application).await?;
    view::read(&mut tx, id.uuid(), now).await
}

/// Lists the keys of an application the actor may see, newest first.
pub async fn list_credentials(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    filter: &CredentialFilter,
    page: &Page,
) -> Result<Listed<CredentialView>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let app = applications::find(&mut tx, &application)
        .await?
        .ok_or(Refusal::NotFound)?;
    applications::require_sight(&mut tx, actor, app.id).await?;
    let views = view::list(&mut tx, app.id, filter, page, now).await?;
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plans_longest_life_bounds_a_key_and_is_its_default() {
        let check = |asked, max_days| {
            let mut faults = Faults::default();
            let bounds = KeyBounds {
                max_days,
                max_overlap_s: 0,
            };
            let days = life(asked, bounds, &mut faults);
            faults.finish().map(|()| days).ok()
        };
        assert_eq!(check(None, None), Some(None));
        assert_eq!(check(None, Some(90)), Some(Some(90)));
        assert_eq!(check(Some(90), Some(90)), Some(Some(90)));
        assert_eq!(check(Some(91), Some(90)), None);
        assert_eq!(check(Some(0), None), None);
        assert_eq!(check(Some(3650), None), Some(Some(3650)));
        assert_eq!(check(Some(3651), None), None);
    }
}
