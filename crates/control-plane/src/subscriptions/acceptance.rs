//! Terms that a subscription's team accepted: recorded once for each version, and asked for again when there is a newer one.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_language::t;
use serde_json::json;
use uuid::Uuid;

use super::act::{Act, Record};
use super::view::SubscriptionView;
use crate::actor::Actor;
use crate::db::Db;
use crate::plans::terms::{self, Legal, Terms};
use crate::refusal::{OnConstraint, Refusal};
use crate::work::{Changed, Work};

/// What is accepted.
#[derive(Debug, Clone)]
pub struct AcceptTerms {
    /// Slug of the terms.
    pub terms: String,
    /// The version that was read; only the newest can be accepted.
    pub version: i32,
}

/// Accepts terms for a subscription, as its team: a newer version of those accepted before, or those of a plan that the team
/// is about to ask for.
pub async fn accept_terms(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
    input: &AcceptTerms,
) -> Result<Changed<SubscriptionView>, Refusal> {
    let mut act = Act::begin_as_consumer(db, actor, id).await?;
    let legal = terms::newest(act.work.conn(), &input.terms)
        .await?
        .ok_or_else(|| Refusal::unknown("/terms"))?;
    legal.require_accepted("/version", Some(input.version))?;
    let (subscription, by) = (act.row.id, act.rights.person);
    store(&mut act.work, subscription, &legal, by).await?;
    let mut record = Record::new(
        "subscription.accept_terms",
        "subscription.terms_accepted",
        String::new(),
    );
    record.details = json!({ "terms": legal.slug, "version": legal.number });
    act.finish(record).await
}

/// Records that a version was accepted.
pub(super) async fn store(
    work: &mut Work<'_>,
    subscription: Uuid,
    legal: &Legal,
    by: Option<Uuid>,
) -> Result<(), Refusal> {
    let id: Uuid = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into terms_acceptance (id, tenant_id, subscription_id, terms_version_id, accepted_by, accepted_at)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        tenant,
        subscription,
        legal.version,
        by,
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("terms_acceptance_key", || {
        Refusal::Conflict(t!("refused-access-version-of-was-accepted-already", number = &legal.number, title = &legal.title))
    })?;
    Ok(())
}

/// What is to be done about terms that were not accepted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unmet {
    /// Whoever asks accepts them.
    Accept,
    /// Whoever decides cannot; the team asks for that plan.
    AskAnew,
}

/// Refuses a plan whose terms, as they are now, were not accepted for the subscription.
pub(super) async fn require(act: &mut Act<'_>, terms: &Terms, unmet: Unmet) -> Result<(), Refusal> {
    let Some(legal) = &terms.legal else {
        return Ok(());
    };
    let is_accepted = sqlx::query_scalar!(
        r#"select exists (select from terms_acceptance where subscription_id = $1 and terms_version_id = $2) as "is!""#,
        act.row.id,
        legal.version,
    )
    .fetch_one(act.work.conn())
    .await?;
    if is_accepted {
        return Ok(());
    }
    let (plan, number) = (&terms.name, legal.number);
    let (title, slug) = (&legal.title, &legal.slug);
    Err(Refusal::Conflict(match unmet {
        Unmet::Accept => t!(
            "refused-access-terms-first",
            plan = plan,
            number = number.to_string(),
            title = title,
            slug = slug
        ),
        Unmet::AskAnew => t!(
            "refused-access-terms-reject",
            plan = plan,
            number = number.to_string(),
            title = title,
            slug = slug
        ),
    }))
}
