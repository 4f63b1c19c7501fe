//! The old process's side: hear the question, give the sockets, wait for the new one to be ready, step aside.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use tokio::net::UnixListener;

use super::wire::Wire;
use super::{HandOverError, Message, Passed, address};

/// Where a new process asks.
#[derive(Debug)]
pub(crate) struct Door {
    listener: UnixListener,
    /// Keeps the descriptor that the address is written with.
    _folder: File,
}

/// A new process that has the sockets and says that it could serve with them.
#[derive(Debug)]
pub(crate) struct Successor(Wire);

impl Door {
    /// Opens the socket in the data folder, in place of one that an ended process left. The folder's lock must be held.
    pub(crate) fn open(data_dir: &Path) -> io::Result<Self> {
        let folder = File::open(data_dir)?;
        let address = address(&folder);
        match std::fs::remove_file(&address) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&address)?;
        Ok(Self {
            listener,
            _folder: folder,
        })
    }

    /// Waits for a new process of this user that takes the sockets and gets ready. A try that fails changes nothing and is
    /// told in the log.
    pub(crate) async fn wait(&self, passed: &Passed, version: &str) -> io::Result<Successor> {
        loop {
            let (stream, _) = self.listener.accept().await?;
            let own = rustix::process::geteuid().as_raw();
            let same_user = stream.peer_cred().is_ok_and(|peer| peer.uid() == own);
            let (stream, passed) = (stream.into_std()?, passed.try_clone()?);
            let version = version.to_owned();
            // The new process reads its configuration before it is ready, which takes as long as it takes.
            let tried = tokio::task::spawn_blocking(move || {
                if !same_user {
                    return Err(HandOverError::Stranger);
                }
                give(Wire::new(stream)?, &passed, version)
            });
            let tried = async { tried.await.map_err(io::Error::other)? };
            match tried.await {
                Ok(successor) => return Ok(successor),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a gateway asked to take over and did not come to it; this one goes on"
                ),
            }
        }
    }
}

/// Gives the sockets and waits for the new process to be ready. Blocks; every step has a deadline.
fn give(mut wire: Wire, passed: &Passed, version: String) -> Result<Successor, HandOverError> {
    match wire.receive()? {
        (Message::Ask { version }, _) => tracing::info!(version, "a gateway asks to take over"),
        (other, _) => return Err(HandOverError::OutOfStep(other.name())),
    }
    let mut descriptors = vec![passed.lock.as_fd(), passed.sockets.status.as_fd()];
    descriptors.extend(passed.sockets.listen.iter().map(AsFd::as_fd));
    wire.send(&Message::Sockets { version }, &descriptors)?;
    match wire.receive()? {
        (Message::Ready, _) => Ok(Successor(wire)),
        (other, _) => Err(HandOverError::OutOfStep(other.name())),
    }
}

impl Successor {
    /// Hands over. Called when this process accepts no more and writes no more of the configuration.
    pub(crate) fn yours(mut self) -> Result<(), HandOverError> {
        Ok(self.0.send(&Message::Yours, &[])?)
    }
}
