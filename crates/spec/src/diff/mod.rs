//! Two revisions of a description compared by what they mean for those who call the API.
//!
//! [`compare`] takes both sources and gives a [`Comparison`]: every change with its [`Rule`], its
//! [`Severity`], its place in both sources and the operations it is felt in. What could not be
//! compared is a [`Gap`], and a comparison with gaps never has the verdict of one without.
//! [`report`] writes a comparison as a table, as JSON, as SARIF or as a comment on a pull request.
//!
//! Start at `operations.rs`, which pairs the operations up; `schemas/mod.rs` is the larger half.
//! `rule.rs` is the table of rules, and docs/spec-rules.md is made from it.

mod callbacks;
mod caller;
mod change;
mod content;
mod headers;
mod ledger;
mod lines;
mod operations;
mod parameters;
pub(crate) mod places;
mod reference;
pub mod report;
mod request_bodies;
mod responses;
mod rule;
mod rule_words;
mod schemas;
mod schemes;
mod security;
mod servers;
mod side;
mod size;
mod words;

use self::change::Which;
use self::ledger::{Ledger, Part};
use self::places::Original;
use self::schemas::{Effort, Pairs};
use self::schemes::Schemes;
use self::side::{Both, Found, Side};
use crate::description::Description;
use crate::finding::SpecErrors;
use crate::limits::Limits;
use crate::parse::parse;

pub use self::change::{
    Change, Comparison, Counts, Gap, GapReason, LISTED_MAX, Severity, Spot, Spots, Verdict,
};
pub use self::lines::{Hunk, Line, LineDiff, lines};
pub use self::reference::reference;
pub use self::rule::{Area, Rule};
pub use self::words::code as quoted;

/// Compares two sources, each JSON or YAML in any format that [`parse`] reads.
///
/// Never fails: a source that cannot be read is a [`Gap`]. Work is bounded, and about that of
/// reading both; call it where blocking is allowed.
pub fn compare(before: &[u8], after: &[u8], limits: &Limits) -> Comparison {
    let (old, new) = match (parse(before, limits), parse(after, limits)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let mut comparison = Comparison::unchanged();
            for (which, source) in [(Which::Before, old.err()), (Which::After, new.err())] {
                if let Some(faults) = source {
                    unreadable(which, faults, &mut comparison);
                }
            }
            return comparison;
        }
    };
    compare_read((before, &old), (after, &new))
}

/// The same of two descriptions that were read, each with the source it was read from.
pub fn compare_read(
    (before, old): (&[u8], &Description),
    (after, new): (&[u8], &Description),
) -> Comparison {
    if old.sha256() == new.sha256() {
        return Comparison::unchanged();
    }
    let mut comparison = Comparer::new(old, new).run();
    let original = |bytes, description: &Description| Original {
        bytes,
        format: description.format(),
    };
    places::locate(
        &mut comparison,
        &original(before, old),
        &original(after, new),
    );
    comparison
}

fn unreadable(which: Which, faults: SpecErrors, comparison: &mut Comparison) {
    comparison.counts.not_compared += faults.errors.len() + faults.dropped;
    for fault in faults.errors {
        let here = Spot {
            pointer: fault.pointer,
            location: fault.location,
        };
        let there = Spot::at(String::new());
        let (name, before, after) = match which {
            Which::Before => ("old", here, there),
            Which::After => ("new", there, here),
        };
        comparison.gaps.push(Gap {
            reason: GapReason::Unreadable,
            message: format!("The {name} description cannot be read: {}.", fault.message),
            spots: Spots { before, after },
            operations: Vec::new(),
        });
    }
}

/// Both descriptions and what was found so far.
struct Comparer<'d> {
    before: Side<'d>,
    after: Side<'d>,
    ledger: Ledger,
    schemes: Schemes<'d>,
    values: Pairs<'d>,
    effort: Effort,
}

