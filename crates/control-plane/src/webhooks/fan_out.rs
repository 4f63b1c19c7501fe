//! Which endpoints an event goes to.

use std::collections::HashSet;

use gatehouse_domain::id::{ApiId, ApiVersionId, ApplicationId, IncidentId, PlanId};
use gatehouse_runtime::random;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::PARKED;
use crate::events;
use crate::refusal::Refusal;

/// What is known of an event when it is published.
pub(crate) struct Published<'a> {
    pub(crate) id: Uuid,
    pub(crate) tenant: Uuid,
    pub(crate) kind: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) payload: &'a Value,
    pub(crate) at: OffsetDateTime,
}

struct Endpoint {
    id: Uuid,
    team: Option<Uuid>,
    application: Option<Uuid>,
    types: Vec<String>,
    state: String,
}

/// Makes an event's deliveries, in the transaction that publishes it; a second time makes none.
pub(crate) async fn fan_out(
    conn: &mut PgConnection,
    event: &Published<'_>,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    if !events::find(event.kind).is_some_and(|kind| kind.sent) {
        return Ok(());
    }
    let endpoints = sqlx::query_as!(
        Endpoint,
        "select id, team_id as team, application_id as application, types, state from webhook_endpoint
         where tenant_id = $1 and created_at <= $2",
        event.tenant,
        event.at,
    )
    .fetch_all(&mut *conn)
    .await?;
    let asked: Vec<_> = endpoints
        .into_iter()
        .filter(|endpoint| wants(&endpoint.types, event.kind))
        .collect();
    let narrow = asked
        .iter()
        .any(|endpoint| endpoint.team.is_some() || endpoint.application.is_some());
    let concerned = match narrow {
        true => applications(conn, event).await?,
        false => Vec::new(),
    };
    let teams: HashSet<Uuid> = concerned.iter().map(|found| found.team).collect();
    let applications: HashSet<Uuid> = concerned.iter().map(|found| found.id).collect();
    for endpoint in asked {
        let concerns = match (endpoint.team, endpoint.application) {
            (None, None) => true,
            (team, application) => {
                team.is_some_and(|team| teams.contains(&team))
                    || application.is_some_and(|one| applications.contains(&one))
            }
        };
        if concerns {
            insert(conn, event, &endpoint, now).await?;
        }
    }
    Ok(())
}

/// Whether a list of types and groups has a type; an empty one has every type.
fn wants(types: &[String], kind: &str) -> bool {
    types.is_empty()
        || types.iter().any(|wanted| {
            wanted == kind
                || wanted
                    .strip_suffix('*')
                    .is_some_and(|group| group.ends_with('.') && kind.starts_with(group))
        })
}

async fn insert(
    conn: &mut PgConnection,
    event: &Published<'_>,
    endpoint: &Endpoint,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    // A disabled endpoint's events are kept as given up: nobody waits for them, and they can be asked for.
    let (state, next_at, error, finished) = match endpoint.state.as_str() {
        "active" => ("pending", now, None, None),
        "paused" => ("pending", PARKED, None, None),
        _ => ("dead", now, Some("the webhook was disabled"), Some(now)),
    };
    sqlx::query!(
        "insert into webhook_delivery (id, tenant_id, endpoint_id, event_id, type, state, next_at, error, created_at, since, finished_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)
         on conflict (tenant_id, endpoint_id, event_id) do nothing",
        random::uuid_v7(now),
        event.tenant,
        endpoint.id,
        event.id,
        event.kind,
        state,
        next_at,
        error,
        now,
        finished,
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct Concerned {
    id: Uuid,
    team: Uuid,
}

/// The applications an event is about: the one it names, or those that are subscribed to what it names.
async fn applications(
    conn: &mut PgConnection,
    event: &Published<'_>,
) -> Result<Vec<Concerned>, Refusal> {
    let named = event.payload["application"]["id"]
        .as_str()
        .and_then(|id| id.parse::<ApplicationId>().ok());
    if let Some(named) = named {
        let found = sqlx::query_as!(
            Concerned,
            "select id, owner_team_id as team from application where tenant_id = $1 and id = $2",
            event.tenant,
            named.uuid(),
        )
        .fetch_all(conn)
        .await?;
        return Ok(found);
    }
    if let Ok(incident) = event.subject.parse::<IncidentId>() {
        return of_incident(conn, event.tenant, incident.uuid()).await;
    }
    let plan = event.subject.parse::<PlanId>().ok().map(PlanId::uuid);
    let version = event
        .subject
        .parse::<ApiVersionId>()
        .map(ApiVersionId::uuid);
    let offer = version
        .or_else(|_| event.subject.parse::<ApiId>().map(ApiId::uuid))
        .ok();
    if plan.is_none() && offer.is_none() {
        return Ok(Vec::new());
    }
    let found = sqlx::query_as!(
        Concerned,
        "select distinct a.id, a.owner_team_id as team
         from subscription s
         join application a on a.tenant_id = s.tenant_id and a.id = s.application_id
         where s.tenant_id = $1 and s.state = 'active'
           and (s.plan_id = $2
                or exists (select from product_item i
                           join api_version v on v.tenant_id = i.tenant_id and v.id = i.api_version_id
                           where i.tenant_id = s.tenant_id and i.product_id = s.product_id and (v.id = $3 or v.api_id = $3)))",
        event.tenant,
        plan,
        offer,
    )
    .fetch_all(conn)
    .await?;
    Ok(found)
}

/// The applications with access to what an incident concerns.
async fn of_incident(
    conn: &mut PgConnection,
    tenant: Uuid,
    incident: Uuid,
) -> Result<Vec<Concerned>, Refusal> {
    let found = sqlx::query_as!(
        Concerned,
        "select distinct a.id, a.owner_team_id as team
         from incident n
         join subscription s on s.tenant_id = n.tenant_id and s.state = 'active'
         join application a on a.tenant_id = s.tenant_id and a.id = s.application_id
         where n.tenant_id = $1 and n.id = $2
           and (n.all_apis
                or exists (select from incident_api c
                           join api_version v on v.tenant_id = c.tenant_id and v.api_id = c.api_id
                           join product_item i on i.tenant_id = v.tenant_id and i.api_version_id = v.id
                           where c.tenant_id = n.tenant_id and c.incident_id = n.id and i.product_id = s.product_id))",
        tenant,
        incident,
    )
    .fetch_all(conn)
    .await?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    #[test]
    fn types_are_asked_for_by_name_by_group_or_all() {
        let wants = |types: &[&str], kind| {
            let types: Vec<_> = types.iter().map(|kind| (*kind).to_owned()).collect();
            super::wants(&types, kind)
        };
        assert!(wants(&[], "api.published"));
        assert!(wants(&["api.published"], "api.published"));
        assert!(wants(&["plan.changed", "api.*"], "api.published"));
        assert!(!wants(&["api.retired"], "api.published"));
        assert!(!wants(&["ap*"], "api.published"));
        assert!(!wants(&["plan.*"], "api.published"));
    }
}
