//! Backend secrets and the policies that name them.

use std::collections::HashMap;

use gatehouse_domain::id::TenantId;
use gatehouse_language::t;
use sqlx::postgres::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::place;
use crate::config::RouteReach;
use crate::db::Db;
use crate::refusal::{FieldFault, Refusal};
use crate::sealed::{self, Sealed};
use crate::work::Work;

/// Keeps which backend secrets a policy names; names that the API does not have are refused. The API is locked.
pub(crate) async fn link(
    work: &mut Work<'_>,
    api: Option<Uuid>,
    policy: Uuid,
    named: &[(String, &str)],
) -> Result<(), Refusal> {
    sqlx::query!(
        "delete from policy_backend_secret where policy_id = $1",
        policy
    )
    .execute(work.conn())
    .await?;
    if named.is_empty() {
        return Ok(());
    }
    let fault = |pointer: &str, code, detail: String| FieldFault::new(pointer, code, detail);
    let Some(api) = api else {
        let refuse = |(pointer, _): &(String, &str)| {
            let detail = t!("refused-policies-a-backend-secret-is-of-one");
            fault(pointer, "secret_reference", detail.to_owned())
        };
        return Err(Refusal::Invalid(named.iter().map(refuse).collect()));
    };
    let names: Vec<String> = named.iter().map(|(_, name)| (*name).to_owned()).collect();
    let known = sqlx::query!(
        "select id, name from backend_secret where api_id = $1 and name = any($2)",
        api,
        &names,
    )
    .fetch_all(work.conn())
    .await?;
    let unknown = named
        .iter()
        .filter(|(_, name)| known.iter().all(|row| row.name != *name));
    let faults: Vec<FieldFault> = unknown
        .map(|(pointer, name)| {
            let detail = t!(
                "refused-policies-the-api-has-no-backend-secret",
                name = &name
            );
            fault(pointer, "unknown_secret", detail)
        })
        .collect();
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    let tenant = work.tenant();
    let ids: Vec<Uuid> = known.iter().map(|row| row.id).collect();
    sqlx::query!(
        "insert into policy_backend_secret (tenant_id, api_id, policy_id, backend_secret_id)
         select $1, $2, $3, s.id from unnest($4::uuid[]) as s (id)",
        tenant,
        api,
        policy,
        &ids,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

/// Where the policies are that name one: what they are on the way to gets another value.
pub(super) async fn reaches(conn: &mut PgConnection, id: Uuid) -> Result<Vec<RouteReach>, Refusal> {
    let rows = sqlx::query!(
        "select distinct p.api_id, p.api_version_id, p.environment_id
         from policy_backend_secret l join policy p on p.id = l.policy_id where l.backend_secret_id = $1",
        id,
    )
    .fetch_all(conn)
    .await?;
    let reach = rows.into_iter().map(|row| RouteReach {
        api: row.api_id,
        version: row.api_version_id,
        environment: row.environment_id,
    });
    Ok(reach.collect())
}

/// The values that policies of some APIs name. They print nothing.
pub(crate) struct BackendSecrets(HashMap<Uuid, HashMap<String, Zeroizing<String>>>);

impl BackendSecrets {
    /// Opens those of the APIs that are named.
    pub(crate) async fn read(
        conn: &mut PgConnection,
        db: &Db,
        tenant: TenantId,
        apis: &[Uuid],
    ) -> Result<Self, Refusal> {
        let rows = sqlx::query!(
            "select id, api_id, name, value_enc, value_key_id from backend_secret s
             where api_id = any($1) and exists (select from policy_backend_secret l where l.backend_secret_id = s.id)",
            apis,
        )
        .fetch_all(&mut *conn)
        .await?;
        let mut found: HashMap<Uuid, HashMap<String, Zeroizing<String>>> = HashMap::new();
        for row in rows {
            let sealed = Sealed {
                bytes: row.value_enc,
                key_id: row.value_key_id,
            };
            let value = sealed::open(conn, db, &place(tenant, row.id), &sealed).await?;
            let value = std::str::from_utf8(&value).map_err(anyhow::Error::from)?;
            let value = Zeroizing::new(value.to_owned());
            found.entry(row.api_id).or_default().insert(row.name, value);
        }
        Ok(Self(found))
    }

    /// What a name stands for at an API. The database holds policies and what they name together; a text that was stored as an
    /// ordinary value before there were backend secrets names nothing.
    pub(crate) fn get(&self, api: Option<Uuid>, name: &str) -> Result<&str, Refusal> {
        let value = api.and_then(|api| self.0.get(&api)?.get(name));
        value.map(|value| value.as_str()).ok_or_else(|| {
            Refusal::Conflict(t!(
                "refused-policies-a-headers-policy-names-the-backend",
                name = &name
            ))
        })
    }
}
