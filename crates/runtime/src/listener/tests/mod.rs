//! The accept loop over real sockets: each deadline, each limit at its edge, and the drain.

mod caps;
mod drain;
mod h2;
mod headers;
mod slowness;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

/// Long enough for a loaded machine; nothing waits this long when it works.
const PATIENCE: Duration = Duration::from_secs(20);

/// Settings in which nothing ends by itself, so that a test sees the one limit it sets.
fn patient() -> ListenerSettings {
    let never = Duration::from_secs(3_600);
    ListenerSettings {
        first_byte: never,
        header: never,
        body_progress: never,
        write_progress: never,
        keep_alive: never,
        max_connection_age: never,
        drain: PATIENCE,
        ..ListenerSettings::default()
    }
}

/// A listener under test with a service that has one path per behaviour.
struct Server {
    address: SocketAddr,
    stats: ListenerStats,
    shutdown: CancellationToken,
    finish_slow: Arc<Notify>,
    slow_began: Arc<Notify>,
    serving: JoinHandle<DrainOutcome>,
}

impl Server {
    fn start(settings: ListenerSettings) -> Self {
        let listener = Listener::bind("127.0.0.1:0".parse().expect("address")).expect("bind");
        let (finish_slow, slow_began) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (finish, began) = (Arc::clone(&finish_slow), Arc::clone(&slow_began));
        let service = tower::service_fn(move |request| {
            answer(request, Arc::clone(&finish), Arc::clone(&began))
        });
        let shutdown = CancellationToken::new();
        let (address, stats) = (listener.local_addr(), listener.stats());
        let token = shutdown.clone();
        #[expect(
            clippy::disallowed_methods,
            reason = "a server that ends with the test"
        )]
        let serving = tokio::spawn(async move { listener.serve(service, &settings, token).await });
        Self {
            address,
            stats,
            shutdown,
            finish_slow,
            slow_began,
            serving,
        }
    }

    async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.expect("connects"))
    }

    /// Waits until a counter of closed connections has this value.
    async fn closed(&self, reason: CloseReason, count: u64) {
        eventually(
            || self.stats.closed(reason) == count,
            || format!("{reason:?} {:?}", self.stats),
        )
        .await;
    }

    async fn stop(self) -> DrainOutcome {
        self.shutdown.cancel();
        tokio::time::timeout(PATIENCE, self.serving)
            .await
            .expect("drains")
            .expect("serves")
    }
}

async fn eventually(mut holds: impl FnMut() -> bool, otherwise: impl Fn() -> String) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "never happened: {}",
            otherwise()
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

type AnyBody = UnsyncBoxBody<Bytes, Infallible>;

async fn answer(
    request: Request<RequestBody>,
    finish: Arc<Notify>,
    began: Arc<Notify>,
) -> Result<Response<AnyBody>, Infallible> {
    let text = |text: String| Full::new(Bytes::from(text)).boxed_unsync();
    let mut response = Response::new(text(String::new()));
    match request.uri().path() {
        "/peer" => {
            let peer = request
                .extensions()
                .get::<Peer>()
                .expect("every request has one");
            *response.body_mut() = text(peer.0.to_string());
        }
        "/echo" => match request.into_body().collect().await {
            Ok(body) => *response.body_mut() = Full::new(body.to_bytes()).boxed_unsync(),
            Err(BodyError::TooSlow) => *response.status_mut() = StatusCode::REQUEST_TIMEOUT,
            Err(BodyError::Broken(_)) => *response.status_mut() = StatusCode::BAD_REQUEST,
        },
        "/slow" => {
            began.notify_one();
            finish.notified().await;
            *response.body_mut() = text("finished".to_owned());
        }
        "/flood" => {
            let chunk = Bytes::from(vec![b'x'; 64 << 10]);
            *response.body_mut() = Endless(chunk).boxed_unsync();
        }
        "/upgrade" => {
            let upgraded = hyper::upgrade::on(request);
            #[expect(clippy::disallowed_methods, reason = "ends with the connection")]
            tokio::spawn(async move {
                let mut io = TokioIo::new(upgraded.await.expect("upgraded"));
                let (mut reader, mut writer) = tokio::io::split(&mut io);
                let _ = tokio::io::copy(&mut reader, &mut writer).await;
            });
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            let echo = http::HeaderValue::from_static("echo");
            response.headers_mut().insert(http::header::UPGRADE, echo);
        }
        "/panic" => panic!("planted"),
        _ => *response.body_mut() = text("hello".to_owned()),
    }
    Ok(response)
}

/// Endless copies of a chunk.
struct Endless(Bytes);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(self.0.clone()))))
    }
}

/// A client that writes what it is told and shows what comes back.
struct Client(TcpStream);

