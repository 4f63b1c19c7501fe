//! The database handle: three roles, two scopes, and the check that neither pool can look past row-level security.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use gatehouse_domain::id::TenantId;
use gatehouse_runtime::clock::Clock;
use gatehouse_runtime::random;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Postgres, Transaction};
use tokio::sync::Semaphore;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::keys::{Kek, Keys, MasterKey};
use crate::refusal::Refusal;
use crate::sealed;
use crate::work::Unit;

/// A transaction.
pub(crate) type Tx = Transaction<'static, Postgres>;

/// How to reach the database as each role.
#[derive(Debug, Clone)]
pub struct DbAddresses {
    /// As `gatehouse_app`.
    pub app: String,
    /// As `gatehouse_system`.
    pub system: String,
    /// One address for everything, as managed databases give it: transactions then switch role themselves.
    pub shared: bool,
}

impl DbAddresses {
    /// Reads the settings every role has: either one `database_url`, or an address for each working role.
    pub fn from_settings(
        database_url: Option<&str>,
        app: Option<&str>,
        system: Option<&str>,
    ) -> anyhow::Result<Self> {
        match (database_url, app, system) {
            (None, Some(app), Some(system)) => Ok(Self {
                app: app.to_owned(),
                system: system.to_owned(),
                shared: false,
            }),
            (Some(url), None, None) => Ok(Self::managed(url)),
            (None, None, None) => bail!(
                "name the database: set DATABASE_URL, or start everything with `gatehouse up`"
            ),
            _ => bail!("set either database_url, or both database_app_url and database_system_url"),
        }
    }

    /// One managed address.
    pub fn managed(url: &str) -> Self {
        Self {
            app: url.to_owned(),
            system: url.to_owned(),
            shared: true,
        }
    }
}

/// Everything a verb needs besides its arguments. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>, Option<Unit>);

struct Inner {
    pools: Pools,
    clock: Clock,
    master_key: MasterKey,
    keys: Keys,
    /// Data keys that were unwrapped, by id.
    data_keys: Mutex<HashMap<Uuid, Zeroizing<[u8; 32]>>>,
    /// Places for streaming snapshots: each holds a pooled connection for as long as its reader takes.
    snapshots: Arc<Semaphore>,
}

/// Snapshots streamed at once by one process; more wait their turn.
const SNAPSHOTS_MAX: usize = 3;

/// Most data keys held unwrapped; beyond it all are forgotten and unwrapped again as they are needed.
const DATA_KEYS_HELD_MAX: usize = 10_000;

impl std::fmt::Debug for Db {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Db")
    }
}

/// Longest wait for a pooled connection before the answer is 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

impl Db {
    /// Opens both pools and refuses a role that could look past row-level security, and a master key other than the one the
    /// database was first opened with. Connections are made when first needed, but one per pool is made here.
    pub async fn connect(
        addresses: &DbAddresses,
        master_key: MasterKey,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let app = pool(&addresses.app, 12)
            .await
            .context("connecting to the database as gatehouse_app")?;
        let system = pool(&addresses.system, 4)
            .await
            .context("connecting to the database as gatehouse_system")?;
        let pools = Pools {
            app,
            system,
            shared: addresses.shared,
        };
        pools.refuse_powerful_roles().await?;
        let keys = pools.keys_of_installation(&master_key, &clock).await?;
        let inner = Inner {
            pools,
            clock,
            master_key,
            keys,
            data_keys: Mutex::default(),
            snapshots: Arc::new(Semaphore::new(SNAPSHOTS_MAX)),
        };
        Ok(Self(Arc::new(inner), None))
    }

    /// The clock every time written to the database comes from.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The keys derived from the installation's root key.
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The key that wraps every other.
    pub(crate) fn master_key(&self) -> &MasterKey {
        &self.0.master_key
    }

    /// A data key that was unwrapped before.
    pub(crate) fn held_data_key(&self, id: Uuid) -> Option<Zeroizing<[u8; 32]>> {
        let held = self.0.data_keys.lock();
        held.unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
    }

