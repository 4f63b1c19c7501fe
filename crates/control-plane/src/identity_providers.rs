//! The OpenID Connect providers of a tenant: where its people may sign in instead of here.
//!
//! What a provider says is believed inside its own tenant only, because that tenant's administrators chose it; see
//! [`crate::oidc`].

mod create;
mod update;

use gatehouse_domain::id::{IdentityProviderId, TeamId, TenantId};
use gatehouse_domain::{Permission, Role};
use gatehouse_runtime::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

pub use create::{CreateIdentityProvider, create_identity_provider};
pub use update::{UpdateIdentityProvider, update_identity_provider};

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refusal::Refusal;
use crate::sealed::{self, Owner, Place, Purpose, Sealed};
use crate::work::{Changed, Work};

/// Most providers of one tenant: each is a button on its sign-in page.
pub const PROVIDERS_MAX: i64 = 20;
/// Most mail domains, and most grants, of one provider.
pub const ENTRIES_MAX: usize = 50;

/// What one value of the provider's claim gives to people who join by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimGrant {
    /// The value, compared exactly; for a list, any of its entries.
    pub value: String,
    /// The role it gives.
    #[serde(default)]
    pub role: Option<Role>,
    /// The team it leads into.
    #[serde(default)]
    pub team: Option<TeamId>,
}

/// A provider. Its client secret is never shown.
#[derive(Debug, Clone, Serialize)]
pub struct IdentityProviderView {
    /// Its id.
    pub id: IdentityProviderId,
    /// Its name in URLs; a part of the redirect address its operator registers.
    pub slug: String,
    /// Its name on the button.
    pub name: String,
    /// The issuer, exactly as its discovery document spells it (OpenID Connect Discovery 1.0 §3).
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Whether a client secret is kept; without one the client is public and PKCE alone protects the code.
    pub has_client_secret: bool,
    /// What is asked for; `openid` and `email` always are.
    pub scopes: Vec<String>,
    /// The only mail domains whose people may come in; none is every domain.
    pub email_domains: Vec<String>,
    /// What people get who join by it.
    pub default_role: Role,
    /// The claim `grants` speaks of, such as `groups`.
    pub claim: Option<String>,
    /// What values of that claim give besides.
    pub grants: Vec<ClaimGrant>,
    /// Scheme, host and port of its sign-in page.
    pub authorization_origin: String,
    /// Whether its button is shown and its answers are taken.
    pub enabled: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Version for conditional changes.
    pub row_version: i32,
}

struct ProviderRow {
    id: Uuid,
    slug: String,
    name: String,
    issuer: String,
    client_id: String,
    client_secret_enc: Option<Vec<u8>>,
    client_secret_key_id: Option<Uuid>,
    scopes: Vec<String>,
    email_domains: Vec<String>,
    default_role: String,
    claim: Option<String>,
    grants: Json<Vec<ClaimGrant>>,
    authorization_origin: String,
    enabled: bool,
    created_at: OffsetDateTime,
    row_version: i32,
}

/// A provider with what it takes to speak to it.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    pub(crate) view: IdentityProviderView,
    pub(crate) client_secret: Option<Secret<String>>,
}

impl ProviderRow {
    fn view(&self) -> Result<IdentityProviderView, Refusal> {
        Ok(IdentityProviderView {
            id: self.id.into(),
            slug: self.slug.clone(),
            name: self.name.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            has_client_secret: self.client_secret_enc.is_some(),
            scopes: self.scopes.clone(),
            email_domains: self.email_domains.clone(),
            default_role: Role::parse(&self.default_role)
                .ok_or_else(|| anyhow::anyhow!("unknown role {}", self.default_role))?,
            claim: self.claim.clone(),
            grants: self.grants.0.clone(),
            authorization_origin: self.authorization_origin.clone(),
            enabled: self.enabled,
            created_at: self.created_at,
            row_version: self.row_version,
        })
    }

    async fn opened(
        self,
        conn: &mut PgConnection,
        db: &Db,
        tenant: TenantId,
    ) -> Result<Provider, Refusal> {
        let view = self.view()?;
        let client_secret = match (self.client_secret_enc, self.client_secret_key_id) {
            (Some(bytes), Some(key_id)) => {
                let place = place_of(tenant, view.id);
                let plain = sealed::open(conn, db, &place, &Sealed { bytes, key_id }).await?;
                let text = String::from_utf8(plain.to_vec()).map_err(anyhow::Error::from)?;
                Some(Secret::new(text))
            }
            _ => None,
        };
        Ok(Provider {
            view,
            client_secret,
        })
    }
}

/// Where a client secret may be opened: a row swapped for another's opens nothing.
fn place_of(tenant: TenantId, id: IdentityProviderId) -> Place {
    Place {
        owner: Owner::Tenant(tenant),
        purpose: Purpose::IdentityProvider,
        column: "identity_provider.client_secret_enc",
        row: id.uuid(),
    }
}

async fn seal(
    work: &mut Work<'_>,
    id: IdentityProviderId,
    secret: Option<&Secret<String>>,
) -> Result<(Option<Vec<u8>>, Option<Uuid>), Refusal> {
    let Some(secret) = secret else {
        return Ok((None, None));
    };
    let (db, place) = (work.db(), place_of(work.tenant().into(), id));
    let sealed = sealed::seal(work.conn(), db, &place, secret.expose().as_bytes()).await?;
    Ok((Some(sealed.bytes), Some(sealed.key_id)))
}

