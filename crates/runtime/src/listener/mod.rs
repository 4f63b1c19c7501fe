//! The accept loop that every role serves on.
//!
//! Nothing faces the network without it: `axum::serve` sets no deadline on headers, and the usual
//! protocol sniff waits for ever. Here every state of a connection has an end: the first byte, the
//! header, the body, the answer, the pause between requests and the age of the connection; and
//! connections are counted, overall and per source.
//!
//! Read [`Listener::serve`], then `connection` (one connection from first byte to last) and `watch`
//! (what it may wait for, and how long).

mod admission;
mod body;
mod connection;
mod driver;
mod ending;
mod io;
mod protocols;
mod refusal;
mod settings;
mod sniff;
mod stats;
mod watch;

/// The pieces of the accept loop, for a role that accepts on threads of its own: the gateway.
pub mod parts {
    pub use super::admission::{Admission, Admitted, Permit};
    pub use super::body::{RequestMark, ResponseBody};
    pub use super::driver::Driver;
    pub use super::io::WatchedStream;
    pub use super::protocols::{
        GracefulConnection, LocalStreamTasks, http1_builder, http2_builder,
    };
    pub use super::refusal::Refusals;
    pub use super::sniff::{PREFACE, Protocol, Sniffed, sniff};
    pub use super::watch::{Spans, Watch};
}

use std::io as std_io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

pub use body::{BodyError, RequestBody};
pub use refusal::Refusal;
pub use settings::{H2Settings, ListenerSettings};
pub use stats::{CloseReason, ListenerStats};

use admission::{Admission, Admitted};
use connection::Connection;
use refusal::Refusals;

/// Any error, for the bounds of services and bodies.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The address at the other end of the connection, in the extensions of every request. Behind trusted
/// proxies it is the last of them: see [`crate::settings::TrustedProxies::client_ip`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(pub SocketAddr);

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrainOutcome {
    /// Connections that still had work at the end of the drain time and were cut.
    pub cut: u64,
}

/// How many connections the kernel keeps for us between two accepts.
const BACKLOG: u32 = 4_096;
/// How long to wait when the process or the machine has no descriptor left for a new connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A bound socket, not yet served.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    local_addr: SocketAddr,
    stats: ListenerStats,
    refusals: Refusals,
}

impl Listener {
    /// Binds inside a tokio runtime. Port 0 takes a free one, see [`Listener::local_addr`].
    pub fn bind(address: SocketAddr) -> std_io::Result<Self> {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // A restart must not wait for connections of the last run to leave TIME_WAIT.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Self::of(socket.listen(BACKLOG)?)
    }

    /// Takes over a socket that listens already. Inside a tokio runtime.
    pub fn from_std(socket: std::net::TcpListener) -> std_io::Result<Self> {
        socket.set_nonblocking(true)?;
        Self::of(TcpListener::from_std(socket)?)
    }

    fn of(socket: TcpListener) -> std_io::Result<Self> {
        let local_addr = socket.local_addr()?;
        Ok(Self {
            socket,
            local_addr,
            stats: ListenerStats::default(),
            refusals: Refusals::default(),
        })
    }

    /// Lets the role word the answers that the listener gives in its place, for example as the
    /// problems of the house. Without this they have a short problem of their own.
    #[must_use]
    pub fn word_refusals<F>(mut self, answer: F) -> Self
    where
        F: Fn(Refusal) -> Response<Bytes> + Send + Sync + 'static,
    {
        self.refusals = Refusals::new(answer);
        self
    }

    /// The address clients can connect to, with the real port.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The counters of this listener, for metrics.
    #[must_use]
    pub fn stats(&self) -> ListenerStats {
        self.stats.clone()
    }

    /// Serves until `shutdown`, then drains: new connections are refused, idle ones closed, requests
    /// under way finished, at most for the drain time of the settings. An axum `Router` is a service.
    ///
    /// A panic of the service ends its connection (HTTP/1.1) or its stream (HTTP/2) and no other.
    pub async fn serve<S, B>(
        self,
        service: S,
        settings: &ListenerSettings,
        shutdown: CancellationToken,
    ) -> DrainOutcome
    where
        S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let tasks = TaskTracker::new();
        let cut = CancellationToken::new();
        let admission = Admission::new(settings, self.stats.clone());
        let connection = Connection::new(
            settings,
            &self.stats,
            &self.refusals,
            &tasks,
            &shutdown,
            &cut,
        );
        let mut trouble = AcceptTrouble::default();
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => match admission.admit(peer.ip()) {
                    Admitted::Yes(permit) => {
                        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
                        connection.start(stream, peer, permit, service.clone());
                    }
                    Admitted::Busy => admission.answer_busy(stream, &self.refusals, &tasks),
                    Admitted::TooManyFromSource => drop(stream),
                },
                Err(error) => trouble.pause(&error, &self.stats, &shutdown).await,
            }
        }
        // Closing the socket first makes the kernel refuse, so that clients go elsewhere at once.
        drop(self.socket);
        drain(&tasks, &cut, settings.drain, &self.stats).await
    }
}

async fn drain(
    tasks: &TaskTracker,
    cut: &CancellationToken,
    longest: Duration,
    stats: &ListenerStats,
) -> DrainOutcome {
    tasks.close();
    let before = stats.closed(CloseReason::Cut);
    if tokio::time::timeout(longest, tasks.wait()).await.is_err() {
        cut.cancel();
        tasks.wait().await;
    }
    DrainOutcome {
        cut: stats.closed(CloseReason::Cut) - before,
    }
}

/// Errors of accept that are not about one connection: too few descriptors, mostly.
#[derive(Debug, Default)]
pub struct AcceptTrouble {
    last_told: Option<tokio::time::Instant>,
}

impl AcceptTrouble {
    /// Waits a little instead of spinning: accept fails at once as long as the cause lasts.
    pub async fn pause(
        &mut self,
        error: &std_io::Error,
        stats: &ListenerStats,
        shutdown: &CancellationToken,
    ) {
        use std_io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if matches!(
            error.kind(),
            ConnectionAborted | ConnectionRefused | ConnectionReset
        ) {
            return;
        }
        stats.count_accept_failure();
        let now = tokio::time::Instant::now();
        let told_lately = self
            .last_told
            .is_some_and(|told| now - told < Duration::from_secs(10));
        if !told_lately {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "cannot accept connections"
            );
            self.last_told = Some(now);
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(ACCEPT_PAUSE) => {}
        }
    }
}

/// Small answers must not wait for a full packet.
fn set_nodelay(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "cannot set TCP_NODELAY"
        );
    }
}

#[cfg(test)]
mod tests;
