//! A rule tried on the past: what it would have approved, beside what people decided.
//!
//! People, teams and limits are taken as they are today: what somebody's team was called last spring is not kept.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::Permission;
use gatehouse_domain::approval::{ApprovalRule, Check, RequestFacts, daily_requests};
use gatehouse_domain::id::{ApiId, PlanId, SubscriptionId};
use gatehouse_language::t;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::ruling::{mail_domain, team_kind};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::plans::{approval, limits};
use crate::refs::PlanRef;
use crate::refusal::Refusal;
use crate::words::known;

/// Longest look back, days.
pub const SIMULATED_DAYS_MAX: u16 = 365;
/// Most requests a rule is tried on; the newest.
pub const SIMULATED_MAX: usize = 10_000;
/// Most requests that are named one by one.
const NAMED_MAX: usize = 200;

/// What people made of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ByPeople {
    /// Agreed to.
    Approved,
    /// Refused.
    Rejected,
    /// Waits still.
    Waiting,
    /// Taken back, or moot before anybody decided.
    Undecided,
    /// A rule or the plan's mode decided.
    NotAsked,
}

/// What a rule would have done.
#[derive(Debug, Clone, Serialize)]
pub struct RuleSimulation {
    /// The plan.
    pub plan: PlanRef,
    /// The rule by its name.
    pub rule: String,
    /// How many days were looked at.
    pub days: u16,
    /// Requests in them, at most [`SIMULATED_MAX`].
    pub requests: usize,
    /// Whether there were more than that; the newest were taken.
    pub truncated: bool,
    /// How many the rule would have approved.
    pub would_approve: usize,
    /// Of those that it would have approved: people agreed.
    pub agreed_approve: usize,
    /// Of those that it would have approved: people refused. Each of these would have been access that somebody denied.
    pub contradicted: usize,
    /// Of those that it would have left to people: people agreed.
    pub left_approved: usize,
    /// Of those that it would have left to people: people refused.
    pub left_rejected: usize,
    /// The requests, contradictions first, then the newest; at most 200.
    pub items: Vec<SimulatedRequest>,
}

/// One past request.
#[derive(Debug, Clone, Serialize)]
pub struct SimulatedRequest {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The application's name.
    pub application: String,
    /// The team's slug.
    pub team: String,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What people made of it.
    pub by_people: ByPeople,
    /// Whether the rule would have approved it.
    pub would_approve: bool,
    /// Each condition in words.
    pub checks: Vec<Check>,
}

struct Past {
    subscription: Uuid,
    application: String,
    team: String,
    team_kind: String,
    personal: bool,
    email: Option<String>,
    verified: bool,
    environment: String,
    created_at: OffsetDateTime,
    state: String,
    required: i32,
    decided_by_person: bool,
}

/// Tries a rule, or the plan's own when none is given, on the requests of the last `days`. Whether the rule acts does not
/// matter here.
pub async fn simulate_rule(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    plan: Lookup<PlanId>,
    rule: Option<ApprovalRule>,
    days: u16,
) -> Result<RuleSimulation, Refusal> {
    actor.require_anywhere(Permission::SubscriptionRead)?;
    if !(1..=SIMULATED_DAYS_MAX).contains(&days) {
        let detail = t!(
            "refused-access-use-1-to-days-got-2",
            simulated_days_max = &SIMULATED_DAYS_MAX,
            days = &days
        );
        return Err(Refusal::field("/days", "out_of_range", detail));
    }
    let since = db.clock().now() - Duration::days(days.into());
    let mut tx = db.tenant(actor.tenant()).await?;
    let found = approval::for_trial(&mut tx, actor, &api, &plan).await?;
    let Some(rule) = rule.or(found.rule) else {
        let detail = t!("refused-access-the-plan-has-no-rule-send");
        return Err(Refusal::field("/rule", "required", detail));
    };
    let faults = approval::rule_faults(&mut tx, &rule).await?;
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    let plan = found.plan;
    let known_limits = limits::of_plans(&mut tx, &[plan.id.uuid()]).await?;
    let daily = daily_requests(known_limits.into_values().flatten().map(|limit| limit.rule));
    let mut past = past_requests(&mut tx, plan.id.uuid(), since).await?;
    let truncated = past.len() > SIMULATED_MAX;
    past.truncate(SIMULATED_MAX);
    let items = past
        .into_iter()
        .map(|request| request.tried(&rule, daily))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(tally(plan, &rule, days, truncated, items))
}

