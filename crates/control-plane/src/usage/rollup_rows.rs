//! Rollup rows on their way into the ledger: one statement per resolution, however many rows.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rollup::{Resolution, RollupKey, Sums};
use crate::refusal::Refusal;

/// Rollup rows as the columns of one statement, in the order of their keys: two batches at once lock rows in that order.
#[derive(Default)]
pub(super) struct Columns {
    tenant: Vec<Uuid>,
    bucket: Vec<OffsetDateTime>,
    environment: Vec<Uuid>,
    api_version: Vec<Uuid>,
    operation: Vec<String>,
    application: Vec<Uuid>,
    subscription: Vec<Uuid>,
    plan: Vec<Uuid>,
    credential: Vec<Uuid>,
    status_class: Vec<i16>,
    reason: Vec<String>,
    count: Vec<i64>,
    interrupted: Vec<i64>,
    bytes_in: Vec<i64>,
    bytes_out: Vec<i64>,
    latency_us: Vec<i64>,
    upstream_us: Vec<i64>,
    /// Array literals: Postgres has no arrays of arrays of differing meaning to unnest.
    histogram: Vec<String>,
}

impl Columns {
    pub(super) fn of(rows: BTreeMap<RollupKey, Sums>) -> Self {
        let mut columns = Self::default();
        for (key, sums) in rows {
            columns.tenant.push(key.tenant);
            columns.bucket.push(key.bucket);
            columns.environment.push(key.environment);
            columns.api_version.push(key.api_version);
            columns.operation.push(key.operation);
            columns.application.push(key.application);
            columns.subscription.push(key.subscription);
            columns.plan.push(key.plan);
            columns.credential.push(key.credential);
            columns.status_class.push(key.status_class);
            columns.reason.push(key.reason);
            columns.count.push(sums.count);
            columns.interrupted.push(sums.interrupted);
            columns.bytes_in.push(sums.bytes_in);
            columns.bytes_out.push(sums.bytes_out);
            columns.latency_us.push(sums.latency_us);
            columns.upstream_us.push(sums.upstream_us);
            let counts: Vec<String> = sums.histogram.iter().map(i64::to_string).collect();
            columns.histogram.push(format!("{{{}}}", counts.join(",")));
        }
        columns
    }
}

macro_rules! upsert_into {
    ($table:literal, $conn:expr, $rows:expr) => {
        sqlx::query!(
            "insert into " + $table + " as row (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id,
                 subscription_id, plan_id, credential_id, status_class, reason, count, interrupted, bytes_in, bytes_out,
                 latency_us_sum, upstream_us_sum, latency_histogram)
             select n.tenant, n.bucket, n.environment, n.api_version, n.operation, n.application, n.subscription, n.plan,
                    n.credential, n.status_class, n.reason, n.count, n.interrupted, n.bytes_in, n.bytes_out, n.latency_us,
                    n.upstream_us, n.histogram::bigint[]
             from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[],
                         $9::uuid[], $10::smallint[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[],
                         $16::bigint[], $17::bigint[], $18::text[])
                  as n (tenant, bucket, environment, api_version, operation, application, subscription, plan, credential,
                        status_class, reason, count, interrupted, bytes_in, bytes_out, latency_us, upstream_us, histogram)
             on conflict (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id, subscription_id, plan_id,
                          credential_id, status_class, reason)
             do update set count = row.count + excluded.count,
                           interrupted = row.interrupted + excluded.interrupted,
                           bytes_in = row.bytes_in + excluded.bytes_in,
                           bytes_out = row.bytes_out + excluded.bytes_out,
                           latency_us_sum = row.latency_us_sum + excluded.latency_us_sum,
                           upstream_us_sum = row.upstream_us_sum + excluded.upstream_us_sum,
                           latency_histogram = array(select mine + more
                               from unnest(row.latency_histogram, excluded.latency_histogram) with ordinality as h (mine, more, n)
                               order by n)",
            &$rows.tenant,
            &$rows.bucket,
            &$rows.environment,
            &$rows.api_version,
            &$rows.operation,
            &$rows.application,
            &$rows.subscription,
            &$rows.plan,
            &$rows.credential,
            &$rows.status_class,
            &$rows.reason,
            &$rows.count,
            &$rows.interrupted,
            &$rows.bytes_in,
            &$rows.bytes_out,
            &$rows.latency_us,
            &$rows.upstream_us,
            &$rows.histogram,
        )
        .execute($conn)
        .await?
    };
}

/// Adds the rows to what the ledger holds, in one statement.
pub(super) async fn upsert(
    conn: &mut PgConnection,
    resolution: Resolution,
    rows: &Columns,
) -> Result<(), Refusal> {
    match resolution {
        Resolution::Minute => upsert_into!("usage_minute", conn, rows),
        Resolution::Hour => upsert_into!("usage_hour", conn, rows),
        Resolution::Day => upsert_into!("usage_day", conn, rows),
    };
    Ok(())
}
