//! Folding calls into rollup rows.

use std::collections::BTreeMap;

use gatehouse_snapshot::usage::{CallRecord, LATENCY_BOUNDS_US, latency_bucket};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a rollup row is about. Ordered, so that two batches at once lock rows in the same order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RollupKey {
    pub(super) tenant: Uuid,
    pub(super) bucket: OffsetDateTime,
    pub(super) environment: Uuid,
    pub(super) api_version: Uuid,
    pub(super) operation: String,
    pub(super) application: Uuid,
    pub(super) subscription: Uuid,
    pub(super) plan: Uuid,
    pub(super) credential: Uuid,
    pub(super) status_class: i16,
    pub(super) reason: String,
}

/// What a rollup row counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) count: i64,
    pub(super) interrupted: i64,
    pub(super) bytes_in: i64,
    pub(super) bytes_out: i64,
    pub(super) latency_us: i64,
    pub(super) upstream_us: i64,
    pub(super) histogram: Vec<i64>,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            count: 0,
            interrupted: 0,
            bytes_in: 0,
            bytes_out: 0,
            latency_us: 0,
            upstream_us: 0,
            histogram: vec![0; LATENCY_BOUNDS_US.len() + 1],
        }
    }
}

/// The three resolutions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resolution {
    Minute,
    Hour,
    Day,
}

impl Resolution {
    pub(super) const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// The beginning of the bucket that holds `at`, in UTC.
    pub(super) fn bucket(self, at: OffsetDateTime) -> OffsetDateTime {
        let seconds = match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        };
        let start = at.unix_timestamp() - at.unix_timestamp().rem_euclid(seconds);
        OffsetDateTime::from_unix_timestamp(start).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Folds calls that belong to a tenant. Calls without an application fold into one row per API version and reason, so a
/// flood of bad keys grows nothing.
pub(super) fn fold<'a>(
    resolution: Resolution,
    calls: impl IntoIterator<Item = (&'a CallRecord, OffsetDateTime)>,
) -> BTreeMap<RollupKey, Sums> {
    let mut rows: BTreeMap<RollupKey, Sums> = BTreeMap::new();
    for (call, at) in calls {
        let who = &call.attribution;
        let identified = who.application.is_some();
        let key = RollupKey {
            tenant: who.tenant.map(Uuid::from).unwrap_or_default(),
            bucket: resolution.bucket(at),
            environment: who.environment.map(Uuid::from).unwrap_or_default(),
            api_version: who.api_version.map(Uuid::from).unwrap_or_default(),
            operation: who
                .operation
                .as_ref()
                .filter(|_| identified)
                .map(|key| key.as_str().to_owned())
                .unwrap_or_default(),
            application: who.application.map(Uuid::from).unwrap_or_default(),
            subscription: who.subscription.map(Uuid::from).unwrap_or_default(),
            plan: who.plan.map(Uuid::from).unwrap_or_default(),
            credential: who.credential.map(Uuid::from).unwrap_or_default(),
            status_class: i16::try_from(call.status / 100).unwrap_or(5).clamp(1, 5),
            reason: call.reason.clone(),
        };
        let sums = rows.entry(key).or_default();
        let add = |sum: &mut i64, value: u64| {
            *sum = sum.saturating_add(value.min(i64::MAX as u64).cast_signed())
        };
        sums.count += 1;
        sums.interrupted += i64::from(call.interrupted);
        add(&mut sums.bytes_in, call.bytes_in);
        add(&mut sums.bytes_out, call.bytes_out);
        add(&mut sums.latency_us, call.latency_us);
        add(&mut sums.upstream_us, call.upstream_us);
        sums.histogram[latency_bucket(call.latency_us)] += 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_domain::OperationKey;
    use gatehouse_domain::id::{ApplicationId, TenantId};
    use gatehouse_snapshot::object::Moment;
    use gatehouse_snapshot::usage::Attribution;
    use time::macros::datetime;

    fn call(application: Option<u128>, path: &str) -> CallRecord {
        CallRecord {
            at: Moment(0),
            request_id: Uuid::nil(),
            trace_id: None,
            attribution: Attribution {
                tenant: Some(TenantId::from_uuid(Uuid::from_u128(1))),
                application: application.map(|id| ApplicationId::from_uuid(Uuid::from_u128(id))),
                operation: Some(OperationKey::new("GET", path)),
                ..Attribution::default()
            },
            method: "GET".to_owned(),
            path: path.to_owned(),
            status: 401,
            reason: "key_unknown".to_owned(),
            counted: false,
            interrupted: false,
            latency_us: 700,
            upstream_us: 0,
            bytes_in: 1,
            bytes_out: 2,
            source: None,
        }
    }

    #[test]
    fn calls_without_identity_fold_into_one_row() {
        let calls: Vec<_> = (0..100)
            .map(|number| call(None, &format!("/{number}")))
            .collect();
        let at = datetime!(2026-11-20 12:34:56 UTC);
        let rows = fold(Resolution::Minute, calls.iter().map(|call| (call, at)));
        assert_eq!(rows.len(), 1);
        let (key, sums) = rows.first_key_value().unwrap();
        assert_eq!(key.bucket, datetime!(2026-11-20 12:34 UTC));
        assert_eq!(
            (sums.count, sums.bytes_out, sums.histogram[1]),
            (100, 200, 100)
        );
    }

    #[test]
    fn applications_and_operations_keep_rows_of_their_own() {
        let calls = [
            call(Some(1), "/a"),
            call(Some(1), "/b"),
            call(Some(2), "/a"),
            call(Some(2), "/a"),
        ];
        let at = datetime!(2026-11-20 12:34:56 UTC);
        assert_eq!(
            fold(Resolution::Day, calls.iter().map(|call| (call, at))).len(),
            3
        );
    }
}
