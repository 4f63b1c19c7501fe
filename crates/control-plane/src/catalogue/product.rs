//! Products over several APIs as the catalogue shows them, and what can be asked for under a name.

use serde::Serialize;

use super::api::catalogue_api;
use crate::db::Db;
use crate::environments::{self, EnvironmentView};
use crate::plans::{self, PlanView};
use crate::products::{self, ProductView};
use crate::refusal::Refusal;
use crate::subscriptions::{self, SubscriptionView};
use crate::visibility::Viewer;

/// Everything the page of one product shows.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogueProduct {
    /// The product, with what it opens that is on offer.
    #[serde(flatten)]
    pub product: ProductView,
    /// Plans on offer, in the order they were made.
    pub plans: Vec<PlanView>,
    /// Where it answers.
    pub environments: Vec<EnvironmentView>,
    /// Open subscriptions of the viewer's teams.
    pub my_subscriptions: Vec<SubscriptionView>,
}

/// Most products over several APIs in one list.
const LISTED_MAX: i64 = 50;

/// Lists the products over several APIs that a viewer finds, newest first, at most 50.
pub async fn catalogue_products(
    db: &Db,
    viewer: &Viewer<'_>,
    q: Option<&str>,
) -> Result<Vec<ProductView>, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    products::offered(&mut tx, eyes, q, LISTED_MAX).await
}

/// Reads the page of one product over several APIs.
pub async fn catalogue_product(
    db: &Db,
    viewer: &Viewer<'_>,
    slug: &str,
) -> Result<CatalogueProduct, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let product = products::offered_one(&mut tx, eyes, slug).await?;
    let id = product.id.uuid();
    let plans = plans::of_product(&mut tx, id).await?;
    let environments = environments::all(&mut tx).await?;
    drop(tx);
    let mut my_subscriptions = match viewer {
        Viewer::Anonymous(_) => Vec::new(),
        Viewer::Member(actor) => subscriptions::open_of_apis(db, actor, vec![id]).await?,
    };
    my_subscriptions.retain(|one| one.product_id == product.id);
    Ok(CatalogueProduct {
        product,
        plans,
        environments,
        my_subscriptions,
    })
}

/// What can be asked for under a name: an API, or a product over several.
#[derive(Debug, Clone)]
pub struct Offer {
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Whether it is a product over several APIs.
    pub is_product: bool,
    /// Plans on offer, in the order they were made.
    pub plans: Vec<PlanView>,
    /// Where it answers.
    pub environments: Vec<EnvironmentView>,
    /// Open subscriptions of the viewer's teams to it.
    pub my_subscriptions: Vec<SubscriptionView>,
}

/// Finds what can be asked for: the API of that name, else the product.
pub async fn offer(db: &Db, viewer: &Viewer<'_>, slug: &str) -> Result<Offer, Refusal> {
    match catalogue_api(db, viewer, slug).await {
        Ok(mut api) => {
            let own = api.product_id;
            api.my_subscriptions.retain(|one| one.product_id == own);
            Ok(Offer {
                slug: api.entry.slug,
                name: api.entry.name,
                is_product: false,
                plans: api.plans,
                environments: api.environments,
                my_subscriptions: api.my_subscriptions,
            })
        }
        Err(Refusal::NotFound) => {
            let found = catalogue_product(db, viewer, slug).await?;
            Ok(Offer {
                slug: found.product.slug,
                name: found.product.name,
                is_product: true,
                plans: found.plans,
                environments: found.environments,
                my_subscriptions: found.my_subscriptions,
            })
        }
        Err(refusal) => Err(refusal),
    }
}
