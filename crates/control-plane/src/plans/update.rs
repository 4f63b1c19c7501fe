//! Changing a plan. New limits are a new revision; what takes something from subscribers comes into force after the tenant's
//! notice.

use gatehouse_domain::id::{ApiId, PlanId};
use gatehouse_domain::plan::{ApprovalMode, LimitRule, PlanState};
use gatehouse_domain::price::Price;
use gatehouse_domain::{EnvironmentKind, Permission, Place};
use gatehouse_language::t;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::limits::NewRevision;
use super::operation_limits::{self, OperationLimit, OperationLimitView};
use super::tighten::{Promise, Spans};
use super::view::{self, PlanView};
use super::{Bounds, limits, terms};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::products;
use crate::refusal::{Faults, Refusal};
use crate::tenants;
use crate::words::{in_state, require_version, required_reason};
use crate::work::{Changed, Work};

/// Changes to a plan; `None` leaves a field as it is, an inner `None` takes a bound away.
#[derive(Debug, Clone, Default)]
pub struct UpdatePlan {
    /// For people.
    pub name: Option<String>,
    /// What it is for.
    pub summary: Option<String>,
    /// Staging to published, published to deprecated and back. Closing is a verb of its own.
    pub state: Option<PlanState>,
    /// Who must agree to a request; those that wait keep the rule they were asked under.
    pub approval: Option<ApprovalMode>,
    /// Where it is offered; subscriptions elsewhere stay.
    pub environments: Option<Vec<EnvironmentKind>>,
    /// All limits; a new revision when they differ.
    pub limits: Option<Vec<LimitRule>>,
    /// All limits of single operations; likewise.
    pub operation_limits: Option<Vec<OperationLimit>>,
    /// From when on limits and spans count; `None`: at once, or when the notice ends for those who have the plan.
    pub effective_at: Option<OffsetDateTime>,
    /// At once, although it takes something from those who have the plan: why. What administrators may do.
    pub without_notice: Option<String>,
    /// Days a new subscription lasts.
    pub max_subscription_days: Option<Option<i32>>,
    /// Longest life of a new key, in days.
    pub max_key_days: Option<Option<i32>>,
    /// Longest overlap of a key rotation, in seconds.
    pub max_overlap_s: Option<i32>,
    /// What it costs: told, not charged.
    pub price: Option<Option<Price>>,
    /// For trying out: each team asks for it once, and it is not renewed.
    pub trial: Option<bool>,
    /// Slug of the terms that new requests accept.
    pub terms: Option<Option<String>>,
}

