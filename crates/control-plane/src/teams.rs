//! Teams: what APIs and applications belong to, so that people can leave.

mod change;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{TeamId, TenantId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

pub use change::{
    CreateTeam, UpdateTeam, add_team_member, create_team, remove_team_member, update_team,
};

pub(crate) use change::require_choice;

use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refusal::Refusal;

/// What a team does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamKind {
    /// Owns APIs.
    Provider,
    /// Owns applications.
    Consumer,
}

impl TeamKind {
    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Consumer => "consumer",
        }
    }
}

/// What a person is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// Chooses members too.
    Lead,
    /// Belongs to it.
    Member,
}

impl TeamRole {
    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Member => "member",
        }
    }
}

/// A team as other things name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TeamRef {
    /// Its id.
    pub id: TeamId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// A [`TeamRef`] as statements aggregate it: `jsonb_build_object('id', .., 'slug', .., 'name', ..)`.
#[derive(Debug, Deserialize)]
pub(crate) struct TeamRefRow {
    id: Uuid,
    slug: String,
    name: String,
}

impl From<TeamRefRow> for TeamRef {
    fn from(row: TeamRefRow) -> Self {
        Self {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
        }
    }
}

/// A member of a team.
#[derive(Debug, Clone, Serialize)]
pub struct TeamMemberView {
    /// The person.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// What they are in the team.
    pub role: TeamRole,
}

/// A team.
#[derive(Debug, Clone, Serialize)]
pub struct TeamView {
    /// Its id.
    pub id: TeamId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: TeamKind,
    /// Whether it is one person's own team.
    pub personal: bool,
    /// Who belongs to it, leads first.
    pub members: Vec<TeamMemberView>,
    /// Version for conditional changes.
    pub row_version: i32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

#[derive(Debug, Deserialize)]
struct MemberRow {
    user_id: Uuid,
    name: String,
    role: TeamRole,
}

struct TeamRow {
    id: Uuid,
    slug: String,
    name: String,
    kind: String,
    personal: bool,
    members: Json<Vec<MemberRow>>,
    row_version: i32,
    created_at: OffsetDateTime,
}

impl From<TeamRow> for TeamView {
    fn from(row: TeamRow) -> Self {
        let member = |row: MemberRow| TeamMemberView {
            user_id: row.user_id.into(),
            name: row.name,
            role: row.role,
        };
        Self {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
            kind: if row.kind == "provider" {
                TeamKind::Provider
            } else {
                TeamKind::Consumer
            },
            personal: row.personal,
            members: row.members.0.into_iter().map(member).collect(),
            row_version: row.row_version,
            created_at: row.created_at,
        }
    }
}

/// Every team of the tenant, newest first.
pub async fn list_teams(db: &Db, actor: &Actor, page: &Page) -> Result<Listed<TeamView>, Refusal> {
    actor.require(Permission::MemberRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let filter = Filter {
        page: *page,
        ..Filter::of(actor.tenant())
    };
    let teams = select(&mut tx, &filter).await?;
    Ok(Listed::cut(teams, page, |team| team.id.uuid()))
}

/// The acting person's own teams; none for tokens and the program itself.
pub async fn my_teams(db: &Db, actor: &Actor) -> Result<Vec<TeamView>, Refusal> {
    actor.require_anywhere(Permission::CatalogueRead)?;
    let Some(user) = actor.user() else {
        return Ok(Vec::new());
    };
    let mut tx = db.tenant(actor.tenant()).await?;
    let filter = Filter {
        member: Some(user),
        ..Filter::of(actor.tenant())
    };
    select(&mut tx, &filter).await
}

/// One team. Its members see it; everybody else needs the right to see members.
pub async fn get_team(
    db: &Db,
    actor: &Actor,
    lookup: &Lookup<TeamId>,
) -> Result<TeamView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let filter = Filter {
        lookup: Some(lookup.clone()),
        ..Filter::of(actor.tenant())
    };
    let team = select(&mut tx, &filter)
        .await?
        .pop()
        .ok_or(Refusal::NotFound)?;
    let mine = team
        .members
        .iter()
        .any(|member| Some(member.user_id) == actor.user());
    if mine || actor.may(Permission::MemberRead) {
        Ok(team)
    } else {
        Err(Refusal::NotFound)
    }
}

pub(crate) async fn get(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: TeamId,
) -> Result<TeamView, Refusal> {
    let filter = Filter {
        lookup: Some(Lookup::Id(id)),
        ..Filter::of(tenant)
    };
    select(conn, &filter).await?.pop().ok_or(Refusal::NotFound)
}

struct Filter {
    tenant: TenantId,
    lookup: Option<Lookup<TeamId>>,
    member: Option<UserId>,
    page: Page,
}

impl Filter {
    fn of(tenant: TenantId) -> Self {
        let page = Page {
            limit: Page::LIMIT_MAX,
            after: None,
        };
        Self {
            tenant,
            lookup: None,
            member: None,
            page,
        }
    }
}

async fn select(conn: &mut PgConnection, filter: &Filter) -> Result<Vec<TeamView>, Refusal> {
    let (id, slug) = filter.lookup.as_ref().map_or((None, None), Lookup::parts);
    let rows = sqlx::query_as!(
        TeamRow,
        r#"select t.id, t.slug, t.name, t.kind, t.personal_user_id is not null as "personal!", t.row_version, t.created_at,
                  coalesce((select jsonb_agg(jsonb_build_object('user_id', u.id, 'name', u.name, 'role', m.role)
                                             order by m.role, u.name, u.id)
                            from team_member m join app_user u on u.id = m.user_id
                            where m.tenant_id = t.tenant_id and m.team_id = t.id), '[]') as "members!: Json<Vec<MemberRow>>"
           from team t
           where t.tenant_id = $1 and ($2::uuid is null or t.id = $2) and ($3::text is null or t.slug = $3)
             and ($4::uuid is null or exists (select from team_member mine where mine.tenant_id = t.tenant_id
                                              and mine.team_id = t.id and mine.user_id = $4))
             and ($5::uuid is null or t.id < $5)
           order by t.id desc
           limit $6"#,
        filter.tenant.uuid(),
        id,
        slug,
        filter.member.map(UserId::uuid),
        filter.page.after,
        filter.page.fetch(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(TeamView::from).collect())
}
