//! How much memory this process has held, as Linux counts it (proc(5): `clear_refs`, `VmHWM`).

/// Begins to count anew, after free memory was given back.
pub(super) fn forget_peak() {
    gatehouse_os::return_free_memory();
    // Where it cannot be reset the peak is that of the whole run.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most held since, in bytes; `None` where nobody counts.
pub(super) fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
