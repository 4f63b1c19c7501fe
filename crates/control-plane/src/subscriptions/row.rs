//! The stored subscription with the names around it: read by every verb, and by every list.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::id::{
    ApprovalRequestId, EnvironmentId, PlanId, ProductId, SubscriptionId, UserId,
};
use gatehouse_domain::subscription::{EndedReason, StoredState, SubscriptionFacts};
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rights::Rights;
use super::view::{
    Approvals, DecisionView, EndView, HoldView, OpenRequest, RequestSubject, SubscriptionView,
};
use crate::refs::{ApiRef, AppRef, EnvRef, PersonRef, PlanRef, TeamRef};
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
    pub(super) api_name: String,
    pub(super) product_id: Uuid,
    pub(super) plan_id: Uuid,
    pub(super) plan_slug: String,
    pub(super) plan_name: String,
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
    pub(super) created_at: OffsetDateTime,
    pub(super) row_version: i32,
    pub(super) decision: Option<String>,
    pub(super) decision_by: Option<Uuid>,
    pub(super) decision_name: Option<String>,
    pub(super) decision_at: Option<OffsetDateTime>,
    pub(super) decision_reason: Option<String>,
    pub(super) approvals_given: i32,
    pub(super) approvals_required: i32,
    pub(super) open_requests: serde_json::Value,
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
    /// Whether the person who looks has decided already.
    pub(super) decided: bool,
}

/// Which rows are read. Empty conditions hold for every row; the person only colours what they see.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) id: Option<Uuid>,
    pub(super) after: Option<Uuid>,
    pub(super) state: Option<&'static str>,
    pub(super) application_id: Option<Uuid>,
    pub(super) application_slug: Option<String>,
    pub(super) api_id: Option<Uuid>,
    pub(super) api_slug: Option<String>,
    pub(super) environment_slug: Option<String>,
    /// Only those with a question of this kind open.
    pub(super) open_subject: Option<&'static str>,
    /// Only those of the person's teams.
    pub(super) only_own: bool,
    /// Only those of these APIs.
    pub(super) apis: Option<Vec<Uuid>>,
    /// Only those that are pending or active.
    pub(super) only_open: bool,
    /// Only those of applications these teams own.
    pub(super) teams: Option<Vec<Uuid>>,
    /// Those with a question of any kind open, instead of `open_subject`'s.
    pub(super) any_subject: bool,
    pub(super) limit: i64,
}

