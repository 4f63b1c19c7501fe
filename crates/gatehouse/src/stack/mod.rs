//! The whole product on one machine: a private Postgres and one child process per role.
//!
//! `demo` and `up` are this supervisor with and without demo data. Children are this same executable, so a role runs the
//! same way everywhere. They end with the supervisor, however it ends.

mod child;
mod database;
mod plan;
mod remove;
mod running;

pub(crate) use child::{Child, ChildSpec};
pub(crate) use database::{
    Database, database, master_key_file, prepare_data_dir, private_database,
};
pub(crate) use plan::{Addresses, StackPlan};
pub(crate) use remove::remove;
pub(crate) use running::{Claim, Held, RunningStack, claim, who_runs};
