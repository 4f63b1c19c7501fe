//! Whose an application is, for pages that treat one's own differently.

use gatehouse_domain::id::ApplicationId;

use super::view;
use crate::actor::Actor;
use crate::db::Db;
use crate::membership;
use crate::page::Lookup;
use crate::refusal::Refusal;

/// Whether an application is of a team the actor's person is in. One that does not exist is of nobody's.
pub async fn is_of_own_team(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
) -> Result<bool, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let Some(row) = view::find(&mut tx, &application).await? else {
        return Ok(false);
    };
    let person = membership::person(&mut tx, actor).await?;
    membership::is_in_team(&mut tx, person, row.team_id).await
}
