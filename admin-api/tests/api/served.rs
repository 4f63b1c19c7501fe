//! A served admin API with two tenants, and callers who hold tokens.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gatehouse_admin_api::{BoundAdminApi, DEFAULTS, ROLE};
use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::installation::{self, FirstAdmin};
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::members::{self, Admit};
use gatehouse_control_plane::sessions::{self, SessionRow};
use gatehouse_control_plane::tenants::{self, CreateTenant};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Actor, Db, PlatformActor, accounts};
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::{Permission, Role};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestDb, TestIssuer};
use gatehouse_runtime::settings::{Environment, load};
use gatehouse_runtime::{Clock, ClockHand, Secret, Supervisor};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::conformance::Conformance;

const PASSWORD: &str = "seven quiet herons wade upstream";

/// A running admin API. Dropping it stops it and drops its database.
pub(crate) struct Served {
    pub(crate) db: Db,
    pub(crate) hand: ClockHand,
    pub(crate) northwind: Tenant,
    pub(crate) contoso: Tenant,
    pub(crate) test_db: TestDb,
    /// Whose word some tests take.
    pub(crate) issuer: TestIssuer,
    address: SocketAddr,
    supervisor: Supervisor,
    client: reqwest::Client,
    conformance: Conformance,
    made: AtomicUsize,
}

/// A tenant and the person who set it up.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) owner: UserId,
}

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Served {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With further settings, as environment variables.
    pub(crate) async fn start_with(settings: &[(&'static str, &'static str)]) -> Self {
        let test_db = TestDb::create().await;
        let app = test_db.app_url();
        Self::start_on(test_db, app, settings).await
    }

    /// On a database whose working role is reached by another address.
    pub(crate) async fn start_on(
        test_db: TestDb,
        app: String,
        settings: &[(&'static str, &'static str)],
    ) -> Self {
        let addresses = DbAddresses {
            app,
            system: test_db.system_url(),
            shared: false,
        };
        let keys = MasterKey::from_text(&"2f".repeat(32)).unwrap();
        let (clock, hand) = Clock::adjustable(Clock::system().now());
        let db = Db::connect(&addresses, keys, clock).await.unwrap();
        let (northwind, contoso) = two_tenants(&db).await;
        let (address, supervisor) = serve(&db, settings);
        Self {
            db,
            hand,
            northwind,
            contoso,
            test_db,
            issuer: TestIssuer::start().await,
            address,
            supervisor,
            client: reqwest::Client::builder().build().unwrap(),
            conformance: Conformance::of_document(),
            made: AtomicUsize::new(0),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.db.clock().now()
    }

    /// A token of the tenant's owner with these scopes.
    pub(crate) async fn token(&self, tenant: &Tenant, scopes: &[Permission]) -> String {
        let owner = members::actor_of_user(&self.db, tenant.id, tenant.owner).await;
        self.token_by(&owner.unwrap().unwrap(), scopes).await
    }

    /// A token with every scope.
    pub(crate) async fn mighty(&self, tenant: &Tenant) -> String {
        self.token(tenant, Permission::ALL).await
    }

    /// A token with every scope that also speaks for the tenant's owner above all tenants.
    pub(crate) async fn platform(&self, tenant: &Tenant) -> String {
        let owner = members::actor_of_user(&self.db, tenant.id, tenant.owner).await;
        let platform = accounts::platform_actor(&self.db, tenant.owner).await;
        let input = CreateToken {
            name: "for the platform".to_owned(),
            scopes: Permission::ALL.to_vec(),
            apis: None,
            platform: platform.unwrap(),
            expires_in_days: None,
        };
        assert!(
            input.platform.is_some(),
            "the owner has no role of the platform"
        );
        let made = tokens::create_token(&self.db, &owner.unwrap().unwrap(), input).await;
        made.unwrap().value.1.reveal().to_string()
    }

    pub(crate) async fn token_by(&self, actor: &Actor, scopes: &[Permission]) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let input = CreateToken {
            name: format!("token {number}"),
            scopes: scopes.to_vec(),
            apis: None,
            platform: None,
            expires_in_days: None,
        };
        let made = tokens::create_token(&self.db, actor, input).await.unwrap();
        made.value.1.reveal().to_string()
    }

    /// Another member with a role.
    pub(crate) async fn member(&self, tenant: &Tenant, name: &str, role: Role) -> UserId {
        let admit = Admit {
            email: format!("{name}@people.example"),
            name: name.to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
            roles: vec![role],
        };
        let system = Actor::system(tenant.id, "test");
        let admitted = members::admit(&self.db, &system, admit).await;
        admitted.unwrap().value.user_id
    }

    /// Another owner, and a token of theirs with everything.
    pub(crate) async fn colleague(&self, tenant: &Tenant, name: &str) -> (UserId, String) {
        let user = self.member(tenant, name, Role::Owner).await;
        let actor = members::actor_of_user(&self.db, tenant.id, user).await;
        let token = self
            .token_by(&actor.unwrap().unwrap(), Permission::ALL)
            .await;
        (user, token)
    }

    /// Signs somebody in to the portal, as its session store does; what lists call the session.
    pub(crate) async fn session(&self, user: UserId, seed: &str) -> String {
        let id_hash: [u8; 32] = Sha256::digest(seed).into();
        let data = serde_json::json!({"from": {"ip": "192.0.2.7", "agent": seed}, "who": "theirs"});
        let row = SessionRow {
            id_hash,
            user: Some(user),
            data: data.to_string().into_bytes(),
            expires_at: self.now() + time::Duration::hours(1),
        };
        assert!(sessions::create(&self.db, &row).await.unwrap());
        sessions::name_of(&id_hash)
    }

    /// Asks, and holds the answer to the document.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = self
            .client
            .request(method.clone(), self.url(path))
            .bearer_auth(token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = self.send(request).await;
        self.hold(&method, path, &answer);
        answer
    }

    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    /// Holds an answer to the document.
    pub(crate) fn hold(&self, method: &Method, path: &str, answer: &Answer) {
        self.conformance.hold(method, path, answer);
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path))
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(Method::GET, path, token, &[], None).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, token, &[], Some(body)).await
    }

    /// Adds the test's issuer as an identity provider.
    pub(crate) async fn identity_provider(&self, token: &str, slug: &str) -> Value {
        let body = serde_json::json!({
            "slug": slug, "name": slug, "issuer": self.issuer.url(), "client_id": slug, "client_secret": "canary",
        });
        self.post(token, "/v1/identity-providers", body)
            .await
            .expect(201)
    }

    /// Trusts workloads of the test's issuer.
    pub(crate) async fn ci_trust(&self, token: &str, subject: &str, scopes: &[&str]) -> Value {
        let body = serde_json::json!({
            "name": "CI", "issuer": self.issuer.url(), "audience": "https://gatehouse.example", "subject_pattern": subject,
            "scopes": scopes,
        });
        self.post(token, "/v1/ci-trusts", body).await.expect(201)
    }

    /// A digest of every table but those that background work and every request write to.
    pub(crate) async fn everything(&self) -> Vec<(String, String)> {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(&self.test_db.superuser_url())
            .await
            .unwrap();
        let tables: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
               and c.relname not in ('outbox', 'mail', 'notification', 'access_token', 'idempotency_key', 'webhook_delivery') order by 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let mut digests = Vec::new();
        for table in tables {
            let sql = format!(
                "select coalesce(md5(string_agg(t::text, ',' order by t::text)), '') from public.{table} t"
            );
            let digest: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .fetch_one(&mut connection)
                .await
                .unwrap();
            digests.push((table, digest));
        }
        digests
    }

    /// Changes the database as a superuser.
    pub(crate) async fn sql(&self, sql: &'static str) {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(&self.test_db.superuser_url())
            .await
            .unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }

    /// One number of the database, seen as a superuser.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(&self.test_db.superuser_url())
            .await
            .unwrap();
        sqlx::query_scalar(sql)
            .fetch_one(&mut connection)
            .await
            .unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.supervisor.cancel();
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self.json()
    }

    /// The code of a problem with this status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> String {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(
            body["request_id"],
            self.header("gatehouse-request-id"),
            "{body}"
        );
        body["code"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self
            .headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name}: {self:?}"));
        value.to_str().unwrap()
    }
}

