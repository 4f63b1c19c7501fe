//! What is measured: the gateway, the reference, and the proxies that are installed.

mod gateway;
mod metrics;
mod reference;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::generator::Tally;
use crate::keys::{Fate, KeyRing};
use crate::process::{Process, Starter};
use crate::scene::Scene;

/// One kind of plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plane {
    Gateway,
    Reference,
}

impl Plane {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gatehouse",
            Self::Reference => "reference",
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
}

/// A started plane.
pub(crate) struct Running {
    pub(crate) plane: Plane,
    pub(crate) process: Process,
    /// Where it is called.
    pub(crate) address: SocketAddr,
    pub(crate) version: String,
    /// Where the gateway shows its metrics.
    status: Option<SocketAddr>,
}

impl Plane {
    pub(crate) fn start(self, setting: &Setting<'_>) -> anyhow::Result<Running> {
        std::fs::create_dir_all(&setting.folder)?;
        match self {
            Self::Gateway => gateway::start(setting),
            Self::Reference => reference::start(setting),
        }
    }
}

impl Running {
    /// Fails unless every call of the load had the answer it should have. `before` is what was answered earlier.
    pub(crate) fn judge(&self, tally: &Tally) -> anyhow::Result<()> {
        let right = |fate: Fate| match (fate, self.plane) {
            (Fate::Good, _) => tally.count(fate, 200),
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
    pub(crate) fn judge_whole(&self, scene: &Scene, tallies: &[Tally]) -> anyhow::Result<()> {
        match self.status {
            Some(status) => gateway::judge(status, scene, tallies),
            None => Ok(()),
        }
    }
}
