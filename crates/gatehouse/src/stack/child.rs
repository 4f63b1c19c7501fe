//! One supervised child process: started, watched, restarted with a growing pause, stopped in order.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use gatehouse_os::{Signal, die_with_parent, kill, own_process_group};
use gatehouse_runtime::Supervisor;
use tokio::sync::watch;

use crate::output;

/// How to start a role.
#[derive(Debug, Clone)]
pub(crate) struct ChildSpec {
    /// Prefix of its log lines.
    pub(crate) name: String,
    /// Arguments of this executable.
    pub(crate) args: Vec<String>,
    /// Variables it gets besides the supervisor's own. Which database is used is said here alone.
    pub(crate) env: BTreeMap<String, String>,
    /// Whether the supervisor's own settings are kept from it.
    pub(crate) isolated: bool,
    /// Where it writes its addresses once it is ready.
    pub(crate) announce: PathBuf,
    /// Where its lines go; without a file they are passed on.
    pub(crate) log: Option<PathBuf>,
}

/// What is known of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Starting,
    Ready,
    Stopped,
}

/// A supervised child.
pub(crate) struct Child {
    spec: ChildSpec,
    wanted: watch::Sender<bool>,
    state: watch::Receiver<State>,
}

/// First pause before a restart; it doubles up to the second.
const PAUSE_FIRST: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// A child that lived this long starts over with the first pause.
const STEADY: Duration = Duration::from_secs(30);

impl Child {
    /// Starts a child and keeps it running until it is stopped or the supervisor ends.
    pub(crate) fn start(spec: ChildSpec, supervisor: &Supervisor) -> Self {
        let (wanted, wanted_seen) = watch::channel(true);
        let (state_set, state) = watch::channel(State::Starting);
        let watched = spec.clone();
        supervisor.spawn_job("child", async move {
            keep(watched, wanted_seen, state_set).await
        });
        Self {
            spec,
            wanted,
            state,
        }
    }

    /// Waits until the child has announced itself.
    pub(crate) async fn ready(&mut self, within: Duration) -> anyhow::Result<()> {
        let name = self.spec.name.clone();
        tokio::time::timeout(within, self.state.wait_for(|state| *state == State::Ready))
            .await
            .with_context(|| {
                format!(
                    "{name} is not ready after {} s; its log lines say why",
                    within.as_secs()
                )
            })?
            .with_context(|| format!("{name} is no longer watched"))?;
        Ok(())
    }

    /// Asks the child to end and waits for it.
    pub(crate) async fn stop(&mut self) {
        self.wanted.send_replace(false);
        // An error means that its keeper is gone, and the child with it.
        let _ = self.state.wait_for(|state| *state == State::Stopped).await;
    }

    /// Starts a stopped child again.
    pub(crate) fn resume(&self) {
        self.wanted.send_replace(true);
    }
}

async fn keep(spec: ChildSpec, mut wanted: watch::Receiver<bool>, state: watch::Sender<State>) {
    let mut pause = PAUSE_FIRST;
    loop {
        if !*wanted.borrow_and_update() {
            state.send_replace(State::Stopped);
            if wanted.wait_for(|wanted| *wanted).await.is_err() {
                return;
            }
            state.send_replace(State::Starting);
        }
        let started = Instant::now();
        match run_once(&spec, &mut wanted, &state).await {
            // Nobody holds the child any more: the start it belonged to was given up.
            Ok(_) if wanted.has_changed().is_err() => return,
            Ok(how) if *wanted.borrow() => {
                output::talk(format!("{} ended ({how}); starting it again", spec.name))
            }
            Ok(_) => continue,
            Err(error) => output::talk(format!("{} cannot be started: {error:#}", spec.name)),
        }
        state.send_replace(State::Starting);
        pause = if started.elapsed() > STEADY {
            PAUSE_FIRST
        } else {
            (pause * 2).min(PAUSE_MAX)
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            changed = wanted.changed() => if changed.is_err() { return },
        }
    }
}

