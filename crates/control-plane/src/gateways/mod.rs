//! Gateways: how they join, prove who they are, fetch configuration and say what they run.

mod ack;
mod feed;
mod join;
mod node;

pub use ack::acknowledge;
pub use feed::{ConfigAnswer, SnapshotReader, config_since};
pub use join::{CreateJoinToken, JoinTokenView, create_join_token, join};
pub use node::{Node, NodeState, NodeView, authenticate_node, list_nodes, retire_node};
