//! What runs, and how it becomes something else: everything that can fail first, then a swap that cannot.

use std::io::Read;
use std::sync::Arc;

use gatehouse_domain::id::GatewayGroupId;
use gatehouse_snapshot::Refused;
use gatehouse_snapshot::delta::{self, Body, Header, SignedDelta};
use gatehouse_snapshot::group_seal::GroupSeal;
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef};
use gatehouse_snapshot::sign::{PublicKey, SigningKeyId};
use gatehouse_snapshot::snapshot::{self, ReadError, Verified};
use gatehouse_snapshot::state_hash::StateHash;

use crate::policies::counters::CounterId;
use crate::tables::{
    Certificates, Changes, CompileError, Domains, Full, Loading, Names, NotLoaded, NotPut, Small,
    TableSet, Tables, Updates, open,
};

/// Why a piece of configuration was not taken. What ran before runs on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("it cannot run: {0}")]
    Compile(#[from] CompileError),
    /// Two objects claim one place.
    #[error("{kind} {id} takes the place of another object", kind = .0.kind.as_str(), id = .0.id)]
    Doubled(ObjectRef),
    #[error("it cannot be held: {0}")]
    Full(#[from] Full),
    /// A journal that cannot be written or a snapshot that cannot be read.
    #[error("disk: {0}")]
    Disk(#[from] std::io::Error),
}

impl ConfigError {
    /// The label in metrics.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Refused(refused) => match refused {
                Refused::Damaged(_) => "damaged",
                Refused::Format { .. } => "format",
                Refused::ForeignGroup(_) => "foreign_group",
                Refused::UnknownKey(_) => "unknown_key",
                Refused::BadSignature(_) => "bad_signature",
                Refused::Older { .. } => "older",
                Refused::Gap { .. } => "gap",
                Refused::StateMismatch(_) => "state_mismatch",
            },
            Self::Compile(_) => "cannot_run",
            Self::Doubled(_) => "doubled",
            Self::Full(_) => "full",
            Self::Disk(_) => "disk",
        }
    }

    /// Whether a whole snapshot may help where a delta does not. What is forged or foreign is only asked for again.
    pub(crate) fn asks_for_snapshot(&self) -> bool {
        match self {
            Self::Refused(refused) => matches!(
                refused,
                Refused::Damaged(_) | Refused::Gap { .. } | Refused::StateMismatch(_)
            ),
            Self::Compile(_) | Self::Doubled(_) | Self::Full(_) => true,
            Self::Disk(_) => false,
        }
    }
}

impl From<NotLoaded> for ConfigError {
    fn from(error: NotLoaded) -> Self {
        match error {
            NotLoaded::Refused(refused) => Self::Refused(refused),
            NotLoaded::Full(full) => Self::Full(full),
            NotLoaded::Compile(error) => Self::Compile(error),
            NotLoaded::Doubled(object) => Self::Doubled(object),
        }
    }
}

impl From<ReadError<NotLoaded>> for ConfigError {
    fn from(error: ReadError<NotLoaded>) -> Self {
        match error {
            ReadError::Refused(refused) => Self::Refused(refused),
            ReadError::Io(error) => Self::Disk(error),
            ReadError::Taker(error) => error.into(),
        }
    }
}

/// Whose configuration is accepted, and whose signature.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    pub(crate) group: GatewayGroupId,
    /// Each signed by the one before it.
    pub(crate) keys: Vec<PublicKey>,
    /// Opens what is sealed for the group.
    pub(crate) seal: GroupSeal,
}

impl Trust {
    /// Parts with the keys before the one that signs now.
    pub(crate) fn retire_before(&mut self, signs: SigningKeyId) {
        let at = self.keys.iter().position(|key| key.id() == signs);
        self.keys.drain(..at.unwrap_or(0));
    }
}

/// The configuration in force with what is needed to change it. Owned by the one task that does.
pub(crate) struct Running {
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) state_hash: StateHash,
    /// Who has signed the newest of it.
    pub(crate) signed_by: SigningKeyId,
    set: Arc<TableSet>,
    small: Small,
    certificates: Certificates,
    names: Names,
}

