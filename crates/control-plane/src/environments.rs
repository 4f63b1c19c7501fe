//! Environments: where a tenant's APIs answer.

use gatehouse_domain::host::is_host;
use gatehouse_domain::id::EnvironmentId;
use gatehouse_domain::{EnvironmentKind, Permission};
use gatehouse_language::t;
use gatehouse_snapshot::check::target_uri;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::words::{known, require_version};
use crate::work::{Changed, Work};

/// An environment.
#[derive(Debug, Clone, Serialize)]
pub struct EnvironmentView {
    /// Identity.
    pub id: EnvironmentId,
    /// In URLs.
    pub slug: String,
    /// For trying or for real.
    pub kind: EnvironmentKind,
    /// The host its APIs answer on; `None` is every host of the gateways.
    pub host: Option<String>,
    /// The path they answer below; empty for the root.
    pub base_path: String,
    /// The address links are built from, when it is not the installation's gateway address and the base path.
    pub public_url: Option<String>,
    /// For If-Match.
    pub row_version: i32,
}

/// Changes to an environment; an inner `None` takes a value away.
#[derive(Debug, Clone, Default)]
pub struct UpdateEnvironment {
    /// The host its APIs answer on, without a port.
    pub host: Option<Option<String>>,
    /// The address links are built from.
    pub public_url: Option<Option<String>>,
}

/// Lists the tenant's environments, sandbox first.
pub async fn list_environments(db: &Db, actor: &Actor) -> Result<Vec<EnvironmentView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    all(&mut tx).await
}

/// Reads one environment.
pub async fn get_environment(
    db: &Db,
    actor: &Actor,
    environment: Lookup<EnvironmentId>,
) -> Result<EnvironmentView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    find(&mut tx, &environment).await
}

/// Changes where an environment answers.
pub async fn update_environment(
    db: &Db,
    actor: &Actor,
    environment: Lookup<EnvironmentId>,
    expected: Option<i32>,
    input: UpdateEnvironment,
) -> Result<Changed<EnvironmentView>, Refusal> {
    actor.require(Permission::GatewayManage)?;
    let mut work = Work::begin(db, actor).await?;
    // All of them: which of the tenant's certificates go where depends on every host.
    let tenant = work.tenant();
    sqlx::query("select id from environment where tenant_id = $1 order by id for no key update")
        .bind(tenant)
        .fetch_all(work.conn())
        .await?;
    let id = find(work.conn(), &environment).await?.id;
    sqlx::query!(
        "select id from environment where id = $1 for no key update",
        id.uuid()
    )
    .fetch_one(work.conn())
    .await?;
    let before = find(work.conn(), &Lookup::Id(id)).await?;
    require_version(expected, before.row_version)?;
    let host = input.host.unwrap_or_else(|| before.host.clone());
    let public_url = input
        .public_url
        .unwrap_or_else(|| before.public_url.clone());
    let mut faults = Faults::default();
    if let Some(host) = &host {
        faults.require(
            is_host(host),
            "/host",
            "host",
            t!("refused-apis-use-a-host-name-in-lower"),
        );
    }
    if let Some(url) = &public_url {
        let read = target_uri(url).map(|_| ());
        if let Err(detail) = read {
            faults.require(false, "/public_url", "url", format!("{detail}."));
        }
        faults.require(
            url.len() <= 300,
            "/public_url",
            "too_long",
            t!("refused-apis-use-at-most-300-characters"),
        );
    }
    faults.finish()?;
    let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
    sqlx::query!(
        "update environment set host = $2, public_url = $3, row_version = row_version + 1 where id = $1",
        id.uuid(),
        host,
        public_url,
    )
    .execute(work.conn())
    .await
    .on_constraint("environment_place_key", || {
        Refusal::field("/host", "taken", t!("refused-apis-another-environment-answers-there-already"))
    })?;
    let after = find(work.conn(), &Lookup::Id(id)).await?;
    work.audit(AuditEntry {
        action: "environment.update",
        subject: id.to_string(),
        before: Some(recorded(&before)),
        after: Some(recorded(&after)),
        reason: None,
    });
    work.touch(Touched::Environment(id));
    work.commit(after).await
}

fn recorded(environment: &EnvironmentView) -> Value {
    json!({ "host": environment.host, "public_url": environment.public_url })
}

/// Every environment of the running transaction's tenant, sandbox first.
pub(crate) async fn all(conn: &mut PgConnection) -> Result<Vec<EnvironmentView>, Refusal> {
    select(conn, None, None).await
}

/// Finds one environment.
pub(crate) async fn find(
    conn: &mut PgConnection,
    environment: &Lookup<EnvironmentId>,
) -> Result<EnvironmentView, Refusal> {
    let (id, slug) = environment.parts();
    select(conn, id, slug).await?.pop().ok_or(Refusal::NotFound)
}

async fn select(
    conn: &mut PgConnection,
    id: Option<Uuid>,
    slug: Option<&str>,
) -> Result<Vec<EnvironmentView>, Refusal> {
    let rows = sqlx::query!(
        "select id, slug, kind, host, base_path, public_url, row_version from environment
         where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)
         order by kind desc, slug",
        id,
        slug,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(EnvironmentView {
                id: row.id.into(),
                slug: row.slug,
                kind: known(EnvironmentKind::parse(&row.kind), &row.kind)?,
                host: row.host,
                base_path: row.base_path,
                public_url: row.public_url,
                row_version: row.row_version,
            })
        })
        .collect()
}
