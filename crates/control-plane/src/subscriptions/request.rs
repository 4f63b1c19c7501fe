//! Asking for access.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::question::{RequestAnswer, read_answers};
use gatehouse_domain::subscription::{StoredState, SubscriptionEvent};
use gatehouse_language::t;
use gatehouse_runtime::random;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::acceptance;
use super::approval::{self, Question};
use super::expire;
use super::rights::Rights;
use super::row;
use super::ruling::{self, Asker, Ruling};
use super::store;
use super::view::{RequestSubject, SubscriptionView};
use super::wish::{Asking, RequestAccess, Wish};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::membership;
use crate::plans::approval::placed;
use crate::plans::terms::Terms;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::words::{ago, in_state};
use crate::work::{Changed, Work};

/// Longest reason of a request, in characters.
const REASON_MAX: usize = 1000;

/// Asks for access, with a new application if need be. A plan whose rule needs nobody is active at once.
pub async fn request(
    db: &Db,
    actor: &Actor,
    input: RequestAccess,
) -> Result<Changed<SubscriptionView>, Refusal> {
    membership::require_consumer(actor)?;
    let mut faults = Faults::default();
    let reason = faults.optional_text("/reason", &input.reason, REASON_MAX);
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let rights = Rights::of(work.conn(), actor, now).await?;
    let wish = Wish::find(&mut work, actor, &rights, Asking::Consumer, &input).await?;
    make_room(&mut work, &wish).await?;
    let answers = answers(&wish.terms, &input)?;
    require_accepted(&wish.terms, &input)?;
    require_untried(&mut work, &wish).await?;
    let ruling = ruling(&mut work, &rights, &wish).await?;
    let required = ruling.required;
    let new = New {
        active: required == 0,
        by: rights.person,
        reason: &reason,
        answers: &answers,
    };
    let id = insert(&mut work, &wish, &new).await?;
    if let Some(legal) = &wish.terms.legal {
        acceptance::store(&mut work, id.uuid(), legal, rights.person).await?;
    }
    let question = Question {
        subscription: id.uuid(),
        subject: RequestSubject::Subscription,
        required,
        asked_by: rights.person,
        reason: &reason,
        plan: &wish.terms,
        ruling: Some(&ruling),
    };
    let question = approval::ask(&mut work, &question).await?;
    if required == 0 {
        approval::answer_by_rule(&mut work, question, &ruling).await?;
    }
    let event = if required == 0 {
        "subscription.approved"
    } else {
        "subscription.requested"
    };
    conclude(work, &rights, id, "subscription.request", event, &reason).await
}

/// Refuses who has not accepted the plan's terms as they are now.
fn require_accepted(terms: &Terms, input: &RequestAccess) -> Result<(), Refusal> {
    terms.legal.as_ref().map_or(Ok(()), |legal| {
        legal.require_accepted("/accepts_terms", input.accepts_terms)
    })
}

/// Refuses a second trial of the same product to one team. Those who ask at once wait for each other.
async fn require_untried(work: &mut Work<'_>, wish: &Wish) -> Result<(), Refusal> {
    if !wish.terms.trial {
        return Ok(());
    }
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('trial:' || $1 || ':' || $2, 0))")
        .bind(wish.team.to_string())
        .bind(wish.product.to_string())
        .execute(work.conn())
        .await?;
    let tried = sqlx::query_scalar!(
        r#"select exists (select from subscription s
                          join plan p on p.id = s.plan_id
                          join application a on a.id = s.application_id
                          where a.owner_team_id = $1 and s.product_id = $2 and p.trial
                            and (s.starts_at is not null or s.state = 'pending')) as "tried!""#,
        wish.team,
        wish.product,
    )
    .fetch_one(work.conn())
    .await?;
    if tried {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-team-has-asked-for-the",
            name = &wish.terms.name
        )));
    }
    Ok(())
}

/// What was answered to the owner's questions.
fn answers(terms: &Terms, input: &RequestAccess) -> Result<Vec<RequestAnswer>, Refusal> {
    read_answers(&terms.questions, &input.answers)
        .map_err(|faults| Refusal::Invalid(placed("/answers", faults)))
}

/// How many people have to agree: as many as the plan and its rule say, and never nobody where the provider stopped or took
/// away what the application had before. Requests that were never granted do not count as having had it.
async fn ruling(work: &mut Work<'_>, rights: &Rights, wish: &Wish) -> Result<Ruling, Refusal> {
    let asker = Asker {
        terms: &wish.terms,
        person: rights.person,
        team: wish.team,
        environment: wish.kind,
    };
    let mut ruling = ruling::rule(work.conn(), &asker).await?;
    let stopped = sqlx::query_scalar!(
        r#"select (coalesce(ended_reason = 'revoked', false) or provider_hold_at is not null) as "stopped!"
           from subscription
           where application_id = $1 and product_id = $2 and environment_id = $3 and state = 'ended' and starts_at is not null
           order by id desc limit 1"#,
        wish.application,
        wish.product,
        wish.environment,
    )
    .fetch_optional(work.conn())
    .await?
    .unwrap_or(false);
    ruling.required = ruling.required.max(i32::from(stopped));
    Ok(ruling)
}

