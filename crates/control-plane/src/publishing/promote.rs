//! Publishing an accepted revision as it was sent in, so that nobody needs the file at hand.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_language::t;

use super::{PublishRefusal, PublishSpec, Published, publish_spec};
use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::versions;
use crate::work::Changed;

/// Publishes the bytes of a revision that an approver has accepted: what sending the same file again does. `drop_orphans` is
/// as in [`PublishSpec`].
pub async fn publish_revision(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    number: i32,
    drop_orphans: bool,
) -> Result<Changed<Published>, PublishRefusal> {
    actor.require_anywhere(Permission::SpecPublish)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let row = apis::find(&mut tx, actor, &api, Permission::SpecPublish).await?;
    let version = versions::find(&mut tx, row.id, label).await?;
    let found = sqlx::query!(
        "select state, content, source from spec_revision where api_version_id = $1 and number = $2",
        version.id.uuid(),
        number,
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Refusal::NotFound)?;
    drop(tx);
    require_accepted(number, &found.state)?;
    let input = PublishSpec {
        api,
        version: version.label,
        content: found.content.into(),
        // Kept from when it was sent in; a part this program does not know is none.
        source: serde_json::from_value(found.source).unwrap_or_default(),
        create: false,
        dry_run: actor.is_dry_run(),
        drop_orphans,
    };
    publish_spec(db, actor, input).await
}

fn require_accepted(number: i32, state: &str) -> Result<(), Refusal> {
    match state {
        "accepted" => Ok(()),
        "rejected" => Err(Refusal::Conflict(t!(
            "refused-apis-revision-breaks-callers-an-approver-has",
            number = number.to_string()
        ))),
        _ => Err(Refusal::Conflict(t!(
            "refused-apis-revision-was-published-already",
            number = number.to_string()
        ))),
    }
}
