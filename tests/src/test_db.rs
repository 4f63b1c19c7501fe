//! A database of its own for each test, with every migration applied.
//!
//! All test processes share one Postgres under `target/`. Its migrated template is copied for each test, which takes
//! some 50 ms. The server starts with the first user and is stopped after the last
//! ([`server`]); a thread of its own makes and drops the databases ([`keeper`]), because tests each
//! bring their own runtime and a connection cannot outlive the runtime it was made on.

mod keeper;
mod server;
mod template;

use std::path::PathBuf;

use gatehouse_private_postgres::{APP_ROLE, OWNER_ROLE, SUPERUSER, SYSTEM_ROLE};

use keeper::{Kind, keeper};
use sqlx::Connection as _;

/// The folder in which this build keeps a fetched Postgres, for programs that bring up their own. It holds one when the machine
/// has none, so that they never wait for the network.
pub async fn postgres_cache() -> PathBuf {
    server::filled_cache()
        .await
        .unwrap_or_else(|reason| panic!("no Postgres for this test: {reason:#}"))
}

/// A database that is dropped, with whatever still uses it, when this value is.
#[derive(Debug)]
pub struct TestDb {
    name: String,
    /// The address with these two words in place of database and role.
    address: AddressPattern,
}

/// How databases of the shared server are reached; the socket is the same for all.
#[derive(Debug, Clone)]
pub(crate) struct AddressPattern(String);

const DATABASE_PLACE: &str = "DATABASE-PLACE";
const ROLE_PLACE: &str = "ROLE-PLACE";

impl TestDb {
    /// A database with all migrations applied. Panics with the reason when there is no Postgres to be had.
    pub async fn create() -> Self {
        Self::make(Kind::Migrated).await
    }

    /// A database without any table, owned by the owner role: for tests of migrating itself.
    pub async fn create_empty() -> Self {
        Self::make(Kind::Empty).await
    }

    async fn make(kind: Kind) -> Self {
        let (name, address) = keeper()
            .create(kind)
            .await
            .unwrap_or_else(|reason| panic!("no database for this test: {reason}"));
        Self { name, address }
    }

    /// The name of the database.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As the role that owns the tables and runs migrations.
    #[must_use]
    pub fn owner_url(&self) -> String {
        self.url(OWNER_ROLE)
    }

    /// As the role that serves requests, under row-level security.
    #[must_use]
    pub fn app_url(&self) -> String {
        self.url(APP_ROLE)
    }

    /// As the role of background verbs.
    #[must_use]
    pub fn system_url(&self) -> String {
        self.url(SYSTEM_ROLE)
    }

    /// As a superuser: to look at everything, or to show that start-up refuses such a role.
    #[must_use]
    pub fn superuser_url(&self) -> String {
        self.url(SUPERUSER)
    }

    /// Runs statements as a superuser: to break something that no verb breaks. Panics when one fails.
    pub async fn run(&self, statements: &'static str) {
        let mut connection = sqlx::PgConnection::connect(&self.superuser_url())
            .await
            .expect("a connection to the test database");
        sqlx::raw_sql(statements)
            .execute(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    fn url(&self, role: &str) -> String {
        let AddressPattern(pattern) = &self.address;
        pattern
            .replace(DATABASE_PLACE, &self.name)
            .replace(ROLE_PLACE, role)
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        keeper().drop_database(&self.name);
    }
}

#[cfg(test)]
mod tests {
    use sqlx::PgConnection;

    use super::*;

    async fn connect(url: &str) -> PgConnection {
        PgConnection::connect(url)
            .await
            .unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[tokio::test]
    async fn a_test_database_has_the_migrations_and_ordinary_roles() {
        let db = TestDb::create().await;
        let mut owner = connect(&db.owner_url()).await;
        let migrations: i64 =
            sqlx::query_scalar("select count(*) from _sqlx_migrations where success")
                .fetch_one(&mut owner)
                .await
                .expect("migrations");
        let files = std::fs::read_dir(template::MIGRATIONS)
            .expect("folder")
            .flatten();
        let files = files.filter(|file| file.path().extension().is_some_and(|end| end == "sql"));
        assert_eq!(usize::try_from(migrations), Ok(files.count()));
        for url in [db.owner_url(), db.app_url(), db.system_url()] {
            let mut connection = connect(&url).await;
            let mighty: bool = sqlx::query_scalar(
                "select rolsuper or rolbypassrls from pg_roles where rolname = current_user",
            )
            .fetch_one(&mut connection)
            .await
            .expect("role");
            assert!(!mighty, "{url}");
        }
    }

    #[tokio::test]
    async fn two_test_databases_do_not_see_each_other_and_end_with_their_tests() {
        let (one, other) = (TestDb::create().await, TestDb::create_empty().await);
        let create = "create table mine (id int)";
        sqlx::query(create)
            .execute(&mut connect(&one.owner_url()).await)
            .await
            .expect("one");
        sqlx::query(create)
            .execute(&mut connect(&other.owner_url()).await)
            .await
            .expect("other");
        let mut watcher = connect(&one.superuser_url()).await;
        // Dropped also while a connection is open, as a failing test leaves one.
        let _open = connect(&other.app_url()).await;
        let name = other.name().to_owned();
        drop(other);
        let left: bool =
            sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
                .bind(&name)
                .fetch_one(&mut watcher)
                .await
                .expect("databases");
        assert!(!left, "{name} is still there");
    }
}
