//! One keep-alive connection of the client.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use rustls::ClientConfig;

use super::http2::{self, Said};
use super::wire::{self, Wire};
use crate::http1::{self, Body};
use crate::keys::Fate;

const BUFFER_BYTES: usize = 64 * 1024;

/// The bytes of a request, with a place for the key.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    bytes: Vec<u8>,
    key_at: usize,
    key_bytes: usize,
    protocol: Protocol,
    tls: Option<Arc<ClientConfig>>,
}

/// What a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Plain,
    /// HTTP/1.1 inside TLS 1.3.
    Tls,
    /// Without TLS and without asking (RFC 9113 §3.3), a stream at a time on each connection.
    Http2,
}

impl Request {
    /// A request with six fields, as a program sends them, and further ones, each with its line end.
    pub(crate) fn new(
        method: &str,
        path: &str,
        fields: &str,
        key_bytes: usize,
        body: &[u8],
    ) -> Self {
        let mut text = format!(
            "{method} {path} HTTP/1.1\r\nhost: api.bench.example\r\nuser-agent: gatehouse-bench/1\r\naccept: application/json\r\n\
             accept-encoding: identity\r\ncache-control: no-cache\r\n{fields}"
        );
        if !body.is_empty() {
            text.push_str(&format!(
                "content-type: application/octet-stream\r\ncontent-length: {}\r\n",
                body.len()
            ));
        }
        text.push_str("x-api-key: ");
        let key_at = text.len();
        let mut bytes = text.into_bytes();
        bytes.resize(key_at + key_bytes, b' ');
        bytes.extend_from_slice(b"\r\n\r\n");
        bytes.extend_from_slice(body);
        Self {
            bytes,
            key_at,
            key_bytes,
            protocol: Protocol::Plain,
            tls: None,
        }
    }

    /// The same inside TLS.
    pub(crate) fn inside_tls(self) -> anyhow::Result<Self> {
        Ok(Self {
            protocol: Protocol::Tls,
            tls: Some(wire::trusting_client()?),
            ..self
        })
    }

    /// A GET over HTTP/2.
    pub(crate) fn http2(path: &str, key_bytes: usize) -> Self {
        let (bytes, key_at) = http2::request(path, key_bytes);
        Self {
            bytes,
            key_at,
            key_bytes,
            protocol: Protocol::Http2,
            tls: None,
        }
    }
}

/// A whole answer.
pub(super) struct Answer {
    pub(super) fate: Fate,
    pub(super) status: u16,
    pub(super) body_bytes: u64,
    /// When its request was due.
    pub(super) due: Instant,
    pub(super) closes: bool,
}

pub(super) enum Progress {
    Waiting,
    Answered(Answer),
    /// The connection ended in the middle of this request.
    Lost(Instant),
    /// The connection ended between requests, which is its right.
    Closed,
}

struct Under {
    fate: Fate,
    due: Instant,
    status: u16,
    closes: bool,
    /// `None` until the head is read.
    body: Option<Body>,
    body_bytes: u64,
}

impl Under {
    fn answer(self) -> Answer {
        Answer {
            fate: self.fate,
            status: self.status,
            body_bytes: self.body_bytes,
            due: self.due,
            closes: self.closes,
        }
    }
}

pub(super) struct Connection {
    wire: Wire,
    protocol: Protocol,
    /// Of the last stream of HTTP/2.
    stream_id: u32,
    output: Vec<u8>,
    written: usize,
    key_at: usize,
    key_bytes: usize,
    input: Box<[u8]>,
    filled: usize,
    under: Option<Under>,
}

impl Connection {
    pub(super) fn open(address: SocketAddr, request: &Request) -> anyhow::Result<Self> {
        let wire = Wire::open(address, request.tls.as_ref());
        let mut wire = wire.with_context(|| format!("connecting to {address}"))?;
        if request.protocol == Protocol::Http2 {
            wire.write_all(http2::PREFACE)?;
        }
        Ok(Self {
            wire,
            protocol: request.protocol,
            stream_id: u32::MAX,
            output: request.bytes.clone(),
            written: request.bytes.len(),
            key_at: request.key_at,
            key_bytes: request.key_bytes,
            input: vec![0; BUFFER_BYTES].into(),
            filled: 0,
            under: None,
        })
    }

