//! Signing in by OpenID Connect (Core 1.0, authorization code flow with PKCE).
//!
//! A provider is chosen by the administrators of one tenant, so its word is not taken for more than they could do
//! themselves: a session begun by it is of use in that tenant only, an address it names is proved by a mail of ours before
//! an account is made of it, and an account that exists already is connected only by its own password. An issuer the
//! operator trusts (`sign_in.trusted_issuers`) is believed for the whole installation.
//!
//! Read [`begin`] and [`finish`], then `settle.rs`, which decides who it is.

mod client;
mod flow;
mod issuers;
mod kept;
mod prove;
mod settle;

pub use flow::{Begun, Callback, begin, finish};
pub use issuers::{IssuerSettings, Issuers};
pub(crate) use kept::{Kept, Need};
pub use prove::{
    Confirmed, PendingIdentity, confirm_identity, connect_identity, preview_identity,
    preview_identity_by_mail,
};
pub use settle::Arrived;

use sha2::{Digest, Sha256};

/// What the database holds of a state or of a browser's cookie.
fn hash_of(what: &str, text: &str) -> Vec<u8> {
    Sha256::new()
        .chain_update(b"gatehouse sign-in ")
        .chain_update(what)
        .chain_update(b"\0")
        .chain_update(text)
        .finalize()
        .to_vec()
}
