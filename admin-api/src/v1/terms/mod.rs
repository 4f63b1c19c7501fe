//! Terms that whoever asks for a plan accepts.

pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod publish;
