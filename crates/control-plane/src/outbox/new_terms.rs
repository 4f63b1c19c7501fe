//! Who is told of a new version of terms: everybody with access under a plan that has them.

use gatehouse_domain::id::TermsId;
use serde::Deserialize;
use sqlx::postgres::PgConnection;

use super::deliveries::{Named, payload, to_subscribers};
use super::recipients;
use super::{Delivery, Event};
use crate::emails;
use crate::refusal::Refusal;

#[derive(Deserialize)]
struct Published {
    terms: Named,
    version: i32,
}

pub(super) async fn of(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let published: Published = payload(event)?;
    // Before there is a second version, nobody can have accepted another.
    if published.version < 2 {
        return Ok(Vec::new());
    }
    let id: TermsId = event.subject.parse().map_err(anyhow::Error::from)?;
    let tenant = event.tenant_id;
    let plans = sqlx::query_scalar!(
        "select id from plan where tenant_id = $1 and terms_id = $2 order by id",
        tenant,
        id.uuid(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut people = Vec::new();
    for plan in plans {
        people.extend(recipients::subscribers(conn, tenant, Some(plan), None).await?);
    }
    // Once each, whatever else of theirs has the same terms.
    people.sort_by_key(|one| (one.person.id, one.application_id));
    people.dedup_by_key(|one| one.person.id);
    let tenant_name = recipients::tenant_name(conn, tenant).await?;
    let (terms, version) = (&published.terms.name, published.version);
    Ok(to_subscribers(people, |application, link| {
        emails::terms_changed(&tenant_name, terms, version, application, link)
    }))
}
