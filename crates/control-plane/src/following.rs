//! Who wants to be told of what happens to an API: new descriptions, deprecations, and what its owners write into its changelog.

use gatehouse_domain::id::ApiId;
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::membership;
use crate::page::Lookup;
use crate::refs::ApiRef;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// Most APIs one person follows in a tenant.
pub const FOLLOWED_MAX: i64 = 500;

/// An API that somebody follows.
#[derive(Debug, Clone, Serialize)]
pub struct FollowView {
    /// Which.
    pub api: ApiRef,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// Follows an API the actor may see. Who follows it already goes on.
pub async fn follow_api(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
) -> Result<Changed<FollowView>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let api = apis::find_visible(work.conn(), actor, &api).await?;
    let person = person(work.conn(), actor).await?;
    let tenant = work.tenant();
    let made = sqlx::query!(
        "insert into api_follow (tenant_id, api_id, user_id, since)
         select $1, $2, $3, $4 where (select count(*) from api_follow where user_id = $3) < $5
         on conflict do nothing",
        tenant,
        api.id,
        person,
        now,
        FOLLOWED_MAX,
    )
    .execute(work.conn())
    .await?;
    let since = sqlx::query_scalar!(
        "select since from api_follow where api_id = $1 and user_id = $2",
        api.id,
        person,
    )
    .fetch_optional(work.conn())
    .await?;
    let since = since.ok_or_else(|| {
        Refusal::Conflict(t!(
            "refused-apis-you-follow-apis-the-most-one",
            followed_max = &FOLLOWED_MAX
        ))
    })?;
    if made.rows_affected() > 0 {
        work.audit(AuditEntry {
            action: "api.follow",
            subject: ApiId::from_uuid(api.id).to_string(),
            after: Some(json!({ "api": api.slug })),
            ..AuditEntry::default()
        });
    }
    work.commit(FollowView {
        api: ApiRef {
            id: api.id.into(),
            slug: api.slug,
            name: api.name,
        },
        since,
    })
    .await
}

/// Stops following an API; nothing happens where the actor did not follow it.
pub async fn unfollow_api(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
) -> Result<Changed<()>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let api = apis::find_visible(work.conn(), actor, &api).await?;
    let person = person(work.conn(), actor).await?;
    let gone = sqlx::query!(
        "delete from api_follow where api_id = $1 and user_id = $2",
        api.id,
        person,
    )
    .execute(work.conn())
    .await?;
    if gone.rows_affected() > 0 {
        work.audit(AuditEntry {
            action: "api.unfollow",
            subject: ApiId::from_uuid(api.id).to_string(),
            before: Some(json!({ "api": api.slug })),
            ..AuditEntry::default()
        });
    }
    work.commit(()).await
}

/// The APIs the acting person follows, by name.
pub async fn list_followed(db: &Db, actor: &Actor) -> Result<Vec<FollowView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let person = person(&mut tx, actor).await?;
    let rows = sqlx::query!(
        "select a.id, a.slug, a.name, f.since from api_follow f join api a on a.id = f.api_id
         where f.user_id = $1 order by a.name, a.id",
        person,
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| FollowView {
            api: ApiRef {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
            },
            since: row.since,
        })
        .collect())
}

async fn person(conn: &mut sqlx::postgres::PgConnection, actor: &Actor) -> Result<Uuid, Refusal> {
    membership::person(conn, actor)
        .await?
        .ok_or_else(|| Refusal::NotYours(t!("refused-apis-nobody-stands-behind-this-access-token")))
}
