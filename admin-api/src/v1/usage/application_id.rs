//! An application named in a URL, for verbs that take its id.

use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Actor, Db, Refusal, applications};
use gatehouse_domain::id::ApplicationId;

/// The id itself is taken as it is: whoever may read usage need not be allowed to read the application.
pub(super) async fn application_id(
    db: &Db,
    actor: &Actor,
    text: &str,
) -> Result<ApplicationId, Refusal> {
    match Lookup::from(text) {
        Lookup::Id(id) => Ok(id),
        slug @ Lookup::Slug(_) => Ok(applications::get_application(db, actor, slug).await?.id),
    }
}