/// A delta that was verified, and the whole configuration it leads to: nothing about it can fail any more.
pub(crate) struct Prepared {
    header: Header,
    signed_by: SigningKeyId,
    set: TableSet,
    small: Option<Updates>,
    certificates: Certificates,
    /// Counters of subscriptions that go.
    given_up: Vec<CounterId>,
}

impl Running {
    /// Builds a configuration aside from a snapshot. Backends' connections carry over from `before`.
    pub(crate) fn of_snapshot(
        source: impl Read + Send,
        trust: &Trust,
        before: Option<&Self>,
    ) -> Result<(Self, Verified), ConfigError> {
        let (nothing, no_objects) = (TableSet::default(), Small::default());
        let set = before.map_or(&nothing, |before| &before.set);
        let small = before.map_or(&no_objects, |before| &before.small);
        let mut loading = Loading::new(trust.seal.clone());
        let verified = snapshot::read(source, trust.group, &trust.keys, |record| {
            loading.take(record, (set, small))
        })?;
        let certificates = loading.certificates()?;
        let (mut set, small, names) = loading.finish(set, small)?;
        set.domains = Arc::new(Domains::of(&set.compiled, &certificates));
        let running = Self {
            generation: verified.manifest.generation,
            seq: verified.manifest.seq,
            state_hash: verified.manifest.state_hash,
            signed_by: verified.signed_by,
            set: Arc::new(set),
            small,
            certificates,
            names,
        };
        Ok((running, verified))
    }

    /// Lets requests see this configuration in place of another.
    pub(crate) fn publish(&self, tables: &Tables, before: Option<&Self>) {
        tables.replace(Arc::clone(&self.set));
        if let Some(before) = before {
            before.set.give_way(&self.set);
        }
    }

    /// Verifies a delta, checks that it follows, and makes what it leads to. What runs is left as it is.
    pub(crate) fn prepare(
        &mut self,
        delta: &SignedDelta,
        trust: &Trust,
    ) -> Result<Prepared, ConfigError> {
        let (header, body) = delta.verify(trust.group, &trust.keys)?;
        header.follows(self.generation, self.seq, self.state_hash)?;
        let mut next = Next {
            set: TableSet::clone(&self.set),
            small: &self.small,
            changes: Changes::new(),
            certificates: self.certificates.clone(),
            seal: &trust.seal,
            are_domains_moved: false,
            names: &mut self.names,
            state_hash: self.state_hash,
            given_up: Vec::new(),
        };
        next.take(&body)?;
        if next.state_hash != header.new_hash {
            return Err(Refused::StateMismatch("delta").into());
        }
        let Next {
            mut set,
            changes,
            certificates,
            are_domains_moved,
            given_up,
            ..
        } = next;
        let mut small = None;
        if !changes.is_empty() {
            let compiled = &self.set.compiled;
            let (compiled, updates) = self
                .small
                .prepare(&changes, compiled, &mut self.names)?
                .into_parts();
            set.compiled = Arc::new(compiled);
            small = Some(updates);
        }
        if are_domains_moved {
            set.domains = Arc::new(Domains::of(&set.compiled, &certificates));
        }
        set.plan_ids = Arc::clone(self.names.plans.keys());
        set.subscriptions.allot(&self.set.counters);
        Ok(Prepared {
            header,
            signed_by: delta.signed_by(),
            set,
            small,
            certificates,
            given_up,
        })
    }

    /// What an object adds to the state hash, if it is in force.
    #[cfg(any(test, feature = "measure"))]
    pub(crate) fn hash(&self, object_ref: ObjectRef) -> Option<[u8; 32]> {
        if object_ref.kind == ObjectKind::Certificate {
            return self.certificates.hash(object_ref.id);
        }
        hash_of(object_ref, &self.small, &self.set, &self.names)
    }

    /// Puts a prepared delta in force. Cannot fail.
    pub(crate) fn apply(&mut self, prepared: Prepared) {
        self.set = Arc::new(prepared.set);
        if let Some(updates) = prepared.small {
            self.small.apply(updates);
        }
        self.certificates = prepared.certificates;
        for counters in prepared.given_up {
            self.set.counters.free(counters);
        }
        self.seq = prepared.header.seq;
        self.state_hash = prepared.header.new_hash;
        self.signed_by = prepared.signed_by;
    }
}

