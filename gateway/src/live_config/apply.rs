//! What runs, and how it becomes something else: everything that can fail first, then a swap that cannot.

use std::collections::HashMap;
use std::sync::Arc;

use gatehouse_domain::id::{ApplicationId, CredentialId, GatewayGroupId, SubscriptionId};
use gatehouse_snapshot::Refused;
use gatehouse_snapshot::delta::{self, Body, Header, SignedDelta};
use gatehouse_snapshot::object::{
    Application, Credential, Object, ObjectKind, ObjectRef, Record, Subscription,
};
use gatehouse_snapshot::sign::PublicKey;
use gatehouse_snapshot::snapshot::{self, Manifest};
use gatehouse_snapshot::state_hash::StateHash;

use crate::policies::counters::CounterId;
use crate::tables::{
    CompileError, Compiled, Held, Place, SmallObjects, TableSet, compile, decisive_first,
};

mod gather;

use gather::Parts;

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
            Self::Compile(_) | Self::Doubled(_) => true,
            Self::Disk(_) => false,
        }
    }
}

/// Whose configuration is accepted, and whose signature.
#[derive(Debug, Clone)]
pub(crate) struct Trust {
    pub(crate) group: GatewayGroupId,
    pub(crate) keys: Vec<PublicKey>,
}

/// The configuration in force with what is needed to change it. Owned by the one task that does.
pub(crate) struct Running {
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) state_hash: StateHash,
    pub(crate) set: Arc<TableSet>,
    small: SmallObjects,
    key_ids: HashMap<CredentialId, u64>,
    places: HashMap<SubscriptionId, Place>,
}

/// A delta that was verified and compiled: nothing about it can fail any more.
pub(crate) struct Prepared {
    header: Header,
    steps: Vec<Step>,
    small: Option<(SmallObjects, Compiled)>,
}

enum Step {
    Insert(Large),
    Remove(ObjectRef),
    /// The place of the last small object: here the compiled table is swapped. Removals and tightenings of large objects lie
    /// before it and everything that loosens after it, because a delta lists parents before children there; so every
    /// half-way state refuses more.
    SwapCompiled,
}

enum Large {
    Application(Application),
    Subscription(Subscription),
    Credential(Credential),
}

impl Running {
    /// Builds a configuration aside from a snapshot. Backends' connections and used-up limits carry over from `before`.
    pub(crate) fn of_snapshot(
        bytes: &[u8],
        trust: &Trust,
        before: Option<&Self>,
    ) -> Result<(Self, Manifest), ConfigError> {
        let mut parts = Parts::after(before);
        let mut doubled = None;
        let manifest = snapshot::read(bytes, trust.group, &trust.keys, |record| {
            let object = record.decode()?;
            let object_ref = record.object;
            if !parts.take(object, before) {
                doubled.get_or_insert(object_ref);
            }
            Ok(())
        })?;
        if let Some(doubled) = doubled {
            return Err(ConfigError::Doubled(doubled));
        }
        let empty = Compiled::default();
        let compiled_before = before.map(|before| before.set.compiled.load_full());
        let compiled = compile(&parts.small, compiled_before.as_deref().unwrap_or(&empty))?;
        let running = parts.running(compiled, &manifest);
        Ok((running, manifest))
    }

    /// Verifies a delta, checks that it follows, and compiles what it leads to. Changes nothing.
    pub(crate) fn prepare(
        &self,
        delta: &SignedDelta,
        trust: &Trust,
    ) -> Result<Prepared, ConfigError> {
        let (header, body) = delta.verify(trust.group, &trust.keys)?;
        header.follows(self.generation, self.seq, self.state_hash)?;
        let changes = self.read(&body)?;
        if changes.state_hash != header.new_hash {
            return Err(Refused::StateMismatch("delta").into());
        }
        let small = match changes.small {
            None => None,
            Some(objects) => {
                let compiled = compile(&objects, &self.set.compiled.load())?;
                Some((objects, compiled))
            }
        };
        Ok(Prepared {
            header,
            steps: changes.steps,
            small,
        })
    }

