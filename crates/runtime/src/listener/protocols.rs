//! HTTP/1.1 and HTTP/2 as this listener speaks them, every limit written out.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http_body::Body;
use hyper::body::Incoming;
use hyper::rt::bounds::Http2ServerConnExec;
use hyper::server::conn::{http1, http2};
use hyper::service::HttpService;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::TaskTracker;

use super::BoxError;
use super::ending::GOODBYE;
use super::settings::ListenerSettings;
use crate::supervisor::CatchPanic;

/// The number of headers hyper reads without allocating; asking for exactly this would cost 5 %.
const HYPER_HEADERS: usize = 100;
/// What hyper may buffer of one connection at least; it must also hold the largest header.
const BUFFER_BYTES_MIN: usize = 128 << 10;

/// What both protocols can be asked.
pub trait GracefulConnection: Future<Output = hyper::Result<()>> {
    /// Answer what is under way, take nothing new, then end.
    fn finish(self: Pin<&mut Self>);
}

impl<T, S, B> GracefulConnection for http1::UpgradeableConnection<TokioIo<T>, S>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<BoxError>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<T, S, B, E> GracefulConnection for http2::Connection<TokioIo<T>, S, E>
where
    T: AsyncRead + AsyncWrite + Unpin,
    S: HttpService<Incoming, ResBody = B>,
    S::Error: Into<BoxError>,
    B: Body<Data = Bytes> + 'static,
    B::Error: Into<BoxError>,
    E: Http2ServerConnExec<S::Future, B>,
{
    fn finish(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// HTTP/1.1 by these limits.
#[must_use]
pub fn http1_builder(settings: &ListenerSettings) -> http1::Builder {
    let mut builder = http1::Builder::new();
    let header_bytes_max = to_usize(settings.header_bytes_max);
    builder
        .timer(TokioTimer::new())
        // Ours are exact; this one only backs them up, since it also runs between two requests.
        .header_read_timeout(settings.header.max(settings.keep_alive) + GOODBYE)
        .max_header_size(header_bytes_max)
        .max_buf_size(header_bytes_max.max(BUFFER_BYTES_MIN))
        .half_close(false)
        .ignore_invalid_headers(false)
        .allow_multiple_spaces_in_request_line_delimiters(false);
    if settings.headers_max != HYPER_HEADERS {
        builder.max_headers(settings.headers_max);
    }
    builder
}

/// HTTP/2 by these limits; `tasks` runs its streams.
#[must_use]
pub fn http2_builder<E: Clone>(settings: &ListenerSettings, tasks: E) -> http2::Builder<E> {
    let h2 = &settings.h2;
    let mut builder = http2::Builder::new(tasks);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(h2.streams_max)
        .initial_stream_window_size(to_u32(h2.stream_window))
        .initial_connection_window_size(to_u32(h2.connection_window))
        .adaptive_window(false)
        .max_frame_size(to_u32(h2.frame_bytes_max))
        // h2 already refuses a list of exactly this size; the setting means the largest one let in.
        .max_header_list_size(to_u32(settings.header_bytes_max.saturating_add(1)))
        .max_send_buf_size(to_usize(h2.send_buffer))
        .max_pending_accept_reset_streams(h2.pending_resets_max)
        .max_local_error_reset_streams(h2.local_resets_max)
        .keep_alive_interval(h2.ping)
        .keep_alive_timeout(h2.ping_timeout);
    builder
}

/// Runs the streams of HTTP/2, so that the drain waits for them and a panic is said aloud.
#[derive(Clone)]
pub(super) struct StreamTasks(pub(super) TaskTracker);

/// The same for a runtime of one thread: its streams never leave it.
#[derive(Clone)]
pub struct LocalStreamTasks(pub TaskTracker);

impl<F> hyper::rt::Executor<F> for LocalStreamTasks
where
    F: Future<Output = ()> + 'static,
{
    fn execute(&self, stream: F) {
        let task = Box::pin(stream);
        self.0.spawn_local(async move {
            if let Err(panic) = (CatchPanic { task }).await {
                tracing::error!(panic, "request handling panicked");
            }
        });
    }
}

impl<F> hyper::rt::Executor<F> for StreamTasks
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let task = Box::pin(stream);
        self.0.spawn(async move {
            if let Err(panic) = (CatchPanic { task }).await {
                tracing::error!(panic, "request handling panicked");
            }
        });
    }
}

fn to_usize(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

fn to_u32(bytes: u64) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
