//! Spawning the server process and waiting until it serves.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::time::Duration;

use gatehouse_os::{Signal, die_with_parent, own_process_group};
use tokio::time::Instant;

use crate::binaries::Binaries;
use crate::error::Error;
use crate::files::open_private;
use crate::options::{Durability, Lifetime, Options};
use crate::pid_file::PidFile;
use crate::place::Place;
use crate::running::{Running, ended_within, has_ended, log_path, signal_child};
use crate::spawner;
use crate::start::wait_until;

const ABORT_MAX: Duration = Duration::from_secs(10);
const LOG_BYTES_MAX: u64 = 16 << 20;
const LOG_TAIL_BYTES: u64 = 2_048;

/// Starts the server and hands it the lock that shows it lives.
pub(crate) async fn launch(
    place: &Place,
    binaries: &Binaries,
    options: &Options,
    server_lock: File,
) -> Result<Running, Error> {
    let socket_dir = place.socket_dir(options)?;
    remove_leftovers(place, &socket_dir)?;
    let mut command = binaries.command("postgres");
    command.arg("-D").arg(&place.cluster);
    for setting in server_settings(&socket_dir, options) {
        command.arg("-c").arg(setting);
    }
    let log = open_log(place)?;
    let log_too = log
        .try_clone()
        .map_err(Error::at("open", &log_path(&place.data_dir)))?;
    command.stdin(server_lock).stdout(log).stderr(log_too);
    let child = spawn_server(command, place, options)?;
    Ok(Running {
        data_dir: place.data_dir.clone(),
        socket_dir,
        pid: child.id(),
        child: Some(Mutex::new(child)),
        owned: options.lifetime == Lifetime::WithProgram,
    })
}

fn spawn_server(mut command: Command, place: &Place, options: &Options) -> Result<Child, Error> {
    own_process_group(&mut command);
    place.identity.apply(&mut command);
    if options.lifetime == Lifetime::WithProgram {
        // Last, because the kernel forgets it when the user changes.
        die_with_parent(&mut command, Signal::Interrupt);
    }
    spawner::spawn(command).map_err(|source| Error::Io {
        what: "cannot run postgres".to_owned(),
        source,
    })
}

/// On the command line, so that they hold whatever is in postgresql.conf.
fn server_settings(socket_dir: &Path, options: &Options) -> Vec<String> {
    // A list of quoted names: commas, blanks and quotes in a path are part of it.
    let quoted = socket_dir.to_string_lossy().replace('"', "\"\"");
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories=\"{quoted}\""),
        "unix_socket_permissions=0700".to_owned(),
        "port=5432".to_owned(),
        format!("max_connections={}", options.connections_max),
        "logging_collector=off".to_owned(),
        "log_destination=stderr".to_owned(),
        "log_line_prefix=%m [%p] ".to_owned(),
        // Short queries only; and a fetched Postgres may lack the compiler library.
        "jit=off".to_owned(),
    ];
    if options.durability == Durability::Tests {
        let relaxed = [
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "autovacuum=off",
        ];
        settings.extend(relaxed.map(str::to_owned));
    }
    settings
}

/// Postgres itself takes a recycled process id in its pid or socket lock file for a living rival.
/// The server lock has proved that there is none.
fn remove_leftovers(place: &Place, socket_dir: &Path) -> Result<(), Error> {
    let leftovers = [
        place.cluster.join("postmaster.pid"),
        socket_dir.join(".s.PGSQL.5432"),
        socket_dir.join(".s.PGSQL.5432.lock"),
    ];
    for file in leftovers {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::at("remove", &file)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Waits for *this* server to say that it is ready.
pub(crate) async fn await_ready(
    running: &Running,
    place: &Place,
    deadline: Instant,
) -> Result<(), Error> {
    let Some(child) = &running.child else {
        return Ok(());
    };
    loop {
        // A pid file of an earlier server says "ready" at once, hence the pid.
        if PidFile::read(&place.cluster).is_some_and(|file| file.ready && file.pid == running.pid) {
            return Ok(());
        }
        if has_ended(child) {
            return Err(start_failed(child, running));
        }
        if let Err(late) = wait_until(deadline, place, "it is still starting").await {
            signal_child(child, Signal::Interrupt);
            ended_within(child, ABORT_MAX).await;
            return Err(late);
        }
    }
}

fn start_failed(child: &Mutex<Child>, running: &Running) -> Error {
    let log = running.log_path();
    let status = child
        .lock()
        .ok()
        .and_then(|mut child| child.try_wait().ok().flatten());
    Error::StartFailed {
        status: status.map_or_else(|| "ended".to_owned(), |status| status.to_string()),
        tail: tail(&log).unwrap_or_default(),
        log,
    }
}

fn tail(log: &Path) -> io::Result<String> {
    let mut file = File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(LOG_TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// One earlier log is kept, so that the two together stay bounded over restarts.
fn open_log(place: &Place) -> Result<File, Error> {
    let path = log_path(&place.data_dir);
    if path
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.len() > LOG_BYTES_MAX)
    {
        let earlier = path.with_extension("log.1");
        std::fs::rename(&path, &earlier).map_err(Error::at("rename", &path))?;
    }
    open_private(&path)
}
