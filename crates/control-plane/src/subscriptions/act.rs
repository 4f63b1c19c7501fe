//! One event on one subscription: lock, check, store, record, commit. Every verb that moves the state goes through here.

use gatehouse_domain::id::{SubscriptionId, UserId};
use gatehouse_domain::subscription::{SubscriptionEvent, SubscriptionFacts, Who};
use serde_json::{Value, json};
use uuid::Uuid;

use super::rights::{self, Rights};
use super::row::{self, Row};
use super::store::{self, StoredChange, changed, payload};
use super::view::{RequestSubject, SubscriptionView};
use super::why_not::why_not;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::membership;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// A locked subscription inside a unit of work.
pub(super) struct Act<'a> {
    pub(super) work: Work<'a>,
    pub(super) rights: Rights,
    pub(super) row: Row,
    pub(super) facts: SubscriptionFacts,
    /// The plan after this act.
    pub(super) plan: Uuid,
    /// The plan asked for after this act.
    pub(super) wanted_plan: Option<Uuid>,
    /// Whose right a deputy uses.
    pub(super) on_behalf_of: Option<Uuid>,
}

/// What an act is called, and why it was done.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// In the audit log: `subscription.approve`.
    pub(super) action: &'static str,
    /// In the outbox: `subscription.approved`; none for a step that changes nothing for anybody yet.
    pub(super) event: Option<&'static str>,
    /// In the actor's words.
    pub(super) reason: String,
    /// More of what changed, for the audit log.
    pub(super) details: Value,
    /// What was asked, when it was not the subscription itself.
    pub(super) subject: RequestSubject,
}

impl Record {
    /// About another question than the subscription itself.
    pub(super) fn about(self, subject: RequestSubject) -> Self {
        Self { subject, ..self }
    }

    pub(super) fn new(action: &'static str, event: &'static str, reason: String) -> Self {
        Self {
            action,
            event: Some(event),
            reason,
            details: Value::Null,
            subject: RequestSubject::Subscription,
        }
    }
}

impl<'a> Act<'a> {
    /// Locks the subscription and refuses an actor whose hand may not cause `event`.
    pub(super) async fn begin(
        db: &'a Db,
        actor: &'a Actor,
        id: SubscriptionId,
        event: SubscriptionEvent,
    ) -> Result<Self, Refusal> {
        rights::require(actor, event)?;
        let work = Work::begin(db, actor).await?;
        Self::begin_in(work, actor, id, event).await
    }

    /// The same inside a unit of work that decides several.
    pub(super) async fn begin_in(
        mut work: Work<'a>,
        actor: &Actor,
        id: SubscriptionId,
        event: SubscriptionEvent,
    ) -> Result<Self, Refusal> {
        let now = work.now();
        let rights = Rights::of(work.conn(), actor, now).await?;
        rights.require(event)?;
        let plans = event.who() == Who::Approver;
        let act = Self::lock(work, rights, id, plans).await?;
        act.rights.authorise(&act.row, event)?;
        Ok(act)
    }

    /// Locks the subscription and refuses whoever does not act for the application's team: what consumers ask for, though
    /// approvers decide it.
    pub(super) async fn begin_as_consumer(
        db: &'a Db,
        actor: &'a Actor,
        id: SubscriptionId,
    ) -> Result<Self, Refusal> {
        membership::require_consumer(actor)?;
        let mut work = Work::begin(db, actor).await?;
        let now = work.now();
        let rights = Rights::of(work.conn(), actor, now).await?;
        let act = Self::lock(work, rights, id, true).await?;
        act.rights.authorise(&act.row, SubscriptionEvent::Cancel)?;
        Ok(act)
    }

