//! Reading incidents, each as its viewer may see it.

use std::collections::HashMap;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{IncidentId, UserId};
use gatehouse_domain::incident::{IncidentImpact, IncidentState};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{IncidentView, Prose, UpdateView};
use crate::actor::Actor;
use crate::page::{Lookup, Page};
use crate::refs::{ApiRef, PersonRef};
use crate::refusal::Refusal;
use crate::visibility::{Eyes, SEE, Viewer};
use crate::words::known;

/// Which APIs somebody may know of.
#[derive(Debug)]
pub(super) struct Sight {
    person: Option<Uuid>,
    member: bool,
    /// Where they see every API, or manage its incidents; `None` is everywhere.
    whole: Option<Vec<Uuid>>,
    /// Where they see what the catalogue shows; `None` is everywhere.
    offered: Option<Vec<Uuid>>,
}

impl Sight {
    pub(super) fn of(viewer: &Viewer<'_>, eyes: Eyes) -> Self {
        match viewer {
            Viewer::Anonymous(_) => Self {
                person: None,
                member: false,
                whole: Some(Vec::new()),
                offered: None,
            },
            Viewer::Member(actor) => Self::of_member(actor, eyes),
        }
    }

    pub(super) fn of_member(actor: &Actor, eyes: Eyes) -> Self {
        Self {
            person: eyes.person,
            member: true,
            whole: actor.reach(&[Permission::ApiRead, Permission::IncidentManage]),
            offered: actor.reach(&SEE),
        }
    }
}

/// Which incidents are read.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) after: Option<Uuid>,
    pub(super) id: Option<Uuid>,
    pub(super) number: Option<i32>,
    pub(super) open: Option<bool>,
    pub(super) api: Option<Uuid>,
    pub(super) resolved_since: Option<OffsetDateTime>,
    /// What something was said of last first, instead of the newest.
    pub(super) by_newest: bool,
    pub(super) limit: i64,
}

/// Reads an incident by its id or its number, if its viewer may see it.
pub(super) async fn one(
    conn: &mut PgConnection,
    sight: &Sight,
    incident: &Lookup<IncidentId>,
) -> Result<IncidentView, Refusal> {
    let (id, number) = incident.parts();
    let number = match number {
        Some(text) => Some(number_of(text).ok_or(Refusal::NotFound)?),
        None => None,
    };
    let wanted = Wanted {
        id,
        number,
        limit: 1,
        ..Wanted::default()
    };
    let mut found = incidents(conn, sight, &wanted).await?;
    found.pop().ok_or(Refusal::NotFound)
}

/// Digits alone: one number has one address.
fn number_of(text: &str) -> Option<i32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits && !text.starts_with('0'))
}

/// Reads incidents, newest first where nothing else is wanted.
pub(super) async fn incidents(
    conn: &mut PgConnection,
    sight: &Sight,
    wanted: &Wanted,
) -> Result<Vec<IncidentView>, Refusal> {
    let rows = sqlx::query_as!(
        Row,
        r#"select i.id as "id!", i.number as "number!", i.title as "title!", i.impact as "impact!", i.state as "state!",
                  i.all_apis as "all_apis!", i.starts_at, i.ends_at, i.opened_at as "opened_at!", i.resolved_at,
                  n.id as "update_id!", n.state as "update_state!", n.markdown as "markdown!", n.author_id as "author_id?",
                  w.name as "author_name?", n.at as "at!"
           from incident i
           join lateral (select u.id, u.state, u.markdown, u.author_id, u.at from incident_update u
                         where u.incident_id = i.id order by u.number desc limit 1) n on true
           left join app_user w on w.id = n.author_id
           where ($1::uuid is null or i.number < (select b.number from incident b where b.id = $1))
             and ($2::integer is null or i.number = $2)
             and ($3::boolean is null or (i.resolved_at is null) = $3)
             and ($11::uuid is null or i.id = $11)
             and ($4::uuid is null or i.all_apis
                  or exists (select from incident_api c where c.incident_id = i.id and c.api_id = $4))
             and ($5::timestamptz is null or i.resolved_at is null or i.resolved_at >= $5)
             and (i.all_apis and ($6::boolean or exists (select from api a where visible_api(a.id, null, false)))
                  or exists (select from incident_api c
                             join api a on a.id = c.api_id
                             join product p on p.api_id = a.id
                             where c.incident_id = i.id
                               and ($8::uuid[] is null or array[a.owner_team_id, p.id, a.id] && $8
                                    or ($9::uuid[] is null or array[a.owner_team_id, p.id, a.id] && $9)
                                       and visible_api(a.id, $7, $6))))
           order by case when $12::boolean then n.at end desc, i.number desc limit $10"#,
        wanted.after,
        wanted.number,
        wanted.open,
        wanted.api,
        wanted.resolved_since,
        sight.member,
        sight.person,
        sight.whole.as_deref(),
        sight.offered.as_deref(),
        wanted.limit,
        wanted.id,
        wanted.by_newest,
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut apis = apis_of(conn, sight, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let named = apis.remove(&row.id).unwrap_or_default();
            row.view(named, sight)
        })
        .collect()
}

