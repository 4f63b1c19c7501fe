//! One connection, from its first byte to its last.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{Service, ServiceExt};

use super::admission::Permit;
use super::body::{RequestBody, RequestMark, ResponseBody};
use super::ending::{End, Verdict};
use super::io::WatchedStream;
use super::protocols::{GracefulConnection, StreamTasks, http1_builder, http2_builder};
use super::refusal::{Refusal, Refusals};
use super::settings::ListenerSettings;
use super::sniff::{Protocol, Sniffed, sniff};
use super::stats::{CloseReason, ListenerStats};
use super::watch::{Spans, Watch};
use super::{BoxError, Peer, set_nodelay};
use crate::random;
use crate::supervisor::CatchPanic;

/// What all connections of a listener share.
#[derive(Clone)]
pub(super) struct Connection(Arc<Shared>);

struct Shared {
    settings: ListenerSettings,
    stats: ListenerStats,
    refusals: Refusals,
    tasks: TaskTracker,
    drain: CancellationToken,
    cut: CancellationToken,
    http1: http1::Builder,
    http2: http2::Builder<StreamTasks>,
}

impl Connection {
    pub(super) fn new(
        settings: &ListenerSettings,
        stats: &ListenerStats,
        refusals: &Refusals,
        tasks: &TaskTracker,
        drain: &CancellationToken,
        cut: &CancellationToken,
    ) -> Self {
        Self(Arc::new(Shared {
            settings: settings.clone(),
            stats: stats.clone(),
            refusals: refusals.clone(),
            tasks: tasks.clone(),
            drain: drain.clone(),
            cut: cut.clone(),
            http1: http1_builder(settings),
            http2: http2_builder(settings, tasks),
        }))
    }

    /// Serves a connection in a task of its own; a panic ends only this task.
    pub(super) fn start<S, B>(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        permit: Permit,
        service: S,
    ) where
        S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let shared = Arc::clone(&self.0);
        let task = Box::pin(Arc::clone(&shared).run(stream, peer, permit, service));
        self.0.tasks.spawn(async move {
            let reason = (CatchPanic { task }).await.unwrap_or_else(|panic| {
                tracing::error!(panic, "request handling panicked");
                CloseReason::Panic
            });
            shared.stats.count_closed(reason);
        });
    }
}

impl Shared {
    async fn run<S, B>(
        self: Arc<Self>,
        mut stream: TcpStream,
        peer: SocketAddr,
        permit: Permit,
        service: S,
    ) -> CloseReason
    where
        S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        set_nodelay(&stream);
        let sniffed = tokio::select! {
            biased;
            sniffed = sniff(&mut stream, &self.settings) => sniffed,
            () = self.drain.cancelled() => return CloseReason::Drained,
        };
        let Sniffed {
            protocol,
            bytes,
            first_byte,
        } = match sniffed {
            Ok(sniffed) => sniffed,
            Err(reason) => return reason,
        };
        let many_streams = protocol == Protocol::Http2;
        let watch = Arc::new(Watch::new(
            Spans::of(&self.settings),
            first_byte,
            many_streams,
        ));
        let io = TokioIo::new(WatchedStream::new(
            stream,
            bytes,
            Arc::clone(&watch),
            permit,
        ));
        let shared = Arc::clone(&self);
        let watch_of_requests = Arc::clone(&watch);
        let answer = service_fn(move |request| {
            shared.answer(request, peer, &watch_of_requests, service.clone())
        });
        match protocol {
            Protocol::Http1 => {
                let connection = self.http1.serve_connection(io, answer).with_upgrades();
                self.drive(Box::pin(connection), &watch).await
            }
            Protocol::Http2 => {
                let connection = self.http2.serve_connection(io, answer);
                self.drive(Box::pin(connection), &watch).await
            }
        }
    }

    /// Hands a request to the service, with its peer and a body that keeps time.
    fn answer<S, B>(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
        watch: &Arc<Watch>,
        service: S,
    ) -> impl Future<Output = Result<Response<ResponseBody<B>>, BoxError>> + Send + use<S, B>
    where
        S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: Send + 'static,
    {
        let mark = RequestMark::new(watch);
        let settings = &self.settings;
        let refused = (request.headers().len() > settings.headers_max)
            .then(|| self.refusals.answer(Refusal::TooManyHeaders));
        let mut request =
            request.map(|incoming| RequestBody::new(incoming, settings, self.stats.clone()));
        request.extensions_mut().insert(Peer(peer));
        async move {
            if let Some(refused) = refused {
                return Ok(refused.map(|words| ResponseBody::refusal(words, mark)));
            }
            let response = service.oneshot(request).await.map_err(Into::into)?;
            Ok(response.map(|body| ResponseBody::new(body, mark)))
        }
    }

    /// Polls a connection until it ends, a deadline passes or the listener shuts down.
    async fn drive<C: GracefulConnection>(
        &self,
        mut connection: Pin<Box<C>>,
        watch: &Watch,
    ) -> CloseReason {
        let mut end = End::new(self.age_deadline());
        let mut alarm = pin!(sleep_until(Instant::now()));
        let mut drained = pin!(self.drain.cancelled());
        let mut cut = pin!(self.cut.cancelled());
        loop {
            let event = poll_fn(|cx| {
                if let Poll::Ready(outcome) = connection.as_mut().poll(cx) {
                    return Poll::Ready(Event::Ended(outcome.is_ok()));
                }
                // What was just read or written may have brought the deadline nearer.
                let (deadline, _) = end.next(watch);
                if deadline < alarm.deadline() || alarm.is_elapsed() {
                    alarm.as_mut().reset(deadline);
                }
                if alarm.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Event::Alarm);
                }
                if cut.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Event::Cut);
                }
                if !end.draining && drained.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Event::Drain);
                }
                Poll::Pending
            });
            match event.await {
                Event::Ended(well) => return end.reason(well),
                Event::Cut => return CloseReason::Cut,
                Event::Drain => {
                    end.draining = true;
                    connection.as_mut().finish();
                }
                Event::Alarm => match end.alarm(watch) {
                    Verdict::Wait => {}
                    Verdict::Finish => connection.as_mut().finish(),
                    Verdict::Close(reason) => return reason,
                },
            }
        }
    }

    /// A tenth of spread, so that connections opened together do not all come back together.
    fn age_deadline(&self) -> Instant {
        let age = self.settings.max_connection_age;
        let spread_ms = u64::try_from(age.as_millis() / 10).unwrap_or(u64::MAX);
        Instant::now() + age + Duration::from_millis(random::below(spread_ms.saturating_add(1)))
    }
}

enum Event {
    Ended(bool),
    Alarm,
    Drain,
    Cut,
}
