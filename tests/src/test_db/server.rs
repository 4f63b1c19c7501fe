//! The Postgres all test processes share: who starts it, and that it ends after the last of them.
//!
//! Each process holds a shared lock on `users.lock` for its whole life; the kernel gives it back however
//! the process ends. One caretaker process, which the first user leaves behind, waits for the exclusive
//! lock, that is until nobody is left, and stops the server while holding it. Whoever comes at that
//! moment waits for the shared lock and then starts the server anew. `caretaker.lock` shows
//! that there is a caretaker, so that one that was killed is replaced by the next process.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use gatehouse_os::{SharedServer, leave_caretaker};
use gatehouse_private_postgres::{
    Binaries, Durability, Error, FindOptions, Lifetime, Options, Running, SUPERUSER,
    start_or_attach,
};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

use super::template;

/// Every test process brings pools of several roles.
const CONNECTIONS_MAX: u16 = 500;

/// Our share in the server. Dropping it gives up the share; the server may then end.
pub(super) struct Server {
    pub(super) running: Running,
    pub(super) template: String,
    _in_use: File,
}

impl Server {
    /// The server of this build directory.
    pub(super) async fn of_this_build() -> Result<Self> {
        Self::bring_up(&target_dir().join("test-postgres"), &cache_dir()).await
    }

    async fn bring_up(base: &Path, cache: &Path) -> Result<Self> {
        let binaries = programs(cache).await?;
        // A server per version: data of one cannot be used by another.
        let dir = base.join(binaries.major().to_string());
        std::fs::create_dir_all(&dir).with_context(|| format!("making {}", dir.display()))?;
        let in_use = lock(&dir.join("users.lock"), File::lock_shared).await?;
        // One process at a time from here on, so that cleaning up meets no database in use.
        let setting_up = lock(&dir.join("setup.lock"), File::lock).await?;
        let running = start(&dir.join("data"), &binaries).await?;
        ensure_caretaker(&dir, &running)?;
        let mut connection = superuser(&running).await?;
        let template = template::name().await?;
        if !running.is_attached() {
            drop_leftovers(&mut connection, &template).await?;
        }
        template::ensure(&running, &mut connection, &template).await?;
        connection.close().await?;
        drop(setting_up);
        Ok(Self {
            running,
            template,
            _in_use: in_use,
        })
    }
}

/// The machine's Postgres, or the one in the cache, fetched if need be.
async fn programs(cache: &Path) -> Result<Binaries> {
    Ok(Binaries::find(&FindOptions::new(cache.to_owned(), search_path())).await?)
}

/// The cache of this build, once there is a Postgres on the machine or in it.
pub(super) async fn filled_cache() -> Result<PathBuf> {
    let cache = cache_dir();
    programs(&cache).await?;
    Ok(cache)
}

fn cache_dir() -> PathBuf {
    target_dir().join("postgres-cache")
}

/// A connection that may make and drop databases.
pub(super) async fn superuser(running: &Running) -> Result<PgConnection> {
    let options: PgConnectOptions = running.connect_url(SUPERUSER, SUPERUSER).parse()?;
    Ok(PgConnection::connect_with(&options.disable_statement_logging()).await?)
}

async fn start(data_dir: &Path, binaries: &Binaries) -> Result<Running> {
    let options = Options {
        durability: Durability::Tests,
        lifetime: Lifetime::Detached,
        connections_max: CONNECTIONS_MAX,
        ..Options::default()
    };
    match start_or_attach(data_dir, binaries, &options).await {
        // Written without fsync: after a crash of the machine it may be beyond repair, and is worth nothing.
        Err(Error::StartFailed { .. }) => {
            std::fs::remove_dir_all(data_dir)?;
            Ok(start_or_attach(data_dir, binaries, &options).await?)
        }
        outcome => Ok(outcome?),
    }
}

fn ensure_caretaker(dir: &Path, running: &Running) -> Result<()> {
    let claim = open(&dir.join("caretaker.lock"))?;
    if claim.try_lock().is_err() {
        return Ok(()); // There is one, and it will wait for us too.
    }
    let shared = SharedServer {
        users: open(&dir.join("users.lock"))?,
        server: open(&running.server_lock())?,
        claim,
    };
    leave_caretaker(&shared, &running.pid_file()).context("leaving a caretaker")
}

/// Databases of killed tests, and templates of migrations that have changed since.
async fn drop_leftovers(connection: &mut PgConnection, template: &str) -> Result<()> {
    let leftovers: Vec<String> = sqlx::query_scalar(
        "select datname::text from pg_database \
         where (datname like 'test\\_%' or datname like 'template\\_%') and datname <> $1",
    )
    .bind(template)
    .fetch_all(&mut *connection)
    .await?;
    for name in leftovers {
        drop_database(connection, &name).await?;
    }
    Ok(())
}

/// Drops a database together with the sessions in it.
pub(super) async fn drop_database(connection: &mut PgConnection, name: &str) -> Result<()> {
    let statement = format!("drop database if exists \"{name}\" with (force)");
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await?;
    Ok(())
}

async fn lock(path: &Path, how: fn(&File) -> std::io::Result<()>) -> Result<File> {
    let file = open(path)?;
    let locked = tokio::task::spawn_blocking(move || how(&file).map(|()| file)).await?;
    locked.with_context(|| format!("locking {}", path.display()))
}

fn open(path: &Path) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .with_context(|| format!("opening {}", path.display()))
}

/// The build directory this test runs from, wherever CARGO_TARGET_DIR has put it.
fn target_dir() -> PathBuf {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target"));
    let exe = std::env::current_exe().unwrap_or_default();
    let marked = exe
        .ancestors()
        .find(|dir| dir.join("CACHEDIR.TAG").exists());
    marked.map_or(beside, Path::to_owned)
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no settings to take PATH from"
)]
fn search_path() -> Option<OsString> {
    std::env::var_os("PATH")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use gatehouse_os::pid_alive;
    use tokio::time::{Instant, sleep};

    use super::*;

    async fn until_gone(pid: u32) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while pid_alive(pid) {
            assert!(Instant::now() < deadline, "server {pid} was left behind");
            sleep(Duration::from_millis(10)).await;
        }
    }

    #[tokio::test]
    async fn the_server_ends_after_its_last_user_and_comes_back_for_the_next() {
        let base = tempfile::tempdir().expect("temporary directory");
        let cache = cache_dir();
        let first = Server::bring_up(base.path(), &cache)
            .await
            .expect("first user");
        let second = Server::bring_up(base.path(), &cache)
            .await
            .expect("second user");
        let pid = first.running.pid();
        assert_eq!(second.running.pid(), pid, "one server for all");
        drop(first);
        let still = superuser(&second.running)
            .await
            .expect("it stays for the second user");
        still.close().await.expect("close");
        drop(second);
        // At this moment the caretaker may be stopping it: the next user waits and gets a new one.
        let third = Server::bring_up(base.path(), &cache)
            .await
            .expect("third user");
        superuser(&third.running)
            .await
            .expect("it serves")
            .close()
            .await
            .expect("close");
        let last = third.running.pid();
        drop(third);
        until_gone(pid).await;
        until_gone(last).await;
    }
}
