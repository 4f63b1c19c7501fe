//! Making a new data directory.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::Stdio;

use gatehouse_os::{Signal, die_with_parent};

use crate::binaries::Binaries;
use crate::error::Error;
use crate::options::{Durability, Options};
use crate::place::Place;
use crate::roles::SUPERUSER;
use crate::spawner;

/// initdb into a directory beside the real one, then a rename: a half-made cluster is never used.
pub(crate) async fn initialise(
    place: &Place,
    binaries: &Binaries,
    options: &Options,
) -> Result<(), Error> {
    if place.cluster.exists() {
        return Ok(());
    }
    let unfinished = place.data_dir.join("cluster.new");
    match initdb(&unfinished, "C.UTF-8", place, binaries, options).await {
        Ok(()) => {}
        // A machine without that locale; C orders text the same way.
        Err(Error::InitFailed { output }) if output.contains("locale") => {
            initdb(&unfinished, "C", place, binaries, options).await?;
        }
        Err(error) => return Err(error),
    }
    std::fs::rename(&unfinished, &place.cluster).map_err(Error::at("rename", &unfinished))?;
    File::open(&place.data_dir)
        .and_then(|dir| dir.sync_all())
        .map_err(Error::at("sync", &place.data_dir))
}

async fn initdb(
    dir: &Path,
    locale: &str,
    place: &Place,
    binaries: &Binaries,
    options: &Options,
) -> Result<(), Error> {
    if dir.exists() {
        std::fs::remove_dir_all(dir).map_err(Error::at("clear", dir))?;
    }
    place.private_dir(dir)?;
    let mut command = binaries.command("initdb");
    command.arg("-D").arg(dir).args([
        "--username",
        SUPERUSER,
        "--encoding=UTF8",
        "--no-instructions",
    ]);
    // `trust`, because the socket lies in a directory of mode 0700: who can reach it already is the
    // user who owns the data files, and a password file beside them would guard nothing more. `peer`
    // would refuse us whenever the server runs as another user than we do.
    command.args(["--auth-local=trust", "--auth-host=reject"]);
    command.arg(format!("--locale={locale}"));
    if options.durability == Durability::Tests {
        command.arg("--no-sync");
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    place.identity.apply(&mut command);
    die_with_parent(&mut command, Signal::Interrupt);
    let child =
        spawner::spawn(command).map_err(Error::at("run", &binaries.bin_dir().join("initdb")))?;
    let waiting = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = waiting
        .await
        .map_err(io::Error::other)
        .flatten()
        .map_err(Error::at("run", dir))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    Err(Error::InitFailed {
        output: String::from_utf8_lossy(&said).trim().to_owned(),
    })
}
