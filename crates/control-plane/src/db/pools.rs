//! The connections of both roles: each transaction begins whole, with its role and its scope.

use std::time::Duration;

use anyhow::{Context, bail};
use gatehouse_domain::id::TenantId;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Executor};

use super::{DbAddresses, Tx};
use crate::refusal::Refusal;

/// Longest wait for a pooled connection before the answer is 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// Statements that a connection keeps prepared. Pages, verbs and the road of gateways have some 800; with the usual 100 a
/// connection forgets each before it is asked again, and every call parses and plans anew.
const STATEMENTS_KEPT: usize = 1_000;

/// How a transaction begins.
#[derive(Clone, Copy)]
pub(super) enum Beginning {
    /// Each statement sees what was committed before it.
    Usual,
    /// Every statement sees the same moment, and nothing is written.
    AsOfNow,
}

impl Beginning {
    fn statement(self) -> &'static str {
        match self {
            Self::Usual => "begin",
            Self::AsOfNow => "begin isolation level repeatable read, read only",
        }
    }
}

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

    pub(super) async fn tenant(
        &self,
        beginning: Beginning,
        tenant: TenantId,
    ) -> Result<Tx, Refusal> {
        let scope = format!("; set local gatehouse.tenant = '{}'", tenant.uuid());
        begin(&self.app, self.whole(beginning, "gatehouse_app", &scope)).await
    }

    pub(super) async fn global(&self) -> Result<Tx, Refusal> {
        let statements = self.whole(Beginning::Usual, "gatehouse_app", "");
        begin(&self.app, statements).await
    }

    pub(super) async fn system(&self, beginning: Beginning) -> Result<Tx, Refusal> {
        let scope = "; set local gatehouse.scope = 'system'";
        let statements = self.whole(beginning, "gatehouse_system", scope);
        begin(&self.system, statements).await
    }

    /// Beginning, role and scope as one text: the database is asked once, and there is no moment in which a transaction has
    /// begun and sees another role's rows.
    fn whole(&self, beginning: Beginning, role: &'static str, scope: &str) -> String {
        let begin = beginning.statement();
        match self.shared {
            true => format!("{begin}; set local role {role}{scope}"),
            false => format!("{begin}{scope}"),
        }
    }

    pub(super) async fn refuse_powerful_roles(&self) -> anyhow::Result<()> {
        for (what, tx) in [
            ("gatehouse_app", self.global().await),
            ("gatehouse_system", self.system(Beginning::Usual).await),
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
async fn begin(pool: &PgPool, statements: String) -> Result<Tx, Refusal> {
    let pool = pool.clone();
    // Safe: roles and scopes are words of this module, and a tenant is the digits of its id.
    let begun = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(statements)).await });
    Ok(begun.await.map_err(anyhow::Error::from)??)
}

async fn pool(url: &str, connections_max: u32) -> anyhow::Result<PgPool> {
    let options: PgConnectOptions = url.parse()?;
    let options = options
        .application_name("gatehouse")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .options([
            ("statement_timeout", "15s"),
            ("lock_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "30s"),
            ("timezone", "UTC"),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(connections_max)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // An empty statement instead of a ping: a session whose beginning failed half way is in an aborted transaction that
        // nobody counts. It answers pings and refuses statements, so it is closed here and another one is made.
        .test_before_acquire(false)
        .before_acquire(|session, _| {
            Box::pin(async move { session.execute("select").await.map(|_| true) })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}
