//! Exporting what a gateway of a group needs to serve while nothing else is alive: its snapshot, and the enrolment file that
//! lets it be read.

use gatehouse_domain::id::GatewayGroupId;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::protocol::Enrolment;

use super::feed::SnapshotReader;
use super::join::audit_for_group;
use super::signing;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::Refusal;

/// Opens a group's snapshot for the owner of the installation, who sits at its command line. Whoever holds the result sees
/// the configuration of every tenant of the group, so each of them has it in its log.
pub async fn export_snapshot(
    db: &Db,
    group: &str,
) -> Result<(Enrolment, Box<SnapshotReader>), Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let row = sqlx::query!(
        "select id, key_version from gateway_group where slug = $1",
        group
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or_else(|| Refusal::unknown("/group"))?;
    let id = GatewayGroupId::from_uuid(row.id);
    let entry = || AuditEntry {
        action: "gateway.export_snapshot",
        subject: id.to_string(),
        ..AuditEntry::default()
    };
    audit_for_group(&mut tx, id, "command line", now, entry).await?;
    let signing_keys = signing::pinned(&mut tx, db).await?;
    tx.commit().await?;
    let enrolment = Enrolment {
        group: id,
        group_key: hex(db.keys().group_key(id, row.key_version).as_slice()),
        signing_keys,
    };
    let reader = SnapshotReader::open(db, id).await?;
    Ok((enrolment, Box::new(reader)))
}
