//! The data plane: judges every call by its key and subscription, counts it, forwards it, and knows no database.
//!
//! The life of a request, in reading order: [`proxy`] is the whole story in one function; `validate` reads the head,
//! `tables` finds environment, route and operation, `policies` says who calls, whether they may and whether now, `upstream`
//! forwards with the permit that only the subscription check makes, `answer` streams back, `call` and `usage` record it.
//!
//! Beside that, `live_config` keeps the tables current and on disk. The gateway starts and serves with everything else dead.
//! It depends on domain, os, snapshot, problem and runtime; never on the control plane, SQL, the portal or the admin API.
//!
//! Requests are served by threads of their own, one per core (`worker`); what keeps the tables current runs beside them on tokio's
//! multi-thread runtime. Start with [`BoundGateway`].

mod alarm;
mod answer;
mod call;
mod chunked;
mod files;
mod frames;
mod general;
mod hand_over;
mod limit_store;
mod live_config;
#[cfg(any(test, feature = "measure"))]
pub mod measure;
mod metrics;
mod policies;
mod proxy;
mod reason;
mod refusal;
mod request;
pub mod settings;
mod start;
mod status;
mod strict;
mod syntax;
mod tables;
mod trace;
mod upstream;
mod usage;
mod validate;
mod worker;

pub use live_config::prepare::write_data_folder;
pub use settings::{DEFAULTS, ROLE, Settings};
pub use start::BoundGateway;
pub use worker::sockets::Sockets;
