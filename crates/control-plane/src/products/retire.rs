//! Ending a product for good.

use gatehouse_domain::id::ProductId;
use gatehouse_domain::{Permission, ProductState};
use gatehouse_language::t;
use serde_json::json;

use super::lock;
use super::view::{self, ProductView};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::{optional_reason, require_version};
use crate::work::{Changed, Work};
use crate::{membership, subscriptions};

/// How a product is ended.
#[derive(Debug, Clone, Default)]
pub struct RetireProduct {
    /// Why; needed when there are subscriptions to it.
    pub reason: String,
}

/// Ends a product that was deprecated, or never offered: its subscriptions end with it.
pub async fn retire_product(
    db: &Db,
    actor: &Actor,
    product: Lookup<ProductId>,
    expected: Option<i32>,
    input: RetireProduct,
) -> Result<Changed<ProductView>, Refusal> {
    // As with versions: only administrators may change the tenant's settings.
    actor.require_anywhere(Permission::TenantManage)?;
    let reason = optional_reason(&input.reason)?;
    let mut work = Work::begin(db, actor).await?;
    let before = lock(work.conn(), actor, &product, Permission::TenantManage).await?;
    require_version(expected, before.row_version)?;
    match before.state {
        ProductState::Deprecated | ProductState::Draft => {}
        ProductState::Published => {
            return Err(Refusal::Conflict(t!(
                "refused-access-deprecate-the-product-first"
            )));
        }
        ProductState::Retired => {
            return Err(Refusal::Conflict(t!(
                "refused-access-the-product-is-retired-already"
            )));
        }
    }
    if before.subscriptions > 0 && reason.is_empty() {
        return Err(Refusal::Conflict(t!(
            "refused-access-product-has-subscriptions",
            count = before.subscriptions
        )));
    }
    sqlx::query!(
        "update product set state = 'retired', row_version = row_version + 1 where id = $1",
        before.id.uuid()
    )
    .execute(work.conn())
    .await?;
    let by = membership::person(work.conn(), actor).await?;
    let ended = subscriptions::supersede_of_product(&mut work, before.id.uuid(), by).await?;
    let after = view::read(work.conn(), before.id.uuid()).await?;
    work.audit(AuditEntry {
        action: "product.retire",
        subject: after.id.to_string(),
        before: Some(json!({ "state": before.state })),
        after: Some(json!({ "state": after.state, "subscriptions_ended": ended })),
        reason: (!reason.is_empty()).then_some(reason),
    });
    work.emit(
        "product.retired",
        after.id,
        json!({ "product": { "slug": after.slug, "name": after.name } }),
    );
    work.commit(after).await
}
