//! Plans, with their limits.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::plan::{ApprovalMode, PlanState};

use super::{Want, renamed};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::plans;
use crate::refusal::Refusal;
use crate::resources::specs::{LimitSpec, OperationLimitSpec, PlanSpec, Spec};
use crate::resources::{ResourceKind, State};

pub(super) async fn put_plan(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &PlanSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let rules = spec.limits.as_ref().map(|limits| {
        // What was read is whole: a limit that is not was refused with its place.
        let rules = limits.iter().map(LimitSpec::rule);
        rules.filter_map(Result::ok).collect::<Vec<_>>()
    });
    let single = spec.operation_limits.as_ref();
    let single = single.map(|limits| limits.iter().map(OperationLimitSpec::limit).collect());
    let plan = || Lookup::Slug(want.key.name.clone());
    let mut state = spec.state;
    if held.is_none() {
        let input = plans::CreatePlan {
            slug: want.key.name.clone(),
            name: spec.name.clone().unwrap_or_else(|| want.key.name.clone()),
            summary: spec.summary.clone().unwrap_or_default(),
            approval: spec.approval.unwrap_or(ApprovalMode::Manual),
            environments: spec
                .environments
                .clone()
                .unwrap_or_else(|| EnvironmentKind::ALL.to_vec()),
            limits: rules.unwrap_or_default(),
            operation_limits: single.unwrap_or_default(),
            max_subscription_days: spec.max_subscription_days.flatten(),
            max_key_days: spec.max_key_days.flatten(),
            max_overlap_s: spec.max_overlap_s,
            staging: state == Some(PlanState::Staging),
            price: spec.price.clone().flatten(),
            trial: spec.trial.unwrap_or_default(),
            terms: spec.terms.clone().flatten(),
        };
        plans::create_plan(db, actor, want.api(), input).await?;
        if state == Some(PlanState::Deprecated) {
            let input = plans::UpdatePlan {
                state,
                ..plans::UpdatePlan::default()
            };
            plans::update_plan(db, actor, want.api(), plan(), None, input).await?;
        }
        return put_approval(db, actor, want, spec, None).await;
    }
    // The limits of an earlier revision are that revision, so that counters and promises are the ones of then; or, where
    // they are lower for somebody, new ones like it that are announced.
    let (limits, operation_limits) = match want.number() {
        Some(number) => {
            let back =
                plans::restore_revision(db, actor, want.api(), plan(), number, want.without_notice)
                    .await?;
            back.map_or((None, None), |notice| {
                (Some(notice.limits), Some(notice.operation_limits))
            })
        }
        None => (rules, single),
    };
    if state == held.and_then(|held| serde_json::from_value(held.fields.get("state")?.clone()).ok())
    {
        state = None;
    }
    let input = plans::UpdatePlan {
        name: spec.name.clone(),
        summary: spec.summary.clone(),
        state,
        approval: spec.approval,
        environments: spec.environments.clone(),
        limits,
        operation_limits,
        effective_at: None,
        without_notice: want.without_notice.map(ToOwned::to_owned),
        max_subscription_days: spec.max_subscription_days,
        max_key_days: spec.max_key_days,
        max_overlap_s: spec.max_overlap_s,
        price: spec.price.clone(),
        trial: spec.trial,
        terms: spec.terms.clone(),
    };
    plans::update_plan(db, actor, want.api(), plan(), None, input).await?;
    put_approval(db, actor, want, spec, held).await
}

/// How requests are decided, where that is stated and differs.
async fn put_approval(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &PlanSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let held = held.and_then(|held| Spec::of_fields(ResourceKind::Plan, &held.fields));
    let held = match held {
        Some(Spec::Plan(held)) => *held,
        _ => PlanSpec::default(),
    };
    let rule = |spec: &PlanSpec| spec.approval_rule.clone();
    let stated = plans::SetPlanApproval {
        rule: rule(spec).or_else(|| rule(&held)).flatten(),
        due_s: spec.approval_due_s.or(held.approval_due_s).flatten(),
        questions: spec
            .questions
            .clone()
            .or_else(|| held.questions.clone())
            .unwrap_or_default(),
    };
    let is_same = stated.rule == rule(&held).flatten()
        && stated.due_s == held.approval_due_s.flatten()
        && stated.questions == held.questions.unwrap_or_default();
    if is_same {
        return Ok(());
    }
    let plan = Lookup::Slug(want.key.name.clone());
    let done = plans::set_plan_approval(db, actor, want.api(), plan, None, stated).await;
    let names = [("/rule", "/approval_rule"), ("/due_s", "/approval_due_s")];
    done.map(drop).map_err(|refusal| renamed(refusal, &names))
}