impl Client {
    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("sends");
    }

    async fn get(&mut self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"))
            .await;
        self.response().await
    }

    /// One response with a content-length, head and body.
    async fn response(&mut self) -> String {
        let mut seen = String::new();
        loop {
            if let Some((head, body)) = seen.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "));
                let length: usize = length.unwrap_or("0").parse().expect("a number");
                if body.len() >= length {
                    return seen;
                }
            }
            let mut byte = [0; 512];
            let count = tokio::time::timeout(PATIENCE, self.0.read(&mut byte)).await;
            let count = count.expect("an answer in time").expect("a connection");
            assert!(count > 0, "closed after {seen:?}");
            seen.push_str(std::str::from_utf8(&byte[..count]).expect("text"));
        }
    }

    /// Everything until the other side closes, by an end or a reset.
    async fn until_closed(&mut self) -> String {
        let mut seen = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.0.read_to_end(&mut seen)).await;
        let _ = read.expect("the other side closes");
        String::from_utf8(seen).expect("text")
    }

    /// Writes `text` again and again until the other side closes; whether it did in time.
    async fn drip_until_closed(&mut self, text: &str) -> String {
        let (mut reader, mut writer) = self.0.split();
        let drip = async {
            let mut tick = tokio::time::interval(Duration::from_millis(10));
            loop {
                tick.tick().await;
                if writer.write_all(text.as_bytes()).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let mut seen = Vec::new();
        let closed = async {
            let _ = reader.read_to_end(&mut seen).await;
        };
        tokio::select! {
            () = drip => {}
            () = closed => {}
            () = tokio::time::sleep(PATIENCE) => panic!("still open"),
        }
        String::from_utf8(seen).expect("text")
    }
}

#[tokio::test]
async fn requests_are_answered_one_after_another_on_one_connection() {
    let server = Server::start(patient());
    let mut client = server.connect().await;
    assert!(client.get("/").await.ends_with("\r\n\r\nhello"));
    let local = client.0.local_addr().expect("address").to_string();
    assert!(client.get("/peer").await.ends_with(&local));
    assert_eq!((server.stats.open(), server.stats.accepted()), (1, 1));
    drop(client);
    server.closed(CloseReason::Finished, 1).await;
    eventually(|| server.stats.open() == 0, || "still open".to_owned()).await;
}

#[tokio::test]
async fn a_first_byte_that_could_begin_http_2_is_still_http_1() {
    let server = Server::start(patient());
    let mut client = server.connect().await;
    for part in ["P", "R", "OPFIND / HTTP/1.1\r\nhost: x\r\n\r\n"] {
        client.send(part).await;
        tokio::task::yield_now().await;
    }
    assert!(client.response().await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn a_panic_ends_its_connection_and_no_other() {
    let server = Server::start(patient());
    let mut neighbour = server.connect().await;
    neighbour.get("/").await;
    let mut client = server.connect().await;
    client.send("GET /panic HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(client.until_closed().await, "");
    server.closed(CloseReason::Panic, 1).await;
    assert!(neighbour.get("/").await.ends_with("hello"));
}

#[tokio::test]
async fn an_upgraded_connection_keeps_its_place_in_the_limits_until_it_ends() {
    let server = Server::start(patient());
    let mut client = server.connect().await;
    client
        .send("GET /upgrade HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n")
        .await;
    assert!(client.response().await.starts_with("HTTP/1.1 101 "));
    server.closed(CloseReason::Finished, 1).await;
    client.send("raw bytes").await;
    let mut back = [0; 9];
    client.0.read_exact(&mut back).await.expect("an echo");
    assert_eq!((&back, server.stats.open()), (b"raw bytes", 1));
    drop(client);
    eventually(|| server.stats.open() == 0, || "still open".to_owned()).await;
}

#[tokio::test]
async fn an_axum_router_is_served_with_the_peer_of_each_request() {
    use axum::extract::Extension;
    let show_peer = |Extension(Peer(peer)): Extension<Peer>| async move { peer.to_string() };
    let router = axum::Router::new().route("/", axum::routing::get(show_peer));
    let listener = Listener::bind("127.0.0.1:0".parse().expect("address")).expect("bind");
    let (address, shutdown) = (listener.local_addr(), CancellationToken::new());
    let settings = patient();
    let serving = listener.serve(router, &settings, shutdown.clone());
    let calling = async {
        let mut client = Client(TcpStream::connect(address).await.expect("connects"));
        let local = client.0.local_addr().expect("address").to_string();
        assert!(client.get("/").await.ends_with(&local));
        shutdown.cancel();
    };
    let (outcome, ()) = tokio::join!(serving, calling);
    assert_eq!(outcome, DrainOutcome { cut: 0 });
}

#[tokio::test]
async fn trouble_with_accept_is_counted_and_waited_out() {
    let (stats, shutdown) = (ListenerStats::default(), CancellationToken::new());
    let mut trouble = AcceptTrouble::default();
    let aborted = std_io::Error::from(std_io::ErrorKind::ConnectionAborted);
    assert!(
        is_over_at_once(trouble.pause(&aborted, &stats, &shutdown)),
        "a client that gave up is no reason to wait"
    );
    assert_eq!(stats.accept_failures(), 0);
    let began = tokio::time::Instant::now();
    let too_many_files = std_io::Error::from_raw_os_error(24);
    trouble.pause(&too_many_files, &stats, &shutdown).await;
    assert_eq!(stats.accept_failures(), 1);
    assert!(began.elapsed() >= ACCEPT_PAUSE);
    // Shutdown does not wait for the pause.
    shutdown.cancel();
    assert!(is_over_at_once(trouble.pause(
        &too_many_files,
        &stats,
        &shutdown
    )));
}

/// Whether it waits for nothing.
fn is_over_at_once(pause: impl Future<Output = ()>) -> bool {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    std::pin::pin!(pause).poll(&mut context).is_ready()
}
