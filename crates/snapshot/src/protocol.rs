//! The requests between a gateway and the control plane: paths, media types and JSON bodies.
//!
//! All but [`JOIN`] are signed as [`crate::node_auth`] says. Errors are problem+json.

use gatehouse_domain::id::{GatewayGroupId, LimitId, NodeId, SubscriptionId};
use gatehouse_domain::plan::QuotaPeriod;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::object::Moment;

/// `POST`: [`JoinRequest`] with a join token, answered by [`JoinReply`].
pub const JOIN: &str = "/gateway/v1/join";
/// `GET ?generation=G&since=S&wait_s=W&key=K`: deltas after `S`, or a snapshot when `S` is 0, too old or of another generation;
/// 204 when nothing came within `W` seconds (at most [`WAIT_MAX_S`]). `K` names the newest signing key the gateway knows; every
/// later one comes in [`KEYS_HEADER`].
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

/// On a reply to [`CONFIG`]: signing keys the gateway does not know yet, each signed by the one before it; see
/// [`crate::key_chain`].
pub const KEYS_HEADER: &str = "gatehouse-config-keys";

/// Longest long poll, seconds.
pub const WAIT_MAX_S: u64 = 30;
/// A gateway says it is alive at least this often, seconds.
pub const HEARTBEAT_S: u64 = 1;
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
    /// Public keys that sign configuration, in hexadecimal: the one in use and the announced one.
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
    /// Whether it is out of rotation, as [`AckReply::drain`] asked. Left out while it is not: a control plane of before does not
    /// know it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draining: bool,
    /// Limits that are shared and near their end.
    #[serde(default, skip_serializing_if = "LimitsAsk::is_empty")]
    pub limits: LimitsAsk,
}

/// Most rates, and most quotas, that one request asks about; what is over waits for the next.
pub const LIMITS_ASKED_MAX: usize = 500;

/// What a node tells of limits it shares with others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsAsk {
    /// Rates.
    #[serde(default)]
    pub rates: Vec<RateAsk>,
    /// Quotas.
    #[serde(default)]
    pub quotas: Vec<QuotaAsk>,
}

impl LimitsAsk {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty() && self.quotas.is_empty()
    }
}

/// How much of a rate was asked for, and the share that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateAsk {
    /// Whose.
    pub subscription: SubscriptionId,
    /// Which limit of its plan.
    pub limit: LimitId,
    /// Calls of the last second.
    pub demand: u64,
    /// In parts of [`crate::sharing::WHOLE`]; 0 is an equal share.
    pub share: u32,
}

/// How far a node is with a quota. What it says of itself is what counts: a lease whose reply it never got is not held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaAsk {
    /// Whose.
    pub subscription: SubscriptionId,
    /// Which period.
    pub period: QuotaPeriod,
    /// When it began.
    pub window_start: Moment,
    /// Calls this node let through in it.
    pub own: u64,
    /// The number they may reach by what it holds now; less than before when it gives back.
    pub ceiling: u64,
    /// Calls of the last second.
    pub demand: u64,
}

/// The parts of limits that a node may use from now on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitsAnswer {
    /// Rates: also of subscriptions the node did not ask about, where others need more.
    pub rates: Vec<RateShare>,
    /// Quotas.
    pub quotas: Vec<QuotaGrant>,
}

/// A node's share of a rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateShare {
    /// Whose.
    pub subscription: SubscriptionId,
    /// Which limit of its plan.
    pub limit: LimitId,
    /// In parts of [`crate::sharing::WHOLE`], at least 1.
    pub share: u32,
}

/// A node's lease of a quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaGrant {
    /// Whose.
    pub subscription: SubscriptionId,
    /// Which period.
    pub period: QuotaPeriod,
    /// When it began.
    pub window_start: Moment,
    /// The number that the node's own calls may reach.
    pub ceiling: u64,
    /// What others have used or hold leases for.
    pub others: u64,
}

/// What the control plane says back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AckReply {
    /// Live nodes of the group, this one included; limits are shared among them.
    pub live_nodes: u32,
    /// Newest sequence number.
    pub head_seq: u64,
    /// What the node says it runs is not what the group has under that number: it should fetch everything again.
    #[serde(default)]
    pub diverged: bool,
    /// Whether the node should be out of rotation: not ready, and asking clients for new connections. It still answers. `None` is
    /// what a control plane of before says, which knows of no rotation: the node stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drain: Option<bool>,
    /// Parts of limits.
    #[serde(default)]
    pub limits: LimitsAnswer,
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
