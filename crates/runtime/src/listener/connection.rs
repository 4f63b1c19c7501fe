//! One connection, from its first byte to its last.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::{Service, ServiceExt};

use super::admission::Permit;
use super::body::{RequestBody, RequestMark, ResponseBody};
use super::driver::Driver;
use super::io::WatchedStream;
use super::protocols::{StreamTasks, http1_builder, http2_builder};
use super::refusal::{Refusal, Refusals};
use super::settings::ListenerSettings;
use super::sniff::{Protocol, Sniffed, sniff};
use super::stats::{CloseReason, ListenerStats};
use super::watch::{Spans, Watch};
use super::{BoxError, Peer, set_nodelay};
use crate::supervisor::CatchPanic;

/// What all connections of a listener share.
#[derive(Clone)]
pub(super) struct Connection(Arc<Shared>);

struct Shared {
    settings: ListenerSettings,
    stats: ListenerStats,
    refusals: Refusals,
    tasks: TaskTracker,
    driver: Driver,
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
            driver: Driver::new(settings, drain, cut),
            http1: http1_builder(settings),
            http2: http2_builder(settings, StreamTasks(tasks.clone())),
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
            sniffed = sniff(&mut stream, &[], &self.settings) => sniffed,
            () = self.driver.draining() => return CloseReason::Drained,
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
                self.driver.drive(Box::pin(connection), &watch).await
            }
            Protocol::Http2 => {
                let connection = self.http2.serve_connection(io, answer);
                self.driver.drive(Box::pin(connection), &watch).await
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
}
