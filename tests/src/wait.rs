//! Waiting for the thing itself, up to a deadline.

use std::time::{Duration, Instant};

/// Long enough for anything that is not broken, also on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

const POLL: Duration = Duration::from_millis(10);

/// Tries until it succeeds; panics with the last reason when `within` has passed.
pub async fn eventually<T>(
    within: Duration,
    what: &str,
    mut attempt: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let started = Instant::now();
    loop {
        match attempt().await {
            Ok(value) => return value,
            Err(reason) if started.elapsed() > within => {
                panic!("{what}: not within {within:?}; in the end: {reason}")
            }
            Err(_) => tokio::time::sleep(POLL).await,
        }
    }
}

/// As [`eventually`], outside a runtime.
pub fn eventually_blocking<T>(
    within: Duration,
    what: &str,
    mut attempt: impl FnMut() -> Result<T, String>,
) -> T {
    let started = Instant::now();
    let (_never, pause) = std::sync::mpsc::channel::<()>();
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(reason) if started.elapsed() > within => {
                panic!("{what}: not within {within:?}; in the end: {reason}")
            }
            Err(_) => {
                let _ = pause.recv_timeout(POLL);
            }
        }
    }
}
