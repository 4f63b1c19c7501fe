//! What a wider decision does to subscriptions: a plan is closed, an API retired.

use gatehouse_domain::subscription::SubscriptionEvent;
use time::OffsetDateTime;
use uuid::Uuid;

use super::approval;
use super::row::{self, Row};
use super::store::{self, Consequence, StoredChange};
use super::view::RequestSubject;
use super::why_not::why_not;
use crate::refusal::Refusal;
use crate::work::Work;

const PLAN_CLOSED: &str = "The plan was closed.";

/// Ends the open subscriptions of a plan: requests at once, live ones at `ends_at`. Returns how many.
pub(crate) async fn supersede_of_plan(
    work: &mut Work<'_>,
    plan: Uuid,
    ends_at: OffsetDateTime,
    by: Option<Uuid>,
) -> Result<usize, Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from subscription where plan_id = $1 and state in ('pending', 'active') order by id for no key update",
        plan,
    )
    .fetch_all(work.conn())
    .await?;
    for id in &ids {
        let row = read(work, *id).await?;
        if row.state == "pending" || ends_at <= work.now() {
            supersede(work, &row, PLAN_CLOSED, by).await?;
            continue;
        }
        let mut facts = row.facts()?;
        facts.ends_at = Some(facts.ends_at.map_or(ends_at, |end| end.min(ends_at)));
        let change = StoredChange {
            facts,
            plan: row.plan_id,
            wanted_plan: None,
            by,
            note: None,
        };
        let ending = Consequence {
            action: "subscription.end_date",
            event: "subscription.plan_changed",
            note: PLAN_CLOSED,
            subject: RequestSubject::Subscription,
        };
        store::settle(work, &row, &change, &ending).await?;
    }
    Ok(ids.len())
}

/// Moves the open subscriptions of a plan to another plan of the same product; what waits needs the people that one
/// requires. Returns how many.
pub(crate) async fn move_to_plan(
    work: &mut Work<'_>,
    plan: Uuid,
    target: Uuid,
    required: i32,
    by: Option<Uuid>,
) -> Result<usize, Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from subscription where plan_id = $1 and state in ('pending', 'active') order by id for no key update",
        plan,
    )
    .fetch_all(work.conn())
    .await?;
    for id in &ids {
        let row = read(work, *id).await?;
        let change = StoredChange {
            facts: row.facts()?,
            plan: target,
            wanted_plan: row.wanted_plan_id.filter(|wanted| *wanted != target),
            by,
            note: None,
        };
        let moved = Consequence {
            action: "subscription.move",
            event: "subscription.plan_changed",
            note: PLAN_CLOSED,
            subject: RequestSubject::Subscription,
        };
        store::settle(work, &row, &change, &moved).await?;
        approval::raise_required(work.conn(), *id, required).await?;
    }
    Ok(ids.len())
}

/// Drops the wishes of a plan that cannot be had any more. Returns how many.
pub(crate) async fn drop_wishes(
    work: &mut Work<'_>,
    plan: Uuid,
    by: Option<Uuid>,
) -> Result<usize, Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from subscription where wanted_plan_id = $1 and state = 'active' order by id for no key update",
        plan,
    )
    .fetch_all(work.conn())
    .await?;
    for id in &ids {
        let row = read(work, *id).await?;
        let change = StoredChange {
            facts: row.facts()?,
            plan: row.plan_id,
            wanted_plan: None,
            by,
            note: None,
        };
        let dropped = Consequence {
            action: "subscription.drop_plan_change",
            event: "subscription.rejected",
            note: PLAN_CLOSED,
            subject: RequestSubject::PlanChange,
        };
        store::settle(work, &row, &change, &dropped).await?;
    }
    Ok(ids.len())
}

/// Ends the open subscriptions of a product at once. Returns how many.
pub(crate) async fn supersede_of_product(
    work: &mut Work<'_>,
    product: Uuid,
    by: Option<Uuid>,
) -> Result<usize, Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from subscription where product_id = $1 and state in ('pending', 'active') order by id for no key update",
        product,
    )
    .fetch_all(work.conn())
    .await?;
    for id in &ids {
        let row = read(work, *id).await?;
        supersede(work, &row, "The API was retired.", by).await?;
    }
    Ok(ids.len())
}

async fn read(work: &mut Work<'_>, id: Uuid) -> Result<Row, Refusal> {
    row::find(work.conn(), None, id)
        .await?
        .ok_or(Refusal::NotFound)
}

async fn supersede(
    work: &mut Work<'_>,
    row: &Row,
    note: &'static str,
    by: Option<Uuid>,
) -> Result<(), Refusal> {
    let now = work.now();
    let facts = row.facts()?;
    // One past its end date is over already; the clock's reason stays the true one.
    let ended = facts
        .apply(SubscriptionEvent::Supersede, now)
        .or_else(|_| facts.apply(SubscriptionEvent::Expire, now))
        .map_err(|refused| Refusal::Conflict(why_not(row, refused, now)))?;
    let change = StoredChange {
        facts: ended,
        plan: row.plan_id,
        wanted_plan: None,
        by,
        note: Some(note),
    };
    let superseded = Consequence {
        action: "subscription.supersede",
        event: "subscription.expired",
        note,
        subject: RequestSubject::Subscription,
    };
    store::settle(work, row, &change, &superseded).await
}
