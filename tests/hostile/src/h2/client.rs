//! A client that keeps to the rules, one request at a time, and measures.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::frames::{
    ACK, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, PING, PREFACE, RST_STREAM, SETTINGS,
    Target, WINDOW_UPDATE, frame, take,
};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that speaks HTTP/2 without asking first.
pub struct CleanClient {
    stream: TcpStream,
    unread: Vec<u8>,
    next: u32,
}

/// How a request was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Whole, with status 200.
    Good,
    /// Whole, with another status, or reset with a code.
    Other(String),
}

impl CleanClient {
    /// Opens a connection.
    pub fn open(target: &Target) -> io::Result<Self> {
        let mut stream = TcpStream::connect(target.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut first = PREFACE.to_vec();
        frame(&mut first, SETTINGS, 0, 0, &[]);
        stream.write_all(&first)?;
        Ok(Self {
            stream,
            unread: Vec::new(),
            next: 1,
        })
    }

    /// A good GET; further fields by `more`, which appends to the header block.
    pub fn get(&mut self, target: &Target) -> io::Result<Answer> {
        self.request(&target.block("GET"), None)
    }

    /// Any header block, and perhaps a body.
    pub fn request(&mut self, block: &[u8], body: Option<&[u8]>) -> io::Result<Answer> {
        let id = self.next;
        self.next += 2;
        let mut out = Vec::new();
        // A header block of any length: RFC 9113 §6.10.
        let mut pieces = block.chunks(16_384).peekable();
        let mut kind = HEADERS;
        let ends = if body.is_none() { END_STREAM } else { 0 };
        while let Some(piece) = pieces.next() {
            let last = if pieces.peek().is_none() {
                END_HEADERS
            } else {
                0
            };
            let flags = if kind == HEADERS { ends | last } else { last };
            frame(&mut out, kind, flags, id, piece);
            kind = super::frames::CONTINUATION;
        }
        let pieces = body.unwrap_or_default().chunks(16_000);
        let count = pieces.len();
        for (place, piece) in pieces.enumerate() {
            let flags = if place + 1 == count { END_STREAM } else { 0 };
            frame(&mut out, DATA, flags, id, piece);
        }
        self.stream.write_all(&out)?;
        self.answer(id)
    }

    /// So many good requests in one write; their answers in any order. One that the server refuses for being too many is an
    /// answer too.
    pub fn at_once(&mut self, target: &Target, count: usize) -> io::Result<Vec<Answer>> {
        let mut out = Vec::new();
        for _ in 0..count {
            let flags = END_STREAM | END_HEADERS;
            frame(&mut out, HEADERS, flags, self.next, &target.block("GET"));
            self.next += 2;
        }
        self.stream.write_all(&out)?;
        let mut answers = Vec::new();
        while answers.len() < count {
            let received = self.frame()?;
            match received.kind {
                SETTINGS if received.flags & ACK == 0 => {
                    let mut out = Vec::new();
                    frame(&mut out, SETTINGS, ACK, 0, &[]);
                    self.stream.write_all(&out)?;
                }
                GOAWAY => return Err(io::Error::other("GOAWAY")),
                HEADERS if received.payload.first() == Some(&0x88) => answers.push(Answer::Good),
                HEADERS => answers.push(Answer::Other(said_status(&received.payload))),
                RST_STREAM => answers.push(Answer::Other("reset".to_owned())),
                _ => {}
            }
        }
        Ok(answers)
    }

    fn answer(&mut self, id: u32) -> io::Result<Answer> {
        let mut status = None;
        loop {
            let received = self.frame()?;
            let mut out = Vec::new();
            match received.kind {
                SETTINGS if received.flags & ACK == 0 => frame(&mut out, SETTINGS, ACK, 0, &[]),
                PING if received.flags & ACK == 0 => {
                    frame(&mut out, PING, ACK, 0, &received.payload);
                }
                GOAWAY => {
                    let code = received.payload.get(4..8).unwrap_or_default();
                    return Err(io::Error::other(format!("GOAWAY {code:?}")));
                }
                RST_STREAM if received.stream == id => {
                    // A whole answer may be followed by NO_ERROR for what of the request was not read.
                    return Ok(
                        status.unwrap_or(Answer::Other(format!("reset {:?}", received.payload)))
                    );
                }
                HEADERS if received.stream == id => {
                    // 0x88 is `:status: 200` of the static table.
                    let said = match received.payload.first() {
                        Some(0x88) => Answer::Good,
                        _ => Answer::Other(said_status(&received.payload)),
                    };
                    if received.flags & END_STREAM != 0 {
                        return Ok(said);
                    }
                    status = Some(said);
                }
                DATA if received.stream == id => {
                    if !received.payload.is_empty() {
                        let given = (received.payload.len() as u32).to_be_bytes();
                        frame(&mut out, WINDOW_UPDATE, 0, 0, &given);
                    }
                    if received.flags & END_STREAM != 0 {
                        self.stream.write_all(&out)?;
                        return status.ok_or_else(|| io::Error::other("a body without a head"));
                    }
                }
                _ => {}
            }
            self.stream.write_all(&out)?;
        }
    }

    fn frame(&mut self) -> io::Result<super::frames::Received> {
        let mut piece = [0; 16 * 1024];
        loop {
            if let Some(frame) = take(&mut self.unread) {
                return Ok(frame);
            }
            let length = self.stream.read(&mut piece)?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.unread.extend_from_slice(&piece[..length]);
        }
    }
}

/// The digits of a status that stands as a literal, Huffman coded or not.
fn said_status(block: &[u8]) -> String {
    // Names of the static table: 0x08 is the index of `:status`; digits code as 5 bits (0, 1, 2) or 6 bits (3 to 9).
    let indexed = [
        (0x89, "204"),
        (0x8b, "304"),
        (0x8c, "400"),
        (0x8d, "404"),
        (0x8e, "500"),
    ];
    if let Some((_, status)) = indexed.iter().find(|(byte, _)| Some(byte) == block.first()) {
        return (*status).to_owned();
    }
    let Some([length, rest @ ..]) = block.get(1..) else {
        return String::new();
    };
    let coded = &rest[..((length & 0x7f) as usize).min(rest.len())];
    if length & 0x80 == 0 {
        return String::from_utf8_lossy(coded).into_owned();
    }
    let bits: Vec<u8> = coded
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let mut text = String::new();
    let mut at = 0;
    while text.len() < 3 && at + 5 <= bits.len() {
        let five = bits[at..at + 5]
            .iter()
            .fold(0, |sum, bit| sum * 2 + u32::from(*bit));
        if five < 3 {
            text.push_str(&five.to_string());
            at += 5;
        } else if let Some(last) = bits.get(at + 5) {
            // RFC 7541 appendix B: '3' is 011001, and so on up to '9'.
            let six = five * 2 + u32::from(*last);
            text.push_str(&six.wrapping_sub(0x16).to_string());
            at += 6;
        } else {
            break;
        }
    }
    text
}

/// Latencies of a client that kept to the rules.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    /// Sorted.
    pub all: Vec<Duration>,
    /// What went wrong.
    pub failed: Vec<String>,
}

impl Latencies {
    /// Not longer than this for all but one in a hundred.
    #[must_use]
    pub fn p99(&self) -> Duration {
        let place = self.all.len().saturating_sub(1) * 99 / 100;
        self.all.get(place).copied().unwrap_or_default()
    }
}

/// Calls one after the other until then, at most one in a millisecond.
#[must_use]
pub fn clean_calls(target: &Target, until: Instant) -> Latencies {
    let mut latencies = Latencies::default();
    let mut client = CleanClient::open(target);
    while Instant::now() < until {
        let began = Instant::now();
        let answered = match &mut client {
            Ok(client) => client.get(target).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match answered {
            Ok(Answer::Good) => latencies.all.push(began.elapsed()),
            Ok(Answer::Other(what)) => latencies.failed.push(what),
            Err(what) => {
                latencies.failed.push(what);
                client = CleanClient::open(target);
            }
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    latencies.all.sort_unstable();
    latencies
}
