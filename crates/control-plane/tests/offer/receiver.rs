//! A receiver of webhooks, and a way out that may reach it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gatehouse_runtime::egress::{Egress, EgressSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// One message as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    head: String,
    pub(crate) body: String,
}

impl Message {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> String {
        let found = self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        });
        found.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }
}

/// Answers every message with the answer set last.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    inner: Arc<Inner>,
    _task: JoinSet<()>,
}

struct Inner {
    answer: Mutex<String>,
    got: Mutex<Vec<Message>>,
    connects: AtomicUsize,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner {
            answer: Mutex::new("HTTP/1.1 204 No Content\r\n\r\n".to_owned()),
            got: Mutex::default(),
            connects: AtomicUsize::new(0),
        });
        let mut task = JoinSet::new();
        let shared = Arc::clone(&inner);
        task.spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                shared.connects.fetch_add(1, Ordering::Relaxed);
                calls.spawn(serve(socket, Arc::clone(&shared)));
            }
        });
        Self {
            address,
            inner,
            _task: task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook?key=canary", self.address)
    }

    /// What the next messages are answered with: a status line's end and headers.
    pub(crate) fn answers(&self, answer: &str) {
        *self.inner.answer.lock().unwrap() =
            format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
    }

    pub(crate) fn got(&self) -> Vec<Message> {
        self.inner.got.lock().unwrap().clone()
    }

    pub(crate) fn connects(&self) -> usize {
        self.inner.connects.load(Ordering::Relaxed)
    }
}

async fn serve(mut socket: TcpStream, inner: Arc<Inner>) {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let Ok(read @ 1..) = socket.read(&mut chunk).await else {
            return;
        };
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let message = Message {
            head: head.to_owned(),
            body: body.to_owned(),
        };
        if body.len() < message.header("content-length").parse::<usize>().unwrap() {
            continue;
        }
        inner.got.lock().unwrap().push(message);
        bytes.clear();
        let answer = inner.answer.lock().unwrap().clone();
        if socket.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A way out that may reach the loopback address.
pub(crate) fn open() -> Egress {
    Egress::new(&EgressSettings {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..EgressSettings::default()
    })
    .unwrap()
}

/// A way out as it is by default.
pub(crate) fn closed() -> Egress {
    Egress::new(&EgressSettings::default()).unwrap()
}
