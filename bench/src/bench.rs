//! A run: every case, its planes side by side, their repeats interleaved.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;

use crate::backend::Backend;
use crate::cases::Case;
use crate::generator::{Load, Request, Tally};
use crate::machine::{Cores, Machine};
use crate::measure::{self, Sample};
use crate::planes::{Plane, Running, Setting};
use crate::process::{Process, Starter};
use crate::report::{self, Row};
use crate::scene::{self, Built, Scene};

/// How long and how often.
#[derive(Debug, Clone)]
pub(crate) struct Effort {
    pub(crate) repeats: usize,
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// What a run needs.
pub(crate) struct Bench {
    starter: Starter,
    backend: Backend,
    pub(crate) machine: Machine,
    program: PathBuf,
    effort: Effort,
}

impl Bench {
    pub(crate) fn new(program: &Path, effort: Effort) -> anyhow::Result<Self> {
        gatehouse_os::raise_nofile_limit()?;
        let machine = Machine::look();
        let cores = Cores::of_machine()?;
        let starter = Starter::new(cores)?;
        cores.enter_client()?;
        Ok(Self {
            starter,
            backend: Backend::start()?,
            machine,
            program: program.to_owned(),
            effort,
        })
    }

    /// Runs a case; planes that are not in `wanted` are left out.
    pub(crate) fn run(&self, case: &Case, wanted: &[Plane]) -> anyhow::Result<Vec<Row>> {
        let folder = tempfile::tempdir().context("making a folder for the planes")?;
        let scene = case.scene(self.backend.address);
        let built = scene.build(scene::FIRST)?;
        let mut measured: Vec<Measured> = Vec::new();
        for plane in case
            .planes
            .iter()
            .filter(|plane| **plane == Plane::Direct || wanted.contains(plane))
        {
            let setting = Setting {
                starter: &self.starter,
                program: &self.program,
                folder: folder.path().join(plane.name()),
                scene: &scene,
                keys: &built.keys,
                snapshot: &built.snapshot,
                control_plane: None,
            };
            let running = plane.start(&setting);
            measured.push(Measured {
                running: running.with_context(|| format!("starting {}", plane.name()))?,
                samples: Vec::new(),
                tallies: Vec::new(),
            });
        }
        let request = case.request(built.keys.key_bytes())?;
        for repeat in 0..self.effort.repeats {
            for plane in &mut measured {
                let load = Load {
                    address: plane.running.address,
                    keys: &built.keys,
                    request: &request,
                    mix: case.mix,
                    pace: case.pace,
                    connections: case.connections,
                    warm_up: self.effort.warm_up,
                    measured: self.effort.measured,
                    seed: 1 + repeat as u64,
                };
                let name = plane.running.plane.name();
                let sample = measure::repeat(plane, &load, case.parts, &self.backend)
                    .with_context(|| format!("{} {name}", case.name))?;
                plane.samples.push(sample);
                report::progress(case.name, name, &sample);
            }
        }
        for plane in &measured {
            plane
                .running
                .judge_whole(&scene, built.hash, &plane.tallies)?;
        }
        let rows = report::rows(case.name, &measured);
        for plane in measured {
            plane.running.process.map_or(Ok(()), Process::terminate)?;
        }
        Ok(rows)
    }
}

/// A gateway that is measured by itself.
pub(crate) struct Alone<'a> {
    bench: &'a Bench,
    folder: TempDir,
    request: Request,
    pub(crate) scene: Scene,
    pub(crate) built: Built,
    pub(crate) control_plane: Option<SocketAddr>,
    running: Option<Running>,
}

impl<'a> Alone<'a> {
    /// Makes what it will load.
    pub(crate) fn build(bench: &'a Bench, case: &Case) -> anyhow::Result<Self> {
        let scene = case.scene(bench.backend.address);
        let built = scene.build(scene::FIRST)?;
        Ok(Self {
            bench,
            folder: tempfile::tempdir()?,
            request: case.request(built.keys.key_bytes())?,
            scene,
            built,
            control_plane: None,
            running: None,
        })
    }

    pub(crate) fn start(&mut self, plane: Plane) -> anyhow::Result<()> {
        self.running = Some(plane.start(&Setting {
            starter: &self.bench.starter,
            program: &self.bench.program,
            folder: self.folder.path().join(plane.name()),
            scene: &self.scene,
            keys: &self.built.keys,
            snapshot: &self.built.snapshot,
            control_plane: self.control_plane,
        })?);
        Ok(())
    }

    pub(crate) fn running(&self) -> anyhow::Result<&Running> {
        self.running.as_ref().context("the gateway is not started")
    }

    /// The load of a case, for so long.
    pub(crate) fn load(&self, case: &Case, measured: Duration) -> anyhow::Result<Load<'_>> {
        Ok(Load {
            address: self.running()?.address,
            keys: &self.built.keys,
            request: &self.request,
            mix: case.mix,
            pace: case.pace,
            connections: case.connections,
            warm_up: self.bench.effort.warm_up,
            measured,
            seed: 1,
        })
    }
}

/// A plane and what was measured of it.
pub(crate) struct Measured {
    pub(crate) running: Running,
    pub(crate) samples: Vec<Sample>,
    /// Of every load since it was started.
    pub(crate) tallies: Vec<Tally>,
}
