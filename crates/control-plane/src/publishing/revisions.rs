//! Revisions of a version: in force, over, and waiting to be accepted.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, SpecRevisionId};
use gatehouse_snapshot::node_auth::hex;
use gatehouse_spec::gate::Report;
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::callers;
use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refusal::Refusal;
use crate::versions;

/// A revision in a list.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionSummary {
    /// Identity.
    pub id: SpecRevisionId,
    /// Within the version, from 1.
    pub number: i32,
    /// `active`, `superseded`, `rejected` or `accepted`.
    pub state: String,
    /// As in [`versions::RevisionView`].
    pub change_class: Option<String>,
    /// Of the bytes as they came, hexadecimal.
    pub sha256: String,
    /// The version in it, which need not be the label.
    pub declared_version: String,
    /// Where it came from: commit, run, author.
    pub source: Value,
    /// Who sent it in.
    pub sent_by: Option<String>,
    /// When it was sent in.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Who accepted it, why and when.
    pub acceptance: Option<Accepted>,
}

/// An approver's acceptance.
#[derive(Debug, Clone, Serialize)]
pub struct Accepted {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// One revision with its report.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionDetails {
    /// The revision.
    #[serde(flatten)]
    pub revision: RevisionSummary,
    /// What it changes for callers, with their calls as they are now.
    pub report: Option<Report>,
    /// What is wrong with it but tolerated.
    pub warnings: Value,
}

/// Lists the revisions of a version, newest first.
pub async fn list_revisions(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    page: &Page,
) -> Result<Listed<RevisionSummary>, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::ApiRead).await?;
    let version = versions::find(&mut tx, api.id, label).await?;
    let rows = select(
        &mut tx,
        version.id.uuid(),
        None,
        page.after.map(number_of),
        page.fetch(),
    )
    .await?;
    let views = rows.into_iter().map(|row| row.revision).collect();
    Ok(Listed::cut(views, page, |view: &RevisionSummary| {
        cursor_of(view.number)
    }))
}

/// A page is continued by number: ids made in one millisecond have no order, and a rejected revision, with its id, may be
/// forgotten between two pages.
fn cursor_of(number: i32) -> Uuid {
    Uuid::from_u128(u128::from(number.unsigned_abs()))
}

/// Of what never was a cursor: the list from its beginning.
fn number_of(cursor: Uuid) -> i32 {
    i32::try_from(cursor.as_u128()).unwrap_or(i32::MAX)
}

/// Reads one revision.
pub async fn get_revision(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    number: i32,
) -> Result<RevisionDetails, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::ApiRead).await?;
    let version = versions::find(&mut tx, api.id, label).await?;
    read(
        &mut tx,
        (actor, &api),
        version.id.uuid(),
        number,
        db.clock().now(),
    )
    .await
}

pub(super) async fn read(
    conn: &mut PgConnection,
    (actor, api): (&Actor, &apis::Row),
    version: Uuid,
    number: i32,
    now: OffsetDateTime,
) -> Result<RevisionDetails, Refusal> {
    let row = select(conn, version, Some(number), None, 1).await?.pop();
    let row = row.ok_or(Refusal::NotFound)?;
    let mut report: Option<Report> = row.diff.and_then(|diff| serde_json::from_value(diff).ok());
    if let Some(report) = report
        .as_mut()
        .filter(|report| report.compared_with.is_some())
    {
        // The version that was compared with need not be this one: callers of a new version are those of the old.
        let whose = row.base_version.unwrap_or(version);
        let callers = callers::of(conn, (actor, api), whose, None, now).await?;
        report.with_callers(&callers);
    }
    Ok(RevisionDetails {
        revision: row.revision,
        report,
        warnings: row.warnings,
    })
}

struct Row {
    revision: RevisionSummary,
    diff: Option<Value>,
    warnings: Value,
    base_version: Option<Uuid>,
}

async fn select(
    conn: &mut PgConnection,
    version: Uuid,
    number: Option<i32>,
    below: Option<i32>,
    limit: i64,
) -> Result<Vec<Row>, Refusal> {
    let rows = sqlx::query!(
        r#"select r.id, r.number, r.state, r.change_class, r.sha256, r.declared_version, r.source, r.created_at, r.warnings,
                  case when $2::int is null then null else r.diff end as diff, b.api_version_id as "base_version?",
                  coalesce(u.name, t.name) as "sent_by?", x.reason as "reason?", x.accepted_by_name as "accepted_by?",
                  x.accepted_at as "accepted_at?"
           from spec_revision r
           left join spec_revision b on b.id = r.base_revision_id
           left join app_user u on r.created_by_kind = 'user' and u.id = r.created_by
           left join access_token t on r.created_by_kind = 'token' and t.id = r.created_by
           left join spec_acceptance x on x.revision_id = r.id
           where r.api_version_id = $1 and ($2::int is null or r.number = $2) and ($3::int is null or r.number < $3)
           order by r.number desc limit $4"#,
        version,
        number,
        below,
        limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Row {
            diff: row.diff,
            warnings: row.warnings,
            base_version: row.base_version,
            revision: RevisionSummary {
                id: row.id.into(),
                number: row.number,
                state: row.state,
                change_class: row.change_class,
                sha256: hex(&row.sha256),
                declared_version: row.declared_version,
                source: row.source,
                sent_by: row.sent_by,
                created_at: row.created_at,
                acceptance: row.accepted_at.map(|at| Accepted {
                    by: row.accepted_by.unwrap_or_default(),
                    reason: row.reason.unwrap_or_default(),
                    at,
                }),
            },
        })
        .collect())
}
