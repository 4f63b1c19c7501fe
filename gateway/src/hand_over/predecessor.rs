//! The new process's side: ask, say ready, take over, and see the old one end.

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use tokio::io::AsyncReadExt;
use uuid::Uuid;

use super::wire::Wire;
use super::{HandOverError, Message, Sockets, address};

/// The gateway that runs on the data folder and has been asked to hand over.
#[derive(Debug)]
pub(crate) struct Predecessor {
    wire: Wire,
    boot: Uuid,
}

/// The gateway that handed over and now finishes what it has begun.
#[derive(Debug)]
pub(crate) struct Retiring {
    stream: UnixStream,
}

impl Predecessor {
    /// Asks the gateway that runs on `data_dir` for its sockets. Blocks; every step has a deadline.
    pub(crate) fn ask(data_dir: &Path, version: &str) -> Result<(Self, Sockets), HandOverError> {
        let folder = File::open(data_dir)?;
        let stream = UnixStream::connect(address(&folder))
            .map_err(|_| HandOverError::Nobody(data_dir.display().to_string()))?;
        let mut wire = Wire::new(stream)?;
        let version = version.to_owned();
        wire.send(&Message::Ask { version }, &[])?;
        match wire.receive()? {
            (Message::Sockets { boot, version }, descriptors) => {
                tracing::info!(version, "taking over from the gateway that runs");
                Ok((Self { wire, boot }, sockets(descriptors)?))
            }
            (other, _) => Err(HandOverError::OutOfStep(other.name())),
        }
    }

    /// The boot whose calls are still under way in the old process.
    pub(crate) fn boot(&self) -> Uuid {
        self.boot
    }

    /// Says that everything that can fail has been done. Once this returns the folder and the sockets are this process's; with
    /// them comes what limits have used. Blocks.
    pub(crate) fn ready(mut self) -> Result<(Retiring, Vec<u8>), HandOverError> {
        self.wire.send(&Message::Ready, &[])?;
        match self.wire.receive()? {
            (Message::Yours { limits }, _) => {
                let stream = self.wire.into_stream();
                Ok((Retiring { stream }, limits))
            }
            (other, _) => Err(HandOverError::OutOfStep(other.name())),
        }
    }
}

impl Retiring {
    /// Completes when the old process has ended, however it ended.
    pub(crate) async fn ended(self) -> io::Result<()> {
        self.stream.set_nonblocking(true)?;
        let mut stream = tokio::net::UnixStream::from_std(self.stream)?;
        // It says nothing more; the end of its process closes the socket.
        let mut nothing = [0; 1];
        while stream.read(&mut nothing).await.is_ok_and(|bytes| bytes > 0) {}
        Ok(())
    }
}

fn sockets(descriptors: Vec<OwnedFd>) -> Result<Sockets, HandOverError> {
    let mut descriptors = descriptors.into_iter();
    let (Some(lock), Some(status)) = (descriptors.next(), descriptors.next()) else {
        return Err(HandOverError::OutOfStep("\"sockets\" without any"));
    };
    Ok(Sockets {
        lock: File::from(lock),
        status: TcpListener::from(status),
        calls: descriptors.map(TcpListener::from).collect(),
    })
}
