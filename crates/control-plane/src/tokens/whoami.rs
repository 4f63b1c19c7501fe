//! What an access token is, told to whoever holds it.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use serde::Serialize;
use time::OffsetDateTime;

use super::{TokenView, get};
use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::tenants;

/// Who a caller is taken for.
#[derive(Debug, Clone, Serialize)]
pub struct Whoami {
    /// Slug of the tenant that everything happens in.
    pub tenant: String,
    /// `token`, `user` or `system`.
    pub kind: &'static str,
    /// Name of the token or person.
    pub name: String,
    /// What it may do now: a token never more than its maker.
    pub permissions: Vec<Permission>,
    /// The only APIs a token may touch; `None` is every API.
    pub apis: Option<Vec<ApiId>>,
    /// Whether a token was made to speak for its maker above all tenants, too; it does while they have a role of the platform.
    pub platform: bool,
    /// When a token stops working.
    #[serde(with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
}

/// Says who the caller is taken for. Needs no permission: it tells nothing but of the caller.
pub async fn whoami(db: &Db, actor: &Actor) -> Result<Whoami, Refusal> {
    let tenant = tenants::find_tenant(db, &Lookup::Id(actor.tenant())).await?;
    let tenant = tenant.ok_or(Refusal::NotFound)?;
    let token = own_token(db, actor).await?;
    let kind = match actor.kind() {
        ActorKind::Token { .. } => "token",
        ActorKind::User { .. } => "user",
        ActorKind::System => "system",
    };
    let permissions = Permission::ALL.iter().copied();
    Ok(Whoami {
        tenant: tenant.slug,
        kind,
        name: actor.name().to_owned(),
        permissions: permissions.filter(|one| actor.may_anywhere(*one)).collect(),
        platform: token.as_ref().is_some_and(|token| token.platform),
        expires_at: token.as_ref().map(|token| token.expires_at),
        apis: token.and_then(|token| token.apis),
    })
}

/// The token a caller came with; `None` for people in a session and the program itself.
pub(crate) async fn own_token(db: &Db, actor: &Actor) -> Result<Option<TokenView>, Refusal> {
    let ActorKind::Token { id } = actor.kind() else {
        return Ok(None);
    };
    let mut tx = db.tenant(actor.tenant()).await?;
    get(&mut tx, actor.tenant(), *id).await.map(Some)
}
