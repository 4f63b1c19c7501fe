//! A backend: a real HTTP server that echoes, counts, keeps raw requests, streams at command and breaks off.
//!
//! | path | what it does |
//! |---|---|
//! | `…/download` | the body given by [`TestUpstream::hold_download`], piece by piece, at the test's command |
//! | `…/upload` | reads the body and reports its first byte and its length as they come |
//! | `?cut=N` | promises more and breaks off after N bytes |
//! | `?wait_ms=N` | answers after that |
//! | `?status=N` | with that status |
//! | anything else | 200 and what was asked, as JSON |

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

type Body = BoxBody<Bytes, std::io::Error>;

#[derive(Debug, Default)]
struct State {
    received: Mutex<Vec<Received>>,
    count: AtomicU64,
    uploaded: watch::Sender<u64>,
    download: Mutex<Option<mpsc::Receiver<Bytes>>>,
}

/// A backend that ends with this value.
#[derive(Debug)]
pub struct TestUpstream {
    address: SocketAddr,
    state: Arc<State>,
    _serving: JoinSet<()>,
}

impl TestUpstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let state = Arc::new(State::default());
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&state)));
        Self {
            address,
            state,
            _serving: serving,
        }
    }

    /// `http://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Calls that arrived so far.
    pub fn count(&self) -> u64 {
        self.state.count.load(Ordering::SeqCst)
    }

    /// Every request with a small body that arrived, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.state
            .received
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The next call of `…/download` answers with what is sent here; it ends when the sender is dropped.
    pub fn hold_download(&self) -> mpsc::Sender<Bytes> {
        let (sender, pieces) = mpsc::channel(1);
        *self
            .state
            .download
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(pieces);
        sender
    }

    /// Bytes of uploads read so far; waits for changes.
    pub fn uploaded(&self) -> watch::Receiver<u64> {
        self.state.uploaded.subscribe()
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(&state);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let state = Arc::clone(&state);
                async move { Ok::<_, Infallible>(answer(request, &state).await) }
            });
            // A broken connection is what some tests ask for.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(request: Request<Incoming>, state: &State) -> Response<Body> {
    state.count.fetch_add(1, Ordering::SeqCst);
    let query: BTreeMap<String, String> = query(request.uri());
    let number = |name: &str| query.get(name).and_then(|value| value.parse::<u64>().ok());
    let path = request.uri().path().to_owned();
    if path.ends_with("/upload") {
        return upload(request, state).await;
    }
    if path.ends_with("/download") {
        let held = state
            .download
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(pieces) = held {
            return Response::new(pieces_body(pieces));
        }
    }
    let (parts, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let received = Received {
        method: parts.method,
        uri: parts.uri,
        headers: parts.headers,
        body,
    };
    let echo = json!({
        "method": received.method.as_str(),
        "path": received.uri.path(),
        "query": received.uri.query(),
        "headers": names_and_values(&received.headers),
        "body": String::from_utf8_lossy(&received.body),
    });
    state
        .received
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(received);
    if let Some(wait) = number("wait_ms") {
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    if let Some(bytes) = number("cut") {
        return cut_after(bytes);
    }
    let mut response = Response::new(
        Full::new(Bytes::from(echo.to_string()))
            .map_err(never)
            .boxed(),
    );
    response.headers_mut().insert(
        "content-type",
        http::HeaderValue::from_static("application/json"),
    );
    let status =
        number("status").and_then(|status| StatusCode::from_u16(u16::try_from(status).ok()?).ok());
    *response.status_mut() = status.unwrap_or(StatusCode::OK);
    response
}

fn never(impossible: Infallible) -> std::io::Error {
    match impossible {}
}

fn query(uri: &Uri) -> BTreeMap<String, String> {
    let pairs = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn names_and_values(headers: &HeaderMap) -> serde_json::Value {
    let pairs = headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]));
    pairs.collect()
}

async fn upload(request: Request<Incoming>, state: &State) -> Response<Body> {
    let mut body = request.into_body();
    let mut length = 0;
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(data) = frame.data_ref() {
            length += data.len() as u64;
            state
                .uploaded
                .send_modify(|bytes| *bytes += data.len() as u64);
        }
    }
    let report = json!({"length": length}).to_string();
    Response::new(Full::new(Bytes::from(report)).map_err(never).boxed())
}

fn pieces_body(pieces: mpsc::Receiver<Bytes>) -> Body {
    Pieces(pieces).boxed()
}

/// Announces ten times as much as it sends, then breaks the connection.
fn cut_after(bytes: u64) -> Response<Body> {
    let piece = Bytes::from(vec![b'x'; usize::try_from(bytes).unwrap_or_default()]);
    let pause = Box::pin(tokio::time::sleep(Duration::from_millis(100)));
    let mut response = Response::new(
        Cut {
            piece: Some(piece),
            pause,
        }
        .boxed(),
    );
    response
        .headers_mut()
        .insert("content-length", (bytes * 10 + 1).into());
    response
}

/// Gives what it has, lets it leave, and fails.
struct Cut {
    piece: Option<Bytes>,
    pause: std::pin::Pin<Box<tokio::time::Sleep>>,
}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(piece) = self.piece.take() {
            return std::task::Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let broken = || Err(std::io::Error::other("broken off, as asked"));
        self.pause.as_mut().poll(context).map(|()| Some(broken()))
    }
}

struct Pieces(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0
            .poll_recv(context)
            .map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}
