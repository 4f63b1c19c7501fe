//! Products: what is subscribed to. Each API has one that stands for it; others are put together from versions of several
//! APIs, whole or some operations of them.

mod change;
mod items;
mod retire;
mod view;

use gatehouse_domain::id::{ApiId, ProductId};
use gatehouse_domain::{Permission, Place, ProductState};
use gatehouse_language::t;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refs::ProductRef;
use crate::refusal::Refusal;
use crate::visibility::{Eyes, SEE, Shown, sees};
use crate::words::known;

pub use change::{CreateProduct, UpdateProduct, create_product, update_product};
pub(crate) use items::unstated_items;
pub use items::{ItemInput, put_items};
pub use retire::{RetireProduct, retire_product};
pub use view::{ItemView, ProductFilter, ProductView};

/// Lists the products the actor may see, newest first: with the right to read APIs, else what the catalogue shows.
pub async fn list_products(
    db: &Db,
    actor: &Actor,
    filter: &ProductFilter,
    page: &Page,
) -> Result<Listed<ProductView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let sight = sight(&mut tx, actor).await?;
    let mut views = view::list(&mut tx, &sight, filter, page).await?;
    views.iter_mut().for_each(|view| keep_seen(actor, view));
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

/// Reads a product the actor may see.
pub async fn get_product(
    db: &Db,
    actor: &Actor,
    product: Lookup<ProductId>,
) -> Result<ProductView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let sight = sight(&mut tx, actor).await?;
    let id = find(&mut tx, &product).await?;
    let mut view = view::read_as(&mut tx, &sight, id).await?;
    keep_seen(actor, &mut view);
    Ok(view)
}

async fn sight(conn: &mut PgConnection, actor: &Actor) -> Result<view::Sight, Refusal> {
    let eyes = Eyes::of(conn, actor).await?;
    Ok(view::Sight {
        person: eyes.person,
        member: eyes.member,
        whole: actor.reach(&[Permission::ApiRead]),
        offered: actor.reach(&SEE),
    })
}

fn keep_seen(actor: &Actor, view: &mut ProductView) {
    if !actor.may_on(Permission::ApiRead, &view.place()) {
        view.keep_public();
    }
}

/// The products over several APIs that a viewer finds and that open a version of an API, in the order they were made.
pub(crate) async fn opening(
    conn: &mut PgConnection,
    eyes: Eyes,
    api: Uuid,
) -> Result<Vec<ProductRef>, Refusal> {
    let rows = sqlx::query!(
        "select p.id, p.slug, p.name from product p
         where p.api_id is null
           and exists (select from product_item i join api_version v on v.id = i.api_version_id
                       where i.product_id = p.id and v.api_id = $1 and v.state in ('published', 'deprecated'))
           and visible_product(p.id, $2, $3)
         order by p.id limit 50",
        api,
        eyes.person,
        eyes.member,
    )
    .fetch_all(conn)
    .await?;
    let products = rows.into_iter().map(|row| ProductRef {
        id: row.id.into(),
        slug: row.slug,
        name: row.name,
    });
    Ok(products.collect())
}

/// What somebody sees who has no rights beside what the catalogue shows everybody like them.
fn of_catalogue(eyes: Eyes) -> view::Sight {
    view::Sight {
        person: eyes.person,
        member: eyes.member,
        whole: Some(Vec::new()),
        offered: None,
    }
}

/// The products over several APIs that a viewer finds in the catalogue, newest first.
pub(crate) async fn offered(
    conn: &mut PgConnection,
    eyes: Eyes,
    q: Option<&str>,
    limit: i64,
) -> Result<Vec<ProductView>, Refusal> {
    let filter = ProductFilter {
        q: q.map(str::to_owned),
        api: None,
        put_together: true,
    };
    let page = Page { limit, after: None };
    let mut views = view::list(conn, &of_catalogue(eyes), &filter, &page).await?;
    views.iter_mut().for_each(ProductView::keep_public);
    views.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(views)
}

/// One of them.
pub(crate) async fn offered_one(
    conn: &mut PgConnection,
    eyes: Eyes,
    slug: &str,
) -> Result<ProductView, Refusal> {
    let id = find(conn, &Lookup::Slug(slug.to_owned())).await?;
    let mut view = view::read_as(conn, &of_catalogue(eyes), id).await?;
    if view.api.is_some() {
        return Err(Refusal::NotFound);
    }
    view.keep_public();
    Ok(view)
}

