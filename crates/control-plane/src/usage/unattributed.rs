//! Calls that no tenant can be charged for, counted by minute, group and reason.

use std::collections::BTreeMap;

use gatehouse_snapshot::usage::CallRecord;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use super::rollup::Resolution;
use crate::gateways::Node;
use crate::refusal::Refusal;

/// Counts them, in one statement and the order of the rows, so that two batches at once wait for each other and no more.
pub(super) async fn store(
    conn: &mut PgConnection,
    node: Node,
    calls: &[(&CallRecord, OffsetDateTime)],
) -> Result<(), Refusal> {
    let mut rows: BTreeMap<(OffsetDateTime, &str), i64> = BTreeMap::new();
    for (call, at) in calls {
        *rows
            .entry((Resolution::Minute.bucket(*at), call.reason.as_str()))
            .or_default() += 1;
    }
    if rows.is_empty() {
        return Ok(());
    }
    let reasons = rows.keys().map(|(_, reason)| (*reason).to_owned());
    sqlx::query!(
        "insert into unattributed_usage as row (bucket, group_id, reason, count)
         select n.bucket, $2, n.reason, n.count
         from unnest($1::timestamptz[], $3::text[], $4::bigint[]) as n (bucket, reason, count)
         on conflict (bucket, group_id, reason) do update set count = row.count + excluded.count",
        &rows.keys().map(|(bucket, _)| *bucket).collect::<Vec<_>>(),
        node.group.uuid(),
        &reasons.collect::<Vec<_>>(),
        &rows.values().copied().collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
