//! What was typed differently between a revision and the one it was compared with.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_spec::diff::{LineDiff, lines};
use serde::Serialize;
use tokio::time::timeout;

use super::read::{BATCH_TIMEOUT, permit, too_slow};
use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::versions;

/// Changed lines, and against what.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionLines {
    /// Label of the version that was compared with; nothing when there was none.
    pub version: Option<String>,
    /// Its revision.
    pub revision: Option<i32>,
    /// The lines. Of a first description there are none.
    #[serde(flatten)]
    pub diff: LineDiff,
}

/// Compares a revision line by line with the one it was held against when it was sent in.
pub async fn revision_lines(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    number: i32,
) -> Result<RevisionLines, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::ApiRead).await?;
    let version = versions::find(&mut tx, api.id, label).await?;
    let found = sqlx::query!(
        r#"select r.content, b.content as "before?", b.number as "base_number?", v.label as "base_label?"
           from spec_revision r
           left join spec_revision b on b.tenant_id = r.tenant_id and b.id = r.base_revision_id
           left join api_version v on v.tenant_id = b.tenant_id and v.id = b.api_version_id
           where r.api_version_id = $1 and r.number = $2"#,
        version.id.uuid(),
        number,
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Refusal::NotFound)?;
    drop(tx);
    let diff = match found.before {
        None => LineDiff::default(),
        Some(before) => {
            let permit = permit().await?;
            let after = found.content;
            let compared = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                lines(&before, &after)
            });
            let compared = timeout(BATCH_TIMEOUT, compared).await;
            let compared = compared.map_err(|_| too_slow())?;
            compared.map_err(|panicked| Refusal::Internal(panicked.into()))?
        }
    };
    Ok(RevisionLines {
        version: found.base_label,
        revision: found.base_number,
        diff,
    })
}
