//! The words of every mail, in a text and an HTML part.
//!
//! Order of each: the result, the reason or next step, one link, why it came. Values people typed are cleaned of control
//! characters before they reach a subject, so no header can be added by a name (RFC 5322 §2.2). No mail carries a key.

mod access;
mod account;
mod letter;
mod usage;

pub use access::{Access, access_letter, decision_due, decision_late, request_received};
pub use account::{
    already_registered, confirm_identity, identity_connected, invitation, password_changed,
    reset_password, verify_email,
};
pub use letter::{Letter, PORTAL, TOKEN};
pub use usage::{api_letter, application_letter, key_letter, limits_changed};
