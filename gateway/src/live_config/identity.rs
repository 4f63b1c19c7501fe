//! Who this gateway is: its own key, and what it was given when it joined.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use gatehouse_domain::id::{GatewayGroupId, NodeId};
use gatehouse_runtime::random;
use gatehouse_snapshot::node_auth::{hex, unhex};
use gatehouse_snapshot::protocol::{ENROLMENT_FILE, Enrolment, JoinReply};
use gatehouse_snapshot::sign::{PublicKey, Signer};
use zeroize::Zeroizing;

use crate::files;

const KEY_FILE: &str = "node.key";
const IDENTITY_FILE: &str = "identity.json";

/// What the digests of keys are made with.
pub(crate) type GroupKey = Zeroizing<[u8; 32]>;

/// An enrolled gateway. Nothing in it expires: after any outage it is still good, until somebody revokes it.
pub(crate) struct Identity {
    pub(crate) node: NodeId,
    pub(crate) group: GatewayGroupId,
    pub(crate) group_key: GroupKey,
    /// The keys that may sign configuration, pinned when it joined or learnt from those since: oldest first.
    pub(crate) trusted: Vec<PublicKey>,
}

/// What is accepted as configuration, and what presented keys are compared by: known before a gateway has joined, when it
/// starts from a snapshot folder.
pub(crate) struct Membership {
    pub(crate) group: GatewayGroupId,
    pub(crate) group_key: GroupKey,
    pub(crate) trusted: Vec<PublicKey>,
}

/// A file of the identity that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityError {
    #[error("{path}: {source}", path = path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{path} is damaged; remove it and join again with a new join token", path = .0.display())]
    Damaged(PathBuf),
    #[error("{path} holds a key and may be read by others; give it mode 0600", path = .0.display())]
    Exposed(PathBuf),
    #[error("{path} is not an enrolment file; export the snapshot folder again", path = .0.display())]
    NoEnrolment(PathBuf),
}

impl Membership {
    fn of(enrolment: &Enrolment) -> Option<Self> {
        let key = |text: &str| -> Option<[u8; 32]> { unhex(text)?.try_into().ok() };
        let trusted = enrolment.signing_keys.iter();
        Some(Self {
            group: enrolment.group,
            group_key: Zeroizing::new(key(&enrolment.group_key)?),
            trusted: trusted
                .map(|text| key(text).map(PublicKey))
                .collect::<Option<_>>()?,
        })
    }

    /// Reads the enrolment file of a snapshot folder; `None` while there is none.
    pub(crate) fn load(snapshot_dir: &Path) -> Result<Option<Self>, IdentityError> {
        let path = snapshot_dir.join(ENROLMENT_FILE);
        let Some(bytes) = read(&path)? else {
            return Ok(None);
        };
        let mode = fs::metadata(&path).map(|found| found.permissions().mode());
        match mode {
            Ok(mode) if mode & 0o077 == 0 => {}
            _ => return Err(IdentityError::Exposed(path)),
        }
        let enrolment = serde_json::from_slice(&bytes).ok();
        let membership = enrolment.and_then(|enrolment| Self::of(&enrolment));
        membership.map(Some).ok_or(IdentityError::NoEnrolment(path))
    }
}

impl Identity {
    fn of(reply: &JoinReply) -> Option<Self> {
        let membership = Membership::of(&Enrolment {
            group: reply.group,
            group_key: reply.group_key.clone(),
            signing_keys: reply.signing_keys.clone(),
        })?;
        Some(Self {
            node: reply.node,
            group: membership.group,
            group_key: membership.group_key,
            trusted: membership.trusted,
        })
    }

    pub(crate) fn membership(&self) -> Membership {
        Membership {
            group: self.group,
            group_key: self.group_key.clone(),
            trusted: self.trusted.clone(),
        }
    }

