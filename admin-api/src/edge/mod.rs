//! What stands around the endpoints of `/v1`, from the outside in: who calls, which parameters exist, whether the same
//! request was answered before, and what the answer says about itself.

pub(crate) mod answer;
pub(crate) mod auth;
pub(crate) mod conditional;
pub(crate) mod idempotency;
pub(crate) mod list;
pub(crate) mod merge;
pub(crate) mod notice;
pub(crate) mod parameters;
pub(crate) mod prefer;
pub(crate) mod why;