impl<'d> Comparer<'d> {
    fn new(before: &'d Description, after: &'d Description) -> Self {
        Self {
            before: Side::of(before),
            after: Side::of(after),
            ledger: Ledger::default(),
            schemes: Schemes::default(),
            values: Pairs::default(),
            effort: Effort::default(),
        }
    }

    fn run(mut self) -> Comparison {
        let roots = Both {
            before: self.before.root(),
            after: self.after.root(),
        };
        let document = self.ledger.document();
        if self.is_too_long(document, &roots) {
            return self.ledger.close();
        }
        self.servers(document, roots.get("servers"), &roots.places_of("servers"));
        self.security_schemes(document, &roots);
        self.operations(&roots);
        self.settle_schemas();
        self.ledger.close()
    }

    fn is_too_long(&mut self, document: Part, roots: &Both<'d>) -> bool {
        let old = size::too_long(roots.before.value);
        let new = size::too_long(roots.after.value);
        let is_too_long = old.is_some() || new.is_some();
        if is_too_long {
            let message = format!(
                "A list has more than {} elements, which are too many to compare.",
                size::MEMBERS_MAX
            );
            let at = (old.unwrap_or_default(), new.unwrap_or_default());
            self.ledger.gap(document, GapReason::TooLarge, at, message);
        }
        is_too_long
    }

    fn change(&mut self, part: Part, rule: Rule, at: (String, String), message: impl AsRef<str>) {
        let message = words::sentence(message.as_ref());
        self.ledger.change(part, rule, at, message);
    }

    /// One side has something that the other has not. `at` is the place on the other side.
    fn one_sided(
        &mut self,
        part: Part,
        rule: Rule,
        here: (Which, &Found<'d>, &str),
        message: impl AsRef<str>,
    ) {
        let (which, found, there) = here;
        let (here, there) = (found.pointer.clone(), there.to_owned());
        let at = match which {
            Which::Before => (here, there),
            Which::After => (there, here),
        };
        self.change(part, rule, at, message);
    }

    /// The value behind a reference on each side; nothing, and a gap, when one leads nowhere.
    fn follow(&mut self, part: Part, both: Both<'d>) -> Option<Both<'d>> {
        let (old, new) = both.places();
        let before = self.before.follow(both.before);
        let after = self.after.follow(both.after);
        match (before, after) {
            (Ok(before), Ok(after)) => Some(Both { before, after }),
            (before, after) => {
                if let Err(lost) = before {
                    self.lost(part, (lost.pointer.clone(), new), &lost);
                }
                if let Err(lost) = after {
                    self.lost(part, (old, lost.pointer.clone()), &lost);
                }
                None
            }
        }
    }

    /// Something that only one side has, behind its references.
    fn follow_one(&mut self, part: Part, which: Which, found: Found<'d>) -> Option<Found<'d>> {
        let side = match which {
            Which::Before => self.before,
            Which::After => self.after,
        };
        match side.follow(found) {
            Ok(found) => Some(found),
            Err(lost) => {
                let at = match which {
                    Which::Before => (lost.pointer.clone(), String::new()),
                    Which::After => (String::new(), lost.pointer.clone()),
                };
                self.lost(part, at, &lost);
                None
            }
        }
    }

    fn lost(&mut self, part: Part, at: (String, String), lost: &Found<'d>) {
        let name = words::code(lost.text("$ref").unwrap_or_default());
        let message = format!("The reference {name} leads nowhere: what it stands for is unknown.");
        self.ledger
            .gap(part, GapReason::UnresolvedReference, at, message);
    }

    /// Something that differs in a way no rule speaks of.
    fn unsupported(&mut self, part: Part, at: (String, String), what: &str) {
        let message = words::sentence(&format!(
            "{what} changed, and what that means for callers is not known: compare it by hand."
        ));
        self.ledger.gap(part, GapReason::Unsupported, at, message);
    }
}
