//! Credentials: the keys of applications. A key says who calls; what the caller may do comes from subscriptions alone.

mod evidence;
mod expire;
mod material;
mod revoke;
mod rotate;
mod scope;
mod view;
mod watch;

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::credential::CredentialKind;
use gatehouse_domain::id::{ApplicationId, CredentialId, EnvironmentId, ProductId, UserId};
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_language::t;
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
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::words::known;
use crate::work::{Changed, Work};
use crate::{applications, membership};

pub use evidence::{Evidence, EvidenceOperation, EvidenceSource, evidence};
pub use expire::expire_due;
pub use material::{Material, PUBLIC_MAX};
pub use revoke::revoke;
pub use rotate::{QUIET_HOURS, Rotate, rotate, rotate_credential};
pub use scope::{SCOPE_MAX, ScopeProduct};
pub use view::{CredentialFilter, CredentialView, FirstCall};
pub use watch::{NOTICE_DAYS, retire_quiet, tell_of_expiry};

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
    /// What it is for: at most [`SCOPE_MAX`] products; none is all that its application subscribes to.
    pub products: Vec<Lookup<ProductId>>,
}

/// Makes an API key. It is in the result and nowhere else: only its hash is stored. It may be made before access is granted.
pub async fn issue(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    input: IssueKey,
) -> Result<Changed<(CredentialView, Key)>, Refusal> {
    let (kind, none) = (CredentialKind::ApiKey, Material::default());
    told_once(issue_credential(db, actor, application, input, kind, &none).await?)
}

/// What was made, of a kind whose secret is made here.
fn told_once(
    made: Changed<(CredentialView, Option<Key>)>,
) -> Result<Changed<(CredentialView, Key)>, Refusal> {
    let Changed {
        value: (view, key),
        change,
    } = made;
    let key = key.ok_or_else(|| anyhow::anyhow!("a credential was made without its secret"))?;
    Ok(Changed {
        value: (view, key),
        change,
    })
}

/// Makes a credential of any kind. Where its secret is made here, it is in the result, and stored as its hash alone, unless
/// whoever verifies needs it again: then it is sealed.
pub async fn issue_credential(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    input: IssueKey,
    of: CredentialKind,
    material: &Material,
) -> Result<Changed<(CredentialView, Option<Key>)>, Refusal> {
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
    let products = scope::find(work.conn(), actor, app.id, &input.products).await?;
    let now = work.now();
    require_room(work.conn(), app.id, environment, now).await?;
    let new = NewKey {
        application: app.id,
        environment,
        kind,
        of,
        material,
        name: &name,
        expires_at: days.map(|days| now + Duration::days(days.into())),
        rotated_from: None,
        products: &products,
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
            t!("refused-access-use-1-to-days-got", max = &max, days = &days),
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
    Err(Refusal::Conflict(t!(
        "refused-access-the-application-has-keys-in-this",
        live_keys_max = &LIVE_KEYS_MAX
    )))
}

/// What is stored of a new key.
struct NewKey<'a> {
    application: Uuid,
    environment: Uuid,
    kind: EnvironmentKind,
    of: CredentialKind,
    material: &'a Material,
    name: &'a str,
    expires_at: Option<OffsetDateTime>,
    rotated_from: Option<Uuid>,
    /// What it is for; none: all.
    products: &'a [Uuid],
}

/// Makes and stores a key, and says that gateways need it.
async fn insert(
    work: &mut Work<'_>,
    actor: &Actor,
    new: &NewKey<'_>,
) -> Result<(CredentialId, Option<Key>), Refusal> {
    let proof = material::prove(new.of, new.kind, new.material, work.now())?;
    // A credential does not outlive what proves it.
    let expires_at = [new.expires_at, proof.ends].into_iter().flatten().min();
    material::require_new(
        work.conn(),
        new.application,
        new.environment,
        new.of,
        &proof,
    )
    .await?;
    let id: CredentialId = work.new_id();
    let person = membership::person(work.conn(), actor).await?;
    let (tenant, now) = (work.tenant(), work.now());
    let key_id = i64::try_from(proof.key_id).map_err(anyhow::Error::from)?;
    let sealed = material::seal(work, id, &proof).await?;
    let (secret_enc, secret_key_id) = sealed.map(|sealed| (sealed.bytes, sealed.key_id)).unzip();
    sqlx::query!(
        "insert into credential (id, tenant_id, application_id, environment_id, name, key_id, secret_hash, last4, state, expires_at,
                                 rotated_from, created_by, created_at, kind, public_material, secret_enc, secret_key_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'active', $9, $10, $11, $12, $13, $14, $15, $16)",
        id.uuid(),
        tenant,
        new.application,
        new.environment,
        new.name,
        key_id,
        proof.hash.as_slice(),
        proof.last4,
        expires_at,
        new.rotated_from,
        person,
        now,
        new.of.as_str(),
        proof.public,
        secret_enc,
        secret_key_id,
    )
    .execute(work.conn())
    .await
    .on_constraint("credential_public_key", || material::in_use(new.of))?;
    scope::store(work, id, new.products).await?;
    work.touch(Touched::Credential(id));
    Ok((id, proof.secret))
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
        "kind": view.kind,
        "name": view.name,
        "prefix": view.prefix,
        "state": view.state,
        "rotated_from": view.rotated_from,
        "products": view.products.iter().map(|product| &product.slug).collect::<Vec<_>>(),
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
