//! The machine: which cores are whose, and what disturbed a measurement.

use std::fs;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde::Serialize;

/// Who runs where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    /// The proxy's own core and that of client and backend; `None` on a machine with one core.
    pub(crate) split: Option<(usize, usize)>,
}

impl Cores {
    pub(crate) fn of_machine() -> anyhow::Result<Self> {
        let mine = sched_getaffinity(None)?;
        let usable: Vec<usize> = (0..CpuSet::MAX_CPU)
            .filter(|cpu| mine.is_set(*cpu))
            .collect();
        let split = match usable.as_slice() {
            [first, .., last] => Some((*last, *first)),
            _ => None,
        };
        Ok(Self { split })
    }

    /// Moves this thread, and those it starts from now on, to where the client runs.
    pub(crate) fn enter_client(self) -> anyhow::Result<()> {
        self.split.map_or(Ok(()), |(_, client)| pin(client))
    }

    /// Moves this thread, and the processes it starts from now on, to the proxy's core.
    pub(crate) fn enter_proxy(self) -> anyhow::Result<()> {
        self.split.map_or(Ok(()), |(proxy, _)| pin(proxy))
    }
}

fn pin(cpu: usize) -> anyhow::Result<()> {
    let mut set = CpuSet::new();
    set.set(cpu);
    Ok(sched_setaffinity(None, &set)?)
}

/// What a figure is worth only together with.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) kernel: String,
    pub(crate) commit: String,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let processors = read("/proc/cpuinfo");
        let mut models = processors
            .lines()
            .filter_map(|line| line.strip_prefix("model name"));
        let processor = models.next().unwrap_or_default();
        let processor = processor.trim_start_matches([' ', '\t', ':']).to_owned();
        Self {
            processor,
            cores: models.count() + 1,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            commit: commit(),
        }
    }
}

/// The commit this folder is at, with a mark when files differ from it.
fn commit() -> String {
    let output = std::process::Command::new("git")
        .args(["describe", "--always", "--dirty", "--abbrev=12"])
        .output();
    match output {
        Ok(output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        }
        _ => "unknown".to_owned(),
    }
}

/// Time of all cores since the start, ticks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CoreTime {
    total: u64,
    steal: u64,
}

impl CoreTime {
    pub(crate) fn now() -> Self {
        Self::read(&fs::read_to_string("/proc/stat").unwrap_or_default())
    }

    /// proc(5): user nice system idle iowait irq softirq steal, then guest times that are part of user.
    fn read(stat: &str) -> Self {
        let line = stat.lines().next().unwrap_or_default();
        let ticks: Vec<u64> = line
            .split_whitespace()
            .skip(1)
            .take(8)
            .filter_map(|ticks| ticks.parse().ok())
            .collect();
        Self {
            total: ticks.iter().sum(),
            steal: ticks.get(7).copied().unwrap_or(0),
        }
    }

    /// The share of time since `before` that the hypervisor gave to others.
    pub(crate) fn steal_since(self, before: Self) -> f64 {
        let total = self.total.saturating_sub(before.total).max(1);
        self.steal.saturating_sub(before.steal) as f64 / total as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steal_is_a_share_of_all_time() {
        let before = CoreTime::read("cpu  100 0 50 800 0 0 0 50 7 0\ncpu0 1 2\n");
        let after = CoreTime::read("cpu  200 0 50 880 0 0 0 70 9 0\n");
        assert!((after.steal_since(before) - 0.1).abs() < 1e-9);
    }
}
