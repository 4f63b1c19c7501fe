//! The requests between a gateway and the control plane: paths, media types and JSON bodies.
//!
//! All but [`JOIN`] are signed as [`crate::node_auth`] says. Errors are problem+json.

use gatehouse_domain::id::{GatewayGroupId, NodeId, SubscriptionId};
use gatehouse_domain::plan::QuotaPeriod;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::object::Moment;

/// `POST`: [`JoinRequest`] with a join token, answered by [`JoinReply`].
pub const JOIN: &str = "/gateway/v1/join";
/// `GET ?generation=G&since=S&wait_s=W`: deltas after `S`, or a snapshot when `S` is 0, too old or of another generation; 204
/// when nothing came within `W` seconds (at most [`WAIT_MAX_S`]).
pub const CONFIG: &str = "/gateway/v1/config";
/// `POST`: [`AckRequest`] after every change and as a heartbeat, answered by [`AckReply`].
pub const ACK: &str = "/gateway/v1/ack";
/// `POST`: a [`crate::usage::Batch`], answered by [`UsageReply`]; 409 `sequence_gap` names the expected number.
pub const USAGE: &str = "/gateway/v1/usage";

/// Media type of a run of deltas: each `length:u32le` and a [`crate::delta::SignedDelta`].
pub const DELTAS_TYPE: &str = "application/vnd.gatehouse.deltas";
/// Media type of a snapshot; see [`crate::snapshot`].
pub const SNAPSHOT_TYPE: &str = "application/vnd.gatehouse.snapshot";
/// Media type of a usage batch.
pub const USAGE_TYPE: &str = "application/vnd.gatehouse.usage";

/// Longest long poll, seconds.
pub const WAIT_MAX_S: u64 = 30;
/// A gateway says it is alive at least this often, seconds.
pub const HEARTBEAT_S: u64 = 2;
/// A node not heard from for this long no longer takes part in sharing limits, seconds.
pub const NODE_LIVE_S: i64 = 10;

/// A new gateway introduces itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    /// The join token, `gte_…`.
    pub token: String,
    /// Name on the console.
    pub name: String,
    /// Program version.
    pub version: String,
    /// Ed25519 public key in hexadecimal.
    pub public_key: String,
}

/// What a gateway keeps, mode 0600, and needs for ever after.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinReply {
    /// Its id.
    pub node: NodeId,
    /// Its group.
    pub group: GatewayGroupId,
    /// The group's slug, for logs.
    pub group_slug: String,
    /// The group key in hexadecimal, for credential digests.
    pub group_key: String,
    /// Public keys that sign configuration, in hexadecimal.
    pub signing_keys: Vec<String>,
}

impl std::fmt::Debug for JoinReply {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("JoinReply")
            .field("node", &self.node)
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}

/// The file beside the snapshots of a snapshot folder; see [`Enrolment`].
pub const ENROLMENT_FILE: &str = "enrolment.json";

/// What a gateway of a group needs, beside a snapshot, to serve before it has joined. It holds the group key, so it is kept
/// as a key is: mode 0600.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// Whose snapshots lie beside it.
    pub group: GatewayGroupId,
    /// The group key in hexadecimal, for credential digests.
    pub group_key: String,
    /// Public keys that sign configuration, in hexadecimal.
    pub signing_keys: Vec<String>,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Enrolment")
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}

/// What a gateway runs now, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AckRequest {
    /// Generation in force; 0 before the first snapshot.
    pub generation: u32,
    /// Sequence number in force.
    pub seq: u64,
    /// Its state hash in hexadecimal.
    pub state_hash: String,
    /// When it was swapped in.
    pub applied_at: Moment,
    /// Why the newest change is not in force, for a person to read.
    pub error: Option<String>,
    /// Program version.
    pub version: String,
}

/// What the control plane says back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AckReply {
    /// Live nodes of the group, this one included; rate limits are shared equally among them.
    pub live_nodes: u32,
    /// Newest sequence number.
    pub head_seq: u64,
}

/// What a quota has used over the whole group, as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaUsed {
    /// Whose.
    pub subscription: SubscriptionId,
    /// Which period.
    pub period: QuotaPeriod,
    /// When the period began.
    pub window_start: Moment,
    /// Requests counted, those of this batch included.
    pub used: u64,
    /// What the other live nodes of the group hold leases for and have not used as far as is known.
    pub leased: u64,
}

/// A batch was taken, now or before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageReply {
    /// The boot of the batch.
    pub boot: Uuid,
    /// The highest sequence number taken of that boot.
    pub sequence: u64,
    /// Totals of every subscription in the batch.
    pub quotas: Vec<QuotaUsed>,
}
