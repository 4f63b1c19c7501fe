//! The database handle: three roles, two scopes, and the check that neither pool can look past row-level security.

mod addresses;
mod installation;
mod pools;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use gatehouse_domain::id::TenantId;
use gatehouse_runtime::clock::Clock;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Postgres, Transaction};
use tokio::sync::Semaphore;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::keys::{Keys, MasterKey};
use crate::refusal::Refusal;
use crate::work::Unit;

pub use addresses::DbAddresses;
use pools::{Beginning, Pools};

/// A transaction.
pub(crate) type Tx = Transaction<'static, Postgres>;

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

impl Db {
    /// Opens both pools and refuses a role that could look past row-level security, and a master key other than the one the
    /// database was first opened with. Connections are made when first needed, but one per pool is made here.
    pub async fn connect(
        addresses: &DbAddresses,
        master_key: MasterKey,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let pools = Pools::open(addresses).await?;
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
        self.0.pools.tenant(Beginning::Usual, tenant).await
    }

    /// The same, reading one moment of the database however long it takes, and writing nothing.
    pub(crate) async fn tenant_as_of_now(&self, tenant: TenantId) -> Result<Tx, Refusal> {
        self.0.pools.tenant(Beginning::AsOfNow, tenant).await
    }

    /// A transaction that sees global tables only: accounts, sessions, gateway groups.
    pub(crate) async fn global(&self) -> Result<Tx, Refusal> {
        self.0.pools.global().await
    }

    /// A transaction of a named background verb, which sees every tenant.
    pub(crate) async fn system(&self) -> Result<Tx, Refusal> {
        self.0.pools.system(Beginning::Usual).await
    }

    /// Every row of every tenant as of one moment, however long reading takes, and writing nothing.
    pub(crate) async fn everything_as_of_now(&self) -> Result<Tx, Refusal> {
        let mut tx = self.0.pools.system(Beginning::AsOfNow).await?;
        sqlx::raw_sql(
            "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0",
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
