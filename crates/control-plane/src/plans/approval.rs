//! How requests for a plan are decided: its rule, by when, and what the owner asks.

use gatehouse_domain::Permission;
use gatehouse_domain::approval::{ApprovalRule, PartFault, RuleCondition, RuleMode};
use gatehouse_domain::id::{ApiId, PlanId};
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::question::{RequestQuestion, check_questions};
use gatehouse_language::t;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::update::lock;
use super::view;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::products;
use crate::refs::PlanRef;
use crate::refusal::{FieldFault, Refusal};
use crate::words::{Said, known, require_version};
use crate::work::{Changed, Work};

/// Shortest and longest time for a decision, seconds: a minute and 90 days.
pub const DUE_S: std::ops::RangeInclusive<i32> = 60..=7_776_000;

/// How requests for a plan are decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanApproval {
    /// The plan.
    pub plan: PlanRef,
    /// Who decides what the rule does not.
    pub approval: ApprovalMode,
    /// What decides by itself; shown to whoever may see every API.
    pub rule: Option<ApprovalRule>,
    /// Seconds until a decision is due; `None` is as the tenant's settings say.
    pub due_s: Option<i32>,
    /// What a request has to answer.
    pub questions: Vec<RequestQuestion>,
    /// For If-Match: the plan's.
    pub row_version: i32,
}

/// All of it, in place of what was there.
#[derive(Debug, Clone, Default)]
pub struct SetPlanApproval {
    /// What decides by itself.
    pub rule: Option<ApprovalRule>,
    /// [`DUE_S`]; `None` is as the tenant's settings say.
    pub due_s: Option<i32>,
    /// At most [`gatehouse_domain::question::QUESTIONS_MAX`].
    pub questions: Vec<RequestQuestion>,
}

/// Reads how requests for a plan are decided.
pub async fn get_plan_approval(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
) -> Result<PlanApproval, Refusal> {
    let plan = super::get_plan(db, actor, api.clone(), plan).await?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let place = products::offering_visible(&mut tx, actor, &api)
        .await?
        .place();
    let mut found = read(&mut tx, plan.id.uuid()).await?;
    if !actor.may_on(Permission::ApiRead, &place) {
        found.rule = None;
    }
    Ok(found)
}

/// Changes how requests for a plan are decided, from the next one on.
pub async fn set_plan_approval(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
    expected: Option<i32>,
    input: SetPlanApproval,
) -> Result<Changed<PlanApproval>, Refusal> {
    actor.require_anywhere(Permission::PlanManage)?;
    let mut work = Work::begin(db, actor).await?;
    let api = products::offering(work.conn(), actor, &api, Permission::PlanManage).await?;
    let plan = lock(work.conn(), api.product_id, &plan).await?;
    require_version(expected, plan.row_version)?;
    check(work.conn(), plan.approval, &input).await?;
    let before = read(work.conn(), plan.id.uuid()).await?;
    sqlx::query!(
        "update plan set approval_rule = $2, approval_due_s = $3, request_questions = $4, row_version = row_version + 1
         where id = $1",
        plan.id.uuid(),
        input.rule.as_ref().map(stored).transpose()?,
        input.due_s,
        stored(&input.questions)?,
    )
    .execute(work.conn())
    .await?;
    let after = read(work.conn(), plan.id.uuid()).await?;
    work.audit(AuditEntry {
        action: "plan.set_approval",
        subject: plan.id.to_string(),
        before: Some(recorded(&before)),
        after: Some(recorded(&after)),
        reason: None,
    });
    work.emit(
        "plan.approval_changed",
        plan.id,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "plan": { "slug": plan.slug, "name": plan.name },
        }),
    );
    work.commit(after).await
}