    fn read(&self, body: &Body) -> Result<Changes, ConfigError> {
        let mut changes = Changes {
            state_hash: self.state_hash,
            ..Changes::default()
        };
        let mut touched: HashMap<ObjectRef, Option<Record>> = HashMap::new();
        let mut new_key_ids: HashMap<u64, CredentialId> = HashMap::new();
        for operation in &body.operations {
            let (object_ref, record) = match operation {
                delta::Operation::Remove(object_ref) => (*object_ref, None),
                delta::Operation::Upsert(record) => (record.object, Some(record)),
            };
            let before = match touched.get(&object_ref) {
                Some(record) => record.clone(),
                None => self.object(object_ref).map(|object| object.encode()),
            };
            if let Some(before) = before {
                changes.state_hash.subtract(StateHash::of_record(&before));
            }
            if let Some(record) = record {
                changes.state_hash.add(StateHash::of_record(record));
                let object = record.decode()?;
                if let Object::Credential(credential) = &object {
                    self.claim_key_id(credential, &touched, &mut new_key_ids)?;
                }
                self.push(&mut changes, object_ref, Some(object));
            } else {
                self.push(&mut changes, object_ref, None);
            }
            touched.insert(object_ref, record.cloned());
        }
        Ok(changes)
    }

    /// No two credentials answer to one key id.
    fn claim_key_id(
        &self,
        credential: &Credential,
        touched: &HashMap<ObjectRef, Option<Record>>,
        claimed: &mut HashMap<u64, CredentialId>,
    ) -> Result<(), ConfigError> {
        let object_ref = Object::Credential(credential.clone()).object_ref();
        let held_by_other = self
            .set
            .credentials
            .with(&credential.key_id, |held| held.id)
            .filter(|id| *id != credential.id)
            .is_some_and(|id| {
                let other = ObjectRef {
                    kind: ObjectKind::Credential,
                    id: id.uuid(),
                };
                !matches!(touched.get(&other), Some(None))
            });
        let claimed_by_other = claimed
            .insert(credential.key_id, credential.id)
            .is_some_and(|id| id != credential.id);
        if held_by_other || claimed_by_other {
            return Err(ConfigError::Doubled(object_ref));
        }
        Ok(())
    }

    fn push(&self, changes: &mut Changes, object_ref: ObjectRef, object: Option<Object>) {
        let large = match object {
            None if is_large(object_ref.kind) => {
                return changes.steps.push(Step::Remove(object_ref));
            }
            Some(Object::Application(application)) => Large::Application(application),
            Some(Object::Subscription(subscription)) => Large::Subscription(subscription),
            Some(Object::Credential(credential)) => Large::Credential(credential),
            small => {
                let objects = changes.small.get_or_insert_with(|| self.small.clone());
                match small {
                    None => {
                        objects.remove(&object_ref);
                    }
                    Some(object) => {
                        let kept = objects.get(&object_ref).filter(|kept| ***kept == object);
                        if kept.is_none() {
                            objects.insert(object_ref, Arc::new(object));
                        }
                    }
                }
                changes
                    .steps
                    .retain(|step| !matches!(step, Step::SwapCompiled));
                return changes.steps.push(Step::SwapCompiled);
            }
        };
        changes.steps.push(Step::Insert(large));
    }

    /// Puts a prepared delta in force. Cannot fail.
    pub(crate) fn apply(&mut self, prepared: Prepared) {
        let mut compiled = prepared.small.map(|(small, compiled)| {
            self.small = small;
            Arc::new(compiled)
        });
        for step in prepared.steps {
            match step {
                Step::SwapCompiled => {
                    if let Some(compiled) = compiled.take() {
                        self.set.compiled.store(compiled);
                    }
                }
                Step::Remove(object_ref) => self.remove(object_ref),
                Step::Insert(Large::Application(application)) => {
                    self.set.applications.insert(application.id, application);
                }
                Step::Insert(Large::Subscription(subscription)) => {
                    self.insert_subscription(subscription)
                }
                Step::Insert(Large::Credential(credential)) => self.insert_credential(credential),
            }
        }
        self.seq = prepared.header.seq;
        self.state_hash = prepared.header.new_hash;
    }

