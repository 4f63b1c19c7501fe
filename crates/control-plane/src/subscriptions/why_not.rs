//! The words for whoever came too late.

use gatehouse_domain::subscription::{NotAllowed, ShownState, SubscriptionEvent};
use time::OffsetDateTime;

use super::row::Row;
use crate::words::ago;

/// What the subscription is now, and who was faster.
pub(super) fn why_not(row: &Row, refused: NotAllowed, now: OffsetDateTime) -> String {
    use SubscriptionEvent as E;
    let done = |verb: &str, name: Option<&String>, at: Option<OffsetDateTime>| {
        let by = name.map_or(String::new(), |name| format!(" by {name}"));
        let when = at.map_or(String::new(), |at| format!(", {}", ago(at, now)));
        format!("Already {verb}{by}{when}.")
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
            "It expired more than 30 days ago; ask for access again.".to_owned()
        }
        (_, ShownState::Expired, _) => done("expired", None, row.ends_at),
        (_, _, E::Unsuspend) => "It is not suspended.".to_owned(),
        (_, _, E::Resume) => "It is not paused.".to_owned(),
        (_, ShownState::Pending, _) => "It still waits for a decision.".to_owned(),
        (_, shown, event) => format!("It is {shown}; {event} is not possible now."),
    }
}
