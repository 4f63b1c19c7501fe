//! The router against a real database: what single handlers promise. Journeys with real processes are in `tests/`.

mod api_tabs;
mod audit;
mod backend_secrets;
mod branding;
mod configuration;
mod confined;
mod console;
mod console_pages;
mod conversations;
mod corpus;
mod docs;
mod factor;
mod finding;
mod forms;
mod home;
mod importing;
mod incidents;
mod inviting;
mod jobs;
mod keys;
mod languages;
mod links;
mod overview;
mod pages;
mod parts;
mod passkeys;
mod policies;
mod products;
mod proof;
mod questions;
mod queue;
mod releases;
mod requesting;
mod road;
mod roles;
mod routes;
mod rules;
mod same_thing;
mod samples;
mod sessions;
mod settings;
mod sso;
mod sso_provider;
mod terms;
mod trial_plan;
mod try_it;
mod window;
mod withheld;

use crate::portal::Portal;
use crate::settings::{DEFAULTS, ROLE, Settings};
use crate::{place, router};
use axum::Router;
use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::installation::{self, FirstAdmin};
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::members::{self, Admit};
use gatehouse_control_plane::plans::{self, CreatePlan};
use gatehouse_control_plane::publishing::{self, PublishSpec, Source};
use gatehouse_control_plane::tenants::{self, CreateTenant};
use gatehouse_control_plane::{Actor, Db, PlatformActor, accounts};
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::plan::{ApprovalMode, LimitRule, QuotaPeriod};
use gatehouse_domain::{EnvironmentKind, Role};
use gatehouse_harness::TestDb;
use gatehouse_runtime::settings::{Environment, load};
use gatehouse_runtime::telemetry::Metrics;
use gatehouse_runtime::{Clock, ClockHand};
use gatehouse_web::HttpMetrics;
use time::macros::datetime;

pub(crate) use window::{Answer, Window};

/// Everybody's password here.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A portal over a database of its own, with one tenant and its owner.
pub(crate) struct Stand {
    pub(crate) db: Db,
    pub(crate) router: Router,
    pub(crate) tenant: TenantId,
    pub(crate) hand: ClockHand,
    pub(crate) database: TestDb,
}

impl Stand {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same with settings of the test's own.
    pub(crate) async fn with(variables: &[(&str, &str)]) -> Self {
        let (stand, token) = Self::before_set_up(variables).await;
        let first = FirstAdmin {
            email: "olga@acme.test".into(),
            name: "Olga Owner".into(),
            password: PASSWORD.to_owned().into(),
            tenant_name: "Acme".into(),
            tenant_slug: "acme".into(),
        };
        let (_, tenant) = installation::accept_first_admin(&stand.db, &token, first)
            .await
            .unwrap();
        Self { tenant, ..stand }
    }

    /// One more tenant, `other`, made later than the first: that one has the addresses without a prefix.
    pub(crate) async fn second_tenant(&self, owner: Option<UserId>) -> TenantId {
        self.hand.advance(std::time::Duration::from_secs(1));
        let second = CreateTenant {
            slug: "other".into(),
            name: "Other".into(),
            owner,
        };
        let platform = PlatformActor::system("test");
        let made = tenants::create_tenant(&self.db, &platform, second).await;
        made.unwrap().value.id
    }

    /// Before the one-time link was used; gives its token.
    pub(crate) async fn before_set_up(variables: &[(&str, &str)]) -> (Self, String) {
        let database = TestDb::create().await;
        let addresses = DbAddresses {
            app: database.app_url(),
            system: database.system_url(),
            shared: false,
        };
        let (clock, hand) = Clock::adjustable(datetime!(2026-11-20 11:38:00 UTC));
        let keys = MasterKey::from_text(&"07".repeat(32)).unwrap();
        let db = Db::connect(&addresses, keys, clock).await.unwrap();
        let environment: Environment = variables.iter().copied().collect();
        let settings: Settings = load(ROLE, DEFAULTS, None, &environment).unwrap().settings;
        let front = settings.front("127.0.0.1:8080".parse().unwrap()).unwrap();
        let router = router::router(
            &Portal::new(db.clone(), settings, front).unwrap(),
            HttpMetrics::register(&Metrics::new(ROLE)),
        )
        .unwrap();
        let token = installation::first_admin_link(&db).await.unwrap().unwrap();
        let token = token.0.to_string();
        let tenant = TenantId::from_uuid(uuid::Uuid::nil());
        (
            Self {
                db,
                router,
                tenant,
                hand,
                database,
            },
            token,
        )
    }

