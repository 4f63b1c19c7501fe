//! What each kind of event becomes.

use gatehouse_domain::id::{
    ApiId, ApiVersionId, ApplicationId, CredentialId, PlanId, SubscriptionId, UserId,
    WebhookEndpointId,
};
use gatehouse_language::t;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::certificates;
use super::descriptions;
use super::ended_jobs;
use super::incidents;
use super::late_decisions;
use super::recipients::{self, Person, Subscriber};
use super::request_messages;
use super::talk;
use super::{Delivery, Event};
use crate::emails::{self, Access, Letter};
use crate::refusal::Refusal;

/// Who gets what. A payload that cannot be read is logged and tells nobody: trying again would not help.
pub(super) async fn of(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let made = match event.kind.as_str() {
        "subscription.requested" => requested(conn, event).await,
        "approval.due" | "approval.escalated" => late_decisions::of(conn, event).await,
        "subscription.message" => request_messages::of(conn, event).await,
        "subscription.withdrawn" | "subscription.cancelled" => taken_back(conn, event).await,
        kind if kind.starts_with("subscription.") => access_changed(conn, event).await,
        kind if kind.starts_with("credential.") => key_changed(conn, event).await,
        "webhook.disabled" => webhook_disabled(conn, event).await,
        "certificate.expiring" => certificates::end(conn, event).await,
        "application.suspended" | "application.unsuspended" | "application.deleted" => {
            application_changed(conn, event).await
        }
        "plan.changed" => plan_changed(conn, event).await,
        "terms.published" => super::new_terms::of(conn, event).await,
        "api.deprecated" | "api.retired" => api_changed(conn, event).await,
        "api.published" | "api.noted" => talk::news(conn, event).await,
        "api.question_asked" | "api.question_answered" | "api.comment_hidden" => {
            talk::of(conn, event).await
        }
        kind if kind.starts_with("incident.") => incidents::of(conn, event).await,
        "api.breaking" => descriptions::callers_broken(conn, event).await,
        "spec.rejected" | "spec.accepted" => descriptions::revision_judged(conn, event).await,
        "job.ended" => ended_jobs::of(conn, event).await,
        "member.roles_changed" => roles_changed(conn, event).await,
        _ => Ok(Vec::new()),
    };
    match made {
        Err(Refusal::Internal(error)) => {
            tracing::error!(event = %event.id, kind = event.kind, error = format!("{error:#}"), "an event tells nobody");
            Ok(Vec::new())
        }
        other => other,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct NamedApplication {
    pub(super) id: ApplicationId,
    name: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct AccessPayload {
    pub(super) application: NamedApplication,
    api: Named,
    plan: Named,
    environment: String,
    pub(super) requested_by: Option<UserId>,
    reason: Option<String>,
    pub(super) actor: Option<UserId>,
}

pub(super) fn payload<T: for<'de> Deserialize<'de>>(event: &Event) -> Result<T, Refusal> {
    let read = serde_json::from_value(event.payload.clone());
    Ok(read.map_err(|error| anyhow::anyhow!("reading the payload: {error}"))?)
}

pub(super) fn application_path(id: ApplicationId) -> String {
    format!("/applications/{id}")
}

pub(super) async fn access_of(
    conn: &mut PgConnection,
    event: &Event,
    payload: &AccessPayload,
) -> Result<Access, Refusal> {
    let requester = payload.requested_by.map(UserId::uuid);
    let actor = payload.actor.map(UserId::uuid);
    Ok(Access {
        tenant: recipients::tenant_name(conn, event.tenant_id).await?,
        api: payload.api.name.clone(),
        application: payload.application.name.clone(),
        plan: payload.plan.name.clone(),
        environment: payload.environment.clone(),
        application_path: application_path(payload.application.id),
        request_path: "/console/requests".to_owned(),
        requester: recipients::name_of(conn, requester)
            .await?
            .unwrap_or_else(|| t!("emails-somebody")),
        actor: recipients::name_of(conn, actor).await?,
        reason: payload
            .reason
            .clone()
            .filter(|reason| !reason.trim().is_empty()),
    })
}

/// One delivery of a letter and the notice that says the same.
pub(super) fn both(to: Person, letter: &Letter, body: &str, link: &str) -> Delivery {
    Delivery {
        to,
        title: letter.subject.clone(),
        body: body.to_owned(),
        link: link.to_owned(),
        letter: Some(letter.clone()),
    }
}

pub(super) fn notice(to: Person, title: &str, body: &str, link: &str) -> Delivery {
    Delivery {
        to,
        title: title.to_owned(),
        body: body.to_owned(),
        link: link.to_owned(),
        letter: None,
    }
}

pub(super) fn subscription_of(event: &Event) -> Result<Uuid, Refusal> {
    let id: SubscriptionId = event.subject.parse().map_err(anyhow::Error::from)?;
    Ok(id.uuid())
}

async fn requested(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let payload: AccessPayload = payload(event)?;
    let access = access_of(conn, event, &payload).await?;
    let letter = emails::request_received(&access);
    let body = access.reason.clone().unwrap_or_default();
    // Neither the requester nor whoever asked in their name decides it.
    let except: Vec<Uuid> = [payload.requested_by, payload.actor]
        .into_iter()
        .flatten()
        .map(UserId::uuid)
        .collect();
    let subscription = subscription_of(event)?;
    let mut approvers = recipients::approvers(conn, event.tenant_id, subscription, &except).await?;
    approvers.extend(
        recipients::deputies(conn, event.tenant_id, subscription, event.at, &except).await?,
    );
    Ok(approvers
        .into_iter()
        .map(|person| both(person, &letter, &body, &access.request_path))
        .collect())
}

/// Approvers see that nothing is left to decide, or that an access ended; no mail for that.
async fn taken_back(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let payload: AccessPayload = payload(event)?;
    let access = access_of(conn, event, &payload).await?;
    let title = if event.kind == "subscription.withdrawn" {
        t!(
            "emails-request-withdrawn",
            application = &access.application,
            api = &access.api
        )
    } else {
        t!(
            "emails-access-cancelled",
            application = &access.application,
            api = &access.api
        )
    };
    let except: Vec<Uuid> = payload.actor.into_iter().map(UserId::uuid).collect();
    let body = access.reason.unwrap_or_default();
    let approvers =
        recipients::approvers(conn, event.tenant_id, subscription_of(event)?, &except).await?;
    Ok(approvers
        .into_iter()
        .map(|person| notice(person, &title, &body, &access.request_path))
        .collect())
}

async fn access_changed(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let payload: AccessPayload = payload(event)?;
    let access = access_of(conn, event, &payload).await?;
    let Some(letter) = emails::access_letter(&event.kind, &access) else {
        return Ok(Vec::new());
    };
    let team = recipients::team_of(
        conn,
        event.tenant_id,
        payload.application.id.uuid(),
        payload.requested_by.map(UserId::uuid),
        payload.actor.map(UserId::uuid),
    )
    .await?;
    let body = access.reason.unwrap_or_default();
    Ok(team
        .into_iter()
        .map(|person| both(person, &letter, &body, &access.application_path))
        .collect())
}

#[derive(Debug, Default, Deserialize)]
struct LoosePayload {
    reason: Option<String>,
    actor: Option<UserId>,
    days: Option<i64>,
    expires_at: Option<String>,
    prefix: Option<String>,
}

/// Whoever may manage the webhook: its team, or those who manage the tenant.
async fn webhook_disabled(
    conn: &mut PgConnection,
    event: &Event,
) -> Result<Vec<Delivery>, Refusal> {
    let loose: LoosePayload = payload(event)?;
    let id: WebhookEndpointId = event.subject.parse().map_err(anyhow::Error::from)?;
    let row = sqlx::query!(
        r#"select w.name, coalesce(w.team_id, a.owner_team_id) as team
           from webhook_endpoint w
           left join application a on a.tenant_id = w.tenant_id and a.id = w.application_id
           where w.tenant_id = $1 and w.id = $2"#,
        event.tenant_id,
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        return Ok(Vec::new());
    };
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let reason = loose.reason.unwrap_or_default();
    let letter = emails::webhook_disabled(&tenant, &row.name, &reason);
    let people = recipients::managers_of(conn, event.tenant_id, row.team).await?;
    Ok(people
        .into_iter()
        .map(|person| both(person, &letter, &reason, "/"))
        .collect())
}

async fn key_changed(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let loose: LoosePayload = payload(event)?;
    let id: CredentialId = event.subject.parse().map_err(anyhow::Error::from)?;
    let row = sqlx::query!(
        "select c.name, c.application_id, a.name as application
         from credential c join application a on a.tenant_id = c.tenant_id and a.id = c.application_id
         where c.tenant_id = $1 and c.id = $2",
        event.tenant_id,
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        return Ok(Vec::new());
    };
    let actor = loose.actor.map(UserId::uuid);
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let by = recipients::name_of(conn, actor).await?;
    let link = format!(
        "{}/keys",
        application_path(ApplicationId::from_uuid(row.application_id))
    );
    let team = recipients::team_of(conn, event.tenant_id, row.application_id, None, actor).await?;
    let reason = match (loose.days, loose.expires_at) {
        (Some(days), Some(at)) => emails::key_ends(days, &at),
        _ => loose.reason.unwrap_or_default(),
    };
    // A key that nobody named goes by its beginning, as lists show it.
    let name = loose.prefix.filter(|_| row.name.is_empty());
    let letter = emails::key_letter(
        &event.kind,
        &tenant,
        &row.application,
        name.as_deref().unwrap_or(&row.name),
        by.as_deref(),
        &reason,
        &link,
    );
    // A mail only when something stopped working or soon will; the rest is in the inbox.
    let told = |person| match event.kind.as_str() {
        "credential.revoked" | "credential.leaked" | "credential.expiring" => {
            both(person, &letter, &reason, &link)
        }
        _ => notice(person, &letter.subject, &reason, &link),
    };
    Ok(team.into_iter().map(told).collect())
}

async fn application_changed(
    conn: &mut PgConnection,
    event: &Event,
) -> Result<Vec<Delivery>, Refusal> {
    let loose: LoosePayload = payload(event)?;
    let Some((id, name)) = recipients::application_of(conn, event).await? else {
        return Ok(Vec::new());
    };
    let actor = loose.actor.map(UserId::uuid);
    let reason = loose.reason.unwrap_or_default();
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let team = recipients::team_of(conn, event.tenant_id, id.uuid(), None, actor).await?;
    let link = application_path(id);
    if event.kind == "application.deleted" {
        let title = t!("emails-was-deleted", name = &name);
        return Ok(team
            .into_iter()
            .map(|person| notice(person, &title, &reason, "/applications"))
            .collect());
    }
    let letter = emails::application_letter(&event.kind, &tenant, &name, &reason, &link);
    Ok(team
        .into_iter()
        .map(|person| both(person, &letter, &reason, &link))
        .collect())
}

pub(super) fn to_subscribers(
    subscribers: Vec<Subscriber>,
    letter: impl Fn(&str, &str) -> Letter,
) -> Vec<Delivery> {
    subscribers
        .into_iter()
        .map(|subscriber| {
            let link = application_path(ApplicationId::from_uuid(subscriber.application_id));
            let letter = letter(&subscriber.application_name, &link);
            both(subscriber.person, &letter, "", &link)
        })
        .collect()
}

async fn plan_changed(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let id: PlanId = event.subject.parse().map_err(anyhow::Error::from)?;
    let plan = sqlx::query_scalar!(
        "select name from plan where tenant_id = $1 and id = $2",
        event.tenant_id,
        id.uuid()
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(plan) = plan else {
        return Ok(Vec::new());
    };
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let people = recipients::subscribers(conn, event.tenant_id, Some(id.uuid()), None).await?;
    Ok(to_subscribers(people, |application, link| {
        emails::limits_changed(&tenant, &plan, application, link)
    }))
}

async fn api_changed(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let id = match event.subject.parse::<ApiVersionId>() {
        Ok(version) => version.uuid(),
        Err(_) => event
            .subject
            .parse::<ApiId>()
            .map_err(anyhow::Error::from)?
            .uuid(),
    };
    let row = sqlx::query!(
        "select a.name, a.slug, v.label, v.sunset_at
         from api a join api_version v on v.tenant_id = a.tenant_id and v.api_id = a.id
         where a.tenant_id = $1 and (a.id = $2 or v.id = $2) order by v.id desc limit 1",
        event.tenant_id,
        id,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        return Ok(Vec::new());
    };
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let name = format!("{} {}", row.name, row.label);
    let path = format!("/apis/{}", row.slug);
    let sunset = row.sunset_at.map(|at| at.date().to_string());
    let people = recipients::subscribers(conn, event.tenant_id, None, Some(id)).await?;
    let known: Vec<Uuid> = people.iter().map(|one| one.person.id).collect();
    let mut told = to_subscribers(people, |application, _| {
        emails::api_letter(
            &event.kind,
            &tenant,
            &name,
            application,
            sunset.as_deref(),
            &path,
        )
    });
    let what = match (event.kind.as_str(), sunset) {
        ("api.retired", _) => t!("emails-no-longer-served", version = &row.label),
        (_, Some(day)) => t!(
            "emails-deprecated-and-ends",
            version = &row.label,
            day = &day
        ),
        (_, None) => t!("emails-is-deprecated", api = &row.label),
    };
    told.extend(talk::followers(conn, event, &row.slug, &row.name, &what, &known).await?);
    Ok(told)
}

#[derive(Debug, Deserialize)]
struct RolesPayload {
    user: UserId,
    /// Words of built-in roles, slugs of the tenant's own.
    roles: Vec<String>,
}

async fn roles_changed(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let payload: RolesPayload = payload(event)?;
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let title = t!(
        "emails-your-roles",
        tenant = &tenant,
        roles = &payload.roles.join(", ")
    );
    let people = recipients::member(conn, event.tenant_id, payload.user.uuid()).await?;
    Ok(people
        .into_iter()
        .map(|person| notice(person, &title, "", "/"))
        .collect())
}
