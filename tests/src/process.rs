//! One operating system process under test: started, killed, stopped, started again, its words kept.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use gatehouse_os::{Signal, die_with_parent, kill};
use serde_json::Value;

use crate::wait::{PATIENCE, eventually_blocking};

/// How to start it, every time.
#[derive(Debug, Clone)]
pub struct Plan {
    pub name: String,
    pub program: PathBuf,
    pub args: Vec<String>,
    /// The whole environment besides `PATH` and `HOME`: nothing of the developer's own settings gets through.
    pub env: BTreeMap<String, String>,
    /// Both output streams are appended here.
    pub log: PathBuf,
    /// Where it writes its addresses once it is ready.
    pub announce: Option<PathBuf>,
    pub working_dir: PathBuf,
}

/// A process that lives at most as long as this value and the test program.
#[derive(Debug)]
pub struct Process {
    plan: Plan,
    child: Child,
}

impl Process {
    /// Starts it; says nothing about whether it is ready.
    pub fn start(plan: Plan) -> Self {
        if let Some(announce) = &plan.announce {
            let _ = std::fs::remove_file(announce);
        }
        let child = spawn(&plan);
        Self { plan, child }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn name(&self) -> &str {
        &self.plan.name
    }

    /// Changes what the next start gets.
    pub fn plan_mut(&mut self) -> &mut Plan {
        &mut self.plan
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its announcement and gives it. Panics with the log when the process ends instead.
    pub fn ready(&mut self) -> Value {
        let what = format!("{} becomes ready", self.plan.name);
        let announce = self
            .plan
            .announce
            .clone()
            .expect("a process that announces itself");
        let log = self.plan.log.clone();
        let child = &mut self.child;
        eventually_blocking(PATIENCE, &what, || {
            if let Ok(bytes) = std::fs::read(&announce)
                && let Ok(value) = serde_json::from_slice(&bytes)
            {
                return Ok(value);
            }
            if let Ok(Some(status)) = child.try_wait() {
                panic!("{what}: it ended with {status}:\n{}", tail(&log));
            }
            Err(tail(&log))
        })
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill9(&mut self) {
        self.child.kill().expect("a child of ours");
        self.child.wait().expect("a child of ours");
    }

    /// Sends any signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.child.id(), signal).expect("a child of ours");
    }

    /// SIGTERM, and waits for the end.
    pub fn terminate(&mut self) -> ExitStatus {
        if let Ok(Some(status)) = self.child.try_wait() {
            return status;
        }
        self.signal(Signal::Terminate);
        self.ended(PATIENCE)
    }

    /// SIGTERM, and SIGKILL for what does not end in time: for what a failing test leaves behind, which must not fail again.
    pub fn end(&mut self) {
        if !self.is_running() {
            return;
        }
        let _ = kill(self.child.id(), Signal::Terminate);
        let (_never, pause) = std::sync::mpsc::channel::<()>();
        let began = Instant::now();
        while self.is_running() && began.elapsed() < PATIENCE {
            let _ = pause.recv_timeout(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for the end.
    pub fn ended(&mut self, within: Duration) -> ExitStatus {
        let what = format!("{} ends", self.plan.name);
        let log = self.plan.log.clone();
        let child = &mut self.child;
        eventually_blocking(within, &what, || match child.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err(format!("still running\n{}", tail(&log))),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Starts it again with the same plan, as a new process.
    pub fn start_again(&mut self) {
        assert!(!self.is_running(), "{} still runs", self.plan.name);
        *self = Self::start(self.plan.clone());
    }

    /// Starts a successor with one more argument, which takes over, and waits until it is ready and this one has ended by
    /// itself. The successor is then this process.
    pub fn hand_over(&mut self, argument: &str) -> ExitStatus {
        let mut plan = self.plan.clone();
        plan.args.push(argument.to_owned());
        let mut successor = Self::start(plan);
        successor.ready();
        successor.plan.args.pop();
        std::mem::replace(self, successor).ended(PATIENCE)
    }

    /// Everything it has written since its first start.
    pub fn log(&self) -> String {
        read(&self.plan.log)
    }

    /// Memory in RAM, bytes (proc(5), VmRSS).
    pub fn rss_bytes(&self) -> u64 {
        let status = read(Path::new(&format!("/proc/{}/status", self.pid())));
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .expect("VmRSS");
        let kilobytes: u64 = line
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .expect("a number");
        kilobytes * 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}

/// The last lines of a log, for messages.
pub fn tail(path: &Path) -> String {
    let text = read(path);
    let lines: Vec<_> = text.lines().rev().take(40).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// The environment a process under test gets of ours: where programs and caches are, nothing else.
pub fn inherited() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    ["PATH", "HOME", "XDG_CACHE_HOME", "TMPDIR"]
        .into_iter()
        .filter_map(|name| {
            std::env::vars_os()
                .find(|(found, _)| found == name)
                .map(|(_, value)| (name, value))
        })
}

/// The parent-death signal follows the thread that forked, so one thread that never ends does all of it.
fn spawn(plan: &Plan) -> Child {
    type Job = (Command, Sender<std::io::Result<Child>>);
    static PARENT: OnceLock<Sender<Job>> = OnceLock::new();
    let parent = PARENT.get_or_init(|| {
        let (jobs, queue) = channel::<Job>();
        std::thread::Builder::new()
            .name("processes-under-test".to_owned())
            .spawn(move || {
                for (mut command, reply) in queue {
                    let _ = reply.send(command.spawn());
                }
            })
            .expect("a thread for the processes under test");
        jobs
    });
    let log = open_log(&plan.log);
    let mut command = Command::new(&plan.program);
    command
        .args(&plan.args)
        .env_clear()
        .envs(inherited())
        .envs(&plan.env);
    if let Some(announce) = &plan.announce {
        command.arg("--announce").arg(announce);
    }
    command.current_dir(&plan.working_dir).stdin(Stdio::null());
    command
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log);
    die_with_parent(&mut command, Signal::Kill);
    let (reply, answer) = channel();
    parent.send((command, reply)).expect("the thread lives");
    let started = answer.recv().expect("the thread lives");
    started.unwrap_or_else(|error| panic!("starting {}: {error}", plan.name))
}

fn open_log(path: &Path) -> File {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
