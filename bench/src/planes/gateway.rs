//! The gateway: the shipped program with its default settings, one worker, started from a signed snapshot on disk.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::metrics::Metrics;
use super::{Plane, Running, Setting};
use crate::generator::Tally;
use crate::keys::Fate;
use crate::scene::{self, Scene};
use crate::wait;

const READY_WITHIN: Duration = Duration::from_secs(60);
/// A call is counted when its answer has left, not before.
const COUNTED_WITHIN: Duration = Duration::from_secs(5);
/// Nobody listens here: the control plane is away.
const NOBODY: &str = "http://127.0.0.1:9";

pub(super) fn start(setting: &Setting<'_>) -> anyhow::Result<Running> {
    let data = setting.folder.join("data");
    scene::write_data_folder(&data, setting.snapshot)?;
    let announce = setting.folder.join("announce.json");
    let mut command = Command::new(setting.program);
    command.args(["gateway", "--announce"]).arg(&announce);
    // One core is the proxy's: the gateway starts one worker because that is all it is given.
    command
        .env_clear()
        .env("GATEHOUSE_GATEWAY__LISTEN", "127.0.0.1:0")
        .env("GATEHOUSE_GATEWAY__STATUS_LISTEN", "127.0.0.1:0")
        .env("GATEHOUSE_GATEWAY__DATA_DIR", &data)
        .env("GATEHOUSE_GATEWAY__CONTROL_PLANE", NOBODY);
    let mut process = setting
        .starter
        .start(command, &setting.folder.join("log"))?;
    let addresses = wait::until("the gateway announces itself", READY_WITHIN, || {
        process.assert_running()?;
        let Ok(bytes) = fs::read(&announce) else {
            return Ok(None);
        };
        Ok(serde_json::from_slice::<serde_json::Value>(&bytes).ok())
    })?;
    let address = |name: &str| -> anyhow::Result<SocketAddr> {
        let text = addresses[name].as_str();
        Ok(text
            .with_context(|| format!("no {name} was announced"))?
            .parse()?)
    };
    Ok(Running {
        plane: Plane::Gateway,
        process,
        address: address("listen")?,
        version: version(setting.program)?,
        status: Some(address("status_listen")?),
    })
}

fn version(program: &std::path::Path) -> anyhow::Result<String> {
    let output = Command::new(program).arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A fast answer proves nothing by itself: the figures count only if the configuration was a signed snapshot, every call was
/// recorded, and the refused ones were refused for the right reason.
pub(super) fn judge(status: SocketAddr, scene: &Scene, tallies: &[Tally]) -> anyhow::Result<()> {
    let sum = |count: &dyn Fn(&Tally) -> u64| tallies.iter().map(count).sum::<u64>();
    let answered = sum(&Tally::total);
    let page = wait::until("the gateway counts every call", COUNTED_WITHIN, || {
        let page = Metrics::get(status)?;
        Ok((page.sum("gatehouse_calls_total", None) >= answered).then_some(page))
    })?;
    ensure!(
        page.sum("gatehouse_config_seq", None) == scene::SEQ,
        "the gateway does not run the snapshot it was given"
    );
    let calls = page.sum("gatehouse_calls_total", None);
    let answered = sum(&Tally::total);
    ensure!(
        calls == answered,
        "the gateway counted {calls} calls of {answered}"
    );
    let dropped = page.sum("gatehouse_usage_dropped_calls", None);
    ensure!(
        dropped == 0,
        "the gateway could not keep the records of {dropped} calls"
    );
    let revoked = page.sum("gatehouse_calls_total", Some("\"key_revoked\""));
    let expected = sum(&|tally| tally.of_fate(Fate::Revoked));
    ensure!(
        revoked == expected,
        "{revoked} calls were refused as revoked, not {expected}"
    );
    let limited = page.sum("gatehouse_calls_total", Some("\"rate_limited\""));
    let over = sum(&|tally| tally.of_fate(Fate::OverLimit));
    let allowed = scene.counts.over_limit as u64;
    ensure!(
        limited <= over && limited + allowed >= over,
        "{limited} of {over} calls over their limit were refused, {allowed} may pass"
    );
    Ok(())
}
