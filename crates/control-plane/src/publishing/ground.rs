//! What a new description is compared with: the one in force, or that of the version callers would come from.

use bytes::Bytes;
use gatehouse_domain::ApiVersionState;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_spec::gate::Base;
use gatehouse_spec::lint::Levels;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::refusal::Refusal;

/// A description to compare with.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub(super) revision: Uuid,
    /// Whose calls count.
    pub(super) version: Uuid,
    pub(super) base: Base,
    pub(super) content: Bytes,
    /// Of the same version: what breaks hits its callers.
    pub(super) is_own: bool,
    /// Its version is withdrawn: nobody is served by it, and sending it again puts it on offer.
    pub(super) is_withdrawn: bool,
}

/// What a description is judged by.
#[derive(Debug, Clone, Default)]
pub(super) struct Measure {
    pub(super) ground: Option<Ground>,
    pub(super) levels: Levels,
}

/// Finds the active description of the version; without one, that of the newest version that is served.
pub(super) async fn find(
    conn: &mut PgConnection,
    api: Uuid,
    label: &str,
) -> Result<Option<Ground>, Refusal> {
    let row = sqlx::query!(
        "select v.id as version, v.label, v.state, r.id as revision, r.number, r.sha256, r.content
         from api_version v join spec_revision r on r.id = v.current_revision_id
         where v.api_id = $1 and (v.label = $2 or v.state in ('published', 'deprecated'))
         order by v.label = $2 desc, v.state = 'published' desc, v.id desc limit 1",
        api,
        label,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Ground {
        revision: row.revision,
        version: row.version,
        is_own: row.label == label,
        is_withdrawn: row.state == ApiVersionState::Draft.as_str(),
        base: Base {
            version: row.label,
            revision: row.number,
            sha256: hex(&row.sha256),
        },
        content: row.content.into(),
    }))
}