async fn run_once(
    spec: &ChildSpec,
    wanted: &mut watch::Receiver<bool>,
    state: &watch::Sender<State>,
) -> anyhow::Result<String> {
    let _ = std::fs::remove_file(&spec.announce);
    let mut child = spawn(spec)?;
    let pid = child.id();
    if spec.log.is_none() {
        forward_lines(&spec.name, child.stdout.take())?;
        forward_lines(&spec.name, child.stderr.take())?;
    }
    let mut exit = tokio::task::spawn_blocking(move || child.wait());
    let mut asked_at: Option<Instant> = None;
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    loop {
        tokio::select! {
            status = &mut exit => return Ok(status.context("waiting for a child")?.context("waiting for a child")?.to_string()),
            _ = tick.tick() => {}
        }
        if *state.borrow() == State::Starting && spec.announce.exists() {
            state.send_replace(State::Ready);
        }
        let stop = wanted.has_changed().is_err() || !*wanted.borrow();
        match asked_at {
            None if stop => {
                asked_at = Some(Instant::now());
                let _ = kill(pid, Signal::Terminate);
            }
            Some(at) if at.elapsed() > Duration::from_secs(25) => {
                let _ = kill(pid, Signal::Kill);
            }
            _ => {}
        }
    }
}

/// The parent-death signal follows the thread that forked, so one thread that never ends does all of it.
fn spawn(spec: &ChildSpec) -> anyhow::Result<std::process::Child> {
    type Job = (Command, Sender<std::io::Result<std::process::Child>>);
    static PARENT: std::sync::OnceLock<Sender<Job>> = std::sync::OnceLock::new();
    let parent = PARENT.get_or_init(|| {
        let (jobs, queue): (Sender<Job>, Receiver<Job>) = channel();
        std::thread::spawn(move || {
            for (mut command, reply) in queue {
                let _ = reply.send(command.spawn());
            }
        });
        jobs
    });
    let mut command = Command::new(std::env::current_exe().context("finding this executable")?);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let names_database = matches!(&*name, "DATABASE_URL" | "DATABASE_URL_FILE");
        if names_database || spec.isolated && name.starts_with("GATEHOUSE_") {
            command.env_remove(&*name);
        }
    }
    command
        .args(&spec.args)
        .arg("--announce")
        .arg(&spec.announce)
        .envs(&spec.env);
    let lines = || match &spec.log {
        None => Ok(Stdio::piped()),
        Some(log) => File::options()
            .create(true)
            .append(true)
            .open(log)
            .map(Stdio::from)
            .with_context(|| format!("opening {}", log.display())),
    };
    command
        .stdin(Stdio::null())
        .stdout(lines()?)
        .stderr(lines()?);
    own_process_group(&mut command);
    die_with_parent(&mut command, Signal::Terminate);
    let (reply, answer) = channel();
    if parent.send((command, reply)).is_err() {
        bail!("the thread that starts children has ended");
    }
    answer
        .recv()
        .context("starting a child")?
        .with_context(|| format!("starting {}", spec.name))
}

/// Passes a child's lines on with its name in front.
fn forward_lines(name: &str, stream: Option<impl Read + Send + 'static>) -> anyhow::Result<()> {
    let Some(stream) = stream else { return Ok(()) };
    let name = name.to_owned();
    std::thread::Builder::new()
        .name(format!("{name} lines"))
        .spawn(move || {
            let mut lines = BufReader::new(stream);
            let mut line = Vec::new();
            while lines
                .read_until(b'\n', &mut line)
                .is_ok_and(|length| length > 0)
            {
                output::talk(format!(
                    "{name:<9} | {}",
                    String::from_utf8_lossy(&line).trim_end()
                ));
                line.clear();
            }
        })
        .context("starting a thread for a child's lines")?;
    Ok(())
}
