//! Gateways, changes, audit, usage.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{ids, words};

/// A gateway.
#[derive(Debug, ToSchema)]
pub struct Gateway {
    /// Identity.
    pub id: ids::NodeId,
    /// The name it joined under.
    pub name: String,
    /// Slug of its group.
    pub group: String,
    /// Program version.
    pub version: String,
    /// What can be said about it now.
    pub state: words::NodeState,
    /// Whether calls are sent to it.
    pub rotation: words::Rotation,
    /// The sequence number it runs.
    pub applied_seq: i64,
    /// The newest sequence number of its group.
    pub head_seq: i64,
    /// Since when it runs that.
    pub applied_at: Option<OffsetDateTime>,
    /// When it was last heard from.
    pub last_seen_at: OffsetDateTime,
    /// When it joined.
    pub joined_at: OffsetDateTime,
    /// Why the newest configuration is not in force there.
    pub last_error: Option<String>,
}

/// All gateways that serve the tenant.
#[derive(Debug, ToSchema)]
pub struct Gateways {
    /// The gateways, by name.
    pub data: Vec<Gateway>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// What a join token allows.
#[derive(Debug, ToSchema)]
pub struct JoinToken {
    /// Where gateways that use it end up.
    pub group: ids::GatewayGroupId,
    /// How many may use it.
    pub uses: i32,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// A change of configuration and how far it got.
#[derive(Debug, ToSchema)]
pub struct Change {
    /// The change.
    pub change_id: ids::ChangeId,
    /// What was done, as the audit log calls it.
    pub kind: String,
    /// The id of what was changed.
    pub subject: String,
    /// When it was committed.
    pub created_at: OffsetDateTime,
    /// Whether every enrolled gateway has it. No timeout makes this true.
    pub in_force: bool,
    /// The same: every enrolled gateway has acknowledged it.
    pub converged: bool,
    /// From commit to the last gateway, milliseconds, once in force.
    pub in_force_after_ms: Option<i64>,
    /// Per group of gateways.
    pub groups: Vec<GroupChange>,
}

/// One group's part in a change.
#[derive(Debug, ToSchema)]
pub struct GroupChange {
    /// The group.
    pub group: ids::GatewayGroupId,
    /// The number the change got there.
    pub seq: i64,
    /// Gateways that have it.
    pub applied: u64,
    /// Gateways that are enrolled and not retired.
    pub gateways_total: u64,
    /// Each of them.
    pub gateways: Vec<GatewayChange>,
}

/// One gateway's part in a change.
#[derive(Debug, ToSchema)]
pub struct GatewayChange {
    /// The gateway.
    pub node: ids::NodeId,
    /// Its name.
    pub name: String,
    /// How far the change got.
    pub state: words::Spread,
    /// When it was swapped in there.
    pub applied_at: Option<OffsetDateTime>,
    /// When its acknowledgement arrived.
    pub acknowledged_at: Option<OffsetDateTime>,
    /// From commit to that acknowledgement, milliseconds.
    pub acknowledged_after_ms: Option<i64>,
    /// When the gateway was last heard from.
    pub last_seen_at: OffsetDateTime,
    /// Why it is not in force there.
    pub error: Option<String>,
}

/// A record of the audit log.
#[derive(Debug, ToSchema)]
pub struct AuditEvent {
    /// Gap-free number within the tenant.
    pub seq: i64,
    /// When.
    pub at: OffsetDateTime,
    /// `user`, `token`, `node` or `system`.
    pub actor_type: String,
    /// Who; null for the program itself.
    pub actor_id: Option<String>,
    /// Their name at that time.
    pub actor_name: String,
    /// Where the request came from.
    pub ip: Option<String>,
    /// What was done.
    pub action: String,
    /// The id of what was changed.
    pub subject: String,
    /// The changed fields before.
    pub before: Option<serde_json::Value>,
    /// The changed fields after.
    pub after: Option<serde_json::Value>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
    /// The request.
    pub request_id: Option<String>,
    /// The change of configuration it caused.
    pub change_id: Option<ids::ChangeId>,
    /// Hash of the record before, hexadecimal.
    pub prev_hash: String,
    /// Hash of this record, hexadecimal.
    pub hash: String,
}

/// A record of the audit log, named and signed.
#[derive(Debug, ToSchema)]
pub struct AuditCheckpoint {
    /// Whose log.
    pub tenant_id: ids::TenantId,
    /// The newest record then.
    pub seq: i64,
    /// Its hash, hexadecimal.
    pub hash: String,
    /// When it was signed.
    pub at: OffsetDateTime,
    /// The Ed25519 key it is signed with, hexadecimal.
    pub public_key: String,
    /// The signature, hexadecimal.
    pub signature: String,
}

/// An application's usage over a range that ends now.
#[derive(Debug, ToSchema)]
pub struct Usage {
    /// Over the whole range.
    pub totals: UsageTotals,
    /// Every step of the range, oldest first, empty ones included.
    pub buckets: Vec<UsageBucket>,
    /// The busiest operations, at most 50.
    pub operations: Vec<OperationUsage>,
}

/// Sums over a range.
#[derive(Debug, ToSchema)]
pub struct UsageTotals {
    /// All calls.
    pub calls: i64,
    /// Answered with 2xx or 3xx.
    pub succeeded: i64,
    /// Answered with 4xx, refusals by limits left out.
    pub client_errors: i64,
    /// Refused by a rate limit or quota.
    pub limited: i64,
    /// Answered with 5xx.
    pub server_errors: i64,
    /// Upper bound of the bucket that holds the median, microseconds.
    pub p50_us: Option<u64>,
    /// The same for the 95th percentile.
    pub p95_us: Option<u64>,
}

/// One step of the range.
#[derive(Debug, ToSchema)]
pub struct UsageBucket {
    /// When the step begins.
    pub at: OffsetDateTime,
    /// Its sums.
    #[serde(flatten)]
    pub totals: UsageTotals,
}

/// Sums of one operation.
#[derive(Debug, ToSchema)]
pub struct OperationUsage {
    /// Slug of the API.
    pub api: String,
    /// Version label.
    pub version: String,
    /// Operation key.
    pub operation: String,
    /// Its sums.
    #[serde(flatten)]
    pub totals: UsageTotals,
}

/// An application's calls, newest first.
#[derive(Debug, ToSchema)]
pub struct Calls {
    /// The calls.
    pub data: Vec<Call>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One call.
#[derive(Debug, ToSchema)]
pub struct Call {
    /// When.
    pub at: OffsetDateTime,
    /// The request id, as the response carried it.
    pub request_id: String,
    /// Method.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// Status sent.
    pub status: i32,
    /// `ok`, or the problem code.
    pub reason: String,
    /// Whole time, microseconds.
    pub latency_us: i64,
    /// Slug of the environment.
    pub environment: Option<String>,
    /// Whether it was made from the portal's console, without a key.
    pub console: bool,
}
