//! A whole configuration gathered object by object, aside from what runs.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use gatehouse_domain::id::{ApplicationId, CredentialId, SubscriptionId};
use gatehouse_snapshot::object::{Application, Credential, Object};
use gatehouse_snapshot::snapshot::Manifest;

use super::Running;
use crate::policies::counters::Counters;
use crate::tables::{Compiled, Held, Place, Sharded, SmallObjects, TableSet, decisive_first};

/// A configuration being gathered from a snapshot.
pub(super) struct Parts {
    counters: Arc<Counters>,
    pub(super) small: SmallObjects,
    applications: HashMap<ApplicationId, Application>,
    credentials: HashMap<u64, Credential>,
    subscriptions: HashMap<Place, Vec<Held>>,
    key_ids: HashMap<CredentialId, u64>,
    places: HashMap<SubscriptionId, Place>,
}

impl Parts {
    /// Counters go on from what runs, if anything does.
    pub(super) fn after(before: Option<&Running>) -> Self {
        let counters = before.map(|before| Arc::clone(&before.set.counters));
        Self {
            counters: counters.unwrap_or_else(|| Arc::new(Counters::new())),
            small: SmallObjects::default(),
            applications: HashMap::new(),
            credentials: HashMap::new(),
            subscriptions: HashMap::new(),
            key_ids: HashMap::new(),
            places: HashMap::new(),
        }
    }

    /// Takes an object in; `false` when its place is taken.
    pub(super) fn take(&mut self, object: Object, before: Option<&Running>) -> bool {
        let object_ref = object.object_ref();
        match object {
            Object::Application(application) => self
                .applications
                .insert(application.id, application)
                .is_none(),
            Object::Credential(credential) => {
                let id = self.key_ids.insert(credential.id, credential.key_id);
                id.is_none()
                    && self
                        .credentials
                        .insert(credential.key_id, credential)
                        .is_none()
            }
            Object::Subscription(subscription) => {
                let id = subscription.id;
                let place = Place::of(&subscription);
                let kept = before.and_then(|before| before.counters(id));
                self.subscriptions.entry(place).or_default().push(Held {
                    counters: kept.unwrap_or_else(|| self.counters.allot()),
                    subscription,
                });
                self.places.insert(id, place).is_none()
            }
            small => {
                let kept = before
                    .and_then(|before| before.small.get(&object_ref))
                    .filter(|kept| ***kept == small);
                let kept = kept.cloned().unwrap_or_else(|| Arc::new(small));
                self.small.insert(object_ref, kept).is_none()
            }
        }
    }

    pub(super) fn running(self, compiled: Compiled, manifest: &Manifest) -> Running {
        let subscriptions = self.subscriptions.into_iter().map(|(place, mut held)| {
            decisive_first(&mut held);
            (place, Arc::from(held))
        });
        let set = TableSet {
            compiled: ArcSwap::from_pointee(compiled),
            applications: Sharded::build(self.applications),
            credentials: Sharded::build(self.credentials),
            subscriptions: Sharded::build(subscriptions),
            counters: self.counters,
        };
        Running {
            generation: manifest.generation,
            seq: manifest.seq,
            state_hash: manifest.state_hash,
            set: Arc::new(set),
            small: self.small,
            key_ids: self.key_ids,
            places: self.places,
        }
    }
}
