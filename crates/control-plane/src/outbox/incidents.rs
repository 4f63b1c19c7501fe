//! Who is told of an incident: whoever follows an API it concerns or has access to one, and may see that API.

use gatehouse_domain::id::{IncidentId, UserId};
use gatehouse_domain::incident::{IncidentImpact, IncidentState};
use gatehouse_language::t;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::deliveries::{both, payload};
use super::recipients::{self, Person};
use super::{Delivery, Event};
use crate::emails::{self, Incident};
use crate::incidents::{impact_word, state_word};
use crate::refusal::Refusal;

/// APIs that a mail names one by one.
const NAMED_MAX: usize = 10;

#[derive(Debug, Deserialize)]
struct Said {
    number: i32,
    title: String,
    impact: IncidentImpact,
    state: IncidentState,
    all_apis: bool,
    text: String,
    actor: Option<UserId>,
}

pub(super) async fn of(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let said: Said = payload(event)?;
    let id: IncidentId = event.subject.parse().map_err(anyhow::Error::from)?;
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let people = concerned(
        conn,
        event.tenant_id,
        id.uuid(),
        said.actor.map(UserId::uuid),
    )
    .await?;
    let path = format!("/status/incidents/{}", said.number);
    let told = people.into_iter().filter_map(|one| {
        let apis = match said.all_apis {
            true => t!("emails-everything-at", tenant = &tenant),
            false => in_words(&one.apis),
        };
        let incident = Incident {
            tenant: &tenant,
            title: &said.title,
            impact: &impact_word(said.impact),
            state: &state_word(said.state),
            apis: &apis,
            text: &said.text,
            path: &path,
        };
        let letter = emails::incident_letter(&event.kind, &incident)?;
        let person = Person {
            id: one.id,
            email: one.email,
        };
        Some(both(person, &letter, &said.text, &path))
    });
    Ok(told.collect())
}

/// Names, the first of many.
fn in_words(names: &[String]) -> String {
    let named = names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>();
    let named = named.join(", ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => named,
        more => t!("emails-and-more", named = &named, more = more),
    }
}

/// Somebody who is told, with the APIs it concerns them by.
struct Told {
    id: Uuid,
    email: String,
    apis: Vec<String>,
}

/// Everybody it concerns but whoever wrote it, each once.
async fn concerned(
    conn: &mut PgConnection,
    tenant: Uuid,
    incident: Uuid,
    except: Option<Uuid>,
) -> Result<Vec<Told>, Refusal> {
    let people = sqlx::query_as!(
        Told,
        r#"with affected as (
               select a.id, a.name from api a
               join incident n on n.tenant_id = a.tenant_id and n.id = $2
               where a.tenant_id = $1
                 and (n.all_apis or exists (select from incident_api c
                                            where c.tenant_id = n.tenant_id and c.incident_id = n.id and c.api_id = a.id))),
           concerned as (
               select f.user_id, a.id as api_id, a.name
               from affected a join api_follow f on f.tenant_id = $1 and f.api_id = a.id
               union
               select t.user_id, a.id, a.name
               from affected a
               join api_version v on v.tenant_id = $1 and v.api_id = a.id
               join product_item i on i.tenant_id = v.tenant_id and i.api_version_id = v.id
               join subscription s on s.tenant_id = i.tenant_id and s.product_id = i.product_id and s.state = 'active'
               join application p on p.tenant_id = s.tenant_id and p.id = s.application_id
               join team_member t on t.tenant_id = p.tenant_id and t.team_id = p.owner_team_id)
           select u.id as "id!", u.email as "email!", array_agg(distinct c.name order by c.name) as "apis!"
           from concerned c
           join membership m on m.tenant_id = $1 and m.user_id = c.user_id and m.status = 'active'
           join app_user u on u.id = m.user_id and u.status = 'active'
           where ($3::uuid is null or u.id <> $3) and visible_api(c.api_id, u.id, true)
           group by u.id, u.email
           order by u.id"#,
        tenant,
        incident,
        except,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::{NAMED_MAX, in_words};

    #[test]
    fn of_many_apis_the_first_are_named() {
        let names = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>();
        assert_eq!(in_words(&names(2)), "0, 1");
        assert!(in_words(&names(NAMED_MAX)).ends_with("8, 9"));
        assert!(in_words(&names(NAMED_MAX + 1)).ends_with("8, 9 and 1 more"));
    }
}