async fn two_tenants(db: &Db) -> (Tenant, Tenant) {
    let link = installation::first_admin_link(db).await.unwrap().unwrap();
    let first = FirstAdmin {
        email: "owner@northwind.example".to_owned(),
        name: "Olga Petrova".to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        tenant_name: "Northwind".to_owned(),
        tenant_slug: "northwind".to_owned(),
    };
    let (owner, northwind) = installation::accept_first_admin(db, &link.0, first)
        .await
        .unwrap();
    let input = CreateTenant {
        slug: "contoso".to_owned(),
        name: "Contoso".to_owned(),
        owner: Some(owner),
    };
    let contoso = tenants::create_tenant(db, &PlatformActor::system("test"), input)
        .await
        .unwrap();
    let northwind = Tenant {
        id: northwind,
        owner,
    };
    let contoso = Tenant {
        id: contoso.value.id,
        owner,
    };
    (northwind, contoso)
}

fn serve(db: &Db, further: &[(&'static str, &'static str)]) -> (SocketAddr, Supervisor) {
    let variables = [
        ("GATEHOUSE_ADMIN_API__LISTEN", "127.0.0.1:0"),
        (
            "GATEHOUSE_ADMIN_API__PORTAL_PUBLIC_URL",
            "https://portal.example",
        ),
        ("GATEHOUSE_ADMIN_API__LISTENER__DRAIN", "1s"),
        (
            "GATEHOUSE_ADMIN_API__EGRESS__ALLOWED_NETWORKS",
            "[\"127.0.0.0/8\"]",
        ),
    ];
    let environment: Environment = variables.iter().chain(further).copied().collect();
    let settings = load(ROLE, DEFAULTS, None, &environment).unwrap().settings;
    let supervisor = Supervisor::new();
    let bound = BoundAdminApi::bind(settings, db.clone()).unwrap();
    let address = bound.local_addr();
    let serving = supervisor.clone();
    supervisor.spawn_essential(
        "admin_api",
        async move { bound.serve(&serving).await.map(drop) },
    );
    (address, supervisor)
}

/// Asks again until `done`, for what happens a little later; with a pause, so that what it waits for has the processor.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(mut done: impl FnMut() -> F) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(value) = done().await {
            return value;
        }
        assert!(tokio::time::Instant::now() < deadline, "it never happened");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
