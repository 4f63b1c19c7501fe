//! Granting access without a request.

use gatehouse_domain::Permission;
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::subscription::StoredState;
use gatehouse_language::t;

use super::approval::{self, Agreed, Answer, Question};
use super::request::{New, conclude, insert, make_room};
use super::rights::Rights;
use super::row;
use super::store::{self, Consequence, StoredChange};
use super::view::{RequestSubject, SubscriptionView};
use super::wish::{Asking, RequestAccess, Wish};
use crate::actor::Actor;
use crate::db::Db;
use crate::members;
use crate::membership;
use crate::refusal::Refusal;
use crate::words::required_reason;
use crate::work::{Changed, Work};

/// Gives access at once: to another team's application, or to one's own when the tenant has no other approver. A request
/// for the same access that waits is decided by it.
pub async fn grant(
    db: &Db,
    actor: &Actor,
    input: RequestAccess,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    actor.require_anywhere(Permission::SubscriptionDecide)?;
    let reason = required_reason(reason)?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let rights = Rights::of(work.conn(), actor, now).await?;
    rights.authorise_decision(None)?;
    let wish = Wish::find(&mut work, actor, &rights, Asking::Approver, &input).await?;
    if wish.terms.approval == ApprovalMode::TwoPerson {
        return Err(Refusal::NotYours(t!(
            "refused-access-the-plan-needs-two-people-ask",
            name = &wish.terms.name
        )));
    }
    let own = membership::is_in_team(work.conn(), rights.person, wish.team).await?;
    let (tenant, place) = (work.tenant(), wish.place);
    let needed = Permission::SubscriptionDecide;
    if own
        && members::who_may(work.conn(), tenant, needed, Some(&place))
            .await?
            .len()
            > 1
    {
        return Err(Refusal::NotYours(t!(
            "refused-access-this-is-your-own-team-s"
        )));
    }
    withdraw_waiting(&mut work, &rights, &wish).await?;
    make_room(&mut work, &wish).await?;
    let new = New {
        active: true,
        by: rights.person,
        reason: &reason,
        answers: &[],
    };
    // Whoever grants cannot accept terms for somebody else: the team is asked to, later.
    let id = insert(&mut work, &wish, &new).await?;
    let question = Question {
        subscription: id.uuid(),
        subject: RequestSubject::Subscription,
        required: 0,
        asked_by: rights.person,
        reason: &reason,
        plan: &wish.terms,
        ruling: None,
    };
    let question = approval::ask(&mut work, &question).await?;
    let answer = Answer {
        by: rights.person,
        on_behalf_of: None,
        approved: true,
        reason: &reason,
        agreed: &Agreed::default(),
        rule: None,
    };
    approval::answer(&mut work, question, &answer).await?;
    conclude(
        work,
        &rights,
        id,
        "subscription.grant",
        "subscription.granted",
        &reason,
    )
    .await
}

/// A request that waits for the same access gives way to the grant.
async fn withdraw_waiting(
    work: &mut Work<'_>,
    rights: &Rights,
    wish: &Wish,
) -> Result<(), Refusal> {
    let waiting = sqlx::query_scalar!(
        "select id from subscription
         where application_id = $1 and product_id = $2 and environment_id = $3 and state = 'pending'
         for no key update",
        wish.application,
        wish.product,
        wish.environment,
    )
    .fetch_optional(work.conn())
    .await?;
    let Some(id) = waiting else { return Ok(()) };
    let row = row::find(work.conn(), None, id)
        .await?
        .ok_or(Refusal::NotFound)?;
    let mut facts = row.facts()?;
    facts.state = StoredState::Withdrawn;
    let change = StoredChange {
        facts,
        plan: row.plan_id,
        wanted_plan: None,
        by: rights.person,
        note: Some(GRANTED),
    };
    let gave_way = Consequence {
        action: "subscription.withdraw",
        event: "subscription.withdrawn",
        note: GRANTED,
        subject: RequestSubject::Subscription,
    };
    store::settle(work, &row, &change, &gave_way).await
}

const GRANTED: &str = "Access was granted instead.";
