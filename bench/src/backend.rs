//! The backend behind every proxy: one thread, answers from memory, several times as fast as any proxy in front of it.
//!
//! By path: `/items/…` is 1 KiB of JSON, `/blob` 64 KiB, `/upload` takes a body, `/stream` sends events one by one.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use memchr::memmem;

use crate::http1::{self, Body, Length};
use crate::poll::Poll;

/// Bytes of an ordinary answer's body.
const ITEM_BYTES: usize = 1_024;
/// Bytes of a large body, up or down.
pub(crate) const BLOB_BYTES: usize = 64 * 1024;
/// Events of one stream, and the pause between two.
pub(crate) const EVENTS: u32 = 50;
const EVENT_EVERY: Duration = Duration::from_millis(1);

/// The running backend; ends with the program.
#[derive(Debug, Clone)]
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    answered: Arc<AtomicU64>,
}

impl Backend {
    /// Starts it on the core of the calling thread.
    pub(crate) fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let answered = Arc::new(AtomicU64::new(0));
        let serving = Serving {
            poll: Poll::new()?,
            listener,
            connections: Vec::new(),
            answers: Answers::make(),
            answered: Arc::clone(&answered),
            streams: 0,
        };
        std::thread::Builder::new()
            .name("backend".to_owned())
            .spawn(move || serving.run())?;
        Ok(Self { address, answered })
    }

    /// Requests it has answered since it began.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

/// Whole responses.
struct Answers {
    item: Vec<u8>,
    blob: Vec<u8>,
    uploaded: Vec<u8>,
    stream_head: Vec<u8>,
    event: Vec<u8>,
}

impl Answers {
    fn make() -> Self {
        let whole = |content_type: &str, body: &[u8]| {
            let length = body.len();
            let mut bytes = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
            )
            .into_bytes();
            bytes.extend_from_slice(body);
            bytes
        };
        let frame = "{\"id\":\"42\",\"text\":\"\"}".len();
        let item = format!(
            "{{\"id\":\"42\",\"text\":\"{}\"}}",
            "x".repeat(ITEM_BYTES - frame)
        );
        let event = format!("data: {{\"delta\":\"{}\"}}\n\n", "word ".repeat(16));
        Self {
            item: whole("application/json", item.as_bytes()),
            blob: whole("application/octet-stream", &vec![b'b'; BLOB_BYTES]),
            uploaded: whole("application/json", b"{\"taken\":true}"),
            stream_head: b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
            event: format!("{:x}\r\n{event}\r\n", event.len()).into_bytes(),
        }
    }
}

/// What a request without a body gets.
struct Answer<'a> {
    bytes: &'a [u8],
    /// That follow one by one.
    events: u32,
}

impl Answers {
    fn of(&self, request_line: &[u8]) -> Answer<'_> {
        let asks = |what: &str| memmem::find(request_line, what.as_bytes()).is_some();
        let (bytes, events) = if asks("/stream") {
            (&self.stream_head, EVENTS)
        } else if asks("/blob") {
            (&self.blob, 0)
        } else {
            (&self.item, 0)
        };
        Answer { bytes, events }
    }
}

struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
    filled: usize,
    /// What is left of a request body before its answer is due.
    body: Body,
    output: Vec<u8>,
    written: usize,
    /// Events still to send.
    events: u32,
}

struct Serving {
    poll: Poll,
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
    answers: Answers,
    answered: Arc<AtomicU64>,
    /// Connections that have events to send.
    streams: usize,
}

const LISTENER: u64 = u64::MAX;

impl Serving {
    fn run(mut self) {
        if self.poll.add_listener(&self.listener, LISTENER).is_err() {
            return;
        }
        let mut ready = Vec::new();
        let mut next_event = Instant::now();
        loop {
            let wait =
                (self.streams > 0).then(|| next_event.saturating_duration_since(Instant::now()));
            if self.poll.wait(&mut ready, wait).is_err() {
                return;
            }
            for token in ready.iter().copied() {
                if token == LISTENER {
                    self.accept();
                } else {
                    self.serve(token as usize);
                }
            }
            if self.streams > 0 && Instant::now() >= next_event {
                next_event = Instant::now() + EVENT_EVERY;
                self.send_events();
            }
        }
    }

    fn accept(&mut self) {
        while let Ok((stream, _)) = self.listener.accept() {
            let free = self.connections.iter().position(Option::is_none);
            let place = free.unwrap_or(self.connections.len());
            let ready = stream.set_nonblocking(true).and(stream.set_nodelay(true));
            if ready.is_err() || self.poll.add(&stream, place as u64).is_err() {
                continue;
            }
            let connection = Connection {
                stream,
                input: vec![0; BLOB_BYTES],
                filled: 0,
                body: Body::Done,
                output: Vec::new(),
                written: 0,
                events: 0,
            };
            if place == self.connections.len() {
                self.connections.push(None);
            }
            self.connections[place] = Some(connection);
        }
    }

    fn serve(&mut self, place: usize) {
        let Some(Some(connection)) = self.connections.get_mut(place) else {
            return;
        };
        let streaming = connection.events > 0;
        let alive = connection.take(&self.answers, &self.answered);
        let streams_now = connection.events > 0 && alive;
        self.streams = self.streams + usize::from(streams_now) - usize::from(streaming);
        if !alive {
            self.connections[place] = None;
        }
    }

    fn send_events(&mut self) {
        for place in 0..self.connections.len() {
            let Some(connection) = &mut self.connections[place] else {
                continue;
            };
            if connection.events == 0 {
                continue;
            }
            connection.output.extend_from_slice(&self.answers.event);
            connection.events -= 1;
            if connection.events == 0 {
                connection.output.extend_from_slice(b"0\r\n\r\n");
                self.streams -= 1;
            }
            if !connection.flush() {
                self.streams -= usize::from(connection.events > 0);
                self.connections[place] = None;
            }
        }
    }
}

impl Connection {
    /// Reads what came and answers every request that is whole; `false` once the connection is over.
    fn take(&mut self, answers: &Answers, answered: &AtomicU64) -> bool {
        loop {
            match self.stream.read(&mut self.input[self.filled..]) {
                Ok(0) => return false,
                Ok(read) => {
                    self.filled += read;
                    let full = self.filled == self.input.len();
                    self.answer(answers, answered);
                    if !full {
                        return self.flush();
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return self.flush(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    fn answer(&mut self, answers: &Answers, answered: &AtomicU64) {
        let mut at = 0;
        while at < self.filled {
            let rest = &self.input[at..self.filled];
            if self.body.is_done() {
                let Some(head) = http1::head(rest) else { break };
                let answer =
                    answers.of(rest.split(|byte| *byte == b'\r').next().unwrap_or_default());
                answered.fetch_add(1, Ordering::Relaxed);
                at += head.bytes;
                self.body = Body::of(head.length);
                if head.length == Length::Unsaid {
                    self.output.extend_from_slice(answer.bytes);
                    self.events = answer.events;
                } else if self.body.is_done() {
                    self.output.extend_from_slice(&answers.uploaded);
                }
            } else {
                at += self.body.take(rest);
                if self.body.is_done() {
                    self.output.extend_from_slice(&answers.uploaded);
                }
            }
        }
        self.input.copy_within(at..self.filled, 0);
        self.filled -= at;
    }

    fn flush(&mut self) -> bool {
        while self.written < self.output.len() {
            match self.stream.write(&self.output[self.written..]) {
                Ok(written) => self.written += written,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        self.output.clear();
        self.written = 0;
        true
    }
}
