//! The whole product as processes: the built executable once per role, on loopback, against a real Postgres.

mod database;
mod ending;
mod plan;
mod tenant;

pub use plan::{Role, StackPlan};
pub use tenant::{PUBLISHER, Tenant};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::gateways::{CreateJoinToken, create_installation_join_token};
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::{Db, installation};
use gatehouse_os::Signal;
use gatehouse_runtime::Clock;
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use crate::answer::Answer;
use crate::callers::{Administrator, Anonymous, Portal};
use crate::mailbox::Mailbox;
use crate::process::Process;
use crate::test_db::TestDb;
use crate::wait::{PATIENCE, eventually};
use database::{Database, OwnServer};

/// The name of the first tenant; its slug is the same in lower case.
pub const FIRST_TENANT: &str = "Acme";

/// Running processes, the database under them, and the administrator who set them up.
///
/// When it is dropped by a test that has not failed, it checks that no role answered 5xx (unless
/// [`TestStack::expects_server_errors`]), that every outbox event was dispatched, and that SIGTERM ends every role with 0.
pub struct TestStack {
    plan: StackPlan,
    processes: Mutex<BTreeMap<Role, Process>>,
    database: tokio::sync::Mutex<Database>,
    addresses: DbAddresses,
    superuser_url: String,
    admin: Administrator,
    expects_server_errors: AtomicBool,
    folder: Option<TempDir>,
}

