//! Questions put to approvers and their answers: who agreed, to what, and whether that is enough.

use gatehouse_domain::id::PlanId;
use gatehouse_domain::plan::LimitRule;
use gatehouse_language::t;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::deadlines;
use super::ruling::Ruling;
use super::view::{Approvals, RequestSubject};
use crate::plans::terms::Terms;
use crate::refusal::{OnConstraint, Refusal};
use crate::work::Work;

/// What an approver made their agreement depend on, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Agreed {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<PlanId>,
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) starts_at: Option<OffsetDateTime>,
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) ends_at: Option<OffsetDateTime>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) limits: Vec<LimitRule>,
}

impl Agreed {
    /// What several people agreed to together: every date as strict as the strictest of them, and everybody's limits. `None` when they agreed to
    /// different plans; whoever named none agreed to the one that was asked for.
    fn together(asked: PlanId, all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().try_fold(Self::default(), |sum, one| {
            let plan = one.plan.unwrap_or(asked);
            if sum.plan.is_some_and(|first| first != plan) {
                return None;
            }
            Some(Self {
                plan: Some(plan),
                starts_at: sum.starts_at.max(one.starts_at),
                ends_at: [sum.ends_at, one.ends_at].into_iter().flatten().min(),
                limits: both(sum.limits, one.limits),
            })
        })
    }
}

/// All limits of both, each once.
fn both(mut first: Vec<LimitRule>, second: Vec<LimitRule>) -> Vec<LimitRule> {
    for limit in second {
        if !first.contains(&limit) {
            first.push(limit);
        }
    }
    first
}

/// A question to approvers.
pub(super) struct Question<'a> {
    pub(super) subscription: Uuid,
    pub(super) subject: RequestSubject,
    pub(super) required: i32,
    pub(super) asked_by: Option<Uuid>,
    pub(super) reason: &'a str,
    /// The plan that is asked for.
    pub(super) plan: &'a Terms,
    /// What its rule said of it.
    pub(super) ruling: Option<&'a Ruling>,
}

/// Puts a question. One with nobody to ask is answered at once, by rule.
pub(super) async fn ask(work: &mut Work<'_>, question: &Question<'_>) -> Result<Uuid, Refusal> {
    let id: Uuid = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    let answered = question.required == 0;
    let (due_at, remind_at) = deadlines::deadline(work.conn(), question.plan.due, now).await?;
    let judged = question.ruling.map(Ruling::stored).transpose()?.flatten();
    sqlx::query!(
        "insert into approval_request (id, tenant_id, subject_type, subscription_id, required, state, requested_by, reason, created_at, due_at,
                                       closed_at, plan_id, rule, remind_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        id,
        tenant,
        question.subject.as_str(),
        question.subscription,
        question.required,
        if answered { "approved" } else { "open" },
        question.asked_by,
        question.reason,
        now,
        due_at,
        answered.then_some(now),
        question.plan.id,
        judged,
        remind_at,
    )
    .execute(work.conn())
    .await
    .on_constraint("approval_request_open_key", || {
        Refusal::Conflict(t!("refused-access-this-was-asked-already-and-waits"))
    })?;
    Ok(id)
}

/// An answer.
pub(super) struct Answer<'a> {
    /// Null in the database: a rule or the program itself.
    pub(super) by: Option<Uuid>,
    /// Whose right a deputy used.
    pub(super) on_behalf_of: Option<Uuid>,
    pub(super) approved: bool,
    pub(super) reason: &'a str,
    pub(super) agreed: &'a Agreed,
    /// The rule that decided.
    pub(super) rule: Option<&'a str>,
}

/// Answers a question by rule: nobody was asked.
pub(super) async fn answer_by_rule(
    work: &mut Work<'_>,
    request: Uuid,
    ruling: &Ruling,
) -> Result<(), Refusal> {
    let by_rule = Answer {
        by: None,
        on_behalf_of: None,
        approved: true,
        reason: &ruling.reason(),
        agreed: &Agreed::default(),
        rule: ruling.rule(),
    };
    answer(work, request, &by_rule).await
}

/// Stores an answer.
pub(super) async fn answer(
    work: &mut Work<'_>,
    request: Uuid,
    answer: &Answer<'_>,
) -> Result<(), Refusal> {
    let id: Uuid = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    let conditions = serde_json::to_value(answer.agreed).map_err(anyhow::Error::from)?;
    let hands: Vec<Uuid> = [answer.by, answer.on_behalf_of]
        .into_iter()
        .flatten()
        .collect();
    // A person and their deputy are one: what either has answered, the other cannot answer again.
    let answered = sqlx::query_scalar!(
        r#"select exists (select from approval_decision
                          where request_id = $1 and (actor_id = any($2) or on_behalf_of = any($2))) as "answered!""#,
        request,
        &hands,
    )
    .fetch_one(work.conn())
    .await?;
    if answered {
        return Err(agreed_already());
    }
    sqlx::query!(
        "insert into approval_decision (id, tenant_id, request_id, actor_id, decision, reason, conditions, created_at, rule, on_behalf_of)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        tenant,
        request,
        answer.by,
        if answer.approved { "approved" } else { "rejected" },
        answer.reason,
        conditions,
        now,
        answer.rule,
        answer.on_behalf_of,
    )
    .execute(work.conn())
    .await
    .on_constraint("approval_decision_actor_key", agreed_already)?;
    Ok(())
}

