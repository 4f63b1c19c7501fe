//! Storing what happened to a locked subscription, and recording it.

use gatehouse_domain::id::UserId;
use gatehouse_domain::subscription::{EndedReason, StoredState, SubscriptionFacts};
use gatehouse_language::t;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::row::{self, Row};
use super::view::RequestSubject;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::refusal::{OnConstraint, Refusal};
use crate::work::Work;

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
    let wanted_plan = change.wanted_plan.filter(|_| facts.is_open());
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
             decided_at = case when $3 = 'pending' then null when state = 'pending' and $3 in ('active', 'rejected') then $11 else decided_at end,
             forgotten_at = case when $3 in ('pending', 'active') then null else forgotten_at end,
             row_version = row_version + 1
         where id = $1 and state = $2",
        row.id,
        row.state,
        facts.state.as_str(),
        facts.ended_reason.map(|reason| reason.as_str()),
        facts.starts_at,
        facts.ends_at,
        change.plan,
        wanted_plan,
        facts.provider_hold,
        facts.consumer_hold,
        now,
        change.by,
        change.note,
    )
    .execute(&mut *conn)
    .await
    .on_constraint("subscription_open_key", || {
        Refusal::Conflict(t!("refused-access-the-same-access-was-asked-for-3"))
    })?;
    if stored.rows_affected() != 1 {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-subscription-was-changed-by-somebody"
        )));
    }
    if row.wanted_plan_id.is_some() && wanted_plan.is_none() {
        // Nothing is left to decide about a plan nobody asks for; an answered question is closed already.
        sqlx::query!(
            "update approval_request set state = 'withdrawn', closed_at = $2
             where subscription_id = $1 and state = 'open' and subject_type = 'plan_change'",
            row.id,
            now,
        )
        .execute(&mut *conn)
        .await?;
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

/// What happens to a subscription because of a wider decision, or by the clock.
pub(super) struct Consequence {
    pub(super) action: &'static str,
    pub(super) event: &'static str,
    /// For the timeline and the mail.
    pub(super) note: &'static str,
    /// What it is about.
    pub(super) subject: RequestSubject,
}

/// Stores, records and passes on what happens to a locked subscription because of something wider.
pub(super) async fn settle(
    work: &mut Work<'_>,
    row: &Row,
    change: &StoredChange<'_>,
    consequence: &Consequence,
) -> Result<(), Refusal> {
    let now = work.now();
    store(work.conn(), row, change, now).await?;
    let after = row::find(work.conn(), None, row.id)
        .await?
        .ok_or(Refusal::NotFound)?;
    let note = consequence.note;
    let subject = consequence.subject;
    work.audit(AuditEntry {
        action: consequence.action,
        subject: row.subscription().to_string(),
        before: Some(changed(row)?),
        after: Some(changed(&after)?),
        reason: (!note.is_empty()).then(|| note.to_owned()),
    });
    let mut payload = payload(&after, note, change.by);
    payload["subject"] = json!(subject);
    if let Some(plan) = row
        .wanted_plan()
        .filter(|_| subject == RequestSubject::PlanChange)
    {
        payload["plan"] = json!({ "slug": plan.slug, "name": plan.name });
    }
    work.emit(consequence.event, row.subscription(), payload);
    work.touch(Touched::Subscription(row.subscription()));
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
        "subject": RequestSubject::Subscription,
        "application": { "id": row.application().id, "name": row.application_name },
        "api": { "slug": row.api_slug, "name": row.api_name },
        "plan": { "slug": row.plan_slug, "name": row.plan_name },
        "environment": row.environment_slug,
        "requested_by": row.requested_by.map(UserId::from_uuid),
        "reason": reason,
        "actor": actor.map(UserId::from_uuid),
    })
}

/// Whether a state still occupies its place.
fn is_open(state: &str) -> bool {
    matches!(
        StoredState::parse(state),
        Some(StoredState::Pending | StoredState::Active)
    )
}
