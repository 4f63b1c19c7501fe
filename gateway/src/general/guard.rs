//! Keeps from hyper's HTTP/1 parser what it would repair instead of refuse.
//!
//! hyper takes LF alone for a line end, forgets Content-Length beside Transfer-Encoding, makes one of equal lengths, cuts a
//! fragment off a target, and takes spaces and control characters around chunk sizes. Whoever reads such bytes otherwise sees
//! other requests. This reads along, byte for byte, and lets only those through that have one framing (RFC 9112 §2.2, §3.2,
//! §6, §7.1); all others end in hyper's own 400 or in a broken body.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::ReadBuf;

use super::judged::Judge;
use crate::syntax::{decimal, is_text, is_token};

/// Digits of a chunk size: 2^60 bytes.
const SIZE_DIGITS_MAX: usize = 15;
/// Bytes of a chunk's extensions, and of a line of trailers.
const LINE_BYTES_MAX: usize = 4 * 1024;
/// Bytes of all trailers.
const TRAILER_BYTES_MAX: usize = 16 * 1024;

/// What stands at this place of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    /// Bytes still to come.
    Body(u64),
    Size,
    Data(u64),
    /// CR, then LF, after the data of a chunk.
    DataCr,
    DataLf,
    Trailers,
    Refused,
}

/// What hyper is given in place of the bytes that were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    /// Good up to here.
    BadHead(usize),
    BadBody,
}

/// Reads along with one connection.
#[derive(Debug)]
struct Guard {
    state: State,
    /// Of the line or head that is being read.
    held: Vec<u8>,
    head_bytes_max: usize,
    trailer_bytes: usize,
}

impl Guard {
    fn new(head_bytes_max: usize) -> Self {
        Self {
            state: State::Head,
            held: Vec::new(),
            head_bytes_max,
            trailer_bytes: 0,
        }
    }

    fn look_at(&mut self, bytes: &[u8]) -> Verdict {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let used = match self.state {
                State::Head => self.head(rest),
                State::Body(left) => self.data(rest, left, State::Body, State::Head),
                State::Data(left) => self.data(rest, left, State::Data, State::DataCr),
                State::DataCr => self.only(rest[0], b'\r', State::DataLf),
                State::DataLf => self.only(rest[0], b'\n', State::Size),
                State::Size => self.line(rest).and_then(|(used, whole)| {
                    if whole {
                        self.size()?;
                    }
                    Some(used)
                }),
                State::Trailers => self.line(rest).and_then(|(used, whole)| {
                    if whole {
                        self.trailer()?;
                    }
                    Some(used)
                }),
                State::Refused => None,
            };
            match used {
                Some(used) => at += used,
                None if self.state == State::Head => {
                    self.state = State::Refused;
                    return Verdict::BadHead(at);
                }
                None => {
                    self.state = State::Refused;
                    return Verdict::BadBody;
                }
            }
        }
        Verdict::Good
    }

    /// Takes bytes of a head, to its end at most. `None` when it must not be read further.
    fn head(&mut self, rest: &[u8]) -> Option<usize> {
        for (place, byte) in rest.iter().enumerate() {
            let after_cr = self.held.last() == Some(&b'\r');
            if (*byte == b'\n') != after_cr {
                return None;
            }
            self.held.push(*byte);
            if self.held == b"\r\n" {
                // RFC 9112 §2.2: an empty line before a request is skipped.
                self.held.clear();
            } else if self.held.ends_with(b"\r\n\r\n") {
                self.state = framing(&self.held)?;
                self.held.clear();
                return Some(place + 1);
            } else if self.held.len() > self.head_bytes_max {
                return None;
            }
        }
        Some(rest.len())
    }

    fn data(
        &mut self,
        rest: &[u8],
        left: u64,
        more: fn(u64) -> State,
        after: State,
    ) -> Option<usize> {
        let taken = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
        let left = left - taken as u64;
        self.state = if left == 0 { after } else { more(left) };
        Some(taken)
    }

    fn only(&mut self, byte: u8, wanted: u8, next: State) -> Option<usize> {
        self.state = next;
        (byte == wanted).then_some(1)
    }

    /// Takes bytes of a line: how many, and whether the line, in `held` without its end, is whole.
    fn line(&mut self, rest: &[u8]) -> Option<(usize, bool)> {
        for (place, byte) in rest.iter().enumerate() {
            match (self.held.last() == Some(&b'\r'), *byte) {
                (true, b'\n') => {
                    self.held.pop();
                    return Some((place + 1, true));
                }
                (true, _) | (false, b'\n') => return None,
                _ if self.held.len() >= LINE_BYTES_MAX => return None,
                _ => self.held.push(*byte),
            }
        }
        Some((rest.len(), false))
    }

    /// `1*HEXDIG [;extensions]`, with nothing around the digits.
    fn size(&mut self) -> Option<()> {
        let end = self.held.iter().position(|byte| *byte == b';');
        let (digits, extensions) = self.held.split_at(end.unwrap_or(self.held.len()));
        let plain = (1..=SIZE_DIGITS_MAX).contains(&digits.len())
            && digits.iter().all(u8::is_ascii_hexdigit);
        if !plain || !extensions.iter().all(|byte| is_text(*byte)) {
            return None;
        }
        let digits = std::str::from_utf8(digits).ok()?;
        let size = u64::from_str_radix(digits, 16).ok()?;
        self.held.clear();
        self.trailer_bytes = 0;
        self.state = if size == 0 {
            State::Trailers
        } else {
            State::Data(size)
        };
        Some(())
    }

    fn trailer(&mut self) -> Option<()> {
        if self.held.is_empty() {
            self.state = State::Head;
            return Some(());
        }
        self.trailer_bytes += self.held.len();
        let colon = self.held.iter().position(|byte| *byte == b':')?;
        let (name, value) = self.held.split_at(colon);
        let good = !name.is_empty()
            && name.iter().all(|byte| is_token(*byte))
            && value.iter().all(|byte| is_text(*byte))
            && self.trailer_bytes <= TRAILER_BYTES_MAX;
        self.held.clear();
        good.then_some(())
    }
}

