//! The words and rules of Gatehouse: identifiers, states, transitions, limits, roles.
//!
//! Everything here is pure. This crate knows no HTTP, no SQL, no clock and no randomness: times and random
//! bytes are arguments, so every rule can be tested by calling it. The gateway, the control plane and the
//! pages all decide with these same functions, which is why "suspended" means one thing everywhere.
//!
//! Start with [`subscription`]: its state machine is the product.

pub mod accent;
pub mod api;
pub mod approval;
pub mod backend_secret;
pub mod credential;
pub mod email;
pub mod environment;
pub mod fault;
pub mod grants;
pub mod host;
pub mod id;
pub mod incident;
pub mod job;
pub mod key;
pub mod language;
pub mod notice;
pub mod operation;
pub mod plan;
pub mod pointer;
pub mod policy;
pub mod price;
pub mod question;
pub mod role;
pub mod slug;
pub mod subscription;
pub mod webhook;

pub use accent::{Accent, AccentFault};
pub use api::{ApiVersionState, ProductState, SignupMode, TenantStatus, Visibility};
pub use email::Email;
pub use environment::{BasePath, EnvironmentKind};
pub use grants::{Grant, Grants, Place, Scope};
pub use language::Language;
pub use operation::OperationKey;
pub use role::{Permission, PlatformRole, Role};
pub use slug::Slug;
