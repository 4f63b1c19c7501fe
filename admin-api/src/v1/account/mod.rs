//! What is the caller's own, and no matter of roles.

pub(crate) mod end_session;
pub(crate) mod end_sessions;
pub(crate) mod get;
pub(crate) mod inbox;
pub(crate) mod mail_preferences;
pub(crate) mod passkeys;
pub(crate) mod read_inbox;
pub(crate) mod read_notice;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod set_language;
pub(crate) mod set_mail_preference;
