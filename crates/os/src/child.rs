//! Set-up of a child process between fork and exec.
//!
//! Every closure here runs in the forked child of a program with threads, where only
//! async-signal-safe functions are allowed (POSIX fork): no allocation, no locks, plain system calls.
//! `std` runs these closures in the order they were added, after it has changed user and group.

use std::ffi::CStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::process::Signal;
use crate::user::effective_ids;

/// The id a user sees inside [`in_user_namespace`]: `nobody` on Linux.
const NAMESPACE_ID: u32 = 65_534;

/// Sends `signal` to the child when the **thread** that spawned it ends, also by kill -9 of the program.
///
/// Call it last: the kernel forgets the signal when user or namespace change afterwards. Spawn from a
/// thread that lives as long as the child should. For a tokio command pass `command.as_std_mut()`.
/// A parent that is already gone when the child gets here fails the spawn. The signal's default action
/// is restored in the child, which otherwise inherits that a shell's `&` or nohup had it ignored.
pub fn die_with_parent(command: &mut Command, signal: Signal) -> &mut Command {
    restore_default_action(command, signal);
    let parent = std::process::id();
    let set_signal = move || {
        // SAFETY: prctl with PR_SET_PDEATHSIG takes a signal number by value and touches no memory.
        let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal.number()) };
        check(result)?;
        // The parent may have died before the line above took effect; then nobody would signal us.
        // SAFETY: getppid has no arguments and cannot fail.
        let parent_now = unsafe { libc::getppid() };
        if u32::try_from(parent_now) == Ok(parent) {
            Ok(())
        } else {
            Err(io::Error::from_raw_os_error(libc::ESRCH))
        }
    };
    // SAFETY: the closure makes two system calls and builds errors from numbers, without allocating.
    unsafe { command.pre_exec(set_signal) }
}

/// Undoes in the child that the program was started with `signal` ignored (execve(2) keeps that).
pub(crate) fn restore_default_action(command: &mut Command, signal: Signal) -> &mut Command {
    let restore = move || {
        // It fails for the two signals that nobody can ignore, where there is nothing to undo.
        // SAFETY: signal(2) takes two numbers, and SIG_DFL names no code of ours.
        unsafe { libc::signal(signal.number(), libc::SIG_DFL) };
        Ok(())
    };
    // SAFETY: the closure makes one system call and allocates nothing.
    unsafe { command.pre_exec(restore) }
}

