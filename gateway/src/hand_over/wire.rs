//! Frames over a Unix socket: `length:u32le`, a postcard message, and descriptors beside the first bytes (unix(7), SCM_RIGHTS).

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use super::{HandOverError, Message, SOCKETS_MAX, STEP_MAX};

/// The lock, the status socket and the others.
const DESCRIPTORS_MAX: usize = SOCKETS_MAX + 2;
/// Far more than any step needs.
const FRAME_BYTES_MAX: usize = 64 << 10;

/// One end, with a deadline on every step.
#[derive(Debug)]
pub(super) struct Wire(UnixStream);

impl Wire {
    pub(super) fn new(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(STEP_MAX))?;
        stream.set_write_timeout(Some(STEP_MAX))?;
        Ok(Self(stream))
    }

    pub(super) fn send(
        &mut self,
        message: &Message,
        descriptors: &[BorrowedFd<'_>],
    ) -> io::Result<()> {
        let payload = postcard::to_stdvec(message).map_err(io::Error::other)?;
        let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
            return Err(io::Error::other("too many listening sockets to pass on"));
        }
        let head = length.to_le_bytes();
        let sent = sendmsg(
            &self.0,
            &[IoSlice::new(&head)],
            &mut control,
            SendFlags::NOSIGNAL,
        )?;
        // The descriptors went with the first byte; the rest of the frame needs no care.
        self.0.write_all(&head[sent..])?;
        self.0.write_all(&payload)
    }

    pub(super) fn receive(&mut self) -> Result<(Message, Vec<OwnedFd>), HandOverError> {
        let mut head = [0; 4];
        let (received, descriptors) = self.receive_some(&mut head)?;
        self.0.read_exact(&mut head[received..])?;
        let length = u32::from_le_bytes(head) as usize;
        if length > FRAME_BYTES_MAX {
            return Err(io::Error::other("a frame of this length is none of ours").into());
        }
        let mut payload = Vec::new();
        Read::by_ref(&mut self.0)
            .take(length as u64)
            .read_to_end(&mut payload)?;
        if payload.len() < length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let message = postcard::from_bytes(&payload).map_err(io::Error::other)?;
        Ok((message, descriptors))
    }

    fn receive_some(&self, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut buffers = [IoSliceMut::new(buffer)];
        let received = recvmsg(&self.0, &mut buffers, &mut control, RecvFlags::CMSG_CLOEXEC)?;
        if received.bytes == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut descriptors = Vec::new();
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(passed) = message {
                descriptors.extend(passed);
            }
        }
        Ok((received.bytes, descriptors))
    }
}
