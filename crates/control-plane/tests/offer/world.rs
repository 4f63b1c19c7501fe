//! A tenant with people, an API with plans, and what tests ask of the database behind the verbs' back.

use std::time::Duration;

use bytes::Bytes;
use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::members::{self, Admit};
use gatehouse_control_plane::plans::{self, CreatePlan, PlanView};
use gatehouse_control_plane::publishing::{self, PublishRefusal, PublishSpec, Published, Source};
use gatehouse_control_plane::subscriptions::{
    self, AppChoice, Conditions, RequestAccess, SubscriptionView,
};
use gatehouse_control_plane::tenants::{self, CreateTenant};
use gatehouse_control_plane::{Actor, Changed, Db, Lookup, PlatformActor, Refusal};
use gatehouse_domain::Role;
use gatehouse_domain::id::{PlanId, SubscriptionId, TenantId};
use gatehouse_domain::plan::{ApprovalMode, LimitRule, QuotaPeriod};
use gatehouse_harness::TestDb;
use gatehouse_runtime::{Clock, ClockHand, Secret};
use sqlx::{Connection, PgConnection};
use time::macros::datetime;

/// A small description with a whole server address.
pub(crate) const PETS: &str = r#"{
  "openapi": "3.1.0",
  "info": { "title": "Pets", "version": "1.2.0", "description": "All about *pets*." },
  "servers": [{ "url": "https://pets.internal.example/base/" }],
  "paths": {
    "/pets": {
      "get": { "operationId": "listPets", "summary": "List all pets", "tags": ["pets"], "responses": { "200": { "description": "ok" } } },
      "post": { "operationId": "addPet", "summary": "Add a pet", "tags": ["pets"], "responses": { "201": { "description": "made" } } }
    },
    "/pets/{id}": {
      "get": { "operationId": "getPet", "summary": "Read one pet", "deprecated": true, "tags": ["pets", "single"],
        "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
        "responses": { "200": { "description": "ok" } } }
    }
  }
}"#;

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) hand: ClockHand,
    pub(crate) tenant: TenantId,
    pub(crate) test_db: TestDb,
    /// Approver.
    pub(crate) ana: Actor,
    /// Approver.
    pub(crate) ben: Actor,
    /// Developer.
    pub(crate) dora: Actor,
    /// Another developer, in another team.
    pub(crate) eli: Actor,
    /// Publisher.
    pub(crate) paul: Actor,
    /// Operator.
    pub(crate) otto: Actor,
    /// Admin.
    pub(crate) ada: Actor,
}

impl World {
    /// A tenant `northwind` with its people, the API `pets` with version `v1`, and the plans `free` (auto), `team` (manual,
    /// with limits) and `vault` (two people).
    pub(crate) async fn create() -> Self {
        let world = Self::bare().await;
        world.publish(PETS).await.unwrap();
        for (slug, approval) in [
            ("free", ApprovalMode::Auto),
            ("team", ApprovalMode::Manual),
            ("vault", ApprovalMode::TwoPerson),
        ] {
            world.plan(slug, approval, |_| ()).await;
        }
        world
    }

    /// The same without any API.
    pub(crate) async fn bare() -> Self {
        let test_db = TestDb::create().await;
        let addresses = DbAddresses {
            app: test_db.app_url(),
            system: test_db.system_url(),
            shared: false,
        };
        let keys = MasterKey::from_text(&"2f".repeat(32)).unwrap();
        let (clock, hand) = Clock::adjustable(datetime!(2026-11-20 12:00 UTC));
        let db = Db::connect(&addresses, keys, clock).await.unwrap();
        let tenant = make_tenant(&db, "northwind").await;
        let (ana, ben) = (
            member(&db, tenant, "Ana", Role::Approver).await,
            member(&db, tenant, "Ben", Role::Approver).await,
        );
        Self {
            ana,
            ben,
            dora: member(&db, tenant, "Dora", Role::Developer).await,
            eli: member(&db, tenant, "Eli", Role::Developer).await,
            paul: member(&db, tenant, "Paul", Role::Publisher).await,
            otto: member(&db, tenant, "Otto", Role::Operator).await,
            ada: member(&db, tenant, "Ada", Role::Admin).await,
            db,
            hand,
            tenant,
            test_db,
        }
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.hand.advance(Duration::from_secs(seconds));
    }

    pub(crate) fn system(&self) -> Actor {
        Actor::system(self.tenant, "test")
    }

    pub(crate) fn api<Id: std::str::FromStr>(&self) -> Lookup<Id> {
        Lookup::from("pets")
    }

    pub(crate) async fn plan(
        &self,
        slug: &str,
        approval: ApprovalMode,
        change: impl FnOnce(&mut CreatePlan),
    ) -> PlanView {
        let mut input = CreatePlan {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            approval,
            limits: vec![
                LimitRule::Rate {
                    amount: 5,
                    window_s: 1,
                    burst: 10,
                },
                LimitRule::Quota {
                    amount: 1000,
                    period: QuotaPeriod::Day,
                },
            ],
            ..CreatePlan::default()
        };
        change(&mut input);
        let made = plans::create_plan(&self.db, &self.paul, self.api(), input).await;
        made.unwrap().value
    }

    pub(crate) async fn publish(
        &self,
        content: &str,
    ) -> Result<Changed<Published>, PublishRefusal> {
        self.publish_as("pets", "v1", content).await
    }

    pub(crate) async fn publish_as(
        &self,
        api: &str,
        version: &str,
        content: &str,
    ) -> Result<Changed<Published>, PublishRefusal> {
        let input = PublishSpec {
            api: Lookup::from(api),
            version: version.to_owned(),
            content: Bytes::copy_from_slice(content.as_bytes()),
            source: Source::default(),
            create: true,
            dry_run: false,
            drop_orphans: false,
        };
        publishing::publish_spec(&self.db, &self.ada, input).await
    }