/// Changes a plan.
pub async fn update_plan(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
    expected: Option<i32>,
    input: UpdatePlan,
) -> Result<Changed<PlanView>, Refusal> {
    actor.require_anywhere(Permission::PlanManage)?;
    let mut work = Work::begin(db, actor).await?;
    let api = products::offering(work.conn(), actor, &api, Permission::PlanManage).await?;
    let before = lock(work.conn(), api.product_id, &plan).await?;
    require_version(expected, before.row_version)?;
    if input.without_notice.is_some() && input.effective_at.is_some() {
        let detail = t!("refused-access-without-notice-it-counts-at-once");
        return Err(Refusal::field("/effective_at", "at_once", detail));
    }
    let skips = input.without_notice.as_deref();
    let skipped = skips
        .map(|reason| without_notice(actor, &api.place(), reason))
        .transpose()?;
    let state = next_state(&before, input.state)?;
    let mut faults = Faults::default();
    let name = faults.text("/name", input.name.as_ref().unwrap_or(&before.name), 80);
    let summary = input.summary.as_ref().unwrap_or(&before.summary);
    let summary = faults.optional_text("/summary", summary, 400);
    let old_limits: Vec<_> = before.limits.iter().map(|limit| limit.rule).collect();
    let new_limits = input.limits.as_ref().unwrap_or(&old_limits);
    let old_operation_limits: Vec<_> = before
        .operation_limits
        .iter()
        .map(OperationLimitView::given)
        .collect();
    let bounds = Bounds {
        environments: input.environments.as_ref().unwrap_or(&before.environments),
        limits: new_limits,
        operation_limits: input
            .operation_limits
            .as_ref()
            .unwrap_or(&old_operation_limits),
        max_subscription_days: input
            .max_subscription_days
            .unwrap_or(before.max_subscription_days),
        max_key_days: input.max_key_days.unwrap_or(before.max_key_days),
        max_overlap_s: input.max_overlap_s.unwrap_or(before.max_overlap_s),
        price: input.price.as_ref().unwrap_or(&before.price).as_ref(),
        trial: input.trial.unwrap_or(before.trial),
    };
    let before_terms = before.terms.as_ref().map(|terms| terms.slug.clone());
    let legal = input.terms.as_ref().unwrap_or(&before_terms);
    let legal = terms::legal(work.conn(), legal.as_deref()).await?;
    let operation_limits = bounds.check(faults)?;
    let product = api.product_id;
    let old_of = &old_operation_limits;
    operation_limits::require_known(work.conn(), product, &operation_limits, old_of).await?;
    let old = Promise {
        limits: &old_limits,
        operation_limits: &old_operation_limits,
        spans: spans_of(&before),
    };
    let new = Promise {
        limits: new_limits,
        operation_limits: &operation_limits,
        spans: bounds.spans(),
    };
    let tightens = old.is_tightened_by(&new);
    let asked = match skipped {
        Some(_) => Asked::WithoutNotice,
        None => Asked::At(input.effective_at),
    };
    let begins = Begins::of(&mut work, actor, &before, tightens, asked).await?;
    let revised = match begins {
        // A revision made now takes the place of one that was to come.
        Begins::Now => {
            let skips = skipped.is_some();
            !new.has_limits_of(&old)
                || before.scheduled.is_some() && (input.revises() || skips)
                || skips && new != old
        }
        Begins::At(_) => new != old,
    };
    if begins != Begins::Now && !revised {
        let detail = t!("refused-access-nothing-changes-then-leave-it-out");
        return Err(Refusal::field(
            "/effective_at",
            "nothing_to_schedule",
            detail,
        ));
    }
    let spans = match begins {
        Begins::Now => new.spans,
        Begins::At(_) => old.spans,
    };
    sqlx::query!(
        "update plan
         set name = $2, summary = $3, state = $4, approval = $5, environments = $6, max_subscription_days = $7, max_key_days = $8,
             max_overlap_s = $9, price = $10, trial = $11, terms_id = $12, row_version = row_version + 1
         where id = $1",
        before.id.uuid(),
        name,
        summary,
        state.as_str(),
        input.approval.unwrap_or(before.approval).as_str(),
        &bounds.environment_words(),
        spans.max_subscription_days,
        spans.max_key_days,
        spans.max_overlap_s,
        terms::priced(bounds.price)?,
        bounds.trial,
        legal,
    )
    .execute(work.conn())
    .await?;
    if revised {
        let revision = NewRevision {
            limits: new.limits,
            operation_limits: new.operation_limits,
            effective_at: begins.moment(work.now()),
            spans: (begins != Begins::Now).then_some(new.spans),
        };
        limits::store_revision(&mut work, before.id, &revision).await?;
    }
    let after = view::read(work.conn(), before.id.uuid()).await?;
    work.audit(AuditEntry {
        action: "plan.update",
        subject: after.id.to_string(),
        before: Some(before.recorded()),
        after: Some(after.recorded()),
        reason: skipped,
    });
    // Subscribers are told what concerns them: other limits.
    if revised {
        let effective_at = begins.moment(work.now());
        work.emit(
            "plan.changed",
            after.id,
            json!({
                "api": { "slug": api.slug, "name": api.name },
                "plan": { "slug": after.slug, "name": after.name },
                "tightens": tightens,
                "effective_at": effective_at.format(&Rfc3339).unwrap_or_default(),
            }),
        );
    }
    work.touch(Touched::Plan(after.id));
    work.commit(after).await
}

