//! Changing a provider, its secret or whether it is used.

use gatehouse_domain::id::IdentityProviderId;
use gatehouse_domain::{Permission, Role};
use gatehouse_runtime::Secret;
use sqlx::types::Json;

use super::create::{judge, judge_secret, require_teams};
use super::{ClaimGrant, IdentityProviderView, lock, seal, told};
use crate::actor::Actor;
use crate::db::Db;
use crate::oidc::Issuers;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::work::{Changed, Work};

/// What may change about a provider; `None` leaves it. The issuer may not: another one is another provider.
#[derive(Debug, Clone, Default)]
pub struct UpdateIdentityProvider {
    /// 1 to 80 characters.
    pub name: Option<String>,
    /// Our new secret there.
    pub client_secret: Option<Secret<String>>,
    /// What is asked for besides `openid` and `email`.
    pub scopes: Option<Vec<String>>,
    /// The only mail domains whose people may come in.
    pub email_domains: Option<Vec<String>>,
    /// What people get who join by it.
    pub default_role: Option<Role>,
    /// The claim `grants` speaks of; an inner `None` takes it away.
    pub claim: Option<Option<String>>,
    /// What values of that claim give besides.
    pub grants: Option<Vec<ClaimGrant>>,
    /// Whether it is used.
    pub enabled: Option<bool>,
}

/// Changes a provider. Its discovery document is read again where it can be.
pub async fn update_identity_provider(
    db: &Db,
    issuers: &Issuers,
    actor: &Actor,
    lookup: &Lookup<IdentityProviderId>,
    expected: Option<i32>,
    input: UpdateIdentityProvider,
) -> Result<Changed<IdentityProviderView>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let known = super::get_identity_provider(db, actor, lookup).await?;
    // A change must be possible while the provider is away, above all switching it off.
    let origin = match input.enabled {
        Some(false) => known.authorization_origin,
        _ => issuers
            .authorization_origin(db, &known.issuer)
            .await
            .unwrap_or(known.authorization_origin),
    };
    let mut work = Work::begin(db, actor).await?;
    let before = lock(&mut work, actor.tenant(), lookup, expected).await?;
    let secret = input.client_secret.clone();
    let mut after = changed(&before, input);
    after.authorization_origin = origin;
    let mut faults = Faults::default();
    judge_secret(&mut faults, secret.as_ref());
    judge(&mut faults, actor, &mut after);
    faults.finish()?;
    require_teams(&mut work, &after.grants).await?;
    let tenant = work.tenant();
    let (sealed, key_id) = seal(&mut work, after.id, secret.as_ref()).await?;
    sqlx::query!(
        "update identity_provider
         set name = $3, client_secret_enc = coalesce($4, client_secret_enc),
             client_secret_key_id = coalesce($12, client_secret_key_id), scopes = $5, email_domains = $6,
             default_role = $7, claim = $8, grants = $9, authorization_origin = $10, enabled = $11,
             row_version = row_version + 1
         where tenant_id = $1 and id = $2",
        tenant,
        after.id.uuid(),
        after.name,
        sealed,
        &after.scopes,
        &after.email_domains,
        after.default_role.as_str(),
        after.claim,
        Json(&after.grants) as _,
        after.authorization_origin,
        after.enabled,
        key_id,
    )
    .execute(work.conn())
    .await?;
    told(&mut work, "identity_provider.update", &before, Some(&after));
    work.commit(after).await
}

fn changed(before: &IdentityProviderView, input: UpdateIdentityProvider) -> IdentityProviderView {
    IdentityProviderView {
        name: input.name.unwrap_or_else(|| before.name.clone()),
        has_client_secret: before.has_client_secret || input.client_secret.is_some(),
        scopes: input.scopes.unwrap_or_else(|| before.scopes.clone()),
        email_domains: input
            .email_domains
            .unwrap_or_else(|| before.email_domains.clone()),
        default_role: input.default_role.unwrap_or(before.default_role),
        claim: input.claim.unwrap_or_else(|| before.claim.clone()),
        grants: input.grants.unwrap_or_else(|| before.grants.clone()),
        enabled: input.enabled.unwrap_or(before.enabled),
        row_version: before.row_version + 1,
        ..before.clone()
    }
}
