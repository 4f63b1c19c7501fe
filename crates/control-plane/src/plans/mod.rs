//! Plans: what a subscription allows and who must agree to it. Limits change only by a new, immutable revision.

pub(crate) mod approval;
mod choices;
mod close;
mod drop_operations;
pub(crate) mod limits;
pub(crate) mod operation_limits;
mod restore;
mod revisions;
pub(crate) mod terms;
mod tighten;
mod update;
mod view;

use gatehouse_domain::id::{ApiId, PlanId};
use gatehouse_domain::plan::{ApprovalMode, LimitRule, PlanState};
use gatehouse_domain::price::Price;
use gatehouse_domain::{EnvironmentKind, Permission, Slug};
use gatehouse_language::t;
use serde_json::json;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::products;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::words::Said;
use crate::work::{Changed, Work};

pub use approval::{DUE_S, PlanApproval, SetPlanApproval, get_plan_approval, set_plan_approval};
pub use choices::{PlanChoice, list_plan_choices};
pub use close::{ClosePlan, close_plan};
pub use limits::{LimitView, limit_words};
pub use operation_limits::{OperationLimit, OperationLimitView};
pub use revisions::{RevisionView, apply_due, list_revisions};
pub use update::{UpdatePlan, update_plan};
pub use view::{PlanTerms, PlanView, ScheduledView};

pub(crate) use drop_operations::drop_operations;
pub(crate) use operation_limits::key_of;
pub(crate) use restore::restore_revision;
pub(crate) use view::of_product;

use limits::NewRevision;
use tighten::Spans;

/// Longest rotation overlap that a plan may allow: 30 days.
const OVERLAP_MAX_S: i32 = 30 * 86_400;

/// A new plan.
#[derive(Debug, Clone)]
pub struct CreatePlan {
    /// In URLs.
    pub slug: String,
    /// For people, at most 80 characters.
    pub name: String,
    /// At most 400 characters.
    pub summary: String,
    /// Who must agree to a request.
    pub approval: ApprovalMode,
    /// Where it is offered, at least one.
    pub environments: Vec<EnvironmentKind>,
    /// All of them apply; the strictest decides. None is no limit.
    pub limits: Vec<LimitRule>,
    /// Beside them, rates of single operations.
    pub operation_limits: Vec<OperationLimit>,
    /// Days a subscription lasts; `None` is without an end.
    pub max_subscription_days: Option<i32>,
    /// Longest life of a key, in days.
    pub max_key_days: Option<i32>,
    /// Longest overlap of a key rotation, in seconds; `None` is 30 days.
    pub max_overlap_s: Option<i32>,
    /// Being prepared: not offered yet.
    pub staging: bool,
    /// What it costs: told, not charged.
    pub price: Option<Price>,
    /// For trying out: each team asks for it once, and it is not renewed. It needs `max_subscription_days`.
    pub trial: bool,
    /// Slug of the terms that requests accept.
    pub terms: Option<String>,
}

impl Default for CreatePlan {
    fn default() -> Self {
        Self {
            slug: String::new(),
            name: String::new(),
            summary: String::new(),
            approval: ApprovalMode::Manual,
            environments: EnvironmentKind::ALL.to_vec(),
            limits: Vec::new(),
            operation_limits: Vec::new(),
            max_subscription_days: None,
            max_key_days: None,
            max_overlap_s: None,
            staging: false,
            price: None,
            trial: false,
            terms: None,
        }
    }
}

