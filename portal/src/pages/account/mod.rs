//! Getting in, getting out, and what waits for a person.

pub(crate) mod confirm;
pub(crate) mod inbox;
pub(crate) mod login;
pub(crate) mod outbox;
pub(crate) mod signup;
pub(crate) mod sso;
pub(crate) mod theme;
