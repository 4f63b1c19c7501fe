//! A team named in a URL, for verbs that take its id.

use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Actor, Db, Refusal, teams};
use gatehouse_domain::id::TeamId;

/// The id itself is taken as it is: whoever may manage teams need not be allowed to list their members.
pub(super) async fn team_id(db: &Db, actor: &Actor, text: &str) -> Result<TeamId, Refusal> {
    match Lookup::from(text) {
        Lookup::Id(id) => Ok(id),
        slug @ Lookup::Slug(_) => Ok(teams::get_team(db, actor, &slug).await?.id),
    }
}
