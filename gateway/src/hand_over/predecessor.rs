//! The new process's side: ask, say ready, take over.

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::wire::Wire;
use super::{HandOverError, Message, Passed, address};
use crate::worker::sockets::Sockets;

/// The gateway that runs on the data folder and has been asked to hand over.
#[derive(Debug)]
pub(crate) struct Predecessor(Wire);

impl Predecessor {
    /// Asks the gateway that runs on `data_dir` for its sockets. Blocks; every step has a deadline.
    pub(crate) fn ask(data_dir: &Path, version: &str) -> Result<(Self, Passed), HandOverError> {
        let nobody = || HandOverError::Nobody(data_dir.display().to_string());
        let folder = File::open(data_dir)?;
        let stream = UnixStream::connect(address(&folder)).map_err(|_| nobody())?;
        let mut wire = Wire::new(stream)?;
        let version = version.to_owned();
        let answer = wire
            .send(&Message::Ask { version }, &[])
            .map_err(HandOverError::from)
            .and_then(|()| wire.receive());
        match answer {
            Ok((Message::Sockets { version }, descriptors)) => {
                tracing::info!(version, "taking over from the gateway that runs");
                Ok((Self(wire), passed(descriptors)?))
            }
            Ok((other, _)) => Err(HandOverError::OutOfStep(other.name())),
            // A socket takes connections until its process has ended, and one that runs says in its log whom it sends away.
            Err(HandOverError::Io(error)) if is_hang_up(&error) => Err(nobody()),
            Err(error) => Err(error),
        }
    }

    /// Says that everything that can fail has been done. Once this returns the folder and the sockets are this process's.
    /// Blocks.
    pub(crate) fn ready(mut self) -> Result<(), HandOverError> {
        self.0.send(&Message::Ready, &[])?;
        match self.0.receive()? {
            (Message::Yours, _) => Ok(()),
            (other, _) => Err(HandOverError::OutOfStep(other.name())),
        }
    }
}

fn is_hang_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}

fn passed(descriptors: Vec<OwnedFd>) -> Result<Passed, HandOverError> {
    let mut descriptors = descriptors.into_iter();
    let (Some(lock), Some(status)) = (descriptors.next(), descriptors.next()) else {
        return Err(HandOverError::OutOfStep("\"sockets\" without any"));
    };
    Ok(Passed {
        lock: File::from(lock),
        sockets: Sockets {
            status: TcpListener::from(status),
            listen: descriptors.map(TcpListener::from).collect(),
        },
    })
}