/// What follows a head; `None` when that can be read in two ways.
fn framing(head: &[u8]) -> Option<State> {
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let request_line = lines.next()?;
    if request_line.contains(&b'#') {
        return None;
    }
    let (mut length, mut chunked) = (None, false);
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        if name.eq_ignore_ascii_case(b"content-length") {
            if length.is_some() {
                return None;
            }
            length = Some(decimal(value)?);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let good = value.eq_ignore_ascii_case(b"chunked") && request_line.ends_with(b"1.1");
            if chunked || !good {
                return None;
            }
            chunked = true;
        }
    }
    match (length, chunked) {
        (Some(_), true) => None,
        (None, true) => Some(State::Size),
        (None | Some(0), false) => Some(State::Head),
        (Some(length), false) => Some(State::Body(length)),
    }
}

/// No head holds NUL, and hyper looks at a head only when it has its end.
const POISON: &[u8] = b"\0\r\n\r\n";

/// Judges one connection.
#[derive(Debug)]
pub(super) struct HeadGuard {
    guard: Guard,
    /// Given to hyper in place of what was refused; after it the connection has ended.
    poison: Option<&'static [u8]>,
    /// What follows is no HTTP any more, and nobody's to judge.
    switched: Arc<AtomicBool>,
}

impl HeadGuard {
    /// Heads longer than `head_bytes_max` are refused; hyper's own limit, with an answer of its own, must be lower.
    /// Once `switched` is set, everything passes.
    pub(super) fn new(head_bytes_max: usize, switched: Arc<AtomicBool>) -> Self {
        Self {
            guard: Guard::new(head_bytes_max),
            poison: None,
            switched,
        }
    }
}

impl Judge for HeadGuard {
    fn fills(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let Some(poison) = self.poison.as_mut() else {
            return false;
        };
        let (now, later) = poison.split_at(poison.len().min(buf.remaining()));
        buf.put_slice(now);
        *poison = later;
        true
    }

    fn look(&mut self, buf: &mut ReadBuf<'_>, before: usize) -> io::Result<()> {
        if self.switched.load(Ordering::Relaxed) {
            return Ok(());
        }
        match self.guard.look_at(&buf.filled()[before..]) {
            Verdict::Good => {}
            Verdict::BadHead(good) => {
                buf.set_filled(before + good);
                self.poison = Some(POISON);
                self.fills(buf);
            }
            Verdict::BadBody => {
                buf.set_filled(before);
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "a chunk is malformed",
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Verdict {
        let whole = Guard::new(1_000).look_at(text.as_bytes());
        // However the bytes are cut, the verdict is the same.
        let mut guard = Guard::new(1_000);
        let pieces = text.as_bytes().chunks(1).map(|piece| guard.look_at(piece));
        let mut verdicts = pieces.filter(|verdict| *verdict != Verdict::Good);
        let by_bytes = verdicts.next().unwrap_or(Verdict::Good);
        let same = |verdict| match verdict {
            Verdict::BadHead(_) => Verdict::BadHead(0),
            other => other,
        };
        assert_eq!(same(whole), same(by_bytes), "{text:?}");
        same(whole)
    }

    #[test]
    fn what_has_one_framing_passes() {
        let post = "POST / HTTP/1.1\r\nhost: a\r\n";
        for text in [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
            format!("{post}content-length: 3\r\n\r\n\n\r\n{post}content-length: 0\r\n\r\n{post}"),
            format!(
                "{post}transfer-encoding: Chunked\r\n\r\n3;x=\"y\"\r\n\n\r\n\r\n0\r\nx: y\r\n\r\n{post}"
            ),
            format!("{post}x: {}\r\n\r\n", "v".repeat(900)),
        ] {
            assert_eq!(verdict(&text), Verdict::Good, "{text:?}");
        }
    }

    #[test]
    fn what_can_be_framed_in_two_ways_does_not() {
        for rest in [
            "x: y\n\r\n",
            "x: y\rz: 1\r\n\r\n",
            "\n",
            "content-length: 3\r\ncontent-length: 3\r\n\r\n",
            "content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
            "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",
            "transfer-encoding: chunked, chunked\r\n\r\n",
            "content-length: +3\r\n\r\n",
            "content-length: 18446744073709551615\r\n\r\n",
        ] {
            let text = format!("POST / HTTP/1.1\r\nhost: a\r\n{rest}");
            assert_eq!(verdict(&text), Verdict::BadHead(0), "{rest:?}");
        }
        assert_eq!(verdict("GET /#a HTTP/1.1\r\n\r\n"), Verdict::BadHead(0));
        let long = format!("GET / HTTP/1.1\r\nx: {}", "v".repeat(1_000));
        assert_eq!(verdict(&long), Verdict::BadHead(0));
        let old = "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n";
        assert_eq!(verdict(old), Verdict::BadHead(0));
        for chunks in [
            "3 \r\n",
            "\r\n",
            "3\nabc",
            "3\r\nabcd",
            "3\r\nabc\n",
            "3;\u{1}\r\n",
            "1000000000000000\r\n",
            "0\r\n\n",
            "0\r\nx : y\r\n",
            "0\r\n folded\r\n",
        ] {
            let text =
                format!("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n{chunks}");
            assert_eq!(verdict(&text), Verdict::BadBody, "{chunks:?}");
        }
    }
}