    /// A new browser without cookies.
    pub(crate) fn window(&self) -> Window {
        Window::new(self.router.clone())
    }

    /// A member with a role.
    pub(crate) async fn admit(&self, email: &str, role: Role) {
        let system = Actor::system(self.tenant, "test");
        let input = Admit {
            email: email.into(),
            name: email.split('@').next().unwrap().into(),
            password: PASSWORD.to_owned().into(),
            roles: vec![role],
        };
        members::admit(&self.db, &system, input).await.unwrap();
    }

    /// A member as the verbs know them.
    pub(crate) async fn actor(&self, email: &str) -> Actor {
        let user = accounts::find_user_by_email(&self.db, email).await.unwrap();
        members::actor_of_user(&self.db, self.tenant, user.unwrap().id)
            .await
            .unwrap()
            .unwrap()
    }

    /// A window of somebody signed in.
    pub(crate) async fn signed_in(&self, email: &str) -> Window {
        let mut window = self.window();
        window.get("/login").await;
        let answer = window
            .post("/login", &[("email", email), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        window
    }

    /// A window of an admin of one more tenant, `other`, signed in there.
    pub(crate) async fn admin_elsewhere(&self) -> Window {
        let system = Actor::system(self.second_tenant(None).await, "test");
        let admin = Admit {
            email: "otto@other.test".into(),
            name: "Otto".into(),
            password: PASSWORD.to_owned().into(),
            roles: vec![Role::Admin],
        };
        members::admit(&self.db, &system, admin).await.unwrap();
        let mut otto = self.window();
        otto.get("/t/other/login").await;
        let entry = [("email", "otto@other.test"), ("password", PASSWORD)];
        let entered = otto.post("/t/other/login", &entry).await;
        assert_eq!(entered.status, 303, "{}", entered.body);
        otto
    }

    /// Publishes a description as a version, with its API where there is none.
    pub(crate) async fn publish(&self, api: &str, version: &str, document: &serde_json::Value) {
        let system = Actor::system(self.tenant, "test");
        let input = PublishSpec {
            api: api.into(),
            version: version.into(),
            content: document.to_string().into(),
            source: Source::default(),
            create: true,
            dry_run: false,
            drop_orphans: false,
        };
        let published = publishing::publish_spec(&self.db, &system, input).await;
        assert!(published.is_ok(), "{api} {version}");
    }

    /// The Petstore with a plan granted at once and one that is decided.
    pub(crate) async fn publish_petstore(&self) {
        let system = Actor::system(self.tenant, "test");
        let document = gatehouse_harness::descriptions::petstore("Petstore", "http://127.0.0.1:9/");
        self.publish("petstore", "v1", &document).await;
        for (slug, approval) in [("free", ApprovalMode::Auto), ("gold", ApprovalMode::Manual)] {
            let plan = CreatePlan {
                slug: slug.into(),
                name: crate::view::shell::capital(slug),
                approval,
                environments: vec![EnvironmentKind::Sandbox, EnvironmentKind::Production],
                limits: vec![
                    LimitRule::Rate {
                        amount: 5,
                        window_s: 1,
                        burst: 10,
                    },
                    LimitRule::Quota {
                        amount: 1000,
                        period: QuotaPeriod::Month,
                    },
                ],
                ..CreatePlan::default()
            };
            plans::create_plan(&self.db, &system, "petstore".into(), plan)
                .await
                .unwrap();
        }
    }
}

/// Takes the prefixes off, as the process does before routing.
pub(crate) fn placed(request: http::Request<axum::body::Body>) -> http::Request<axum::body::Body> {
    place::strip(request, "")
}
