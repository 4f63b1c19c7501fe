//! In which directories a server keeps its data and its socket, decided once per start.

use std::fs::{DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use gatehouse_os::{effective_ids, is_root};
use sha2::{Digest, Sha256};

use crate::binaries::Binaries;
use crate::error::Error;
use crate::identity::{Choice, Facts, Identity, choose, namespaces_work, reachable, service_user};
use crate::options::Options;
use crate::running::cluster_dir;

/// Paths of Unix sockets end at 108 bytes on Linux and 104 elsewhere; Postgres adds `/.s.PGSQL.5432`.
const SOCKET_PATH_BYTES_MAX: usize = 100;
const SOCKET_NAME: &str = "/.s.PGSQL.5432";

/// The directories of one server and the user it runs as.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Canonical.
    pub(crate) data_dir: PathBuf,
    pub(crate) cluster: PathBuf,
    pub(crate) identity: Identity,
}

impl Place {
    /// Decides, and makes the directory that holds everything. Blocks on file operations.
    pub(crate) fn decide(
        wanted: &Path,
        binaries: &Binaries,
        options: &Options,
    ) -> Result<Self, Error> {
        let wanted = make_data_dir(wanted)?;
        let stand_in = options.fallback_root.join(short_name(&wanted));
        // Data once put into the stand-in stays the data, also when namespaces are allowed later.
        if is_root() && cluster_dir(&stand_in).exists() && !cluster_dir(&wanted).exists() {
            return Self::decide_in(&stand_in, binaries, options)?
                .ok_or_else(|| unreachable(&stand_in));
        }
        if let Some(place) = Self::decide_in(&wanted, binaries, options)? {
            return Ok(place);
        }
        tracing::warn!(
            wanted = %wanted.display(), used = %stand_in.display(),
            "Postgres cannot reach the data directory as an ordinary user; using another"
        );
        let stand_in = make_data_dir(&stand_in)?;
        Self::decide_in(&stand_in, binaries, options)?.ok_or_else(|| unreachable(&stand_in))
    }

    /// Where the data of this directory are, when there are any: here or in the stand-in. Makes nothing.
    pub(crate) fn of_existing_data(wanted: &Path, options: &Options) -> Option<Self> {
        let wanted = wanted.canonicalize().ok()?;
        let stand_in = options.fallback_root.join(short_name(&wanted));
        let holds_data = |dir: &PathBuf| cluster_dir(dir).exists();
        let data_dir = [wanted, stand_in].into_iter().find(holds_data)?;
        Some(Self {
            cluster: cluster_dir(&data_dir),
            data_dir,
            identity: Identity::Ourselves,
        })
    }

    fn decide_in(
        data_dir: &Path,
        binaries: &Binaries,
        options: &Options,
    ) -> Result<Option<Self>, Error> {
        let cluster = cluster_dir(data_dir);
        let owner = match cluster.metadata() {
            Ok(metadata) => Some((metadata.uid(), metadata.gid())),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(Error::at("look at", &cluster)(error)),
        };
        let root = is_root();
        let facts = Facts {
            root,
            me: effective_ids().0,
            owner,
            service_user: root
                .then(|| service_user(&[data_dir, binaries.bin_dir()]))
                .flatten(),
            namespaces: root && options.user_namespaces && namespaces_work(),
        };
        match choose(&facts) {
            Choice::Here(identity) => Ok(Some(Self {
                data_dir: data_dir.to_owned(),
                cluster,
                identity,
            })),
            Choice::Elsewhere => Ok(None),
            Choice::OwnedByAnother(owner) => Err(Error::OwnedByAnother {
                dir: cluster,
                owner,
                me: facts.me,
            }),
            Choice::RootOwned => Err(Error::RootOwned { dir: cluster }),
        }
    }

