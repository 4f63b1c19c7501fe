//! Putting a backend secret, and putting another value in its place.

use gatehouse_domain::backend_secret::BACKEND_SECRET_BYTES_MAX;
use gatehouse_domain::id::{ApiId, BackendSecretId};
use gatehouse_domain::policy::is_field_value;
use gatehouse_domain::{Permission, Slug};
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use uuid::Uuid;

use super::named::reaches;
use super::{BackendSecretView, find, lock, place, recorded};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::sealed;
use crate::words::{Said, optional_reason, require_version};
use crate::work::{Changed, Work};

/// Most backend secrets of one API.
pub const BACKEND_SECRETS_MAX: i64 = 100;

/// A value, as it is sent. Prints nothing.
#[derive(Debug, Clone)]
pub struct PutBackendSecret {
    /// One line of visible ASCII with spaces only inside, 1 to 2,048 bytes.
    pub value: Secret<String>,
    /// Why, for the audit log; may be empty.
    pub reason: String,
}

/// Puts a value under a name of the API: a new one, or in place of what has the name. Every route whose policies name it gets the new
/// value in the same numbered change. By id only what is there is replaced.
pub async fn put_backend_secret(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    secret: Lookup<BackendSecretId>,
    expected: Option<i32>,
    input: PutBackendSecret,
) -> Result<Changed<BackendSecretView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    require_value(input.value.expose())?;
    let reason = optional_reason(&input.reason)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let before = lock(work.conn(), &api, &secret).await?;
    let current = before.as_ref().map_or(0, |before| before.row_version);
    require_version(expected, current)?;
    let (id, name) = match (&before, &secret) {
        (Some(before), _) => (before.id, before.name.clone()),
        (None, Lookup::Slug(name)) => (work.new_id(), new_name(&mut work, api.id, name).await?),
        (None, Lookup::Id(_)) => return Err(Refusal::NotFound),
    };
    store(&mut work, api.id, id, &name, input.value.expose()).await?;
    let after = find(work.conn(), &api, &Lookup::Id(id)).await?;
    let after = after.ok_or(Refusal::NotFound)?;
    work.audit(AuditEntry {
        action: "backend_secret.put",
        subject: id.to_string(),
        before: before.as_ref().map(recorded),
        after: Some(recorded(&after)),
        reason: (!reason.is_empty()).then_some(reason),
    });
    for reach in reaches(work.conn(), id.uuid()).await? {
        work.touch_routes_of(reach);
    }
    work.commit(after).await
}

fn require_value(value: &str) -> Result<(), Refusal> {
    let fault = |code, detail: String| Err(Refusal::field("/value", code, detail));
    if value.is_empty() {
        return fault("required", t!("refused-policies-fill-this-in"));
    }
    if value.len() > BACKEND_SECRET_BYTES_MAX {
        let detail = t!(
            "refused-policies-use-at-most-bytes-got",
            backend_secret_bytes_max = &BACKEND_SECRET_BYTES_MAX,
            value = &value.len()
        );
        return fault("too_long", detail);
    }
    if !is_field_value(value) {
        let detail = t!("refused-policies-use-one-line-of-visible-ascii");
        return fault("field_value", detail.to_owned());
    }
    Ok(())
}

/// The name of a secret to come. The API is locked: nobody else adds one meanwhile.
async fn new_name(work: &mut Work<'_>, api: Uuid, name: &str) -> Result<String, Refusal> {
    let name = Slug::new(name).map_err(|fault| {
        Refusal::field(
            "/name",
            "slug",
            t!("refused-policies-the-secret-s-name", fault = &fault.said()),
        )
    })?;
    let held = sqlx::query_scalar!(
        r#"select count(*) as "held!" from backend_secret where api_id = $1"#,
        api
    )
    .fetch_one(work.conn())
    .await?;
    if held >= BACKEND_SECRETS_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-policies-the-api-has-backend-secrets-and",
            held = &held,
            backend_secrets_max = &BACKEND_SECRETS_MAX
        )));
    }
    Ok(name.as_str().to_owned())
}

/// Seals a value and stores it under an id: a new row, or in place of what the row has.
async fn store(
    work: &mut Work<'_>,
    api: Uuid,
    id: BackendSecretId,
    name: &str,
    value: &str,
) -> Result<(), Refusal> {
    let (db, place) = (work.db(), place(work.actor().tenant(), id.uuid()));
    let sealed = sealed::seal(work.conn(), db, &place, value.as_bytes()).await?;
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into backend_secret (id, tenant_id, api_id, name, value_enc, value_key_id, created_at, put_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         on conflict (tenant_id, id) do update
         set (value_enc, value_key_id, put_at, row_version)
           = (excluded.value_enc, excluded.value_key_id, excluded.put_at, backend_secret.row_version + 1)",
        id.uuid(),
        tenant,
        api,
        name,
        sealed.bytes,
        sealed.key_id,
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}