fn tally(
    plan: PlanRef,
    rule: &ApprovalRule,
    days: u16,
    truncated: bool,
    mut items: Vec<SimulatedRequest>,
) -> RuleSimulation {
    let count = |would, by: &[ByPeople]| {
        items
            .iter()
            .filter(|item| item.would_approve == would && by.contains(&item.by_people))
            .count()
    };
    let mut simulation = RuleSimulation {
        plan,
        rule: rule.name.trim().to_owned(),
        days,
        requests: items.len(),
        truncated,
        would_approve: items.iter().filter(|item| item.would_approve).count(),
        agreed_approve: count(true, &[ByPeople::Approved]),
        contradicted: count(true, &[ByPeople::Rejected]),
        left_approved: count(false, &[ByPeople::Approved]),
        left_rejected: count(false, &[ByPeople::Rejected]),
        items: Vec::new(),
    };
    // A stable sort: the newest first among equals, as they were read.
    items.sort_by_key(|item| !(item.would_approve && item.by_people == ByPeople::Rejected));
    items.truncate(NAMED_MAX);
    simulation.items = items;
    simulation
}

impl Past {
    fn tried(self, rule: &ApprovalRule, daily: Option<u64>) -> Result<SimulatedRequest, Refusal> {
        let environment = known(EnvironmentKind::parse(&self.environment), &self.environment)?;
        let facts = RequestFacts {
            mail_domain: self.email.as_deref().and_then(mail_domain),
            mail_verified: self.verified,
            team: self.team.clone(),
            team_kind: team_kind(&self.team_kind, self.personal)?,
            environment,
            daily_requests: daily,
        };
        let judged = rule.judge(&facts);
        Ok(SimulatedRequest {
            by_people: self.by_people(),
            subscription: self.subscription.into(),
            application: self.application,
            team: self.team,
            at: self.created_at,
            would_approve: judged.holds,
            checks: judged.checks,
        })
    }

    fn by_people(&self) -> ByPeople {
        match self.state.as_str() {
            "approved" if self.required == 0 && !self.decided_by_person => ByPeople::NotAsked,
            "approved" => ByPeople::Approved,
            "rejected" => ByPeople::Rejected,
            "open" => ByPeople::Waiting,
            _ => ByPeople::Undecided,
        }
    }
}

/// Requests for a plan, newest first. What was granted without a request is left out: nobody decides what they asked for
/// themselves, but for a grant.
async fn past_requests(
    conn: &mut PgConnection,
    plan: Uuid,
    since: OffsetDateTime,
) -> Result<Vec<Past>, Refusal> {
    let rows = sqlx::query_as!(
        Past,
        r#"select s.id as subscription, a.name as application, t.slug as team, t.kind as team_kind,
                  t.personal_user_id is not null as "personal!", u.email as "email?",
                  coalesce(u.email_verified_at is not null, false) as "verified!", e.kind as environment,
                  r.created_at, r.state, r.required,
                  exists (select from approval_decision d where d.request_id = r.id and d.actor_id is not null) as "decided_by_person!"
           from approval_request r
           join subscription s on s.id = r.subscription_id
           join application a on a.id = s.application_id
           join team t on t.id = a.owner_team_id
           join environment e on e.id = s.environment_id
           left join app_user u on u.id = r.requested_by
           where (r.plan_id = $1 or r.plan_id is null and s.plan_id = $1)
             and r.subject_type = 'subscription' and r.created_at >= $2
             and not exists (select from approval_decision d where d.request_id = r.id and d.actor_id = r.requested_by)
           order by r.id desc
           limit $3"#,
        plan,
        since,
        i64::try_from(SIMULATED_MAX + 1).unwrap_or(i64::MAX),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
