//! Tokens of platform people, who act above all tenants.

use gatehouse_domain::id::UserId;
use gatehouse_domain::key::KeyId;

use super::prefix_of;
use crate::accounts;
use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::platform::PlatformActor;
use crate::refusal::Refusal;

/// The person of the platform that a token speaks for, in the request it came with. `None` for every other caller: a token that was
/// not made for this or is somebody else's now, or whose maker has no role of the platform any more.
pub async fn platform_actor(db: &Db, caller: &Actor) -> Result<Option<PlatformActor>, Refusal> {
    let ActorKind::Token { id } = caller.kind() else {
        return Ok(None);
    };
    let mut tx = db.tenant(caller.tenant()).await?;
    let made = sqlx::query!(
        r#"select key_id, platform_user_id as "maker!" from access_token
           where tenant_id = $1 and id = $2 and platform_user_id = created_by"#,
        caller.tenant().uuid(),
        id.uuid(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    drop(tx);
    let Some(made) = made else { return Ok(None) };
    let who = accounts::platform_actor(db, UserId::from_uuid(made.maker)).await?;
    let prefix = prefix_of(KeyId::from_u64(made.key_id.cast_unsigned()));
    Ok(who.map(|who| who.by_token(caller, &prefix)))
}
