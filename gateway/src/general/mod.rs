//! The general tier: hyper reads what the strict one does not: HTTP/2, upgrades, `Expect`, and everything inside TLS.
//!
//! It makes the same view of a request (`view`) as the strict tier, so the same judgements apply and backends get the same
//! bytes.

mod answer;
mod body;
mod frame_guard;
mod guard;
mod judged;
pub(crate) mod tls;
mod upgrade;
pub(crate) mod view;

use std::convert::Infallible;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use gatehouse_runtime::listener::parts::{
    Driver, LocalStreamTasks, Permit, Protocol, Refusals, RequestMark, ResponseBody, Sniffed,
    Spans, Watch, WatchedStream, http1_builder, http2_builder, sniff,
};
use gatehouse_runtime::listener::{
    CloseReason, ListenerSettings, ListenerStats, Refusal, RequestBody,
};
use http::header::CONNECTION;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::task::TaskTracker;

use crate::proxy::{self, Asked, Origin, Passage, Proxy, Reply};
use crate::worker::Plan;
use crate::worker::signals::{Signals, Stage};
use answer::AnswerBody;
use body::GeneralBody;
use frame_guard::FrameGuard;
use guard::HeadGuard;
use judged::Judged;

/// What the connections of a worker share in this tier.
pub(crate) struct General(Rc<Shared>);

struct Shared {
    settings: ListenerSettings,
    stats: ListenerStats,
    signals: Rc<Signals>,
    refusals: Refusals,
    driver: Driver,
    tasks: TaskTracker,
    http1: http1::Builder,
    http2: http2::Builder<LocalStreamTasks>,
}

impl General {
    pub(crate) fn new(
        plan: &Plan,
        driver: Driver,
        signals: &Rc<Signals>,
        tasks: &TaskTracker,
    ) -> Self {
        let settings = plan.settings.listener.clone();
        Self(Rc::new(Shared {
            stats: plan.stats.clone(),
            signals: Rc::clone(signals),
            refusals: plan.refusals.clone(),
            driver,
            tasks: tasks.clone(),
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
        origin: Origin,
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
            origin,
            switched: Arc::default(),
        };
        let switched = Arc::clone(&answering.switched);
        let service = service_fn(move |request| answering.clone().answer(request));
        match protocol {
            Protocol::Http1 => {
                // Twice hyper's own limit, which has an answer of its own.
                let head_bytes_max = 2 * shared.settings.header_bytes_max as usize;
                let io = Judged::new(io, HeadGuard::new(head_bytes_max, switched));
                let connection = shared.http1.serve_connection(TokioIo::new(io), service);
                let connection = Box::pin(connection.with_upgrades());
                shared.driver.drive(connection, &watch).await
            }
            Protocol::Http2 => {
                let io = Judged::new(io, FrameGuard::new(Instant::now()));
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
    origin: Origin,
    /// The connection speaks another protocol from here on.
    switched: Arc<AtomicBool>,
}

impl Answering {
    async fn answer(
        self,
        mut request: Request<Incoming>,
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
        let protocol = upgrade::asked(&request);
        let client = protocol.map(|_| hyper::upgrade::on(&mut request));
        let (parts, incoming) = request.into_parts();
        let ends_with_head = incoming.is_end_stream();
        let incoming = RequestBody::new(incoming, settings, stats.clone());
        let mut body = GeneralBody::new(incoming, self.proxy.limits.body);
        let fields = view::fields(&parts.headers);
        let head = view::received(
            &parts.method,
            parts.version,
            &parts.uri,
            &fields,
            ends_with_head,
        );
        let mut host = String::new();
        let asked = Asked {
            head,
            host: &mut host,
            origin: self.origin,
            upgrade: protocol,
        };
        let mut passage = Passage::begin(&self.proxy, &asked.head, &body);
        let reply = proxy::handle(&self.proxy, asked, &mut body, &mut passage).await;
        let is_head_request = parts.method == Method::HEAD;
        let mut response =
            self.respond(reply, passage, body, client, parts.version, is_head_request);
        if parts.version < Version::HTTP_2
            && response.status() != StatusCode::SWITCHING_PROTOCOLS
            && self.shared.signals.stage() > Stage::Serving
        {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        Ok(response.map(|body| ResponseBody::new(body, mark)))
    }

    fn respond(
        &self,
        reply: Reply,
        passage: Passage,
        body: GeneralBody,
        client: Option<OnUpgrade>,
        version: Version,
        is_head_request: bool,
    ) -> Response<AnswerBody> {
        match reply {
            Reply::Own(own) => answer::own(own, version),
            Reply::Backend(answered) => answer::streaming(answered, passage, body, is_head_request),
            Reply::Switched(switched) => {
                self.switched.store(true, Ordering::Relaxed);
                let response = upgrade::agreed(&switched, &passage);
                if let Some(client) = client {
                    let cut = self.shared.driver.cut();
                    let tunnel = upgrade::tunnel(switched.tunnel, passage.call, client, cut);
                    self.shared.tasks.spawn_local(tunnel);
                }
                response
            }
        }
    }
}
