//! Who is told of an incident: whoever follows an API it concerns or has access to one, and may see that API.

use gatehouse_domain::id::{IncidentId, UserId};
use gatehouse_domain::incident::{IncidentImpact, IncidentState};
use gatehouse_language::t;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};
use uuid::Uuid;

use super::deliveries::{both, payload};
use super::recipients::{self, Person};
use super::{Delivery, Event};
use crate::emails::{self, Incident};
use crate::incidents::{impact_word, state_word};
use crate::refusal::Refusal;

/// APIs that a mail names one by one.
const NAMED_MAX: usize = 10;
/// As long as their names together may be, in characters, so that the line has room for how many more there are.
const NAMED_LENGTH_MAX: usize = 160;

#[derive(Debug, Deserialize)]
struct Said {
    number: i32,
    title: String,
    impact: IncidentImpact,
    state: IncidentState,
    all_apis: bool,
    #[serde(default, with = "time::serde::rfc3339::option")]
    starts_at: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    ends_at: Option<OffsetDateTime>,
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
    let is_planned = said.starts_at.is_some_and(|starts| starts > event.at);
    let impact = match is_planned {
        true => t!("emails-planned-maintenance"),
        false => impact_word(said.impact),
    };
    let planned = planned(said.starts_at, said.ends_at);
    let told = people.into_iter().filter_map(|one| {
        let apis = match said.all_apis {
            true => t!("emails-everything-at", tenant = &tenant),
            false => in_words(&one.apis),
        };
        let incident = Incident {
            tenant: &tenant,
            title: &said.title,
            impact: &impact,
            planned: planned.as_deref(),
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

/// When maintenance is planned, in one sentence.
fn planned(starts: Option<OffsetDateTime>, ends: Option<OffsetDateTime>) -> Option<String> {
    Some(match (starts.map(minute), ends.map(minute)) {
        (None, None) => return None,
        (Some(starts), None) => t!("emails-planned-from", starts = starts),
        (None, Some(ends)) => t!("emails-planned-until", ends = ends),
        (Some(starts), Some(ends)) => {
            t!("emails-planned-between", starts = starts, ends = ends)
        }
    })
}

/// "2026-11-20 14:30", in UTC.
fn minute(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC)
        .format(format_description!("[year]-[month]-[day] [hour]:[minute]"))
        .unwrap_or_default()
}

/// Names, the first of many.
fn in_words(names: &[String]) -> String {
    let mut length = 0;
    let fits = |name: &&String| {
        length += name.chars().count() + 2;
        length <= NAMED_LENGTH_MAX
    };
    let named: Vec<&str> = names
        .iter()
        .take(NAMED_MAX)
        .take_while(fits)
        .map(String::as_str)
        .collect();
    let left = names.len() - named.len();
    let named = named.join(", ");
    match left {
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
               select a.id, a.name, n.all_apis from api a
               join incident n on n.tenant_id = a.tenant_id and n.id = $2
               where a.tenant_id = $1
                 and (n.all_apis or exists (select from incident_api c
                                            where c.tenant_id = n.tenant_id and c.incident_id = n.id and c.api_id = a.id))),
           concerned as (
               select f.user_id, a.id as api_id, a.name, a.all_apis
               from affected a join api_follow f on f.tenant_id = $1 and f.api_id = a.id
               union
               select t.user_id, a.id, a.name, a.all_apis
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
           where ($3::uuid is null or u.id <> $3)
             -- What concerns everything is seen by every member, and asking for each API of each person takes minutes.
             and (c.all_apis or visible_api(c.api_id, u.id, true))
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
        let long = vec!["n".repeat(78); 3];
        assert!(!in_words(&long[..2]).contains("more"));
        assert!(in_words(&long).ends_with("n and 1 more"));
    }
}
