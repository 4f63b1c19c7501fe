//! The words of every mail, in a text and an HTML part.
//!
//! Order of each: the result, the reason or next step, one link, why it came. Values people typed are cleaned of control
//! characters before they reach a subject, so no header can be added by a name (RFC 5322 §2.2). No mail carries a key.

mod access;
mod account;
mod digest;
mod incident;
mod letter;
mod look;
mod samples;
mod talk;
mod usage;

pub use access::{
    Access, access_letter, decision_due, decision_late, message_received, request_received,
};
pub use account::{
    already_registered, change_email, confirm_identity, email_changed, identity_connected,
    invitation, passkey_added, passkey_removed, password_changed, recovery_code_used,
    recovery_codes_made, reset_password, second_factor_off, second_factor_on, second_factor_reset,
    verify_email,
};
pub use digest::digest;
pub use incident::{Incident, incident_letter};
pub use letter::{Letter, PORTAL, TOKEN};
pub(crate) use look::{Look, MailLogo, dressed};
pub use samples::samples;
pub use talk::{api_news, question_answered, question_asked};
pub use usage::{
    api_letter, application_letter, certificate_ends, key_ends, key_letter, limits_changed,
    terms_changed, webhook_disabled,
};
