//! Something between two programs: passes HTTP on, counts bytes, changes answers, or cuts the line.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::callers::client;

/// An exchange that passed, before the answer was changed.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: Method,
    pub path: String,
    /// What was asked, so that a test can send it again.
    pub request_headers: HeaderMap,
    pub request_body: Bytes,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

type Tamper = Box<dyn FnMut(&Exchange) -> Option<(StatusCode, HeaderMap, Bytes)> + Send>;

struct State {
    target: String,
    client: reqwest::Client,
    cut: AtomicBool,
    bytes_down: AtomicU64,
    /// `None` when nothing is to be kept.
    seen: Mutex<Option<Vec<Exchange>>>,
    tamper: Mutex<Option<Tamper>>,
}

/// A proxy that ends with this value.
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<State>,
    _serving: JoinSet<()>,
}

impl FaultProxy {
    /// In front of `target`, such as `http://127.0.0.1:8001`; it need not answer yet.
    pub async fn start(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let state = Arc::new(State {
            target,
            client: client(),
            cut: AtomicBool::new(false),
            bytes_down: AtomicU64::new(0),
            seen: Mutex::new(Some(Vec::new())),
            tamper: Mutex::default(),
        });
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&state)));
        Self {
            address,
            state,
            _serving: serving,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// While cut, connections are closed unanswered.
    pub fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::SeqCst);
    }

    /// Bytes of answer bodies to `/gateway/v1/config` so far.
    pub fn config_bytes(&self) -> u64 {
        self.state.bytes_down.load(Ordering::SeqCst)
    }

    /// Every exchange so far that had a body in its answer.
    pub fn seen(&self) -> Vec<Exchange> {
        self.state
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .unwrap_or_default()
    }

    /// Keeps no exchanges from now on: a long run would fill the memory with them.
    pub fn keep_nothing(&self) {
        *self
            .state
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Judges every answer from now on; `None` passes it as it is.
    pub fn tamper(
        &self,
        judge: impl FnMut(&Exchange) -> Option<(StatusCode, HeaderMap, Bytes)> + Send + 'static,
    ) {
        *self
            .state
            .tamper
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Box::new(judge));
    }

    /// Passes everything again.
    pub fn be_honest(&self) {
        *self
            .state
            .tamper
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let state = Arc::clone(&state);
        if !state.cut.load(Ordering::SeqCst) {
            connections.spawn(serve(stream, state));
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { pass(request, &state).await }
    });
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// An error closes the connection without an answer.
async fn pass(request: Request<Incoming>, state: &State) -> Result<Response<Full<Bytes>>, String> {
    let (parts, body) = request.into_parts();
    let path = parts
        .uri
        .path_and_query()
        .map(ToString::to_string)
        .unwrap_or_default();
    let request_body = body
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();
    let mut headers = parts.headers.clone();
    headers.remove(http::header::HOST);
    headers.remove(http::header::CONNECTION);
    let asked = state
        .client
        .request(parts.method.clone(), format!("{}{path}", state.target));
    let asked = asked.headers(headers.clone()).body(request_body.clone());
    let answer = asked.send().await.map_err(|error| error.to_string())?;
    let (status, mut answer_headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.map_err(|error| error.to_string())?;
    if state.cut.load(Ordering::SeqCst) {
        return Err("the line was cut meanwhile".to_owned());
    }
    for framing in ["transfer-encoding", "content-length", "connection"] {
        answer_headers.remove(framing);
    }
    let exchange = Exchange {
        method: parts.method,
        path,
        request_headers: headers,
        request_body,
        status,
        headers: answer_headers,
        body,
    };
    Ok(judge(exchange, state))
}

fn judge(exchange: Exchange, state: &State) -> Response<Full<Bytes>> {
    let mut tamper = state.tamper.lock().unwrap_or_else(PoisonError::into_inner);
    let changed = tamper.as_mut().and_then(|judge| judge(&exchange));
    let whole = (
        exchange.status,
        exchange.headers.clone(),
        exchange.body.clone(),
    );
    let (status, headers, body) = changed.unwrap_or(whole);
    if exchange.path.starts_with("/gateway/v1/config") {
        state
            .bytes_down
            .fetch_add(body.len() as u64, Ordering::SeqCst);
    }
    let mut seen = state.seen.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(seen) = seen.as_mut()
        && !exchange.body.is_empty()
    {
        seen.push(exchange);
    }
    drop(seen);
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