    /// Keeps a data key in memory.
    pub(crate) fn hold_data_key(&self, id: Uuid, key: Zeroizing<[u8; 32]>) {
        let held = self.0.data_keys.lock();
        let mut held = held.unwrap_or_else(PoisonError::into_inner);
        if held.len() >= DATA_KEYS_HELD_MAX {
            held.clear();
        }
        held.insert(id, key);
    }

    /// The same handle for verbs that run inside one unit of work: what they commit is handed to the unit.
    pub(crate) fn inside(&self, unit: Unit) -> Self {
        Self(Arc::clone(&self.0), Some(unit))
    }

    /// The unit of work that verbs called with this handle take part in.
    pub(crate) fn unit(&self) -> Option<&Unit> {
        self.1.as_ref()
    }

    /// A place for streaming one snapshot.
    pub(crate) fn snapshots(&self) -> &Arc<Semaphore> {
        &self.0.snapshots
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Refusal> {
        sqlx::query("select 1").execute(&self.0.pools.app).await?;
        Ok(())
    }

    /// How far this program's clock is ahead of the database's.
    pub async fn clock_difference(&self) -> Result<time::Duration, Refusal> {
        let theirs: time::OffsetDateTime = sqlx::query_scalar("select clock_timestamp()")
            .fetch_one(&self.0.pools.app)
            .await?;
        Ok(self.0.clock.now() - theirs)
    }

    /// A transaction that sees one tenant's rows and the global tables.
    pub(crate) async fn tenant(&self, tenant: TenantId) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.0.pools.app).await?;
        self.0
            .pools
            .set_role(&mut tx, "set local role gatehouse_app")
            .await?;
        sqlx::query("select set_config('gatehouse.tenant', $1, true)")
            .bind(tenant.uuid().to_string())
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// The same, reading one moment of the database however long it takes, and writing nothing.
    pub(crate) async fn tenant_as_of_now(&self, tenant: TenantId) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.0.pools.app).await?;
        sqlx::query("set transaction isolation level repeatable read, read only")
            .execute(&mut *tx)
            .await?;
        self.0
            .pools
            .set_role(&mut tx, "set local role gatehouse_app")
            .await?;
        sqlx::query("select set_config('gatehouse.tenant', $1, true)")
            .bind(tenant.uuid().to_string())
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// A transaction that sees global tables only: accounts, sessions, gateway groups.
    pub(crate) async fn global(&self) -> Result<Tx, Refusal> {
        self.0.pools.global().await
    }

    /// A transaction of a named background verb, which sees every tenant.
    pub(crate) async fn system(&self) -> Result<Tx, Refusal> {
        self.0.pools.system().await
    }

    /// Every row of every tenant as of one moment, however long reading takes, and writing nothing.
    pub(crate) async fn everything_as_of_now(&self) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.0.pools.system).await?;
        sqlx::query("set transaction isolation level repeatable read, read only")
            .execute(&mut *tx)
            .await?;
        self.0
            .pools
            .set_role(&mut tx, "set local role gatehouse_system")
            .await?;
        sqlx::raw_sql(
            "set local gatehouse.scope = 'system'; set local statement_timeout = 0;
             set local idle_in_transaction_session_timeout = 0",
        )
        .execute(&mut *tx)
        .await?;
        Ok(tx)
    }

    /// A connection outside the pools that hears `NOTIFY gatehouse_config`: a hint that a group's head moved.
    pub async fn listen(&self) -> Result<sqlx::postgres::PgListener, Refusal> {
        let mut listener = sqlx::postgres::PgListener::connect_with(&self.0.pools.app).await?;
        listener.listen(crate::config::CHANNEL).await?;
        Ok(listener)
    }

    /// Closes both pools.
    pub async fn close(&self) {
        self.0.pools.app.close().await;
        self.0.pools.system.close().await;
    }
}

/// The connections of both roles.
struct Pools {
    app: PgPool,
    system: PgPool,
    shared: bool,
}

