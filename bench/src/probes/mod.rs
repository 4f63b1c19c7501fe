//! What is asked of the gateway alone: memory and start at a million keys, latency while configuration changes, how soon a
//! revoked key is refused.

mod memory;
mod reload;
mod revoke;

use crate::bench::Bench;
use crate::findings::Finding;

/// The names of probes, in the order they run.
pub(crate) const ALL: [&str; 3] = ["mem", "reload", "revoke"];

/// Runs a probe; `None` when no probe has that name.
pub(crate) fn run(name: &str, bench: &Bench) -> Option<anyhow::Result<Vec<Finding>>> {
    match name {
        "mem" => Some(memory::run(bench)),
        "reload" => Some(reload::run(bench)),
        "revoke" => Some(revoke::run(bench)),
        _ => None,
    }
}
