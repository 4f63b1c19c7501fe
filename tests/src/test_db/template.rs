//! The migrated database every test database is a copy of.

use std::path::Path;

use anyhow::{Context, Result};
use gatehouse_private_postgres::{OWNER_ROLE, Running};
use sha2::{Digest, Sha256};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::server::drop_database;

/// Read when tests run, not when they are compiled: a new file there is seen without a rebuild.
pub(super) const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations");

const UNFINISHED: &str = "template_unfinished";

/// A name that changes with any byte of any migration.
pub(super) async fn name() -> Result<String> {
    let mut hasher = Sha256::new();
    for migration in migrator().await?.iter() {
        hasher.update(migration.version.to_be_bytes());
        hasher.update(&migration.checksum);
    }
    let digest = hasher.finalize();
    let hash: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("template_{hash}"))
}

/// Makes the template when it is missing. Callers hold the set-up lock.
pub(super) async fn ensure(
    running: &Running,
    superuser: &mut PgConnection,
    name: &str,
) -> Result<()> {
    let known: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(name)
            .fetch_one(&mut *superuser)
            .await?;
    if known {
        return Ok(());
    }
    drop_database(superuser, UNFINISHED).await?;
    let create = format!("create database {UNFINISHED} owner {OWNER_ROLE}");
    sqlx::raw_sql(AssertSqlSafe(create))
        .execute(&mut *superuser)
        .await?;
    let mut owner = PgConnection::connect(&running.connect_url(UNFINISHED, OWNER_ROLE)).await?;
    migrator()
        .await?
        .run(&mut owner)
        .await
        .context("running the migrations")?;
    owner.close().await?;
    // Renamed at the end, so that a template is whole or absent.
    let rename = format!("alter database {UNFINISHED} rename to {name}");
    sqlx::raw_sql(AssertSqlSafe(rename))
        .execute(superuser)
        .await?;
    Ok(())
}

async fn migrator() -> Result<Migrator> {
    let folder = Path::new(MIGRATIONS);
    Migrator::new(folder)
        .await
        .with_context(|| format!("reading {}", folder.display()))
}
