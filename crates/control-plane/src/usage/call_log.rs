//! Single calls, as they are listed.

use gatehouse_snapshot::usage::CallRecord;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::refusal::Refusal;

/// Adds calls to the log, which holds those of applications only: a flood without a key is counted, not listed.
pub(super) async fn store(
    conn: &mut PgConnection,
    calls: &[(&CallRecord, OffsetDateTime)],
) -> Result<(), Refusal> {
    let calls: Vec<_> = calls
        .iter()
        .filter(|(call, _)| call.attribution.application.is_some())
        .collect();
    let column = |read: fn(&CallRecord) -> Option<Uuid>| {
        calls
            .iter()
            .map(|(call, _)| read(call))
            .collect::<Vec<Option<Uuid>>>()
    };
    let number = |read: fn(&CallRecord) -> u64| {
        calls
            .iter()
            .map(|(call, _)| i64::try_from(read(call)).unwrap_or(i64::MAX))
            .collect::<Vec<i64>>()
    };
    let text = |read: fn(&CallRecord) -> &str| {
        calls
            .iter()
            .map(|(call, _)| read(call).to_owned())
            .collect::<Vec<String>>()
    };
    sqlx::query!(
        "insert into call_log (tenant_id, at, request_id, trace_id, environment_id, api_version_id, operation_key, application_id,
             subscription_id, credential_id, method, path, status, reason, latency_us, upstream_us, bytes_in, bytes_out, interrupted)
         select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[],
             $9::uuid[], $10::uuid[], $11::text[], $12::text[], $13::int[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[],
             $18::bigint[], $19::bool[])",
        &column(|call| call.attribution.tenant.map(Uuid::from)) as &[Option<Uuid>],
        &calls.iter().map(|(_, at)| *at).collect::<Vec<_>>(),
        &calls.iter().map(|(call, _)| call.request_id).collect::<Vec<_>>(),
        &column(|call| call.trace_id) as &[Option<Uuid>],
        &column(|call| call.attribution.environment.map(Uuid::from)) as &[Option<Uuid>],
        &column(|call| call.attribution.api_version.map(Uuid::from)) as &[Option<Uuid>],
        &text(|call| call.attribution.operation.as_ref().map_or("", |key| key.as_str())),
        &column(|call| call.attribution.application.map(Uuid::from)) as &[Option<Uuid>],
        &column(|call| call.attribution.subscription.map(Uuid::from)) as &[Option<Uuid>],
        &column(|call| call.attribution.credential.map(Uuid::from)) as &[Option<Uuid>],
        &text(|call| &call.method),
        &text(|call| &call.path),
        &calls.iter().map(|(call, _)| i32::from(call.status)).collect::<Vec<_>>(),
        &text(|call| &call.reason),
        &number(|call| call.latency_us),
        &number(|call| call.upstream_us),
        &number(|call| call.bytes_in),
        &number(|call| call.bytes_out),
        &calls.iter().map(|(call, _)| call.interrupted).collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
