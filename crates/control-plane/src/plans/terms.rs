//! The terms of a plan, as requests, approvals and keys need them.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::approval::ApprovalRule;
use gatehouse_domain::id::PlanId;
use gatehouse_domain::plan::{ApprovalMode, PlanState};
use gatehouse_domain::price::Price;
use gatehouse_domain::question::RequestQuestion;
use gatehouse_language::t;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::approval::from_stored;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::{in_state, known};

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
    /// Whether it is for trying out.
    pub(crate) trial: bool,
    /// What requests accept.
    pub(crate) legal: Option<Legal>,
    environments: Vec<String>,
}

/// The newest version of what a plan's requests accept.
#[derive(Debug, Clone)]
pub(crate) struct Legal {
    /// Identity of that version.
    pub(crate) version: Uuid,
    pub(crate) number: i32,
    pub(crate) slug: String,
    pub(crate) title: String,
}

impl Legal {
    /// Refuses who accepts none, or not the newest version; `pointer` is where that is said.
    pub(crate) fn require_accepted(
        &self,
        pointer: &str,
        accepted: Option<i32>,
    ) -> Result<(), Refusal> {
        if accepted == Some(self.number) {
            return Ok(());
        }
        let code = if accepted.is_none() {
            "required"
        } else {
            "not_current"
        };
        let detail = t!(
            "refused-access-accept-version-of-which-stands-at",
            number = self.number.to_string(),
            title = &self.title,
            slug = &self.slug
        );
        Err(Refusal::field(pointer, code, detail))
    }
}

/// The newest version of terms, by their slug.
pub(crate) async fn newest(conn: &mut PgConnection, slug: &str) -> Result<Option<Legal>, Refusal> {
    let found = sqlx::query_as!(
        Legal,
        "select v.id as version, v.number, l.slug, l.title
         from terms l join terms_version v on v.terms_id = l.id
         where l.slug = $1
         order by v.number desc limit 1",
        slug,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// Finds terms by their slug.
pub(super) async fn legal(
    conn: &mut PgConnection,
    slug: Option<&str>,
) -> Result<Option<Uuid>, Refusal> {
    let Some(slug) = slug.filter(|slug| !slug.is_empty()) else {
        return Ok(None);
    };
    sqlx::query_scalar!("select id from terms where slug = $1", slug)
        .fetch_optional(conn)
        .await?
        .map(Some)
        .ok_or_else(|| Refusal::unknown("/terms"))
}

/// A price as it is stored.
pub(super) fn priced(price: Option<&Price>) -> Result<Option<Value>, Refusal> {
    let stored = price.map(serde_json::to_value).transpose();
    stored.map_err(|error| Refusal::Internal(error.into()))
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
                return Err(Refusal::Conflict(t!(
                    "refused-access-the-plan-takes-no-new-requests",
                    name = &self.name
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
            t!(
                "refused-access-the-plan-is-not-offered-in",
                name = &self.name,
                kind = &in_state(kind)
            ),
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
        r#"select p.id, p.name, p.state, p.approval, p.environments, p.max_subscription_days, p.approval_rule, p.approval_due_s,
                  p.request_questions, p.trial, v.id as "legal?", v.number as "legal_number?", l.slug as "legal_slug?", l.title as "legal_title?"
           from plan p
           left join terms l on l.id = p.terms_id
           left join terms_version v on v.terms_id = l.id
                     and v.number = (select max(n.number) from terms_version n where n.terms_id = l.id)
           where p.product_id = $1 and ($2::uuid is null or p.id = $2) and ($3::text is null or p.slug = $3)
           for share of p"#,
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
        trial: row.trial,
        legal: legal_of(row.legal, row.legal_number, row.legal_slug, row.legal_title),
        environments: row.environments,
    }))
}

fn legal_of(
    version: Option<Uuid>,
    number: Option<i32>,
    slug: Option<String>,
    title: Option<String>,
) -> Option<Legal> {
    Some(Legal {
        version: version?,
        number: number?,
        slug: slug?,
        title: title?,
    })
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
            trial: false,
            legal: None,
            environments: Vec::new(),
        };
        let end = terms.latest_end(OffsetDateTime::UNIX_EPOCH).unwrap();
        assert_eq!(end.year(), 9999);
    }
}
