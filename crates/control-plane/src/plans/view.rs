//! Plans as people see them.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::id::{PlanId, ProductId};
use gatehouse_domain::plan::{ApprovalMode, PlanState};
use gatehouse_domain::price::Price;
use gatehouse_domain::question::RequestQuestion;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::approval::from_stored;
use super::limits::{self, LimitView};
use super::operation_limits::OperationLimitView;
use crate::page::{Lookup, Page};
use crate::refusal::Refusal;
use crate::words::known;

/// A plan.
#[derive(Debug, Clone, Serialize)]
pub struct PlanView {
    /// Identity.
    pub id: PlanId,
    /// What it is a plan of.
    pub product_id: ProductId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// What it is for.
    pub summary: String,
    /// Whether it can be asked for.
    pub state: PlanState,
    /// Who must agree to a request.
    pub approval: ApprovalMode,
    /// What a request has to answer.
    pub questions: Vec<RequestQuestion>,
    /// Where it is offered.
    pub environments: Vec<EnvironmentKind>,
    /// The limits in force.
    pub limits: Vec<LimitView>,
    /// The limits in force of single operations.
    pub operation_limits: Vec<OperationLimitView>,
    /// The number of the limits in force.
    pub revision: i32,
    /// The next revision, when one is to come into force later.
    pub scheduled: Option<ScheduledView>,
    /// Days a subscription lasts.
    pub max_subscription_days: Option<i32>,
    /// Longest life of a key, in days.
    pub max_key_days: Option<i32>,
    /// Longest overlap of a key rotation, in seconds.
    pub max_overlap_s: i32,
    /// What it costs: told, not charged.
    pub price: Option<Price>,
    /// For trying out: each team asks for it once, and it is not renewed.
    pub trial: bool,
    /// What requests accept.
    pub terms: Option<PlanTerms>,
    /// Subscriptions in force or waiting.
    pub subscriptions: i64,
    /// For If-Match.
    pub row_version: i32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// The terms of a plan, in the version that requests accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanTerms {
    /// In URLs.
    pub slug: String,
    /// For people.
    pub title: String,
    /// The newest version.
    pub version: i32,
}

/// A revision that comes into force later.
#[derive(Debug, Clone, Serialize)]
pub struct ScheduledView {
    /// Its number.
    pub revision: i32,
    /// When that is.
    #[serde(with = "time::serde::rfc3339")]
    pub effective_at: OffsetDateTime,
    /// Its limits, in words.
    pub limits: Vec<String>,
}

impl PlanView {
    /// What the audit log keeps of a plan.
    pub(super) fn recorded(&self) -> Value {
        let of_all = self.limits.iter().map(|limit| &limit.words);
        let of_operations = self.operation_limits.iter().map(|limit| &limit.words);
        let limits: Vec<_> = of_all.chain(of_operations).collect();
        json!({
            "slug": self.slug,
            "name": self.name,
            "summary": self.summary,
            "state": self.state,
            "approval": self.approval,
            "environments": self.environments,
            "limits": limits,
            "revision": self.revision,
            "scheduled": self.scheduled,
            "max_subscription_days": self.max_subscription_days,
            "max_key_days": self.max_key_days,
            "max_overlap_s": self.max_overlap_s,
            "price": self.price,
            "trial": self.trial,
            "terms": self.terms.as_ref().map(|terms| &terms.slug),
        })
    }
}

/// Reads one plan.
pub(super) async fn read(conn: &mut PgConnection, id: Uuid) -> Result<PlanView, Refusal> {
    let wanted = Wanted {
        id: Some(id),
        limit: 1,
        ..Wanted::default()
    };
    select(conn, &wanted).await?.pop().ok_or(Refusal::NotFound)
}

/// Finds one plan of a product.
pub(super) async fn find(
    conn: &mut PgConnection,
    product: Uuid,
    plan: &Lookup<PlanId>,
) -> Result<PlanView, Refusal> {
    let (id, slug) = plan.parts();
    let wanted = Wanted {
        id,
        slug,
        product: Some(product),
        limit: 1,
        ..Wanted::default()
    };
    select(conn, &wanted).await?.pop().ok_or(Refusal::NotFound)
}

/// Lists the plans of a product, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    product: Uuid,
    offered: bool,
    page: &Page,
) -> Result<Vec<PlanView>, Refusal> {
    let wanted = Wanted {
        product: Some(product),
        offered,
        after: page.after,
        limit: page.fetch(),
        ..Wanted::default()
    };
    select(conn, &wanted).await
}