/// Makes a plan of an API, or of a product, named by its slug or id.
pub async fn create_plan(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    input: CreatePlan,
) -> Result<Changed<PlanView>, Refusal> {
    actor.require_anywhere(Permission::PlanManage)?;
    let mut faults = Faults::default();
    let slug = faults.parse("/slug", "slug", Slug::new(input.slug.as_str()));
    let bounds = Bounds {
        environments: &input.environments,
        limits: &input.limits,
        operation_limits: &input.operation_limits,
        max_subscription_days: input.max_subscription_days,
        max_key_days: input.max_key_days,
        max_overlap_s: input.max_overlap_s.unwrap_or(OVERLAP_MAX_S),
        price: input.price.as_ref(),
        trial: input.trial,
    };
    let name = faults.text("/name", &input.name, 80);
    let summary = faults.optional_text("/summary", &input.summary, 400);
    let operation_limits = bounds.check(faults)?;
    let Some(slug) = slug else {
        return Err(Refusal::field(
            "/slug",
            "slug",
            t!("refused-apis-not-a-slug"),
        ));
    };
    let mut work = Work::begin(db, actor).await?;
    let api = products::offering(work.conn(), actor, &api, Permission::PlanManage).await?;
    api.require_alive()?;
    let legal = terms::legal(work.conn(), input.terms.as_deref()).await?;
    let id: PlanId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    let state = if input.staging {
        PlanState::Staging
    } else {
        PlanState::Published
    };
    sqlx::query!(
        "insert into plan (id, tenant_id, product_id, slug, name, summary, state, approval, environments, max_subscription_days,
                           max_key_days, max_overlap_s, position, created_at, price, trial, terms_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, (select count(*) from plan where product_id = $3), $13, $14, $15, $16)",
        id.uuid(),
        tenant,
        api.product_id,
        slug.as_str(),
        name,
        summary,
        state.as_str(),
        input.approval.as_str(),
        &bounds.environment_words(),
        bounds.max_subscription_days,
        bounds.max_key_days,
        bounds.max_overlap_s,
        now,
        terms::priced(input.price.as_ref())?,
        input.trial,
        legal,
    )
    .execute(work.conn())
    .await
    .on_constraint("plan_slug_key", || {
        Refusal::Conflict(t!("refused-access-has-a-plan-already", name = &api.name, slug = &slug))
    })?;
    operation_limits::require_known(work.conn(), api.product_id, &operation_limits, &[]).await?;
    let revision = NewRevision {
        limits: &input.limits,
        operation_limits: &operation_limits,
        effective_at: now,
        spans: None,
    };
    limits::store_revision(&mut work, id, &revision).await?;
    let view = view::read(work.conn(), id.uuid()).await?;
    work.audit(AuditEntry {
        action: "plan.create",
        subject: id.to_string(),
        after: Some(view.recorded()),
        ..AuditEntry::default()
    });
    work.emit(
        "plan.created",
        id,
        json!({ "api": { "slug": api.slug, "name": api.name }, "plan": { "slug": view.slug, "name": view.name } }),
    );
    work.touch(Touched::Plan(id));
    work.commit(view).await
}

/// The numbers and lists of a plan, checked together.
struct Bounds<'a> {
    environments: &'a [EnvironmentKind],
    limits: &'a [LimitRule],
    operation_limits: &'a [OperationLimit],
    max_subscription_days: Option<i32>,
    max_key_days: Option<i32>,
    max_overlap_s: i32,
    price: Option<&'a Price>,
    trial: bool,
}

impl Bounds<'_> {
    fn spans(&self) -> Spans {
        Spans {
            max_subscription_days: self.max_subscription_days,
            max_key_days: self.max_key_days,
            max_overlap_s: self.max_overlap_s,
        }
    }

    /// Answers the limits of operations with their stable keys.
    fn check(&self, mut faults: Faults) -> Result<Vec<OperationLimit>, Refusal> {
        faults.require(
            !self.environments.is_empty(),
            "/environments",
            "required",
            t!("refused-access-offer-the-plan-in-at-least"),
        );
        for (pointer, days) in [
            ("/max_subscription_days", self.max_subscription_days),
            ("/max_key_days", self.max_key_days),
        ] {
            if let Some(days) = days {
                faults.require(
                    (1..=3650).contains(&days),
                    pointer,
                    "out_of_range",
                    t!("refused-access-use-1-to-3650-days-got", days = &days),
                );
            }
        }
        faults.require(
            (0..=OVERLAP_MAX_S).contains(&self.max_overlap_s),
            "/max_overlap_s",
            "out_of_range",
            t!(
                "refused-access-use-0-to-seconds-got-2",
                overlap_max_s = &OVERLAP_MAX_S,
                max_overlap_s = &self.max_overlap_s
            ),
        );
        for (member, code, fault) in self.price.map(Price::faults).unwrap_or_default() {
            faults.require(false, &format!("/price/{member}"), code, fault.said());
        }
        faults.require(
            !self.trial || self.max_subscription_days.is_some(),
            "/trial",
            "needs_end",
            t!("refused-access-say-with-max-subscription-days-how"),
        );
        let mut found = limits::check(self.limits, self.operation_limits.len());
        let operation_limits = operation_limits::normalised(self.operation_limits, &mut found);
        for fault in found {
            faults.require(false, &fault.pointer, fault.code, fault.detail);
        }
        faults.finish()?;
        Ok(operation_limits)
    }

    fn environment_words(&self) -> Vec<String> {
        EnvironmentKind::ALL
            .iter()
            .filter(|kind| self.environments.contains(kind))
            .map(|kind| kind.as_str().to_owned())
            .collect()
    }
}

/// Lists the plans of an API: every one for whoever manages APIs, else those on offer.
pub async fn list_plans(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    page: &Page,
) -> Result<Listed<PlanView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = products::offering_visible(&mut tx, actor, &api).await?;
    let offered = !actor.may_on(Permission::ApiRead, &api.place());
    let views = view::list(&mut tx, api.product_id, offered, page).await?;
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

/// Reads one plan of an API.
pub async fn get_plan(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
) -> Result<PlanView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = products::offering_visible(&mut tx, actor, &api).await?;
    let view = view::find(&mut tx, api.product_id, &plan).await?;
    if view.state == PlanState::Staging && !actor.may_on(Permission::ApiRead, &api.place()) {
        return Err(Refusal::NotFound);
    }
    Ok(view)
}