/// Records a new subscription, reads it back and commits.
pub(super) async fn conclude(
    mut work: Work<'_>,
    rights: &Rights,
    id: SubscriptionId,
    action: &'static str,
    event: &'static str,
    reason: &str,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let row = row::find(work.conn(), rights.person, id.uuid())
        .await?
        .ok_or(Refusal::NotFound)?;
    let mut after = store::changed(&row)?;
    after["application"] = json!(row.application().id);
    after["api"] = json!(row.api_slug);
    after["environment"] = json!(row.environment_slug);
    work.audit(AuditEntry {
        action,
        subject: id.to_string(),
        before: None,
        after: Some(after),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
    });
    // What is granted at once was decided by a rule, so nobody is named.
    let by = (event != "subscription.approved")
        .then_some(rights.person)
        .flatten();
    work.emit(event, id, store::payload(&row, reason, by));
    work.touch(Touched::Subscription(id));
    let view = row.view(rights, work.now())?;
    work.commit(view).await
}

/// Ends a subscription in the way that is over by the clock, though nothing has recorded it yet; refuses for one that is
/// open.
pub(super) async fn make_room(work: &mut Work<'_>, wish: &Wish) -> Result<(), Refusal> {
    let found = sqlx::query_scalar!(
        "select id from subscription
         where application_id = $1 and product_id = $2 and environment_id = $3 and state in ('pending', 'active')
         for no key update",
        wish.application,
        wish.product,
        wish.environment,
    )
    .fetch_optional(work.conn())
    .await?;
    let Some(id) = found else { return Ok(()) };
    let now = work.now();
    let row = row::find(work.conn(), None, id)
        .await?
        .ok_or(Refusal::NotFound)?;
    let facts = row.facts()?;
    if facts.apply(SubscriptionEvent::Expire, now).is_ok() {
        return expire::write_down(work, &row).await;
    }
    let environment = capitalised(&row.environment_slug);
    Err(Refusal::Conflict(if facts.state == StoredState::Pending {
        t!(
            "refused-access-was-asked",
            environment = &environment,
            application = &row.application_name,
            api = &row.api_name,
            ago = &ago(row.created_at, now)
        )
    } else {
        t!(
            "refused-access-is-already",
            environment = &environment,
            application = &row.application_name,
            api = &row.api_name,
            state = &in_state(facts.shown(now))
        )
    }))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// How a new subscription begins.
pub(super) struct New<'a> {
    pub(super) active: bool,
    pub(super) by: Option<Uuid>,
    pub(super) reason: &'a str,
    pub(super) answers: &'a [RequestAnswer],
}

/// Stores a new subscription. The one before it in the same place is touched too: gateways drop it, so that what they hold
/// per application, product and environment stays bounded.
pub(super) async fn insert(
    work: &mut Work<'_>,
    wish: &Wish,
    new: &New<'_>,
) -> Result<SubscriptionId, Refusal> {
    let before = sqlx::query_scalar!(
        "select id from subscription
         where application_id = $1 and product_id = $2 and environment_id = $3
         order by id desc limit 1
         for no key update",
        wish.application,
        wish.product,
        wish.environment,
    )
    .fetch_optional(work.conn())
    .await?;
    let (tenant, now) = (work.tenant(), work.now());
    let id = SubscriptionId::from_uuid(random::uuid_v7(after(before, now)));
    let starts_at = new.active.then_some(now);
    sqlx::query!(
        "insert into subscription (id, tenant_id, application_id, product_id, plan_id, environment_id, state, starts_at, ends_at,
                                   requested_by, request_reason, decided_at, created_at, request_answers)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $8, $12, $13)",
        id.uuid(),
        tenant,
        wish.application,
        wish.product,
        wish.terms.id,
        wish.environment,
        if new.active { "active" } else { "pending" },
        starts_at,
        starts_at.and_then(|start| wish.terms.latest_end(start)),
        new.by,
        new.reason,
        now,
        serde_json::to_value(new.answers).map_err(anyhow::Error::from)?,
    )
    .execute(work.conn())
    .await
    .on_constraint("subscription_open_key", || {
        Refusal::Conflict(t!("refused-access-the-same-access-was-asked-for-3"))
    })?;
    if let Some(before) = before {
        work.touch(Touched::Subscription(before.into()));
    }
    Ok(id)
}

/// Ids of one place grow, whatever clock made the one before: the greatest is the one that counts.
fn after(before: Option<Uuid>, now: OffsetDateTime) -> OffsetDateTime {
    let made = before.and_then(|id| id.get_timestamp()).and_then(|made| {
        let (seconds, nanos) = made.to_unix();
        let seconds = i64::try_from(seconds).ok()?;
        OffsetDateTime::from_unix_timestamp(seconds)
            .ok()?
            .replace_nanosecond(nanos)
            .ok()
    });
    made.map_or(now, |made| now.max(made + Duration::MILLISECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_request_has_a_greater_id_even_when_the_clock_stands_still_or_goes_back() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let first = random::uuid_v7(now);
        for later in [now, now - Duration::hours(1)] {
            assert!(random::uuid_v7(after(Some(first), later)) > first);
        }
        assert_eq!(after(None, now), now);
    }
}
