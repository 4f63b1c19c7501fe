//! Loads whose body is a test of the suite that takes its size from the environment.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use super::progress::Progress;

/// Runs the tests of these names in release; whether they passed. Needs the source tree it was built from.
pub(super) fn run(
    names: &[&str],
    sizes: &[(&str, &str)],
    progress: &mut Progress,
) -> anyhow::Result<bool> {
    let mut command = Command::new("cargo");
    command
        .args(["test", "--release", "-p", "gatehouse", "--test", "it"])
        .args(names)
        .args(["--", "--nocapture"])
        .envs(sizes.iter().copied())
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .stdin(Stdio::null());
    let mut child = command.spawn()?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.success());
        }
        std::thread::park_timeout(Duration::from_secs(1));
        progress.note(json!({ "tests": names, "sizes": sizes }))?;
    }
}
