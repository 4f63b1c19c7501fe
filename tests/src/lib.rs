//! gatehouse-harness

mod test_db;

pub use test_db::TestDb;
