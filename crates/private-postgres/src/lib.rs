//! A Postgres of our own: found or fetched, started, attached to and stopped, for installations
//! that name no `DATABASE_URL` and for the tests.
//!
//! [`bring_up`] is the whole of it: [`Binaries::find`] finds a Postgres on the machine or fetches a pinned
//! one, and [`start_or_attach`] starts the server of one data directory, or finds the one already there.
//! [`attach`] only looks.
//! The server listens on a Unix socket only, runs as an ordinary user also when we are root, and stops
//! with this program however this program ends.
//!
//! It must not know tables, migrations, settings files or the environment: every choice is an argument.
//! Start reading at [`mod@start`]; `identity` and `place` decide as whom and where, `pid_file` whether a server lives.

mod binaries;
mod error;
mod files;
mod identity;
mod initdb;
mod options;
mod pid_file;
mod place;
mod roles;
mod running;
mod server;
mod spawner;
mod start;

pub use binaries::{Binaries, FindOptions, Origin};
pub use error::Error;
pub use options::{Durability, Lifetime, Options};
pub use roles::{APP_ROLE, DATABASE, OWNER_ROLE, SUPERUSER, SYSTEM_ROLE, prepare_roles};
pub use running::Running;
pub use start::{attach, bring_up, data_major, start_or_attach};