/// A configuration on its way from what runs to what a delta leads to.
struct Next<'a> {
    set: TableSet,
    small: &'a Small,
    /// Of small objects: as they will be.
    changes: Changes,
    certificates: Certificates,
    seal: &'a GroupSeal,
    /// Which hosts there are, or what they are served with, has changed.
    are_domains_moved: bool,
    names: &'a mut Names,
    state_hash: StateHash,
    given_up: Vec<CounterId>,
}

impl Next<'_> {
    fn take(&mut self, body: &Body) -> Result<(), ConfigError> {
        for operation in &body.operations {
            let (object_ref, record) = match operation {
                delta::Operation::Remove(object_ref) => (*object_ref, None),
                delta::Operation::Upsert(record) => (record.object, Some(record)),
            };
            self.are_domains_moved |= matches!(
                object_ref.kind,
                ObjectKind::Environment | ObjectKind::Certificate
            );
            if let Some(before) = self.hash(object_ref) {
                self.state_hash.subtract(before);
            }
            match record {
                Some(record) => {
                    let hash = StateHash::of_record(record);
                    self.state_hash.add(hash);
                    self.put(object_ref, record.decode()?, hash)?;
                }
                None => self.remove(object_ref),
            }
        }
        Ok(())
    }

    /// What an object adds to the state hash as it is now.
    fn hash(&self, object_ref: ObjectRef) -> Option<[u8; 32]> {
        match self.changes.get(&object_ref) {
            Some(change) => change.as_ref().map(|(_, hash)| *hash),
            None if object_ref.kind == ObjectKind::Certificate => {
                self.certificates.hash(object_ref.id)
            }
            None => hash_of(object_ref, self.small, &self.set, self.names),
        }
    }

    fn put(
        &mut self,
        object_ref: ObjectRef,
        object: Object,
        hash: [u8; 32],
    ) -> Result<(), ConfigError> {
        let set = &mut self.set;
        match object {
            Object::Application(application) => set.applications.put(&application, self.names)?,
            Object::Subscription(subscription) => {
                let number = set.applications.named(subscription.application)?;
                set.subscriptions.put(&subscription, number, self.names)?;
            }
            Object::Credential(credential) => {
                let number = set.applications.named(credential.application)?;
                let put = set.credentials.put(&credential, number, self.names);
                put.map_err(|not_put| match not_put {
                    NotPut::Full => ConfigError::Full(Full),
                    NotPut::KeyIdTaken => ConfigError::Doubled(object_ref),
                })?;
            }
            Object::Certificate(certificate) => {
                self.certificates.put(&certificate, hash, self.seal)?;
            }
            mut small => {
                open(&mut small, self.seal)?;
                self.changes.insert(object_ref, Some((small, hash)));
            }
        }
        Ok(())
    }

    fn remove(&mut self, object_ref: ObjectRef) {
        match object_ref.kind {
            ObjectKind::Application => self.set.applications.remove(object_ref.id.into()),
            ObjectKind::Credential => self.set.credentials.remove(object_ref.id.into()),
            ObjectKind::Subscription => {
                let counters = self.set.subscriptions.remove(object_ref.id.into());
                self.given_up.extend(counters);
            }
            ObjectKind::Certificate => self.certificates.remove(object_ref.id),
            ObjectKind::Tenant
            | ObjectKind::Environment
            | ObjectKind::Upstream
            | ObjectKind::Route
            | ObjectKind::Plan => {
                self.changes.insert(object_ref, None);
            }
        }
    }
}

/// What an object that is in force adds to the state hash. Records of large objects tell every byte they were made of.
fn hash_of(
    object_ref: ObjectRef,
    small: &Small,
    set: &TableSet,
    names: &Names,
) -> Option<[u8; 32]> {
    small.hash(object_ref).or_else(|| {
        let object = set.large_object(object_ref, names)?;
        Some(StateHash::of_record(&object.encode()))
    })
}

#[cfg(test)]
mod tests;
