//! What a change of routes is checked against: its neighbours, found by place, and not everything there is.

use std::collections::HashSet;

use bytes::Bytes;
use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::publishing::{self, PublishRefusal, PublishSpec, Source};
use gatehouse_control_plane::{Db, Lookup, Refusal};
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{EnvironmentId, TenantId};
use gatehouse_domain::{ApiVersionState, BasePath};
use gatehouse_harness::eventually;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_runtime::Clock;
use gatehouse_snapshot::object::{
    Environment, LoadBalancing, Object, Route, RouteLater, Target, Upstream,
};
use uuid::Uuid;

use crate::world::{PETS, World};

/// APIs of a large installation.
const MANY: u128 = 2_000;
/// Objects that may be read of them while one more is published.
const READS_MAX: i64 = 500;

impl World {
    async fn production(&self) -> EnvironmentId {
        let id: Uuid = sqlx::query_scalar("select id from environment where slug = 'production'")
            .fetch_one(&mut self.superuser().await)
            .await
            .unwrap();
        id.into()
    }

    /// Puts objects among those of the group, as earlier changes have.
    async fn hold(&self, objects: &[Object]) {
        let (mut kinds, mut ids, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
        let (mut environments, mut places) = (Vec::new(), Vec::new());
        for object in objects {
            let record = object.encode();
            kinds.push(record.object.kind as i16);
            ids.push(record.object.id);
            bodies.push(record.body.to_vec());
            let at = match object {
                Object::Route(route) => Some((route.environment.uuid(), route.path.clone())),
                Object::Environment(own) => {
                    Some((own.id.uuid(), own.base_path.as_str().to_owned()))
                }
                _ => None,
            };
            let (environment, place) = at.unzip();
            environments.push(environment);
            places.push(place);
        }
        sqlx::query(
            "insert into config_object (group_id, kind, object_id, body, sha256, seq, environment_id, place)
             select g.id, o.kind, o.id, o.body, sha256(o.body), 0, o.environment, o.place
             from gateway_group g
             cross join unnest($1::smallint[], $2::uuid[], $3::bytea[], $4::uuid[], $5::text[]) as o (kind, id, body, environment, place)",
        )
        .bind(kinds)
        .bind(ids)
        .bind(bodies)
        .bind(environments)
        .bind(places)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
    }

    /// Objects of configuration that ended sessions have read.
    async fn objects_read(&self) -> i64 {
        self.count(
            "select coalesce(seq_tup_read + coalesce(idx_tup_fetch, 0), 0) from pg_stat_user_tables where relname = 'config_object'",
        )
        .await
    }

    /// Publishes one more API in a session of its own; returns how many objects of configuration were read.
    async fn reads_of_publishing(&self, api: &str) -> i64 {
        let before = self.objects_read().await;
        let others = self.sessions().await;
        let addresses = DbAddresses {
            app: self.test_db.app_url(),
            system: self.test_db.system_url(),
            shared: false,
        };
        let keys = MasterKey::from_text(&"2f".repeat(32)).unwrap();
        let clock = Clock::fixed(self.db.clock().now());
        let db = Db::connect(&addresses, keys, clock).await.unwrap();
        let input = PublishSpec {
            api: Lookup::from(api),
            version: "v1".to_owned(),
            content: Bytes::from_static(PETS.as_bytes()),
            source: Source::default(),
            create: true,
            dry_run: false,
            drop_orphans: false,
        };
        publishing::publish_spec(&db, &self.ada, input)
            .await
            .unwrap();
        let own = &self.sessions().await - &others;
        assert!(!own.is_empty());
        db.close().await;
        // A session hands its counters over when it ends: all of them must have.
        eventually(PATIENCE, "the sessions end", async || {
            let left = &self.sessions().await & &own;
            if left.is_empty() {
                Ok(())
            } else {
                Err(format!("{left:?}"))
            }
        })
        .await;
        self.objects_read().await - before
    }

    /// The sessions of this database, by their processes.
    async fn sessions(&self) -> HashSet<i32> {
        let query = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        let found: Vec<i32> = sqlx::query_scalar(query)
            .fetch_all(&mut self.superuser().await)
            .await
            .unwrap();
        found.into_iter().collect()
    }
}

fn route(environment: EnvironmentId, path: &str, number: u128) -> Route {
    let id = Uuid::from_u128(0x0190_b000_0000_7000_8000_0000_0000_0000 + number);
    Route {
        id: id.into(),
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        environment,
        api: id.into(),
        api_version: id.into(),
        path: path.to_owned(),
        state: ApiVersionState::Published,
        products: Vec::new(),
        upstream: Some(id.into()),
        config_max_age_s: None,
        operations: Vec::new(),
        later: RouteLater::default(),
    }
}

fn upstream(number: u128) -> Upstream {
    let id = Uuid::from_u128(0x0190_b000_0000_7000_8000_0000_0000_0000 + number);
    Upstream {
        id: id.into(),
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        name: format!("upstream-{number}"),
        load_balancing: LoadBalancing::RoundRobin,
        connect_timeout_ms: 1_000,
        response_timeout_ms: 1_000,
        idle_timeout_ms: 1_000,
        targets: vec![Target {
            url: "http://10.0.0.1:8080".to_owned(),
            weight: 1,
        }],
    }
}

fn said(answer: Result<impl Sized, PublishRefusal>) -> String {
    match answer {
        Err(PublishRefusal::Refused(Refusal::Invalid(faults))) => faults[0].detail.clone(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was published"),
    }
}

#[tokio::test]
async fn publishing_beside_2_000_apis_reads_no_more_of_the_configuration_than_beside_few() {
    let world = World::bare().await;
    let production = world.production().await;
    let few = world.reads_of_publishing("first").await;
    let mut objects = Vec::new();
    for number in 0..MANY {
        let path = format!("/api-{number}/v1");
        objects.push(Object::Route(route(production, &path, number)));
        objects.push(Object::Upstream(upstream(number)));
    }
    world.hold(&objects).await;
    sqlx::query("analyze config_object")
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    let many = world.reads_of_publishing("second").await;
    assert!(few < READS_MAX, "{few} read");
    assert!(many < READS_MAX, "{many} read of {}", objects.len());
}

#[tokio::test]
async fn a_route_at_anothers_place_or_into_anothers_environment_is_refused() {
    let world = World::bare().await;
    let production = world.production().await;
    let environment = |base_path: &str, number: u128| {
        Object::Environment(Environment {
            id: Uuid::from_u128(number).into(),
            tenant: TenantId::from_uuid(Uuid::from_u128(1)),
            kind: EnvironmentKind::Production,
            host: None,
            base_path: BasePath::parse(base_path).unwrap(),
        })
    };
    world
        .hold(&[
            Object::Route(route(production, "/taken/v1", 1)),
            Object::Upstream(upstream(1)),
            environment("/above", 2),
            environment("/below/v1/deeper", 3),
        ])
        .await;
    let faults = said(world.publish_as("taken", "v1", PETS).await);
    assert!(
        faults.contains("/taken/v1 in production: another version already answers"),
        "{faults}"
    );
    for api in ["above", "below"] {
        let faults = said(world.publish_as(api, "v1", PETS).await);
        assert!(
            faults.contains("belongs to another environment"),
            "{faults}"
        );
    }
    // Beside them, neither above nor below.
    world.publish_as("belo", "v1", PETS).await.unwrap();
    world.publish_as("below", "v2", PETS).await.unwrap();
}
