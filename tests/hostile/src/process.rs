//! What a process holds, by what the kernel says.

use std::path::PathBuf;

fn proc(pid: Option<u32>) -> PathBuf {
    let name = pid.map_or_else(|| "self".to_owned(), |pid| pid.to_string());
    PathBuf::from("/proc").join(name)
}

/// Bytes of memory in use, of this process when none is named.
#[must_use]
pub fn resident_bytes(pid: Option<u32>) -> u64 {
    let status = std::fs::read_to_string(proc(pid).join("status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// Open descriptors.
#[must_use]
pub fn open_files(pid: Option<u32>) -> usize {
    std::fs::read_dir(proc(pid).join("fd")).map_or(0, Iterator::count)
}
