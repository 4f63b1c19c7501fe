//! A run: every case, its planes side by side, their repeats interleaved.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

use crate::backend::Backend;
use crate::cases::Case;
use crate::generator::{Load, Tally};
use crate::machine::{Cores, Machine};
use crate::measure::{self, Sample};
use crate::planes::{Plane, Running, Setting};
use crate::process::Starter;
use crate::report::{self, Row};

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
        let built = scene.build()?;
        let mut measured: Vec<Measured> = Vec::new();
        for plane in case.planes.iter().filter(|plane| wanted.contains(plane)) {
            let setting = Setting {
                starter: &self.starter,
                program: &self.program,
                folder: folder.path().join(plane.name()),
                scene: &scene,
                keys: &built.keys,
                snapshot: &built.snapshot,
            };
            let running = plane.start(&setting);
            measured.push(Measured {
                running: running.with_context(|| format!("starting {}", plane.name()))?,
                samples: Vec::new(),
                tallies: Vec::new(),
            });
        }
        let request = case.request(built.keys.key_bytes());
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
                let sample = measure::repeat(plane, &load, &self.backend)
                    .with_context(|| format!("{} {name}", case.name))?;
                plane.samples.push(sample);
                report::progress(case.name, name, &sample);
            }
        }
        for plane in &measured {
            plane.running.judge_whole(&scene, &plane.tallies)?;
        }
        let rows = report::rows(case.name, &measured);
        for plane in measured {
            plane.running.process.terminate()?;
        }
        Ok(rows)
    }
}

/// A plane and what was measured of it.
pub(crate) struct Measured {
    pub(crate) running: Running,
    pub(crate) samples: Vec<Sample>,
    /// Of every load since it was started.
    pub(crate) tallies: Vec<Tally>,
}