    fn remove(&mut self, object_ref: ObjectRef) {
        match object_ref.kind {
            ObjectKind::Application => {
                let id = ApplicationId::from_uuid(object_ref.id);
                self.set.applications.remove(&id);
            }
            ObjectKind::Credential => {
                let id = CredentialId::from_uuid(object_ref.id);
                if let Some(key_id) = self.key_ids.remove(&id) {
                    self.set.credentials.remove(&key_id);
                }
            }
            ObjectKind::Subscription => {
                let id = SubscriptionId::from_uuid(object_ref.id);
                if let Some(counters) = self.counters(id) {
                    self.set.counters.free(counters);
                }
                if let Some(place) = self.places.remove(&id) {
                    self.change_place(place, |held| held.retain(|held| held.subscription.id != id));
                }
            }
            ObjectKind::Tenant
            | ObjectKind::Environment
            | ObjectKind::Upstream
            | ObjectKind::Route
            | ObjectKind::Plan => {}
        }
    }

    fn insert_credential(&mut self, credential: Credential) {
        let old = self.key_ids.insert(credential.id, credential.key_id);
        if let Some(old) = old.filter(|old| *old != credential.key_id) {
            self.set.credentials.remove(&old);
        }
        self.set.credentials.insert(credential.key_id, credential);
    }

    fn insert_subscription(&mut self, subscription: Subscription) {
        let id = subscription.id;
        let place = Place::of(&subscription);
        let counters = self
            .counters(id)
            .unwrap_or_else(|| self.set.counters.allot());
        let old = self.places.insert(id, place);
        if let Some(old) = old.filter(|old| *old != place) {
            self.change_place(old, |held| held.retain(|held| held.subscription.id != id));
        }
        self.change_place(place, |held| {
            held.retain(|held| held.subscription.id != id);
            held.push(Held {
                subscription,
                counters,
            });
            decisive_first(held);
        });
    }

    fn change_place(&self, place: Place, change: impl FnOnce(&mut Vec<Held>)) {
        let mut held = self
            .set
            .subscriptions
            .with(&place, |held| held.to_vec())
            .unwrap_or_default();
        change(&mut held);
        if held.is_empty() {
            self.set.subscriptions.remove(&place);
        } else {
            self.set.subscriptions.insert(place, held.into());
        }
    }

    /// Gives the counters up of subscriptions that the configuration which replaces this one does not hold.
    pub(crate) fn give_way(&self, next: &Self) {
        for id in self
            .places
            .keys()
            .filter(|id| !next.places.contains_key(id))
        {
            if let Some(counters) = self.counters(*id) {
                self.set.counters.free(counters);
            }
        }
    }

    /// What a subscription has used, if it is known.
    fn counters(&self, id: SubscriptionId) -> Option<CounterId> {
        let place = self.places.get(&id)?;
        let found = self.set.subscriptions.with(place, |held| {
            held.iter()
                .find(|held| held.subscription.id == id)
                .map(|held| held.counters)
        });
        found.flatten()
    }

    /// An object as it is in force.
    fn object(&self, object_ref: ObjectRef) -> Option<Object> {
        match object_ref.kind {
            ObjectKind::Application => {
                let id = ApplicationId::from_uuid(object_ref.id);
                self.set.applications.get(&id).map(Object::Application)
            }
            ObjectKind::Credential => {
                let key_id = self.key_ids.get(&CredentialId::from_uuid(object_ref.id))?;
                self.set.credentials.get(key_id).map(Object::Credential)
            }
            ObjectKind::Subscription => {
                let id = SubscriptionId::from_uuid(object_ref.id);
                let found = self.set.subscriptions.with(self.places.get(&id)?, |held| {
                    held.iter()
                        .find(|held| held.subscription.id == id)
                        .map(|held| held.subscription.clone())
                });
                found.flatten().map(Object::Subscription)
            }
            ObjectKind::Tenant
            | ObjectKind::Environment
            | ObjectKind::Upstream
            | ObjectKind::Route
            | ObjectKind::Plan => self
                .small
                .get(&object_ref)
                .map(|object| Object::clone(object)),
        }
    }
}

const fn is_large(kind: ObjectKind) -> bool {
    matches!(
        kind,
        ObjectKind::Application | ObjectKind::Subscription | ObjectKind::Credential
    )
}

#[derive(Default)]
struct Changes {
    state_hash: StateHash,
    steps: Vec<Step>,
    small: Option<SmallObjects>,
}

#[cfg(test)]
mod tests;
