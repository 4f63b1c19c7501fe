//! Routes: where an API version answers in an environment, with its operations and what policies come to there.
//!
//! Routes are read many at a time. A policy of a tenant touches all it has, and a statement for each would take minutes with some
//! ten thousand.

use std::collections::{HashMap, HashSet};

use gatehouse_domain::id::{
    ApiId, ApiVersionId, EnvironmentId, ProductId, RouteId, TenantId, UpstreamId,
};
use gatehouse_domain::{ApiVersionState, OperationKey};
use gatehouse_snapshot::object::{LifeDates, Moment, Object, Operation, Route, RouteLater};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Projection;
use crate::db::Db;
use crate::policies::compile::{BackendValue, Policies, Room, RouteAt};
use crate::refusal::Refusal;
use crate::words::known;

/// Routes that are read in one round of statements.
const AT_ONCE: usize = 1_000;

/// Routes by their ids.
pub(in crate::config) type Routes = HashMap<Uuid, Projection>;

/// Reads what gateways should hold of routes; one that they should not hold is left out.
pub(in crate::config) async fn routes(
    conn: &mut PgConnection,
    db: &Db,
    tenant: TenantId,
    ids: &[Uuid],
) -> Result<Routes, Refusal> {
    let mut found = Routes::with_capacity(ids.len());
    let mut room = Room::of_a_change();
    for ids in ids.chunks(AT_ONCE) {
        let read = Reading::of(conn, db, tenant, ids).await?;
        for row in &read.rows {
            let (object, values) = read.route(tenant, row, &mut room)?;
            let projection = Projection {
                values,
                ..Projection::of_environment(Object::Route(object), row.environment)
            };
            found.insert(row.id, projection);
        }
    }
    Ok(found)
}

/// A route's own row, and what is said of its version.
struct Row {
    id: Uuid,
    environment: Uuid,
    in_environment: String,
    upstream: Option<Uuid>,
    path: String,
    version: Uuid,
    api: Uuid,
    state: ApiVersionState,
    revision: Option<Uuid>,
    config_max_age_s: Option<i32>,
    deprecated_at: Option<OffsetDateTime>,
    sunset_at: Option<OffsetDateTime>,
    successor: Option<String>,
    guide: Option<String>,
}

impl Row {
    fn at(&self) -> RouteAt<'_> {
        RouteAt {
            api: self.api,
            version: self.version,
            environment: self.environment,
            path: &self.path,
            in_environment: &self.in_environment,
        }
    }
}

/// A product that a version is part of, and which operations it opens; none: all.
struct Item {
    product: Uuid,
    opens: Option<Vec<String>>,
}

/// Some routes with everything they are made from.
struct Reading {
    rows: Vec<Row>,
    items: HashMap<Uuid, Vec<Item>>,
    operations: HashMap<Uuid, Vec<Operation>>,
    policies: Policies,
}

impl Reading {
    async fn of(
        conn: &mut PgConnection,
        db: &Db,
        tenant: TenantId,
        ids: &[Uuid],
    ) -> Result<Self, Refusal> {
        let rows = rows(conn, ids).await?;
        let distinct = |ids: &mut dyn Iterator<Item = Uuid>| -> Vec<Uuid> {
            let distinct: HashSet<Uuid> = ids.collect();
            distinct.into_iter().collect()
        };
        let apis = distinct(&mut rows.iter().map(|row| row.api));
        let versions = distinct(&mut rows.iter().map(|row| row.version));
        let revisions = distinct(&mut rows.iter().filter_map(|row| row.revision));
        Ok(Self {
            items: items(conn, &versions).await?,
            operations: operations(conn, &revisions).await?,
            policies: Policies::read(conn, db, tenant, &apis).await?,
            rows,
        })
    }