fn agreed_already() -> Refusal {
    Refusal::Conflict(t!("refused-access-you-agreed-already-another-person-has"))
}

/// An open question, locked.
pub(super) struct OpenQuestion {
    pub(super) id: Uuid,
    pub(super) required: i32,
    pub(super) asked_by: Option<Uuid>,
}

/// Locks the open question of a kind.
pub(super) async fn lock_open(
    conn: &mut PgConnection,
    subscription: Uuid,
    subject: RequestSubject,
) -> Result<Option<OpenQuestion>, Refusal> {
    let row = sqlx::query_as!(
        OpenQuestion,
        "select id, required, requested_by as asked_by from approval_request
         where subscription_id = $1 and subject_type = $2 and state = 'open'
         for no key update",
        subscription,
        subject.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// Whether enough people agreed, and to what.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub(super) approvals: Approvals,
    pub(super) agreed: Agreed,
}

impl Tally {
    pub(super) fn is_enough(&self) -> bool {
        self.approvals.given >= self.approvals.required
    }
}

/// Counts the agreements to a question about the plan `asked`; the same person, or the program itself, counts once.
pub(super) async fn tally(
    conn: &mut PgConnection,
    question: &OpenQuestion,
    asked: PlanId,
) -> Result<Tally, Refusal> {
    let rows = sqlx::query!(
        "select actor_id, conditions from approval_decision where request_id = $1 and decision = 'approved'",
        question.id,
    )
    .fetch_all(conn)
    .await?;
    let people: std::collections::BTreeSet<_> = rows.iter().map(|row| row.actor_id).collect();
    let agreed = rows
        .into_iter()
        .map(|row| serde_json::from_value(row.conditions))
        .collect::<Result<Vec<Agreed>, _>>()
        .map_err(anyhow::Error::from)?;
    let agreed = Agreed::together(asked, agreed).ok_or_else(|| {
        Refusal::Conflict(t!("refused-access-somebody-else-agreed-to-another-plan"))
    })?;
    Ok(Tally {
        approvals: Approvals {
            given: i32::try_from(people.len()).unwrap_or(i32::MAX),
            required: question.required,
        },
        agreed,
    })
}

/// Makes what waits for a decision about a subscription need at least so many people.
pub(super) async fn raise_required(
    conn: &mut PgConnection,
    subscription: Uuid,
    required: i32,
) -> Result<(), Refusal> {
    sqlx::query!(
        "update approval_request set required = $2
         where subscription_id = $1 and state = 'open' and subject_type in ('subscription', 'renewal') and required < $2",
        subscription,
        required,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Closes a question.
pub(super) async fn close(
    conn: &mut PgConnection,
    question: Uuid,
    state: &'static str,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    sqlx::query!(
        "update approval_request set state = $2, closed_at = $3 where id = $1 and state = 'open'",
        question,
        state,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    #[test]
    fn what_two_people_agree_to_is_as_strict_as_the_stricter_one() {
        let day = |days| OffsetDateTime::UNIX_EPOCH + Duration::days(days);
        let plan = PlanId::from_uuid(Uuid::from_u128(1));
        let first = Agreed {
            plan: Some(plan),
            starts_at: Some(day(1)),
            ..Agreed::default()
        };
        let second = Agreed {
            plan: None,
            starts_at: Some(day(3)),
            ends_at: Some(day(9)),
            ..Agreed::default()
        };
        let third = Agreed {
            ends_at: Some(day(7)),
            ..Agreed::default()
        };
        let both = Agreed::together(plan, [first.clone(), second, third]).unwrap();
        assert_eq!(
            both,
            Agreed {
                plan: Some(plan),
                starts_at: Some(day(3)),
                ends_at: Some(day(7)),
                ..Agreed::default()
            }
        );
        let other = Agreed {
            plan: Some(PlanId::from_uuid(Uuid::from_u128(2))),
            ..Agreed::default()
        };
        assert_eq!(Agreed::together(plan, [first.clone(), other.clone()]), None);
        // Whoever named no plan agreed to the one that was asked for, in either order.
        let silent = Agreed::default;
        assert_eq!(Agreed::together(plan, [silent(), other.clone()]), None);
        assert_eq!(Agreed::together(plan, [other, silent()]), None);
    }
}
