//! Limits of single operations, beside those that count every call of a plan.

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::LimitId;
use gatehouse_domain::plan::LimitRule;
use gatehouse_language::t;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::refusal::{FieldFault, Refusal};
use crate::words::Said;

/// A limit of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationLimit {
    /// Method and path, `GET /pets/{id}`; what its parameters are called does not matter. It counts in every version.
    pub operation: String,
    /// What it allows: a rate.
    pub rule: LimitRule,
}

/// A limit of one operation, in force or to come.
#[derive(Debug, Clone, Serialize)]
pub struct OperationLimitView {
    /// Identity; counters belong to it.
    pub id: LimitId,
    /// The stable key of the operation.
    pub operation: String,
    /// What it allows.
    pub rule: LimitRule,
    /// The same in words.
    pub words: String,
}

impl OperationLimitView {
    /// As it is given.
    pub(super) fn given(&self) -> OperationLimit {
        OperationLimit {
            operation: self.operation.clone(),
            rule: self.rule,
        }
    }
}

/// The key that `METHOD /path` means.
pub(crate) fn key_of(operation: &str) -> Option<OperationKey> {
    let (method, path) = operation.trim().split_once(' ')?;
    let path = path.trim_start();
    path.starts_with('/')
        .then(|| OperationKey::new(method, path))
}

/// Brings operations into the form of keys and checks the limits themselves; every fault at once.
pub(super) fn normalised(
    limits: &[OperationLimit],
    faults: &mut Vec<FieldFault>,
) -> Vec<OperationLimit> {
    let mut known: Vec<OperationLimit> = Vec::with_capacity(limits.len());
    for (place, limit) in limits.iter().enumerate() {
        let pointer = format!("/operation_limits/{place}");
        if let Err(fault) = limit.rule.check() {
            faults.push(FieldFault::new(&pointer, "out_of_range", fault.sentence()));
        }
        if !matches!(limit.rule, LimitRule::Rate { .. }) {
            let detail = t!("refused-access-a-single-operation-can-have-a");
            faults.push(FieldFault::new(&pointer, "not_a_rate", detail));
        }
        let Some(key) = key_of(&limit.operation) else {
            let detail = t!("refused-access-name-it-by-method-and-path");
            faults.push(FieldFault::new(
                format!("{pointer}/operation"),
                "operation",
                detail,
            ));
            continue;
        };
        let limit = OperationLimit {
            operation: key.to_string(),
            rule: limit.rule,
        };
        if known.contains(&limit) {
            faults.push(FieldFault::new(
                pointer,
                "duplicate",
                t!("refused-access-this-limit-is-in-the-list"),
            ));
        }
        known.push(limit);
    }
    known
}

/// Refuses limits of operations that nothing in the product has. Those that were there before are let be: an operation may
/// go, and come back.
pub(super) async fn require_known(
    conn: &mut PgConnection,
    product: Uuid,
    limits: &[OperationLimit],
    before: &[OperationLimit],
) -> Result<(), Refusal> {
    let is_new =
        |limit: &OperationLimit| !before.iter().any(|old| old.operation == limit.operation);
    if !limits.iter().any(is_new) {
        return Ok(());
    }
    let keys: Vec<String> = limits.iter().map(|limit| limit.operation.clone()).collect();
    let known = sqlx::query_scalar!(
        "select distinct o.operation_key
         from product_item i join api_version v on v.id = i.api_version_id
         join operation o on o.revision_id = v.current_revision_id
         where i.product_id = $1 and v.state <> 'retired' and o.routed and o.operation_key = any($2)
           and (i.operation_filter is null or o.operation_key = any(i.operation_filter))",
        product,
        &keys,
    )
    .fetch_all(conn)
    .await?;
    let unknown = limits
        .iter()
        .enumerate()
        .filter(|(_, limit)| is_new(limit) && !known.contains(&limit.operation));
    let faults: Vec<_> = unknown
        .map(|(place, limit)| {
            FieldFault::new(
                format!("/operation_limits/{place}/operation"),
                "unknown_operation",
                t!(
                    "refused-access-no-version-of-it-has-use",
                    operation = &limit.operation
                ),
            )
        })
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(faults))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_domain::plan::QuotaPeriod;

    #[test]
    fn operations_are_named_by_method_and_path() {
        let key = |text| key_of(text).map(|key| key.to_string());
        assert_eq!(key("get /pets/{petId}").as_deref(), Some("GET /pets/{}"));
        assert_eq!(key(" GET  /pets ").as_deref(), Some("GET /pets"));
        for bad in ["", "GET", "/pets", "GET pets"] {
            assert_eq!(key(bad), None, "{bad}");
        }
    }

    #[test]
    fn every_faulty_limit_is_named_by_its_place() {
        let rate = LimitRule::Rate {
            amount: 1,
            window_s: 1,
            burst: 1,
        };
        let quota = LimitRule::Quota {
            amount: 1,
            period: QuotaPeriod::Day,
        };
        let limit = |operation: &str, rule| OperationLimit {
            operation: operation.to_owned(),
            rule,
        };
        let mut faults = Vec::new();
        let limits = [
            limit("GET /a/{b}", rate),
            limit("GET /a/{c}", rate),
            limit("GET /a", quota),
            limit("a", rate),
        ];
        normalised(&limits, &mut faults);
        let found: Vec<_> = faults
            .iter()
            .map(|fault| (fault.pointer.as_str(), fault.code))
            .collect();
        assert_eq!(
            found,
            [
                ("/operation_limits/1", "duplicate"),
                ("/operation_limits/2", "not_a_rate"),
                ("/operation_limits/3/operation", "operation"),
            ]
        );
    }
}
