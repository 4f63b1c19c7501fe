//! Recorded calls, crossed with what changes.

use std::collections::{BTreeMap, HashMap};

use gatehouse_domain::OperationKey;

use super::{ApplicationUse, ChangeUse, Impact, USE_DAYS};

/// Applications that are named of one change.
const NAMES_MAX: usize = 10;
/// Applications that are listed of a whole report.
const LISTED_MAX: usize = 100;
/// Operations that are listed of one application.
const OPERATIONS_MAX: usize = 20;

/// An application that made calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub id: String,
    /// Its name and that of its team; nothing when the reader may not see it, and then it is only counted.
    pub names: Option<(String, String)>,
}

/// Who called what in the last [`USE_DAYS`] days.
#[derive(Debug, Clone, Default)]
pub struct Callers {
    applications: Vec<Caller>,
    calls: HashMap<OperationKey, Vec<(usize, u64)>>,
    /// Whether more calls were made than are in here.
    is_cut: bool,
}

impl Callers {
    /// Says that more calls were made than are added.
    #[must_use]
    pub fn cut(self, is_cut: bool) -> Self {
        Self { is_cut, ..self }
    }

    /// Adds an application with its calls per operation.
    pub fn add(&mut self, caller: Caller, calls: impl IntoIterator<Item = (OperationKey, u64)>) {
        let index = self.applications.len();
        self.applications.push(caller);
        for (operation, count) in calls {
            self.calls
                .entry(operation)
                .or_default()
                .push((index, count));
        }
    }

    /// Calls of some operations by application; of all of them when none is named.
    fn of(&self, operations: &[OperationKey]) -> BTreeMap<usize, u64> {
        let mut sums = BTreeMap::new();
        let mut take = |calls: &Vec<(usize, u64)>| {
            for (application, count) in calls {
                let sum: &mut u64 = sums.entry(*application).or_default();
                *sum = sum.saturating_add(*count);
            }
        };
        if operations.is_empty() {
            self.calls.values().for_each(take);
        } else {
            let found = operations.iter().filter_map(|key| self.calls.get(key));
            found.for_each(&mut take);
        }
        sums
    }

    /// Those of one change.
    pub(super) fn of_change(&self, operations: &[OperationKey]) -> ChangeUse {
        let sums = self.of(operations);
        let name = |index: usize| self.applications[index].names.as_ref();
        let names = by_calls(&sums).filter_map(|(index, _)| Some(name(index)?.0.clone()));
        ChangeUse {
            applications: sums.len(),
            calls: sums
                .values()
                .fold(0, |sum, count| sum.saturating_add(*count)),
            names: names.take(NAMES_MAX).collect(),
        }
    }

    /// Those of everything that breaks. `operations` is nothing when something breaks them all.
    pub(super) fn of_all(&self, operations: Option<&[OperationKey]>) -> Impact {
        let mut impact = Impact {
            days: USE_DAYS,
            at_least: self.is_cut,
            ..Impact::default()
        };
        if operations.is_some_and(<[OperationKey]>::is_empty) {
            return impact;
        }
        let sums = self.of(operations.unwrap_or_default());
        impact.applications = sums.len();
        let hit = sums
            .iter()
            .map(|(index, calls)| (self.applications[*index].id.clone(), *calls));
        impact.hit = hit.collect();
        impact.calls = sums
            .values()
            .fold(0, |sum, count| sum.saturating_add(*count));
        let seen = by_calls(&sums).filter_map(|(index, calls)| {
            let caller = &self.applications[index];
            let (name, team) = caller.names.clone()?;
            Some(ApplicationUse {
                id: caller.id.clone(),
                name,
                team,
                calls,
                operations: self.busiest(index, operations),
            })
        });
        impact.listed = seen.take(LISTED_MAX).collect();
        impact
    }

    fn busiest(&self, application: usize, operations: Option<&[OperationKey]>) -> Vec<String> {
        let of = |key: &OperationKey| {
            let calls = self.calls.get(key)?;
            let mut calls = calls.iter().filter(|(index, _)| *index == application);
            calls.next().map(|(_, count)| *count)
        };
        let mut found: Vec<(u64, &OperationKey)> = match operations {
            Some(keys) => keys
                .iter()
                .filter_map(|key| Some((of(key)?, key)))
                .collect(),
            None => {
                let keys = self.calls.keys();
                keys.filter_map(|key| Some((of(key)?, key))).collect()
            }
        };
        found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        let keys = found.into_iter().take(OPERATIONS_MAX);
        keys.map(|(_, key)| key.as_str().to_owned()).collect()
    }
}

/// The busiest first.
fn by_calls(sums: &BTreeMap<usize, u64>) -> impl Iterator<Item = (usize, u64)> {
    let mut sums: Vec<(usize, u64)> = sums.iter().map(|(index, calls)| (*index, *calls)).collect();
    sums.sort_by_key(|(index, calls)| (std::cmp::Reverse(*calls), *index));
    sums.into_iter()
}
