//! A whole configuration being read, object by object, aside from what runs.

use std::sync::Arc;

use gatehouse_domain::id::ApplicationId;
use gatehouse_snapshot::Refused;
use gatehouse_snapshot::group_seal::{GroupSeal, SealedFor};
use gatehouse_snapshot::object::{
    Certificate, Credential, Object, ObjectKind, ObjectRef, Subscription,
};
use gatehouse_snapshot::snapshot::RecordRef;
use gatehouse_snapshot::state_hash::StateHash;

use super::applications::{ApplicationNumbers, LoadingApplications};
use super::credentials::LoadingCredentials;
use super::subscriptions::LoadingSubscriptions;
use super::{
    Certificates, CompileError, Compiled, Full, Names, Number, Small, Subscriptions, TableSet,
};

/// Why what was read cannot become a configuration.
#[derive(Debug)]
pub(crate) enum NotLoaded {
    Refused(Refused),
    Full(Full),
    Compile(CompileError),
    /// Two objects claim one place.
    Doubled(ObjectRef),
}

impl From<Full> for NotLoaded {
    fn from(full: Full) -> Self {
        Self::Full(full)
    }
}

impl From<Refused> for NotLoaded {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// Opens what an object has sealed for the group. What it adds to the state hash is said by its bytes as they came.
pub(crate) fn open(object: &mut Object, seal: &GroupSeal) -> Result<(), CompileError> {
    let Object::Route(route) = object else {
        return Ok(());
    };
    let sealed_for = SealedFor::Route(route.tenant, route.id);
    let policies = &mut route.later.policies;
    policies
        .open(seal, sealed_for)
        .map_err(|_| CompileError::Sealed(route.id))
}

/// Takes records in the order of a snapshot: parents before children, ids ascending.
pub(crate) struct Loading {
    /// Opens what is sealed for the group.
    seal: GroupSeal,
    /// Until the first large object comes; and what each adds to the state hash.
    small: (Vec<Object>, Vec<[u8; 32]>),
    /// What they were compiled to. A fault is told only when the whole has turned out to be signed.
    compiled: Option<Result<(Small, Compiled), CompileError>>,
    names: Names,
    applications: LoadingApplications,
    /// Made when the last application has come.
    application_numbers: Option<ApplicationNumbers>,
    subscriptions: LoadingSubscriptions,
    /// Made when the last subscription has come.
    subscribed: Option<Subscriptions>,
    credentials: LoadingCredentials,
    /// Of own domains, and what each adds to the state hash.
    certificates: Vec<(Certificate, [u8; 32])>,
    /// How far the subscriptions of what ran before have been gone through.
    walk: Number,
}

impl Loading {
    pub(crate) fn new(seal: GroupSeal) -> Self {
        Self {
            seal,
            small: Default::default(),
            compiled: None,
            names: Names::default(),
            applications: LoadingApplications::default(),
            application_numbers: None,
            subscriptions: LoadingSubscriptions::default(),
            subscribed: None,
            credentials: LoadingCredentials::default(),
            certificates: Vec::new(),
            walk: Number::default(),
        }
    }

    /// Takes one record in. Counters are those of `before`, where it holds the same subscription.
    pub(crate) fn take(
        &mut self,
        record: &RecordRef<'_>,
        (before, small_before): (&TableSet, &Small),
    ) -> Result<(), NotLoaded> {
        match record.object.kind {
            ObjectKind::Application => {
                self.compile(small_before);
                let application = record.decode_as()?;
                self.applications.append(&application, &mut self.names)?;
            }
            ObjectKind::Subscription => {
                self.compile(small_before);
                let subscription: Subscription = record.decode_as()?;
                let number = self.application(subscription.application)?;
                let id = subscription.id.uuid();
                let counters = before.subscriptions.counters_of(id, &mut self.walk);
                self.subscriptions
                    .append(&subscription, number, counters, &mut self.names)?;
            }
            ObjectKind::Credential => {
                self.compile(small_before);
                // Gives its scratch memory back before credentials take theirs.
                if self.subscribed.is_none() {
                    self.subscribed = Some(std::mem::take(&mut self.subscriptions).finish());
                }
                let credential: Credential = record.decode_as()?;
                let number = self.application(credential.application)?;
                self.credentials
                    .append(&credential, number, &mut self.names)?;
            }
            ObjectKind::Certificate => {
                let hash = StateHash::of_object(record.object, record.body);
                self.certificates.push((record.decode_as()?, hash));
            }
            ObjectKind::Tenant
            | ObjectKind::Environment
            | ObjectKind::Upstream
            | ObjectKind::Route
            | ObjectKind::Plan => {
                let (objects, hashes) = &mut self.small;
                objects.push(record.decode()?);
                hashes.push(StateHash::of_object(record.object, record.body));
            }
        }
        Ok(())
    }

    fn application(&mut self, id: ApplicationId) -> Result<Number, Full> {
        let applications = &mut self.applications;
        self.application_numbers
            .get_or_insert_with(|| std::mem::take(applications).finish())
            .named(id)
    }

    /// Compiles the small objects, which come first, and gives back their memory before the large ones take theirs.
    fn compile(&mut self, before: &Small) {
        let (small, names, seal) = (&mut self.small, &mut self.names, &self.seal);
        self.compiled.get_or_insert_with(|| {
            let (mut objects, hashes) = std::mem::take(small);
            for object in &mut objects {
                open(object, seal)?;
            }
            Small::of_all((objects, hashes), before, names)
        });
    }

    /// Makes the certificates that were read ready to serve with.
    pub(crate) fn certificates(&mut self) -> Result<Certificates, NotLoaded> {
        let mut certificates = Certificates::default();
        for (certificate, hash) in std::mem::take(&mut self.certificates) {
            certificates
                .put(&certificate, hash, &self.seal)
                .map_err(NotLoaded::Compile)?;
        }
        Ok(certificates)
    }

    /// Makes the configuration whole. Backends' connections carry over from `before`.
    pub(crate) fn finish(
        mut self,
        before: &TableSet,
        small_before: &Small,
    ) -> Result<(TableSet, Small, Names), NotLoaded> {
        self.compile(small_before);
        let applications = match self.application_numbers.take() {
            Some(numbers) => numbers.applications,
            None => self.applications.finish().applications,
        };
        let subscribed = self.subscribed.take();
        let mut subscriptions = subscribed.unwrap_or_else(|| self.subscriptions.finish());
        let credentials = self.credentials.finish().map_err(|id| {
            NotLoaded::Doubled(ObjectRef {
                kind: ObjectKind::Credential,
                id: id.uuid(),
            })
        })?;
        let compiled = self.compiled.unwrap_or_else(|| Ok(Default::default()));
        let (small, compiled) = compiled.map_err(NotLoaded::Compile)?;
        subscriptions.allot(&before.counters);
        let set = TableSet {
            compiled: Arc::new(compiled),
            applications,
            credentials,
            subscriptions,
            counters: Arc::clone(&before.counters),
            plan_ids: Arc::clone(self.names.plans.keys()),
            domains: Arc::default(),
        };
        Ok((set, small, self.names))
    }
}
