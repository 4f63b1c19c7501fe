//! The gateway: the shipped program with its default settings, one worker, started from a signed snapshot on disk.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use gatehouse_snapshot::state_hash::StateHash;

use super::certificate::Certificate;
use super::metrics::Metrics;
use super::{Plane, Running, Setting};
use crate::control_plane::ControlPlane;
use crate::generator::{Protocol, Tally};
use crate::keys::Fate;
use crate::scene::{self, Scene};
use crate::wait;

const READY_WITHIN: Duration = Duration::from_secs(60);
/// A call is counted when its answer has left, not before.
const COUNTED_WITHIN: Duration = Duration::from_secs(5);
/// From the return of the control plane to the last record of a load.
const SHIPPED_WITHIN: Duration = Duration::from_secs(120);

/// Where a gateway tells of itself, and to whom.
pub(crate) struct Status {
    address: SocketAddr,
    control_plane: SocketAddr,
}

pub(super) fn start(setting: &Setting<'_>) -> anyhow::Result<Running> {
    let data = setting.folder.join("data");
    scene::write_data_folder(&data, setting.snapshot)?;
    // Without one nobody listens at the address until the records are asked for.
    let control_plane = match setting.control_plane {
        Some(address) => address,
        None => (Ipv4Addr::LOCALHOST, super::free_port()?).into(),
    };
    let announce = setting.folder.join("announce.json");
    let mut command = Command::new(setting.program);
    command.args(["gateway", "--announce"]).arg(&announce);
    command
        .env_clear()
        .env("GATEHOUSE_GATEWAY__WORKERS", "1")
        .env("GATEHOUSE_GATEWAY__LISTEN", "127.0.0.1:0")
        .env("GATEHOUSE_GATEWAY__STATUS_LISTEN", "127.0.0.1:0")
        .env("GATEHOUSE_GATEWAY__DATA_DIR", &data)
        .env(
            "GATEHOUSE_GATEWAY__CONTROL_PLANE",
            format!("http://{control_plane}"),
        );
    if setting.scene.protocol == Protocol::Tls {
        let certificate = Certificate::make(&setting.folder)?;
        command
            .env("GATEHOUSE_GATEWAY__TLS__CERTIFICATE", certificate.chain)
            .env("GATEHOUSE_GATEWAY__TLS__KEY", certificate.key);
    }
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
        process: Some(process),
        address: address("listen")?,
        version: version(setting.program)?,
        status: Some(Status {
            address: address("status_listen")?,
            control_plane,
        }),
    })
}

fn version(program: &std::path::Path) -> anyhow::Result<String> {
    let output = Command::new(program).arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A fast answer proves nothing by itself: the figures count only if the configuration was a signed snapshot, every call was
/// recorded, and the refused ones were refused for the right reason.
pub(super) fn judge(
    status: &Status,
    scene: &Scene,
    hash: StateHash,
    tallies: &[Tally],
) -> anyhow::Result<()> {
    let sum = |count: &dyn Fn(&Tally) -> u64| tallies.iter().map(count).sum::<u64>();
    let answered = sum(&Tally::total);
    let page = wait::until("the gateway counts every call", COUNTED_WITHIN, || {
        let page = Metrics::get(status.address)?;
        Ok((page.sum("gatehouse_calls_total", None) >= answered).then_some(page))
    })?;
    ensure!(
        page.sum("gatehouse_config_seq", None) == scene::FIRST.seq,
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
    // The control plane comes back and is sent what the gateway has kept: one record for each call.
    let control_plane = ControlPlane::start_at(status.control_plane, scene::FIRST, hash)?;
    let shipped = wait::until("every record is handed over", SHIPPED_WITHIN, || {
        let records = control_plane.records();
        Ok((records >= answered).then_some(records))
    });
    let shipped = shipped.with_context(|| format!("{} of {answered}", control_plane.records()))?;
    ensure!(shipped == answered, "{shipped} records of {answered} calls");
    Ok(())
}