    pub(super) fn socket(&self) -> &TcpStream {
        self.wire.socket()
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.under.is_some()
    }

    pub(super) fn send(&mut self, fate: Fate, key: &[u8], due: Instant) -> anyhow::Result<()> {
        self.output[self.key_at..self.key_at + self.key_bytes].copy_from_slice(key);
        if self.protocol == Protocol::Http2 {
            // Clients' streams have odd numbers, from 1 (RFC 9113 §5.1.1).
            self.stream_id = self.stream_id.wrapping_add(2);
            self.output[http2::STREAM_AT].copy_from_slice(&self.stream_id.to_be_bytes());
        }
        self.written = 0;
        self.under = Some(Under {
            fate,
            due,
            status: 0,
            closes: false,
            body: None,
            body_bytes: 0,
        });
        // A connection that is found dead here reports it when it is read.
        self.flush();
        Ok(())
    }

    fn flush(&mut self) {
        while self.written < self.output.len() {
            match self.wire.write(&self.output[self.written..]) {
                Ok(written) => self.written += written,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// Goes on writing and reading as far as the socket lets it.
    pub(super) fn advance(&mut self) -> anyhow::Result<Progress> {
        self.flush();
        loop {
            match self.wire.read(&mut self.input[self.filled..]) {
                Ok(0) => return Ok(self.ended()),
                Ok(read) => {
                    self.filled += read;
                    let full = self.filled == self.input.len();
                    if let Some(answer) = self.parse()? {
                        return Ok(Progress::Answered(answer));
                    }
                    if !full && self.wire.short_read_is_last() {
                        return Ok(Progress::Waiting);
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(Progress::Waiting);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Ok(self.ended()),
            }
        }
    }

    fn ended(&mut self) -> Progress {
        self.under
            .take()
            .map_or(Progress::Closed, |under| Progress::Lost(under.due))
    }

    fn parse(&mut self) -> anyhow::Result<Option<Answer>> {
        match self.protocol {
            Protocol::Plain | Protocol::Tls => self.parse_http1(),
            Protocol::Http2 => self.parse_http2(),
        }
    }

    fn parse_http2(&mut self) -> anyhow::Result<Option<Answer>> {
        let (mut at, mut ended) = (0, false);
        while let Some((said, bytes)) = http2::frame(&self.input[at..self.filled]) {
            at += bytes;
            for said in said {
                match (said, &mut self.under) {
                    (Said::Status(status), Some(under)) => under.status = status,
                    (Said::Data(bytes), Some(under)) => under.body_bytes += bytes,
                    (Said::End, _) => ended = true,
                    (Said::Reply(bytes), _) => self.wire.write_all(&bytes)?,
                    (Said::Broken, _) => anyhow::bail!("a stream of HTTP/2 was reset"),
                    _ => anyhow::bail!("an answer nobody asked for"),
                }
            }
        }
        self.input.copy_within(at..self.filled, 0);
        self.filled -= at;
        let answered = ended.then(|| self.under.take()).flatten();
        Ok(answered.map(Under::answer))
    }

    fn parse_http1(&mut self) -> anyhow::Result<Option<Answer>> {
        let under = self.under.as_mut().context("an answer nobody asked for")?;
        let mut at = 0;
        if under.body.is_none() {
            let Some(head) = http1::head(&self.input[..self.filled]) else {
                anyhow::ensure!(self.filled < self.input.len(), "a head without an end");
                return Ok(None);
            };
            under.status = http1::status(&self.input);
            under.closes = head.closes;
            under.body = Some(Body::of(head.length));
            at = head.bytes;
        }
        if let Some(body) = &mut under.body {
            let taken = body.take(&self.input[at..self.filled]);
            under.body_bytes += taken as u64;
            at += taken;
        }
        self.input.copy_within(at..self.filled, 0);
        self.filled -= at;
        if under.body.is_some_and(Body::is_done) {
            anyhow::ensure!(self.filled == 0, "bytes behind the end of an answer");
            return Ok(self.under.take().map(Under::answer));
        }
        Ok(None)
    }
}
