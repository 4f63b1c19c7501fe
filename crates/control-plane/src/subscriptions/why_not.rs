//! The words for whoever came too late.

use gatehouse_domain::subscription::{NotAllowed, ShownState, SubscriptionEvent};
use gatehouse_language::t;
use time::OffsetDateTime;

use super::row::Row;
use crate::words::{already, in_state};

/// What the subscription is now, and who was faster.
pub(super) fn why_not(row: &Row, refused: NotAllowed, now: OffsetDateTime) -> String {
    use SubscriptionEvent as E;
    let done = |state: &str, name: Option<&String>, at: Option<OffsetDateTime>| {
        already(state, name, at, now)
    };
    match (row.state.as_str(), refused.shown, refused.event) {
        ("active", _, E::Approve | E::Reject | E::Withdraw) => {
            done("approved", row.decision_name.as_ref(), row.decision_at)
        }
        (_, ShownState::Rejected, _) => {
            done("rejected", row.decision_name.as_ref(), row.decision_at)
        }
        (_, ShownState::Withdrawn, _) => done("withdrawn", row.ended_name.as_ref(), row.ended_at),
        (_, ShownState::Cancelled, _) => done("cancelled", row.ended_name.as_ref(), row.ended_at),
        (_, ShownState::Revoked, _) => done("revoked", row.ended_name.as_ref(), row.ended_at),
        (_, ShownState::Superseded, _) => done("ended", row.ended_name.as_ref(), row.ended_at),
        (_, _, E::Suspend) if row.provider_hold_at.is_some() => done(
            "suspended",
            row.provider_hold_name.as_ref(),
            row.provider_hold_at,
        ),
        (_, _, E::Pause) if row.consumer_hold_at.is_some() => done(
            "paused",
            row.consumer_hold_name.as_ref(),
            row.consumer_hold_at,
        ),
        (_, ShownState::Expired, E::Renew) => {
            t!("refused-access-it-expired-more-than-30-days")
        }
        (_, ShownState::Expired, _) => done("expired", None, row.ends_at),
        (_, _, E::Unsuspend) => t!("refused-access-it-is-not-suspended"),
        (_, _, E::Resume) => t!("refused-access-it-is-not-paused"),
        (_, ShownState::Pending, _) => t!("refused-access-it-still-waits-for-a-decision"),
        (_, shown, event) => t!(
            "refused-access-it-is-is-not-possible-now",
            shown = &in_state(shown),
            event = &in_words(event)
        ),
    }
}

/// What cannot be done, as its button says it.
fn in_words(event: SubscriptionEvent) -> String {
    use SubscriptionEvent as E;
    match event {
        E::Withdraw => t!("event-withdraw"),
        E::Approve => t!("event-approve"),
        E::Reject => t!("event-reject"),
        E::Reconsider => t!("event-reconsider"),
        E::Suspend => t!("event-suspend"),
        E::Unsuspend => t!("event-unsuspend"),
        E::Pause => t!("event-pause"),
        E::Resume => t!("event-resume"),
        E::ChangePlan => t!("event-change-plan"),
        E::Renew => t!("event-renew"),
        E::Cancel => t!("event-cancel"),
        E::Revoke => t!("event-revoke"),
        E::Expire => t!("event-expire"),
        E::Supersede => t!("event-supersede"),
    }
}
