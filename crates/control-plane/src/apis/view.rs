//! APIs as their owners see them.

use std::collections::HashSet;

use gatehouse_domain::id::ApiId;
use gatehouse_domain::{Place, Visibility};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::page::Page;
use crate::refs::TeamRef;
use crate::refusal::Refusal;
use crate::versions::{self, VersionView};
use crate::visibility::granted_teams;
use crate::words::known;

/// How sensitive the data of an API is.
///
/// In order: what comes later is more sensitive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataClass {
    /// For everybody.
    Public,
    /// For the organisation.
    #[default]
    Internal,
    /// About people.
    Personal,
    /// Secret.
    Secret,
}

impl DataClass {
    /// Every class, least sensitive first.
    pub const ALL: [Self; 4] = [Self::Public, Self::Internal, Self::Personal, Self::Secret];

    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Personal => "personal",
            Self::Secret => "secret",
        }
    }

    /// Reads [`DataClass::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }
}

/// An API.
#[derive(Debug, Clone, Serialize)]
pub struct ApiView {
    /// Identity.
    pub id: ApiId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// In one sentence.
    pub summary: String,
    /// Whose it is.
    pub owner_team: TeamRef,
    /// How sensitive its data is.
    pub data_class: DataClass,
    /// Who may find it.
    pub visibility: Visibility,
    /// Teams a restricted API is shown to.
    pub granted_teams: Vec<TeamRef>,
    /// For how many seconds gateways may serve it without having heard from the control plane; `None`: for ever.
    pub config_max_age_s: Option<u32>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// For If-Match.
    pub row_version: i32,
    /// Its versions, newest first.
    pub versions: Vec<VersionView>,
}

impl ApiView {
    /// Leaves out what only owners see: versions that are not among those `offered`, and more.
    pub(super) fn keep_offered(&mut self, offered: &HashSet<Uuid>) {
        self.versions
            .retain(|version| offered.contains(&version.id.uuid()));
        self.versions.iter_mut().for_each(VersionView::keep_public);
        self.granted_teams.clear();
    }
}

/// Which APIs a list has.
#[derive(Debug, Clone, Default)]
pub struct ApiFilter {
    /// Part of the name or slug.
    pub q: Option<String>,
    /// Only of the asking person's teams.
    pub mine: bool,
}

/// Reads one API.
pub(super) async fn read(conn: &mut PgConnection, id: Uuid) -> Result<ApiView, Refusal> {
    let wanted = Wanted {
        id: Some(id),
        limit: 1,
        ..Wanted::default()
    };
    let found = select(conn, &wanted).await?.pop();
    found.map(|(_, view)| view).ok_or(Refusal::NotFound)
}

/// Which APIs somebody sees. The default sees everything.
#[derive(Debug, Default)]
pub(super) struct Sight {
    pub(super) person: Option<Uuid>,
    /// Where they see every API; `None` is everywhere.
    pub(super) whole: Option<Vec<Uuid>>,
    /// Where they see what the catalogue shows; `None` is everywhere.
    pub(super) offered: Option<Vec<Uuid>>,
}

/// Lists APIs, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    sight: &Sight,
    filter: &ApiFilter,
    page: &Page,
) -> Result<Vec<(Place, ApiView)>, Refusal> {
    let wanted = Wanted {
        id: None,
        after: page.after,
        q: filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty()),
        mine: filter.mine,
        person: sight.person,
        whole: sight.whole.as_deref(),
        offered: sight.offered.as_deref(),
        limit: page.fetch(),
    };
    select(conn, &wanted).await
}

#[derive(Default)]
struct Wanted<'a> {
    id: Option<Uuid>,
    after: Option<Uuid>,
    q: Option<&'a str>,
    mine: bool,
    person: Option<Uuid>,
    whole: Option<&'a [Uuid]>,
    offered: Option<&'a [Uuid]>,
    limit: i64,
}

async fn select(
    conn: &mut PgConnection,
    wanted: &Wanted<'_>,
) -> Result<Vec<(Place, ApiView)>, Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, a.slug, a.name, a.summary, a.data_class, a.config_max_age_s, a.created_at, a.row_version, p.visibility, p.id as product_id,
                  t.id as team_id, t.slug as team_slug, t.name as team_name
           from api a
           join product p on p.api_id = a.id
           join team t on t.id = a.owner_team_id
           where ($1::uuid is null or a.id = $1)
             and ($2::uuid is null or a.id < $2)
             and ($3::text is null or strpos(lower(a.name), lower($3)) > 0 or strpos(a.slug, lower($3)) > 0)
             and (not $4 or exists (select from team_member m where m.team_id = t.id and m.user_id = $5))
             and ($6::uuid[] is null or array[a.owner_team_id, p.id, a.id] && $6
                  or ($7::uuid[] is null or array[a.owner_team_id, p.id, a.id] && $7) and visible_api(a.id, $5, true))
           order by a.id desc
           limit $8"#,
        wanted.id,
        wanted.after,
        wanted.q,
        wanted.mine,
        wanted.person,
        wanted.whole,
        wanted.offered,
        wanted.limit,
    )
    .fetch_all(&mut *conn)
    .await?;
    let apis: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut versions = versions::of_apis(conn, &apis).await?;
    let products: Vec<Uuid> = rows.iter().map(|row| row.product_id).collect();
    let mut granted = granted_teams(conn, &products).await?;
    rows.into_iter()
        .map(|row| {
            let place = Place {
                team: row.team_id.into(),
                product: Some(row.product_id.into()),
                api: Some(row.id.into()),
            };
            let view = ApiView {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
                summary: row.summary,
                owner_team: TeamRef {
                    id: row.team_id.into(),
                    slug: row.team_slug,
                    name: row.team_name,
                },
                data_class: known(DataClass::parse(&row.data_class), &row.data_class)?,
                visibility: known(Visibility::parse(&row.visibility), &row.visibility)?,
                granted_teams: granted.remove(&row.product_id).unwrap_or_default(),
                config_max_age_s: row.config_max_age_s.map(i32::unsigned_abs),
                created_at: row.created_at,
                row_version: row.row_version,
                versions: versions.remove(&row.id).unwrap_or_default(),
            };
            Ok((place, view))
        })
        .collect()
}
