//! Who is told of decisions that are due or late.

use gatehouse_domain::id::UserId;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::deliveries::{AccessPayload, access_of, both, payload, subscription_of};
use super::recipients::{self, Person};
use super::{Delivery, Event};
use crate::emails;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
struct LatePayload {
    #[serde(flatten)]
    access: AccessPayload,
    request: Uuid,
    due_at: String,
}

/// Whoever can still decide is reminded; of what is late the tenant's escalation team is told, or else its owners.
pub(super) async fn of(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let late: LatePayload = payload(event)?;
    let access = access_of(conn, event, &late.access).await?;
    let due = late.due_at.replace('T', " ");
    let due: String = due.chars().take(16).collect();
    let requester = late.access.requested_by.map(UserId::uuid);
    let (letter, people) = if event.kind == "approval.escalated" {
        let letter = emails::decision_late(&access, &due);
        (letter, escalation(conn, event.tenant_id).await?)
    } else {
        let letter = emails::decision_due(&access, &due);
        let done = answered(conn, event.tenant_id, late.request).await?;
        let except: Vec<Uuid> = requester.into_iter().chain(done).collect();
        let subscription = subscription_of(event)?;
        let tenant = event.tenant_id;
        let mut people = recipients::approvers(conn, tenant, subscription, &except).await?;
        people.extend(recipients::deputies(conn, tenant, subscription, event.at, &except).await?);
        (letter, people)
    };
    let body = access.reason.clone().unwrap_or_default();
    Ok(people
        .into_iter()
        .map(|person| both(person, &letter, &body, &access.request_path))
        .collect())
}

/// Who has answered already and waits for others.
async fn answered(
    conn: &mut PgConnection,
    tenant: Uuid,
    request: Uuid,
) -> Result<Vec<Uuid>, Refusal> {
    let people = sqlx::query_scalar!(
        r#"select actor_id as "actor_id!" from approval_decision
           where tenant_id = $1 and request_id = $2 and actor_id is not null"#,
        tenant,
        request,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

async fn escalation(conn: &mut PgConnection, tenant: Uuid) -> Result<Vec<Person>, Refusal> {
    let people = sqlx::query_as!(
        Person,
        "select u.id, u.email
         from membership m join app_user u on u.id = m.user_id
         where m.tenant_id = $1 and m.status = 'active' and u.status = 'active'
           and exists (select from approval_settings s
                       join team_member t on t.tenant_id = s.tenant_id and t.team_id = s.escalation_team_id
                       where s.tenant_id = $1 and t.user_id = m.user_id)
         order by u.id",
        tenant,
    )
    .fetch_all(&mut *conn)
    .await?;
    if !people.is_empty() {
        return Ok(people);
    }
    // No team was named, or nobody is in it: somebody has to hear of it.
    let owners = sqlx::query_as!(
        Person,
        "select u.id, u.email
         from membership m join app_user u on u.id = m.user_id
         where m.tenant_id = $1 and m.status = 'active' and u.status = 'active'
           and exists (select from role_grant r where r.tenant_id = m.tenant_id and r.user_id = m.user_id and r.role = 'owner')
         order by u.id",
        tenant,
    )
    .fetch_all(conn)
    .await?;
    Ok(owners)
}
