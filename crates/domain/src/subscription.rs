//! The subscription: how an application gets, keeps and loses access to a product.
//!
//! Stored is only what somebody decided: a [`StoredState`] and two holds. What a page shows ([`ShownState`]) and whether
//! a call is let through ([`SubscriptionFacts::access`]) are derived from that and a clock, so an end date works with
//! nobody awake and a consumer's resume can never lift a provider's suspension.
//!
//! ```text
//!            approve / auto rule
//! pending ───────────────────────▶ active ──▶ ended (cancelled, revoked, expired, superseded)
//!    │ reject      │ withdraw         ▲                │
//!    ▼             ▼                  └── renew ───────┘ within 30 days of expiry
//! rejected     withdrawn
//!    └── reconsider: back to pending
//! ```

use time::{Duration, OffsetDateTime};

use crate::api::words;

words! {
    /// What the database holds.
    StoredState {
        /// Asked for, not yet decided.
        Pending = "pending",
        /// Granted.
        Active = "active",
        /// Refused; the application may ask again, and an approver may take the refusal back.
        Rejected = "rejected",
        /// Taken back by the team that asked.
        Withdrawn = "withdrawn",
        /// Over; [`EndedReason`] says why.
        Ended = "ended",
    }
}

words! {
    /// Why a subscription is over.
    EndedReason {
        /// The consumer ended it.
        Cancelled = "cancelled",
        /// The provider took it away.
        Revoked = "revoked",
        /// Its end date passed.
        Expired = "expired",
        /// Its plan was closed or its API retired.
        Superseded = "superseded",
    }
}

words! {
    /// What a page shows, derived by [`SubscriptionFacts::shown`].
    ShownState {
        /// Waiting for a decision.
        Pending = "pending",
        /// Granted, begins later.
        Scheduled = "scheduled",
        /// In use.
        Active = "active",
        /// Stopped by the provider.
        Suspended = "suspended",
        /// Stopped by the consumer.
        Paused = "paused",
        /// Over: its end date passed.
        Expired = "expired",
        /// Refused.
        Rejected = "rejected",
        /// Taken back before a decision.
        Withdrawn = "withdrawn",
        /// Over: ended by the consumer.
        Cancelled = "cancelled",
        /// Over: taken away by the provider.
        Revoked = "revoked",
        /// Over: its plan or API ended.
        Superseded = "superseded",
    }
}

words! {
    /// On which side of a request somebody stands.
    RequestSide {
        /// Of the team that asks.
        Requester = "requester",
        /// Of those who decide.
        Approver = "approver",
    }
}

words! {
    /// What can happen to a subscription after it was asked for.
    SubscriptionEvent {
        /// The asking team takes its request back.
        Withdraw = "withdraw",
        /// An approver agrees (an auto rule counts as one).
        Approve = "approve",
        /// An approver refuses, with a reason.
        Reject = "reject",
        /// An approver takes a refusal back: the request waits again.
        Reconsider = "reconsider",
        /// The provider stops it for now.
        Suspend = "suspend",
        /// The provider lifts its stop.
        Unsuspend = "unsuspend",
        /// The consumer stops it for now.
        Pause = "pause",
        /// The consumer lifts its own stop.
        Resume = "resume",
        /// Another plan of the same product takes effect.
        ChangePlan = "change_plan",
        /// A new end date is given.
        Renew = "renew",
        /// The consumer ends it.
        Cancel = "cancel",
        /// The provider ends it, with a reason.
        Revoke = "revoke",
        /// Its end date passed.
        Expire = "expire",
        /// Its plan is closed or its API retired.
        Supersede = "supersede",
    }
}

/// Whose hand may cause an event. The control plane turns this into a permission check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A member of the team that owns the application.
    ConsumerTeam,
    /// An approver on the product's side, never the person who asked.
    Approver,
    /// An approver or operator on the product's side.
    Enforcer,
    /// The program itself, by its clock or by an administrator's wider decision.
    System,
}

/// How long after its end an expired subscription may still be renewed.
pub const RENEWAL_GRACE: Duration = Duration::days(30);

/// The decided part of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionFacts {
    /// Stored state.
    pub state: StoredState,
    /// Present exactly when `state` is ended.
    pub ended_reason: Option<EndedReason>,
    /// The provider's stop.
    pub provider_hold: bool,
    /// The consumer's stop.
    pub consumer_hold: bool,
    /// First moment of access, once granted.
    pub starts_at: Option<OffsetDateTime>,
    /// First moment without access.
    pub ends_at: Option<OffsetDateTime>,
}

/// Whether a call under this subscription is let through at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Let through.
    Granted,
    /// Refused; the state says why.
    Refused(ShownState),
}

