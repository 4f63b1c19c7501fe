//! A mail server: speaks SMTP on a real socket, can be down for a number of attempts, parses what it takes.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::wait::{PATIENCE, eventually};

/// A mail as it was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    /// The plain text part, decoded.
    pub text: String,
    /// The HTML part, decoded.
    pub html: String,
    /// The media types of its parts.
    pub parts: Vec<String>,
    /// The whole message as it came, for other readers than this one.
    pub raw: String,
}

impl Mail {
    /// Its first link that contains `part`.
    pub fn link(&self, part: &str) -> Option<&str> {
        self.text
            .split_whitespace()
            .find(|word| word.starts_with("http") && word.contains(part))
    }
}

#[derive(Debug, Default)]
struct State {
    mails: Mutex<Vec<Mail>>,
    attempts: AtomicU64,
    /// Attempts to turn away from now on.
    down_for: AtomicU64,
}

/// A receiver that ends with this value.
#[derive(Debug)]
pub struct SmtpReceiver {
    address: SocketAddr,
    state: Arc<State>,
    _serving: JoinSet<()>,
}

impl SmtpReceiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let state = Arc::new(State::default());
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&state)));
        Self {
            address,
            state,
            _serving: serving,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next attempts find a server that hangs up at once.
    pub fn go_down_for(&self, attempts: u64) {
        self.state.down_for.store(attempts, Ordering::SeqCst);
    }

    /// Connections so far, those turned away included.
    pub fn attempts(&self) -> u64 {
        self.state.attempts.load(Ordering::SeqCst)
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.state
            .mails
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for a mail to an address whose text has a link with `part`.
    pub async fn mail_to(&self, address: &str, part: &str) -> Mail {
        eventually(
            PATIENCE,
            &format!("a mail to {address} with {part}"),
            async || {
                let mails = self.mails();
                let mut found = mails
                    .iter()
                    .filter(|mail| mail.to.iter().any(|to| to == address));
                found
                    .find(|mail| mail.link(part).is_some())
                    .cloned()
                    .ok_or_else(|| format!("{mails:?}"))
            },
        )
        .await
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut sessions = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        state.attempts.fetch_add(1, Ordering::SeqCst);
        let less = |left: u64| left.checked_sub(1);
        if state
            .down_for
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less)
            .is_ok()
        {
            continue; // Dropped: the sender sees a server that hangs up.
        }
        let state = Arc::clone(&state);
        sessions.spawn(async move {
            let _ = talk(stream, &state).await;
        });
    }
}

/// RFC 5321, as much of it as a sender needs.
async fn talk(stream: TcpStream, state: &State) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 receiver.test ESMTP\r\n").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    while let Some(line) = lines.next_line().await? {
        let upper = line.to_uppercase();
        let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let reply: &str = match upper.get(..4).unwrap_or_default() {
            "EHLO" | "HELO" => "250-receiver.test\r\n250 8BITMIME",
            "MAIL" => {
                from = address();
                "250 OK"
            }
            "RCPT" => {
                to.push(address());
                "250 OK"
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let raw = data(&mut lines).await?;
                let mail = parse(std::mem::take(&mut from), std::mem::take(&mut to), &raw);
                state
                    .mails
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(mail);
                "250 taken"
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "RSET" | "NOOP" => "250 OK",
            _ => "500 what",
        };
        writer.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
    Ok(())
}

type Lines = tokio::io::Lines<BufReader<tokio::net::tcp::OwnedReadHalf>>;

async fn data(lines: &mut Lines) -> std::io::Result<String> {
    let mut raw = String::new();
    while let Some(line) = lines.next_line().await? {
        if line == "." {
            break;
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
        raw.push_str("\r\n");
    }
    Ok(raw)
}

fn parse(from: String, to: Vec<String>, raw: &str) -> Mail {
    let (headers, body) = raw.split_once("\r\n\r\n").unwrap_or((raw, ""));
    let (mut text, mut html, mut parts) = (String::new(), String::new(), Vec::new());
    walk(headers, body, &mut |kind, decoded| {
        if kind == "text/plain" && text.is_empty() {
            text = decoded;
        } else if kind == "text/html" && html.is_empty() {
            html = decoded;
        }
        parts.push(kind.to_owned());
    });
    Mail {
        from,
        to,
        subject: decode_words(&header(headers, "subject")),
        text,
        html,
        parts,
        raw: raw.to_owned(),
    }
}

/// One header, unfolded (RFC 5322 §2.2.3).
fn header(headers: &str, name: &str) -> String {
    let unfolded = headers.replace("\r\n ", " ").replace("\r\n\t", " ");
    let found = unfolded.split("\r\n").find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    });
    found.unwrap_or_default()
}

/// Calls `take` for every leaf (RFC 2046 §5.1).
fn walk(headers: &str, body: &str, take: &mut impl FnMut(&str, String)) {
    let content_type = header(headers, "content-type");
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    let boundary = content_type.split("boundary=").nth(1);
    let Some(boundary) =
        boundary.map(|rest| rest.split(';').next().unwrap_or(rest).trim_matches('"'))
    else {
        let encoding = header(headers, "content-transfer-encoding").to_lowercase();
        take(&kind, decode(&encoding, body));
        return;
    };
    for part in body
        .split(&format!("--{boundary}"))
        .skip(1)
        .filter(|part| !part.starts_with("--"))
    {
        let part = part.trim_start_matches("\r\n");
        let (headers, body) = part.split_once("\r\n\r\n").unwrap_or((part, ""));
        walk(headers, body, take);
    }
}

fn decode(encoding: &str, body: &str) -> String {
    let bytes = match encoding {
        "quoted-printable" => quoted_printable(body),
        "base64" => base64(body),
        _ => body.as_bytes().to_vec(),
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// RFC 2045 §6.7.
fn quoted_printable(text: &str) -> Vec<u8> {
    let joined = text.replace("=\r\n", "");
    let bytes = joined.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let code = joined
            .get(at + 1..at + 3)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match (bytes[at], code) {
            (b'=', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// RFC 4648 §4; foreign characters are skipped, as MIME asks.
fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for digit in text
        .bytes()
        .filter_map(|byte| DIGITS.iter().position(|known| *known == byte))
    {
        bits = (bits << 6) | u32::try_from(digit).unwrap_or_default();
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from((bits >> held) & 0xff).unwrap_or_default());
        }
    }
    out
}

/// RFC 2047: `=?utf-8?b?…?=` and `=?utf-8?q?…?=`.
fn decode_words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("=?") {
        out.push_str(before.trim_start());
        let mut pieces = after.splitn(4, '?');
        let (_, kind) = (
            pieces.next(),
            pieces.next().unwrap_or_default().to_lowercase(),
        );
        let word = pieces.next().unwrap_or_default();
        out.push_str(&match kind.as_str() {
            "b" => decode("base64", word),
            _ => decode("quoted-printable", &word.replace('_', " ")),
        });
        rest = pieces
            .next()
            .unwrap_or_default()
            .strip_prefix('=')
            .unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\nContent-Type: multipart/alternative;\r\n boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nFollow http://portal/verify/ab=\r\ncd now.=20\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--b--\r\n";

    #[test]
    fn a_mail_of_two_parts_gives_its_text_and_link() {
        let mail = parse("a@x".to_owned(), vec!["b@x".to_owned()], RAW);
        assert_eq!(mail.subject, "Grüße");
        assert_eq!(mail.parts, ["text/plain", "text/html"]);
        assert_eq!(mail.html.trim(), "<p>x</p>");
        assert_eq!(mail.link("/verify/"), Some("http://portal/verify/abcd"));
    }
}
