//! A data folder made by somebody else than the gateway that will start from it.

use std::io;
use std::path::Path;

use gatehouse_snapshot::protocol::JoinReply;
use gatehouse_snapshot::snapshot;

use super::disk::Disk;
use super::identity::Identity;
use crate::files;

/// Fills `data_dir` with an identity and the snapshot its keys trust: a gateway started on it serves with nobody else alive.
///
/// Fails when the snapshot is not one that identity accepts, or the folder cannot be written.
pub fn write_data_folder(data_dir: &Path, identity: &JoinReply, bytes: &[u8]) -> io::Result<()> {
    files::private_folder(data_dir)?;
    let identity = Identity::keep(data_dir, identity).map_err(io::Error::other)?;
    let read = snapshot::read(bytes, identity.group, &identity.trusted, |_| {
        Ok::<_, io::Error>(())
    });
    let verified = read.map_err(|error| io::Error::other(error.to_string()))?;
    let mut disk = Disk::open(data_dir)?;
    std::fs::write(disk.aside(), bytes)?;
    disk.keep_snapshot(&verified)
}
