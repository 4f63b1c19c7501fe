//! What a product opens: versions of APIs, whole or some operations of them.

use std::collections::HashSet;

use gatehouse_domain::id::{ApiId, ProductId};
use gatehouse_domain::{ApiVersionState, Permission, ProductState};
use gatehouse_language::t;
use uuid::Uuid;

use super::lock;
use super::view::{self, ProductView};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::plans::operation_limits::key_of;
use crate::refusal::{FieldFault, Refusal};
use crate::versions;
use crate::words::require_version;
use crate::work::{Changed, Work};

/// Most items of one product.
const ITEMS_MAX: usize = 100;

/// A version that a product is to open.
#[derive(Debug, Clone)]
pub struct ItemInput {
    /// Of which API.
    pub api: Lookup<ApiId>,
    /// Label of the version.
    pub version: String,
    /// The only operations, by method and path; `None` opens all, those that later descriptions add included.
    pub operations: Option<Vec<String>>,
}

/// An item whose references were found.
pub(super) struct Item {
    version: Uuid,
    operations: Option<Vec<String>>,
}

/// Says what a product opens: all of it, at once for everybody who has access to it.
pub async fn put_items(
    db: &Db,
    actor: &Actor,
    product: Lookup<ProductId>,
    expected: Option<i32>,
    input: &[ItemInput],
) -> Result<Changed<ProductView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    let before = lock(work.conn(), actor, &product, Permission::ApiWrite).await?;
    require_version(expected, before.row_version)?;
    let items = find_all(&mut work, actor, input).await?;
    if items.is_empty() && before.state != ProductState::Draft {
        let detail = t!("refused-access-a-product-on-offer-opens-something");
        return Err(Refusal::field("/items", "required", detail));
    }
    if before.state == ProductState::Retired {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-product-is-retired"
        )));
    }
    store(&mut work, before.id.uuid(), &items).await?;
    sqlx::query!(
        "update product set row_version = row_version + 1 where id = $1",
        before.id.uuid()
    )
    .execute(work.conn())
    .await?;
    let after = view::read(work.conn(), before.id.uuid()).await?;
    work.audit(AuditEntry {
        action: "product.items",
        subject: after.id.to_string(),
        before: Some(before.recorded()),
        after: Some(after.recorded()),
        reason: None,
    });
    work.commit(after).await
}

/// What a product opens of versions that are not on offer: files do not state it, and what they state leaves it alone.
/// `stated` are the items of the files.
pub(crate) async fn unstated_items(
    db: &Db,
    actor: &Actor,
    product: &str,
    stated: &[ItemInput],
) -> Result<Vec<ItemInput>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let before = lock(
        work.conn(),
        actor,
        &Lookup::from(product),
        Permission::ApiWrite,
    )
    .await?;
    let drafts = before.items.into_iter().filter(|item| {
        let is_stated = |one: &ItemInput| {
            one.api.parts().1 == Some(item.api.slug.as_str()) && one.version == item.version
        };
        item.state == ApiVersionState::Draft && !stated.iter().any(is_stated)
    });
    let drafts = drafts.map(|item| ItemInput {
        api: Lookup::Slug(item.api.slug),
        version: item.version,
        operations: item.operations,
    });
    let drafts = drafts.collect();
    Ok(work.roll_back(drafts).await?.value)
}

/// Finds every version and operation; every fault at once.
pub(super) async fn find_all(
    work: &mut Work<'_>,
    actor: &Actor,
    input: &[ItemInput],
) -> Result<Vec<Item>, Refusal> {
    if input.len() > ITEMS_MAX {
        let detail = t!(
            "refused-access-use-at-most-versions-got",
            items_max = &ITEMS_MAX,
            input = &input.len()
        );
        return Err(Refusal::field("/items", "too_many", detail));
    }
    let mut faults = Vec::new();
    let mut known = HashSet::new();
    let mut items = Vec::with_capacity(input.len());
    for (place, item) in input.iter().enumerate() {
        let pointer = format!("/items/{place}");
        // Whoever offers an API to others must have the right to change it.
        let api = apis::find(work.conn(), actor, &item.api, Permission::ApiWrite)
            .await
            .map_err(|refusal| match refusal {
                Refusal::NotFound => Refusal::unknown(format!("{pointer}/api")),
                other => other,
            })?;
        let version = versions::find(work.conn(), api.id, &item.version)
            .await
            .map_err(|refusal| match refusal {
                Refusal::NotFound => Refusal::unknown(format!("{pointer}/version")),
                other => other,
            })?;
        let id = version.id.uuid();
        if version.state == ApiVersionState::Retired {
            let detail = t!(
                "refused-access-is-retired",
                slug = &api.slug,
                label = &version.label
            );
            faults.push(FieldFault::new(
                format!("{pointer}/version"),
                "retired",
                detail,
            ));
        }
        if !known.insert(id) {
            let detail = t!("refused-access-this-version-is-in-the-list");
            faults.push(FieldFault::new(&pointer, "duplicate", detail));
        }
        let operations = match &item.operations {
            Some(operations) => Some(
                keys(
                    work,
                    id,
                    operations,
                    &format!("{pointer}/operations"),
                    &mut faults,
                )
                .await?,
            ),
            None => None,
        };
        items.push(Item {
            version: id,
            operations,
        });
    }
    if faults.is_empty() {
        Ok(items)
    } else {
        Err(Refusal::Invalid(faults))
    }
}

/// The stable keys of operations that the version has.
async fn keys(
    work: &mut Work<'_>,
    version: Uuid,
    operations: &[String],
    pointer: &str,
    faults: &mut Vec<FieldFault>,
) -> Result<Vec<String>, Refusal> {
    if operations.is_empty() {
        let detail = t!("refused-access-name-at-least-one-operation-or");
        faults.push(FieldFault::new(pointer, "required", detail));
    }
    let known: HashSet<String> = sqlx::query_scalar!(
        "select o.operation_key from api_version v join operation o on o.revision_id = v.current_revision_id
         where v.id = $1 and o.routed",
        version,
    )
    .fetch_all(work.conn())
    .await?
    .into_iter()
    .collect();
    let mut keys: Vec<String> = Vec::with_capacity(operations.len());
    for (place, operation) in operations.iter().enumerate() {
        match key_of(operation).map(|key| key.to_string()) {
            Some(key) if known.contains(&key) => {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
            _ => {
                let detail = t!(
                    "refused-access-the-version-has-no-operation-name",
                    operation = &operation
                );
                let pointer = format!("{pointer}/{place}");
                faults.push(FieldFault::new(pointer, "unknown_operation", detail));
            }
        }
    }
    keys.sort_unstable();
    Ok(keys)
}

/// Puts these items in place of those there are. The routes of every version that had or has one are projected anew.
pub(super) async fn store(
    work: &mut Work<'_>,
    product: Uuid,
    items: &[Item],
) -> Result<(), Refusal> {
    let before = sqlx::query_scalar!(
        "delete from product_item where product_id = $1 returning api_version_id",
        product
    )
    .fetch_all(work.conn())
    .await?;
    let tenant = work.tenant();
    for item in items {
        sqlx::query!(
            "insert into product_item (tenant_id, product_id, api_version_id, operation_filter) values ($1, $2, $3, $4)",
            tenant,
            product,
            item.version,
            item.operations.as_deref(),
        )
        .execute(work.conn())
        .await?;
    }
    let mut versions: Vec<Uuid> = items.iter().map(|item| item.version).collect();
    versions.extend(before);
    versions.sort_unstable();
    versions.dedup();
    for version in versions {
        versions::touch_routes(work, version).await?;
    }
    Ok(())
}
