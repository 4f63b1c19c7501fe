//! Reading releases: who made them, what they changed, and which gateways run them.

use std::collections::BTreeMap;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ChangeId, ChangesetId, NodeId};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::resources::compare::{FieldChange, compare};

/// A release.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseView {
    /// Counts from 1 without gaps within the tenant.
    pub number: i64,
    /// What was done, as the audit log calls it.
    pub kind: String,
    /// The prefixed id of what it was done to.
    pub subject: String,
    /// Some of what it changed, as files name it: first what it was done to. At most three.
    pub things: Vec<String>,
    /// `user`, `token` or `system`.
    pub actor_type: String,
    /// By whom, as they were called then.
    pub actor_name: String,
    /// Commit, branch, run and file it came from, as far as they were said.
    pub source: Value,
    /// The changeset that made it.
    pub changeset_id: Option<ChangesetId>,
    /// The release it went back to.
    pub rolled_back_to: Option<i64>,
    /// The change that carried it to the gateways; none when they need not know.
    pub change_id: Option<ChangeId>,
    /// How many things it changed.
    pub changes: i64,
    /// When it was committed.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The gateways that run this release now.
    pub gateways: Vec<ReleaseGateway>,
}

/// A gateway that runs a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseGateway {
    /// Which.
    pub id: NodeId,
    /// Its name.
    pub name: String,
}

/// What a release changed in one thing.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseChange {
    /// Which thing, as files name it.
    pub resource: String,
    /// `create`, `update` or `delete`.
    pub action: &'static str,
    /// Field by field.
    pub fields: Vec<FieldChange>,
}

/// What lies between two releases.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseDiff {
    /// The earlier configuration; 0 is nothing at all.
    pub from: i64,
    /// The later one.
    pub to: i64,
    /// Every thing that differs, in the order of files.
    pub changes: Vec<ReleaseChange>,
}