    fn route(
        &self,
        tenant: TenantId,
        row: &Row,
        room: &mut Room,
    ) -> Result<(Route, Vec<BackendValue>), Refusal> {
        let items = self.items.get(&row.version).map_or(&[][..], Vec::as_slice);
        let operations = row.revision.and_then(|id| self.operations.get(&id));
        let operations = operations.cloned().unwrap_or_default();
        let (policies, values) = match row.state.is_served() {
            true => {
                let keys = operations.iter().map(|operation| operation.key.as_str());
                self.policies.compile(&row.at(), keys, room)?
            }
            // Answered 410 before anything else is asked.
            false => Default::default(),
        };
        let later = RouteLater {
            narrowed: narrowed(items, &operations),
            life: row.deprecated_at.map(|deprecated_at| LifeDates {
                deprecated_at: deprecated_at.into(),
                sunset_at: row.sunset_at.map(Moment::from),
                successor: row.successor.clone(),
            }),
            guide: row.guide.clone(),
            policies,
        };
        let products = items.iter();
        let route = Route {
            id: RouteId::from_uuid(row.id),
            tenant,
            environment: EnvironmentId::from_uuid(row.environment),
            api: ApiId::from_uuid(row.api),
            api_version: ApiVersionId::from_uuid(row.version),
            path: row.path.clone(),
            state: row.state,
            products: products
                .map(|item| ProductId::from_uuid(item.product))
                .collect(),
            upstream: row.upstream.map(UpstreamId::from_uuid),
            config_max_age_s: row.config_max_age_s.map(i32::unsigned_abs),
            operations,
            later,
        };
        Ok((route, values))
    }
}

/// Products that open some operations only, each by its place, with the places of those.
fn narrowed(items: &[Item], operations: &[Operation]) -> Vec<(u32, Vec<u32>)> {
    let narrowed = items.iter().enumerate().filter_map(|(product, item)| {
        let opens: HashSet<&str> = item.opens.as_ref()?.iter().map(String::as_str).collect();
        let opened = operations.iter().enumerate();
        let opened = opened.filter(|(_, operation)| opens.contains(operation.key.as_str()));
        let opened = opened.filter_map(|(place, _)| u32::try_from(place).ok());
        Some((u32::try_from(product).ok()?, opened.collect()))
    });
    narrowed.collect()
}

async fn rows(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Row>, Refusal> {
    let rows = sqlx::query!(
        r#"select r.id, r.environment_id, r.upstream_id, r.path, v.id as version_id, v.api_id, v.state, v.current_revision_id,
                  a.config_max_age_s, v.deprecated_at, v.sunset_at, n.path as "successor?", g.slug as "guide?",
                  e.slug as in_environment
           from route r join api_version v on v.id = r.api_version_id join api a on a.id = v.api_id
           join environment e on e.id = r.environment_id
           left join route n on n.api_version_id = v.successor_id and n.environment_id = r.environment_id and n.enabled
           left join guide g on g.id = v.guide_id
           where r.id = any($1) and r.enabled and v.state <> 'draft'"#,
        ids,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Row {
                id: row.id,
                environment: row.environment_id,
                in_environment: row.in_environment,
                upstream: row.upstream_id,
                path: row.path,
                version: row.version_id,
                api: row.api_id,
                state: known(ApiVersionState::parse(&row.state), &row.state)?,
                revision: row.current_revision_id,
                config_max_age_s: row.config_max_age_s,
                deprecated_at: row.deprecated_at,
                sunset_at: row.sunset_at,
                successor: row.successor,
                guide: row.guide,
            })
        })
        .collect()
}

/// By version, in the order of their products.
async fn items(
    conn: &mut PgConnection,
    versions: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Item>>, Refusal> {
    let rows = sqlx::query!(
        "select api_version_id, product_id, operation_filter from product_item where api_version_id = any($1) order by product_id",
        versions,
    )
    .fetch_all(conn)
    .await?;
    let mut found: HashMap<Uuid, Vec<Item>> = HashMap::with_capacity(versions.len());
    for row in rows {
        found.entry(row.api_version_id).or_default().push(Item {
            product: row.product_id,
            opens: row.operation_filter,
        });
    }
    Ok(found)
}

/// By revision, in the order of its description.
async fn operations(
    conn: &mut PgConnection,
    revisions: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Operation>>, Refusal> {
    let rows = sqlx::query!(
        "select revision_id, operation_key, method, path_template from operation where revision_id = any($1) and routed order by position",
        revisions,
    )
    .fetch_all(conn)
    .await?;
    let mut found: HashMap<Uuid, Vec<Operation>> = HashMap::with_capacity(revisions.len());
    for row in rows {
        found.entry(row.revision_id).or_default().push(Operation {
            key: OperationKey::from_stored(row.operation_key),
            method: row.method,
            path_template: row.path_template,
        });
    }
    Ok(found)
}
