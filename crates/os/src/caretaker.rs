//! A process that outlives its program to stop a server that several programs share.

use std::ffi::{CStr, CString, c_int};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A server that does not stop within this long is left to the next caretaker, which then tries again.
const STOP_SECONDS_MAX: libc::c_uint = 60;

/// What the caretaker stops, and how it learns when. Each file is an open file description of its own,
/// since flock(2) locks belong to those.
#[derive(Debug)]
pub struct SharedServer {
    /// Whoever uses the server holds a shared lock on this file.
    pub users: File,
    /// Locked by the server itself for as long as any of its processes lives.
    pub server: File,
    /// Locked by the caller; the caretaker inherits the lock, which shows that there is one.
    pub claim: File,
}

/// Leaves a process behind that waits until nobody uses the server any more, then interrupts the process
/// named in the first line of `pid_file` and waits for the end of the server.
///
/// The caretaker is in a session of its own and holds no other file of ours, so that whoever waits for
/// the end of our output does not wait for it. While it stops the server new users wait for its lock.
pub fn leave_caretaker(shared: &SharedServer, pid_file: &Path) -> io::Result<()> {
    let pid_file = CString::new(pid_file.as_os_str().as_bytes())?;
    let files = [&shared.users, &shared.server, &shared.claim].map(AsRawFd::as_raw_fd);
    // SAFETY: the child calls only async-signal-safe functions over memory made before the fork, and
    // leaves by _exit without returning into Rust.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => watch(files, &pid_file),
        _ => Ok(()),
    }
}

/// The whole life of the caretaker: after a fork of a program with threads, so without allocation,
/// locks or panics, by plain system calls (POSIX fork).
fn watch(files: [RawFd; 3], pid_file: &CStr) -> ! {
    const USERS: c_int = 0;
    const SERVER: c_int = 1;
    const CLAIM: c_int = 2;
    // SAFETY: setsid takes nothing; it fails only for a group leader, which a forked child is not.
    unsafe { libc::setsid() };
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGTERM, libc::SIGALRM] {
        // SAFETY: restores the default action; handlers of the program would run without its threads.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    for (place, file) in (0..).zip(files) {
        // SAFETY: descriptors are numbers; the sources are above 2, so no source is overwritten.
        unsafe { libc::dup2(file, place) };
    }
    close_from(3);
    // A server whose lock is free has ended by itself, and its pid may be somebody else's.
    let runs = lock(USERS, libc::LOCK_EX) && !lock(SERVER, libc::LOCK_EX | libc::LOCK_NB);
    if let Some(pid) = first_number(pid_file).filter(|_| runs) {
        // SAFETY: alarm takes a number; its signal ends this process by default.
        unsafe { libc::alarm(STOP_SECONDS_MAX) };
        // SAFETY: kill takes two numbers; `pid` is above 1, so it names one process.
        unsafe { libc::kill(pid, libc::SIGINT) };
        lock(SERVER, libc::LOCK_EX);
    }
    // The claim goes first: who then gets the users' lock must find that there is no caretaker any more.
    // SAFETY: the descriptor is ours and closed once.
    unsafe { libc::close(CLAIM) };
    // SAFETY: _exit ends the process at once and runs nothing of the parent's.
    unsafe { libc::_exit(0) }
}

fn lock(file: c_int, how: c_int) -> bool {
    loop {
        // SAFETY: flock takes two numbers and touches no memory.
        if unsafe { libc::flock(file, how) } == 0 {
            return true;
        }
        // Reads errno and does not allocate.
        if io::Error::last_os_error().raw_os_error() != Some(libc::EINTR) {
            return false;
        }
    }
}

