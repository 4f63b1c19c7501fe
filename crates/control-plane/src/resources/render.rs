//! Reading rows as resources: everything a file could say about a thing, whole.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_domain::plan::{ApprovalMode, PlanState};
use gatehouse_domain::{EnvironmentKind, Visibility, id};
use gatehouse_snapshot::node_auth::hex;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::specs::{
    ApiSpec, DescriptionSpec, EnvironmentSpec, LimitSpec, OfferedState, PlanSpec, Spec, TargetSpec,
    TeamSpec, TimeoutsSpec, UpstreamSpec, VersionSpec, moment,
};
use super::{Fields, Key, ResourceKind};
use crate::apis::DataClass;
use crate::plans::limits;
use crate::refusal::Refusal;
use crate::teams::TeamKind;
use crate::upstreams::LoadBalancing;
use crate::words::known;

/// A thing as it is now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// Its prefixed id.
    pub(crate) subject: String,
    pub(crate) id: Uuid,
    pub(crate) fields: Fields,
    /// What brings back exactly this, besides its fields: numbers of revisions, ids.
    pub(crate) ids: Value,
}

impl State {
    /// As releases keep it.
    pub(crate) fn body(&self) -> Value {
        json!({ "spec": self.fields, "ids": self.ids })
    }
}

/// Which things are wanted, by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wanted(BTreeMap<ResourceKind, BTreeSet<Uuid>>, bool);

impl Wanted {
    /// Everything the tenant has.
    pub(crate) fn all() -> Self {
        Self(BTreeMap::new(), true)
    }

    pub(crate) fn add(&mut self, kind: ResourceKind, id: Uuid) {
        self.0.entry(kind).or_default().insert(id);
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.1 && self.0.is_empty()
    }

    /// `None` when none of this kind are wanted; an inner `None` wants all of them.
    fn of(&self, kind: ResourceKind) -> Option<Option<Vec<Uuid>>> {
        if self.1 {
            return Some(None);
        }
        let ids = self.0.get(&kind)?;
        Some(Some(ids.iter().copied().collect()))
    }
}

/// Reads what is wanted. What is over (closed plans, retired versions) or not offered yet (drafts) is not there.
pub(crate) async fn render(
    conn: &mut PgConnection,
    wanted: &Wanted,
) -> Result<BTreeMap<Key, State>, Refusal> {
    let mut states = BTreeMap::new();
    if let Some(ids) = wanted.of(ResourceKind::Team) {
        teams(conn, ids, &mut states).await?;
    }
    if let Some(ids) = wanted.of(ResourceKind::Environment) {
        environments(conn, ids, &mut states).await?;
    }
    if let Some(ids) = wanted.of(ResourceKind::Api) {
        apis(conn, ids, &mut states).await?;
    }
    if let Some(ids) = wanted.of(ResourceKind::Upstream) {
        upstreams(conn, ids, &mut states).await?;
    }
    if let Some(ids) = wanted.of(ResourceKind::Plan) {
        plans(conn, ids, &mut states).await?;
    }
    if let Some(ids) = wanted.of(ResourceKind::Version) {
        versions(conn, ids, &mut states).await?;
    }
    Ok(states)
}

type States = BTreeMap<Key, State>;

async fn teams(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        "select id, slug, name, kind from team
         where personal_user_id is null and ($1::uuid[] is null or id = any($1))",
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let kind = match row.kind.as_str() {
            "provider" => TeamKind::Provider,
            _ => TeamKind::Consumer,
        };
        let spec = TeamSpec {
            name: Some(row.name),
            kind: Some(kind),
        };
        let state = State {
            subject: id::TeamId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Team(spec).fields(),
            ids: json!({}),
        };
        states.insert(Key::new(ResourceKind::Team, None, &row.slug), state);
    }
    Ok(())
}

async fn environments(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        "select id, slug, kind, host, base_path, public_url from environment
         where $1::uuid[] is null or id = any($1)",
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let spec = EnvironmentSpec {
            kind: Some(known(EnvironmentKind::parse(&row.kind), &row.kind)?),
            base_path: Some(row.base_path),
            host: Some(row.host),
            public_url: Some(row.public_url),
        };
        let state = State {
            subject: id::EnvironmentId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Environment(spec).fields(),
            ids: json!({}),
        };
        states.insert(Key::new(ResourceKind::Environment, None, &row.slug), state);
    }
    Ok(())
}

async fn apis(
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

async fn upstreams(
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

async fn plans(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        r#"select p.id, a.slug as api, p.slug, p.name, p.summary, p.state, p.approval, p.environments, p.max_subscription_days,
                  p.max_key_days, p.max_overlap_s, r.number as "revision?"
           from plan p join product o on o.id = p.product_id join api a on a.id = o.api_id
           left join plan_revision r on r.id = p.current_revision_id
           where p.state <> 'closed' and ($1::uuid[] is null or p.id = any($1))"#,
        ids.as_deref(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut limits = limits::of_plans(conn, &ids).await?;
    for row in rows {
        let limits = limits.remove(&row.id).unwrap_or_default();
        let kinds = row.environments.iter();
        let kinds = kinds.map(|word| known(EnvironmentKind::parse(word), word));
        let mut environments = kinds.collect::<Result<Vec<_>, _>>()?;
        environments.sort_by_key(|kind| EnvironmentKind::ALL.iter().position(|one| one == kind));
        let spec = PlanSpec {
            name: Some(row.name),
            summary: Some(row.summary),
            state: Some(known(PlanState::parse(&row.state), &row.state)?),
            approval: Some(known(ApprovalMode::parse(&row.approval), &row.approval)?),
            environments: Some(environments),
            limits: Some(
                limits
                    .iter()
                    .map(|limit| LimitSpec::of(limit.rule))
                    .collect(),
            ),
            max_subscription_days: Some(row.max_subscription_days),
            max_key_days: Some(row.max_key_days),
            max_overlap_s: Some(row.max_overlap_s),
        };
        let state = State {
            subject: id::PlanId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Plan(spec).fields(),
            ids: json!({ "revision": row.revision }),
        };
        let key = Key::new(ResourceKind::Plan, Some(&row.api), &row.slug);
        states.insert(key, state);
    }
    Ok(())
}

async fn versions(
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
            description: Some(DescriptionSpec {
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
