//! The tasks that keep the spool: slots into segments, segments onto the disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::spool::{DRAIN_EVERY, SYNC_EVERY, Spool};

/// How often boots are looked for that ended after this one began: the other half of an upgrade by hand-over.
const ADOPT_EVERY: Duration = Duration::from_secs(5);

/// Empties the slots until `end`.
pub(crate) async fn drain(spool: Arc<Spool>, end: CancellationToken) -> anyhow::Result<()> {
    let mut adopted = Instant::now();
    while end.run_until_cancelled(sleep(DRAIN_EVERY)).await.is_some() {
        tokio::task::block_in_place(|| spool.drain());
        if adopted.elapsed() >= ADOPT_EVERY {
            adopted = Instant::now();
            if let Err(error) = tokio::task::block_in_place(|| spool.adopt()) {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "cannot take in the calls of a boot that has ended"
                );
            }
        }
    }
    Ok(())
}

/// Flushes segments until `end`. Apart from the drain, which a slow disk must not hold up.
pub(crate) async fn sync(spool: Arc<Spool>, end: CancellationToken) -> anyhow::Result<()> {
    while end.run_until_cancelled(sleep(SYNC_EVERY)).await.is_some() {
        tokio::task::block_in_place(|| spool.sync());
    }
    Ok(())
}
