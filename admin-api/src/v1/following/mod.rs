//! APIs that people follow.

pub(crate) mod follow;
pub(crate) mod list;
pub(crate) mod unfollow;
