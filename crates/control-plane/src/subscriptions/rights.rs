//! What one actor may do to subscriptions: the same answer for a verb's check and for the buttons a page shows.

use gatehouse_domain::subscription::{SubscriptionEvent, SubscriptionFacts, Who};
use gatehouse_domain::{Grants, Permission};
use gatehouse_language::t;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::delegation::{self, StandIn};
use super::row::{Open, Row};
use super::view::RequestSubject;
use crate::actor::{Actor, ActorKind};
use crate::membership;
use crate::refusal::Refusal;

/// The rights of one actor.
#[derive(Debug, Clone)]
pub(super) struct Rights {
    /// The person behind the actor.
    pub(super) person: Option<Uuid>,
    system: bool,
    grants: Grants,
    /// Whose right to decide was lent to the person.
    stand_ins: Vec<StandIn>,
}

/// What shows subscriptions of every team.
const READ_ANY: [Permission; 2] = [
    Permission::SubscriptionRead,
    Permission::ApplicationManageAny,
];

impl Rights {
    pub(super) async fn of(
        conn: &mut PgConnection,
        actor: &Actor,
        now: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            person: membership::person(conn, actor).await?,
            system: matches!(actor.kind(), ActorKind::System),
            grants: actor.grants().clone(),
            stand_ins: delegation::stand_ins(conn, actor, now).await?,
        })
    }

    /// Whether the actor decides anything at all, by themselves or for somebody.
    pub(super) fn decides(&self) -> bool {
        self.grants.allow_anywhere(Permission::SubscriptionDecide) || !self.stand_ins.is_empty()
    }

    /// Where the actor has a permission of their own, or one to decide that was lent; `None` is everywhere.
    pub(super) fn questions_at(&self, permission: Permission) -> Option<Vec<Uuid>> {
        let mut reach = self.reach_of(permission)?;
        for lent in &self.stand_ins {
            match lent.api {
                Some(api) => reach.push(api),
                None => reach.extend(lent.grants.reach(&[Permission::SubscriptionDecide])?),
            }
        }
        Some(reach)
    }

    /// Whose right to decide about this subscription was lent to the person.
    fn lenders(&self, row: &Row) -> impl Iterator<Item = Uuid> {
        let place = row.place();
        self.stand_ins
            .iter()
            .filter(move |lent| {
                lent.api.is_none_or(|api| place.api == Some(api.into()))
                    && lent.grants.allow_on(Permission::SubscriptionDecide, &place)
            })
            .map(|lent| lent.from)
    }

    fn stands_in(&self, row: &Row) -> bool {
        self.lenders(row).next().is_some()
    }

    /// Where the actor sees subscriptions of every team; `None` is everywhere.
    pub(super) fn reach(&self) -> Option<Vec<Uuid>> {
        self.grants.reach(&READ_ANY)
    }

    /// Where the actor has a permission; `None` is everywhere.
    pub(super) fn reach_of(&self, permission: Permission) -> Option<Vec<Uuid>> {
        self.grants.reach(&[permission])
    }

    /// Where the actor sees those of their own teams; `None` is everywhere.
    pub(super) fn reach_own(&self) -> Option<Vec<Uuid>> {
        self.grants.reach(Permission::ALL)
    }

    /// Whether the actor has a permission where this subscription is for.
    fn may(&self, permission: Permission, row: &Row) -> bool {
        self.grants.allow_on(permission, &row.place())
    }

    /// Whether the actor sees subscriptions of every team where this one is for.
    pub(super) fn sees_any_team_at(&self, row: &Row) -> bool {
        READ_ANY.iter().any(|permission| self.may(*permission, row))
    }

    /// Whether the actor may know of this subscription at all.
    pub(super) fn may_see(&self, row: &Row) -> bool {
        self.sees_any_team_at(row)
            || (row.own && !self.grants.on(&row.place()).is_empty())
            || self.stands_in(row)
    }

    /// Whether the actor acts for the team that owns the application.
    pub(super) fn is_consumer(&self, row: &Row) -> bool {
        self.may(Permission::ApplicationManageAny, row)
            || (row.own && self.may(Permission::ApplicationManage, row))
    }

    /// Refuses an actor whose hand may not cause `event` to this subscription.
    pub(super) fn authorise(&self, row: &Row, event: SubscriptionEvent) -> Result<(), Refusal> {
        if !self.may_see(row) {
            return Err(Refusal::NotFound);
        }
        let needed = match event.who() {
            Who::ConsumerTeam if self.is_consumer(row) => return Ok(()),
            Who::ConsumerTeam => return Err(membership::not_in_team()),
            Who::System if self.system => return Ok(()),
            Who::System => {
                return Err(Refusal::NotYours(t!(
                    "refused-policies-only-the-program-itself-does-this"
                )));
            }
            // What is lent is the right to answer questions, no other.
            Who::Approver if event != SubscriptionEvent::Revoke && self.stands_in(row) => {
                return Ok(());
            }
            Who::Approver => Permission::SubscriptionDecide,
            Who::Enforcer => Permission::SubscriptionEnforce,
        };
        if self.may(needed, row) {
            Ok(())
        } else {
            Err(Refusal::Forbidden(needed))
        }
    }

    /// Refuses a person who would decide what they asked for themselves, and a token nobody stands behind.
    pub(super) fn authorise_decision(&self, asked_by: Option<Uuid>) -> Result<(), Refusal> {
        if self.system {
            return Ok(());
        }
        match self.person {
            None => Err(Refusal::NotYours(t!(
                "refused-access-nobody-stands-behind-this-access-token-2"
            ))),
            Some(person) if asked_by == Some(person) => Err(Refusal::NotYours(t!(
                "refused-access-you-asked-for-this-yourself-another"
            ))),
            Some(_) => Ok(()),
        }
    }

    /// Refuses a person who may not decide what `asked_by` asked. Answers whose right a deputy uses: never that of whoever
    /// asked, who could otherwise decide through somebody else's hand.
    pub(super) fn authority(
        &self,
        row: &Row,
        asked_by: Option<Uuid>,
    ) -> Result<Option<Uuid>, Refusal> {
        self.authorise_decision(asked_by)?;
        if self.may(Permission::SubscriptionDecide, row) {
            return Ok(None);
        }
        let mut lenders = self.lenders(row).peekable();
        if lenders.peek().is_none() {
            return Err(Refusal::Forbidden(Permission::SubscriptionDecide));
        }
        lenders
            .find(|lender| Some(*lender) != asked_by)
            .map(Some)
            .ok_or_else(|| Refusal::NotYours(t!("refused-access-whoever-you-stand-in-for-asked")))
    }

    /// Refuses before the subscription is read an actor who lacks what `event` always needs.
    pub(super) fn require(&self, event: SubscriptionEvent) -> Result<(), Refusal> {
        let lent = event != SubscriptionEvent::Revoke && !self.stand_ins.is_empty();
        let decides = self.grants.allow_anywhere(Permission::SubscriptionDecide);
        match event.who() {
            Who::Approver if !decides && !lent => {
                Err(Refusal::Forbidden(Permission::SubscriptionDecide))
            }
            _ => Ok(()),
        }
    }

    /// What the actor may do now: what the state allows, and whose hand it needs.
    pub(super) fn actions(
        &self,
        row: &Row,
        facts: &SubscriptionFacts,
        open: &[Open],
        now: OffsetDateTime,
    ) -> Vec<SubscriptionEvent> {
        SubscriptionEvent::ALL
            .iter()
            .copied()
            .filter(|event| facts.apply(*event, now).is_ok())
            .filter(|event| self.offers(row, *event, open, now))
            .collect()
    }

    fn offers(
        &self,
        row: &Row,
        event: SubscriptionEvent,
        open: &[Open],
        now: OffsetDateTime,
    ) -> bool {
        use SubscriptionEvent as E;
        let decides = |subject| {
            open.iter().any(|request| {
                request.subject == subject
                    && !request.decided
                    && self.authority(row, request.requested_by).is_ok()
            })
        };
        let approver = self.may_see(row)
            && (self.may(Permission::SubscriptionDecide, row) || self.stands_in(row));
        match event {
            E::Expire | E::Supersede => false,
            E::Approve | E::Reject => approver && decides(RequestSubject::Subscription),
            E::Reconsider => approver && self.authority(row, row.requested_by).is_ok(),
            // The team asks, an approver decides.
            E::ChangePlan => {
                self.is_consumer(row) || (approver && decides(RequestSubject::PlanChange))
            }
            E::Renew if !row.is_in_renewal(now) => false,
            E::Renew => {
                let asked = open
                    .iter()
                    .any(|request| request.subject == RequestSubject::Renewal);
                (self.is_consumer(row) && !asked) || (approver && decides(RequestSubject::Renewal))
            }
            E::Withdraw
            | E::Suspend
            | E::Unsuspend
            | E::Pause
            | E::Resume
            | E::Cancel
            | E::Revoke => self.authorise(row, event).is_ok(),
        }
    }
}

/// Refuses before anything is read an actor who lacks what `event` always needs.
pub(crate) fn require(actor: &Actor, event: SubscriptionEvent) -> Result<(), Refusal> {
    match event.who() {
        Who::ConsumerTeam => membership::require_consumer(actor),
        // Whether a right was lent is read first.
        Who::Approver if matches!(actor.kind(), ActorKind::User { .. }) => Ok(()),
        Who::Approver => actor.require_anywhere(Permission::SubscriptionDecide),
        Who::Enforcer => actor.require_anywhere(Permission::SubscriptionEnforce),
        Who::System => Ok(()),
    }
}
