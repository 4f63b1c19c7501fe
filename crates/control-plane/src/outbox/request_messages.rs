//! Who is told of a message about a request: the other side.

use gatehouse_domain::id::UserId;
use gatehouse_domain::subscription::RequestSide;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::deliveries::{AccessPayload, access_of, both, payload, subscription_of};
use super::recipients::{self, Person};
use super::{Delivery, Event};
use crate::emails;
use crate::refusal::Refusal;

#[derive(Deserialize)]
struct Sent {
    side: String,
    #[serde(flatten)]
    access: AccessPayload,
}

pub(super) async fn of(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let sent: Sent = payload(event)?;
    let subscription = subscription_of(event)?;
    let mut access = access_of(conn, event, &sent.access).await?;
    access.request_path = format!("/requests/{}", event.subject);
    let people = if RequestSide::parse(&sent.side) == Some(RequestSide::Approver) {
        let requester = sent.access.requested_by.map(UserId::uuid);
        let author = sent.access.actor.map(UserId::uuid);
        let application = sent.access.application.id.uuid();
        recipients::team_of(conn, event.tenant_id, application, requester, author).await?
    } else {
        deciders(conn, event, subscription, &sent.access).await?
    };
    let letter = emails::message_received(&access);
    let body = access.reason.clone().unwrap_or_default();
    let deliveries = people.into_iter();
    Ok(deliveries
        .map(|person| both(person, &letter, &body, &access.request_path))
        .collect())
}

/// Whoever wrote for the approvers before, and still is one; everybody who decides while nobody has.
async fn deciders(
    conn: &mut PgConnection,
    event: &Event,
    subscription: Uuid,
    access: &AccessPayload,
) -> Result<Vec<Person>, Refusal> {
    let tenant = event.tenant_id;
    let except: Vec<Uuid> = [access.requested_by, access.actor]
        .into_iter()
        .flatten()
        .map(UserId::uuid)
        .collect();
    let mut all = recipients::approvers(conn, tenant, subscription, &except).await?;
    all.extend(recipients::deputies(conn, tenant, subscription, event.at, &except).await?);
    let wrote = sqlx::query_scalar!(
        "select distinct author_id from subscription_message
         where tenant_id = $1 and subscription_id = $2 and side = 'approver'",
        tenant,
        subscription,
    )
    .fetch_all(conn)
    .await?;
    if all.iter().any(|person| wrote.contains(&person.id)) {
        all.retain(|person| wrote.contains(&person.id));
    }
    Ok(all)
}