struct Row {
    id: Uuid,
    number: i32,
    title: String,
    impact: String,
    state: String,
    all_apis: bool,
    starts_at: Option<OffsetDateTime>,
    ends_at: Option<OffsetDateTime>,
    opened_at: OffsetDateTime,
    resolved_at: Option<OffsetDateTime>,
    update_id: Uuid,
    update_state: String,
    markdown: String,
    author_id: Option<Uuid>,
    author_name: Option<String>,
    at: OffsetDateTime,
}

impl Row {
    fn view(self, apis: Vec<ApiRef>, sight: &Sight) -> Result<IncidentView, Refusal> {
        let newest = UpdateRow {
            id: self.update_id,
            state: self.update_state,
            markdown: self.markdown,
            author_id: self.author_id,
            author_name: self.author_name,
            at: self.at,
        };
        Ok(IncidentView {
            id: self.id.into(),
            number: self.number,
            title: self.title,
            impact: known(IncidentImpact::parse(&self.impact), &self.impact)?,
            state: known(IncidentState::parse(&self.state), &self.state)?,
            all_apis: self.all_apis,
            apis,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            opened_at: self.opened_at,
            resolved_at: self.resolved_at,
            newest: newest.view(sight)?,
        })
    }
}

/// The APIs that incidents name and the viewer may know of, by name.
async fn apis_of(
    conn: &mut PgConnection,
    sight: &Sight,
    incidents: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ApiRef>>, Refusal> {
    let rows = sqlx::query!(
        "select c.incident_id, a.id, a.slug, a.name
         from incident_api c
         join api a on a.id = c.api_id
         join product p on p.api_id = a.id
         where c.incident_id = any($1)
           and ($4::uuid[] is null or array[a.owner_team_id, p.id, a.id] && $4
                or ($5::uuid[] is null or array[a.owner_team_id, p.id, a.id] && $5) and visible_api(a.id, $2, $3))
         order by a.name, a.id",
        incidents,
        sight.person,
        sight.member,
        sight.whole.as_deref(),
        sight.offered.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    let mut named: HashMap<Uuid, Vec<ApiRef>> = HashMap::new();
    for row in rows {
        named.entry(row.incident_id).or_default().push(ApiRef {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
        });
    }
    Ok(named)
}

/// What was said of an incident, newest first, one more than the page has.
pub(super) async fn updates(
    conn: &mut PgConnection,
    sight: &Sight,
    incident: IncidentId,
    page: &Page,
) -> Result<Vec<UpdateView>, Refusal> {
    let rows = sqlx::query_as!(
        UpdateRow,
        r#"select u.id as "id!", u.state as "state!", u.markdown as "markdown!", u.author_id, w.name as "author_name?", u.at as "at!"
           from incident_update u left join app_user w on w.id = u.author_id
           where u.incident_id = $1
             and ($3::uuid is null
                  or u.number < (select b.number from incident_update b where b.id = $3 and b.incident_id = $1))
           order by u.number desc limit $2"#,
        incident.uuid(),
        page.fetch(),
        page.after,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(|row| row.view(sight)).collect()
}

struct UpdateRow {
    id: Uuid,
    state: String,
    markdown: String,
    author_id: Option<Uuid>,
    author_name: Option<String>,
    at: OffsetDateTime,
}

impl UpdateRow {
    /// Names of people are for members of their tenant.
    fn view(self, sight: &Sight) -> Result<UpdateView, Refusal> {
        let author = self.author_id.zip(self.author_name);
        let author = author.filter(|_| sight.member);
        Ok(UpdateView {
            id: self.id.into(),
            state: known(IncidentState::parse(&self.state), &self.state)?,
            said: Prose::new(self.markdown),
            author: author.map(|(id, name)| PersonRef {
                id: UserId::from_uuid(id),
                name,
            }),
            at: self.at,
        })
    }
}
