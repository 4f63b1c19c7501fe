//! The plans a decision can name instead of the one that was asked for.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{PlanId, ProductId};
use uuid::Uuid;

use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;

/// Most plans of one answer: what a list to choose from can hold.
const PLANS_MAX: i64 = 1_000;

/// A plan to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanChoice {
    /// Which.
    pub id: PlanId,
    /// For people.
    pub name: String,
    /// What it is a plan of.
    pub product: String,
}

/// The plans on offer of these products, as far as the actor sees requests for them: by product, in the order they were made. One
/// query however many there are.
pub async fn list_plan_choices(
    db: &Db,
    actor: &Actor,
    products: &[ProductId],
) -> Result<Vec<PlanChoice>, Refusal> {
    actor.require_anywhere(Permission::SubscriptionRead)?;
    let products: Vec<Uuid> = products.iter().map(|product| product.uuid()).collect();
    let reach = actor.reach(&[Permission::SubscriptionRead]);
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = sqlx::query!(
        r#"select p.id, p.name, coalesce(a.name, d.name) as "product!"
           from plan p join product d on d.id = p.product_id left join api a on a.id = d.api_id
           where p.product_id = any($1) and p.state in ('published', 'deprecated')
             and ($2::uuid[] is null or array[d.owner_team_id, d.id, d.api_id] && $2)
           order by lower(coalesce(a.name, d.name)), d.id, p.id limit $3"#,
        &products,
        reach.as_deref(),
        PLANS_MAX,
    )
    .fetch_all(&mut *tx)
    .await?;
    let choices = rows.into_iter().map(|row| PlanChoice {
        id: row.id.into(),
        name: row.name,
        product: row.product,
    });
    Ok(choices.collect())
}
