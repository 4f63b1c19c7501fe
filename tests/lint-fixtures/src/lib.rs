//! Planted violations of the workspace's lints and bans. Without the feature `planted` there is nothing here.

#[cfg(feature = "planted")]
mod planted;
