//! What templates are made of: small parts that know how they look, so that one state looks the same on every page.

pub(crate) mod actions;
pub(crate) mod chart;
pub(crate) mod code;
pub(crate) mod form;
pub(crate) mod parts;
pub(crate) mod problems;
pub(crate) mod qr;
pub(crate) mod roles;
pub(crate) mod said;
pub(crate) mod same;
pub(crate) mod shell;
pub(crate) mod span;
pub(crate) mod states;
pub(crate) mod words;