    /// Reads the identity kept by [`keep`]; `None` before the gateway has joined.
    pub(crate) fn load(data_dir: &Path) -> Result<Option<Self>, IdentityError> {
        let path = data_dir.join(IDENTITY_FILE);
        let Some(bytes) = read(&path)? else {
            return Ok(None);
        };
        let reply: Option<JoinReply> = serde_json::from_slice(&bytes).ok();
        let identity = reply.and_then(|reply| Self::of(&reply));
        identity.map(Some).ok_or(IdentityError::Damaged(path))
    }

    /// Keeps what joining returned, readable by its owner only.
    pub(crate) fn keep(data_dir: &Path, reply: &JoinReply) -> Result<Self, IdentityError> {
        let path = data_dir.join(IDENTITY_FILE);
        let identity = Self::of(reply).ok_or_else(|| IdentityError::Damaged(path.clone()))?;
        let bytes = Zeroizing::new(serde_json::to_vec(reply).unwrap_or_default());
        files::replace(&path, &bytes).map_err(|source| IdentityError::File { path, source })?;
        Ok(identity)
    }

    /// Pins keys that were learnt since, behind those that are kept. Nothing to do before the gateway has joined.
    pub(crate) fn keep_keys(data_dir: &Path, learnt: &[PublicKey]) -> Result<(), IdentityError> {
        let path = data_dir.join(IDENTITY_FILE);
        let Some(bytes) = read(&path)? else {
            return Ok(());
        };
        let reply: Option<JoinReply> = serde_json::from_slice(&bytes).ok();
        let mut reply = reply.ok_or(IdentityError::Damaged(path))?;
        for key in learnt.iter().map(|key| hex(&key.0)) {
            if !reply.signing_keys.contains(&key) {
                reply.signing_keys.push(key);
            }
        }
        Self::keep(data_dir, &reply).map(drop)
    }
}

/// The gateway's own key, made at its first start and never sent anywhere. It is kept before it joins, so that a second
/// attempt after a lost reply introduces the same key.
pub(crate) fn own_key(data_dir: &Path) -> Result<Signer, IdentityError> {
    let path = data_dir.join(KEY_FILE);
    let seed: Zeroizing<[u8; 32]> = match read(&path)? {
        Some(text) => {
            let seed = std::str::from_utf8(&text)
                .ok()
                .and_then(|text| unhex(text.trim()))
                .and_then(|bytes| bytes.try_into().ok());
            Zeroizing::new(seed.ok_or_else(|| IdentityError::Damaged(path.clone()))?)
        }
        None => {
            let seed = Zeroizing::new(random::bytes::<32>());
            let text = Zeroizing::new(hex(seed.as_slice()));
            files::replace(&path, text.as_bytes()).map_err(|source| IdentityError::File {
                path: path.clone(),
                source,
            })?;
            seed
        }
    };
    Signer::from_seed(&seed).ok_or(IdentityError::Damaged(path))
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, IdentityError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(IdentityError::File {
            path: path.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn key_and_identity_are_kept_for_their_owner_only_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let first = own_key(folder.path()).unwrap();
        assert_eq!(own_key(folder.path()).unwrap().public(), first.public());
        assert!(Identity::load(folder.path()).unwrap().is_none());
        let reply = JoinReply {
            node: NodeId::from_uuid(Uuid::from_u128(1)),
            group: GatewayGroupId::from_uuid(Uuid::from_u128(2)),
            group_slug: "main".to_owned(),
            group_key: hex(&[3; 32]),
            signing_keys: vec![hex(&first.public().0)],
        };
        Identity::keep(folder.path(), &reply).unwrap();
        let read = Identity::load(folder.path()).unwrap().unwrap();
        assert_eq!((read.node, *read.group_key), (reply.node, [3; 32]));
        assert_eq!(read.trusted, [first.public()]);
        for file in [KEY_FILE, IDENTITY_FILE] {
            let mode = fs::metadata(folder.path().join(file))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        fs::write(folder.path().join(IDENTITY_FILE), "{}").unwrap();
        assert!(matches!(
            Identity::load(folder.path()),
            Err(IdentityError::Damaged(_))
        ));
    }
}