impl std::fmt::Debug for TestStack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TestStack")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl TestStack {
    /// Starts everything, sets the first administrator and tenant up, and waits until every role is ready.
    pub async fn start(plan: StackPlan) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("gatehouse-stack-")
            .tempdir()
            .expect("a folder");
        let database = if plan.own_postgres {
            Database::Own(OwnServer::start(folder.path().join("postgres")).await)
        } else {
            Database::Shared(TestDb::create().await)
        };
        let addresses = database.addresses();
        let superuser_url = database.superuser_url();
        let db = open(&addresses, folder.path()).await;
        write_join_token(&db, plan.gateways, folder.path()).await;
        let link = installation::first_admin_link(&db)
            .await
            .expect("the database answers");
        db.close().await;
        let processes = start_all(&plan, folder.path(), &addresses);
        let token = link.expect("a fresh installation has no administrator");
        let window = Portal::open(&format!("http://{}", plan.at.portal), "");
        let admin = Administrator::set_up(window, &token.0, FIRST_TENANT).await;
        let stack = Self {
            plan,
            processes: Mutex::new(processes),
            database: tokio::sync::Mutex::new(database),
            addresses,
            superuser_url,
            admin,
            expects_server_errors: AtomicBool::new(false),
            folder: Some(folder),
        };
        stack.have_gateways_joined().await;
        stack
    }

    /// A change is in force on every gateway that has joined: until all have, that says nothing. What stands between a gateway and
    /// its control plane may keep it from joining for as long as a test likes.
    async fn have_gateways_joined(&self) {
        if self.plan.control_plane.is_some() {
            return;
        }
        for number in 0..self.gateway_count() {
            let identity = self.gateway_folder(number).join("identity.json");
            eventually(PATIENCE, "the gateway has joined", async || {
                let joined = identity.exists().then_some(());
                joined.ok_or_else(|| format!("no {}", identity.display()))
            })
            .await;
        }
    }

    /// A stack that tests share while any of them runs: two gateways, and a tenant of its own for each test.
    pub async fn shared(program: &str) -> Arc<Self> {
        static SHARED: tokio::sync::Mutex<Weak<TestStack>> =
            tokio::sync::Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(stack) = shared.upgrade() {
            return stack;
        }
        let stack = Arc::new(Self::start(StackPlan::of(program).gateways(2)).await);
        *shared = Arc::downgrade(&stack);
        stack
    }

    fn processes(&self) -> MutexGuard<'_, BTreeMap<Role, Process>> {
        self.processes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, role: Role, act: impl FnOnce(&mut Process) -> T) -> T {
        act(self
            .processes()
            .get_mut(&role)
            .expect("the stack has this role"))
    }

    /// SIGKILL: nothing is flushed, nobody is told.
    pub fn kill9(&self, role: Role) {
        self.with(role, Process::kill9);
    }

    /// SIGTERM, and waits; panics unless it ends with 0.
    pub fn stop(&self, role: Role) {
        let status = self.with(role, Process::terminate);
        assert!(status.success(), "{role:?} ended with {status}");
    }

    /// Starts a role that was stopped or killed, and waits until it is ready.
    pub fn restart(&self, role: Role) {
        self.with(role, Process::start_again);
        self.ready(role);
    }

    /// Starts a role that was stopped or killed without waiting.
    pub fn start_again(&self, role: Role) {
        self.with(role, Process::start_again);
    }

    /// Has a new process of a gateway take over from the one that runs; panics unless that one then ends with 0.
    pub fn hand_over(&self, role: Role) {
        let status = self.with(role, |process| process.hand_over("--take-over"));
        assert!(
            status.success(),
            "{role:?} handed over and ended with {status}"
        );
    }

    /// Waits until a role has announced itself.
    pub fn ready(&self, role: Role) -> Value {
        self.with(role, Process::ready)
    }

    /// Pauses or continues a role: it keeps its sockets and answers nothing.
    pub fn signal(&self, role: Role, signal: Signal) {
        self.with(role, |process| process.signal(signal));
    }

    pub fn pid(&self, role: Role) -> u32 {
        self.with(role, |process| process.pid())
    }

    pub fn rss_bytes(&self, role: Role) -> u64 {
        self.with(role, |process| process.rss_bytes())
    }

    /// Everything a role has written.
    pub fn log(&self, role: Role) -> String {
        self.with(role, |process| process.log())
    }

    /// SIGKILL to the Postgres of a stack that has its own.
    pub async fn kill9_postgres(&self) {
        match &mut *self.database.lock().await {
            Database::Own(server) => server.kill9().await,
            Database::Shared(_) => panic!("other tests use this Postgres"),
        }
    }

    /// Starts that Postgres again.
    pub async fn restart_postgres(&self) {
        match &mut *self.database.lock().await {
            Database::Own(server) => server.start_again().await,
            Database::Shared(_) => panic!("other tests use this Postgres"),
        }
    }

    /// The test makes a role answer 5xx on purpose.
    pub fn expects_server_errors(&self) {
        self.expects_server_errors.store(true, Ordering::Relaxed);
    }

    pub fn program(&self) -> &Path {
        &self.plan.program
    }

    /// The folder of this stack: logs, keys, one folder per gateway.
    pub fn folder(&self) -> &Path {
        self.folder
            .as_ref()
            .expect("it is there until the end")
            .path()
    }

    /// Where a gateway keeps identity, configuration and spool.
    pub fn gateway_folder(&self, number: usize) -> PathBuf {
        plan::gateway_folder(self.folder(), number)
    }

    pub fn admin_api_url(&self) -> String {
        format!("http://{}", self.plan.at.admin_api)
    }

    pub fn portal_url(&self) -> String {
        format!("http://{}", self.plan.at.portal)
    }

    pub fn gateway_url(&self, number: usize) -> String {
        self.plan.gateway_url(number)
    }

    /// A gateway's health and metrics.
    pub fn status_url(&self, number: usize) -> String {
        format!("http://{}", self.plan.at.gateways[number].1)
    }

    pub fn gateway_count(&self) -> usize {
        self.plan.gateways
    }

    /// How mails reach their readers: without a mail server, through the log of the admin API.
    pub fn mailbox(&self) -> Mailbox<'_> {
        Mailbox::Log(self.folder().join("admin-api.log"))
    }

    /// The first administrator, who owns every tenant of the stack.
    pub fn admin(&self) -> &Administrator {
        &self.admin
    }

    /// The tenant the administrator set up.
    pub fn first_tenant(&self) -> Tenant<'_> {
        Tenant::first(self)
    }

    /// One more tenant, owned by the administrator.
    pub async fn tenant(&self, name: &str) -> Tenant<'_> {
        Tenant::create(self, name).await
    }

    /// A new window without cookies on a tenant's portal.
    pub fn window(&self, prefix: &str) -> Portal {
        Portal::open(&self.portal_url(), prefix)
    }

    pub fn anonymous(&self) -> Anonymous {
        Anonymous::new(self.window(""))
    }

    /// `/readyz` of a gateway.
    pub async fn readiness(&self, number: usize) -> Answer {
        self.anonymous()
            .get(&format!("{}/readyz", self.status_url(number)))
            .await
    }

    /// Looks into the database past row-level security.
    pub async fn sql(&self) -> PgConnection {
        PgConnection::connect(&self.superuser_url)
            .await
            .expect("the database answers")
    }

    /// The address of [`TestStack::sql`], for command line verbs that take a managed database.
    pub fn superuser_url(&self) -> &str {
        &self.superuser_url
    }

    /// The addresses the roles reach the database by: as the app role and as the system role.
    pub fn database_urls(&self) -> (String, String) {
        (self.addresses.app.clone(), self.addresses.system.clone())
    }

    /// The verbs themselves, to set scenes up.
    pub async fn control_plane(&self) -> Db {
        open(&self.addresses, self.folder()).await
    }
}

async fn open(addresses: &DbAddresses, folder: &Path) -> Db {
    let keys = MasterKey::load_or_create(&plan::master_key(folder)).expect("the master key");
    Db::connect(addresses, keys, Clock::system())
        .await
        .expect("the database")
}

async fn write_join_token(db: &Db, gateways: usize, folder: &Path) {
    let uses = i32::try_from(gateways.max(1)).expect("few gateways");
    let input = CreateJoinToken {
        uses,
        ..CreateJoinToken::default()
    };
    let (_, key) = create_installation_join_token(db, input)
        .await
        .expect("a join token");
    std::fs::write(plan::join_token(folder), key.reveal().as_bytes()).expect("a file for it");
}

fn start_all(plan: &StackPlan, folder: &Path, database: &DbAddresses) -> BTreeMap<Role, Process> {
    let roles = plan.roles();
    let mut processes: BTreeMap<Role, Process> = roles
        .iter()
        .map(|role| (*role, Process::start(plan.process(*role, folder, database))))
        .collect();
    for process in processes.values_mut() {
        process.ready();
    }
    let pids: std::collections::BTreeSet<u32> = processes.values().map(Process::pid).collect();
    assert_eq!(
        pids.len(),
        roles.len(),
        "every role is a process of its own"
    );
    assert!(!pids.contains(&std::process::id()), "and none is the test");
    processes
}
