//! Waiting for the thing itself, up to a deadline.

use std::time::{Duration, Instant};

use anyhow::bail;

/// Tries every few milliseconds until there is something.
pub(crate) fn until<T>(
    what: &str,
    within: Duration,
    mut attempt: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = attempt()? {
            return Ok(found);
        }
        if started.elapsed() > within {
            bail!("{what}: not within {within:?}");
        }
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