/// An event that the current state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {shown} subscription cannot {event}")]
pub struct NotAllowed {
    /// What was tried.
    pub event: SubscriptionEvent,
    /// What the subscription was at that moment.
    pub shown: ShownState,
}

impl SubscriptionEvent {
    /// Whose hand may cause it.
    pub const fn who(self) -> Who {
        match self {
            Self::Withdraw | Self::Pause | Self::Resume | Self::Cancel => Who::ConsumerTeam,
            Self::Approve
            | Self::Reject
            | Self::Reconsider
            | Self::ChangePlan
            | Self::Renew
            | Self::Revoke => Who::Approver,
            Self::Suspend | Self::Unsuspend => Who::Enforcer,
            Self::Expire | Self::Supersede => Who::System,
        }
    }

    /// Whether a person must say why.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Reject | Self::Suspend | Self::Revoke)
    }
}

impl SubscriptionFacts {
    /// A fresh request.
    pub const fn requested() -> Self {
        Self {
            state: StoredState::Pending,
            ended_reason: None,
            provider_hold: false,
            consumer_hold: false,
            starts_at: None,
            ends_at: None,
        }
    }

    /// Applies `event` at `now`, or says what the state was instead.
    ///
    /// Holds are idempotent to nobody: suspending a suspended subscription is refused, so the second person learns that
    /// the first was faster.
    pub fn apply(self, event: SubscriptionEvent, now: OffsetDateTime) -> Result<Self, NotAllowed> {
        use SubscriptionEvent as E;
        let shown = self.shown(now);
        let pending = self.state == StoredState::Pending;
        let live = self.state == StoredState::Active && shown != ShownState::Expired;
        let next = match event {
            E::Withdraw if pending => Self {
                state: StoredState::Withdrawn,
                ..self
            },
            E::Approve if pending => Self {
                state: StoredState::Active,
                starts_at: Some(self.starts_at.unwrap_or(now).max(now)),
                ..self
            },
            E::Reject if pending => Self {
                state: StoredState::Rejected,
                ..self
            },
            E::Reconsider if self.state == StoredState::Rejected => Self {
                state: StoredState::Pending,
                ..self
            },
            E::Suspend if live && !self.provider_hold => Self {
                provider_hold: true,
                ..self
            },
            E::Unsuspend if live && self.provider_hold => Self {
                provider_hold: false,
                ..self
            },
            E::Pause if live && !self.consumer_hold => Self {
                consumer_hold: true,
                ..self
            },
            E::Resume if live && self.consumer_hold => Self {
                consumer_hold: false,
                ..self
            },
            E::ChangePlan if live => self,
            E::Renew if live || self.renewable(now) => Self {
                state: StoredState::Active,
                ended_reason: None,
                ..self
            },
            E::Cancel if live => self.ended(EndedReason::Cancelled),
            E::Revoke if live => self.ended(EndedReason::Revoked),
            E::Expire if self.state == StoredState::Active && self.past_end(now) => {
                self.ended(EndedReason::Expired)
            }
            E::Supersede if live || pending => self.ended(EndedReason::Superseded),
            _ => return Err(NotAllowed { event, shown }),
        };
        Ok(next)
    }

    /// What a page shows at `now`.
    pub fn shown(&self, now: OffsetDateTime) -> ShownState {
        match (self.state, self.ended_reason) {
            (StoredState::Pending, _) => ShownState::Pending,
            (StoredState::Rejected, _) => ShownState::Rejected,
            (StoredState::Withdrawn, _) => ShownState::Withdrawn,
            (StoredState::Ended, Some(EndedReason::Cancelled)) => ShownState::Cancelled,
            (StoredState::Ended, Some(EndedReason::Revoked)) => ShownState::Revoked,
            (StoredState::Ended, Some(EndedReason::Superseded)) => ShownState::Superseded,
            (StoredState::Ended, Some(EndedReason::Expired) | None) => ShownState::Expired,
            (StoredState::Active, _) if self.past_end(now) => ShownState::Expired,
            (StoredState::Active, _) if self.provider_hold => ShownState::Suspended,
            (StoredState::Active, _) if self.consumer_hold => ShownState::Paused,
            (StoredState::Active, _) if self.starts_at.is_none_or(|start| now < start) => {
                ShownState::Scheduled
            }
            (StoredState::Active, _) => ShownState::Active,
        }
    }

    /// Whether a call is let through at `now`: the same derivation pages use, so they cannot disagree.
    pub fn access(&self, now: OffsetDateTime) -> Access {
        match self.shown(now) {
            ShownState::Active => Access::Granted,
            refused => Access::Refused(refused),
        }
    }

