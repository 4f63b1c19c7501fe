//! Files that are nobody else's business: locks and the log.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

use gatehouse_os::is_root;

use crate::error::Error;

/// A file for us alone. As root in a directory of somebody else it is made theirs, so that they can
/// start the server themselves later, and links they may have laid are not followed.
pub(crate) fn open_private(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)
        .map_err(Error::at("open", path))?;
    if is_root()
        && let Some(dir) = path.parent().and_then(|dir| dir.metadata().ok())
    {
        fchown(&file, Some(dir.uid()), Some(dir.gid())).map_err(Error::at("hand over", path))?;
    }
    Ok(file)
}
