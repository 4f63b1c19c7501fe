//! What one actor may do to subscriptions: the same answer for a verb's check and for the buttons a page shows.

use gatehouse_domain::Permission;
use gatehouse_domain::subscription::{SubscriptionEvent, SubscriptionFacts, Who};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

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
    manage: bool,
    manage_any: bool,
    decide: bool,
    enforce: bool,
    read_any: bool,
    /// The only APIs an access token may touch.
    apis: Option<Vec<Uuid>>,
}

impl Rights {
    pub(super) async fn of(conn: &mut PgConnection, actor: &Actor) -> Result<Self, Refusal> {
        let apis = match actor.kind() {
            ActorKind::Token { apis, .. } => apis
                .as_ref()
                .map(|apis| apis.iter().map(|api| api.uuid()).collect()),
            ActorKind::User { .. } | ActorKind::System => None,
        };
        Ok(Self {
            person: membership::person(conn, actor).await?,
            system: matches!(actor.kind(), ActorKind::System),
            manage: actor.may(Permission::ApplicationManage),
            manage_any: actor.may(Permission::ApplicationManageAny),
            decide: actor.may(Permission::SubscriptionDecide),
            enforce: actor.may(Permission::SubscriptionEnforce),
            read_any: actor.may(Permission::SubscriptionRead),
            apis,
        })
    }

    /// The only APIs whose subscriptions the actor may see; `None` is all.
    pub(super) fn apis(&self) -> Option<&Vec<Uuid>> {
        self.apis.as_ref()
    }

    /// Whether the actor sees subscriptions of every team.
    pub(super) fn sees_all(&self) -> bool {
        self.read_any || self.manage_any
    }

    /// Whether the actor may know of this subscription at all.
    pub(super) fn may_see(&self, row: &Row) -> bool {
        let api = self
            .apis
            .as_ref()
            .is_none_or(|apis| apis.contains(&row.api_id));
        api && (self.sees_all() || row.own)
    }

    /// Whether the actor acts for the team that owns the application.
    pub(super) fn is_consumer(&self, row: &Row) -> bool {
        self.manage_any || (self.manage && row.own)
    }

    /// Refuses an actor whose hand may not cause `event` to this subscription.
    pub(super) fn authorise(&self, row: &Row, event: SubscriptionEvent) -> Result<(), Refusal> {
        if !self.may_see(row) {
            return Err(Refusal::NotFound);
        }
        match event.who() {
            Who::ConsumerTeam if self.is_consumer(row) => Ok(()),
            Who::ConsumerTeam => Err(membership::not_in_team()),
            Who::Approver if self.decide => Ok(()),
            Who::Approver => Err(Refusal::Forbidden(Permission::SubscriptionDecide)),
            Who::Enforcer if self.enforce => Ok(()),
            Who::Enforcer => Err(Refusal::Forbidden(Permission::SubscriptionEnforce)),
            Who::System if self.system => Ok(()),
            Who::System => Err(Refusal::NotYours(
                "Only the program itself does this.".to_owned(),
            )),
        }
    }

    /// Refuses a person who would decide what they asked for themselves, and a token nobody stands behind.
    pub(super) fn authorise_decision(&self, asked_by: Option<Uuid>) -> Result<(), Refusal> {
        if self.system {
            return Ok(());
        }
        match self.person {
            None => Err(Refusal::NotYours(
                "Nobody stands behind this access token, so it cannot decide.".to_owned(),
            )),
            Some(person) if asked_by == Some(person) => Err(Refusal::NotYours(
                "You asked for this yourself; another approver has to decide.".to_owned(),
            )),
            Some(_) => Ok(()),
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
                    && self.authorise_decision(request.requested_by).is_ok()
            })
        };
        let approver = self.may_see(row) && self.decide;
        match event {
            E::Expire | E::Supersede => false,
            E::Approve | E::Reject => approver && decides(RequestSubject::Subscription),
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
pub(super) fn require(actor: &Actor, event: SubscriptionEvent) -> Result<(), Refusal> {
    match event.who() {
        Who::ConsumerTeam => membership::require_consumer(actor),
        Who::Approver => actor.require(Permission::SubscriptionDecide),
        Who::Enforcer => actor.require(Permission::SubscriptionEnforce),
        Who::System => Ok(()),
    }
}
