//! A connection that was given to another protocol (RFC 9110 §7.8): bytes both ways, until either end or a long silence.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::buffers::INPUT_BYTES;
use super::exchange::Exchange;
use super::stream::Connection;
use crate::upstream::connections::Lease;

/// A backend's side of a connection that no longer speaks HTTP.
#[derive(Debug)]
pub(crate) struct Tunnel {
    connection: Option<Connection>,
    down: Flow,
    up: Flow,
    idle: Duration,
    _lease: Lease,
}

/// Bytes that went through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) to_backend: u64,
    pub(crate) to_client: u64,
}

/// Why a tunnel ended before both sides had said so.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TunnelBroken {
    #[error("nothing went either way for too long")]
    Silent,
    #[error("a side broke off: {0}")]
    Broken(#[from] io::Error),
}

/// One direction.
#[derive(Debug)]
struct Flow {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    passed: u64,
    read_ended: bool,
    ended: bool,
}

impl Tunnel {
    /// Takes over the connection and what the backend has said already.
    pub(super) fn new(mut exchange: Exchange, lease: Lease, idle: Duration) -> Self {
        let said = exchange.scratch.input[exchange.start..exchange.end].to_vec();
        Self {
            connection: exchange.connection.take(),
            down: Flow::new(said),
            up: Flow::new(Vec::new()),
            idle,
            _lease: lease,
        }
    }

    /// Passes bytes both ways until both sides have ended. An end of one side is passed on to the other. `passed` tells how
    /// many went through so far, also when it breaks or this is dropped.
    pub(crate) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
        mut self,
        client: &mut S,
        passed: &mut Passed,
    ) -> Result<(), TunnelBroken> {
        let mut moved = true;
        poll_fn(|cx| {
            let polled = self.poll(cx, client, &mut moved);
            *passed = Passed {
                to_backend: self.up.passed,
                to_client: self.down.passed,
            };
            polled
        })
        .await
    }

    fn poll<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut S,
        moved: &mut bool,
    ) -> Poll<Result<(), TunnelBroken>> {
        let Some(connection) = &mut self.connection else {
            return Poll::Ready(Ok(()));
        };
        let before = (self.up.passed, self.down.passed);
        let backend = &mut connection.stream;
        let down = self.down.poll(
            cx,
            |cx, bytes| backend.poll_read(cx, bytes),
            &mut ClientSide(client),
        )?;
        let up = self.up.poll(
            cx,
            |cx, bytes| {
                let mut buffer = ReadBuf::new(bytes);
                let polled = Pin::new(&mut *client).poll_read(cx, &mut buffer);
                polled.map_ok(|()| buffer.filled().len())
            },
            &mut BackendSide(backend),
        )?;
        if down.is_ready() && up.is_ready() {
            return Poll::Ready(Ok(()));
        }
        *moved |= before != (self.up.passed, self.down.passed);
        if std::mem::take(moved) {
            connection.deadline.set(Instant::now() + self.idle);
        }
        connection
            .deadline
            .poll(cx)
            .map(|()| Err(TunnelBroken::Silent))
    }
}

/// Where a direction leads.
trait Sink {
    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>>;
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

struct ClientSide<'a, S>(&'a mut S);
struct BackendSide<'a>(&'a mut super::stream::Stream);

impl<S: AsyncWrite + Unpin> Sink for ClientSide<'_, S> {
    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, bytes)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(cx)
    }
}

impl Sink for BackendSide<'_> {
    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, bytes, &[])
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_flush(cx)
    }

    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_shutdown(cx)
    }
}

impl Flow {
    fn new(mut said: Vec<u8>) -> Self {
        let end = said.len();
        said.resize(end.max(INPUT_BYTES), 0);
        Self {
            bytes: said,
            start: 0,
            end,
            passed: 0,
            read_ended: false,
            ended: false,
        }
    }

    /// Ready when this direction has ended and its end was passed on.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut read: impl FnMut(&mut Context<'_>, &mut [u8]) -> Poll<io::Result<usize>>,
        sink: &mut impl Sink,
    ) -> Poll<io::Result<()>> {
        if self.ended {
            return Poll::Ready(Ok(()));
        }
        loop {
            while self.start < self.end {
                match sink.poll_write(cx, &self.bytes[self.start..self.end]) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Ok(0)) => {
                        return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                    }
                    Poll::Ready(Ok(taken)) => {
                        self.start += taken;
                        self.passed += taken as u64;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                }
            }
            if self.read_ended {
                let polled = sink.poll_end(cx);
                self.ended = polled.is_ready();
                // A side that has gone already needs no telling.
                return polled.map(|_| Ok(()));
            }
            match read(cx, &mut self.bytes) {
                Poll::Pending => {
                    let flushed = sink.poll_flush(cx);
                    return match flushed {
                        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                        Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
                    };
                }
                Poll::Ready(Ok(0)) => self.read_ended = true,
                Poll::Ready(Ok(length)) => (self.start, self.end) = (0, length),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
        }
    }
}
