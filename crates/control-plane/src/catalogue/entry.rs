//! The list of APIs.

use gatehouse_domain::ApiVersionState;
use gatehouse_domain::id::{ApiId, SubscriptionId};
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::subscription::ShownState;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::search;
use crate::db::Db;
use crate::page::{Listed, Page};
use crate::refs::TeamRef;
use crate::refusal::Refusal;
use crate::subscriptions;
use crate::visibility::{Eyes, Viewer};

/// An API in the catalogue.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogueEntry {
    /// Identity.
    pub api_id: ApiId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// In one sentence.
    pub summary: String,
    /// Whose it is.
    pub owner_team: TeamRef,
    /// Versions on offer, newest first.
    pub versions: Vec<VersionRef>,
    /// The newest version that is not being phased out, else the newest.
    pub latest: String,
    /// Operations of that version.
    pub operations: i64,
    /// Tags of that version, at most 20.
    pub tags: Vec<String>,
    /// The least that any plan asks for; `None` when there is no plan to ask for.
    pub approval_hint: Option<ApprovalMode>,
    /// What the viewer's teams have of it.
    pub my_access: Vec<MyAccess>,
}

/// A version on offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRef {
    /// In URLs.
    pub label: String,
    /// Offered, or being phased out.
    pub state: ApiVersionState,
}

/// Access the viewer's teams have.
#[derive(Debug, Clone, Serialize)]
pub struct MyAccess {
    /// Under which subscription.
    pub subscription: SubscriptionId,
    /// For which application.
    pub application: String,
    /// That application in URLs.
    pub application_slug: String,
    /// In which environment.
    pub environment: String,
    /// Under which plan.
    pub plan: String,
    /// What it is at this moment.
    pub shown: ShownState,
}

/// Which APIs a list has.
#[derive(Debug, Clone, Default)]
pub struct CatalogueFilter {
    /// Words in the name, slug or summary, or in an operation.
    pub q: Option<String>,
    /// A tag of an operation.
    pub tag: Option<String>,
    /// Only those whose latest version is in this state.
    pub state: Option<ApiVersionState>,
}

/// Lists the APIs a viewer may find, newest first.
pub async fn catalogue(
    db: &Db,
    viewer: &Viewer<'_>,
    filter: &CatalogueFilter,
    page: &Page,
) -> Result<Listed<CatalogueEntry>, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let q = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
    let wanted = Wanted {
        after: page.after,
        q,
        words: q.and_then(search::prefix_query),
        tag: filter.tag.as_deref(),
        state: filter.state.map(ApiVersionState::as_str),
        limit: page.fetch(),
        ..Wanted::default()
    };
    let mut entries = select(&mut tx, eyes, &wanted).await?;
    drop(tx);
    add_access(db, viewer, &mut entries).await?;
    Ok(Listed::cut(entries, page, |entry| entry.api_id.uuid()))
}

/// Finds one API the viewer may see.
pub(super) async fn find(
    conn: &mut PgConnection,
    eyes: Eyes,
    slug: &str,
) -> Result<CatalogueEntry, Refusal> {
    let wanted = Wanted {
        slug: Some(slug),
        limit: 1,
        ..Wanted::default()
    };
    select(conn, eyes, &wanted)
        .await?
        .pop()
        .ok_or(Refusal::NotFound)
}

/// Adds what the viewer's teams have.
pub(super) async fn add_access(
    db: &Db,
    viewer: &Viewer<'_>,
    entries: &mut [CatalogueEntry],
) -> Result<(), Refusal> {
    let Viewer::Member(actor) = viewer else {
        return Ok(());
    };
    let apis: Vec<Uuid> = entries.iter().map(|entry| entry.api_id.uuid()).collect();
    for view in subscriptions::open_of_apis(db, actor, apis).await? {
        if let Some(entry) = entries.iter_mut().find(|entry| entry.api_id == view.api.id) {
            entry.my_access.push(MyAccess {
                subscription: view.id,
                application: view.application.name,
                application_slug: view.application.slug,
                environment: view.environment.slug,
                plan: view.plan.name,
                shown: view.shown,
            });
        }
    }
    Ok(())
}

#[derive(Default)]
struct Wanted<'a> {
    slug: Option<&'a str>,
    after: Option<Uuid>,
    q: Option<&'a str>,
    words: Option<String>,
    tag: Option<&'a str>,
    state: Option<&'static str>,
    limit: i64,
}

async fn select(
    conn: &mut PgConnection,
    eyes: Eyes,
    wanted: &Wanted<'_>,
) -> Result<Vec<CatalogueEntry>, Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, a.slug, a.name, a.summary, t.id as team_id, t.slug as team_slug, t.name as team_name,
                  latest.label as latest,
                  (select json_agg(json_build_object('label', v.label, 'state', v.state) order by v.id desc)
                   from api_version v where v.api_id = a.id and visible_version(v.id, $1, $2)) as "versions!",
                  (select count(*) from operation o where o.revision_id = latest.current_revision_id) as "operations!",
                  array(select distinct tag from operation o, unnest(o.tags) as tag
                        where o.revision_id = latest.current_revision_id order by tag limit 20) as "tags!: Vec<String>",
                  (select p.approval from plan p join product pr on pr.id = p.product_id
                   where pr.api_id = a.id and p.state in ('published', 'deprecated')
                   order by array_position(array['auto', 'manual', 'two_person'], p.approval) limit 1) as "approval_hint?"
           from api a
           join team t on t.id = a.owner_team_id
           cross join lateral (
               select v.label, v.state, v.current_revision_id
               from api_version v
               where v.api_id = a.id and visible_version(v.id, $1, $2)
               order by v.state = 'published' desc, v.id desc
               limit 1) latest
           where ($3::text is null or a.slug = $3)
             and ($4::uuid is null or a.id < $4)
             and ($5::text is null
                  or strpos(lower(a.name), lower($5)) > 0 or strpos(a.slug, lower($5)) > 0 or strpos(lower(a.summary), lower($5)) > 0
                  or exists (select from operation o where o.revision_id = latest.current_revision_id
                             and (o.search @@ to_tsquery('simple', $6) or o.search @@ to_tsquery('english', $6))))
             and ($7::text is null
                  or exists (select from operation o where o.revision_id = latest.current_revision_id and $7 = any(o.tags)))
             and ($8::text is null or latest.state = $8)
           order by a.id desc
           limit $9"#,
        eyes.person,
        eyes.member,
        wanted.slug,
        wanted.after,
        wanted.q,
        wanted.words,
        wanted.tag,
        wanted.state,
        wanted.limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(CatalogueEntry {
                api_id: row.id.into(),
                slug: row.slug,
                name: row.name,
                summary: row.summary,
                owner_team: TeamRef {
                    id: row.team_id.into(),
                    slug: row.team_slug,
                    name: row.team_name,
                },
                versions: serde_json::from_value(row.versions).map_err(anyhow::Error::from)?,
                latest: row.latest,
                operations: row.operations,
                tags: row.tags,
                approval_hint: row.approval_hint.as_deref().and_then(ApprovalMode::parse),
                my_access: Vec::new(),
            })
        })
        .collect()
}