impl Pools {
    async fn global(&self) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.app).await?;
        self.set_role(&mut tx, "set local role gatehouse_app")
            .await?;
        Ok(tx)
    }

    async fn system(&self) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.system).await?;
        self.set_role(&mut tx, "set local role gatehouse_system")
            .await?;
        sqlx::query("select set_config('gatehouse.scope', 'system', true)")
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    async fn set_role(
        &self,
        tx: &mut PgConnection,
        statement: &'static str,
    ) -> Result<(), Refusal> {
        if self.shared {
            sqlx::query(statement).execute(tx).await?;
        }
        Ok(())
    }

    async fn refuse_powerful_roles(&self) -> anyhow::Result<()> {
        for (what, tx) in [
            ("gatehouse_app", self.global().await),
            ("gatehouse_system", self.system().await),
        ] {
            let mut tx = tx.with_context(|| format!("starting a transaction as {what}"))?;
            let (role, powerful): (String, bool) = sqlx::query_as(
                "select current_user::text, r.rolsuper or r.rolbypassrls
                     or exists (select from pg_class c where c.relname = 'subscription' and c.relowner = r.oid)
                 from pg_roles r where r.rolname = current_user",
            )
            .fetch_one(&mut *tx)
            .await?;
            if powerful {
                bail!(
                    "the database role {role} could look past tenant isolation (superuser, owner or BYPASSRLS); connect as {what}"
                );
            }
        }
        Ok(())
    }

    /// The keys the database was first opened with, by the master key that wraps them. A database without any gets fresh ones;
    /// one of a program that derived them from the master key itself keeps those.
    async fn keys_of_installation(
        &self,
        master_key: &MasterKey,
        clock: &Clock,
    ) -> anyhow::Result<Keys> {
        let primary = master_key.primary()?;
        let fresh = Keys::generate();
        let mut tx = self.system().await.context("reading the installation")?;
        let began = sqlx::query(
            "insert into installation (master_key_check, master_key_id, created_at) values ($1, $2, $3) on conflict do nothing",
        )
        .bind(fresh.check_value().as_slice())
        .bind(primary.id())
        .bind(clock.now())
        .execute(&mut *tx)
        .await?
        .rows_affected()
            == 1;
        // Locked: of two replicas that start at once, the second finds what the first stored.
        let check: Vec<u8> =
            sqlx::query_scalar("select master_key_check from installation for update")
                .fetch_one(&mut *tx)
                .await?;
        let root: Option<(Uuid, Vec<u8>, String)> = sqlx::query_as(
            "select id, wrapped, master_key_id from installation_key where purpose = 'root'",
        )
        .fetch_optional(&mut *tx)
        .await?;
        let keys = match root {
            Some((id, wrapped, by)) => {
                let kek = master_key.find(&by).context(ANOTHER_MASTER_KEY)?;
                Keys::from_root(*kek.unwrap(&sealed::place_of(id), &wrapped)?)
            }
            None => {
                let keys = match began {
                    true => fresh,
                    false => Keys::from_root(primary.bytes()),
                };
                if keys.check_value().as_slice() != check {
                    bail!(ANOTHER_MASTER_KEY);
                }
                store_root(&mut tx, &keys, &primary, clock).await?;
                keys
            }
        };
        if keys.check_value().as_slice() != check {
            bail!(ANOTHER_MASTER_KEY);
        }
        tx.commit().await?;
        Ok(keys)
    }
}

const ANOTHER_MASTER_KEY: &str =
    "this database belongs to another master key; give every replica the same master key file";

async fn store_root(
    conn: &mut PgConnection,
    keys: &Keys,
    primary: &Kek,
    clock: &Clock,
) -> anyhow::Result<()> {
    let id = random::uuid_v7(clock.now());
    let wrapped = primary.wrap(&sealed::place_of(id), keys.root())?;
    sqlx::query(
        "insert into installation_key (id, purpose, wrapped, master_key_id, created_at) values ($1, 'root', $2, $3, $4)",
    )
    .bind(id)
    .bind(wrapped)
    .bind(primary.id())
    .bind(clock.now())
    .execute(&mut *conn)
    .await?;
    sqlx::query("update installation set master_key_id = $1")
        .bind(primary.id())
        .execute(conn)
        .await?;
    Ok(())
}