fn first_number(path: &CStr) -> Option<libc::pid_t> {
    let mut bytes = [0_u8; 16];
    // SAFETY: `path` is NUL-terminated and outlives the call.
    let file = unsafe { libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    // SAFETY: `bytes` is writable for its own length; a bad descriptor makes read fail.
    let count = unsafe { libc::read(file, bytes.as_mut_ptr().cast(), bytes.len()) };
    let mut number: libc::pid_t = 0;
    for byte in bytes.iter().take(usize::try_from(count).ok()?) {
        if !byte.is_ascii_digit() {
            break;
        }
        number = number
            .checked_mul(10)?
            .checked_add(libc::pid_t::from(byte - b'0'))?;
    }
    (number > 1).then_some(number)
}

fn close_from(first: c_int) {
    // SAFETY: close_range takes numbers; nothing in this process uses the files it closes any more.
    let closed = unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) };
    if closed == 0 {
        return;
    }
    // A kernel before 5.9: one by one, as far as a process of ours ever gets.
    for file in first..65_536 {
        // SAFETY: closing a number that is not open merely fails.
        unsafe { libc::close(file) };
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Command};

    use super::*;
    use crate::child::restore_default_action;
    use crate::pid_alive;
    use crate::process::Signal;

    struct Scene {
        dir: std::path::PathBuf,
        users: File,
        server: Child,
    }

    fn open(path: &Path) -> File {
        File::options()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .expect("file opens")
    }

    /// A server that holds its lock as standard input, a user, and a caretaker.
    fn scene(name: &str, pid_file: impl Fn(&Child) -> String) -> Scene {
        let dir = std::env::temp_dir().join(format!("gatehouse-os-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("directory");
        let users = open(&dir.join("users"));
        users.lock_shared().expect("user's lock");
        let server_lock = open(&dir.join("server"));
        server_lock.lock().expect("server's lock");
        let mut sleep = Command::new("sleep");
        sleep.arg("600").stdin(server_lock);
        // A server answers the signal whatever the tests were started under; sleep(1) does not.
        restore_default_action(&mut sleep, Signal::Interrupt);
        let server = sleep.spawn().expect("sleep");
        std::fs::write(dir.join("pid"), pid_file(&server)).expect("pid file");
        let claim = open(&dir.join("claim"));
        claim.try_lock().expect("claim");
        let shared = SharedServer {
            users: open(&dir.join("users")),
            server: open(&dir.join("server")),
            claim,
        };
        leave_caretaker(&shared, &dir.join("pid")).expect("caretaker");
        Scene { dir, users, server }
    }

    impl Drop for Scene {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }

    #[test]
    fn the_server_is_interrupted_when_its_last_user_leaves_and_not_before() {
        let mut scene = scene("last", |server| format!("{}\nmore\n", server.id()));
        let second = open(&scene.dir.join("users"));
        second.lock_shared().expect("a second user is let in");
        scene.users.unlock().expect("first user leaves");
        assert!(
            open(&scene.dir.join("claim")).try_lock().is_err(),
            "a caretaker is there"
        );
        assert!(
            pid_alive(scene.server.id()),
            "the second user still needs it"
        );
        second.unlock().expect("second user leaves");
        assert_eq!(
            scene.server.wait().expect("reaped").signal(),
            Some(libc::SIGINT)
        );
        // The caretaker ends after the server and gives everything back.
        open(&scene.dir.join("claim")).lock().expect("claim");
        // By design the claim goes first, so the other lock may follow a moment later.
        scene.users.lock().expect("users");
    }

    #[test]
    fn a_server_that_ended_by_itself_is_not_signalled() {
        let mut bystander = Command::new("sleep").arg("600").spawn().expect("sleep");
        let mut scene = scene("gone", |_| format!("{}\n", bystander.id()));
        scene.server.kill().expect("kill");
        scene.server.wait().expect("reaped");
        scene.users.unlock().expect("user leaves");
        open(&scene.dir.join("claim"))
            .lock()
            .expect("the caretaker has ended");
        assert!(
            pid_alive(bystander.id()),
            "its pid was given to somebody else"
        );
        bystander.kill().expect("kill");
        bystander.wait().expect("reaped");
    }

    #[test]
    fn numbers_that_are_no_process_of_ours_are_not_read_from_the_pid_file() {
        let path = std::env::temp_dir().join(format!("gatehouse-os-{}-number", std::process::id()));
        let name = CString::new(path.as_os_str().as_bytes()).expect("path");
        for (text, number) in [
            ("71\n/data\n", Some(71)),
            ("71", Some(71)),
            ("1\n", None),
            ("0\n", None),
            ("-71\n", None),
            ("", None),
            ("99999999999999\n", None),
        ] {
            std::fs::write(&path, text).expect("file");
            assert_eq!(first_number(&name), number, "{text:?}");
        }
        std::fs::remove_file(&path).expect("file");
        assert_eq!(first_number(&name), None);
    }
}
