//! How a second terminal stops and starts parts of the running demo: two small files in its folder.
//!
//! `control.wanted` is written by whoever asks, `control.state` by the supervisor once it is so. Files need neither a port
//! nor a path short enough for a socket, and the folder lets nobody else in.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use crate::cli::{DemoCommand, DemoPart};
use crate::output;
use crate::stack::{Claim, claim, remove};

const WANTED: &str = "control.wanted";
const STATE: &str = "control.state";
const POLL: Duration = Duration::from_millis(100);
/// Longest wait for the supervisor to do it: roles drain up to 25 s each.
const DONE_WITHIN: Duration = Duration::from_secs(90);

/// What the control plane should do, or does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ControlPlane {
    Runs,
    Stopped,
}

impl ControlPlane {
    fn word(self) -> &'static str {
        match self {
            Self::Runs => "control-plane runs",
            Self::Stopped => "control-plane stopped",
        }
    }

    fn read(path: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(path).ok()?;
        [Self::Runs, Self::Stopped]
            .into_iter()
            .find(|state| state.word() == text.trim())
    }

    fn write(self, folder: &Path, name: &str) -> anyhow::Result<()> {
        let aside = folder.join(format!("{name}.{}", std::process::id()));
        std::fs::write(&aside, self.word())
            .and_then(|()| std::fs::rename(&aside, folder.join(name)))
            .with_context(|| format!("writing {name} in {}", folder.display()))
    }
}

/// The supervisor's side.
pub(super) struct Control {
    folder: PathBuf,
    state: ControlPlane,
}

impl Control {
    /// Begins with a running control plane; what an earlier start left is forgotten.
    pub(super) fn begin(folder: &Path) -> anyhow::Result<Self> {
        remove(&folder.join(WANTED))?;
        let mut control = Self {
            folder: folder.to_owned(),
            state: ControlPlane::Runs,
        };
        control.report(ControlPlane::Runs)?;
        Ok(control)
    }

    /// Waits until something else is wanted than what is.
    pub(super) async fn wanted(&self) -> ControlPlane {
        let mut ticks = interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match ControlPlane::read(&self.folder.join(WANTED)) {
                Some(wanted) if wanted != self.state => return wanted,
                _ => {}
            }
        }
    }

    /// Says that it is so.
    pub(super) fn report(&mut self, state: ControlPlane) -> anyhow::Result<()> {
        self.state = state;
        state.write(&self.folder, STATE)
    }
}

/// `gatehouse demo stop|start control-plane`.
pub(super) async fn ask(data_dir: &Path, command: &DemoCommand) -> anyhow::Result<ExitCode> {
    let (wanted, done) = match command {
        DemoCommand::Stop {
            part: DemoPart::ControlPlane,
        } => (
            ControlPlane::Stopped,
            "Admin API, portal and database are stopped; the gateway goes on with what it holds. \
             Start them again with: gatehouse demo start control-plane",
        ),
        DemoCommand::Start {
            part: DemoPart::ControlPlane,
        } => (ControlPlane::Runs, "Admin API, portal and database run."),
    };
    let folder = match data_dir.canonicalize() {
        Ok(folder) if is_running(&folder)? => folder,
        _ => bail!(
            "no demo runs on {}; start one with: gatehouse demo",
            data_dir.display()
        ),
    };
    wanted.write(&folder, WANTED)?;
    let deadline = Instant::now() + DONE_WITHIN;
    while ControlPlane::read(&folder.join(STATE)) != Some(wanted) {
        if !is_running(&folder)? {
            bail!("the demo ended meanwhile");
        }
        if Instant::now() > deadline {
            bail!(
                "it takes longer than {} s; the demo's log says why",
                DONE_WITHIN.as_secs()
            );
        }
        sleep(POLL).await;
    }
    output::talk(done);
    Ok(ExitCode::SUCCESS)
}

/// Whether a demo holds the folder and has greeted. Looking takes no lock that a start could trip over for long.
fn is_running(folder: &Path) -> anyhow::Result<bool> {
    if !folder.join("lock").exists() {
        return Ok(false);
    }
    Ok(matches!(claim(folder)?, Claim::Theirs(Some(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_wanted_is_noticed_once_and_told_when_done() {
        let folder = tempfile::tempdir().unwrap();
        ControlPlane::Stopped.write(folder.path(), WANTED).unwrap();
        let mut control = Control::begin(folder.path()).unwrap();
        let state = || ControlPlane::read(&folder.path().join(STATE));
        assert_eq!(
            state(),
            Some(ControlPlane::Runs),
            "what was wanted before the start is void"
        );

        ControlPlane::Stopped.write(folder.path(), WANTED).unwrap();
        assert_eq!(control.wanted().await, ControlPlane::Stopped);
        assert_eq!(state(), Some(ControlPlane::Runs), "not yet done");
        control.report(ControlPlane::Stopped).unwrap();
        assert_eq!(state(), Some(ControlPlane::Stopped));
        let nothing_more = tokio::time::timeout(POLL * 3, control.wanted()).await;
        assert!(nothing_more.is_err());
        ControlPlane::Runs.write(folder.path(), WANTED).unwrap();
        assert_eq!(control.wanted().await, ControlPlane::Runs);
    }

    #[tokio::test]
    async fn asking_without_a_running_demo_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let command = DemoCommand::Stop {
            part: DemoPart::ControlPlane,
        };
        assert!(ask(folder.path(), &command).await.is_err());
        assert!(
            !folder.path().join("lock").exists(),
            "nothing is left behind"
        );
        assert!(ask(&folder.path().join("absent"), &command).await.is_err());
    }
}
