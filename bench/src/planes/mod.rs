//! What is measured: the gateway, the reference, and the proxies that are installed.

mod certificate;
mod envoy;
mod gateway;
mod haproxy;
mod metrics;
mod nginx;
mod reference;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use gatehouse_snapshot::state_hash::StateHash;

use crate::generator::Tally;
use crate::keys::{Fate, KeyRing};
use crate::process::{Process, Reading, Starter};
use crate::scene::Scene;

/// How long a peer may take until it listens.
const PORT_WITHIN: Duration = Duration::from_secs(60);

/// One kind of plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plane {
    /// No plane: the client calls the backend.
    Direct,
    Gateway,
    Reference,
    Nginx,
    Haproxy,
    Envoy,
}

impl Plane {
    /// Those that others make.
    pub(crate) const PEERS: [Self; 3] = [Self::Nginx, Self::Haproxy, Self::Envoy];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Gateway => "gatehouse",
            Self::Reference => "reference",
            Self::Nginx => "nginx",
            Self::Haproxy => "haproxy",
            Self::Envoy => "envoy",
        }
    }

    /// Whether it can be started here.
    pub(crate) fn is_installed(self) -> bool {
        match self {
            Self::Direct | Self::Gateway | Self::Reference => true,
            Self::Nginx => nginx::version().is_some(),
            Self::Haproxy => haproxy::version().is_some(),
            Self::Envoy => envoy::version().is_some(),
        }
    }
}

/// What a plane is started with.
pub(crate) struct Setting<'a> {
    pub(crate) starter: &'a Starter,
    /// The gateway's program.
    pub(crate) program: &'a Path,
    /// An empty folder of this plane.
    pub(crate) folder: PathBuf,
    pub(crate) scene: &'a Scene,
    pub(crate) keys: &'a KeyRing,
    pub(crate) snapshot: &'a [u8],
    /// Where the gateway asks for configuration; without one nobody answers it.
    pub(crate) control_plane: Option<SocketAddr>,
}

/// A started plane.
pub(crate) struct Running {
    pub(crate) plane: Plane,
    /// `None` when there is no plane.
    pub(crate) process: Option<Process>,
    /// Where it is called.
    pub(crate) address: SocketAddr,
    pub(crate) version: String,
    /// Of the gateway only.
    status: Option<gateway::Status>,
}

impl Plane {
    pub(crate) fn start(self, setting: &Setting<'_>) -> anyhow::Result<Running> {
        std::fs::create_dir_all(&setting.folder)?;
        match self {
            Self::Direct => Ok(Running::direct(setting.scene.upstream)),
            Self::Gateway => gateway::start(setting),
            Self::Reference => reference::start(setting),
            Self::Nginx => nginx::start(setting),
            Self::Haproxy => haproxy::start(setting),
            Self::Envoy => envoy::start(setting),
        }
    }
}

impl Running {
    fn direct(address: SocketAddr) -> Self {
        Self {
            plane: Plane::Direct,
            process: None,
            address,
            version: String::new(),
            status: None,
        }
    }

    /// What it has used so far.
    pub(crate) fn reading(&self) -> Reading {
        self.process
            .as_ref()
            .map(Process::reading)
            .unwrap_or_default()
    }

    /// Fails when it has ended by itself.
    pub(crate) fn assert_running(&mut self) -> anyhow::Result<()> {
        self.process
            .as_mut()
            .map_or(Ok(()), Process::assert_running)
    }

    /// Fails unless every call of the load had the answer it should have. `before` is what was answered earlier.
    pub(crate) fn judge(&self, tally: &Tally) -> anyhow::Result<()> {
        let right = |fate: Fate| match (fate, self.plane) {
            (Fate::Good, _) | (_, Plane::Direct) => tally.count(fate, 200),
            (Fate::Revoked, _) => tally.count(fate, 401),
            // The first call of each key is within its limit.
            (Fate::OverLimit, Plane::Gateway) => tally.count(fate, 429) + tally.count(fate, 200),
            (Fate::OverLimit, _) => tally.count(fate, 401),
        };
        let name = self.plane.name();
        for fate in Fate::ALL {
            anyhow::ensure!(
                right(fate) == tally.of_fate(fate),
                "{name} answered calls wrongly: {}",
                tally.shown()
            );
        }
        anyhow::ensure!(
            tally.lost == 0,
            "{name} broke {} connections in the middle of a call",
            tally.lost
        );
        anyhow::ensure!(tally.measured > 0, "{name} answered nothing");
        Ok(())
    }

    /// Fails unless the gateway says of itself what the client saw: `tallies` are all loads since it was started.
    pub(crate) fn judge_whole(
        &self,
        scene: &Scene,
        hash: StateHash,
        tallies: &[Tally],
    ) -> anyhow::Result<()> {
        match &self.status {
            Some(status) => gateway::judge(status, scene, hash, tallies),
            None => Ok(()),
        }
    }
}

/// The first line a program says about its version; `None` when there is no such program.
fn version_of(program: &str, flag: &str) -> Option<String> {
    let output = Command::new(program).arg(flag).output().ok()?;
    // nginx tells it on standard error.
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().find(|line| !line.trim().is_empty())?;
    Some(line.trim().to_owned())
}

/// A port for a program that cannot choose one by itself.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

impl Plane {
    /// Starts a peer by its command, which has it listen at `port`, and waits until it does.
    fn begin(
        self,
        setting: &Setting<'_>,
        command: Command,
        port: u16,
        version: Option<String>,
    ) -> anyhow::Result<Running> {
        let mut process = setting
            .starter
            .start(command, &setting.folder.join("log"))?;
        let address =
            listens(&mut process, port).with_context(|| format!("{} listens", self.name()))?;
        Ok(Running {
            plane: self,
            process: Some(process),
            address,
            version: version.unwrap_or_default(),
            status: None,
        })
    }
}

impl Setting<'_> {
    /// Writes the keys as lines of a peer's map; where.
    fn write_keys(&self, line: impl Fn(usize, &str) -> String) -> anyhow::Result<PathBuf> {
        let file = self.folder.join("keys.map");
        self.keys.write(&file, line)?;
        Ok(file)
    }
}

/// Waits until the process takes connections.
fn listens(process: &mut Process, port: u16) -> anyhow::Result<SocketAddr> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    crate::wait::until("it takes connections", PORT_WITHIN, || {
        process.assert_running()?;
        Ok(TcpStream::connect(address).is_ok().then_some(address))
    })
}
