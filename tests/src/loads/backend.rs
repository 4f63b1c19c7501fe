//! A backend that answers at once, keeps every connection open, and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Counts whole requests and nothing else: every connection stays open, so nothing is ever sent twice.
#[derive(Debug)]
pub(super) struct Backend {
    pub(super) url: String,
    count: Arc<AtomicU64>,
    _serving: JoinSet<()>,
}

impl Backend {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let count = Arc::<AtomicU64>::default();
        let mut serving = JoinSet::new();
        let counted = Arc::clone(&count);
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answer(stream, Arc::clone(&counted)));
                while connections.try_join_next().is_some() {}
            }
        });
        Self {
            url,
            count,
            _serving: serving,
        }
    }

    /// Requests that arrived whole so far.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::SeqCst)
    }
}

async fn answer(mut stream: TcpStream, count: Arc<AtomicU64>) {
    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let mut received = Vec::new();
    while matches!(stream.read_buf(&mut received).await, Ok(bytes) if bytes > 0) {
        // Requests without a body: the head is the whole.
        while let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            count.fetch_add(1, Ordering::SeqCst);
            received.drain(..end + 4);
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
    }
}
