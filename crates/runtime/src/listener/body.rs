//! Bodies that know whether the client keeps up: requests that must arrive, answers that must be read.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use pin_project_lite::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};

use super::BoxError;
use super::settings::ListenerSettings;
use super::stats::ListenerStats;
use super::watch::Watch;

/// The body of a request. Reading fails when the client sends too slowly; see
/// [`ListenerSettings::body_progress`]. Time in which nobody reads is not held against the client.
pub struct RequestBody(Kind);

enum Kind {
    Network { incoming: Incoming, pace: Pace },
    Memory(Full<Bytes>),
}

/// Why a request body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The answer should be 408; the connection is closed after it.
    #[error("the request body arrives too slowly")]
    TooSlow,
    /// The client left or broke the framing.
    #[error("the request body broke off: {0}")]
    Broken(#[from] hyper::Error),
}

impl RequestBody {
    /// Of a request that hyper has read the head of.
    #[must_use]
    pub fn new(incoming: Incoming, settings: &ListenerSettings, stats: ListenerStats) -> Self {
        Self(Kind::Network {
            incoming,
            pace: Pace::new(settings, stats),
        })
    }

    /// A body that is already here, for requests made in the program itself.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Self {
        Self(Kind::Memory(Full::new(bytes.into())))
    }

    /// No body.
    #[must_use]
    pub fn empty() -> Self {
        Self::from_bytes(Bytes::new())
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RequestBody")
            .field("size", &self.size_hint())
            .finish()
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let (incoming, pace) = match &mut self.0 {
            Kind::Network { incoming, pace } => (incoming, pace),
            Kind::Memory(full) => {
                return Pin::new(full)
                    .poll_frame(cx)
                    .map_err(|never| match never {});
            }
        };
        match Pin::new(incoming).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                pace.arrived(frame.data_ref().map_or(0, Bytes::len));
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(BodyError::Broken(error)))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending if pace.is_used_up(cx) => Poll::Ready(Some(Err(BodyError::TooSlow))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Network { incoming, .. } => incoming.is_end_stream(),
            Kind::Memory(full) => full.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Network { incoming, .. } => incoming.size_hint(),
            Kind::Memory(full) => full.size_hint(),
        }
    }
}

/// How much waiting a client has used of the span in which enough bytes must arrive.
struct Pace {
    span: Duration,
    bytes_wanted: u64,
    bytes: u64,
    waited: Duration,
    waiting_since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
    stats: ListenerStats,
}

impl Pace {
    fn new(settings: &ListenerSettings, stats: ListenerStats) -> Self {
        Self {
            span: settings.body_progress,
            bytes_wanted: settings.body_progress_bytes,
            bytes: 0,
            waited: Duration::ZERO,
            waiting_since: None,
            alarm: None,
            stats,
        }
    }

    fn arrived(&mut self, bytes: usize) {
        if let Some(since) = self.waiting_since.take() {
            self.waited += since.elapsed();
        }
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if self.bytes >= self.bytes_wanted {
            self.bytes = 0;
            self.waited = Duration::ZERO;
        }
    }

    fn is_used_up(&mut self, cx: &mut Context<'_>) -> bool {
        let now = Instant::now();
        let since = *self.waiting_since.get_or_insert(now);
        let deadline = since + self.span.saturating_sub(self.waited);
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if alarm.deadline() != deadline {
            alarm.as_mut().reset(deadline);
        }
        let used_up = alarm.as_mut().poll(cx).is_ready();
        if used_up {
            self.stats.count_slow_body();
        }
        used_up
    }
}

/// Marks a request from its header to the end of its answer, however it ends.
pub struct RequestMark(Arc<Watch>);

impl RequestMark {
    /// A request begins.
    #[must_use]
    pub fn new(watch: &Arc<Watch>) -> Self {
        watch.request_began();
        Self(Arc::clone(watch))
    }
}

impl Drop for RequestMark {
    fn drop(&mut self) {
        self.0.request_ended();
    }
}

pin_project! {
    /// The body of an answer: the service's, or ours when we answer in its place.
    pub struct ResponseBody<B> {
        #[pin]
        body: Either<B, Full<Bytes>>,
        turn: ReaderTurn,
    }
}

/// Whether the next move is the reader's. The wait for it ends before the request does.
struct ReaderTurn {
    handed_out: bool,
    mark: RequestMark,
}

impl ReaderTurn {
    fn take_back(&mut self) {
        if std::mem::take(&mut self.handed_out) {
            self.mark.0.next_frame_asked();
        }
    }
}

impl Drop for ReaderTurn {
    fn drop(&mut self) {
        self.take_back();
    }
}

impl<B> ResponseBody<B> {
    /// The service's.
    pub fn new(body: B, mark: RequestMark) -> Self {
        Self {
            body: Either::Left(body),
            turn: ReaderTurn {
                handed_out: false,
                mark,
            },
        }
    }

    /// Ours.
    pub fn refusal(words: Bytes, mark: RequestMark) -> Self {
        let body = Either::Right(Full::new(words));
        Self {
            body,
            turn: ReaderTurn {
                handed_out: false,
                mark,
            },
        }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        this.turn.take_back();
        let polled = this.body.poll_frame(cx);
        if matches!(polled, Poll::Ready(Some(Ok(_)))) {
            this.turn.handed_out = true;
            this.turn.mark.0.frame_handed_out();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
