//! APIs. Each has a product of the same name that stands for it, so that whoever has single APIs never meets the concept.

mod create;
mod update;
mod view;

use gatehouse_domain::id::ApiId;
use gatehouse_domain::{Permission, Place};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refusal::Refusal;
use crate::versions;
use crate::visibility::{Eyes, SEE, Shown, sees};

pub use create::{CreateApi, create_api};
pub use update::{CONFIG_MAX_AGE_S, UpdateApi, update_api};
pub use view::{ApiFilter, ApiView, DataClass};

pub(crate) use create::{make, owner_team};
pub(crate) use update::show_to;

/// An API's row with the product that stands for it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) product_id: Uuid,
    pub(crate) team_id: Uuid,
}

impl Row {
    /// Where grants judge what happens to it.
    pub(crate) fn place(&self) -> Place {
        Place {
            team: self.team_id.into(),
            product: Some(self.product_id.into()),
            api: Some(self.id.into()),
        }
    }
}

/// The places of those APIs of the tenant that are among `ids`.
pub(crate) async fn places(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Place>, Refusal> {
    let rows = sqlx::query_as!(
        Row,
        "select a.id, a.slug, a.name, p.id as product_id, a.owner_team_id as team_id
         from api a join product p on p.api_id = a.id
         where a.id = any($1) order by a.id",
        ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.iter().map(Row::place).collect())
}

async fn read(conn: &mut PgConnection, api: &Lookup<ApiId>) -> Result<Row, Refusal> {
    let (id, slug) = api.parts();
    sqlx::query_as!(
        Row,
        "select a.id, a.slug, a.name, p.id as product_id, a.owner_team_id as team_id
         from api a join product p on p.api_id = a.id
         where ($1::uuid is null or a.id = $1) and ($2::text is null or a.slug = $2)",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)
}

/// Finds an API on which the actor has a permission. Without it, one they can see is forbidden and any other not there.
pub(crate) async fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    api: &Lookup<ApiId>,
    permission: Permission,
) -> Result<Row, Refusal> {
    let row = read(conn, api).await?;
    if actor.may_on(permission, &row.place()) {
        return Ok(row);
    }
    if sees(conn, actor, &row.place(), Shown::Api(row.id)).await? {
        return Err(Refusal::Forbidden(permission));
    }
    Err(Refusal::NotFound)
}

/// The same, and locks it: its versions, routes and upstreams change under this lock.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    actor: &Actor,
    api: &Lookup<ApiId>,
    permission: Permission,
) -> Result<Row, Refusal> {
    let row = find(conn, actor, api, permission).await?;
    // The owner may have changed while this waited, and with it who may do this.
    let team = sqlx::query_scalar!(
        "select owner_team_id from api where id = $1 for no key update",
        row.id
    )
    .fetch_one(&mut *conn)
    .await?;
    if team == row.team_id {
        return Ok(row);
    }
    find(conn, actor, &Lookup::Id(row.id.into()), permission).await
}

/// Finds an API that the actor may see: with the right to read it, else what the catalogue shows.
pub(crate) async fn find_visible(
    conn: &mut PgConnection,
    actor: &Actor,
    api: &Lookup<ApiId>,
) -> Result<Row, Refusal> {
    let row = read(conn, api).await?;
    if sees(conn, actor, &row.place(), Shown::Api(row.id)).await? {
        return Ok(row);
    }
    Err(Refusal::NotFound)
}

/// Reads an API the actor may see.
pub async fn get_api(db: &Db, actor: &Actor, api: Lookup<ApiId>) -> Result<ApiView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let row = find_visible(&mut tx, actor, &api).await?;
    let mut view = view::read(&mut tx, row.id).await?;
    if !actor.may_on(Permission::ApiRead, &row.place()) {
        let eyes = Eyes::of(&mut tx, actor).await?;
        view.keep_offered(&versions::offered(&mut tx, eyes, &[row.id]).await?);
    }
    Ok(view)
}

/// Whether an actor has a permission on an API: for pages that offer what will be taken. Verbs judge again.
pub async fn may_on_api(
    db: &Db,
    actor: &Actor,
    api: ApiId,
    permission: Permission,
) -> Result<bool, Refusal> {
    if actor.may(permission) {
        return Ok(true);
    }
    let mut tx = db.tenant(actor.tenant()).await?;
    let places = places(&mut tx, &[api.uuid()]).await?;
    Ok(places.iter().any(|place| actor.may_on(permission, place)))
}

/// Lists the APIs the actor may see, newest first.
pub async fn list_apis(
    db: &Db,
    actor: &Actor,
    filter: &ApiFilter,
    page: &Page,
) -> Result<Listed<ApiView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let eyes = Eyes::of(&mut tx, actor).await?;
    let sight = view::Sight {
        person: eyes.person,
        whole: actor.reach(&[Permission::ApiRead]),
        offered: actor.reach(&SEE),
    };
    let mut rows = view::list(&mut tx, &sight, filter, page).await?;
    let ids: Vec<Uuid> = rows.iter().map(|(_, view)| view.id.uuid()).collect();
    let offered = versions::offered(&mut tx, eyes, &ids).await?;
    for (place, view) in &mut rows {
        if !actor.may_on(Permission::ApiRead, place) {
            view.keep_offered(&offered);
        }
    }
    let views = rows.into_iter().map(|(_, view)| view).collect();
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}
