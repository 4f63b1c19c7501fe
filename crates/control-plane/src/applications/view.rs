//! Applications as people see them, and the row verbs lock.

use gatehouse_domain::id::{ApiId, ApplicationId, TeamId, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::page::{Lookup, Page};
use crate::refs::TeamRef;
use crate::refusal::Refusal;
use crate::words::known;

/// Whether an application may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationState {
    /// It may.
    Active,
    /// Stopped by the provider.
    Suspended,
}

/// An application.
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationView {
    /// Identity.
    pub id: ApplicationId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Whether it may call.
    pub state: ApplicationState,
    /// Whose it is.
    pub owner_team: TeamRef,
    /// Subscriptions in force or waiting.
    pub subscriptions: i64,
    /// Keys that are not revoked or expired.
    pub keys: i64,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// For If-Match.
    pub row_version: i32,
}

/// Which applications a list has.
#[derive(Debug, Clone, Default)]
pub struct ApplicationFilter {
    /// Part of the name or slug.
    pub q: Option<String>,
    /// Only of the asking person's teams.
    pub mine: bool,
    /// Of one team.
    pub team: Option<Lookup<TeamId>>,
    /// Only those with an open subscription to this API.
    pub api: Option<Lookup<ApiId>>,
}

/// The row verbs lock.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) team_id: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) state: String,
    pub(crate) row_version: i32,
}

impl Row {
    pub(crate) fn subject(&self) -> String {
        ApplicationId::from_uuid(self.id).to_string()
    }

    /// What mail and notices need to know.
    pub(crate) fn payload(&self, reason: &str, actor: Option<Uuid>) -> Value {
        json!({
            "application": { "id": ApplicationId::from_uuid(self.id), "name": self.name },
            "team": TeamId::from_uuid(self.team_id),
            "reason": reason,
            "actor": actor.map(UserId::from_uuid),
        })
    }
}

/// Finds an application that is not deleted.
pub(crate) async fn find(
    conn: &mut PgConnection,
    application: &Lookup<ApplicationId>,
) -> Result<Option<Row>, Refusal> {
    let (id, slug) = application.parts();
    let row = sqlx::query_as!(
        Row,
        "select id, owner_team_id as team_id, name, description, state, row_version from application
         where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2) and state <> 'deleted'",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row)
}

/// Locks an application that is not deleted.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    application: &Lookup<ApplicationId>,
) -> Result<Row, Refusal> {
    let (id, slug) = application.parts();
    sqlx::query_as!(
        Row,
        "select id, owner_team_id as team_id, name, description, state, row_version from application
         where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2) and state <> 'deleted'
         for no key update",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)
}

/// Reads one application.
pub(super) async fn read(conn: &mut PgConnection, id: Uuid) -> Result<ApplicationView, Refusal> {
    let wanted = Wanted {
        id: Some(id),
        limit: 1,
        ..Wanted::default()
    };
    select(conn, &wanted).await?.pop().ok_or(Refusal::NotFound)
}

/// Which applications somebody sees.
pub(super) struct Sight {
    pub(super) person: Option<Uuid>,
    /// Where they see those of every team, by what these subscribe to; `None` is everywhere.
    pub(super) reach: Option<Vec<Uuid>>,
}

/// Lists applications, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    sight: &Sight,
    filter: &ApplicationFilter,
    page: &Page,
) -> Result<Vec<ApplicationView>, Refusal> {
    let (team_id, team_slug) = filter.team.as_ref().map_or((None, None), Lookup::parts);
    let (api_id, api_slug) = filter.api.as_ref().map_or((None, None), Lookup::parts);
    let wanted = Wanted {
        after: page.after,
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
        person: sight.person,
        mine: filter.mine,
        reach: sight.reach.as_deref(),
        team_id,
        team_slug,
        api_id,
        api_slug,
        limit: page.fetch(),
        ..Wanted::default()
    };
    select(conn, &wanted).await
}

#[derive(Default)]
struct Wanted<'a> {
    id: Option<Uuid>,
    after: Option<Uuid>,
    q: Option<&'a str>,
    person: Option<Uuid>,
    /// Only of the person's teams.
    mine: bool,
    /// Besides those of the person's teams, only those with a subscription to one of these; `None` is no condition.
    reach: Option<&'a [Uuid]>,
    team_id: Option<Uuid>,
    team_slug: Option<&'a str>,
    api_id: Option<Uuid>,
    api_slug: Option<&'a str>,
    limit: i64,
}

async fn select(
    conn: &mut PgConnection,
    wanted: &Wanted<'_>,
) -> Result<Vec<ApplicationView>, Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, a.slug, a.name, a.description, a.state, a.created_at, a.row_version,
                  t.id as team_id, t.slug as team_slug, t.name as team_name,
                  (select count(*) from subscription s where s.application_id = a.id and s.state in ('pending', 'active')) as "subscriptions!",
                  (select count(*) from credential c where c.application_id = a.id and c.state in ('active', 'retiring')) as "keys!"
           from application a join team t on t.id = a.owner_team_id
           where a.state <> 'deleted'
             and ($1::uuid is null or a.id = $1)
             and ($2::uuid is null or a.id < $2)
             and ($3::text is null or strpos(lower(a.name), lower($3)) > 0 or strpos(a.slug, lower($3)) > 0)
             and (not $4 and ($11::uuid[] is null
                              or exists (select from subscription s join product p on p.id = s.product_id
                                         where s.application_id = a.id and array[p.owner_team_id, p.id, p.api_id] && $11))
                  or exists (select from team_member m where m.team_id = t.id and m.user_id = $5))
             and ($6::uuid is null or t.id = $6)
             and ($7::text is null or t.slug = $7)
             and ($8::uuid is null and $9::text is null
                  or exists (select from subscription s join product_item i on i.product_id = s.product_id
                                    join api_version v on v.id = i.api_version_id join api on api.id = v.api_id
                             where s.application_id = a.id and s.state in ('pending', 'active')
                               and ($8::uuid is null or api.id = $8) and ($9::text is null or api.slug = $9)))
           order by a.id desc
           limit $10"#,
        wanted.id,
        wanted.after,
        wanted.q,
        wanted.mine,
        wanted.person,
        wanted.team_id,
        wanted.team_slug,
        wanted.api_id,
        wanted.api_slug,
        wanted.limit,
        wanted.reach,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ApplicationView {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
                description: row.description,
                state: known(state(&row.state), &row.state)?,
                owner_team: TeamRef {
                    id: row.team_id.into(),
                    slug: row.team_slug,
                    name: row.team_name,
                },
                subscriptions: row.subscriptions,
                keys: row.keys,
                created_at: row.created_at,
                row_version: row.row_version,
            })
        })
        .collect()
}

fn state(word: &str) -> Option<ApplicationState> {
    match word {
        "active" => Some(ApplicationState::Active),
        "suspended" => Some(ApplicationState::Suspended),
        _ => None,
    }
}
