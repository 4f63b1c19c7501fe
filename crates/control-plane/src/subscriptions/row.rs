//! The stored subscription with the names around it: read by every verb, and by every list.

use gatehouse_domain::approval::Judgement;
use gatehouse_domain::id::{
    ApprovalRequestId, EnvironmentId, PlanId, ProductId, SubscriptionId, UserId,
};
use gatehouse_domain::subscription::{EndedReason, StoredState, SubscriptionFacts};
use gatehouse_domain::{EnvironmentKind, Place};
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::rights::Rights;
use super::select::rows;
use super::view::{
    Approvals, DecisionView, EndView, HoldView, OpenRequest, RequestSubject, SubscriptionView,
};
use crate::plans::PlanTerms;
use crate::plans::approval::from_stored;
use crate::plans::limits::rule_of;
use crate::refs::{ApiRef, AppRef, EnvRef, PersonRef, PlanRef, ProductRef, TeamRef};
use crate::refusal::Refusal;
use crate::words::known;

/// Everything one statement reads about a subscription, as seen by one person.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) application_id: Uuid,
    pub(super) application_slug: String,
    pub(super) application_name: String,
    pub(super) team_id: Uuid,
    pub(super) team_slug: String,
    pub(super) team_name: String,
    pub(super) api_id: Uuid,
    pub(super) api_slug: String,
    /// Of the product, which is the API's where it stands for one.
    pub(super) api_name: String,
    /// Whether the product stands for that API alone.
    pub(super) of_one_api: bool,
    pub(super) product_slug: String,
    pub(super) product_id: Uuid,
    /// Who provides it: the team that owns the product.
    pub(super) provider_team_id: Uuid,
    pub(super) plan_id: Uuid,
    pub(super) plan_slug: String,
    pub(super) plan_name: String,
    /// How long the plan's access lasts; `None` is without end.
    pub(super) plan_term_days: Option<i32>,
    pub(super) wanted_plan_id: Option<Uuid>,
    pub(super) wanted_plan_slug: Option<String>,
    pub(super) wanted_plan_name: Option<String>,
    pub(super) environment_id: Uuid,
    pub(super) environment_slug: String,
    pub(super) environment_kind: String,
    pub(super) state: String,
    pub(super) starts_at: Option<OffsetDateTime>,
    pub(super) ends_at: Option<OffsetDateTime>,
    pub(super) provider_hold_at: Option<OffsetDateTime>,
    pub(super) provider_hold_by: Option<Uuid>,
    pub(super) provider_hold_name: Option<String>,
    pub(super) provider_hold_reason: Option<String>,
    pub(super) consumer_hold_at: Option<OffsetDateTime>,
    pub(super) consumer_hold_by: Option<Uuid>,
    pub(super) consumer_hold_name: Option<String>,
    pub(super) ended_reason: Option<String>,
    pub(super) ended_at: Option<OffsetDateTime>,
    pub(super) ended_by: Option<Uuid>,
    pub(super) ended_name: Option<String>,
    pub(super) ended_note: Option<String>,
    pub(super) requested_by: Option<Uuid>,
    pub(super) requester_name: Option<String>,
    pub(super) request_reason: String,
    pub(super) request_answers: serde_json::Value,
    pub(super) terms_slug: Option<String>,
    pub(super) terms_title: Option<String>,
    pub(super) terms_number: Option<i32>,
    /// What is to be accepted still.
    pub(super) due_slug: Option<String>,
    pub(super) due_title: Option<String>,
    pub(super) due_number: Option<i32>,
    pub(super) created_at: OffsetDateTime,
    pub(super) row_version: i32,
    pub(super) decision: Option<String>,
    pub(super) decision_by: Option<Uuid>,
    pub(super) decision_name: Option<String>,
    pub(super) decision_at: Option<OffsetDateTime>,
    pub(super) decision_reason: Option<String>,
    pub(super) decision_rule: Option<String>,
    pub(super) decision_behalf: Option<Uuid>,
    pub(super) decision_behalf_name: Option<String>,
    pub(super) approvals_given: i32,
    pub(super) approvals_required: i32,
    pub(super) open_requests: serde_json::Value,
    pub(super) own_limits: serde_json::Value,
    /// Whether the person who looks is in the team that owns the application.
    pub(super) own: bool,
}