async fn find(
    conn: &mut PgConnection,
    tenant: TenantId,
    lookup: &Lookup<IdentityProviderId>,
) -> Result<ProviderRow, Refusal> {
    let (id, slug) = lookup.parts();
    let row = sqlx::query_as!(
        ProviderRow,
        r#"select id, slug, name, issuer, client_id, client_secret_enc, client_secret_key_id, scopes, email_domains, default_role, claim,
                  grants as "grants: Json<Vec<ClaimGrant>>", authorization_origin, enabled, created_at, row_version
           from identity_provider
           where tenant_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or slug = $3)"#,
        tenant.uuid(),
        id,
        slug,
    )
    .fetch_one(conn)
    .await?;
    Ok(row)
}

/// The provider of a button or a callback. A switched-off one is not there.
pub(crate) async fn open_enabled(
    db: &Db,
    tenant: TenantId,
    slug: &str,
) -> Result<Provider, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    let row = find(&mut tx, tenant, &Lookup::Slug(slug.to_owned())).await?;
    if !row.enabled {
        return Err(Refusal::NotFound);
    }
    row.opened(&mut tx, db, tenant).await
}

/// A button of the sign-in page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInButton {
    /// The provider's name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Where its form leads in the end.
    pub authorization_origin: String,
}

/// The providers a stranger may sign in with, by name. Which there are is public.
pub async fn sign_in_buttons(db: &Db, tenant: TenantId) -> Result<Vec<SignInButton>, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    let buttons = sqlx::query_as!(
        SignInButton,
        "select slug, name, authorization_origin from identity_provider where tenant_id = $1 and enabled order by name, id limit $2",
        tenant.uuid(),
        PROVIDERS_MAX,
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(buttons)
}

/// Every provider of the tenant, newest first.
pub async fn list_identity_providers(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<IdentityProviderView>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = sqlx::query_as!(
        ProviderRow,
        r#"select id, slug, name, issuer, client_id, client_secret_enc, client_secret_key_id, scopes, email_domains, default_role, claim,
                  grants as "grants: Json<Vec<ClaimGrant>>", authorization_origin, enabled, created_at, row_version
           from identity_provider where tenant_id = $1 and ($2::uuid is null or id < $2)
           order by id desc limit $3"#,
        actor.tenant().uuid(),
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let views = rows
        .iter()
        .map(ProviderRow::view)
        .collect::<Result<_, _>>()?;
    Ok(Listed::cut(views, page, |view: &IdentityProviderView| {
        view.id.uuid()
    }))
}

/// One provider.
pub async fn get_identity_provider(
    db: &Db,
    actor: &Actor,
    lookup: &Lookup<IdentityProviderId>,
) -> Result<IdentityProviderView, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    find(&mut tx, actor.tenant(), lookup).await?.view()
}

/// Forgets a provider. People keep their accounts and come in by their other ways.
pub async fn delete_identity_provider(
    db: &Db,
    actor: &Actor,
    lookup: &Lookup<IdentityProviderId>,
    expected: Option<i32>,
) -> Result<Changed<()>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut work = Work::begin(db, actor).await?;
    let before = lock(&mut work, actor.tenant(), lookup, expected).await?;
    let tenant = work.tenant();
    sqlx::query!(
        "delete from identity_provider where tenant_id = $1 and id = $2",
        tenant,
        before.id.uuid()
    )
    .execute(work.conn())
    .await?;
    told(&mut work, "identity_provider.delete", &before, None);
    work.commit(()).await
}

/// Reads a provider and keeps others from changing it until the transaction ends.
async fn lock(
    work: &mut Work<'_>,
    tenant: TenantId,
    lookup: &Lookup<IdentityProviderId>,
    expected: Option<i32>,
) -> Result<IdentityProviderView, Refusal> {
    let (id, slug) = lookup.parts();
    let locked = sqlx::query_scalar!(
        "select id from identity_provider
         where tenant_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or slug = $3) for update",
        tenant.uuid(),
        id,
        slug,
    )
    .fetch_one(work.conn())
    .await?;
    let view = find(work.conn(), tenant, &Lookup::Id(locked.into()))
        .await?
        .view()?;
    if expected.is_some_and(|expected| expected != view.row_version) {
        return Err(Refusal::Stale {
            current: view.row_version,
        });
    }
    Ok(view)
}

/// Audit record and event of a change. The secret is in neither.
fn told(
    work: &mut Work<'_>,
    action: &'static str,
    view: &IdentityProviderView,
    after: Option<&IdentityProviderView>,
) {
    let shown = |view: &IdentityProviderView| {
        json!({
            "slug": view.slug, "name": view.name, "issuer": view.issuer, "client_id": view.client_id, "scopes": view.scopes,
            "email_domains": view.email_domains, "default_role": view.default_role, "claim": view.claim, "grants": view.grants,
            "enabled": view.enabled,
        })
    };
    let made = action.ends_with("create");
    work.audit(AuditEntry {
        action,
        subject: view.id.to_string(),
        before: (!made).then(|| shown(view)),
        after: after.map(shown),
        ..AuditEntry::default()
    });
    work.emit(
        "identity_provider.changed",
        view.id,
        json!({ "identity_provider": view.id, "name": view.name, "action": action }),
    );
}