    pub(crate) fn wish(&self, application: AppChoice, plan: &str) -> RequestAccess {
        RequestAccess {
            application,
            api: self.api(),
            plan: Lookup::from(plan),
            environment: Lookup::from("production"),
            reason: "We sell pets.".to_owned(),
            answers: std::collections::BTreeMap::new(),
            accepts_terms: None,
        }
    }

    /// Asks for access with a new application.
    pub(crate) async fn ask(&self, actor: &Actor, name: &str, plan: &str) -> SubscriptionView {
        let application = AppChoice::New {
            name: name.to_owned(),
            team: None,
        };
        self.request(actor, self.wish(application, plan))
            .await
            .unwrap()
            .value
    }

    pub(crate) async fn request(
        &self,
        actor: &Actor,
        input: RequestAccess,
    ) -> Result<Changed<SubscriptionView>, Refusal> {
        subscriptions::request(&self.db, actor, input).await
    }

    pub(crate) async fn approve(
        &self,
        actor: &Actor,
        id: SubscriptionId,
    ) -> Result<Changed<SubscriptionView>, Refusal> {
        subscriptions::approve(&self.db, actor, id, Conditions::default()).await
    }

    /// A subscription of Dora's that Ana has approved.
    pub(crate) async fn approved(&self, name: &str, plan: &str) -> SubscriptionView {
        let asked = self.ask(&self.dora, name, plan).await;
        self.approve(&self.ana, asked.id).await.unwrap().value
    }

    pub(crate) async fn get(&self, actor: &Actor, id: SubscriptionId) -> SubscriptionView {
        subscriptions::get_subscription(&self.db, actor, id)
            .await
            .unwrap()
    }

    /// A connection past every policy.
    pub(crate) async fn superuser(&self) -> PgConnection {
        PgConnection::connect(&self.test_db.superuser_url())
            .await
            .unwrap()
    }

    /// One number from a statement run past every policy.
    pub(crate) async fn count(&self, statement: &'static str) -> i64 {
        sqlx::query_scalar(statement)
            .fetch_one(&mut self.superuser().await)
            .await
            .unwrap()
    }

    /// Rows of every table that a refused verb must leave alone.
    pub(crate) async fn footprint(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for statement in [
            "select count(*) from api",
            "select count(*) from api_version",
            "select count(*) from spec_revision",
            "select count(*) from operation",
            "select count(*) from route",
            "select count(*) from upstream",
            "select count(*) from application",
            "select count(*) from subscription",
            "select count(*) from approval_request",
            "select count(*) from approval_decision",
            "select count(*) from credential",
            "select count(*) from audit_log",
            "select count(*) from outbox",
            "select count(*) from config_change",
            "select count(*) from config_object",
        ] {
            counts.push(self.count(statement).await);
        }
        counts
    }
}

pub(crate) async fn make_tenant(db: &Db, slug: &str) -> TenantId {
    let input = CreateTenant {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        owner: None,
    };
    let who = PlatformActor::system("test");
    let made = tenants::create_tenant(db, &who, input).await;
    made.unwrap().value.id
}

pub(crate) async fn member(db: &Db, tenant: TenantId, name: &str, role: Role) -> Actor {
    let admit = Admit {
        email: format!("{}@{tenant}.example", name.to_lowercase()).replace('_', "-"),
        name: name.to_owned(),
        password: Secret::new("seven quiet herons wade upstream".to_owned()),
        roles: vec![role],
    };
    let system = Actor::system(tenant, "test");
    let admitted = members::admit(db, &system, admit).await.unwrap();
    members::actor_of_user(db, tenant, admitted.value.user_id)
        .await
        .unwrap()
        .unwrap()
}

/// An application that exists.
pub(crate) fn existing(view: &SubscriptionView) -> AppChoice {
    AppChoice::Existing(Lookup::Id(view.application.id))
}

/// A plan by id that no tenant has.
pub(crate) fn no_plan() -> Lookup<PlanId> {
    Lookup::Id(PlanId::from_uuid(uuid::Uuid::from_u128(7)))
}

/// The words of a conflict.
pub(crate) fn conflict<T>(answer: Result<T, Refusal>) -> String {
    match answer {
        Err(Refusal::Conflict(words)) => words,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

/// The pointers of an invalid input.
pub(crate) fn faults<T>(answer: Result<T, Refusal>) -> Vec<String> {
    match answer {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| fault.pointer).collect(),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

/// Where an unknown reference stands.
pub(crate) fn unknown<T>(answer: Result<T, Refusal>) -> String {
    match answer {
        Err(Refusal::UnknownReference { pointer }) => pointer,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

pub(crate) fn is_not_found<T>(answer: &Result<T, Refusal>) -> bool {
    matches!(answer, Err(Refusal::NotFound))
}

pub(crate) fn is_forbidden<T>(answer: &Result<T, Refusal>) -> bool {
    matches!(answer, Err(Refusal::Forbidden(_)))
}

pub(crate) fn is_not_yours<T>(answer: &Result<T, Refusal>) -> bool {
    matches!(answer, Err(Refusal::NotYours(_)))
}

/// Asks again while the database is busy, as the refusal says one should: dozens of rivals may wait longer for one of a
/// dozen connections than one caller may.
pub(crate) async fn patiently<T, F>(mut ask: impl FnMut() -> F) -> Result<T, Refusal>
where
    F: Future<Output = Result<T, Refusal>>,
{
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        match ask().await {
            Err(busy) if busy.is_passing() && tokio::time::Instant::now() < deadline => {}
            answer => return answer,
        }
    }
}