/// What the statement packs of one open request.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Open {
    pub(super) id: Uuid,
    pub(super) subject: RequestSubject,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) due_at: OffsetDateTime,
    pub(super) given: i32,
    pub(super) required: i32,
    pub(super) requested_by: Option<Uuid>,
    pub(super) requester: Option<String>,
    pub(super) reason: String,
    pub(super) rule: Option<Judgement>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub(super) escalated_at: Option<OffsetDateTime>,
    /// Whether the person who looks has decided already.
    pub(super) decided: bool,
}

/// Reads one subscription.
pub(super) async fn find(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    id: Uuid,
) -> Result<Option<Row>, Refusal> {
    Ok(rows(conn, person, &[id]).await?.pop())
}

/// Locks one subscription and reads it: whoever was faster has committed by then.
pub(super) async fn lock(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    id: Uuid,
) -> Result<Row, Refusal> {
    sqlx::query_scalar!(
        "select id from subscription where id = $1 for no key update",
        id
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    find(conn, person, id).await?.ok_or(Refusal::NotFound)
}

impl Row {
    pub(super) fn subscription(&self) -> SubscriptionId {
        SubscriptionId::from_uuid(self.id)
    }

    /// The decided part, as the domain judges it.
    pub(super) fn facts(&self) -> Result<SubscriptionFacts, Refusal> {
        Ok(SubscriptionFacts {
            state: known(StoredState::parse(&self.state), &self.state)?,
            ended_reason: self.ended_reason()?,
            provider_hold: self.provider_hold_at.is_some(),
            consumer_hold: self.consumer_hold_at.is_some(),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
        })
    }

    fn ended_reason(&self) -> Result<Option<EndedReason>, Refusal> {
        self.ended_reason
            .as_deref()
            .map(|word| known(EndedReason::parse(word), word))
            .transpose()
    }

    /// Whether the plan has a term to add, and no more than one is left.
    pub(super) fn is_in_renewal(&self, now: OffsetDateTime) -> bool {
        let term = self.plan_term_days.map(|days| Duration::days(days.into()));
        self.ends_at
            .zip(term)
            .is_some_and(|(end, term)| end <= now + term)
    }

    /// The questions that wait for approvers.
    pub(super) fn open(&self) -> Result<Vec<Open>, Refusal> {
        let open = serde_json::from_value(self.open_requests.clone());
        open.map_err(|error| Refusal::Internal(error.into()))
    }

    /// The subscription as the holder of `rights` sees it at `now`.
    pub(super) fn view(
        self,
        rights: &Rights,
        now: OffsetDateTime,
    ) -> Result<SubscriptionView, Refusal> {
        let facts = self.facts()?;
        let open = self.open()?;
        Ok(SubscriptionView {
            id: self.subscription(),
            actions: rights.actions(&self, &facts, &open, now),
            api: ApiRef {
                id: self.api_id.into(),
                slug: self.api_slug.clone(),
                name: self.api_name.clone(),
            },
            product_id: ProductId::from_uuid(self.product_id),
            product: self.product(),
            plan: PlanRef {
                id: PlanId::from_uuid(self.plan_id),
                slug: self.plan_slug.clone(),
                name: self.plan_name.clone(),
            },
            own_limits: self.own_limits()?,
            wanted_plan: self.wanted_plan(),
            environment: self.environment()?,
            state: facts.state,
            shown: facts.shown(now),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            provider_hold: self.provider_hold_at.map(|at| HoldView {
                at,
                by: person(self.provider_hold_by, self.provider_hold_name.as_ref()),
                reason: self.provider_hold_reason.clone(),
            }),
            consumer_hold: self.consumer_hold_at.map(|at| HoldView {
                at,
                by: person(self.consumer_hold_by, self.consumer_hold_name.as_ref()),
                reason: None,
            }),
            requested_by: person(self.requested_by, self.requester_name.as_ref()),
            decision: self.decision_view(),
            approvals: Approvals {
                given: self.approvals_given,
                required: self.approvals_required,
            },
            open_requests: open
                .iter()
                .map(|open| OpenRequest {
                    // Who asks is not told which words would have spared a decision.
                    rule: open.rule.clone().filter(|_| rights.sees_any_team_at(&self)),
                    ..OpenRequest::from(open)
                })
                .collect(),
            answers: from_stored(self.request_answers.clone())?,
            accepted_terms: self.accepted_terms(),
            terms_to_accept: self.terms_to_accept(),
            ended: self.end_view()?,
            created_at: self.created_at,
            row_version: self.row_version,
            application: self.application(),
            request_reason: self.request_reason,
        })
    }

    /// Where grants judge what happens to it: on the side of whoever owns the product.
    pub(super) fn place(&self) -> Place {
        Place {
            team: self.provider_team_id.into(),
            product: Some(self.product_id.into()),
            api: self.of_one_api.then(|| self.api_id.into()),
        }
    }

    /// The application, as other views name it.
    pub(super) fn application(&self) -> AppRef {
        AppRef {
            id: self.application_id.into(),
            slug: self.application_slug.clone(),
            name: self.application_name.clone(),
            team: TeamRef {
                id: self.team_id.into(),
                slug: self.team_slug.clone(),
                name: self.team_name.clone(),
            },
        }
    }

    fn environment(&self) -> Result<EnvRef, Refusal> {
        Ok(EnvRef {
            id: EnvironmentId::from_uuid(self.environment_id),
            slug: self.environment_slug.clone(),
            kind: known(
                EnvironmentKind::parse(&self.environment_kind),
                &self.environment_kind,
            )?,
        })
    }

    /// Limits of its own, in words.
    fn own_limits(&self) -> Result<Vec<String>, Refusal> {
        #[derive(Deserialize)]
        struct Own {
            id: Uuid,
            algorithm: String,
            amount: i64,
            window_s: Option<i32>,
            burst: Option<i32>,
            period: Option<String>,
        }
        let own: Vec<Own> = from_stored(self.own_limits.clone())?;
        let words = own.into_iter().map(|own| {
            let period = own.period.as_deref();
            rule_of(
                own.id,
                &own.algorithm,
                own.amount,
                own.window_s,
                own.burst,
                period,
            )
            .map(|rule| rule.in_words())
        });
        words.collect()
    }

    /// The plan's terms where they are newer than what was accepted, as long as the subscription is not over.
    fn terms_to_accept(&self) -> Option<PlanTerms> {
        Some(PlanTerms {
            slug: self.due_slug.clone()?,
            title: self.due_title.clone()?,
            version: self.due_number?,
        })
    }

    fn accepted_terms(&self) -> Option<PlanTerms> {
        Some(PlanTerms {
            slug: self.terms_slug.clone()?,
            title: self.terms_title.clone()?,
            version: self.terms_number?,
        })
    }

    /// The product, where it is one over several APIs.
    fn product(&self) -> Option<ProductRef> {
        (!self.of_one_api).then(|| ProductRef {
            id: self.product_id.into(),
            slug: self.product_slug.clone(),
            name: self.api_name.clone(),
        })
    }

    /// The plan asked for while another is in force.
    pub(super) fn wanted_plan(&self) -> Option<PlanRef> {
        Some(PlanRef {
            id: PlanId::from_uuid(self.wanted_plan_id?),
            slug: self.wanted_plan_slug.clone()?,
            name: self.wanted_plan_name.clone()?,
        })
    }

    fn decision_view(&self) -> Option<DecisionView> {
        Some(DecisionView {
            approved: self.decision.as_deref()? == "approved",
            by: person(self.decision_by, self.decision_name.as_ref()),
            at: self.decision_at?,
            reason: self.decision_reason.clone().unwrap_or_default(),
            rule: self.decision_rule.clone(),
            on_behalf_of: person(self.decision_behalf, self.decision_behalf_name.as_ref()),
        })
    }

    fn end_view(&self) -> Result<Option<EndView>, Refusal> {
        let reason = self.ended_reason()?;
        Ok(self.ended_at.map(|at| EndView {
            reason,
            at,
            by: person(self.ended_by, self.ended_name.as_ref()),
            note: self.ended_note.clone(),
        }))
    }
}

impl From<&Open> for OpenRequest {
    fn from(open: &Open) -> Self {
        Self {
            id: ApprovalRequestId::from_uuid(open.id),
            subject: open.subject,
            waiting_since: open.created_at,
            due_at: open.due_at,
            approvals: Approvals {
                given: open.given,
                required: open.required,
            },
            rule: open.rule.clone(),
            escalated_at: open.escalated_at,
        }
    }
}

pub(super) fn person(id: Option<Uuid>, name: Option<&String>) -> Option<PersonRef> {
    Some(PersonRef {
        id: UserId::from_uuid(id?),
        name: name?.clone(),
    })
}
