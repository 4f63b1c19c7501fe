//! As whom Postgres runs and in which directories, decided once per start.
//!
//! Postgres refuses to run as root. As root we take the service user `postgres`, else `nobody`, where
//! they can reach data and programs; where they cannot (a home of mode 0700), a user namespace in
//! which root looks like `nobody`; where namespaces are forbidden, another directory.

use std::fs::{DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gatehouse_os::{effective_ids, in_user_namespace, is_root, run_as, user_ids};
use sha2::{Digest, Sha256};

use crate::binaries::Binaries;
use crate::error::Error;
use crate::options::Options;
use crate::running::cluster_dir;

/// Paths of Unix sockets end at 108 bytes on Linux and 104 elsewhere; Postgres adds `/.s.PGSQL.5432`.
const SOCKET_PATH_BYTES_MAX: usize = 100;
const SOCKET_NAME: &str = "/.s.PGSQL.5432";

/// As whom the server and initdb run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Ourselves,
    User {
        uid: u32,
        gid: u32,
    },
    /// Root here, `nobody` to itself.
    Namespace,
}

impl Identity {
    pub(crate) fn apply(self, command: &mut Command) {
        match self {
            Self::Ourselves => {}
            Self::User { uid, gid } => {
                run_as(command, uid, gid);
            }
            Self::Namespace => {
                in_user_namespace(command);
            }
        }
    }
}

/// The directories of one server and the user it runs as.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Canonical.
    pub(crate) data_dir: PathBuf,
    pub(crate) cluster: PathBuf,
    pub(crate) identity: Identity,
}

/// What the decision is made from.
struct Facts {
    root: bool,
    me: u32,
    /// Owner of an existing cluster: it keeps its user.
    owner: Option<(u32, u32)>,
    /// The first service user that reaches both data and programs.
    service_user: Option<(u32, u32)>,
    namespaces: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Choice {
    Here(Identity),
    /// Nobody we may become can reach this directory.
    Elsewhere,
    OwnedByAnother(u32),
    RootOwned,
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

fn choose(facts: &Facts) -> Choice {
    match facts.owner {
        Some((owner, _)) if !facts.root && owner != facts.me => Choice::OwnedByAnother(owner),
        _ if !facts.root => Choice::Here(Identity::Ourselves),
        Some((0, _)) if facts.namespaces => Choice::Here(Identity::Namespace),
        Some((0, _)) => Choice::RootOwned,
        Some((uid, gid)) => Choice::Here(Identity::User { uid, gid }),
        None => match facts.service_user {
            Some((uid, gid)) => Choice::Here(Identity::User { uid, gid }),
            None if facts.namespaces => Choice::Here(Identity::Namespace),
            None => Choice::Elsewhere,
        },
    }
}

/// The first of `postgres` and `nobody` who can enter all of these.
pub(crate) fn service_user(paths: &[&Path]) -> Option<(u32, u32)> {
    ["postgres", "nobody"]
        .into_iter()
        .filter_map(user_ids)
        .find(|(uid, gid)| *uid != 0 && paths.iter().all(|path| reachable(path, *uid, *gid)))
}

/// Whether this user may enter the directory and everything above it.
fn reachable(dir: &Path, uid: u32, gid: u32) -> bool {
    let Ok(dir) = dir.canonicalize() else {
        return false;
    };
    dir.ancestors().all(|step| {
        let Ok(metadata) = step.metadata() else {
            return false;
        };
        let enter = match (metadata.uid() == uid, metadata.gid() == gid) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        metadata.mode() & enter != 0
    })
}

/// Tried, not guessed: kernels and containers forbid namespaces in too many ways to list.
pub(crate) fn namespaces_work() -> bool {
    let mut command = Command::new("true");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    in_user_namespace(&mut command);
    command.status().is_ok_and(|status| status.success())
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

    const ROOT: Facts = Facts {
        root: true,
        me: 0,
        owner: None,
        service_user: Some((101, 104)),
        namespaces: true,
    };

    #[test]
    fn an_ordinary_user_runs_postgres_as_himself_and_only_over_his_own_data() {
        let facts = Facts {
            root: false,
            me: 1000,
            service_user: None,
            namespaces: false,
            ..ROOT
        };
        assert_eq!(choose(&facts), Choice::Here(Identity::Ourselves));
        let own = Facts {
            owner: Some((1000, 1000)),
            ..facts
        };
        assert_eq!(choose(&own), Choice::Here(Identity::Ourselves));
        let foreign = Facts {
            owner: Some((0, 0)),
            ..own
        };
        assert_eq!(choose(&foreign), Choice::OwnedByAnother(0));
    }

    #[test]
    fn root_prefers_a_service_user_then_a_namespace_then_another_directory() {
        let user = Identity::User { uid: 101, gid: 104 };
        assert_eq!(choose(&ROOT), Choice::Here(user));
        let hidden = Facts {
            service_user: None,
            ..ROOT
        };
        assert_eq!(choose(&hidden), Choice::Here(Identity::Namespace));
        let nowhere = Facts {
            namespaces: false,
            ..hidden
        };
        assert_eq!(choose(&nowhere), Choice::Elsewhere);
    }

    #[test]
    fn existing_data_keeps_its_user_whatever_else_is_possible() {
        let of_a_user = Facts {
            owner: Some((1000, 1000)),
            ..ROOT
        };
        let user = Identity::User {
            uid: 1000,
            gid: 1000,
        };
        assert_eq!(choose(&of_a_user), Choice::Here(user));
        let of_root = Facts {
            owner: Some((0, 0)),
            ..ROOT
        };
        assert_eq!(choose(&of_root), Choice::Here(Identity::Namespace));
        let stuck = Facts {
            namespaces: false,
            ..of_root
        };
        assert_eq!(choose(&stuck), Choice::RootOwned);
    }

    #[test]
    fn a_socket_path_is_kept_under_the_limit_of_the_operating_system() {
        let longest = SOCKET_PATH_BYTES_MAX - SOCKET_NAME.len() - 1;
        assert!(fits_a_socket(Path::new(&"a".repeat(longest))));
        assert!(!fits_a_socket(Path::new(&"a".repeat(longest + 1))));
    }

    #[test]
    fn a_directory_under_a_closed_one_is_not_reachable_for_others() {
        let outer = tempfile::tempdir().expect("temporary directory");
        let inner = outer.path().join("inner");
        std::fs::create_dir(&inner).expect("inner");
        let mode = |bits| std::fs::set_permissions(outer.path(), Permissions::from_mode(bits));
        mode(0o711).expect("open");
        assert!(reachable(&inner, 54_321, 54_321));
        mode(0o700).expect("close");
        assert!(!reachable(&inner, 54_321, 54_321));
        let (uid, gid) = effective_ids();
        assert!(reachable(&inner, uid, gid));
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
