//! APIs, where their calls go, and their versions.

use gatehouse_domain::{Visibility, id};
use gatehouse_snapshot::node_auth::hex;
use serde_json::json;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{State, States};
use crate::apis::DataClass;
use crate::refusal::Refusal;
use crate::resources::specs::{
    ApiSpec, FileSpec, OfferedState, Spec, TargetSpec, TimeoutsSpec, UpstreamSpec, VersionSpec,
    moment,
};
use crate::resources::{Key, ResourceKind};
use crate::upstreams::LoadBalancing;
use crate::words::known;

pub(super) async fn apis(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, a.slug, a.name, a.summary, t.slug as team, a.data_class, p.visibility, a.config_max_age_s,
                  array(select g.slug from visibility_grant v join team g on g.id = v.team_id
                        where v.product_id = p.id order by g.slug collate "C") as "granted!: Vec<String>"
           from api a join product p on p.api_id = a.id join team t on t.id = a.owner_team_id
           where $1::uuid[] is null or a.id = any($1)"#,
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let spec = ApiSpec {
            name: Some(row.name),
            summary: Some(row.summary),
            owner_team: Some(row.team),
            data_class: Some(known(DataClass::parse(&row.data_class), &row.data_class)?),
            visibility: Some(known(Visibility::parse(&row.visibility), &row.visibility)?),
            granted_teams: Some(row.granted),
            config_max_age_s: Some(row.config_max_age_s.map(i32::unsigned_abs)),
        };
        let state = State {
            subject: id::ApiId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Api(spec).fields(),
            ids: json!({}),
        };
        states.insert(Key::new(ResourceKind::Api, None, &row.slug), state);
    }
    Ok(())
}

pub(super) async fn upstreams(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        r#"select u.id, a.slug as api, e.slug as environment, u.load_balancing, u.connect_timeout_ms, u.response_timeout_ms,
                  u.idle_timeout_ms,
                  (select coalesce(jsonb_agg(jsonb_build_object('url', t.url, 'weight', t.weight, 'drain', t.drain)
                                             order by t.position, t.id), '[]')
                   from upstream_target t where t.upstream_id = u.id) as "targets!: sqlx::types::Json<Vec<TargetSpec>>"
           from upstream u join api a on a.id = u.api_id join environment e on e.id = u.environment_id
           where $1::uuid[] is null or u.id = any($1)"#,
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let load_balancing = match row.load_balancing.as_str() {
            "least_connections" => LoadBalancing::LeastConnections,
            _ => LoadBalancing::RoundRobin,
        };
        let spec = UpstreamSpec {
            load_balancing: Some(load_balancing),
            timeouts: Some(TimeoutsSpec {
                connect_ms: row.connect_timeout_ms,
                response_ms: row.response_timeout_ms,
                idle_ms: row.idle_timeout_ms,
            }),
            targets: Some(row.targets.0),
        };
        let state = State {
            subject: id::UpstreamId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Upstream(spec).fields(),
            ids: json!({ "upstream": row.id }),
        };
        let key = Key::new(ResourceKind::Upstream, Some(&row.api), &row.environment);
        states.insert(key, state);
    }
    Ok(())
}

pub(super) async fn versions(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        r#"select v.id, a.slug as api, v.label, v.state, v.sunset_at, s.label as "successor?", r.sha256, r.number
           from api_version v join api a on a.id = v.api_id
           join spec_revision r on r.id = v.current_revision_id
           left join api_version s on s.id = v.successor_id
           where v.state in ('published', 'deprecated') and ($1::uuid[] is null or v.id = any($1))"#,
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let state = match row.state.as_str() {
            "deprecated" => OfferedState::Deprecated,
            _ => OfferedState::Published,
        };
        let spec = VersionSpec {
            description: Some(FileSpec {
                file: String::new(),
                sha256: hex(&row.sha256),
            }),
            state: Some(state),
            sunset_at: Some(row.sunset_at.and_then(moment)),
            successor: Some(row.successor),
        };
        let state = State {
            subject: id::ApiVersionId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Version(spec).fields(),
            ids: json!({ "revision": row.number }),
        };
        let key = Key::new(ResourceKind::Version, Some(&row.api), &row.label);
        states.insert(key, state);
    }
    Ok(())
}
