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
use crate::subscriptions::{self, SubscriptionView};
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
    /// Only those with an operation of one of these tags; none chosen: all.
    pub tags: Vec<String>,
    /// Only those of one of the teams with these slugs.
    pub teams: Vec<String>,
    /// Only those whose latest version is in one of these states.
    pub states: Vec<ApiVersionState>,
}

/// Lists the APIs a viewer may find, newest first.
pub async fn catalogue(
    db: &Db,
    viewer: &Viewer<'_>,
    filter: &CatalogueFilter,
    page: &Page,
) -> Result<Listed<CatalogueEntry>, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let found = search_ids(&mut tx, eyes, filter, page).await?;
    let mut entries = of_apis(&mut tx, eyes, &found).await?;
    drop(tx);
    let views = open_subscriptions(db, viewer, found).await?;
    add_access(db, viewer, &mut entries, &views).await?;
    Ok(Listed::cut(entries, page, |entry| entry.api_id.uuid()))
}

/// Finds one API the viewer may see.
pub(super) async fn find(
    conn: &mut PgConnection,
    eyes: Eyes,
    slug: &str,
) -> Result<CatalogueEntry, Refusal> {
    let id = sqlx::query_scalar!("select id from api where slug = $1", slug)
        .fetch_optional(&mut *conn)
        .await?
        .ok_or(Refusal::NotFound)?;
    of_apis(conn, eyes, &[id])
        .await?
        .pop()
        .ok_or(Refusal::NotFound)
}

/// What the viewer's teams have of these APIs.
pub(super) async fn open_subscriptions(
    db: &Db,
    viewer: &Viewer<'_>,
    apis: Vec<Uuid>,
) -> Result<Vec<SubscriptionView>, Refusal> {
    match viewer {
        Viewer::Anonymous(_) => Ok(Vec::new()),
        Viewer::Member(actor) => subscriptions::open_of_apis(db, actor, apis).await,
    }
}

/// Adds what the viewer's teams have: access to a product is access to every API it opens.
pub(super) async fn add_access(
    db: &Db,
    viewer: &Viewer<'_>,
    entries: &mut [CatalogueEntry],
    views: &[SubscriptionView],
) -> Result<(), Refusal> {
    if views.is_empty() {
        return Ok(());
    }
    let products: Vec<Uuid> = views.iter().map(|view| view.product_id.uuid()).collect();
    let mut tx = db.tenant(viewer.tenant()).await?;
    let opened = sqlx::query!(
        "select distinct i.product_id, v.api_id from product_item i join api_version v on v.id = i.api_version_id
         where i.product_id = any($1)",
        &products,
    )
    .fetch_all(&mut *tx)
    .await?;
    for view in views {
        let opens = |api: Uuid| {
            opened
                .iter()
                .any(|row| row.product_id == view.product_id.uuid() && row.api_id == api)
        };
        for entry in entries
            .iter_mut()
            .filter(|entry| opens(entry.api_id.uuid()))
        {
            entry.my_access.push(MyAccess {
                subscription: view.id,
                application: view.application.name.clone(),
                application_slug: view.application.slug.clone(),
                environment: view.environment.slug.clone(),
                plan: view.plan.name.clone(),
                shown: view.shown,
            });
        }
    }
    Ok(())
}

/// The APIs of one page of a list, newest first.
pub(super) async fn search_ids(
    conn: &mut PgConnection,
    eyes: Eyes,
    filter: &CatalogueFilter,
    page: &Page,
) -> Result<Vec<Uuid>, Refusal> {
    let q = filter.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
    let states = filter.states.iter();
    let states: Vec<String> = states.map(|state| state.as_str().to_owned()).collect();
    let ids = sqlx::query_scalar!(
        r#"select a.id
           from api a
           cross join lateral (
               select v.state, v.current_revision_id
               from api_version v
               where v.api_id = a.id and visible_version(v.id, $1, $2)
               order by v.state = 'published' desc, v.id desc
               limit 1) latest
           where ($3::uuid is null or a.id < $3)
             and ($4::text is null
                  or strpos(lower(a.name), lower($4)) > 0 or strpos(a.slug, lower($4)) > 0 or strpos(lower(a.summary), lower($4)) > 0
                  or exists (select from operation o where o.revision_id = latest.current_revision_id
                             and (o.search @@ to_tsquery('simple', $5) or o.search @@ to_tsquery('english', $5))))
             and (cardinality($6::text[]) = 0
                  or exists (select from operation o where o.revision_id = latest.current_revision_id and o.tags && $6))
             and (cardinality($7::text[]) = 0 or latest.state = any($7))
             and (cardinality($8::text[]) = 0
                  or exists (select from team t where t.id = a.owner_team_id and t.slug = any($8)))
           order by a.id desc
           limit $9"#,
        eyes.person,
        eyes.member,
        page.after,
        q,
        q.and_then(search::prefix_query),
        &filter.tags,
        &states,
        &filter.teams,
        page.fetch(),
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

/// Reads those of the APIs that the viewer may see, newest first. Planning this costs more than running it, so the database is
/// to keep one plan: it does when it cannot see how many ids there are, hence the `select` around them.
async fn of_apis(
    conn: &mut PgConnection,
    eyes: Eyes,
    ids: &[Uuid],
) -> Result<Vec<CatalogueEntry>, Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, a.slug, a.name, a.summary, t.id as team_id, t.slug as team_slug, t.name as team_name,
                  shown.versions as "versions!", shown.latest[1] as "latest!",
                  (select count(*) from operation o where o.revision_id = shown.revisions[1]) as "operations!",
                  array(select distinct tag from operation o, unnest(o.tags) as tag
                        where o.revision_id = shown.revisions[1] order by tag limit 20) as "tags!: Vec<String>",
                  (select p.approval from plan p join product pr on pr.id = p.product_id
                   where pr.api_id = a.id and p.state in ('published', 'deprecated') and visible_product(pr.id, $1, $2)
                   order by array_position(array['auto', 'manual', 'two_person'], p.approval) limit 1) as "approval_hint?"
           from api a
           join team t on t.id = a.owner_team_id
           cross join lateral (
               select json_agg(json_build_object('label', v.label, 'state', v.state) order by v.id desc) as versions,
                      array_agg(v.label order by v.state = 'published' desc, v.id desc) as latest,
                      array_agg(v.current_revision_id order by v.state = 'published' desc, v.id desc) as revisions
               from api_version v
               where v.api_id = a.id and visible_version(v.id, $1, $2)) shown
           where a.id = any((select $3::uuid[])::uuid[]) and shown.versions is not null
           order by a.id desc"#,
        eyes.person,
        eyes.member,
        ids,
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