impl UpdatePlan {
    /// Whether it says what the limits are.
    fn revises(&self) -> bool {
        self.limits.is_some() || self.operation_limits.is_some()
    }
}

/// How long what a plan gives lasts now.
pub(super) fn spans_of(plan: &PlanView) -> Spans {
    Spans {
        max_subscription_days: plan.max_subscription_days,
        max_key_days: plan.max_key_days,
        max_overlap_s: plan.max_overlap_s,
    }
}

/// When somebody wants a change to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// At a moment, or as early as may be.
    At(Option<OffsetDateTime>),
    /// At once, whoever has the plan.
    WithoutNotice,
}

/// Judges who takes something from subscribers at once, and why. Whoever has the plan counts on the tenant's notice: only
/// administrators may skip it.
pub(super) fn without_notice(
    actor: &Actor,
    place: &Place,
    reason: &str,
) -> Result<String, Refusal> {
    actor.require_on(Permission::TenantManage, place)?;
    required_reason(reason)
}

/// From when on a change counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    Now,
    At(OffsetDateTime),
}

impl Begins {
    /// What takes something from those who have the plan begins when the tenant's notice ends, or later.
    pub(super) async fn of(
        work: &mut Work<'_>,
        actor: &Actor,
        plan: &PlanView,
        tightens: bool,
        asked: Asked,
    ) -> Result<Self, Refusal> {
        let Asked::At(asked) = asked else {
            return Ok(Self::Now);
        };
        let now = work.now();
        let earliest = if tightens && plan.subscriptions > 0 {
            tenants::notice_ends(work.conn(), actor.tenant(), now).await?
        } else {
            now
        };
        if asked.is_some_and(|asked| asked < earliest && earliest > now) {
            let detail = t!(
                "refused-access-this-takes-something-from-subscriptions-who",
                subscriptions = &plan.subscriptions,
                value = &(earliest - now).whole_days(),
                date = &earliest.date().to_string()
            );
            return Err(Refusal::field("/effective_at", "too_soon", detail));
        }
        Ok(match asked.unwrap_or(earliest) {
            moment if moment > now => Self::At(moment),
            _ => Self::Now,
        })
    }

    fn moment(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Self::Now => now,
            Self::At(moment) => moment,
        }
    }
}

/// Locks a plan of a product and reads it.
pub(super) async fn lock(
    conn: &mut PgConnection,
    product: Uuid,
    plan: &Lookup<PlanId>,
) -> Result<PlanView, Refusal> {
    let (id, slug) = plan.parts();
    let found = sqlx::query_scalar!(
        "select id from plan where product_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or slug = $3)
         for no key update",
        product,
        id,
        slug,
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    view::read(conn, found).await
}

fn next_state(plan: &PlanView, wanted: Option<PlanState>) -> Result<PlanState, Refusal> {
    use PlanState::{Closed, Deprecated, Published, Staging};
    let wanted = wanted.unwrap_or(plan.state);
    match (plan.state, wanted) {
        (Closed, _) => Err(Refusal::Conflict(t!("refused-access-the-plan-is-closed"))),
        (_, Closed) => Err(Refusal::field(
            "/state",
            "not_here",
            t!("refused-access-close-a-plan-by-closing-it"),
        )),
        (from, to) if from == to => Ok(to),
        (Staging, Published) | (Published, Deprecated) | (Deprecated, Published) => Ok(wanted),
        // An offer is taken back as long as nobody has taken it up.
        (Published | Deprecated, Staging) if plan.subscriptions == 0 => Ok(wanted),
        (from, to) => Err(Refusal::Conflict(t!(
            "refused-access-a-plan-cannot-become",
            from = &in_state(from),
            to = &in_state(to)
        ))),
    }
}
