//! APIs. Each has a product of the same name that stands for it, so that whoever has single APIs never meets the concept.

mod create;
mod update;
mod view;

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refusal::Refusal;
use crate::visibility::Eyes;

pub use create::{CreateApi, create_api};
pub use update::{CONFIG_MAX_AGE_S, UpdateApi, update_api};
pub use view::{ApiFilter, ApiView, DataClass};

pub(crate) use create::make;

/// An API's row with the product that stands for it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) product_id: Uuid,
}

impl Row {
    pub(crate) fn api(&self) -> ApiId {
        ApiId::from_uuid(self.id)
    }
}

/// Finds an API that the actor may work on.
pub(crate) async fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    api: &Lookup<ApiId>,
) -> Result<Row, Refusal> {
    let (id, slug) = api.parts();
    let row = sqlx::query_as!(
        Row,
        "select a.id, a.slug, a.name, p.id as product_id
         from api a join product p on p.api_id = a.id
         where ($1::uuid is null or a.id = $1) and ($2::text is null or a.slug = $2)",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    actor.require_api(row.api())?;
    Ok(row)
}

/// Locks an API that the actor may work on: its versions, routes and upstreams change under this lock.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    actor: &Actor,
    api: &Lookup<ApiId>,
) -> Result<Row, Refusal> {
    let row = find(conn, actor, api).await?;
    sqlx::query!("select id from api where id = $1 for no key update", row.id)
        .fetch_one(conn)
        .await?;
    Ok(row)
}

/// Finds an API that the actor may see: any of them with the right to read APIs, else what the catalogue shows.
pub(crate) async fn find_visible(
    conn: &mut PgConnection,
    actor: &Actor,
    api: &Lookup<ApiId>,
) -> Result<Row, Refusal> {
    let row = find(conn, actor, api).await?;
    if actor.may(Permission::ApiRead) {
        return Ok(row);
    }
    let eyes = Eyes::of(conn, actor).await?;
    let visible = sqlx::query_scalar!(
        r#"select visible_product($1, $2, $3) as "visible!""#,
        row.product_id,
        eyes.person,
        eyes.member,
    )
    .fetch_one(conn)
    .await?;
    visible.then_some(row).ok_or(Refusal::NotFound)
}

/// Reads an API the actor may see.
pub async fn get_api(db: &Db, actor: &Actor, api: Lookup<ApiId>) -> Result<ApiView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let row = find_visible(&mut tx, actor, &api).await?;
    let mut view = view::read(&mut tx, row.id).await?;
    if !actor.may(Permission::ApiRead) {
        view.keep_published();
    }
    Ok(view)
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
    let apis = match actor.kind() {
        ActorKind::Token {
            apis: Some(apis), ..
        } => Some(apis.iter().map(|api| api.uuid()).collect()),
        _ => None,
    };
    let everything = actor.may(Permission::ApiRead);
    let mut views = view::list(&mut tx, eyes, everything, apis, filter, page).await?;
    if !everything {
        views.iter_mut().for_each(ApiView::keep_published);
    }
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}
