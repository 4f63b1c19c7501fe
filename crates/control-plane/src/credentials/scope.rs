//! Scoped credentials: good for some products only. A scope narrows what subscriptions give, and never widens it.

use gatehouse_domain::id::{CredentialId, ProductId};
use gatehouse_language::t;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::visibility::Eyes;
use crate::work::Work;

/// Most products of one credential.
pub const SCOPE_MAX: usize = 20;

/// A product that a credential is for. That of a single API has its slug and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScopeProduct {
    /// Identity.
    pub id: ProductId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// The products somebody names, each once: those in their catalogue, and those the application has a subscription to.
pub(super) async fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    application: Uuid,
    products: &[Lookup<ProductId>],
) -> Result<Vec<Uuid>, Refusal> {
    let mut faults = Faults::default();
    faults.require(
        products.len() <= SCOPE_MAX,
        "/products",
        "too_many",
        t!(
            "refused-access-use-at-most-products-or-none",
            scope_max = &SCOPE_MAX,
            products = &products.len()
        ),
    );
    faults.finish()?;
    let eyes = Eyes::of(conn, actor).await?;
    let mut found = Vec::with_capacity(products.len());
    for (number, product) in products.iter().enumerate() {
        let (id, slug) = product.parts();
        let product = sqlx::query_scalar!(
            "select p.id from product p
             where ($1::uuid is null or p.id = $1) and ($2::text is null or p.slug = $2)
               and (visible_product(p.id, $3, $4)
                    or exists (select from subscription s where s.product_id = p.id and s.application_id = $5))",
            id,
            slug,
            eyes.person,
            eyes.member,
            application,
        )
        .fetch_optional(&mut *conn)
        .await?;
        let product = product.ok_or_else(|| Refusal::unknown(format!("/products/{number}")))?;
        if !found.contains(&product) {
            found.push(product);
        }
    }
    Ok(found)
}

/// The products a credential is for; none: all.
pub(super) async fn of(conn: &mut PgConnection, credential: Uuid) -> Result<Vec<Uuid>, Refusal> {
    let products = sqlx::query_scalar!(
        "select product_id from credential_product where credential_id = $1 order by product_id",
        credential,
    )
    .fetch_all(conn)
    .await?;
    Ok(products)
}

/// Writes what a new credential is for.
pub(super) async fn store(
    work: &mut Work<'_>,
    credential: CredentialId,
    products: &[Uuid],
) -> Result<(), Refusal> {
    let tenant = work.tenant();
    sqlx::query!(
        "insert into credential_product (tenant_id, credential_id, product_id) select $1, $2, unnest($3::uuid[])",
        tenant,
        credential.uuid(),
        products,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}
