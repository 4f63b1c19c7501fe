//! The journeys and the rules of the house, against the real executable and real servers.
//!
//! Read `journey.rs` first: it is the product in one test.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do, by panicking"
)]

mod joining;
mod journey;

mod acceptance;
mod account_commands;
mod approvals;
mod architecture;
mod at_rest;
mod axe;
mod backend_secrets;
mod backup;
mod branding;
mod browser;
mod budgets;
mod command_line;
mod compose;
mod configuration;
mod console_forms;
mod crawl;
mod decisions;
mod doctor;
mod domains;
mod dry_runs;
mod environments;
mod files;
mod hostile_texts;
mod incidents;
mod key_commands;
mod keys;
mod large_description;
mod leaving;
mod limits;
mod lints;
mod loads;
mod mail;
mod master_key;
mod migrations;
mod notations;
mod offer_commands;
mod operator_commands;
mod partitions;
mod pictures;
mod policies;
mod policy_commands;
mod policy_tests;
mod publish_gate;
mod publishing;
mod refusals;
mod releases;
mod requests;
mod roads;
mod shortcuts;
mod spec_check;
mod spec_diff;
mod start_up;
mod strangers;
mod streaming;
mod subscription_commands;
mod supervisor;
mod teams;
mod tenancy;
mod tenant_commands;
mod try_files;
mod versions;

/// The executable under test.
const GATEHOUSE: &str = env!("CARGO_BIN_EXE_gatehouse");
