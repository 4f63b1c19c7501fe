//! The general tier: hyper reads what the strict one does not: HTTP/2, upgrades, `Expect`, and everything inside TLS.
//!
//! It makes the same view of a request (`view`) as the strict tier, so the same judgements apply and backends get the same
//! bytes.

pub(crate) mod body;
mod frame_guard;
mod guard;
pub(crate) mod view;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use gatehouse_runtime::listener::parts::{
    Driver, LocalStreamTasks, Permit, Protocol, Refusals, RequestMark, ResponseBody, Sniffed,
    Spans, Watch, WatchedStream, http1_builder, http2_builder, sniff,
};
use gatehouse_runtime::listener::{
    CloseReason, ListenerSettings, ListenerStats, Peer, Refusal, RequestBody,
};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::TaskTracker;

use crate::answer::AnswerBody;
use crate::proxy::{Proxy, handle_request};
use crate::worker::Plan;
use frame_guard::FrameGuarded;
use guard::Guarded;

/// What the connections of a worker share in this tier.
pub(crate) struct General(Rc<Shared>);

struct Shared {
    settings: ListenerSettings,
    stats: ListenerStats,
    refusals: Refusals,
    driver: Driver,
    http1: http1::Builder,
    http2: http2::Builder<LocalStreamTasks>,
}

impl General {
    pub(crate) fn new(plan: &Plan, driver: Driver, tasks: &TaskTracker) -> Self {
        let settings = plan.settings.listener.clone();
        Self(Rc::new(Shared {
            stats: plan.stats.clone(),
            refusals: plan.refusals.clone(),
            driver,
            http1: http1_builder(&settings),
            http2: http2_builder(&settings, LocalStreamTasks(tasks.clone())),
            settings,
        }))
    }

    /// Serves a connection to its end. `already_read` are bytes of it that somebody else has taken.
    pub(crate) async fn serve<T>(
        &self,
        mut stream: T,
        already_read: &[u8],
        peer: SocketAddr,
        permit: Permit,
        proxy: Rc<Proxy>,
    ) -> CloseReason
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let shared = &self.0;
        let sniffed = tokio::select! {
            biased;
            sniffed = sniff(&mut stream, already_read, &shared.settings) => sniffed,
            () = shared.driver.draining() => return CloseReason::Drained,
        };
        let Sniffed {
            protocol,
            bytes,
            first_byte,
        } = match sniffed {
            Ok(sniffed) => sniffed,
            Err(reason) => return reason,
        };
        let spans = Spans::of(&shared.settings);
        let watch = Arc::new(Watch::new(spans, first_byte, protocol == Protocol::Http2));
        let io = WatchedStream::new(stream, bytes, Arc::clone(&watch), permit);
        let answering = Answering {
            shared: Rc::clone(shared),
            watch: Arc::clone(&watch),
            proxy,
            peer,
        };
        let service = service_fn(move |request| answering.clone().answer(request));
        match protocol {
            Protocol::Http1 => {
                // Twice hyper's own limit, which has an answer of its own.
                let io = Guarded::new(io, 2 * shared.settings.header_bytes_max as usize);
                let connection = shared.http1.serve_connection(TokioIo::new(io), service);
                let connection = Box::pin(connection.with_upgrades());
                shared.driver.drive(connection, &watch).await
            }
            Protocol::Http2 => {
                let io = FrameGuarded::new(io);
                let connection = shared.http2.serve_connection(TokioIo::new(io), service);
                shared.driver.drive(Box::pin(connection), &watch).await
            }
        }
    }
}

/// Answers the requests of one connection.
#[derive(Clone)]
struct Answering {
    shared: Rc<Shared>,
    watch: Arc<Watch>,
    proxy: Rc<Proxy>,
    peer: SocketAddr,
}

impl Answering {
    async fn answer(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<ResponseBody<AnswerBody>>, Infallible> {
        let mark = RequestMark::new(&self.watch);
        let Shared {
            settings,
            refusals,
            stats,
            ..
        } = &*self.shared;
        if request.headers().len() > settings.headers_max {
            let refused = refusals.answer(Refusal::TooManyHeaders);
            return Ok(refused.map(|words| ResponseBody::refusal(words, mark)));
        }
        let mut request =
            request.map(|incoming| RequestBody::new(incoming, settings, stats.clone()));
        request.extensions_mut().insert(Peer(self.peer));
        let response = handle_request(&self.proxy, request).await;
        Ok(response.map(|body| ResponseBody::new(body, mark)))
    }
}
