//! First and last use of every key, and how often it was used.

use std::collections::BTreeMap;

use gatehouse_snapshot::usage::CallRecord;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::refusal::Refusal;

struct Use<'a> {
    calls: i64,
    first: &'a CallRecord,
    first_at: OffsetDateTime,
    last_at: OffsetDateTime,
}

/// Adds the calls of a batch to the use of their keys: one row per key, in one statement and the order of the keys. Calls of
/// several gateways arrive in any order; the earliest is the first and the latest the last all the same.
pub(super) async fn store(
    conn: &mut PgConnection,
    calls: &[(&CallRecord, OffsetDateTime)],
) -> Result<(), Refusal> {
    let mut used: BTreeMap<(Uuid, Uuid), Use<'_>> = BTreeMap::new();
    for (call, at) in calls {
        let who = &call.attribution;
        let (Some(tenant), Some(credential)) = (who.tenant, who.credential) else {
            continue;
        };
        let key = used
            .entry((tenant.uuid(), credential.uuid()))
            .or_insert(Use {
                calls: 0,
                first: call,
                first_at: *at,
                last_at: *at,
            });
        key.calls += 1;
        if *at < key.first_at {
            (key.first, key.first_at) = (call, *at);
        }
        key.last_at = key.last_at.max(*at);
    }
    if used.is_empty() {
        return Ok(());
    }
    let latency = |key: &Use<'_>| i64::try_from(key.first.latency_us).unwrap_or(i64::MAX);
    // Joined with the keys themselves: what a gateway says of a key that is not that tenant's says nothing.
    sqlx::query!(
        "insert into credential_use as row (tenant_id, credential_id, calls, first_call_at, first_call_status,
             first_call_latency_us, last_used_at)
         select c.tenant_id, c.id, n.calls, n.first_at, n.first_status, n.first_latency_us, n.last_at
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::int[], $6::bigint[], $7::timestamptz[])
              as n (tenant, credential, calls, first_at, first_status, first_latency_us, last_at)
         join credential c on c.tenant_id = n.tenant and c.id = n.credential
         order by c.tenant_id, c.id
         on conflict (tenant_id, credential_id) do update set
             calls = row.calls + excluded.calls,
             first_call_status = case when excluded.first_call_at < row.first_call_at
                                      then excluded.first_call_status else row.first_call_status end,
             first_call_latency_us = case when excluded.first_call_at < row.first_call_at
                                          then excluded.first_call_latency_us else row.first_call_latency_us end,
             first_call_at = least(row.first_call_at, excluded.first_call_at),
             last_used_at = greatest(row.last_used_at, excluded.last_used_at)",
        &used.keys().map(|(tenant, _)| *tenant).collect::<Vec<_>>(),
        &used.keys().map(|(_, credential)| *credential).collect::<Vec<_>>(),
        &used.values().map(|key| key.calls).collect::<Vec<_>>(),
        &used.values().map(|key| key.first_at).collect::<Vec<_>>(),
        &used.values().map(|key| i32::from(key.first.status)).collect::<Vec<_>>(),
        &used.values().map(latency).collect::<Vec<_>>(),
        &used.values().map(|key| key.last_at).collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
