//! One event on one subscription: lock, check, store, record, commit. Every verb that moves the state goes through here.

use gatehouse_domain::id::{SubscriptionId, UserId};
use gatehouse_domain::subscription::{
    EndedReason, NotAllowed, ShownState, StoredState, SubscriptionEvent, SubscriptionFacts, Who,
};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rights::{self, Rights};
use super::row::{self, Row};
use super::view::SubscriptionView;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::membership;
use crate::refusal::Refusal;
use crate::words::ago;
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
}

impl Record {
    pub(super) fn new(action: &'static str, event: &'static str, reason: String) -> Self {
        Self {
            action,
            event: Some(event),
            reason,
            details: Value::Null,
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
        let plans = event.who() == Who::Approver;
        let act = Self::lock(db, actor, id, plans).await?;
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
        let act = Self::lock(db, actor, id, true).await?;
        act.rights.authorise(&act.row, SubscriptionEvent::Cancel)?;
        Ok(act)
    }

    /// Plans are locked before subscriptions, in every verb that needs both: closing a plan does the same.
    async fn lock(
        db: &'a Db,
        actor: &'a Actor,
        id: SubscriptionId,
        plans: bool,
    ) -> Result<Self, Refusal> {
        let mut work = Work::begin(db, actor).await?;
        let rights = Rights::of(work.conn(), actor).await?;
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

    /// Stores the facts, closes what became moot, records and commits.
    pub(super) async fn finish(
        mut self,
        record: Record,
    ) -> Result<Changed<SubscriptionView>, Refusal> {
        self.store(&record.reason).await?;
        let after = self.reread().await?;
        self.record(&after, record)?;
        self.work.touch(Touched::Subscription(after.subscription()));
        let now = self.work.now();
        let view = after.view(&self.rights, now)?;
        self.work.commit(view).await
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
        store(self.work.conn(), &self.row, &change, now).await
    }

    fn record(&mut self, after: &Row, record: Record) -> Result<(), Refusal> {
        let mut details = changed(after)?;
        if let (Value::Object(all), Value::Object(more)) = (&mut details, record.details) {
            all.extend(more);
        }
        self.work.audit(AuditEntry {
            action: record.action,
            subject: after.subscription().to_string(),
            before: Some(changed(&self.row)?),
            after: Some(details),
            reason: (!record.reason.is_empty()).then(|| record.reason.clone()),
        });
        if let Some(event) = record.event {
            let payload = payload(after, &record.reason, self.rights.person);
            self.work.emit(event, after.subscription(), payload);
        }
        Ok(())
    }
}

/// What a statement stores of an act.
pub(super) struct StoredChange<'a> {
    pub(super) facts: SubscriptionFacts,
    pub(super) plan: Uuid,
    pub(super) wanted_plan: Option<Uuid>,
    pub(super) by: Option<Uuid>,
    pub(super) note: Option<&'a str>,
}

/// Moves a locked subscription from the state it was read in to the next, and closes requests that became moot.
pub(super) async fn store(
    conn: &mut PgConnection,
    row: &Row,
    change: &StoredChange<'_>,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let facts = change.facts;
    let stored = sqlx::query!(
        "update subscription
         set state = $3, ended_reason = $4, starts_at = $5, ends_at = $6, plan_id = $7, wanted_plan_id = $8,
             provider_hold_at = case when $9 then coalesce(provider_hold_at, $11) end,
             provider_hold_by = case when $9 and provider_hold_at is null then $12 when $9 then provider_hold_by end,
             provider_hold_reason = case when $9 and provider_hold_at is null then $13 when $9 then provider_hold_reason end,
             consumer_hold_at = case when $10 then coalesce(consumer_hold_at, $11) end,
             consumer_hold_by = case when $10 and consumer_hold_at is null then $12 when $10 then consumer_hold_by end,
             ended_at = case when $3 not in ('ended', 'withdrawn') then null when state = $3 then ended_at else $11 end,
             ended_by = case when $3 not in ('ended', 'withdrawn') then null when state = $3 then ended_by else $12 end,
             ended_note = case when $3 not in ('ended', 'withdrawn') then null when state = $3 then ended_note else $13 end,
             decided_at = case when state = 'pending' and $3 in ('active', 'rejected') then $11 else decided_at end,
             row_version = row_version + 1
         where id = $1 and state = $2",
        row.id,
        row.state,
        facts.state.as_str(),
        facts.ended_reason.map(|reason| reason.as_str()),
        facts.starts_at,
        facts.ends_at,
        change.plan,
        change.wanted_plan.filter(|_| facts.is_open()),
        facts.provider_hold,
        facts.consumer_hold,
        now,
        change.by,
        change.note,
    )
    .execute(&mut *conn)
    .await?;
    if stored.rows_affected() != 1 {
        return Err(Refusal::Conflict(
            "The subscription was changed by somebody else just now.".to_owned(),
        ));
    }
    if is_open(&row.state) && !facts.is_open() {
        // A renewal can still be agreed to for a while after the end.
        sqlx::query!(
            "update approval_request
             set state = case when $3 = 'rejected' then 'rejected' else 'withdrawn' end, closed_at = $2
             where subscription_id = $1 and state = 'open' and not (subject_type = 'renewal' and $4)",
            row.id,
            now,
            facts.state.as_str(),
            facts.ended_reason == Some(EndedReason::Expired),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// The fields an act can change, for the audit log.
pub(super) fn changed(row: &Row) -> Result<Value, Refusal> {
    let facts = row.facts()?;
    let time = |time: Option<OffsetDateTime>| {
        time.and_then(|time| {
            time.format(&time::format_description::well_known::Rfc3339)
                .ok()
        })
    };
    Ok(json!({
        "state": facts.state,
        "ended_reason": facts.ended_reason,
        "suspended": facts.provider_hold,
        "paused": facts.consumer_hold,
        "plan": row.plan_slug,
        "wanted_plan": row.wanted_plan_slug,
        "starts_at": time(facts.starts_at),
        "ends_at": time(facts.ends_at),
    }))
}

/// What mail and notices need to know of an event on a subscription.
pub(super) fn payload(row: &Row, reason: &str, actor: Option<Uuid>) -> Value {
    json!({
        "subscription": row.subscription(),
        "application": { "id": row.application().id, "name": row.application_name },
        "api": { "slug": row.api_slug, "name": row.api_name },
        "plan": { "slug": row.plan_slug, "name": row.plan_name },
        "environment": row.environment_slug,
        "requested_by": row.requested_by.map(UserId::from_uuid),
        "reason": reason,
        "actor": actor.map(UserId::from_uuid),
    })
}

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

/// Whether a state still occupies its place.
fn is_open(state: &str) -> bool {
    matches!(
        StoredState::parse(state),
        Some(StoredState::Pending | StoredState::Active)
    )
}
