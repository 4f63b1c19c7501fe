//! What a request is judged by: the compiled table of small things, and tables of the large ones by number.
//!
//! A [`TableSet`] never changes. A delta makes another one that shares whatever did not change with the one before (see
//! [`crate::live_config::apply`]), and requests see either the one or the other, never a mixture. A request takes one at its
//! beginning.
//!
//! A million of each kind fit because records are small and of one size ([`rows`]), name each other by number ([`names`]),
//! and are found through four bytes each ([`index`]).

mod applications;
mod buckets;
mod compiled;
mod credentials;
mod domains;
mod index;
mod life;
mod loading;
mod names;
mod operations;
mod policies;
mod route;
mod rows;
mod small;
mod subscriptions;
mod text;

use std::sync::Arc;

use arc_swap::{ArcSwapOption, Guard};
use gatehouse_domain::id::{PlanId, SubscriptionId};
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef};

pub(crate) use applications::{Applications, FoundApplication};
pub(crate) use compiled::{CompileError, Compiled, CompiledEnvironment, CompiledPlan};
pub(crate) use credentials::{Credentials, FoundCredential, NotPut};
pub(crate) use domains::{Certificates, Domains};
pub(crate) use index::{Index, spread};
pub(crate) use life::{DEPRECATION, Notice, SUNSET};
pub(crate) use loading::{Loading, NotLoaded, open};
pub(crate) use names::Names;
#[cfg(test)]
pub(crate) use names::Scope;
pub(crate) use operations::OperationMatch;
pub(crate) use policies::CompiledSet;
pub(crate) use route::CompiledRoute;
pub(crate) use rows::{Full, Number, ROWS_MAX};
pub(crate) use small::{Changes, Small, Updates};
pub(crate) use subscriptions::{FoundSubscription, Place, Subscriptions};

use crate::policies::counters::{CounterId, Counters};

/// One whole configuration, as requests see it. Cloning copies pointers.
#[derive(Clone, Default)]
pub(crate) struct TableSet {
    pub(crate) compiled: Arc<Compiled>,
    pub(crate) applications: Applications,
    pub(crate) credentials: Credentials,
    pub(crate) subscriptions: Subscriptions,
    /// What subscriptions have used; it outlives the set.
    pub(crate) counters: Arc<Counters>,
    /// Ids of plans by number, for records of calls.
    pub(crate) plan_ids: Arc<Vec<PlanId>>,
    /// What hosts are served with that have a certificate of their own.
    pub(crate) domains: Arc<Domains>,
}

impl std::fmt::Debug for TableSet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TableSet")
            .field("credentials", &self.credentials.len())
            .field("subscriptions", &self.subscriptions.len())
            .finish_non_exhaustive()
    }
}

impl TableSet {
    pub(crate) fn plan_id(&self, plan: u32) -> Option<PlanId> {
        self.plan_ids.get(plan as usize).copied()
    }

    /// Where a subscription is counted, and by which plan.
    pub(crate) fn counted(&self, id: SubscriptionId) -> Option<(CounterId, &Arc<CompiledPlan>)> {
        let (counters, plan) = self.subscriptions.counted(id)?;
        Some((counters, self.compiled.plan(plan)?))
    }

    /// Gives the counters up of subscriptions that the configuration which replaces this one does not hold.
    pub(crate) fn give_way(&self, next: &Self) {
        for counters in self.subscriptions.counters_missing_in(&next.subscriptions) {
            self.counters.free(counters);
        }
    }

    /// An application, subscription or credential as it was put; `None` for other kinds.
    pub(crate) fn large_object(&self, object: ObjectRef, names: &Names) -> Option<Object> {
        let id = object.id;
        match object.kind {
            ObjectKind::Application => {
                let found = self.applications.object(id.into(), names);
                found.map(Object::Application)
            }
            ObjectKind::Subscription => {
                let found = self
                    .subscriptions
                    .object(id.into(), &self.applications, names);
                found.map(Object::Subscription)
            }
            ObjectKind::Credential => {
                let found = self
                    .credentials
                    .object(id.into(), &self.applications, names);
                found.map(Object::Credential)
            }
            ObjectKind::Tenant
            | ObjectKind::Environment
            | ObjectKind::Upstream
            | ObjectKind::Route
            | ObjectKind::Plan
            | ObjectKind::Certificate => None,
        }
    }
}

/// The configuration in force; none before the first one.
#[derive(Debug, Default)]
pub(crate) struct Tables(ArcSwapOption<TableSet>);

impl Tables {
    pub(crate) fn current(&self) -> Option<Arc<TableSet>> {
        self.0.load_full()
    }

    /// The same for a moment: no count of references is touched.
    pub(crate) fn load(&self) -> Guard<Option<Arc<TableSet>>> {
        self.0.load()
    }

    pub(crate) fn replace(&self, set: Arc<TableSet>) {
        self.0.store(Some(set));
    }
}

#[cfg(test)]
mod of_one;
