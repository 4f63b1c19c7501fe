//! The timeline of one request.

use crate::pages::requests::decided_by;
use crate::view::parts::Timeline;
use crate::view::words::relative;
use gatehouse_control_plane::credentials::CredentialView;
use gatehouse_control_plane::subscriptions::{DecisionView, HoldView, SubscriptionView};
use gatehouse_domain::subscription::ShownState;
use gatehouse_language::t;
use time::OffsetDateTime;

/// Sent, decided, key made, first call: what was, what is now, what comes.
pub(super) fn timeline(
    view: &SubscriptionView,
    key: Option<&CredentialView>,
    now: OffsetDateTime,
) -> Timeline {
    let by = view
        .requested_by
        .as_ref()
        .map_or_else(|| t!("requests-the-program"), |person| person.name.clone());
    let line = Timeline::default().done(
        t!("requests-requested"),
        t!(
            "requests-by",
            relative = relative(view.created_at, now),
            by = by
        ),
    );
    let line = match (&view.decision, view.shown) {
        (_, ShownState::Withdrawn) => {
            return line.stopped(t!("state-withdrawn"), ended_words(view, now));
        }
        (Some(decision), shown) if !decision.approved && shown != ShownState::Pending => {
            return line.stopped(t!("state-rejected"), decided_words(decision, now));
        }
        (_, ShownState::Pending) => {
            let approvals = view.approvals;
            let words = if approvals.required > 1 {
                t!(
                    "requests-of-people-have-agreed",
                    given = approvals.given,
                    required = approvals.required
                )
            } else {
                t!("requests-you-get-mail-and-an-inbox")
            };
            return line
                .now(t!("requests-waiting-for-a-decision"), words)
                .next(t!("requests-key-created"), "")
                .next(t!("requests-first-call"), "");
        }
        (Some(decision), _) => line.done(t!("requests-approved"), decided_words(decision, now)),
        (None, _) => line.done(t!("requests-granted"), ""),
    };
    stopped(with_key(line, key, now), view, now)
}

/// The key and its first call.
fn with_key(line: Timeline, key: Option<&CredentialView>, now: OffsetDateTime) -> Timeline {
    let line = match key {
        Some(key) => line.done(
            t!("requests-key-created"),
            t!(
                "requests-ends-in",
                relative = relative(key.created_at, now),
                last4 = &key.last4
            ),
        ),
        None => line.now(
            t!("requests-create-a-key"),
            t!("requests-shown-once-with-a-command-ready"),
        ),
    };
    let first = key.and_then(|key| key.first_call.as_ref());
    match (key, first) {
        (_, Some(call)) => line.done(
            t!("requests-first-call"),
            t!(
                "requests-answered",
                relative = relative(call.at, now),
                status = call.status.to_string()
            ),
        ),
        (Some(_), None) => line.now(t!("requests-first-call"), t!("requests-waiting-for-it")),
        (None, None) => line.next(t!("requests-first-call"), ""),
    }
}

/// What holds or has ended it.
fn stopped(line: Timeline, view: &SubscriptionView, now: OffsetDateTime) -> Timeline {
    let (word, words) = match view.shown {
        ShownState::Suspended => (
            t!("state-suspended"),
            hold_words(view.provider_hold.as_ref(), now),
        ),
        ShownState::Paused => (
            t!("state-paused"),
            hold_words(view.consumer_hold.as_ref(), now),
        ),
        ShownState::Expired => (t!("state-expired"), ended_words(view, now)),
        ShownState::Cancelled => (t!("state-cancelled"), ended_words(view, now)),
        ShownState::Revoked => (t!("state-revoked"), ended_words(view, now)),
        ShownState::Superseded => (t!("state-superseded"), ended_words(view, now)),
        _ => return line,
    };
    line.stopped(word, words)
}

fn decided_words(decision: &DecisionView, now: OffsetDateTime) -> String {
    t!(
        "requests-by-2",
        relative = relative(decision.at, now),
        decided_by = decided_by(decision)
    )
}

fn hold_words(hold: Option<&HoldView>, now: OffsetDateTime) -> String {
    hold.map(|hold| relative(hold.at, now)).unwrap_or_default()
}

fn ended_words(view: &SubscriptionView, now: OffsetDateTime) -> String {
    view.ended
        .as_ref()
        .map_or_else(String::new, |end| match &end.by {
            Some(by) => t!(
                "requests-by-3",
                relative = relative(end.at, now),
                name = &by.name
            ),
            None => relative(end.at, now),
        })
}
