//! The database handle: three roles, two scopes, and the check that neither pool can look past row-level security.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use gatehouse_domain::id::TenantId;
use gatehouse_runtime::clock::Clock;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Postgres, Transaction};
use tokio::sync::Semaphore;

use crate::keys::MasterKey;
use crate::refusal::Refusal;

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
pub struct Db(Arc<Inner>);

struct Inner {
    app: PgPool,
    system: PgPool,
    shared: bool,
    clock: Clock,
    keys: MasterKey,
    /// Places for streaming snapshots: each holds a pooled connection for as long as its reader takes.
    snapshots: Arc<Semaphore>,
}

/// Snapshots streamed at once by one process; more wait their turn.
const SNAPSHOTS_MAX: usize = 3;

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
        keys: MasterKey,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let app = pool(&addresses.app, 12)
            .await
            .context("connecting to the database as gatehouse_app")?;
        let system = pool(&addresses.system, 4)
            .await
            .context("connecting to the database as gatehouse_system")?;
        let db = Self(Arc::new(Inner {
            app,
            system,
            shared: addresses.shared,
            clock,
            keys,
            snapshots: Arc::new(Semaphore::new(SNAPSHOTS_MAX)),
        }));
        db.refuse_powerful_roles().await?;
        db.refuse_another_master_key().await?;
        Ok(db)
    }

    /// The clock every time written to the database comes from.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The keys derived from the master key.
    pub fn keys(&self) -> &MasterKey {
        &self.0.keys
    }

    /// A place for streaming one snapshot.
    pub(crate) fn snapshots(&self) -> &Arc<Semaphore> {
        &self.0.snapshots
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), Refusal> {
        sqlx::query("select 1").execute(&self.0.app).await?;
        Ok(())
    }

    /// How far this program's clock is ahead of the database's.
    pub async fn clock_difference(&self) -> Result<time::Duration, Refusal> {
        let theirs: time::OffsetDateTime = sqlx::query_scalar("select clock_timestamp()")
            .fetch_one(&self.0.app)
            .await?;
        Ok(self.0.clock.now() - theirs)
    }

    /// A transaction that sees one tenant's rows and the global tables.
    pub(crate) async fn tenant(&self, tenant: TenantId) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.0.app).await?;
        self.set_role(&mut tx, "set local role gatehouse_app")
            .await?;
        sqlx::query("select set_config('gatehouse.tenant', $1, true)")
            .bind(tenant.uuid().to_string())
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// The same, reading one moment of the database however long it takes, and writing nothing.
    pub(crate) async fn tenant_as_of_now(&self, tenant: TenantId) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.0.app).await?;
        sqlx::query("set transaction isolation level repeatable read, read only")
            .execute(&mut *tx)
            .await?;
        self.set_role(&mut tx, "set local role gatehouse_app")
            .await?;
        sqlx::query("select set_config('gatehouse.tenant', $1, true)")
            .bind(tenant.uuid().to_string())
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// A transaction that sees global tables only: accounts, sessions, gateway groups.
    pub(crate) async fn global(&self) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.0.app).await?;
        self.set_role(&mut tx, "set local role gatehouse_app")
            .await?;
        Ok(tx)
    }

    /// A transaction of a named background verb, which sees every tenant.
    pub(crate) async fn system(&self) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.0.system).await?;
        self.set_role(&mut tx, "set local role gatehouse_system")
            .await?;
        sqlx::query("select set_config('gatehouse.scope', 'system', true)")
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    /// A connection outside the pools that hears `NOTIFY gatehouse_config`: a hint that a group's head moved.
    pub async fn listen(&self) -> Result<sqlx::postgres::PgListener, Refusal> {
        let mut listener = sqlx::postgres::PgListener::connect_with(&self.0.app).await?;
        listener.listen(crate::config::CHANNEL).await?;
        Ok(listener)
    }

    /// Closes both pools.
    pub async fn close(&self) {
        self.0.app.close().await;
        self.0.system.close().await;
    }

    async fn set_role(
        &self,
        tx: &mut PgConnection,
        statement: &'static str,
    ) -> Result<(), Refusal> {
        if self.0.shared {
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

    async fn refuse_another_master_key(&self) -> anyhow::Result<()> {
        let mine = self.0.keys.check_value();
        let mut tx = self.global().await.context("reading the installation")?;
        sqlx::query("insert into installation (master_key_check, created_at) values ($1, $2) on conflict do nothing")
            .bind(mine.as_slice())
            .bind(self.0.clock.now())
            .execute(&mut *tx)
            .await?;
        let stored: Vec<u8> = sqlx::query_scalar("select master_key_check from installation")
            .fetch_one(&mut *tx)
            .await?;
        tx.commit().await?;
        if stored != mine {
            bail!(
                "this database belongs to another master key; give every replica the same master key file"
            );
        }
        Ok(())
    }
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
