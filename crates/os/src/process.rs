//! Signals to other processes, and whether they live.

use std::io;

/// The signals Gatehouse sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    Hangup,
    Interrupt,
    Quit,
    Kill,
    Terminate,
    Stop,
    Continue,
}

impl Signal {
    /// The number of this platform.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Hangup => libc::SIGHUP,
            Self::Interrupt => libc::SIGINT,
            Self::Quit => libc::SIGQUIT,
            Self::Kill => libc::SIGKILL,
            Self::Terminate => libc::SIGTERM,
            Self::Stop => libc::SIGSTOP,
            Self::Continue => libc::SIGCONT,
        }
    }
}

/// Sends a signal to one process. Errors: `InvalidInput` for a pid that kill(2) would read as a group
/// or as everybody, NotFound-like `ESRCH` when it is gone, `EPERM` when it is not ours.
pub fn kill(pid: u32, signal: Signal) -> io::Result<()> {
    let pid = one_process(pid)?;
    // SAFETY: kill takes two numbers by value; `pid` is above 0, so it names one process.
    answer(unsafe { libc::kill(pid, signal.number()) })
}

/// Sends a signal to every process of the group led by `leader`.
pub fn kill_group(leader: u32, signal: Signal) -> io::Result<()> {
    let leader = one_process(leader)?;
    if leader == 1 {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "process group 1 is never ours",
        ));
    }
    // SAFETY: killpg takes two numbers by value; `leader` is above 1.
    answer(unsafe { libc::killpg(leader, signal.number()) })
}

/// Whether a process with this id runs. A zombie, which has ended but was not reaped, does not.
#[must_use]
pub fn pid_alive(pid: u32) -> bool {
    let Ok(number) = one_process(pid) else {
        return false;
    };
    // SAFETY: signal 0 is never delivered, it only asks; `number` is above 0.
    let result = answer(unsafe { libc::kill(number, 0) });
    let exists = match result {
        Ok(()) => true,
        Err(error) => error.raw_os_error() == Some(libc::EPERM),
    };
    exists && !is_zombie(pid)
}

/// The state letter follows the command name, which is in brackets and may hold anything (proc(5)).
fn is_zombie(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    let state = stat
        .rsplit_once(')')
        .and_then(|(_, rest)| rest.trim_start().chars().next());
    matches!(state, Some('Z' | 'X'))
}

fn one_process(pid: u32) -> io::Result<libc::pid_t> {
    match libc::pid_t::try_from(pid) {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not the id of one process",
        )),
    }
}

fn answer(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_is_alive_until_it_ends_and_a_zombie_is_not() {
        assert!(pid_alive(std::process::id()));
        let mut child = Command::new("sleep")
            .arg("600")
            .spawn()
            .expect("sleep starts");
        let pid = child.id();
        assert!(pid_alive(pid));
        kill(pid, Signal::Kill).expect("our child");
        // Not yet reaped: the id exists, the process does not.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while pid_alive(pid) {
            assert!(
                std::time::Instant::now() < deadline,
                "a killed child still counts as alive"
            );
            std::thread::yield_now();
        }
        assert_eq!(child.wait().expect("reaped").signal(), Some(libc::SIGKILL));
        assert!(!pid_alive(pid));
    }

    #[test]
    fn ids_that_mean_many_processes_are_refused() {
        for pid in [0, u32::MAX, i32::MAX as u32 + 1] {
            let refused = kill(pid, Signal::Continue).expect_err("a group or everybody");
            assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
            assert!(!pid_alive(pid));
        }
        assert!(kill_group(1, Signal::Continue).is_err());
    }

    #[test]
    fn a_group_signal_reaches_the_children_of_the_leader() {
        let mut leader = Command::new("sh")
            .args(["-c", "sleep 600 & wait"])
            .process_group(0)
            .spawn()
            .expect("sh starts");
        kill_group(leader.id(), Signal::Terminate).expect("our group");
        assert_eq!(leader.wait().expect("reaped").signal(), Some(libc::SIGTERM));
    }
}
