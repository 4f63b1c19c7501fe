//! A blocking HTTP/1.1 server, a thread for each connection: a gateway keeps three.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use serde_json::Value;

use crate::http1::{self, Length};

/// A request.
pub(super) struct Asked<'a> {
    pub(super) path: &'a str,
    query: &'a str,
    pub(super) body: &'a [u8],
}

impl Asked<'_> {
    /// A number in the query; 0 when it is not there.
    pub(super) fn number(&self, name: &str) -> u64 {
        let mut pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let found = pairs.find(|(found, _)| *found == name);
        found.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
    }
}

/// A response.
pub(super) struct Answer {
    status: u16,
    content_type: &'static str,
    body: Arc<Vec<u8>>,
}

impl Answer {
    pub(super) fn status(status: u16) -> Self {
        Self {
            status,
            content_type: "text/plain",
            body: Arc::default(),
        }
    }

    pub(super) fn json(value: &Value) -> Self {
        Self::bytes("application/json", Arc::new(value.to_string().into_bytes()))
    }

    pub(super) fn bytes(content_type: &'static str, body: Arc<Vec<u8>>) -> Self {
        Self {
            status: 200,
            content_type,
            body,
        }
    }

    fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let Self {
            status,
            content_type,
            body,
        } = self;
        let length = match status {
            204 => String::new(),
            _ => format!("content-length: {}\r\n", body.len()),
        };
        let head =
            format!("HTTP/1.1 {status} Answer\r\ncontent-type: {content_type}\r\n{length}\r\n");
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)
    }
}

/// Answers what comes to the listener, for ever.
pub(super) fn serve(
    listener: TcpListener,
    answer: impl Fn(&Asked<'_>) -> Answer + Clone + Send + 'static,
) -> std::io::Result<()> {
    let accept = move || {
        while let Ok((stream, _)) = listener.accept() {
            let answer = answer.clone();
            let converse = std::thread::Builder::new().name("control-plane".to_owned());
            // A connection that fails is the gateway's to open again.
            let _ = converse.spawn(move || converse_on(stream, &answer));
        }
    };
    let listening = std::thread::Builder::new().name("control-plane".to_owned());
    listening.spawn(accept).map(drop)
}

fn converse_on(
    mut stream: TcpStream,
    answer: &dyn Fn(&Asked<'_>) -> Answer,
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut input = Vec::new();
    loop {
        let head = loop {
            if let Some(head) = http1::head(&input) {
                break head;
            }
            read_more(&mut stream, &mut input)?;
        };
        let body_bytes = match head.length {
            Length::Exact(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
            Length::Unsaid => 0,
            Length::Chunked => return Ok(()),
        };
        let end = head.bytes + body_bytes;
        while input.len() < end {
            read_more(&mut stream, &mut input)?;
        }
        let line = String::from_utf8_lossy(&input[..head.bytes]);
        let target = line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let asked = Asked {
            path,
            query,
            body: &input[head.bytes..end],
        };
        answer(&asked).write(&mut stream)?;
        input.drain(..end);
    }
}

fn read_more(stream: &mut TcpStream, input: &mut Vec<u8>) -> std::io::Result<()> {
    let filled = input.len();
    input.resize(filled + 64 * 1024, 0);
    let read = stream.read(&mut input[filled..])?;
    input.truncate(filled + read);
    if read == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
