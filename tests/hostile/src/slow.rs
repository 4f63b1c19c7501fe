//! Clients that take their time: a server must neither wait for them for ever nor let others wait.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::h2::{Latencies, Target};

/// The ways to be slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Says nothing at all.
    Silent,
    /// A head in single bytes.
    Head,
    /// A body in single bytes.
    Body,
    /// Asks and does not read the answer.
    Reader,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Silent, Self::Head, Self::Body, Self::Reader];
}

/// How many slow clients, and for how long.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Sockets of each kind.
    pub each: usize,
    /// Between two bytes of one socket.
    pub pace: Duration,
    /// How long.
    pub span: Duration,
    /// A path whose answer does not fit the buffers of a connection, for those who do not read.
    pub large_path: String,
}

/// What became of the sockets of one kind.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Which.
    pub kind: Kind,
    /// Opened.
    pub opened: usize,
    /// Ended by the server.
    pub closed: usize,
    /// The last end, counted from the opening.
    pub longest: Duration,
}

/// What slow clients came to.
#[derive(Debug, Clone)]
pub struct Report {
    /// By kind.
    pub outcomes: Vec<Outcome>,
    /// What ordinary clients saw meanwhile.
    pub ordinary: Latencies,
}

struct Socket {
    kind: Kind,
    stream: TcpStream,
    opened: Instant,
    sent: usize,
    closed: Option<Duration>,
}

/// Opens all sockets and keeps them slow, while an ordinary client calls beside them.
#[must_use]
pub fn run(plan: &Plan, target: &Target) -> Report {
    let until = Instant::now() + plan.span;
    std::thread::scope(|scope| {
        let ordinary = scope.spawn(move || ordinary_calls(target, until));
        let mut sockets: Vec<Socket> = Vec::new();
        for number in 0..plan.each * Kind::ALL.len() {
            let kind = Kind::ALL[number % Kind::ALL.len()];
            if let Ok(socket) = open(kind, plan, target) {
                sockets.push(socket);
            }
        }
        while Instant::now() < until && sockets.iter().any(|socket| socket.closed.is_none()) {
            let began = Instant::now();
            for socket in sockets.iter_mut().filter(|socket| socket.closed.is_none()) {
                if !socket.goes_on() {
                    socket.closed = Some(socket.opened.elapsed());
                }
            }
            std::thread::park_timeout(plan.pace.saturating_sub(began.elapsed()));
        }
        let outcome = |kind| {
            let of_kind = sockets.iter().filter(|socket| socket.kind == kind);
            let closed: Vec<Duration> = of_kind.clone().filter_map(|one| one.closed).collect();
            Outcome {
                kind,
                opened: of_kind.count(),
                closed: closed.len(),
                longest: closed.into_iter().max().unwrap_or_default(),
            }
        };
        let outcomes = Kind::ALL.map(outcome).to_vec();
        Report {
            outcomes,
            ordinary: ordinary.join().unwrap_or_default(),
        }
    })
}

fn open(kind: Kind, plan: &Plan, target: &Target) -> io::Result<Socket> {
    let mut stream = TcpStream::connect(target.address)?;
    let credential = &target.credential;
    let first = match kind {
        Kind::Silent | Kind::Head => String::new(),
        Kind::Body => format!(
            "POST {} HTTP/1.1\r\nHost: api.test\r\n{credential}\r\nContent-Length: 60000\r\n\r\n",
            target.path
        ),
        Kind::Reader => format!(
            "GET {} HTTP/1.1\r\nHost: api.test\r\n{credential}\r\n\r\n",
            plan.large_path
        ),
    };
    stream.write_all(first.as_bytes())?;
    stream.set_nonblocking(true)?;
    Ok(Socket {
        kind,
        stream,
        opened: Instant::now(),
        sent: 0,
        closed: None,
    })
}

impl Socket {
    /// One more byte; false when the other side has ended it.
    fn goes_on(&mut self) -> bool {
        const HEAD: &[u8] = b"GET /slow HTTP/1.1\r\nHost: api.test\r\nx-slow: ";
        let byte = match self.kind {
            Kind::Silent | Kind::Reader => None,
            Kind::Head => Some(*HEAD.get(self.sent).unwrap_or(&b'v')),
            Kind::Body => Some(b'v'),
        };
        if let Some(byte) = byte {
            match self.stream.write(&[byte]) {
                Ok(_) => self.sent += 1,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return false,
            }
        }
        // Those who do not read are known to be cut by a reset, which a look at the socket shows; the others read their refusal.
        if self.kind == Kind::Reader {
            let failed = self.stream.take_error();
            return matches!(failed, Ok(None))
                && self.stream.peek(&mut [0; 1]).is_ok_and(|length| length > 0)
                || self.waits();
        }
        loop {
            match self.stream.read(&mut [0; 1_024]) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
            }
        }
    }

    fn waits(&self) -> bool {
        let peeked = self.stream.peek(&mut [0; 1]);
        peeked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// Calls over one kept HTTP/1.1 connection until then, at most one in a millisecond.
#[must_use]
pub fn ordinary_calls(target: &Target, until: Instant) -> Latencies {
    let mut latencies = Latencies::default();
    let mut stream = None;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: api.test\r\n{}\r\n\r\n",
        target.path, target.credential
    );
    while Instant::now() < until {
        let began = Instant::now();
        match ordinary_call(&mut stream, target, request.as_bytes()) {
            Ok(()) => latencies.all.push(began.elapsed()),
            Err(error) => {
                latencies.failed.push(error.to_string());
                stream = None;
            }
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    latencies.all.sort_unstable();
    latencies
}

fn ordinary_call(kept: &mut Option<TcpStream>, target: &Target, request: &[u8]) -> io::Result<()> {
    let stream = match kept {
        Some(stream) => stream,
        None => {
            let stream = TcpStream::connect(target.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            kept.insert(stream)
        }
    };
    stream.write_all(request)?;
    let mut received = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let length = stream.read(&mut piece)?;
        if length == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        received.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&received);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        if !head.starts_with("HTTP/1.1 200") {
            return Err(io::Error::other(
                head.lines().next().unwrap_or_default().to_owned(),
            ));
        }
        let said = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        if said.is_some_and(|said| body.len() >= said) {
            return Ok(());
        }
    }
}
