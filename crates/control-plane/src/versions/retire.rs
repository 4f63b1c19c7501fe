//! Ending a version for good.

use gatehouse_domain::id::ApiId;
use gatehouse_domain::{ApiVersionState, Permission};
use serde_json::json;

use super::{Step, VersionView};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::optional_reason;
use crate::work::Changed;
use crate::{membership, subscriptions};

/// How a version is ended.
#[derive(Debug, Clone, Default)]
pub struct Retire {
    /// Why; needed when there are subscriptions to it.
    pub reason: String,
}

/// Ends a version: its address answers 410 from now on. When it was the last one served, the subscriptions end with it.
pub async fn retire_version(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    expected: Option<i32>,
    input: Retire,
) -> Result<Changed<VersionView>, Refusal> {
    // What publishers may not do alone: only administrators, of the tenant or of this API, may change settings.
    let needed = Permission::TenantManage;
    let reason = optional_reason(&input.reason)?;
    let mut step = Step::begin(db, actor, needed, &api, label, expected).await?;
    step.require(ApiVersionState::Retired)?;
    let product = step.api.product_id;
    sqlx::query!(
        "select id from product where id = $1 for no key update",
        product
    )
    .fetch_one(step.work.conn())
    .await?;
    let live = sqlx::query_scalar!(
        r#"select count(*) as "count!" from subscription where product_id = $1 and state in ('pending', 'active')"#,
        product,
    )
    .fetch_one(step.work.conn())
    .await?;
    if live > 0 && reason.is_empty() {
        return Err(Refusal::Conflict(format!(
            "{live} subscriptions are open; give a reason to retire the version all the same."
        )));
    }
    let changed = sqlx::query!(
        "update api_version set state = 'retired', row_version = row_version + 1 where id = $1 and state = $2",
        step.version.id.uuid(),
        step.version.state.as_str(),
    )
    .execute(step.work.conn())
    .await?;
    step.require_changed(changed.rows_affected())?;
    let served = sqlx::query_scalar!(
        r#"select exists (select from product_item i join api_version v on v.id = i.api_version_id
                          where i.product_id = $1 and v.state in ('published', 'deprecated')) as "served!""#,
        product,
    )
    .fetch_one(step.work.conn())
    .await?;
    let ended = if served {
        0
    } else {
        let by = membership::person(step.work.conn(), actor).await?;
        subscriptions::supersede_of_product(&mut step.work, product, by).await?
    };
    step.finish(
        "version.retire",
        "api.retired",
        reason,
        json!({ "subscriptions_open": live, "subscriptions_ended": ended }),
    )
    .await
}
