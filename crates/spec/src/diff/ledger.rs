//! Who is touched by what: a graph of the parts that were compared, each part once however many
//! operations use it, and the changes found in each.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, Hash};

use gatehouse_domain::OperationKey;

use super::change::{Change, Comparison, Counts, Gap, GapReason, LISTED_MAX, Spot, Spots};
use super::rule::Rule;

/// How many steps through the graph, and how many operations in all changes together, a comparison
/// may take; far above what the largest public description needs.
const STEPS_MAX: usize = 50_000_000;
const MENTIONS_MAX: usize = 2_000_000;

/// A part that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Part(usize);

struct Node {
    /// For an operation, its place in `keys`.
    operation: Option<usize>,
    users: Vec<Part>,
}

struct Entry<T> {
    what: T,
    /// More than one when the same thing is reached from several, as a shared parameter is.
    parts: Vec<Part>,
    spots: Spots,
    message: String,
}

/// Entries told apart by all that a reader sees of them.
struct Entries<T> {
    listed: Vec<Entry<T>>,
    /// By hash, so that what is only counted costs little: its place in `listed`, if it has one.
    met: HashMap<u64, Option<usize>>,
    hasher: RandomState,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self {
            listed: Vec::new(),
            met: HashMap::new(),
            hasher: RandomState::new(),
        }
    }
}

impl<T: Copy + Hash> Entries<T> {
    /// Whether it was new; `is_listed` tells whether there is still room for a new one.
    fn add(
        &mut self,
        what: T,
        part: Part,
        (before, after): (String, String),
        message: String,
        is_listed: impl FnOnce() -> bool,
    ) -> bool {
        let hash = self.hasher.hash_one((what, &before, &after, &message));
        match self.met.get(&hash) {
            Some(Some(place)) => {
                let parts = &mut self.listed[*place].parts;
                if parts.last() != Some(&part) {
                    parts.push(part);
                }
                return false;
            }
            Some(None) => return false,
            None => {}
        }
        if !is_listed() {
            self.met.insert(hash, None);
            return true;
        }
        self.met.insert(hash, Some(self.listed.len()));
        self.listed.push(Entry {
            what,
            parts: vec![part],
            spots: Spots {
                before: Spot::at(before),
                after: Spot::at(after),
            },
            message,
        });
        true
    }
}

/// Everything found so far.
#[derive(Default)]
pub(super) struct Ledger {
    nodes: Vec<Node>,
    keys: Vec<OperationKey>,
    changes: Entries<Rule>,
    gaps: Entries<GapReason>,
    counts: Counts,
}

impl Ledger {
    /// A part of the description as a whole.
    pub(super) fn document(&mut self) -> Part {
        self.node(None, Vec::new())
    }

    pub(super) fn operation(&mut self, key: OperationKey) -> Part {
        self.keys.push(key);
        self.node(Some(self.keys.len() - 1), Vec::new())
    }

    /// A part that `user` uses.
    pub(super) fn part_of(&mut self, user: Part) -> Part {
        self.node(None, vec![user])
    }

    /// A further user of a part that was met before.
    pub(super) fn used_by(&mut self, part: Part, user: Part) {
        let users = &mut self.nodes[part.0].users;
        if users.last() != Some(&user) {
            users.push(user);
        }
    }

    fn node(&mut self, operation: Option<usize>, users: Vec<Part>) -> Part {
        self.nodes.push(Node { operation, users });
        Part(self.nodes.len() - 1)
    }

    /// `at` is the pointer before and the pointer after.
    pub(super) fn change(&mut self, part: Part, rule: Rule, at: (String, String), message: String) {
        let counts = &mut self.counts;
        let listed = || counts.of(rule.severity()) < LISTED_MAX;
        if self.changes.add(rule, part, at, message, listed) {
            self.counts.add(rule.severity());
        }
    }

    /// `at` as in [`Self::change`].
    pub(super) fn gap(
        &mut self,
        part: Part,
        reason: GapReason,
        at: (String, String),
        message: String,
    ) {
        let count = self.counts.not_compared;
        if self
            .gaps
            .add(reason, part, at, message, || count < LISTED_MAX)
        {
            self.counts.not_compared += 1;
        }
    }

    /// Names the operations of every change.
    pub(super) fn close(self) -> Comparison {
        let Self {
            nodes,
            keys,
            changes: found,
            gaps: found_gaps,
            mut counts,
        } = self;
        let mut reach = Reach {
            nodes: &nodes,
            keys: &keys,
            steps: 0,
            mentions: 0,
            is_cut: false,
        };
        let mut changes = Vec::with_capacity(found.listed.len());
        for entry in found.listed {
            changes.push(Change {
                rule: entry.what,
                severity: entry.what.severity(),
                operations: reach.operations(&entry.parts),
                message: entry.message,
                spots: entry.spots,
            });
        }
        let mut gaps = Vec::with_capacity(found_gaps.listed.len());
        for entry in found_gaps.listed {
            gaps.push(Gap {
                reason: entry.what,
                operations: reach.operations(&entry.parts),
                message: entry.message,
                spots: entry.spots,
            });
        }
        if reach.is_cut {
            counts.not_compared += 1;
            gaps.push(Gap {
                reason: GapReason::TooLarge,
                message: "So much changed that not every change names all its operations: \
                          compare in smaller steps."
                    .to_owned(),
                spots: Spots {
                    before: Spot::at(String::new()),
                    after: Spot::at(String::new()),
                },
                operations: Vec::new(),
            });
        }
        // Stable, so those of one severity stay in the order of the descriptions.
        changes.sort_by_key(|change| std::cmp::Reverse(change.severity));
        Comparison {
            changes,
            gaps,
            counts,
        }
    }
}

/// The walk from a part up to the operations that use it.
struct Reach<'l> {
    nodes: &'l [Node],
    keys: &'l [OperationKey],
    steps: usize,
    mentions: usize,
    is_cut: bool,
}

impl Reach<'_> {
    fn operations(&mut self, parts: &[Part]) -> Vec<OperationKey> {
        let mut seen: HashSet<Part> = parts.iter().copied().collect();
        let mut waiting = parts.to_vec();
        let mut found = BTreeSet::new();
        while let Some(part) = waiting.pop() {
            let node = &self.nodes[part.0];
            found.extend(node.operation);
            self.steps += node.users.len();
            if self.steps > STEPS_MAX || self.mentions + found.len() > MENTIONS_MAX {
                self.is_cut = true;
                break;
            }
            waiting.extend(node.users.iter().copied().filter(|user| seen.insert(*user)));
        }
        self.mentions += found.len();
        found
            .into_iter()
            .map(|index| self.keys[index].clone())
            .collect()
    }
}
