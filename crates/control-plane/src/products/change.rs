//! Making a product of versions of several APIs, and changing it.

use gatehouse_domain::id::{ProductId, TeamId};
use gatehouse_domain::{Permission, Place, ProductState, Slug, Visibility};
use gatehouse_language::t;
use serde_json::json;

use super::items::{self, ItemInput};
use super::lock;
use super::view::{self, ProductView};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::words::{in_state, require_version};
use crate::work::{Changed, Work};

/// A new product.
#[derive(Debug, Clone, Default)]
pub struct CreateProduct {
    /// In URLs; it stays, and no API may have it.
    pub slug: String,
    /// For people, at most 120 characters.
    pub name: String,
    /// At most 400 characters.
    pub summary: String,
    /// Its owner; `None` is the asking person's provider team, else the tenant's first.
    pub owner_team: Option<Lookup<TeamId>>,
    /// Who may find it once it is published; `None` is every member of the tenant.
    pub visibility: Option<Visibility>,
    /// What it opens.
    pub items: Vec<ItemInput>,
}

/// Makes a product, as a draft.
pub async fn create_product(
    db: &Db,
    actor: &Actor,
    input: CreateProduct,
) -> Result<Changed<ProductView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut faults = Faults::default();
    let slug = faults.parse("/slug", "slug", Slug::new(input.slug.as_str()));
    let name = faults.text("/name", &input.name, 120);
    let summary = faults.optional_text("/summary", &input.summary, 400);
    faults.finish()?;
    let Some(slug) = slug else {
        return Err(Refusal::field(
            "/slug",
            "slug",
            t!("refused-apis-not-a-slug"),
        ));
    };
    let mut work = Work::begin(db, actor).await?;
    let team = apis::owner_team(work.conn(), actor, input.owner_team.as_ref()).await?;
    actor.require_on(Permission::ApiWrite, &Place::of_team(team.into()))?;
    let found = items::find_all(&mut work, actor, &input.items).await?;
    let id: ProductId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into product (id, tenant_id, owner_team_id, slug, name, summary, state, visibility, created_at)
         values ($1, $2, $3, $4, $5, $6, 'draft', $7, $8)",
        id.uuid(),
        tenant,
        team,
        slug.as_str(),
        name,
        summary,
        input.visibility.unwrap_or(Visibility::Tenant).as_str(),
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("product_slug_key", || {
        Refusal::Conflict(t!("refused-access-there-is-a-product-or-an", slug = &slug))
    })?;
    items::store(&mut work, id.uuid(), &found).await?;
    let view = view::read(work.conn(), id.uuid()).await?;
    work.audit(AuditEntry {
        action: "product.create",
        subject: id.to_string(),
        after: Some(view.recorded()),
        ..AuditEntry::default()
    });
    work.emit(
        "product.created",
        id,
        json!({ "product": { "slug": view.slug, "name": view.name } }),
    );
    work.commit(view).await
}

/// Changes to a product; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct UpdateProduct {
    /// For people.
    pub name: Option<String>,
    /// In one sentence.
    pub summary: Option<String>,
    /// Whose it is.
    pub owner_team: Option<Lookup<TeamId>>,
    /// Draft to published, published to deprecated and back. Retiring is a verb of its own.
    pub state: Option<ProductState>,
    /// Who may find it. Subscriptions stay, whoever finds it.
    pub visibility: Option<Visibility>,
    /// Every team a restricted product is shown to.
    pub granted_teams: Option<Vec<Lookup<TeamId>>>,
}

/// Changes a product.
pub async fn update_product(
    db: &Db,
    actor: &Actor,
    product: Lookup<ProductId>,
    expected: Option<i32>,
    input: UpdateProduct,
) -> Result<Changed<ProductView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    let before = lock(work.conn(), actor, &product, Permission::ApiWrite).await?;
    require_version(expected, before.row_version)?;
    let state = next_state(&before, input.state)?;
    let mut faults = Faults::default();
    let name = faults.text("/name", input.name.as_ref().unwrap_or(&before.name), 120);
    let summary = input.summary.as_ref().unwrap_or(&before.summary);
    let summary = faults.optional_text("/summary", summary, 400);
    faults.finish()?;
    let team = match &input.owner_team {
        Some(team) => {
            let team = apis::owner_team(work.conn(), actor, Some(team)).await?;
            actor.require_on(Permission::ApiWrite, &Place::of_team(team.into()))?;
            team
        }
        None => before.owner_team.id.uuid(),
    };
    sqlx::query!(
        "update product set name = $2, summary = $3, owner_team_id = $4, state = $5, visibility = $6, row_version = row_version + 1
         where id = $1",
        before.id.uuid(),
        name,
        summary,
        team,
        state.as_str(),
        input.visibility.unwrap_or(before.visibility).as_str(),
    )
    .execute(work.conn())
    .await?;
    if let Some(teams) = &input.granted_teams {
        apis::show_to(&mut work, before.id.uuid(), teams).await?;
    }
    let after = view::read(work.conn(), before.id.uuid()).await?;
    work.audit(AuditEntry {
        action: "product.update",
        subject: after.id.to_string(),
        before: Some(before.recorded()),
        after: Some(after.recorded()),
        reason: None,
    });
    if after.state != before.state {
        let event = match after.state {
            ProductState::Deprecated => "product.deprecated",
            _ => "product.published",
        };
        work.emit(
            event,
            after.id,
            json!({ "product": { "slug": after.slug, "name": after.name } }),
        );
    }
    work.commit(after).await
}

fn next_state(
    product: &ProductView,
    wanted: Option<ProductState>,
) -> Result<ProductState, Refusal> {
    let wanted = wanted.unwrap_or(product.state);
    if product.state == ProductState::Retired {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-product-is-retired"
        )));
    }
    if wanted == ProductState::Retired {
        let detail = t!("refused-access-end-a-product-by-retiring-it");
        return Err(Refusal::field("/state", "not_here", detail));
    }
    if wanted != product.state && !product.state.may_become(wanted) {
        return Err(Refusal::Conflict(t!(
            "refused-access-a-product-cannot-become",
            state = &in_state(product.state),
            wanted = &in_state(wanted)
        )));
    }
    if wanted == ProductState::Published && product.items.is_empty() {
        return Err(Refusal::Conflict(t!(
            "refused-access-say-first-what-the-product-opens"
        )));
    }
    Ok(wanted)
}
