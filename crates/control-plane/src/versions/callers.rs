//! Who still calls a version: what has to be known before it ends.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_language::t;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::find;
use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::Lookup;
use crate::refs::{AppRef, TeamRef};
use crate::refusal::Refusal;

/// How far back is looked, in days.
const DAYS: i64 = 30;
/// Most applications that are listed.
const CALLERS_MAX: i64 = 500;

/// An application that called a version in the last 30 days.
#[derive(Debug, Clone, Serialize)]
pub struct CallerView {
    /// Which.
    pub application: AppRef,
    /// Its calls of the version, whatever their answer.
    pub calls: i64,
    /// The last hour in which there was one, its beginning.
    #[serde(with = "time::serde::rfc3339")]
    pub last_hour: OffsetDateTime,
    /// Operations it called, the busiest first, at most 20.
    pub operations: Vec<String>,
}

/// Lists the applications that called a version in the last 30 days, the busiest first, at most 500.
pub async fn list_callers(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
) -> Result<Vec<CallerView>, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::ApiRead).await?;
    let version = find(&mut tx, api.id, label).await?;
    of_version(&mut tx, version.id.uuid(), db.clock().now()).await
}

/// The same inside a transaction.
pub(super) async fn of_version(
    conn: &mut PgConnection,
    version: Uuid,
    now: OffsetDateTime,
) -> Result<Vec<CallerView>, Refusal> {
    let rows = sqlx::query!(
        r#"with used as (
               select application_id, operation_key, sum(count)::bigint as calls, max(bucket) as last
               from usage_hour
               where api_version_id = $1 and bucket >= $2 and application_id <> '00000000-0000-0000-0000-000000000000'
               group by application_id, operation_key)
           select a.id, a.slug, a.name, t.id as team_id, t.slug as team_slug, t.name as team_name,
                  sum(u.calls)::bigint as "calls!", max(u.last) as "last!",
                  (array_agg(u.operation_key order by u.calls desc, u.operation_key))[1:20] as "operations!: Vec<String>"
           from used u
           join application a on a.id = u.application_id
           join team t on t.id = a.owner_team_id
           group by a.id, t.id
           order by sum(u.calls) desc, a.id
           limit $3"#,
        version,
        now - Duration::days(DAYS),
        CALLERS_MAX,
    )
    .fetch_all(conn)
    .await?;
    let views = rows.into_iter().map(|row| CallerView {
        application: AppRef {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
            team: TeamRef {
                id: row.team_id.into(),
                slug: row.team_slug,
                name: row.team_name,
            },
        },
        calls: row.calls,
        last_hour: row.last,
        operations: row.operations,
    });
    Ok(views.collect())
}

/// The callers in one sentence, for a refusal; `None` when there are none.
pub(super) fn in_words(callers: &[CallerView]) -> Option<String> {
    let named = callers.iter().take(5);
    let mut names: Vec<String> = named
        .map(|caller| {
            t!(
                "refused-apis-caller",
                name = &caller.application.name,
                count = caller.calls
            )
        })
        .collect();
    if callers.len() > names.len() {
        names.push(t!(
            "refused-apis-more-callers",
            count = callers.len() - names.len()
        ));
    }
    let said = || {
        t!(
            "refused-apis-called-by",
            days = DAYS,
            names = &names.join(", ")
        )
    };
    (!names.is_empty()).then(said)
}
