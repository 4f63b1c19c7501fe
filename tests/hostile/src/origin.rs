//! A backend that keeps the bytes of every connection, answers like a patient server, and never judges.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::judge::{Message, patient};

/// A connection waits so long for its next bytes.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// What a proxy still has in hand when its client is gone shows up within this.
const MOMENT: Duration = Duration::from_millis(10);

/// What came on one connection during one case.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    /// As they came.
    pub bytes: Vec<u8>,
    /// Whether the proxy has ended the connection.
    pub closed: bool,
}

/// A place in the history of a backend.
#[derive(Debug, Clone)]
pub struct Mark(Vec<usize>);

/// A running backend.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    connections: Mutex<Vec<Segment>>,
    news: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Vec<Segment>> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Origin {
    /// Starts one on a free port.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let origin = Self {
            address: listener.local_addr()?,
            shared: Arc::default(),
        };
        let shared = Arc::clone(&origin.shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let number = {
                    let mut connections = shared.lock();
                    connections.push(Segment::default());
                    connections.len() - 1
                };
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // How it ends is seen by the proxy and told to nobody else.
                    let _ = converse(stream, number, &shared);
                    shared.lock()[number].closed = true;
                    shared.news.notify_all();
                });
            }
        });
        Ok(origin)
    }

    /// Everything that came so far is history.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let connections = self.shared.lock();
        Mark(connections.iter().map(|one| one.bytes.len()).collect())
    }

    /// What came since, once every connection has ended or stands at the end of a request and a moment has passed in
    /// silence; or after `longest`.
    #[must_use]
    pub fn settled(&self, mark: &Mark, longest: Duration) -> Vec<Segment> {
        let until = Instant::now() + longest;
        let mut connections = self.shared.lock();
        loop {
            let segments = since(&connections, mark);
            let unfinished = segments.iter().any(|segment| {
                !segment.closed
                    && patient(&segment.bytes)
                        .messages
                        .iter()
                        .any(|one| !one.whole)
            });
            let left = until.saturating_duration_since(Instant::now());
            let wait = if unfinished { left } else { left.min(MOMENT) };
            let waited = self.shared.news.wait_timeout(connections, wait);
            let (locked, silence) = waited.unwrap_or_else(PoisonError::into_inner);
            connections = locked;
            if left.is_zero() || (silence.timed_out() && !unfinished) {
                return segments;
            }
        }
    }
}

fn since(connections: &[Segment], mark: &Mark) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (number, connection) in connections.iter().enumerate() {
        let from = mark.0.get(number).copied().unwrap_or(0);
        if connection.bytes.len() > from {
            segments.push(Segment {
                bytes: connection.bytes[from..].to_vec(),
                closed: connection.closed,
            });
        }
    }
    segments
}

fn converse(mut stream: TcpStream, number: usize, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE_MAX))?;
    stream.set_nodelay(true)?;
    let mut unread: Vec<u8> = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        let length = stream.read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        unread.extend_from_slice(&piece[..length]);
        let reading = patient(&unread);
        let whole = reading.messages.into_iter().filter(|one| one.whole);
        let whole: Vec<Message> = whole.collect();
        unread.drain(..reading.used);
        {
            shared.lock()[number]
                .bytes
                .extend_from_slice(&piece[..length]);
            shared.news.notify_all();
        }
        for message in &whole {
            stream.write_all(&answer(message))?;
        }
    }
}

/// Names the request it is for.
fn answer(message: &Message) -> Vec<u8> {
    let body = if message.method == "HEAD" {
        ""
    } else {
        "seen\n"
    };
    let seen = seen(message);
    format!("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-seen: {seen}\r\n\r\n{body}").into_bytes()
}

/// What the backend says about a request in the field `x-seen` of its answer.
pub(crate) fn seen(message: &Message) -> String {
    let plain = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    };
    let line = format!("{} {}", message.method, message.target);
    line.chars().take(200).map(plain).collect()
}
