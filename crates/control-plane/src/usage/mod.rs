//! The usage ledger: one place that portal, enforcement and statements read.
//!
//! [`ingest`] takes a gateway's batches exactly once; [`read`] answers the pages, [`calls`] shows single ones.

mod call_log;
mod calls;
mod ingest;
mod key_sources;
mod key_use;
mod read;
mod rollup;
mod rollup_rows;
mod unattributed;
mod window;

pub use calls::{CallDetail, CallFilter, CallView, get_call, list_calls};
pub use ingest::{Ingest, ingest};
pub use read::{
    OperationUsage, QuotaView, UsageBucket, UsageRange, UsageTotals, UsageView, api_usage,
    application_usage, subscription_quota,
};
pub use window::window_start;