/// Begins a transaction, or not: never half. A caller that goes away while `BEGIN` is under way (a closed connection, a
/// deadline) would leave a session in a transaction that nobody counts, and whoever has that session next would be inside it.
/// So the beginning is always waited for, and a transaction that nobody wants any more rolls itself back.
#[expect(
    clippy::disallowed_methods,
    reason = "the task outlives its caller on purpose and ends with the pool's own deadline"
)]
async fn begin(pool: &PgPool) -> Result<Tx, Refusal> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin().await });
    Ok(begun.await.map_err(anyhow::Error::from)??)
}

async fn pool(url: &str, connections_max: u32) -> anyhow::Result<PgPool> {
    let options: PgConnectOptions = url.parse()?;
    let options = options.application_name("gatehouse").options([
        ("statement_timeout", "15s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "30s"),
        ("timezone", "UTC"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Applies the migrations. Takes an advisory lock, so any number of processes may call it at once.
pub async fn migrate(owner_url: &str) -> anyhow::Result<()> {
    let options: PgConnectOptions = owner_url.parse()?;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    sqlx::migrate!("../../migrations")
        .run(&pool)
        .await
        .context("migrating the database")?;
    pool.close().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use gatehouse_harness::TestDb;

    use super::*;

    /// What one connection of the pool says of the tenant once it is back; the others are held until it is.
    async fn tenant_once_back(db: &Db, pid: i32) -> String {
        let mut others = Vec::new();
        loop {
            let mut connection = db.0.pools.app.acquire().await.unwrap();
            let (found, tenant): (i32, Option<String>) = sqlx::query_as(
                "select pg_backend_pid(), current_setting('gatehouse.tenant', true)",
            )
            .fetch_one(&mut *connection)
            .await
            .unwrap();
            if found == pid {
                return tenant.unwrap_or_default();
            }
            others.push(connection);
        }
    }

    async fn pid_of(tx: &mut Tx, tenant: TenantId) -> i32 {
        let (pid, set): (i32, String) =
            sqlx::query_as("select pg_backend_pid(), current_setting('gatehouse.tenant')")
                .fetch_one(&mut **tx)
                .await
                .unwrap();
        assert_eq!(set, tenant.uuid().to_string());
        pid
    }

    #[tokio::test]
    async fn a_connection_that_comes_back_after_a_panic_or_a_cancelled_verb_has_no_tenant() {
        let test_db = TestDb::create().await;
        let addresses = DbAddresses {
            app: test_db.app_url(),
            system: test_db.system_url(),
            shared: false,
        };
        let keys = MasterKey::from_text(&"2f".repeat(32)).unwrap();
        let db = Db::connect(&addresses, keys, Clock::system())
            .await
            .unwrap();
        let tenant = TenantId::from_uuid(uuid::Uuid::from_u128(7));
        let (told, pid) = tokio::sync::oneshot::channel();
        let panicking = {
            let db = db.clone();
            async move {
                let mut tx = db.tenant(tenant).await.unwrap();
                told.send(pid_of(&mut tx, tenant).await).unwrap();
                panic!("in the middle of a verb");
            }
        };
        let ended = tokio::task::LocalSet::new()
            .run_until(async { tokio::task::spawn_local(AssertUnwindSafe(panicking)).await })
            .await;
        assert!(ended.unwrap_err().is_panic());
        assert_eq!(tenant_once_back(&db, pid.await.unwrap()).await, "");
        // A request whose client has gone is dropped between two statements.
        let mut tx = db.tenant(tenant).await.unwrap();
        let pid = pid_of(&mut tx, tenant).await;
        drop(tx);
        assert_eq!(tenant_once_back(&db, pid).await, "");
        db.close().await;
    }
}