/// Refuses a rule, a time and questions that cannot be kept; every fault at once.
async fn check(
    conn: &mut PgConnection,
    approval: ApprovalMode,
    input: &SetPlanApproval,
) -> Result<(), Refusal> {
    let mut faults = placed("/questions", check_questions(&input.questions));
    if let Some(due_s) = input.due_s.filter(|due_s| !DUE_S.contains(due_s)) {
        let detail = t!(
            "refused-access-use-to-seconds-got",
            start = &DUE_S.start(),
            end = &DUE_S.end(),
            due_s = &due_s
        );
        faults.push(FieldFault::new("/due_s", "out_of_range", detail));
    }
    if let Some(rule) = &input.rule {
        faults.extend(rule_faults(conn, rule).await?);
        if rule.mode == RuleMode::Enforce && approval == ApprovalMode::TwoPerson {
            let detail = t!("refused-access-this-plan-needs-two-people-whom");
            faults.push(FieldFault::new("/rule/mode", "needs_two_people", detail));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(faults))
    }
}

/// What is wrong with a rule, with pointers from `/rule`.
pub(crate) async fn rule_faults(
    conn: &mut PgConnection,
    rule: &ApprovalRule,
) -> Result<Vec<FieldFault>, Refusal> {
    let mut faults = placed("/rule", rule.check());
    for (place, condition) in rule.conditions.iter().enumerate() {
        let RuleCondition::Team { teams } = condition else {
            continue;
        };
        let known: Vec<String> = sqlx::query_scalar!(
            "select slug from team where slug = any($1)",
            teams.as_slice()
        )
        .fetch_all(&mut *conn)
        .await?;
        for (number, team) in teams.iter().enumerate() {
            let pointer = format!("/rule/conditions/{place}/teams/{number}");
            let named_already = faults.iter().any(|fault| fault.pointer == pointer);
            if !known.contains(team) && !named_already {
                let detail = t!("refused-access-there-is-no-team", team = &team);
                faults.push(FieldFault::new(pointer, "unknown_reference", detail));
            }
        }
    }
    Ok(faults)
}

pub(crate) fn placed(at: &str, faults: Vec<PartFault>) -> Vec<FieldFault> {
    let place = |fault: PartFault| {
        FieldFault::new(
            format!("{at}{}", fault.pointer),
            fault.code,
            fault.fault.said(),
        )
    };
    faults.into_iter().map(place).collect()
}

async fn read(conn: &mut PgConnection, id: Uuid) -> Result<PlanApproval, Refusal> {
    let row = sqlx::query!(
        "select id, slug, name, approval, approval_rule, approval_due_s, request_questions, row_version from plan where id = $1",
        id,
    )
    .fetch_one(conn)
    .await?;
    Ok(PlanApproval {
        plan: PlanRef {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
        },
        approval: known(ApprovalMode::parse(&row.approval), &row.approval)?,
        rule: row.approval_rule.map(from_stored).transpose()?,
        due_s: row.approval_due_s,
        questions: from_stored(row.request_questions)?,
        row_version: row.row_version,
    })
}

fn recorded(approval: &PlanApproval) -> Value {
    json!({ "rule": approval.rule, "due_s": approval.due_s, "questions": approval.questions })
}

fn stored(value: &impl Serialize) -> Result<Value, Refusal> {
    Ok(serde_json::to_value(value).map_err(anyhow::Error::from)?)
}

/// What the program stored it reads back.
pub(crate) fn from_stored<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    Ok(serde_json::from_value(value).map_err(anyhow::Error::from)?)
}

/// Finds a plan for whoever tries a rule on it.
pub(crate) async fn for_trial(
    conn: &mut PgConnection,
    actor: &Actor,
    api: &Lookup<ApiId>,
    plan: &Lookup<PlanId>,
) -> Result<PlanApproval, Refusal> {
    let api = products::offering(&mut *conn, actor, api, Permission::SubscriptionRead).await?;
    let plan = view::find(&mut *conn, api.product_id, plan).await?;
    read(conn, plan.id.uuid()).await
}
