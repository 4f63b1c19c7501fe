//! Bringing up the server of a data directory, or finding the one that already runs there.
//!
//! Two locks make it safe. `start.lock` is held by whoever is starting, so that two programs do not
//! initialise one directory. `server.lock` is handed to the server as its standard input: the lock
//! belongs to that open file, so it is held exactly as long as any process of the server lives, which no
//! pid file can promise.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::binaries::{Binaries, FindOptions};
use crate::error::Error;
use crate::files::open_private;
use crate::initdb::initialise;
use crate::options::Options;
use crate::pid_file::{PidFile, Postmaster};
use crate::place::Place;
use crate::roles::prepare_roles;
use crate::running::{Running, server_lock};
use crate::server::{await_ready, launch};

const POLL: Duration = Duration::from_millis(5);

/// The major version the existing data of a directory need, to find a matching Postgres with.
#[must_use]
pub fn data_major(data_dir: &Path, options: &Options) -> Option<u32> {
    let file = Place::of_existing_data(data_dir, options)?
        .cluster
        .join("PG_VERSION");
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// The server that runs in `data_dir` and is ready, or `None`. Starts, makes and waits for nothing.
pub fn attach(data_dir: &Path, options: &Options) -> Option<Running> {
    let place = Place::of_existing_data(data_dir, options)?;
    // Held alone while somebody starts it: then it may answer already and still lack its roles.
    let start_lock = File::open(place.data_dir.join("start.lock")).ok()?;
    start_lock.try_lock_shared().ok()?;
    let file = PidFile::read(&place.cluster)?;
    let ours = file.postmaster(&place.cluster) == Postmaster::Ours;
    Running::attached(&place, file).filter(|_| ours)
}

/// All of it: attaches to a server that runs, else finds a Postgres that fits the data and starts it.
pub async fn bring_up(
    data_dir: &Path,
    find: &FindOptions,
    options: &Options,
) -> Result<Running, Error> {
    if let Some(running) = attach(data_dir, options) {
        return Ok(running);
    }
    let mut find = find.clone();
    find.major = find.major.or_else(|| data_major(data_dir, options));
    let binaries = Binaries::find(&find).await?;
    start_or_attach(data_dir, &binaries, options).await
}

/// Brings up the server of `data_dir`, or attaches to the one that runs there already.
///
/// A new directory is initialised, and the product's roles and database are made
/// ([`prepare_roles`]). Callers in several processes at once get one server.
pub async fn start_or_attach(
    data_dir: &Path,
    binaries: &Binaries,
    options: &Options,
) -> Result<Running, Error> {
    let deadline = Instant::now() + options.start_max;
    let place = decide(data_dir, binaries, options).await?;
    let start_lock = open_private(&place.data_dir.join("start.lock"))?;
    while !locked(&start_lock, &place)? {
        wait_until(deadline, &place, "another program is starting it").await?;
    }
    let server_lock = loop {
        match look(&place)? {
            Found::Server(running) => return Ok(running),
            Found::Nothing(lock) => break lock,
            Found::Changing => {
                wait_until(deadline, &place, "its server is starting or stopping").await?;
            }
        }
    };
    initialise(&place, binaries, options).await?;
    check_version(&place, binaries)?;
    let running = launch(&place, binaries, options, server_lock).await?;
    await_ready(&running, &place, deadline).await?;
    prepare_roles(&running).await?;
    // Only now: whoever waits for this lock attaches to a server that has its roles.
    drop(start_lock);
    Ok(running)
}

enum Found {
    Server(Running),
    /// No server, and the lock that proves it.
    Nothing(File),
    Changing,
}

fn look(place: &Place) -> Result<Found, Error> {
    let lock = open_private(&server_lock(&place.data_dir))?;
    let free = locked(&lock, place)?;
    let Some(file) = PidFile::read(&place.cluster) else {
        return Ok(if free {
            Found::Nothing(lock)
        } else {
            Found::Changing
        });
    };
    match file.postmaster(&place.cluster) {
        Postmaster::Ours => {}
        Postmaster::Gone if free => return Ok(Found::Nothing(lock)),
        Postmaster::Gone => return Ok(Found::Changing),
        // The lock says that a server lives, so the file is believed.
        Postmaster::Unclear if !free => {}
        Postmaster::Unclear => {
            return Err(Error::Busy {
                dir: place.data_dir.clone(),
                detail: format!("process {} may be its server", file.pid),
            });
        }
    }
    let attached = Running::attached(place, file);
    Ok(attached.map_or(Found::Changing, Found::Server))
}

fn check_version(place: &Place, binaries: &Binaries) -> Result<(), Error> {
    let file = place.cluster.join("PG_VERSION");
    let data = std::fs::read_to_string(&file).map_err(Error::at("read", &file))?;
    let data = data.trim();
    if data.parse() == Ok(binaries.major()) {
        return Ok(());
    }
    Err(Error::VersionMismatch {
        dir: place.cluster.clone(),
        data: data.to_owned(),
        found: binaries.major(),
        bin: binaries.bin_dir().to_owned(),
    })
}

fn locked(file: &File, place: &Place) -> Result<bool, Error> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(Error::at("lock", &place.data_dir)(error)),
    }
}

/// One short wait; the error when time is up.
pub(crate) async fn wait_until(
    deadline: Instant,
    place: &Place,
    detail: &str,
) -> Result<(), Error> {
    if Instant::now() >= deadline {
        return Err(Error::Busy {
            dir: place.data_dir.clone(),
            detail: detail.to_owned(),
        });
    }
    sleep(POLL).await;
    Ok(())
}

async fn decide(data_dir: &Path, binaries: &Binaries, options: &Options) -> Result<Place, Error> {
    let (data_dir, binaries, options) = (data_dir.to_owned(), binaries.clone(), options.clone());
    let deciding =
        tokio::task::spawn_blocking(move || Place::decide(&data_dir, &binaries, &options));
    deciding.await.unwrap_or_else(|source| {
        Err(Error::Io {
            what: "deciding where Postgres runs".to_owned(),
            source: io::Error::other(source),
        })
    })
}
