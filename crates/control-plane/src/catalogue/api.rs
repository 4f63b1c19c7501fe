//! The page of one API.

use gatehouse_domain::id::ProductId;
use serde::Serialize;

use super::entry::{self, CatalogueEntry};
use crate::db::Db;
use crate::environments::{self, EnvironmentView};
use crate::plans::{self, PlanView};
use crate::products;
use crate::refs::ProductRef;
use crate::refusal::Refusal;
use crate::subscriptions::SubscriptionView;
use crate::versions::{self, VersionView};
use crate::visibility::Viewer;

/// Everything the page of one API shows.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogueApi {
    /// What the list shows.
    #[serde(flatten)]
    pub entry: CatalogueEntry,
    /// The product that stands for it.
    pub product_id: ProductId,
    /// Plans on offer, in the order they were made.
    pub plans: Vec<PlanView>,
    /// Versions on offer, newest first.
    pub version_details: Vec<VersionView>,
    /// Where it answers.
    pub environments: Vec<EnvironmentView>,
    /// The description of the latest version, Markdown as written.
    pub description_markdown: String,
    /// Products over several APIs that open it.
    pub products: Vec<ProductRef>,
    /// Open subscriptions of the viewer's teams.
    pub my_subscriptions: Vec<SubscriptionView>,
}

/// Reads the page of one API.
pub async fn catalogue_api(
    db: &Db,
    viewer: &Viewer<'_>,
    slug: &str,
) -> Result<CatalogueApi, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let entry = entry::find(&mut tx, eyes, slug).await?;
    let api = entry.api_id.uuid();
    let row = sqlx::query!(
        r#"select p.id as product_id, coalesce(r.description, '') as "description!", visible_product(p.id, $3, $4) as "offered!"
           from product p
           join api_version v on v.api_id = p.api_id and v.label = $2
           left join spec_revision r on r.id = v.current_revision_id
           where p.api_id = $1"#,
        api,
        entry.latest,
        eyes.person,
        eyes.member,
    )
    .fetch_one(&mut *tx)
    .await?;
    let mut version_details = versions::of_apis(&mut tx, &[api])
        .await?
        .remove(&api)
        .unwrap_or_default();
    let offered = versions::offered(&mut tx, eyes, &[api]).await?;
    version_details.retain(|version| offered.contains(&version.id.uuid()));
    version_details
        .iter_mut()
        .for_each(VersionView::keep_public);
    // Where only a product over several APIs shows it, its own plans are not on offer.
    let plans = match row.offered {
        true => plans::of_product(&mut tx, row.product_id).await?,
        false => Vec::new(),
    };
    let products = products::opening(&mut tx, eyes, api).await?;
    let environments = environments::all(&mut tx).await?;
    drop(tx);
    let my_subscriptions = entry::open_subscriptions(db, viewer, vec![api]).await?;
    let mut entries = [entry];
    entry::add_access(db, viewer, &mut entries, &my_subscriptions).await?;
    let [entry] = entries;
    Ok(CatalogueApi {
        entry,
        product_id: row.product_id.into(),
        plans,
        version_details,
        environments,
        description_markdown: row.description,
        products,
        my_subscriptions,
    })
}
