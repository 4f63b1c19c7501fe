//! Ending a version for good.

use gatehouse_domain::id::ApiId;
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;
use serde_json::json;
use uuid::Uuid;

use super::{Step, VersionView, callers};
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
    /// Why; needed when there are subscriptions to it, or somebody called it in the last 30 days.
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
    let version = step.version.id.uuid();
    let products = products_of(&mut step, version).await?;
    let live = sqlx::query_scalar!(
        r#"select count(*) as "count!" from subscription where product_id = any($1) and state in ('pending', 'active')"#,
        &products,
    )
    .fetch_one(step.work.conn())
    .await?;
    let now = step.work.now();
    let callers = callers::of_version(step.work.conn(), version, now).await?;
    if (live > 0 || !callers.is_empty()) && reason.is_empty() {
        let mut words = t!("refused-apis-version-has-subscriptions", count = live);
        if let Some(callers) = callers::in_words(&callers) {
            words = format!("{words} {callers}");
        }
        return Err(Refusal::Conflict(words));
    }
    let changed = sqlx::query!(
        "update api_version set state = 'retired', row_version = row_version + 1 where id = $1 and state = $2",
        version,
        step.version.state.as_str(),
    )
    .execute(step.work.conn())
    .await?;
    step.require_changed(changed.rows_affected())?;
    let unserved = sqlx::query_scalar!(
        "select p.id from product p
         where p.id = any($1)
           and not exists (select from product_item i join api_version v on v.id = i.api_version_id
                           where i.product_id = p.id and v.state in ('published', 'deprecated'))
         order by p.id",
        &products,
    )
    .fetch_all(step.work.conn())
    .await?;
    let by = membership::person(step.work.conn(), actor).await?;
    let mut ended = 0;
    for product in unserved {
        ended += subscriptions::supersede_of_product(&mut step.work, product, by).await?;
    }
    step.finish(
        "version.retire",
        "api.retired",
        reason,
        json!({ "subscriptions_open": live, "subscriptions_ended": ended, "applications_calling": callers.len() }),
    )
    .await
}

/// The products that open the version, locked: nobody asks for one of them meanwhile.
async fn products_of(step: &mut Step<'_>, version: Uuid) -> Result<Vec<Uuid>, Refusal> {
    let products = sqlx::query_scalar!(
        "select p.id from product p
         where p.id in (select i.product_id from product_item i where i.api_version_id = $1)
         order by p.id for no key update",
        version,
    )
    .fetch_all(step.work.conn())
    .await?;
    Ok(products)
}