/// Puts the child in a process group of its own, so that Ctrl-C on the terminal reaches only the
/// parent, which then stops the child in order.
pub fn own_process_group(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

/// Runs the child as this user and group, with no supplementary groups. Needs root unless the ids
/// are the caller's own; the spawn fails otherwise.
pub fn run_as(command: &mut Command, uid: u32, gid: u32) -> &mut Command {
    // `std` itself calls setgroups(0) before setuid when the caller is root; the test holds it to that.
    command.gid(gid).uid(uid)
}

/// Runs the child in a new user namespace where the caller appears as `nobody` (65534).
///
/// For programs that refuse to run as root over directories only root can reach: files it makes
/// belong to the caller outside. The spawn fails where the kernel or the container forbids user namespaces.
pub fn in_user_namespace(command: &mut Command) -> &mut Command {
    let (uid, gid) = effective_ids();
    let uid_map = format!("{NAMESPACE_ID} {uid} 1").into_bytes();
    let gid_map = format!("{NAMESPACE_ID} {gid} 1").into_bytes();
    let enter_namespace = move || {
        // SAFETY: unshare takes flags by value; the forked child has one thread, as CLONE_NEWUSER asks.
        check(unsafe { libc::unshare(libc::CLONE_NEWUSER) })?;
        // A group map is accepted from an unprivileged writer only with setgroups denied (user_namespaces(7)).
        write_once(c"/proc/self/setgroups", b"deny")?;
        write_once(c"/proc/self/uid_map", &uid_map)?;
        write_once(c"/proc/self/gid_map", &gid_map)
    };
    // SAFETY: the closure makes system calls over memory allocated before the fork and allocates nothing.
    unsafe { command.pre_exec(enter_namespace) }
}

/// Writes a whole small file in /proc by one write(2), as its maps demand, without allocating.
fn write_once(path: &CStr, bytes: &[u8]) -> io::Result<()> {
    // SAFETY: `path` is a NUL-terminated string that lives through the call.
    let file = unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) };
    check(file)?;
    // SAFETY: `file` is open and `bytes` is valid for its own length.
    let written = unsafe { libc::write(file, bytes.as_ptr().cast(), bytes.len()) };
    let outcome = match usize::try_from(written) {
        Ok(count) if count == bytes.len() => Ok(()),
        Ok(_) => Err(io::Error::from_raw_os_error(libc::EIO)),
        Err(_) => Err(io::Error::last_os_error()),
    };
    // SAFETY: `file` came from open above and is closed exactly once.
    unsafe { libc::close(file) };
    outcome
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::Stdio;

    use super::*;
    use crate::user::{is_root, user_ids};

    fn status_of_child(command: &mut Command) -> io::Result<String> {
        let output = command.stderr(Stdio::inherit()).output()?;
        assert!(output.status.success());
        Ok(String::from_utf8(output.stdout).expect("status is text"))
    }

    fn show_status() -> Command {
        let mut command = Command::new("cat");
        command.arg("/proc/self/status");
        command
    }

    fn field<'a>(status: &'a str, name: &str) -> Vec<&'a str> {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("field in status");
        line.trim_start_matches(':').split_whitespace().collect()
    }

    /// As under nohup, or behind the `&` of a shell without job control.
    fn started_with_ignored(command: &mut Command, signal: Signal) {
        let ignore = move || {
            // SAFETY: signal(2) takes two numbers, and SIG_IGN names no code of ours.
            unsafe { libc::signal(signal.number(), libc::SIG_IGN) };
            Ok(())
        };
        // SAFETY: the closure makes one system call.
        unsafe { command.pre_exec(ignore) };
    }

    fn sleeping_child_of_a_finished_thread(signal: Option<Signal>) -> std::process::Child {
        let spawn = move || {
            let mut command = Command::new("sleep");
            command.arg("600");
            started_with_ignored(&mut command, Signal::Terminate);
            if let Some(signal) = signal {
                die_with_parent(&mut command, signal);
            }
            command.spawn().expect("sleep starts")
        };
        std::thread::spawn(spawn).join().expect("spawning thread")
    }

    #[test]
    fn child_gets_the_chosen_signal_when_its_parent_thread_ends() {
        let mut child = sleeping_child_of_a_finished_thread(Some(Signal::Terminate));
        let status = child.wait().expect("child is reaped");
        assert_eq!(status.signal(), Some(libc::SIGTERM));
    }

    #[test]
    fn child_outlives_its_parent_thread_without_the_set_up() {
        let mut child = sleeping_child_of_a_finished_thread(None);
        assert!(child.try_wait().expect("child is ours").is_none());
        child.kill().expect("child is alive");
        child.wait().expect("child is reaped");
    }

    #[test]
    fn own_process_group_makes_the_child_its_leader() {
        let mut command = Command::new("sh");
        command.args(["-c", "cat /proc/$$/stat"]);
        own_process_group(&mut command);
        let stat = status_of_child(&mut command).expect("child starts");
        let fields: Vec<&str> = stat.split_whitespace().collect();
        assert_eq!(fields[0], fields[4], "pid and process group of {stat}");
    }

    #[test]
    fn run_as_changes_user_and_group_and_clears_the_other_groups() {
        let (uid, gid) = if is_root() {
            user_ids("nobody").expect("nobody")
        } else {
            effective_ids()
        };
        let mut command = show_status();
        run_as(&mut command, uid, gid);
        let status = status_of_child(&mut command).expect("child starts");
        assert!(
            field(&status, "Uid")
                .iter()
                .all(|id| *id == uid.to_string()),
            "{status}"
        );
        assert!(
            field(&status, "Gid")
                .iter()
                .all(|id| *id == gid.to_string()),
            "{status}"
        );
        if is_root() {
            assert!(
                field(&status, "Groups").is_empty(),
                "groups are cleared: {status}"
            );
        }
    }

    #[test]
    fn parent_death_signal_survives_a_change_of_user() {
        let (uid, gid) = if is_root() {
            user_ids("nobody").expect("nobody")
        } else {
            effective_ids()
        };
        let spawn = move || {
            let mut command = Command::new("sleep");
            command.arg("600");
            run_as(&mut command, uid, gid);
            die_with_parent(&mut command, Signal::Interrupt);
            command.spawn().expect("sleep starts")
        };
        let mut child = std::thread::spawn(spawn).join().expect("spawning thread");
        assert_eq!(
            child.wait().expect("child is reaped").signal(),
            Some(libc::SIGINT)
        );
    }

    #[test]
    fn user_namespace_shows_nobody_inside_or_is_refused_by_the_kernel() {
        let mut command = show_status();
        in_user_namespace(&mut command);
        match status_of_child(&mut command) {
            Ok(status) => {
                assert_eq!(field(&status, "Uid")[0], "65534");
                assert_eq!(field(&status, "Gid")[0], "65534");
            }
            // Containers commonly forbid namespaces; the promise then is an error, not a root child.
            Err(refused) => assert!(
                matches!(
                    refused.raw_os_error(),
                    Some(libc::EPERM | libc::ENOSPC | libc::EINVAL)
                ),
                "unexpected refusal: {refused}"
            ),
        }
    }
}
