//! Where the calls of each key come from: its newest addresses, so that whoever still uses a replaced one can be found.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use gatehouse_snapshot::usage::CallRecord;
use ipnet::IpNet;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::refusal::Refusal;

/// Addresses kept of a key, the newest.
pub(crate) const SOURCES_MAX: usize = 10;

type Key = (Uuid, Uuid);

/// Adds the calls of a batch, and lets go of what is older than a key's newest [`SOURCES_MAX`]. Whoever calls from a million addresses
/// makes as many rows as anybody else.
pub(super) async fn store(
    conn: &mut PgConnection,
    calls: &[(&CallRecord, OffsetDateTime)],
) -> Result<(), Refusal> {
    let seen = newest(calls);
    if seen.is_empty() {
        return Ok(());
    }
    let rows = || {
        seen.iter()
            .flat_map(|(key, sources)| sources.iter().map(move |one| (key, one)))
    };
    // Joined with the keys themselves: what a gateway says of a key that is not that tenant's says nothing.
    sqlx::query!(
        "insert into credential_source as row (tenant_id, credential_id, address, calls, last_seen_at)
         select c.tenant_id, c.id, n.address, n.calls, n.last_at
         from unnest($1::uuid[], $2::uuid[], $3::inet[], $4::bigint[], $5::timestamptz[])
              as n (tenant, credential, address, calls, last_at)
         join credential c on c.tenant_id = n.tenant and c.id = n.credential
         order by c.tenant_id, c.id, n.address
         on conflict (tenant_id, credential_id, address) do update set
             calls = row.calls + excluded.calls,
             last_seen_at = greatest(row.last_seen_at, excluded.last_seen_at)",
        &rows().map(|((tenant, _), _)| *tenant).collect::<Vec<_>>(),
        &rows().map(|((_, credential), _)| *credential).collect::<Vec<_>>(),
        &rows().map(|(_, (address, ..))| IpNet::from(*address)).collect::<Vec<_>>(),
        &rows().map(|(_, (_, calls, _))| *calls).collect::<Vec<_>>(),
        &rows().map(|(_, (.., at))| *at).collect::<Vec<_>>(),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from credential_source s
         using (select tenant_id, credential_id, address,
                       row_number() over (partition by tenant_id, credential_id order by last_seen_at desc, address) as place
                from credential_source where (tenant_id, credential_id) in (select * from unnest($1::uuid[], $2::uuid[]))) as old
         where old.place > $3 and s.tenant_id = old.tenant_id and s.credential_id = old.credential_id and s.address = old.address",
        &seen.keys().map(|(tenant, _)| *tenant).collect::<Vec<_>>(),
        &seen.keys().map(|(_, credential)| *credential).collect::<Vec<_>>(),
        SOURCES_MAX as i64,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Of each key, its newest addresses in this batch: how often each called, and when last.
fn newest(
    calls: &[(&CallRecord, OffsetDateTime)],
) -> BTreeMap<Key, Vec<(IpAddr, i64, OffsetDateTime)>> {
    let mut seen: BTreeMap<Key, HashMap<IpAddr, (i64, OffsetDateTime)>> = BTreeMap::new();
    for (call, at) in calls {
        let who = &call.attribution;
        let (Some(tenant), Some(credential), Some(address)) =
            (who.tenant, who.credential, call.source)
        else {
            continue;
        };
        let of_key = seen.entry((tenant.uuid(), credential.uuid())).or_default();
        let source = of_key.entry(address).or_insert((0, *at));
        *source = (source.0 + 1, source.1.max(*at));
    }
    let cut = |(key, sources): (Key, HashMap<IpAddr, (i64, OffsetDateTime)>)| {
        let mut sources: Vec<_> = sources
            .into_iter()
            .map(|(address, (calls, at))| (address, calls, at))
            .collect();
        sources.sort_unstable_by_key(|(address, _, at)| (std::cmp::Reverse(*at), *address));
        sources.truncate(SOURCES_MAX);
        (key, sources)
    };
    seen.into_iter().map(cut).collect()
}
