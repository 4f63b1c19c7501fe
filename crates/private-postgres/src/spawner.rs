//! The thread that is the parent of every server.
//!
//! The kernel sends the parent-death signal when the **thread** that forked ends, not the process
//! (prctl(2)), and threads of an async runtime come and go. This one lives as long as the program.

use std::io;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

struct Job {
    command: Command,
    reply: Sender<io::Result<Child>>,
}

static PARENT: OnceLock<Sender<Job>> = OnceLock::new();

/// Spawns from the thread that never ends. Blocks until the child has executed its program.
pub(crate) fn spawn(command: Command) -> io::Result<Child> {
    let (reply, answer) = channel();
    parent()?.send(Job { command, reply }).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

fn parent() -> io::Result<&'static Sender<Job>> {
    if let Some(sender) = PARENT.get() {
        return Ok(sender);
    }
    let (sender, jobs) = channel::<Job>();
    std::thread::Builder::new()
        .name("postgres-parent".to_owned())
        .spawn(move || {
            for mut job in jobs {
                // The asker may have been cancelled; a server nobody asks about is ended at once.
                if let Err(unasked) = job.reply.send(job.command.spawn())
                    && let Ok(mut child) = unasked.0
                {
                    let _ = child.kill();
                    let _ = child.wait();
                }
            }
        })?;
    // When two callers race, the losing thread sees its channel close and ends; it has no children.
    Ok(PARENT.get_or_init(|| sender))
}

fn gone() -> io::Error {
    io::Error::other("the thread that starts Postgres has ended")
}
