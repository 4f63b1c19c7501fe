//! The processes under measurement: started on their own core, read through /proc, ended with this program.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use gatehouse_os::{Signal, die_with_parent, kill, kill_group, own_process_group};

use crate::machine::Cores;
use crate::wait;

const ENDS_WITHIN: Duration = Duration::from_secs(30);
/// Ticks of /proc/PID/stat in a second; fixed in the kernel's interface to user space.
const TICKS_PER_S: f64 = 100.0;

type Job = (Command, Sender<std::io::Result<Child>>);

/// Starts processes from one thread, because both the core and the signal at the parent's death are inherited from the
/// thread that forks.
#[derive(Debug, Clone)]
pub(crate) struct Starter {
    jobs: Sender<Job>,
}

impl Starter {
    pub(crate) fn new(cores: Cores) -> anyhow::Result<Self> {
        let (jobs, queue) = channel::<Job>();
        let (ready, pinned) = channel();
        std::thread::Builder::new()
            .name("starter".to_owned())
            .spawn(move || {
                let _ = ready.send(cores.enter_proxy());
                for (mut command, reply) in queue {
                    let _ = reply.send(command.spawn());
                }
            })?;
        pinned.recv()??;
        Ok(Self { jobs })
    }

    /// Starts it with both output streams in `log`.
    pub(crate) fn start(&self, mut command: Command, log: &Path) -> anyhow::Result<Process> {
        let name = Path::new(command.get_program())
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let file = File::create(log)?;
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        // Asked, not killed: a proxy whose first process is killed leaves its workers behind.
        own_process_group(&mut command);
        die_with_parent(&mut command, Signal::Terminate);
        let (reply, answer) = channel();
        let began = Instant::now();
        self.jobs
            .send((command, reply))
            .map_err(|_| anyhow!("the starting thread is gone"))?;
        let child = answer.recv()?.with_context(|| format!("starting {name}"))?;
        Ok(Process {
            name,
            child,
            log: log.to_owned(),
            began,
        })
    }
}

/// A running process. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    log: std::path::PathBuf,
    began: Instant,
}

impl Process {
    /// Fails with the end of its log when it has ended by itself.
    pub(crate) fn assert_running(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                let lines: Vec<&str> = log.lines().rev().take(20).collect();
                let lines: Vec<&str> = lines.into_iter().rev().collect();
                bail!("{} ended with {status}:\n{}", self.name, lines.join("\n"))
            }
        }
    }

    /// For how long it has run.
    pub(crate) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// Asks it to end in order and waits.
    pub(crate) fn terminate(mut self) -> anyhow::Result<()> {
        kill(self.child.id(), Signal::Terminate)?;
        let what = format!("{} ends", self.name);
        wait::until(&what, ENDS_WITHIN, || Ok(self.child.try_wait()?)).map(drop)
    }

    /// CPU time and memory of it and its children.
    pub(crate) fn reading(&self) -> Reading {
        let mut reading = Reading::default();
        let mut pids = vec![self.child.id().to_string()];
        while let Some(pid) = pids.pop() {
            reading.add(Path::new("/proc"), &pid, &mut pids);
        }
        reading
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // With its workers, when it has some; what has ended in order is gone already.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_group(self.child.id(), Signal::Kill);
        }
        let _ = self.child.wait();
    }
}

/// What /proc says about a process and its children.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    /// On a core, nanoseconds, from schedstat: exact, unlike the ticks.
    pub(crate) cpu_ns: u64,
    pub(crate) user_s: f64,
    pub(crate) system_s: f64,
    pub(crate) rss_bytes: u64,
}

impl Reading {
    fn add(&mut self, proc: &Path, pid: &str, children: &mut Vec<String>) {
        let folder = proc.join(pid);
        let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
        let tasks = fs::read_dir(folder.join("task"))
            .into_iter()
            .flatten()
            .flatten();
        for task in tasks.map(|task| task.path()) {
            let schedstat = read(&task.join("schedstat"));
            let on_cpu = schedstat.split_whitespace().next();
            self.cpu_ns += on_cpu.and_then(|ns| ns.parse().ok()).unwrap_or(0);
            let listed = read(&task.join("children"));
            children.extend(listed.split_whitespace().map(str::to_owned));
        }
        let stat = read(&folder.join("stat"));
        // The name is in brackets and may hold anything; utime and stime are fields 14 and 15 (proc(5)).
        let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = |place: usize| {
            fields
                .get(place)
                .and_then(|field| field.parse::<f64>().ok())
        };
        self.user_s += ticks(11).unwrap_or(0.0) / TICKS_PER_S;
        self.system_s += ticks(12).unwrap_or(0.0) / TICKS_PER_S;
        let status = read(&folder.join("status"));
        let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = rss.and_then(|rss| rss.trim().trim_end_matches(" kB").parse().ok());
        self.rss_bytes += kilobytes.unwrap_or(0u64) * 1024;
    }
}