async fn find(conn: &mut PgConnection, product: &Lookup<ProductId>) -> Result<Uuid, Refusal> {
    let (id, slug) = product.parts();
    sqlx::query_scalar!(
        "select id from product where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)
}

/// Locks a product that was put together, for an actor who has a permission on it. One that stands for an API changes with
/// the API. Without the permission, one they can see is forbidden and any other not there.
async fn lock(
    conn: &mut PgConnection,
    actor: &Actor,
    product: &Lookup<ProductId>,
    permission: Permission,
) -> Result<ProductView, Refusal> {
    let id = find(conn, product).await?;
    sqlx::query!("select id from product where id = $1 for no key update", id)
        .fetch_one(&mut *conn)
        .await?;
    let view = view::read(conn, id).await?;
    if !actor.may_on(permission, &view.place()) {
        let sight = sight(conn, actor).await?;
        view::read_as(conn, &sight, id).await?;
        return Err(Refusal::Forbidden(permission));
    }
    if let Some(api) = &view.api {
        return Err(Refusal::Conflict(t!(
            "refused-access-this-product-stands-for-the-api",
            slug = &api.slug
        )));
    }
    Ok(view)
}

/// What plans belong to: a product, found by the API it stands for, or by its own name.
#[derive(Debug, Clone)]
pub(crate) struct Offering {
    pub(crate) product_id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    api_id: Option<Uuid>,
    team_id: Uuid,
    state: ProductState,
}

impl Offering {
    /// Where grants judge what happens to it.
    pub(crate) fn place(&self) -> Place {
        Place {
            team: self.team_id.into(),
            product: Some(self.product_id.into()),
            api: self.api_id.map(ApiId::from_uuid),
        }
    }

    /// Refuses plans of a product that is over.
    pub(crate) fn require_alive(&self) -> Result<(), Refusal> {
        if self.state == ProductState::Retired {
            return Err(Refusal::Conflict(t!(
                "refused-access-the-product-is-retired"
            )));
        }
        Ok(())
    }
}

async fn read(conn: &mut PgConnection, named: &Lookup<ApiId>) -> Result<Offering, Refusal> {
    let (id, slug) = named.parts();
    // The id of a product is no id of an API, so it comes as a name.
    let product = slug.and_then(|text| text.parse::<ProductId>().ok());
    let row = sqlx::query!(
        "select p.id, p.slug, p.name, p.api_id, p.owner_team_id, p.state from product p
         where ($1::uuid is null or p.api_id = $1) and ($2::uuid is null or p.id = $2)
           and ($3::text is null or p.slug = $3)",
        id,
        product.map(Uuid::from),
        slug.filter(|_| product.is_none()),
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(Offering {
        product_id: row.id,
        slug: row.slug,
        name: row.name,
        api_id: row.api_id,
        team_id: row.owner_team_id,
        state: known(ProductState::parse(&row.state), &row.state)?,
    })
}

/// Finds what plans belong to, for an actor with a permission there. Without it, what they can see is forbidden and anything
/// else not there.
pub(crate) async fn offering(
    conn: &mut PgConnection,
    actor: &Actor,
    named: &Lookup<ApiId>,
    permission: Permission,
) -> Result<Offering, Refusal> {
    let found = read(conn, named).await?;
    if actor.may_on(permission, &found.place()) {
        return Ok(found);
    }
    if sees(
        conn,
        actor,
        &found.place(),
        Shown::Product(found.product_id),
    )
    .await?
    {
        return Err(Refusal::Forbidden(permission));
    }
    Err(Refusal::NotFound)
}

/// The same for an actor who may see it: with the right to read it, else what the catalogue shows.
pub(crate) async fn offering_visible(
    conn: &mut PgConnection,
    actor: &Actor,
    named: &Lookup<ApiId>,
) -> Result<Offering, Refusal> {
    let found = read(conn, named).await?;
    if sees(
        conn,
        actor,
        &found.place(),
        Shown::Product(found.product_id),
    )
    .await?
    {
        return Ok(found);
    }
    Err(Refusal::NotFound)
}
