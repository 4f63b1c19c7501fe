//! The portal: what developers browse and request, and the console in which owners publish, decide and watch.
//!
//! Every page is rendered on the server and works without script. A page is a template struct directly above its
//! handlers in `pages/`; a handler authorises by calling one verb of the control plane, which holds every rule and all SQL,
//! and maps the result. Start with `router.rs`, the table of contents, then `visitor.rs`, which finds out who is looking.
//!
//! The portal must not know how gateways work or how rows are stored; it never imports the admin API.
#![recursion_limit = "256"]

mod access;
mod address;
mod assets;
mod cookies;
mod csrf;
mod form;
#[cfg(test)]
mod gallery;
mod headers;
mod language;
mod page;
mod page_error;
mod pages;
mod place;
mod portal;
mod proof;
mod relay;
mod router;
mod sealed;
mod serve;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod throttled;
mod tint;
mod twice;
mod upload;
mod view;
mod visitor;

pub use serve::BoundPortal;
pub use settings::{
    DEFAULTS, DemoSettings, Front, LanguageSettings, OutboundSettings, ROLE, RefusedSettings,
    SessionSettings, Settings, SignInSettings,
};
