//! The usage ledger: one place that portal, enforcement and statements read.
//!
//! [`ingest`] takes a gateway's batches exactly once; [`read`] answers the pages.

mod call_log;
mod ingest;
mod key_use;
mod read;
mod rollup;
mod rollup_rows;
mod unattributed;
mod window;

pub use ingest::{Ingest, ingest};
pub use read::{
    CallView, OperationUsage, QuotaView, UsageBucket, UsageRange, UsageTotals, UsageView,
    application_usage, recent_calls, subscription_quota,
};
pub use window::window_start;
