//! Whether things work, for everybody who may look: gateways in numbers without names, APIs by how their calls of the last hour
//! ended. What an operator sees of each gateway is [`crate::gateways::list_nodes`].

use gatehouse_snapshot::protocol::NODE_LIVE_S;
use serde::Serialize;
use time::Duration;

use crate::db::Db;
use crate::refusal::Refusal;
use crate::visibility::Viewer;

/// Most APIs that are told of.
const APIS_MAX: i64 = 200;

/// How things are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Gateways that serve the tenant.
    pub gateways: i64,
    /// Of these, those not heard from.
    pub silent: i64,
    /// Of the others, those that do not run the newest configuration.
    pub behind: i64,
    /// APIs the viewer may see, by name.
    pub apis: Vec<ApiHealth>,
}

/// How the calls of an API ended in the last hour, those of all applications together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiHealth {
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Calls let through or failed, refusals left out.
    pub calls: i64,
    /// Of these answered with 5xx.
    pub failed: i64,
}

/// Says how the gateways and the APIs of a tenant are.
pub async fn health(db: &Db, viewer: &Viewer<'_>) -> Result<Health, Refusal> {
    let now = db.clock().now();
    let (mut tx, eyes) = viewer.begin(db).await?;
    let nodes = sqlx::query!(
        r#"select count(*) as "gateways!", count(*) filter (where n.last_seen_at < $1) as "silent!",
                  count(*) filter (where n.last_seen_at >= $1
                                   and (n.applied_seq < g.head_seq or n.applied_generation <> g.generation
                                        or n.diverged_at is not null)) as "behind!"
           from gateway_node n join gateway_group g on g.id = n.group_id
           where n.retired_at is null and n.group_id in (select group_id from group_environment)"#,
        now - Duration::seconds(NODE_LIVE_S),
    )
    .fetch_one(&mut *tx)
    .await?;
    let apis = sqlx::query_as!(
        ApiHealth,
        r#"select a.slug, a.name,
                  coalesce(sum(u.count) filter (where u.status_class in (2, 3, 5)), 0)::bigint as "calls!",
                  coalesce(sum(u.count) filter (where u.status_class = 5), 0)::bigint as "failed!"
           from api a
           left join api_version v on v.api_id = a.id
           left join usage_minute u on u.api_version_id = v.id and u.bucket >= $1
           where visible_api(a.id, $2, $3)
           group by a.id, a.slug, a.name order by a.name, a.id limit $4"#,
        now - Duration::HOUR,
        eyes.person,
        eyes.member,
        APIS_MAX,
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(Health {
        gateways: nodes.gateways,
        silent: nodes.silent,
        behind: nodes.behind,
        apis,
    })
}
