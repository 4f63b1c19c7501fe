//! As whom Postgres runs.
//!
//! Postgres refuses to run as root. As root we take the service user `postgres`, else `nobody`, where
//! they can reach data and programs; where they cannot (a home of mode 0700), a user namespace in
//! which root looks like `nobody`; where namespaces are forbidden, another directory.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};

use gatehouse_os::{in_user_namespace, run_as, user_ids};

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

/// What the decision is made from.
pub(crate) struct Facts {
    pub(crate) root: bool,
    pub(crate) me: u32,
    /// Owner of an existing cluster: it keeps its user.
    pub(crate) owner: Option<(u32, u32)>,
    /// The first service user that reaches both data and programs.
    pub(crate) service_user: Option<(u32, u32)>,
    pub(crate) namespaces: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Here(Identity),
    /// Nobody we may become can reach this directory.
    Elsewhere,
    OwnedByAnother(u32),
    RootOwned,
}

/// Existing data keeps its user; new data gets the least powerful one that can reach it.
pub(crate) fn choose(facts: &Facts) -> Choice {
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
pub(crate) fn reachable(dir: &Path, uid: u32, gid: u32) -> bool {
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

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use gatehouse_os::effective_ids;

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
}
