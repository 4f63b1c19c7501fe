//! The client's side of one case: bytes out, responses in, until the other side closes.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::corpus::{Expected, Step};

/// A connection of a client, whatever carries it.
pub trait Wire: Read + Write + Send {
    /// Longest wait of one read.
    fn patience(&mut self, longest: Duration) -> io::Result<()>;
    /// Says that nothing more will be sent.
    fn finish(&mut self) -> io::Result<()>;
}

impl Wire for TcpStream {
    fn patience(&mut self, longest: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(longest))?;
        self.set_write_timeout(Some(PATIENCE))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

/// How long a write may take, and then everything that answers what was sent.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// For the other side to read one piece before the next comes.
const PAUSE: Duration = Duration::from_millis(30);
/// A silence after which the client sends its end. An answer that is owed may take as long on a busy machine, and a call
/// whose client has ended is given up: this ends only what is never answered.
const QUIET: Duration = Duration::from_secs(20);

/// A response.
#[derive(Debug, Clone)]
pub struct Response {
    /// Final: interim ones are skipped.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Without framing.
    pub body: Vec<u8>,
    /// Whether it ended as its framing says.
    pub whole: bool,
}

impl Response {
    /// The first value of a field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What a client got.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// In order.
    pub responses: Vec<Response>,
    /// Bytes that belong to no response.
    pub garbage: Vec<u8>,
    /// Whether the other side ended the connection.
    pub closed: bool,
    /// Whether it did so although the client could have sent more.
    pub closed_first: bool,
}

/// Plays a script, reads what is expected, says that it has ended, and reads to the end.
pub fn play(wire: &mut dyn Wire, steps: &[Step], expected: &[Expected]) -> io::Result<Outcome> {
    play_with(wire, steps, expected, QUIET)
}

/// The same, with a silence of the caller's own after which the client says that it has ended.
pub fn play_with(
    wire: &mut dyn Wire,
    steps: &[Step],
    expected: &[Expected],
    quiet: Duration,
) -> io::Result<Outcome> {
    let mut received = Vec::new();
    let mut closed = false;
    let mut finished = false;
    for step in steps {
        match step {
            // The other side may refuse and close while this is still sending.
            Step::Write(bytes) => {
                if wire.write_all(bytes).and_then(|()| wire.flush()).is_err() {
                    break;
                }
            }
            Step::Pause => closed |= read_for(wire, PAUSE, &mut received)?,
            Step::Close => {
                finished = true;
                let _ = wire.finish();
            }
        }
    }
    let enough = |received: &[u8]| {
        let outcome = responses(received, expected, false);
        outcome.responses.len() >= expected.len() && outcome.responses.iter().all(|one| one.whole)
    };
    let refused = |received: &[u8]| {
        let outcome = responses(received, expected, false);
        let mut places = outcome.responses.iter().zip(expected);
        places
            .next_back()
            .is_some_and(|(response, one)| one.may_close && response.status >= 400)
    };
    let sent = Instant::now();
    let mut silent_since = sent;
    let mut closed_first = closed;
    while !closed && sent.elapsed() < PATIENCE {
        // Who has refused is about to close, which may take its time on a busy machine.
        let done = if refused(&received) {
            silent_since.elapsed() >= quiet * 10
        } else {
            enough(&received) || silent_since.elapsed() >= quiet
        };
        if !finished && done {
            finished = true;
            let _ = wire.finish();
        }
        let before = received.len();
        let wait = if finished { PAUSE * 10 } else { quiet / 4 };
        closed = read_for(wire, wait, &mut received)?;
        closed_first |= closed && !finished;
        if received.len() > before {
            silent_since = Instant::now();
        }
    }
    let mut outcome = responses(&received, expected, closed);
    outcome.closed = closed;
    outcome.closed_first = closed_first;
    Ok(outcome)
}

/// Reads once; true at the end of the connection.
fn read_for(wire: &mut dyn Wire, longest: Duration, into: &mut Vec<u8>) -> io::Result<bool> {
    let mut piece = [0; 16 * 1024];
    wire.patience(longest)?;
    match wire.read(&mut piece) {
        Ok(0) => Ok(true),
        Ok(length) => {
            into.extend_from_slice(&piece[..length]);
            Ok(false)
        }
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
            ) =>
        {
            Ok(false)
        }
        // A reset ends it too.
        Err(_) => Ok(true),
    }
}

/// Takes the responses out of what was received.
fn responses(bytes: &[u8], expected: &[Expected], closed: bool) -> Outcome {
    let mut outcome = Outcome::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let place = outcome.responses.len();
        let head_only = expected.get(place).is_some_and(|one| one.head_only);
        let Some((response, used)) = response(rest, head_only, closed) else {
            outcome.garbage = rest.to_vec();
            break;
        };
        rest = &rest[used..];
        if !(100..200).contains(&response.status) {
            outcome.responses.push(response);
        }
    }
    outcome
}

fn response(bytes: &[u8], head_only: bool, closed: bool) -> Option<(Response, usize)> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status_line = lines.next()?.strip_prefix("HTTP/1.")?;
    let status = status_line.get(2..5)?.parse().ok()?;
    let field = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    };
    let mut response = Response {
        status,
        headers: lines.filter_map(field).collect(),
        body: Vec::new(),
        whole: true,
    };
    if head_only || status < 200 || matches!(status, 204 | 304) {
        return Some((response, end));
    }
    let rest = &bytes[end..];
    if response.header("transfer-encoding").is_some() {
        let used = chunked(rest, &mut response.body);
        response.whole = used.is_some();
        return Some((response, end + used.unwrap_or(rest.len())));
    }
    let length = match response.header("content-length") {
        Some(length) => length.parse().ok()?,
        None => {
            response.whole = closed;
            rest.len()
        }
    };
    let taken = length.min(rest.len());
    response.body = rest[..taken].to_vec();
    response.whole &= taken == length;
    Some((response, end + taken))
}

fn chunked(bytes: &[u8], body: &mut Vec<u8>) -> Option<usize> {
    let mut at = 0;
    loop {
        let end = at + bytes.get(at..)?.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        let data = bytes.get(end + 2..end + 2 + size + 2)?;
        at = end + 2 + size + 2;
        if size == 0 {
            return Some(at);
        }
        body.extend_from_slice(&data[..size]);
    }
}