/// Lists the tenant's releases, newest first: at most `limit` (1 to 200), below `before` when given. One more than asked for
/// tells that there are more.
pub async fn list_releases(
    db: &Db,
    actor: &Actor,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<ReleaseView>, Refusal> {
    actor.require(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    select(&mut tx, None, before, limit.clamp(1, 200) + 1).await
}

/// Reads one release.
pub async fn get_release(db: &Db, actor: &Actor, number: i64) -> Result<ReleaseView, Refusal> {
    actor.require(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    one(&mut tx, number).await
}

pub(super) async fn one(conn: &mut PgConnection, number: i64) -> Result<ReleaseView, Refusal> {
    select(conn, Some(number), None, 1)
        .await?
        .pop()
        .ok_or(Refusal::NotFound)
}

async fn select(
    conn: &mut PgConnection,
    number: Option<i64>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<ReleaseView>, Refusal> {
    let rows = sqlx::query!(
        r#"select r.number, r.kind, r.subject, r.actor_type, r.actor_name, r.source, r.changeset_id, r.rolled_back_to, r.change_id,
                  r.created_at,
                  array(select c.key from release_change c where c.tenant_id = r.tenant_id and c.number = r.number
                        order by c.subject <> r.subject, c.key limit 3) as "things!",
                  (select count(*) from release_change c where c.tenant_id = r.tenant_id and c.number = r.number) as "changes!"
           from release r
           where ($1::bigint is null or r.number = $1) and ($2::bigint is null or r.number < $2)
           order by r.number desc
           limit $3"#,
        number,
        before,
        limit,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut running = running(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| ReleaseView {
            gateways: running.remove(&row.number).unwrap_or_default(),
            number: row.number,
            kind: row.kind,
            subject: row.subject,
            things: row.things,
            actor_type: row.actor_type,
            actor_name: row.actor_name,
            source: row.source,
            changeset_id: row.changeset_id.map(ChangesetId::from_uuid),
            rolled_back_to: row.rolled_back_to,
            change_id: row.change_id.map(ChangeId::from_uuid),
            changes: row.changes,
            created_at: row.created_at,
        })
        .collect())
}

/// Which release each gateway of the tenant runs: the one before the first that it has not applied. Releases that no gateway
/// needs to know are run by all.
async fn running(conn: &mut PgConnection) -> Result<BTreeMap<i64, Vec<ReleaseGateway>>, Refusal> {
    let rows = sqlx::query!(
        r#"select n.id, n.name,
                  coalesce((select min(g.number) - 1 from release_group g
                            where g.group_id = n.group_id and g.seq > n.applied_seq),
                           (select max(number) from release)) as "number"
           from gateway_node n
           where n.retired_at is null and n.diverged_at is null and n.group_id in (select group_id from group_environment)
           order by n.name, n.id"#,
    )
    .fetch_all(conn)
    .await?;
    let mut running: BTreeMap<i64, Vec<ReleaseGateway>> = BTreeMap::new();
    for row in rows {
        if let Some(number) = row.number {
            running.entry(number).or_default().push(ReleaseGateway {
                id: row.id.into(),
                name: row.name,
            });
        }
    }
    Ok(running)
}

/// Says what lies between a release and an earlier one; without `against`, the one right before it.
pub async fn diff_release(
    db: &Db,
    actor: &Actor,
    number: i64,
    against: Option<i64>,
) -> Result<ReleaseDiff, Refusal> {
    actor.require(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    one(&mut tx, number).await?;
    let from = against.unwrap_or(number - 1);
    if from != 0 {
        one(&mut tx, from)
            .await
            .map_err(|_| Refusal::unknown("?against"))?;
    }
    let (older, newer) = (from.min(number), from.max(number));
    let before = configuration(&mut tx, from, older).await?;
    let after = configuration(&mut tx, number, older).await?;
    // What neither release touched since the older one is the same in both.
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort_by_key(|key| crate::resources::Key::parse(key));
    keys.dedup();
    let nothing = None;
    let changes = keys.into_iter().filter_map(|key| {
        let old = before.get(key).unwrap_or(&nothing);
        let new = after.get(key).unwrap_or(&nothing);
        describe(key, old.as_ref(), new.as_ref())
    });
    debug_assert!(older <= newer);
    Ok(ReleaseDiff {
        from,
        to: number,
        changes: changes.collect(),
    })
}

/// The number of the newest release; 0 before the first.
pub(super) async fn newest(conn: &mut PgConnection) -> Result<i64, Refusal> {
    let newest =
        sqlx::query_scalar!(r#"select coalesce(max(number), 0) as "newest!" from release"#);
    Ok(newest.fetch_one(conn).await?)
}

/// The release that going back to `number` made, when `newest` was the newest before.
pub(super) async fn made_since(
    conn: &mut PgConnection,
    newest: i64,
    number: i64,
) -> Result<Option<i64>, Refusal> {
    let made = sqlx::query_scalar!(
        "select min(number) from release where number > $1 and rolled_back_to = $2",
        newest,
        number,
    );
    Ok(made.fetch_one(conn).await?)
}

/// What every thing changed after `since` was in release `number`.
pub(super) async fn configuration(
    conn: &mut PgConnection,
    number: i64,
    since: i64,
) -> Result<BTreeMap<String, Option<Value>>, Refusal> {
    let rows = sqlx::query!(
        r#"select k.key as "key!", (select c.after from release_change c where c.key = k.key and c.number <= $1
                                    order by c.number desc limit 1) as after
           from (select distinct key from release_change where number > $2) k"#,
        number,
        since,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.after)).collect())
}

/// What happened to one thing; `None` when nothing that a file could state.
pub(super) fn describe(
    key: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Option<ReleaseChange> {
    let fields = |body: Option<&Value>| body.and_then(|body| body["spec"].as_object().cloned());
    let (held, new) = (fields(before), fields(after));
    let (action, changes) = match (&held, &new) {
        (None, None) => return None,
        (None, Some(new)) => ("create", compare(None, new)),
        (Some(_), None) => ("delete", Vec::new()),
        (Some(held), Some(new)) => ("update", compare(Some(held), new)),
    };
    if action == "update" && changes.is_empty() {
        return None;
    }
    // A description says itself by its digest alone.
    let shown = changes.into_iter().map(|mut change| {
        for value in [&mut change.before, &mut change.after] {
            if let Some(sha256) = value.get("sha256").cloned() {
                *value = json!({ "sha256": sha256 });
            }
        }
        change
    });
    Some(ReleaseChange {
        resource: key.to_owned(),
        action,
        fields: shown.collect(),
    })
}
