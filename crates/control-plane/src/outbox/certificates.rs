//! Who hears of certificates of own domains.

use serde::Deserialize;
use sqlx::postgres::PgConnection;

use super::deliveries::{both, payload};
use super::recipients;
use super::{Delivery, Event};
use crate::emails;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
struct Ending {
    name: String,
    hosts: Vec<String>,
    days: i64,
    expires_at: String,
}

/// That one ends soon: whoever manages the tenant.
pub(super) async fn end(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let told: Ending = payload(event)?;
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let ends = emails::key_ends(told.days, &told.expires_at);
    let letter = emails::certificate_ends(&tenant, &told.name, &told.hosts.join(", "), &ends);
    let people = recipients::managers_of(conn, event.tenant_id, None).await?;
    Ok(people
        .into_iter()
        .map(|person| both(person, &letter, &ends, "/console/gateways"))
        .collect())
}
