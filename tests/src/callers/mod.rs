//! Kinds of callers as types: each can do what its like can do from outside, by the protocol its like speaks.

mod administrator;
mod anonymous;
mod approver;
mod ci_token;
mod cli;
mod consumer;
mod developer;
mod portal;
mod scenes;
mod wire;

pub use administrator::Administrator;
pub use anonymous::Anonymous;
pub use approver::Approver;
pub use ci_token::CiToken;
pub use cli::Cli;
pub use consumer::Consumer;
pub use developer::{Access, Developer, Wish};
pub use portal::Portal;
pub use scenes::{EVERYTHING, Granted};
pub use wire::Wire;

use std::time::Duration;

/// A client that goes where it is told and nowhere else: no proxy, no redirects, a deadline.
pub(crate) fn client() -> reqwest::Client {
    bounded(reqwest::Client::builder())
}

/// The same of one with a setting of its own.
fn bounded(builder: reqwest::ClientBuilder) -> reqwest::Client {
    builder
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(60))
        .build()
        .expect("a client without special settings")
}

/// Long enough for the rule, and no common one.
pub const PASSWORD: &str = "a quiet stone wall by the sea";

/// The mail address of somebody in a tenant's tests: two tenants on one stack may each have one of the same name.
fn address(name: &str, prefix: &str, domain: &str) -> String {
    let name = name.to_lowercase().replace(' ', ".");
    let tenant = prefix.trim_start_matches("/t/");
    let tenant = if tenant.is_empty() { "first" } else { tenant };
    format!("{name}@{tenant}.{domain}")
}