    /// Plans are locked before subscriptions, in every verb that needs both: closing a plan does the same.
    async fn lock(
        mut work: Work<'a>,
        rights: Rights,
        id: SubscriptionId,
        plans: bool,
    ) -> Result<Self, Refusal> {
        if plans {
            sqlx::query!(
                "select id from plan where product_id = (select product_id from subscription where id = $1) order by id for share",
                id.uuid(),
            )
            .fetch_all(work.conn())
            .await?;
        }
        let row = row::lock(work.conn(), rights.person, id.uuid()).await?;
        if !rights.may_see(&row) {
            return Err(Refusal::NotFound);
        }
        Ok(Self {
            facts: row.facts()?,
            plan: row.plan_id,
            wanted_plan: row.wanted_plan_id,
            on_behalf_of: None,
            work,
            rights,
            row,
        })
    }

    /// Applies `event`, or says what the subscription is instead and who was faster.
    pub(super) fn apply(&mut self, event: SubscriptionEvent) -> Result<(), Refusal> {
        let now = self.work.now();
        self.facts = self
            .facts
            .apply(event, now)
            .map_err(|refused| Refusal::Conflict(why_not(&self.row, refused, now)))?;
        Ok(())
    }

    /// Refuses a person who may not answer what `asked_by` asked, and notes whose right a deputy uses.
    pub(super) fn decide_for(&mut self, asked_by: Option<Uuid>) -> Result<(), Refusal> {
        self.on_behalf_of = self.rights.authority(&self.row, asked_by)?;
        Ok(())
    }

    /// Stores the facts, closes what became moot, records and commits.
    pub(super) async fn finish(self, record: Record) -> Result<Changed<SubscriptionView>, Refusal> {
        let (work, view) = self.complete(record).await?;
        work.commit(view).await
    }

    /// The same without the commit.
    pub(super) async fn complete(
        mut self,
        record: Record,
    ) -> Result<(Work<'a>, SubscriptionView), Refusal> {
        self.store(&record.reason).await?;
        let after = self.reread().await?;
        self.record(&after, record)?;
        self.work.touch(Touched::Subscription(after.subscription()));
        let now = self.work.now();
        let view = after.view(&self.rights, now)?;
        Ok((self.work, view))
    }

    /// The row as it is now.
    pub(super) async fn reread(&mut self) -> Result<Row, Refusal> {
        row::find(self.work.conn(), self.rights.person, self.row.id)
            .await?
            .ok_or(Refusal::NotFound)
    }

    async fn store(&mut self, reason: &str) -> Result<(), Refusal> {
        let change = StoredChange {
            facts: self.facts,
            plan: self.plan,
            wanted_plan: self.wanted_plan,
            by: self.rights.person,
            note: (!reason.is_empty()).then_some(reason),
        };
        let now = self.work.now();
        store::store(self.work.conn(), &self.row, &change, now).await
    }

    fn record(&mut self, after: &Row, record: Record) -> Result<(), Refusal> {
        let mut details = changed(after)?;
        if record.subject != RequestSubject::Subscription {
            details["subject"] = json!(record.subject);
        }
        if let (Value::Object(all), Value::Object(more)) = (&mut details, record.details) {
            all.extend(more);
        }
        let behalf = self.on_behalf_of.map(UserId::from_uuid);
        if behalf.is_some() {
            details["on_behalf_of"] = json!(behalf);
        }
        self.work.audit(AuditEntry {
            action: record.action,
            subject: after.subscription().to_string(),
            before: Some(changed(&self.row)?),
            after: Some(details),
            reason: (!record.reason.is_empty()).then(|| record.reason.clone()),
        });
        if let Some(event) = record.event {
            let mut payload = payload(after, &record.reason, self.rights.person);
            payload["subject"] = json!(record.subject);
            payload["on_behalf_of"] = json!(behalf);
            // A question about another plan is about that plan, answered or not.
            let asked = [after, &self.row]
                .into_iter()
                .find_map(Row::wanted_plan)
                .filter(|_| record.subject == RequestSubject::PlanChange);
            if let Some(plan) = asked {
                payload["plan"] = json!({ "slug": plan.slug, "name": plan.name });
            }
            self.work.emit(event, after.subscription(), payload);
        }
        Ok(())
    }
}
