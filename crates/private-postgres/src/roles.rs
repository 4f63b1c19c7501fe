//! The database and the three roles of the product inside a private Postgres.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use crate::error::Error;
use crate::running::Running;

/// Made by initdb; only this crate and the tests connect as it.
pub const SUPERUSER: &str = "postgres";
/// Owns the database and runs migrations; no superuser, and row-level security is forced on it too.
pub const OWNER_ROLE: &str = "gatehouse_owner";
/// Serves requests.
pub const APP_ROLE: &str = "gatehouse_app";
/// Runs the named background verbs.
pub const SYSTEM_ROLE: &str = "gatehouse_system";
/// The product's database.
pub const DATABASE: &str = "gatehouse";

/// Any number will do as long as every version of this program uses the same one.
const ROLE_SET_UP_LOCK: i64 = 0x6761_7465_686f_7573;

/// Makes the roles and the database `gatehouse` where they are missing and takes back rights they
/// should not have. Safe to run again and from two processes at once.
///
/// Plain `login` roles: start-up elsewhere refuses a superuser or a role that bypasses row security.
pub async fn prepare_roles(running: &Running) -> Result<(), Error> {
    let options: PgConnectOptions = running.connect_url(SUPERUSER, SUPERUSER).parse()?;
    let mut connection = PgConnection::connect_with(&options.disable_statement_logging()).await?;
    sqlx::query("select pg_advisory_lock($1)")
        .bind(ROLE_SET_UP_LOCK)
        .execute(&mut connection)
        .await?;
    for role in [OWNER_ROLE, APP_ROLE, SYSTEM_ROLE] {
        make_role(&mut connection, role).await?;
    }
    make_database(&mut connection).await?;
    // Closing the session also releases the advisory lock.
    connection.close().await?;
    Ok(())
}

async fn make_role(connection: &mut PgConnection, role: &'static str) -> Result<(), Error> {
    let known: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
        .bind(role)
        .fetch_one(&mut *connection)
        .await?;
    let verb = if known { "alter" } else { "create" };
    let statement = format!(
        "{verb} role {role} with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication"
    );
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await?;
    Ok(())
}

async fn make_database(connection: &mut PgConnection) -> Result<(), Error> {
    let known: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(DATABASE)
            .fetch_one(&mut *connection)
            .await?;
    if !known {
        let statement = format!("create database {DATABASE} owner {OWNER_ROLE}");
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut *connection)
            .await?;
    }
    let statement = format!(
        "revoke all on database {DATABASE} from public; \
         grant connect on database {DATABASE} to {APP_ROLE}, {SYSTEM_ROLE}"
    );
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await?;
    Ok(())
}
