//! A client that writes what it is told, byte for byte, and reads one response.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest wait for anything in a test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A response, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body ended as its framing says it must.
    pub(crate) whole: bool,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The problem's code, checked against the rules every problem keeps.
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        assert_eq!(json["status"], self.status);
        assert_eq!(
            json["request_id"].as_str(),
            self.header("gatehouse-request-id")
        );
        assert!(json["fix"].as_str().is_some_and(|fix| fix.len() > 10));
        json["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// An open connection to the gateway.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the gateway listens");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a timeout can be set");
        stream
            .set_write_timeout(Some(PATIENCE))
            .expect("a timeout can be set");
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    pub(crate) fn read_line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    pub(crate) fn read_exact(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.stream.read_exact(bytes)
    }

    /// Whether the other side closed.
    pub(crate) fn is_closed(&mut self) -> bool {
        matches!(self.stream.read(&mut [0]), Ok(0) | Err(_))
    }

    /// Reads the head of a response: status and headers.
    pub(crate) fn read_head(&mut self) -> io::Result<Reply> {
        let line = self.read_line()?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no status line: {line:?}")))?;
        let mut headers = Vec::new();
        loop {
            let line = self.read_line()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        Ok(Reply {
            status,
            headers,
            body: Vec::new(),
            whole: false,
        })
    }

    /// Reads a whole response.
    pub(crate) fn read(&mut self, head_only: bool) -> io::Result<Reply> {
        let mut reply = self.read_head()?;
        while reply.status == 100 {
            reply = self.read_head()?;
        }
        if head_only || matches!(reply.status, 204 | 304) {
            reply.whole = true;
        } else if reply.header("transfer-encoding") == Some("chunked") {
            reply.whole = self.read_chunks(&mut reply.body).is_ok();
        } else if let Some(length) = reply
            .header("content-length")
            .and_then(|text| text.parse().ok())
        {
            let mut rest = (&mut self.stream).take(length);
            let read = rest.read_to_end(&mut reply.body);
            reply.whole = read.is_ok() && reply.body.len() as u64 == length;
        } else {
            reply.whole = self.stream.read_to_end(&mut reply.body).is_ok();
        }
        Ok(reply)
    }

    fn read_chunks(&mut self, body: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let line = self.read_line()?;
            let length = usize::from_str_radix(&line, 16).map_err(io::Error::other)?;
            let mut chunk = vec![0; length + 2];
            self.read_exact(&mut chunk)?;
            if length == 0 {
                return Ok(());
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }
}

/// Sends bytes on a connection of their own and reads the response.
pub(crate) fn raw(address: SocketAddr, request: &[u8]) -> io::Result<Reply> {
    let mut connection = Connection::open(address);
    connection.write(request)?;
    connection.read(request.starts_with(b"HEAD "))
}

/// Makes an ordinary request.
pub(crate) fn call(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let mut connection = Connection::open(address);
    connection
        .write(&request(method, path, headers, body))
        .expect("the gateway reads");
    connection
        .read(method == "HEAD")
        .expect("the gateway answers")
}

/// The bytes of an ordinary request.
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        text.push_str("host: api.test\r\n");
    }
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() {
        text.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    [text.as_bytes(), body].concat()
}

/// Polls until it is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
