//! The socket of a connection, plain or TLS, without a box per call.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::deadline::Deadline;

/// An open socket to a target.
#[derive(Debug)]
pub(in crate::upstream) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection: carries one call at a time, and may wait for the next.
#[derive(Debug)]
pub(in crate::upstream) struct Connection {
    pub(in crate::upstream) stream: Stream,
    /// One timer for all its calls, armed anew only when it rings early.
    pub(super) deadline: Deadline,
}

impl Connection {
    pub(in crate::upstream) fn new(stream: Stream) -> Self {
        Self {
            stream,
            deadline: Deadline::default(),
        }
    }

    /// Whether it can carry another call: open, and silent. Asks the kernel nothing unless something has arrived.
    pub(in crate::upstream) fn is_usable(&mut self) -> bool {
        // An end, a reset, or an answer to a question nobody asked: all are ready to be read.
        let mut cx = Context::from_waker(Waker::noop());
        self.stream.poll_read(&mut cx, &mut [0]).is_pending()
    }

    /// Ends it with a reset instead of an end, so that what was sent so far is not taken for the whole.
    pub(super) fn abort(self) {
        let _ = self.stream.tcp().set_zero_linger();
    }
}

impl Stream {
    fn tcp(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }

    /// Bytes read; nought at the end.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(bytes);
        let polled = match self {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, &mut buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, &mut buffer),
        };
        polled.map_ok(|()| buffer.filled().len())
    }

    /// Writes of two parts what the socket takes, in one call.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        first: &[u8],
        second: &[u8],
    ) -> Poll<io::Result<usize>> {
        if second.is_empty() {
            return match self {
                Self::Plain(stream) => Pin::new(stream).poll_write(cx, first),
                Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, first),
            };
        }
        let parts = [IoSlice::new(first), IoSlice::new(second)];
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, &parts),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, &parts),
        }
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            // A TCP socket holds nothing back.
            Self::Plain(_) => Poll::Ready(Ok(())),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
