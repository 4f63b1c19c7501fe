//! A backend on a port of its own that does with every connection what a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::PATIENCE;

pub(super) struct Backend {
    pub(super) address: SocketAddr,
    connections: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

/// One connection, from the backend's side.
pub(super) struct Peer {
    /// Which connection of the backend this is, from nought.
    pub(super) number: usize,
    pub(super) stream: BufReader<TcpStream>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Backend {
    pub(super) fn start(script: impl Fn(&mut Peer) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let backend = Self {
            address: listener.local_addr().expect("bound"),
            connections: Arc::default(),
            open: Arc::default(),
            heads: Arc::default(),
        };
        let (connections, open) = (Arc::clone(&backend.connections), Arc::clone(&backend.open));
        let (script, heads) = (Arc::new(script), Arc::clone(&backend.heads));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let number = connections.fetch_add(1, Ordering::SeqCst);
                open.fetch_add(1, Ordering::SeqCst);
                let (script, heads, open) =
                    (Arc::clone(&script), Arc::clone(&heads), Arc::clone(&open));
                std::thread::spawn(move || {
                    let _ = stream.set_nodelay(true);
                    let _ = stream.set_read_timeout(Some(PATIENCE));
                    let mut peer = Peer {
                        number,
                        stream: BufReader::new(stream),
                        heads,
                    };
                    script(&mut peer);
                    drop(peer);
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        backend
    }

    /// Answers every request with the same bytes.
    pub(super) fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |peer| while peer.request().is_some() && peer.write(&bytes) {})
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn urls(&self) -> [String; 1] {
        [self.url()]
    }

    /// Connections it ever had.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Connections whose script goes on.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Request heads it read.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("not poisoned").clone()
    }
}

/// An address at which nobody listens, and nobody will: its port stays taken for as long as this process lives.
pub(super) fn nobody() -> String {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&free.into()).expect("a free port");
    let bound = socket.local_addr().expect("bound").as_socket();
    std::mem::forget(socket);
    format!("http://{}", bound.expect("an address"))
}

impl Peer {
    /// Reads the head of a request; `None` at the end.
    pub(super) fn head(&mut self) -> Option<String> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match self.stream.read_line(&mut head) {
                Ok(1..) => {}
                _ => return None,
            }
        }
        self.heads.lock().expect("not poisoned").push(head.clone());
        Some(head)
    }

    /// Reads a request with its body as its framing says; `None` at the end.
    pub(super) fn request(&mut self) -> Option<(String, Vec<u8>)> {
        let head = self.head()?;
        let mut body = Vec::new();
        if let Some(length) = length_of(&head) {
            body.resize(length, 0);
            self.stream.read_exact(&mut body).ok()?;
        } else if head.contains("\r\ntransfer-encoding: chunked\r\n") {
            while let Some(chunk) = self.chunk().filter(|chunk| !chunk.is_empty()) {
                body.extend(chunk);
            }
        }
        Some((head, body))
    }

    /// Reads a chunk; an empty one is the last. `None` when it is none.
    pub(super) fn chunk(&mut self) -> Option<Vec<u8>> {
        let mut line = String::new();
        self.stream.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim_end(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk).ok()?;
        chunk.truncate(length);
        Some(chunk)
    }

    /// Everything up to the end of the connection, and whether that was an end rather than a reset.
    pub(super) fn rest(&mut self) -> (Vec<u8>, bool) {
        let mut rest = Vec::new();
        let ended = self.stream.read_to_end(&mut rest).is_ok();
        (rest, ended)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    /// Answers 200 with a text.
    pub(super) fn answer(&mut self, text: &str) -> bool {
        let length = text.len();
        self.write(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{text}").as_bytes())
    }

    /// Makes the end of this connection a reset.
    pub(super) fn reset(&mut self) {
        let socket = socket2::SockRef::from(self.stream.get_ref());
        let _ = socket.set_linger(Some(Duration::ZERO));
    }
}

fn length_of(head: &str) -> Option<usize> {
    let (_, after) = head.split_once("\r\ncontent-length: ")?;
    after.split_once("\r\n")?.0.parse().ok()
}
