//! The terms of a plan, as requests, approvals and keys need them.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::approval::ApprovalRule;
use gatehouse_domain::id::PlanId;
use gatehouse_domain::plan::{ApprovalMode, PlanState};
use gatehouse_domain::question::RequestQuestion;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::approval::from_stored;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::known;

/// What a plan asks for and allows, without its limits.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) state: PlanState,
    pub(crate) approval: ApprovalMode,
    pub(crate) max_subscription_days: Option<i32>,
    /// What decides by itself.
    pub(crate) rule: Option<ApprovalRule>,
    /// How long a decision may take; `None` is as the tenant's settings say.
    pub(crate) due: Option<Duration>,
    /// What a request has to answer.
    pub(crate) questions: Vec<RequestQuestion>,
    environments: Vec<String>,
}

impl Terms {
    /// Whether the plan may be used in environments of a kind.
    pub(crate) fn covers(&self, kind: EnvironmentKind) -> bool {
        self.environments.iter().any(|name| name == kind.as_str())
    }

    /// The last moment a subscription that starts at `start` may have, within the years dates can name.
    pub(crate) fn latest_end(&self, start: OffsetDateTime) -> Option<OffsetDateTime> {
        self.max_subscription_days
            .map(|days| start.saturating_add(Duration::days(days.into())))
    }

    /// Refuses a plan that takes no new requests, or is not offered in an environment. One that is being prepared does not
    /// exist for whoever asks.
    pub(crate) fn require_open(&self, pointer: &str, kind: EnvironmentKind) -> Result<(), Refusal> {
        match self.state {
            PlanState::Staging => return Err(Refusal::unknown(pointer)),
            PlanState::Closed => {
                return Err(Refusal::Conflict(format!(
                    "The plan {} takes no new requests.",
                    self.name
                )));
            }
            PlanState::Published | PlanState::Deprecated => {}
        }
        if self.covers(kind) {
            return Ok(());
        }
        Err(Refusal::field(
            "/environment",
            "not_in_plan",
            format!("The plan {} is not offered in the {kind}.", self.name),
        ))
    }
}

/// Finds a plan of a product and keeps it from being closed until the transaction ends.
pub(crate) async fn find(
    conn: &mut PgConnection,
    product: Uuid,
    plan: &Lookup<PlanId>,
) -> Result<Option<Terms>, Refusal> {
    let (id, slug) = plan.parts();
    let row = sqlx::query!(
        "select id, name, state, approval, environments, max_subscription_days, approval_rule, approval_due_s, request_questions
         from plan
         where product_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or slug = $3)
         for share",
        product,
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Terms {
        id: row.id,
        name: row.name,
        state: known(PlanState::parse(&row.state), &row.state)?,
        approval: known(ApprovalMode::parse(&row.approval), &row.approval)?,
        max_subscription_days: row.max_subscription_days,
        rule: row.approval_rule.map(from_stored).transpose()?,
        due: row
            .approval_due_s
            .map(|seconds| Duration::seconds(seconds.into())),
        questions: from_stored(row.request_questions)?,
        environments: row.environments,
    }))
}

/// What the plans of an application's open subscriptions in one environment allow its keys; the strictest decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyBounds {
    /// Longest life of a key, in days.
    pub(crate) max_days: Option<i32>,
    /// Longest overlap of a rotation, in seconds.
    pub(crate) max_overlap_s: i64,
}

/// Longest overlap without any plan: 30 days.
const OVERLAP_MAX_S: i64 = 30 * 86_400;

/// Reads [`KeyBounds`].
pub(crate) async fn key_bounds(
    conn: &mut PgConnection,
    application: Uuid,
    environment: Uuid,
) -> Result<KeyBounds, Refusal> {
    let row = sqlx::query!(
        "select min(p.max_key_days) as max_days, min(p.max_overlap_s) as max_overlap_s
         from subscription s join plan p on p.id = s.plan_id
         where s.application_id = $1 and s.environment_id = $2 and s.state in ('pending', 'active')",
        application,
        environment,
    )
    .fetch_one(conn)
    .await?;
    Ok(KeyBounds {
        max_days: row.max_days,
        max_overlap_s: row.max_overlap_s.map_or(OVERLAP_MAX_S, i64::from),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_past_the_last_year_ends_with_it() {
        let terms = Terms {
            id: Uuid::nil(),
            name: "Long".to_owned(),
            state: PlanState::Published,
            approval: ApprovalMode::Auto,
            max_subscription_days: Some(i32::MAX),
            rule: None,
            due: None,
            questions: Vec::new(),
            environments: Vec::new(),
        };
        let end = terms.latest_end(OffsetDateTime::UNIX_EPOCH).unwrap();
        assert_eq!(end.year(), 9999);
    }
}
