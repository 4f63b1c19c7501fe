//! What publishing, and its refusal, leave in the audit log and in the outbox.

use gatehouse_domain::ApiVersionState;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_spec::gate::{Decision, Report};
use serde_json::{Value, json};

use super::Source;
use super::orphans;
use super::published::Published;
use super::read::Head;
use super::store::Slot;
use crate::apis;
use crate::audit::AuditEntry;
use crate::work::Work;

/// A description came into force.
pub(super) fn published(work: &mut Work<'_>, api: &apis::Row, slot: &Slot, published: &Published) {
    work.audit(AuditEntry {
        action: "spec.publish",
        subject: slot.version.to_string(),
        before: slot
            .active
            .as_ref()
            .map(|active| json!({ "revision": active.number, "sha256": hex(&active.sha256) })),
        after: Some(json!({
            "api": api.slug,
            "version": published.version,
            "revision": published.revision.number,
            "sha256": published.revision.sha256,
            "change_class": published.revision.change_class,
            "accepted": accepted(published.report.as_ref()),
            "dropped": orphans::recorded(&published.dropped),
            "operations": published.operations,
            "source": published.revision.source,
        })),
        reason: None,
    });
    work.emit(
        "api.published",
        slot.version,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "version": published.version,
            "revision": published.revision.number,
            "change_class": published.revision.change_class,
            "first": slot.state == ApiVersionState::Draft,
        }),
    );
    tell_callers(work, api, published);
}

/// A description was refused, and waits for an approver.
pub(super) fn rejected(
    work: &mut Work<'_>,
    api: &apis::Row,
    slot: &Slot,
    head: &Head,
    source: &Source,
    report: &Report,
) {
    let counts = &report.counts;
    work.audit(AuditEntry {
        action: "spec.reject",
        subject: slot.version.to_string(),
        before: None,
        after: Some(json!({
            "api": api.slug,
            "version": slot.label,
            "revision": slot.number,
            "sha256": hex(&head.sha256),
            "breaking": counts.breaking,
            "not_compared": counts.not_compared,
            "source": source,
        })),
        reason: None,
    });
    let actor = work.actor().user();
    work.emit(
        "spec.rejected",
        slot.version,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "version": slot.label,
            "revision": slot.number,
            "breaking": counts.breaking,
            "not_compared": counts.not_compared,
            "applications": report.impact.applications,
            "actor": actor,
        }),
    );
}

/// What the author of the description accepted, and why.
fn accepted(report: Option<&Report>) -> Vec<Value> {
    let changes = report.into_iter().flat_map(|report| &report.changes);
    changes
        .filter_map(|judged| {
            let reason = judged.accepted.as_deref()?;
            Some(json!({ "rule": judged.change.rule, "reason": reason }))
        })
        .collect()
}

/// Applications told of one publish; the busiest come first.
const TOLD_MAX: usize = 1_000;

/// Tells the owners of every application that calls what was just broken.
fn tell_callers(work: &mut Work<'_>, api: &apis::Row, published: &Published) {
    let Some(report) = &published.report else {
        return;
    };
    let is_broken = matches!(report.decision, Decision::Accepted | Decision::NotEnforced);
    let mut hit: Vec<_> = report.impact.hit.iter().filter(|_| is_broken).collect();
    hit.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
    for (application, calls) in hit.into_iter().take(TOLD_MAX) {
        work.emit(
            "api.breaking",
            application,
            json!({
                "api": { "slug": api.slug, "name": api.name },
                "version": published.version,
                "revision": published.revision.number,
                "application": application,
                "calls": calls,
                "days": report.impact.days,
                "breaking": report.counts.breaking,
            }),
        );
    }
}
