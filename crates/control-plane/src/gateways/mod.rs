//! Gateways: how they join, prove who they are, fetch configuration and say what they run.

mod ack;
mod export;
mod feed;
mod heal;
mod join;
mod lag;
mod leases;
mod node;
mod shares;
mod signing;

pub use ack::acknowledge;
pub use export::export_snapshot;
pub use feed::{ConfigAnswer, ConfigReply, Known, SnapshotReader, config_since};
pub use heal::{HEALS_FOR, after_restore};
pub use join::{
    CreateJoinToken, JoinTokenView, create_installation_join_token, create_join_token, join,
};
pub(crate) use join::{fresh_key, shared_group, stored_key_id};
pub use lag::watch_lag;
pub use node::{
    Node, NodeState, NodeView, Rotation, authenticate_node, drain_node, list_nodes, retire_node,
    undrain_node,
};
pub(crate) use signing::signer;
pub use signing::{raise_generation, rotate_config_key};
