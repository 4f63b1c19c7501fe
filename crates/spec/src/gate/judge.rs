//! From a comparison to a report: who is hit, what was accepted, and whether it may be published.

use std::collections::BTreeSet;

use gatehouse_domain::OperationKey;

use super::accept::{Acceptance, gap_rule, reason_for};
use super::callers::Callers;
use super::{Base, Decision, JudgedChange, JudgedGap, LISTED_MAX, MENTIONS_MAX, Report};
use crate::diff::{Change, Comparison, Gap, Severity};

/// Judges a comparison. `decide` is told whether everything that stands in the way was accepted in the description itself.
pub fn judge(
    comparison: Comparison,
    base: Base,
    accepted: &[Acceptance],
    callers: &Callers,
    decide: impl FnOnce(bool) -> Decision,
) -> Report {
    let broken = operations(&comparison, |severity| severity == Severity::Breaking);
    let broken: Option<Vec<OperationKey>> = broken.map(|keys| keys.into_iter().collect());
    let mut report = Report {
        verdict: comparison.verdict(),
        compared_with: Some(base),
        counts: comparison.counts,
        impact: callers.of_all(broken.as_deref()),
        ..Report::initial()
    };
    let mut judging = Judging {
        accepted,
        callers,
        mentions: MENTIONS_MAX,
        // What is only counted was accepted by nobody.
        open: report.counts.breaking + report.counts.not_compared,
    };
    let mut listed = [0_usize; Severity::ALL.len()];
    for change in comparison.changes {
        let severity = change.severity;
        let judged = judging.change(change);
        listed[severity as usize] += 1;
        if listed[severity as usize] <= LISTED_MAX {
            report.changes.push(judging.cut(judged));
        }
    }
    for gap in comparison.gaps {
        let mut judged = judging.gap(gap);
        if report.not_compared.len() < LISTED_MAX {
            judging.shorten(&mut judged.gap.operations);
            report.not_compared.push(judged);
        }
    }
    report.decision = decide(judging.open == 0);
    report
}

struct Judging<'j> {
    accepted: &'j [Acceptance],
    callers: &'j Callers,
    /// Operations that may still be named.
    mentions: usize,
    /// Breaking changes and gaps that nobody accepted.
    open: usize,
}

impl Judging<'_> {
    fn change(&mut self, change: Change) -> JudgedChange {
        let is_breaking = change.severity == Severity::Breaking;
        let (rule, spots, operations) = (change.rule.id(), &change.spots, &change.operations);
        let reason = is_breaking
            .then(|| reason_for(self.accepted, rule, spots, operations))
            .flatten();
        self.open -= usize::from(reason.is_some());
        let is_felt = change.severity != Severity::Harmless;
        JudgedChange {
            operations_total: change.operations.len(),
            calls: is_felt.then(|| self.callers.of_change(&change.operations)),
            accepted: reason,
            change,
        }
    }

    fn cut(&mut self, mut judged: JudgedChange) -> JudgedChange {
        self.shorten(&mut judged.change.operations);
        judged
    }

    fn gap(&mut self, gap: Gap) -> JudgedGap {
        let rule = gap_rule(gap.reason);
        let reason = reason_for(self.accepted, &rule, &gap.spots, &gap.operations);
        self.open -= usize::from(reason.is_some());
        JudgedGap {
            gap,
            accepted: reason,
        }
    }

    fn shorten(&mut self, operations: &mut Vec<OperationKey>) {
        operations.truncate(self.mentions);
        self.mentions -= operations.len();
    }
}

/// The operations whose callers matter: of breaking changes and of warnings. `None`: of all.
pub fn operations_felt(comparison: &Comparison) -> Option<BTreeSet<OperationKey>> {
    operations(comparison, |severity| severity != Severity::Harmless)
}

fn operations(
    comparison: &Comparison,
    counts: impl Fn(Severity) -> bool,
) -> Option<BTreeSet<OperationKey>> {
    let mut keys = BTreeSet::new();
    for change in comparison
        .changes
        .iter()
        .filter(|change| counts(change.severity))
    {
        if change.operations.is_empty() {
            return None;
        }
        keys.extend(change.operations.iter().cloned());
    }
    Some(keys)
}