    /// Makes a directory only the server's user can enter, or checks that it is one.
    pub(crate) fn private_dir(&self, dir: &Path) -> Result<(), Error> {
        match DirBuilder::new().mode(0o700).create(dir) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Error::at("make", dir)(error)),
        }
        let metadata = dir.symlink_metadata().map_err(Error::at("look at", dir))?;
        let (owner, group) = self.owner();
        // A directory or link laid there by somebody else, as anyone may in /tmp, is not taken over.
        let ours = metadata.uid() == owner || metadata.uid() == effective_ids().0;
        if !metadata.is_dir() || !ours {
            return Err(Error::NoSocketDir {
                reason: format!("{} is not a directory of ours", dir.display()),
            });
        }
        std::fs::set_permissions(dir, Permissions::from_mode(0o700))
            .map_err(Error::at("close to others", dir))?;
        if metadata.uid() != owner {
            chown(dir, Some(owner), Some(group)).map_err(Error::at("hand over", dir))?;
        }
        Ok(())
    }

    /// The directory for the socket: beside the data, or a short one where that path is too long.
    pub(crate) fn socket_dir(&self, options: &Options) -> Result<PathBuf, Error> {
        let name = format!("gatehouse-{}", short_name(&self.data_dir));
        let beside = [self.data_dir.join("socket")];
        let temporary = [
            options.temp_dir.as_path(),
            Path::new("/tmp"),
            Path::new("/var/tmp"),
        ];
        let short = temporary.iter().map(|dir| dir.join(&name));
        let mut refusals = Vec::new();
        for dir in beside.into_iter().chain(short) {
            if !fits_a_socket(&dir) {
                refusals.push(format!("{} is too long", dir.display()));
            } else if let Err(error) = self.private_dir(&dir) {
                refusals.push(error.to_string());
            } else if self.can_reach(&dir) {
                return Ok(dir);
            } else {
                refusals.push(format!("{} cannot be reached by Postgres", dir.display()));
            }
        }
        Err(Error::NoSocketDir {
            reason: refusals.join("; "),
        })
    }

    fn can_reach(&self, dir: &Path) -> bool {
        match self.identity {
            Identity::User { uid, gid } => reachable(dir, uid, gid),
            Identity::Ourselves | Identity::Namespace => true,
        }
    }

    fn owner(&self) -> (u32, u32) {
        match self.identity {
            Identity::User { uid, gid } => (uid, gid),
            Identity::Ourselves | Identity::Namespace => effective_ids(),
        }
    }
}

/// As root others may pass through, since what is inside is closed one by one; otherwise nobody may.
fn make_data_dir(dir: &Path) -> Result<PathBuf, Error> {
    if !dir.exists() {
        let mode = if is_root() { 0o711 } else { 0o700 };
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(dir)
            .map_err(Error::at("make", dir))?;
        // The umask may have taken bits away from the mode above.
        std::fs::set_permissions(dir, Permissions::from_mode(mode))
            .map_err(Error::at("open", dir))?;
    }
    dir.canonicalize().map_err(Error::at("resolve", dir))
}

/// The same short name for the same directory, every time.
fn short_name(dir: &Path) -> String {
    let digest = Sha256::digest(dir.as_os_str().as_encoded_bytes());
    digest[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A connection address is text, and the socket name is added to it.
fn fits_a_socket(dir: &Path) -> bool {
    dir.to_str()
        .is_some_and(|dir| dir.len() + SOCKET_NAME.len() < SOCKET_PATH_BYTES_MAX)
}

fn unreachable(dir: &Path) -> Error {
    Error::RootOwned {
        dir: dir.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_is_kept_under_the_limit_of_the_operating_system() {
        let longest = SOCKET_PATH_BYTES_MAX - SOCKET_NAME.len() - 1;
        assert!(fits_a_socket(Path::new(&"a".repeat(longest))));
        assert!(!fits_a_socket(Path::new(&"a".repeat(longest + 1))));
    }

    #[test]
    fn a_link_laid_in_a_shared_directory_is_not_used_for_the_socket() {
        let shared = tempfile::tempdir().expect("temporary directory");
        let target = shared.path().join("target");
        std::fs::create_dir(&target).expect("target");
        let link = shared.path().join("link");
        std::os::unix::fs::symlink(&target, &link).expect("link");
        let place = Place {
            data_dir: shared.path().to_owned(),
            cluster: shared.path().join("cluster"),
            identity: Identity::Ourselves,
        };
        let refused = place.private_dir(&link).expect_err("a link");
        assert!(
            refused.to_string().contains("not a directory of ours"),
            "{refused}"
        );
        place.private_dir(&target).expect("our own directory");
    }
}