/// Reads subscriptions, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    wanted: &Wanted,
) -> Result<Vec<Row>, Refusal> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.id, s.application_id, a.slug as application_slug, a.name as application_name,
                  t.id as team_id, t.slug as team_slug, t.name as team_name,
                  api.id as api_id, api.slug as api_slug, api.name as api_name,
                  s.product_id, s.plan_id, p.slug as plan_slug, p.name as plan_name,
                  s.wanted_plan_id, w.slug as "wanted_plan_slug?", w.name as "wanted_plan_name?",
                  s.environment_id, e.slug as environment_slug, e.kind as environment_kind,
                  s.state, s.starts_at, s.ends_at,
                  s.provider_hold_at, s.provider_hold_by, ph.name as "provider_hold_name?", s.provider_hold_reason,
                  s.consumer_hold_at, s.consumer_hold_by, ch.name as "consumer_hold_name?",
                  s.ended_reason, s.ended_at, s.ended_by, eb.name as "ended_name?", s.ended_note,
                  s.requested_by, rb.name as "requester_name?", s.request_reason, s.created_at, s.row_version,
                  d.decision as "decision?", d.actor_id as "decision_by?", db.name as "decision_name?",
                  d.created_at as "decision_at?", d.reason as "decision_reason?",
                  coalesce(q.given, 0) as "approvals_given!", coalesce(q.required, 0) as "approvals_required!",
                  coalesce(o.requests, '[]'::json) as "open_requests!",
                  exists (select from team_member m
                          join membership ms on ms.tenant_id = m.tenant_id and ms.user_id = m.user_id
                          where m.team_id = a.owner_team_id and m.user_id = $1 and ms.status = 'active') as "own!"
           from subscription s
           join application a on a.id = s.application_id
           join team t on t.id = a.owner_team_id
           join product pr on pr.id = s.product_id
           join api on api.id = pr.api_id
           join plan p on p.id = s.plan_id
           left join plan w on w.id = s.wanted_plan_id
           join environment e on e.id = s.environment_id
           left join app_user ph on ph.id = s.provider_hold_by
           left join app_user ch on ch.id = s.consumer_hold_by
           left join app_user eb on eb.id = s.ended_by
           left join app_user rb on rb.id = s.requested_by
           left join lateral (
               select d.decision, d.actor_id, d.created_at, d.reason
               from approval_request r join approval_decision d on d.request_id = r.id
               where r.subscription_id = s.id and r.subject_type = 'subscription'
               order by d.created_at desc, d.id desc limit 1) d on true
           left join app_user db on db.id = d.actor_id
           left join lateral (
               select r.required,
                      (select count(*) from approval_decision g where g.request_id = r.id and g.decision = 'approved')::int as given
               from approval_request r
               where r.subscription_id = s.id and r.subject_type = 'subscription'
               order by r.created_at desc, r.id desc limit 1) q on true
           left join lateral (
               select json_agg(json_build_object(
                          'id', r.id, 'subject', r.subject_type, 'created_at', r.created_at, 'due_at', r.due_at,
                          'required', r.required, 'requested_by', r.requested_by, 'reason', r.reason,
                          'requester', (select u.name from app_user u where u.id = r.requested_by),
                          'given', (select count(*) from approval_decision g where g.request_id = r.id),
                          'decided', exists (select from approval_decision g where g.request_id = r.id and g.actor_id = $1))
                          order by r.created_at) as requests
               from approval_request r
               where r.subscription_id = s.id and r.state = 'open') o on true
           where ($2::uuid is null or s.id = $2)
             and ($3::uuid is null or s.id < $3)
             and ($4::text is null or s.state = $4)
             and ($5::uuid is null or s.application_id = $5)
             and ($6::text is null or a.slug = $6 and a.state <> 'deleted')
             and ($7::uuid is null or api.id = $7)
             and ($8::text is null or api.slug = $8)
             and ($9::text is null or e.slug = $9)
             and ($10::text is null or exists (select from approval_request r
                                               where r.subscription_id = s.id and r.state = 'open' and ($15 or r.subject_type = $10)))
             and (not $11 or exists (select from team_member m where m.team_id = a.owner_team_id and m.user_id = $1))
             and ($12::uuid[] is null or api.id = any($12))
             and (not $13 or s.state in ('pending', 'active'))
             and ($14::uuid[] is null or a.owner_team_id = any($14))
           order by s.id desc
           limit $16"#,
        person,
        wanted.id,
        wanted.after,
        wanted.state,
        wanted.application_id,
        wanted.application_slug,
        wanted.api_id,
        wanted.api_slug,
        wanted.environment_slug,
        wanted.open_subject,
        wanted.only_own,
        wanted.apis.as_deref(),
        wanted.only_open,
        wanted.teams.as_deref(),
        wanted.any_subject,
        wanted.limit,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Reads one subscription.
pub(super) async fn find(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    id: Uuid,
) -> Result<Option<Row>, Refusal> {
    let wanted = Wanted {
        id: Some(id),
        limit: 1,
        ..Wanted::default()
    };
    Ok(list(conn, person, &wanted).await?.pop())
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
            plan: PlanRef {
                id: PlanId::from_uuid(self.plan_id),
                slug: self.plan_slug.clone(),
                name: self.plan_name.clone(),
            },
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
            open_requests: open.iter().map(OpenRequest::from).collect(),
            ended: self.end_view()?,
            created_at: self.created_at,
            row_version: self.row_version,
            application: self.application(),
            request_reason: self.request_reason,
        })
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

    fn wanted_plan(&self) -> Option<PlanRef> {
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
        }
    }
}

pub(super) fn person(id: Option<Uuid>, name: Option<&String>) -> Option<PersonRef> {
    Some(PersonRef {
        id: UserId::from_uuid(id?),
        name: name?.clone(),
    })
}
