//! A connection whose bytes are looked at before hyper reads them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Reads along with one connection.
pub(super) trait Judge: Unpin {
    /// Looks at what was read, the bytes of `buf` after the first `before`; may put others in their place. An error ends
    /// the connection.
    fn look(&mut self, buf: &mut ReadBuf<'_>, before: usize) -> io::Result<()>;

    /// Whether `buf` was filled with what takes the place of everything that is still to come.
    fn fills(&mut self, _buf: &mut ReadBuf<'_>) -> bool {
        false
    }
}

/// The connection and its judge.
#[derive(Debug)]
pub(super) struct Judged<T, J> {
    inner: T,
    judge: J,
}

impl<T, J> Judged<T, J> {
    pub(super) fn new(inner: T, judge: J) -> Self {
        Self { inner, judge }
    }
}

impl<T: AsyncRead + Unpin, J: Judge> AsyncRead for Judged<T, J> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.judge.fills(buf) {
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        Poll::Ready(self.judge.look(buf, before))
    }
}

impl<T: AsyncWrite + Unpin, J: Unpin> AsyncWrite for Judged<T, J> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}
