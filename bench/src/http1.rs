//! As much HTTP/1.1 as a generator and a backend need that trust what they read: where a head ends, how long its body is.

use memchr::memchr;
use memchr::memmem;

/// What is known of a message once its head is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Bytes of the head with its blank line.
    pub(crate) bytes: usize,
    pub(crate) length: Length,
    /// The sender will close the connection after this message.
    pub(crate) closes: bool,
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// No field says: none for a request.
    Unsaid,
    Exact(u64),
    Chunked,
}

/// Reads a head when `bytes` holds it whole.
pub(crate) fn head(bytes: &[u8]) -> Option<Head> {
    let end = memmem::find(bytes, b"\r\n\r\n")? + 4;
    let mut head = Head {
        bytes: end,
        length: Length::Unsaid,
        closes: false,
    };
    for (name, value) in fields(&bytes[..end]) {
        match name.len() {
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                head.length = Length::Exact(number(value));
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => head.length = Length::Chunked,
            10 if name.eq_ignore_ascii_case(b"connection") => {
                head.closes = value.eq_ignore_ascii_case(b"close");
            }
            _ => {}
        }
    }
    Some(head)
}

/// The status of a response head.
pub(crate) fn status(head: &[u8]) -> u16 {
    // "HTTP/1.1 200"
    let digits = head.get(9..12).unwrap_or_default();
    u16::try_from(number(digits)).unwrap_or(0)
}

/// Names and values of a head's fields.
pub(crate) fn fields(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = memchr(b'\n', head).map_or(&[][..], |at| &head[at + 1..]);
    std::iter::from_fn(move || {
        let end = memchr(b'\n', rest)?;
        let line = &rest[..end.saturating_sub(1)];
        rest = &rest[end + 1..];
        let colon = memchr(b':', line)?;
        Some((&line[..colon], line[colon + 1..].trim_ascii()))
    })
}

fn number(digits: &[u8]) -> u64 {
    digits
        .iter()
        .take_while(|digit| digit.is_ascii_digit())
        .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// Follows a body to its end without keeping it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Exact(u64),
    /// Digits of a chunk's size so far.
    Size(u64),
    /// Of a chunk with its line end.
    Chunk(u64),
    /// Behind the last chunk: bytes of the line so far.
    Trailer(u64),
    Done,
}

impl Body {
    pub(crate) fn of(length: Length) -> Self {
        match length {
            Length::Unsaid | Length::Exact(0) => Self::Done,
            Length::Exact(bytes) => Self::Exact(bytes),
            Length::Chunked => Self::Size(0),
        }
    }

    pub(crate) fn is_done(self) -> bool {
        self == Self::Done
    }

    /// Takes what belongs to the body from the front of `bytes`; says how much that was.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() && !self.is_done() {
            let left = (bytes.len() - at) as u64;
            match *self {
                Self::Exact(wanted) => {
                    at += wanted.min(left) as usize;
                    *self = Self::of(Length::Exact(wanted.saturating_sub(left)));
                }
                Self::Chunk(wanted) => {
                    at += wanted.min(left) as usize;
                    *self = match wanted.saturating_sub(left) {
                        0 => Self::Size(0),
                        more => Self::Chunk(more),
                    };
                }
                Self::Size(size) => {
                    *self = match bytes[at] {
                        b'\n' if size == 0 => Self::Trailer(0),
                        b'\n' => Self::Chunk(size + 2),
                        digit => Self::Size(match (digit as char).to_digit(16) {
                            Some(digit) => size * 16 + u64::from(digit),
                            None => size,
                        }),
                    };
                    at += 1;
                }
                Self::Trailer(line) => {
                    *self = match bytes[at] {
                        b'\n' if line <= 1 => Self::Done,
                        b'\n' => Self::Trailer(0),
                        _ => Self::Trailer(line + 1),
                    };
                    at += 1;
                }
                Self::Done => {}
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let text =
            b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 17\r\nconnection: Close\r\n\r\nrest";
        assert_eq!(head(&text[..text.len() - 6]), None);
        let read = head(text).unwrap();
        assert_eq!((read.length, read.closes), (Length::Exact(17), true));
        assert_eq!(&text[read.bytes..], b"rest");
        assert_eq!(status(text), 401);
    }

    #[test]
    fn bodies_end_where_they_end_however_they_arrive() {
        let chunked = b"5\r\nhello\r\n10\r\n0123456789abcdef\r\n0\r\nName: value\r\n\r\n";
        for (length, text) in [
            (Length::Chunked, &chunked[..]),
            (Length::Chunked, b"0\r\n\r\n"),
            (Length::Exact(4), b"body"),
        ] {
            for step in 1..=text.len() {
                let (mut body, mut at) = (Body::of(length), 0);
                while !body.is_done() {
                    let end = (at + step).min(text.len());
                    let taken = body.take(&text[at..end]);
                    assert!(taken > 0, "{length:?} in steps of {step}");
                    at += taken;
                }
                assert_eq!(at, text.len(), "{length:?} in steps of {step}");
                assert_eq!(body.take(b"HTTP/1.1"), 0);
            }
        }
    }
}
