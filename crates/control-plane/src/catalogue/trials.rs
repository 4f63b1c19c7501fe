//! What an API offers for trying out.

use gatehouse_domain::id::ApiId;

use crate::db::Db;
use crate::plans::{self, PlanView};
use crate::refusal::Refusal;
use crate::visibility::Viewer;

/// The API's own plans for trying out that are on offer to whoever looks, in the order they were made. Asked on every page of an
/// operation by somebody without access, so most are answered by the first query alone.
pub async fn trials(db: &Db, viewer: &Viewer<'_>, api: ApiId) -> Result<Vec<PlanView>, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let product = sqlx::query_scalar!(
        "select p.id from product p
         where p.api_id = $1 and visible_product(p.id, $2, $3)
           and exists (select from plan l where l.product_id = p.id and l.trial and l.state in ('published', 'deprecated'))",
        api.uuid(),
        eyes.person,
        eyes.member,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(product) = product else {
        return Ok(Vec::new());
    };
    let mut plans = plans::of_product(&mut tx, product).await?;
    plans.retain(|plan| plan.trial);
    Ok(plans)
}
