//! Backends: one that behaves and tells what it got, and ways to misbehave.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::http::PATIENCE;

/// A request as a backend got it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A backend on a port of its own.
#[derive(Clone)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

/// What a backend does with one connection.
pub(crate) type Behaviour = dyn Fn(Exchange<'_>) + Send + Sync;

/// One connection of a backend.
pub(crate) struct Exchange<'a> {
    pub(crate) stream: &'a mut BufReader<TcpStream>,
    seen: &'a Mutex<Vec<Seen>>,
}

impl Exchange<'_> {
    /// Reads a request whole; `None` at the end of the connection.
    pub(crate) fn read(&mut self) -> Option<Seen> {
        let mut seen = self.read_head()?;
        if let Some(length) = seen
            .header("content-length")
            .and_then(|text| text.parse().ok())
        {
            seen.body = vec![0; length];
            self.stream.read_exact(&mut seen.body).ok()?;
        } else if seen.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.read_chunk() {
                seen.body.extend(chunk);
            }
        }
        self.seen.lock().expect("not poisoned").push(seen.clone());
        Some(seen)
    }

    pub(crate) fn read_head(&mut self) -> Option<Seen> {
        let mut seen = Seen::default();
        self.stream
            .read_line(&mut seen.line)
            .ok()
            .filter(|length| *length > 0)?;
        seen.line = seen.line.trim_end().to_owned();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            seen.headers
                .push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Some(seen)
    }

    /// One chunk of a chunked body; `None` after the last.
    pub(crate) fn read_chunk(&mut self) -> Option<Vec<u8>> {
        let mut line = String::new();
        self.stream.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; length + 2];
        self.stream.read_exact(&mut chunk).ok()?;
        chunk.truncate(length);
        (length > 0).then_some(chunk)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.get_mut().write_all(bytes).is_ok()
    }

    /// Answers 200 with a text.
    pub(crate) fn answer(&mut self, body: &str) -> bool {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.write(head.as_bytes())
    }

    /// Closes with a reset instead of an end.
    pub(crate) fn reset(&mut self) {
        let socket = self.stream.get_ref();
        // Unread bytes make the kernel send a reset; an immediate linger does so in any case.
        let _ = socket2::SockRef::from(socket).set_linger(Some(std::time::Duration::ZERO));
    }

    pub(crate) fn close(&mut self) {
        let _ = self.stream.get_ref().shutdown(Shutdown::Both);
    }
}

impl Upstream {
    /// Answers every request with 200 and its request line.
    pub(crate) fn echo() -> Self {
        Self::start(|mut exchange| {
            while let Some(seen) = exchange.read() {
                let body = seen.line.clone();
                if !exchange.answer(&body) {
                    return;
                }
            }
        })
    }

    pub(crate) fn start(behaviour: impl Fn(Exchange<'_>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let upstream = Self {
            address: listener.local_addr().expect("bound"),
            seen: Arc::default(),
            connections: Arc::default(),
        };
        let behaviour: Arc<Behaviour> = Arc::new(behaviour);
        let shared = upstream.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (behaviour, shared) = (Arc::clone(&behaviour), shared.clone());
                std::thread::spawn(move || {
                    let _ = stream.set_read_timeout(Some(PATIENCE));
                    behaviour(Exchange {
                        stream: &mut BufReader::new(stream),
                        seen: &shared.seen,
                    });
                });
            }
        });
        upstream
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Requests it got, whole ones only.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().expect("not poisoned")
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// An address at which nobody listens, and nobody will: its port stays taken for as long as this process lives.
pub(crate) fn nobody() -> String {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    socket.bind(&free.into()).expect("a free port");
    let bound = socket.local_addr().expect("bound").as_socket();
    std::mem::forget(socket);
    format!("http://{}", bound.expect("an address"))
}