    /// Whether it still occupies its place: one open subscription per application, product and environment.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, StoredState::Pending | StoredState::Active)
    }

    const fn ended(self, reason: EndedReason) -> Self {
        Self {
            state: StoredState::Ended,
            ended_reason: Some(reason),
            ..self
        }
    }

    fn past_end(&self, now: OffsetDateTime) -> bool {
        self.ends_at.is_some_and(|end| now >= end)
    }

    fn renewable(&self, now: OffsetDateTime) -> bool {
        let expired = match self.state {
            StoredState::Ended => self.ended_reason == Some(EndedReason::Expired),
            StoredState::Active => self.past_end(now),
            _ => false,
        };
        expired && self.ends_at.is_some_and(|end| now < end + RENEWAL_GRACE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SubscriptionEvent as E;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn after(events: &[E]) -> Result<SubscriptionFacts, NotAllowed> {
        events
            .iter()
            .try_fold(SubscriptionFacts::requested(), |facts, event| {
                facts.apply(*event, NOW)
            })
    }

    #[test]
    fn every_event_from_every_state_is_decided_by_this_table() {
        let table: &[(&[E], &str)] = &[
            (&[], "withdraw approve reject supersede"),
            (&[E::Withdraw], ""),
            (&[E::Reject], "reconsider"),
            (
                &[E::Reject, E::Reconsider],
                "withdraw approve reject supersede",
            ),
            (
                &[E::Approve],
                "suspend pause change_plan renew cancel revoke supersede",
            ),
            (
                &[E::Approve, E::Suspend],
                "unsuspend pause change_plan renew cancel revoke supersede",
            ),
            (
                &[E::Approve, E::Pause],
                "suspend resume change_plan renew cancel revoke supersede",
            ),
            (
                &[E::Approve, E::Suspend, E::Pause],
                "unsuspend resume change_plan renew cancel revoke supersede",
            ),
            (&[E::Approve, E::Cancel], ""),
            (&[E::Approve, E::Revoke], ""),
            (&[E::Approve, E::Supersede], ""),
        ];
        for (history, expected) in table {
            let facts = after(history).unwrap();
            let allowed: Vec<_> = E::ALL
                .iter()
                .filter(|event| facts.apply(**event, NOW).is_ok())
                .map(|event| event.as_str())
                .collect();
            assert_eq!(allowed.join(" "), *expected, "after {history:?}");
        }
    }

    #[test]
    fn a_consumers_resume_never_lifts_a_providers_suspension() {
        let facts = after(&[E::Approve, E::Pause, E::Suspend, E::Resume]).unwrap();
        assert_eq!(facts.access(NOW), Access::Refused(ShownState::Suspended));
        let facts = facts.apply(E::Unsuspend, NOW).unwrap();
        assert_eq!(facts.access(NOW), Access::Granted);
    }

    #[test]
    fn the_clock_alone_starts_and_ends_access() {
        let facts = SubscriptionFacts {
            starts_at: Some(NOW + Duration::seconds(10)),
            ends_at: Some(NOW + Duration::seconds(20)),
            ..after(&[]).unwrap()
        };
        let facts = facts.apply(E::Approve, NOW).unwrap();
        let at = |seconds| facts.access(NOW + Duration::seconds(seconds));
        assert_eq!(at(9), Access::Refused(ShownState::Scheduled));
        assert_eq!(at(10), Access::Granted);
        assert_eq!(at(19), Access::Granted);
        assert_eq!(at(20), Access::Refused(ShownState::Expired));
    }

    #[test]
    fn an_expired_subscription_is_renewed_within_thirty_days_only() {
        let facts = SubscriptionFacts {
            ends_at: Some(NOW + Duration::days(1)),
            ..after(&[E::Approve]).unwrap()
        };
        let gone = facts.apply(E::Expire, NOW + Duration::days(1)).unwrap();
        assert_eq!(gone.shown(NOW), ShownState::Expired);
        let last_moment = NOW + Duration::days(31) - Duration::SECOND;
        assert!(gone.apply(E::Renew, last_moment).is_ok());
        assert!(gone.apply(E::Renew, NOW + Duration::days(31)).is_err());
        let revoked = facts.apply(E::Revoke, NOW).unwrap();
        assert!(
            revoked.apply(E::Renew, NOW).is_err(),
            "a revocation is final"
        );
    }

    #[test]
    fn expire_needs_a_passed_end_date() {
        let facts = after(&[E::Approve]).unwrap();
        assert!(facts.apply(E::Expire, NOW).is_err());
    }

    #[test]
    fn the_refusal_says_what_was_tried_and_what_was_found() {
        let refusal = after(&[E::Withdraw, E::Approve]).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "a withdrawn subscription cannot approve"
        );
    }
}
