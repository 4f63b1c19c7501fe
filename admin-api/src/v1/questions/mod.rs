//! What people ask about an API.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod hide;
pub(crate) mod list;
pub(crate) mod show;
