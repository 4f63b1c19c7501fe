//! The writing side of a connection.

use std::future::poll_fn;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};

use gatehouse_runtime::listener::{CloseReason, ListenerSettings};
use tokio::io::AsyncWrite;
use tokio::net::tcp::WriteHalf;

use super::intake::{Intake, Pace};

/// Writes to a client that must read on.
pub(super) struct Outlet<'s> {
    writer: WriteHalf<'s>,
    pace: Pace,
}

impl<'s> Outlet<'s> {
    pub(super) fn new(writer: WriteHalf<'s>, settings: &ListenerSettings) -> Self {
        Self {
            writer,
            pace: Pace::new(settings.write_progress, settings.write_progress_bytes),
        }
    }

    /// Writes both, one after the other, in one call of the kernel where it takes them at once.
    pub(super) async fn write(
        &mut self,
        intake: &Intake<'_>,
        first: &[u8],
        second: &[u8],
    ) -> Result<(), CloseReason> {
        let (mut first, mut second) = (first, second);
        poll_fn(|cx| {
            while !first.is_empty() || !second.is_empty() {
                match self.poll_write(cx, first, second) {
                    Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Err(CloseReason::Protocol)),
                    Poll::Ready(Ok(written)) => {
                        self.pace.moved(written);
                        let of_first = written.min(first.len());
                        first = &first[of_first..];
                        second = &second[written - of_first..];
                    }
                    Poll::Pending => {
                        let used_up = self.pace.poll_used_up(cx, intake);
                        return used_up.map(|()| Err(CloseReason::Write));
                    }
                }
            }
            Poll::Ready(Ok(()))
        })
        .await
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        first: &[u8],
        second: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let writer = Pin::new(&mut self.writer);
        match (first.is_empty(), second.is_empty()) {
            (false, true) => writer.poll_write(cx, first),
            (true, _) => writer.poll_write(cx, second),
            (false, false) => {
                writer.poll_write_vectored(cx, &[IoSlice::new(first), IoSlice::new(second)])
            }
        }
    }

    /// Says that nothing more will come.
    pub(super) async fn end(&mut self) {
        let _ = poll_fn(|cx| Pin::new(&mut self.writer).poll_shutdown(cx)).await;
    }
}
