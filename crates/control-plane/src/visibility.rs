//! Who looks at the catalogue. What they find is decided by the database's `visible_*` functions alone.

use std::collections::HashMap;

use gatehouse_domain::id::{ApiId, TeamId, TenantId};
use gatehouse_domain::{Permission, Place};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::apis;
use crate::db::{Db, Tx};
use crate::membership;
use crate::page::Lookup;
use crate::refs::{ApiRef, TeamRef};
use crate::refusal::Refusal;

/// Somebody who looks at a tenant's catalogue.
#[derive(Debug, Clone, Copy)]
pub enum Viewer<'a> {
    /// Anybody, not signed in.
    Anonymous(TenantId),
    /// A member of the tenant.
    Member(&'a Actor),
}

/// The same, as statements take it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Eyes {
    pub(crate) person: Option<Uuid>,
    pub(crate) member: bool,
}

impl Viewer<'_> {
    /// The tenant whose catalogue it is.
    pub fn tenant(&self) -> TenantId {
        match self {
            Self::Anonymous(tenant) => *tenant,
            Self::Member(actor) => actor.tenant(),
        }
    }

    /// Begins to read as this viewer.
    pub(crate) async fn begin(&self, db: &Db) -> Result<(Tx, Eyes), Refusal> {
        let mut tx = db.tenant(self.tenant()).await?;
        let eyes = match self {
            Self::Anonymous(_) => Eyes {
                person: None,
                member: false,
            },
            Self::Member(actor) => Eyes::of(&mut tx, actor).await?,
        };
        Ok((tx, eyes))
    }
}

/// An API that a viewer may see.
pub(crate) struct Readable {
    pub(crate) api: ApiRef,
    /// Whether all of it is shown, not only what is on offer.
    pub(crate) whole: bool,
}

/// Finds an API that the viewer may see: with the right to read it, else what the catalogue shows.
pub(crate) async fn readable_api(
    conn: &mut PgConnection,
    viewer: &Viewer<'_>,
    eyes: Eyes,
    api: &Lookup<ApiId>,
) -> Result<Readable, Refusal> {
    if let Viewer::Member(actor) = viewer {
        let row = apis::find_visible(conn, actor, api).await?;
        return Ok(Readable {
            whole: actor.may_on(Permission::ApiRead, &row.place()),
            api: ApiRef {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
            },
        });
    }
    let (id, slug) = api.parts();
    let row = sqlx::query!(
        "select a.id, a.slug, a.name from api a
         where ($1::uuid is null or a.id = $1) and ($2::text is null or a.slug = $2) and visible_api(a.id, $3, $4)",
        id,
        slug,
        eyes.person,
        eyes.member,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(Readable {
        api: ApiRef {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
        },
        whole: false,
    })
}

/// What lets somebody look at what the catalogue shows them.
pub(crate) const SEE: [Permission; 3] = [
    Permission::CatalogueRead,
    Permission::ApiRead,
    Permission::SpecPublish,
];

/// What the catalogue shows or hides.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown {
    Api(Uuid),
    Product(Uuid),
}

/// Whether an actor may see a thing: with the right to read it where it is, else what the catalogue shows.
pub(crate) async fn sees(
    conn: &mut PgConnection,
    actor: &Actor,
    place: &Place,
    shown: Shown,
) -> Result<bool, Refusal> {
    if actor.may_on(Permission::ApiRead, place) {
        return Ok(true);
    }
    if !SEE
        .iter()
        .any(|permission| actor.may_on(*permission, place))
    {
        return Ok(false);
    }
    let Eyes { person, member } = Eyes::of(conn, actor).await?;
    let visible = match shown {
        Shown::Api(id) => {
            sqlx::query_scalar!(
                r#"select visible_api($1, $2, $3) as "visible!""#,
                id,
                person,
                member,
            )
            .fetch_one(conn)
            .await?
        }
        Shown::Product(id) => {
            sqlx::query_scalar!(
                r#"select visible_product($1, $2, $3) as "visible!""#,
                id,
                person,
                member,
            )
            .fetch_one(conn)
            .await?
        }
    };
    Ok(visible)
}

/// The teams that products are shown to besides their owners, by product.
pub(crate) async fn granted_teams(
    conn: &mut PgConnection,
    products: &[Uuid],
) -> Result<HashMap<Uuid, Vec<TeamRef>>, Refusal> {
    let rows = sqlx::query!(
        "select g.product_id, t.id, t.slug, t.name from visibility_grant g join team t on t.id = g.team_id
         where g.product_id = any($1) order by t.slug",
        products,
    )
    .fetch_all(conn)
    .await?;
    let mut granted: HashMap<Uuid, Vec<TeamRef>> = HashMap::new();
    for row in rows {
        granted.entry(row.product_id).or_default().push(TeamRef {
            id: TeamId::from_uuid(row.id),
            slug: row.slug,
            name: row.name,
        });
    }
    Ok(granted)
}

impl Eyes {
    /// The eyes of an actor.
    pub(crate) async fn of(conn: &mut PgConnection, actor: &Actor) -> Result<Self, Refusal> {
        Ok(Self {
            person: membership::person(conn, actor).await?,
            member: true,
        })
    }
}
