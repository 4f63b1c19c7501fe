//! The connections of both roles: each transaction begins whole, with its role and its scope.

use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};

use super::{DbAddresses, Tx};
use crate::refusal::Refusal;

/// Longest wait for a pooled connection before the answer is 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// The connections of both roles.
pub(super) struct Pools {
    pub(super) app: PgPool,
    pub(super) system: PgPool,
    shared: bool,
}

impl Pools {
    /// Makes one connection as each role; more are made when they are needed.
    pub(super) async fn open(addresses: &DbAddresses) -> anyhow::Result<Self> {
        let app = pool(&addresses.app, 12)
            .await
            .context("connecting to the database as gatehouse_app")?;
        let system = pool(&addresses.system, 4)
            .await
            .context("connecting to the database as gatehouse_system")?;
        Ok(Self {
            app,
            system,
            shared: addresses.shared,
        })
    }

    pub(super) async fn global(&self) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.app).await?;
        self.set_role(&mut tx, "set local role gatehouse_app")
            .await?;
        Ok(tx)
    }

    pub(super) async fn system(&self) -> Result<Tx, Refusal> {
        let mut tx = begin(&self.system).await?;
        self.set_role(&mut tx, "set local role gatehouse_system")
            .await?;
        sqlx::query("select set_config('gatehouse.scope', 'system', true)")
            .execute(&mut *tx)
            .await?;
        Ok(tx)
    }

    pub(super) async fn set_role(
        &self,
        tx: &mut PgConnection,
        statement: &'static str,
    ) -> Result<(), Refusal> {
        if self.shared {
            sqlx::query(statement).execute(tx).await?;
        }
        Ok(())
    }

    pub(super) async fn refuse_powerful_roles(&self) -> anyhow::Result<()> {
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
}

/// Begins a transaction, or not: never half. A caller that goes away while `BEGIN` is under way (a closed connection, a
/// deadline) would leave a session in a transaction that nobody counts, and whoever has that session next would be inside it.
/// So the beginning is always waited for, and a transaction that nobody wants any more rolls itself back.
#[expect(
    clippy::disallowed_methods,
    reason = "the task outlives its caller on purpose and ends with the pool's own deadline"
)]
pub(super) async fn begin(pool: &PgPool) -> Result<Tx, Refusal> {
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
