//! One server over its whole life, with a real Postgres: as the user running the tests and, for root, as others.

mod life;
mod second_program;
mod users;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gatehouse_private_postgres::{
    Binaries, Durability, Error, FindOptions, Options, Running, start_or_attach,
};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

const PATIENCE: Duration = Duration::from_secs(30);

/// A directory every user may pass through, as an installation under /var/lib would be.
fn open_dir() -> TempDir {
    let dir = tempfile::tempdir().expect("temporary directory");
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o711)).expect("mode");
    dir
}

/// A directory only its owner may enter, as the home of root is.
fn closed_dir() -> TempDir {
    let dir = tempfile::tempdir().expect("temporary directory");
    std::fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).expect("mode");
    dir
}

fn options() -> Options {
    Options {
        durability: Durability::Tests,
        connections_max: 20,
        ..Options::default()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no settings to take PATH from"
)]
fn find_options(cache: &Path) -> FindOptions {
    FindOptions::new(cache.to_owned(), std::env::var_os("PATH"))
}

/// One that all runs of these tests share.
fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("postgres-cache")
}

/// The machine's Postgres, or a fetched one.
async fn binaries() -> Binaries {
    Binaries::find(&find_options(&cache()))
        .await
        .expect("a Postgres")
}

async fn start(data_dir: &Path) -> Result<Running, Error> {
    start_or_attach(data_dir, &binaries().await, &options()).await
}

async fn connect(running: &Running, database: &str, role: &str) -> PgConnection {
    let url = running.connect_url(database, role);
    PgConnection::connect(&url)
        .await
        .unwrap_or_else(|error| panic!("{url}: {error}"))
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

fn this_exe() -> PathBuf {
    std::env::current_exe().expect("path of this test")
}
