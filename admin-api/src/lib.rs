//! The admin API: what CI, scripts and gateways call.
//!
//! `/v1` is the REST API: start with [`router`], the table of contents; every endpoint is one file in `v1/<resource>/` that
//! authorises, calls one verb of the control plane, and maps the result. `edge/` is what stands around them: who calls
//! ([`edge::auth`]), which parameters exist, idempotency keys, entity tags. `/gateway/v1` is the other side of the gateways'
//! configuration and usage road, in `gateway/`.
//!
//! No rule and no SQL lives here; it never imports the portal.
#![recursion_limit = "256"]

pub mod bodies;
mod edge;
mod gateway;
mod openapi;
mod router;
mod serve;
mod settings;
mod state;
mod v1;

pub use openapi::document;
pub use serve::BoundAdminApi;
pub use settings::{DEFAULTS, Limits, MailSettings, ROLE, Settings};
