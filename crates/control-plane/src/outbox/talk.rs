//! Who is told of questions about an API, of answers, and of what happens to an API that people follow.

use gatehouse_domain::Permission;
use gatehouse_domain::id::UserId;
use gatehouse_language::t;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::deliveries::{both, notice, payload};
use super::recipients::{self, Person};
use super::{Delivery, Event};
use crate::emails;
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
struct NamedApi {
    slug: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Said {
    api: NamedApi,
    #[serde(default)]
    question: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    from_team: bool,
    actor: Option<UserId>,
}

/// Questions go to who answers for the API; answers to who wrote before, and to them where somebody else answers; what was
/// hidden to its author.
pub(super) async fn of(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let said: Said = payload(event)?;
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let actor = said.actor.map(UserId::uuid);
    let path = format!("/apis/{}/questions", said.api.slug);
    let author = recipients::name_of(conn, actor).await?;
    let author = author.unwrap_or_else(|| t!("emails-somebody"));
    if event.kind == "api.comment_hidden" {
        let comment = comment_id(&event.subject)?;
        let title = t!("emails-was-hidden", api = &said.api.name);
        let people = writers(conn, event.tenant_id, comment, true, actor).await?;
        let told = people.into_iter();
        return Ok(told
            .map(|person| notice(person, &title, &said.reason, &path))
            .collect());
    }
    let asked = event.kind == "api.question_asked";
    let make = if asked {
        emails::question_asked
    } else {
        emails::question_answered
    };
    let letter = make(&tenant, &said.api.name, &author, &said.text, &path);
    let mut people = Vec::new();
    if !asked {
        let question = comment_id(&said.question)?;
        people = writers(conn, event.tenant_id, question, false, actor).await?;
    }
    if asked || !said.from_team {
        let slug = said.api.slug.as_str();
        let may = Permission::ApiWrite;
        let keepers = recipients::keepers_of_api(conn, event.tenant_id, slug, may, actor).await?;
        let known: Vec<Uuid> = people.iter().map(|person| person.id).collect();
        people.extend(keepers.into_iter().filter(|one| !known.contains(&one.id)));
    }
    let told = people.into_iter();
    Ok(told
        .map(|person| both(person, &letter, &said.text, &path))
        .collect())
}

fn comment_id(text: &str) -> Result<Uuid, Refusal> {
    let id: gatehouse_domain::id::CommentId = text.parse().map_err(anyhow::Error::from)?;
    Ok(id.uuid())
}

/// Who wrote a question or one of its answers, or only the one that is named.
async fn writers(
    conn: &mut PgConnection,
    tenant: Uuid,
    comment: Uuid,
    alone: bool,
    except: Option<Uuid>,
) -> Result<Vec<Person>, Refusal> {
    let people = sqlx::query_as!(
        Person,
        "select u.id, u.email from membership m join app_user u on u.id = m.user_id
         where m.tenant_id = $1 and m.status = 'active' and u.status = 'active' and ($4::uuid is null or u.id <> $4)
           and exists (select from api_comment c
                       where c.tenant_id = m.tenant_id and c.author_id = m.user_id
                         and (c.id = $2 or not $3 and c.question_id = $2 and c.hidden_at is null))
         order by u.id",
        tenant,
        comment,
        alone,
        except,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

#[derive(Debug, Deserialize)]
struct News {
    api: NamedApi,
    version: Option<String>,
    first: Option<bool>,
    title: Option<String>,
}

/// Whoever follows an API is told of a new description and of what its owners write.
pub(super) async fn news(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let news: News = payload(event)?;
    let what = match (news.title, news.version) {
        (Some(title), _) => title,
        (None, Some(version)) if news.first == Some(true) => {
            t!("emails-is-live", version = &version)
        }
        (None, Some(version)) => t!("emails-new-description", version = &version),
        (None, None) => return Ok(Vec::new()),
    };
    followers(conn, event, &news.api.slug, &news.api.name, &what, &[]).await
}

/// What is sent to everybody who follows an API and still finds it, but to those who hear of it otherwise.
pub(super) async fn followers(
    conn: &mut PgConnection,
    event: &Event,
    slug: &str,
    name: &str,
    what: &str,
    except: &[Uuid],
) -> Result<Vec<Delivery>, Refusal> {
    let people = sqlx::query_as!(
        Person,
        "select u.id, u.email
         from api_follow f
         join api a on a.tenant_id = f.tenant_id and a.id = f.api_id
         join membership m on m.tenant_id = f.tenant_id and m.user_id = f.user_id and m.status = 'active'
         join app_user u on u.id = m.user_id and u.status = 'active'
         where f.tenant_id = $1 and a.slug = $2 and u.id <> all($3) and visible_api(a.id, u.id, true)
         order by u.id",
        event.tenant_id,
        slug,
        except,
    )
    .fetch_all(&mut *conn)
    .await?;
    let tenant = recipients::tenant_name(conn, event.tenant_id).await?;
    let path = format!("/apis/{slug}/changelog");
    let letter = emails::api_news(&tenant, name, what, &path);
    let told = people.into_iter();
    Ok(told
        .map(|person| both(person, &letter, "", &path))
        .collect())
}