/// The plans of a product on offer, in the order they were made.
pub(crate) async fn of_product(
    conn: &mut PgConnection,
    product: Uuid,
) -> Result<Vec<PlanView>, Refusal> {
    let wanted = Wanted {
        product: Some(product),
        offered: true,
        limit: 200,
        ..Wanted::default()
    };
    let mut plans = select(conn, &wanted).await?;
    plans.reverse();
    Ok(plans)
}

#[derive(Default)]
struct Wanted<'a> {
    id: Option<Uuid>,
    slug: Option<&'a str>,
    product: Option<Uuid>,
    /// Only those that can be asked for.
    offered: bool,
    after: Option<Uuid>,
    limit: i64,
}

async fn select(conn: &mut PgConnection, wanted: &Wanted<'_>) -> Result<Vec<PlanView>, Refusal> {
    let rows = sqlx::query!(
        r#"select p.id, p.product_id, p.slug, p.name, p.summary, p.state, p.approval, p.request_questions, p.environments, p.max_subscription_days,
                  p.max_key_days, p.max_overlap_s, p.row_version, p.created_at, p.price, p.trial,
                  l.slug as "terms_slug?", l.title as "terms_title?", (select max(n.number) from terms_version n where n.terms_id = l.id) as terms_version,
                  coalesce(r.number, 0) as "revision!",
                  p.current_revision_id, n.id as "next?", n.number as "next_number?", n.effective_at as "next_at?",
                  (select count(*) from subscription s where s.plan_id = p.id and s.state in ('pending', 'active')) as "subscriptions!"
           from plan p left join plan_revision r on r.id = p.current_revision_id
           left join terms l on l.id = p.terms_id
           left join lateral (select f.id, f.number, f.effective_at from plan_revision f
                              where f.plan_id = p.id and f.number > greatest(r.number, p.settled_number)
                              order by f.effective_at, f.number desc limit 1) n on true
           where ($1::uuid is null or p.id = $1)
             and ($2::text is null or p.slug = $2)
             and ($3::uuid is null or p.product_id = $3)
             and (not $4 or p.state in ('published', 'deprecated'))
             and ($5::uuid is null or p.id < $5)
           order by p.id desc
           limit $6"#,
        wanted.id,
        wanted.slug,
        wanted.product,
        wanted.offered,
        wanted.after,
        wanted.limit,
    )
    .fetch_all(&mut *conn)
    .await?;
    let revisions = rows
        .iter()
        .flat_map(|row| [row.current_revision_id, row.next]);
    let revisions: Vec<Uuid> = revisions.flatten().collect();
    let mut limits = limits::of_revisions(conn, &revisions).await?;
    rows.into_iter()
        .map(|row| {
            let mut take = |revision: Option<Uuid>| {
                let found = revision.and_then(|revision| limits.remove(&revision));
                found.unwrap_or_default()
            };
            let current = take(row.current_revision_id);
            let scheduled = row.next_number.zip(row.next_at);
            let scheduled = scheduled.map(|(revision, effective_at)| ScheduledView {
                revision,
                effective_at,
                limits: take(row.next).into_words(),
            });
            Ok(PlanView {
                id: row.id.into(),
                product_id: row.product_id.into(),
                slug: row.slug,
                name: row.name,
                summary: row.summary,
                state: known(PlanState::parse(&row.state), &row.state)?,
                approval: known(ApprovalMode::parse(&row.approval), &row.approval)?,
                questions: from_stored(row.request_questions)?,
                environments: row
                    .environments
                    .iter()
                    .map(|word| known(EnvironmentKind::parse(word), word))
                    .collect::<Result<_, _>>()?,
                limits: current.of_all,
                operation_limits: current.of_operations,
                revision: row.revision,
                scheduled,
                max_subscription_days: row.max_subscription_days,
                max_key_days: row.max_key_days,
                max_overlap_s: row.max_overlap_s,
                price: row.price.map(from_stored).transpose()?,
                trial: row.trial,
                terms: terms_of(row.terms_slug, row.terms_title, row.terms_version),
                subscriptions: row.subscriptions,
                row_version: row.row_version,
                created_at: row.created_at,
            })
        })
        .collect()
}

fn terms_of(
    slug: Option<String>,
    title: Option<String>,
    version: Option<i32>,
) -> Option<PlanTerms> {
    Some(PlanTerms {
        slug: slug?,
        title: title?,
        version: version?,
    })
}
