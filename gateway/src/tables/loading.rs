//! A whole configuration being read, object by object, aside from what runs.

use std::sync::Arc;

use gatehouse_snapshot::Refused;
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef};
use gatehouse_snapshot::snapshot::RecordRef;

use super::applications::ApplicationNumbers;
use super::{CompileError, Compiled, Full, Names, Number, Small, TableSet};

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

/// Takes records in the order of a snapshot: parents before children, ids ascending.
#[derive(Default)]
pub(crate) struct Loading {
    set: TableSet,
    /// Until the first large object comes.
    small: Vec<Object>,
    /// What they were compiled to. A fault is told only when the whole has turned out to be signed.
    compiled: Option<Result<(Small, Compiled), CompileError>>,
    names: Names,
    /// Made when the last application has come.
    application_numbers: Option<ApplicationNumbers>,
    /// How far the subscriptions of what ran before have been gone through.
    walk: Number,
}

impl Loading {
    /// Takes one record in. Counters are those of `before`, where it holds the same subscription.
    pub(crate) fn take(
        &mut self,
        record: &RecordRef<'_>,
        (before, small_before): (&TableSet, &Small),
    ) -> Result<(), NotLoaded> {
        let object = record.decode()?;
        if record.object.kind >= ObjectKind::Application {
            self.compile(small_before);
        }
        let set = &mut self.set;
        match object {
            Object::Application(application) => {
                set.applications.put(&application, &mut self.names)?;
            }
            Object::Subscription(subscription) => {
                let numbers = self
                    .application_numbers
                    .get_or_insert_with(|| ApplicationNumbers::of(&set.applications));
                let number = numbers.named(subscription.application, &mut set.applications)?;
                let id = subscription.id.uuid();
                let counters = before.subscriptions.counters_of(id, &mut self.walk);
                set.subscriptions
                    .append(&subscription, number, counters, &mut self.names)?;
            }
            Object::Credential(credential) => {
                let numbers = self
                    .application_numbers
                    .get_or_insert_with(|| ApplicationNumbers::of(&set.applications));
                let number = numbers.named(credential.application, &mut set.applications)?;
                set.credentials
                    .append(&credential, number, &mut self.names)?;
            }
            small => self.small.push(small),
        }
        Ok(())
    }

    /// Compiles the small objects, which come first, and gives back their memory before the large ones take theirs.
    fn compile(&mut self, before: &Small) {
        let (small, names) = (&mut self.small, &mut self.names);
        self.compiled
            .get_or_insert_with(|| Small::of_all(std::mem::take(small), before, names));
    }

    /// Makes the configuration whole. Backends' connections carry over from `before`.
    pub(crate) fn finish(
        mut self,
        before: &TableSet,
        small_before: &Small,
    ) -> Result<(TableSet, Small, Names), NotLoaded> {
        // Gives its memory back before more is taken.
        self.application_numbers = None;
        let compiled = match self.compiled.take() {
            Some(compiled) => compiled,
            None => Small::of_all(self.small, small_before, &mut self.names),
        };
        let set = &mut self.set;
        set.applications.shrink();
        set.subscriptions.complete();
        set.credentials.complete().map_err(|id| {
            NotLoaded::Doubled(ObjectRef {
                kind: ObjectKind::Credential,
                id: id.uuid(),
            })
        })?;
        let (small, compiled) = compiled.map_err(NotLoaded::Compile)?;
        set.compiled = Arc::new(compiled);
        set.plan_ids = Arc::clone(self.names.plans.keys());
        set.counters = Arc::clone(&before.counters);
        set.subscriptions.allot(&before.counters);
        Ok((self.set, small, self.names))
    }
}
