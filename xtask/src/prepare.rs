//! `cargo xtask prepare`: a private Postgres, the migrations, and a build that asks it about every query.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use gatehouse_private_postgres::{
    Binaries, Durability, FindOptions, OWNER_ROLE, Options, Running, SUPERUSER, data_major,
    start_or_attach,
};
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};

use crate::{query_sources, saved_queries};

const DATABASE: &str = "prepare";

/// Rewrites `.sqlx/` so that it holds exactly the queries of the sources.
pub(crate) async fn prepare(workspace: &Path) -> Result<()> {
    let running = start(workspace).await?;
    let outcome = rewrite(workspace, &running).await;
    running.stop().await?;
    let changed = outcome?;
    writeln!(
        std::io::stdout(),
        ".sqlx/ is current, {changed} files changed"
    )?;
    Ok(())
}

/// Fails when what is checked in is not what [`prepare`] makes.
pub(crate) async fn check(workspace: &Path) -> Result<()> {
    prepare(workspace).await?;
    let status = Command::new("git")
        .args([
            "status",
            "--porcelain",
            "--untracked-files=all",
            "--",
            ".sqlx",
        ])
        .current_dir(workspace)
        .output()
        .context("running git")?;
    ensure!(status.status.success(), "git status failed");
    let differences = String::from_utf8_lossy(&status.stdout);
    if !differences.trim().is_empty() {
        bail!("run `cargo xtask prepare` and commit .sqlx/, which differs:\n{differences}");
    }
    Ok(())
}

async fn start(workspace: &Path) -> Result<Running> {
    let target = target_dir(workspace);
    let data_dir = target.join("prepare-postgres");
    let mut find = FindOptions::new(target.join("postgres-cache"), environment("PATH"));
    let options = Options {
        durability: Durability::Tests,
        ..Options::default()
    };
    find.major = data_major(&data_dir, &options);
    let binaries = Binaries::find(&find).await?;
    if find.major.is_some_and(|major| major != binaries.major()) {
        // Only ever holds one throw-away database.
        std::fs::remove_dir_all(&data_dir).context("removing the data of another version")?;
    }
    Ok(start_or_attach(&data_dir, &binaries, &options).await?)
}

async fn rewrite(workspace: &Path, running: &Running) -> Result<usize> {
    migrate(workspace, running).await?;
    let touched = query_sources::touch(workspace)?;
    ensure!(touched > 0, "no source uses query!");
    // Beside the real folder until the build has passed: a failed one changes nothing.
    let fresh = tempfile::tempdir_in(target_dir(workspace)).context("making a folder")?;
    // The cargo that runs us, when one does; it knows its toolchain.
    let cargo = environment("CARGO").unwrap_or_else(|| "cargo".into());
    let build = Command::new(cargo)
        .args(["check", "--workspace", "--all-targets"])
        .current_dir(workspace)
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", fresh.path())
        .env("DATABASE_URL", running.connect_url(DATABASE, OWNER_ROLE))
        .status()
        .context("running cargo check")?;
    ensure!(build.success(), "cargo check failed; .sqlx/ is as it was");
    saved_queries::replace(&workspace.join(".sqlx"), fresh.path())
}

async fn migrate(workspace: &Path, running: &Running) -> Result<()> {
    let mut superuser = PgConnection::connect(&running.connect_url(SUPERUSER, SUPERUSER)).await?;
    for statement in [
        "drop database if exists prepare with (force)",
        "create database prepare owner gatehouse_owner",
    ] {
        sqlx::query(statement).execute(&mut superuser).await?;
    }
    superuser.close().await?;
    let mut owner = PgConnection::connect(&running.connect_url(DATABASE, OWNER_ROLE)).await?;
    let migrations = workspace.join("migrations");
    let migrator = Migrator::new(migrations.as_path())
        .await
        .context("reading the migrations")?;
    migrator
        .run(&mut owner)
        .await
        .context("running the migrations")?;
    owner.close().await?;
    Ok(())
}

fn target_dir(workspace: &Path) -> PathBuf {
    environment("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a development tool without settings of its own"
)]
fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
