//! Answers as bytes of HTTP/1.1.

use std::cell::Cell;
use std::io::Write;

use http::StatusCode;
use time::OffsetDateTime;

use crate::answer::{self, Own};
use crate::proxy::Passage;
use crate::request::BodyLength;
use crate::upstream::ResponseHead;

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
const DATE_BYTES: usize = 29;

/// The date of answers that have none of their own, written once a second.
#[derive(Debug, Default)]
pub(super) struct Dates(Cell<Option<(i64, [u8; DATE_BYTES])>>);

impl Dates {
    fn text(&self, now: OffsetDateTime) -> [u8; DATE_BYTES] {
        let second = now.unix_timestamp();
        match self.0.get() {
            Some((written, text)) if written == second => text,
            _ => {
                let text = date(now);
                self.0.set(Some((second, text)));
                text
            }
        }
    }
}

/// A date as HTTP has it.
pub(crate) fn date(now: OffsetDateTime) -> [u8; DATE_BYTES] {
    let (day, month) = (now.weekday().to_string(), now.month().to_string());
    let mut text = [b' '; DATE_BYTES];
    // Twenty-nine characters for every year of four digits; writing beyond them is cut off, and cannot fail otherwise.
    let _ = write!(
        text.as_mut_slice(),
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        &day[..3],
        now.day(),
        &month[..3],
        now.year(),
        now.hour(),
        now.minute(),
        now.second()
    );
    text
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The connection stays for the next request.
    KeepAlive,
    Close,
}

/// Writes an answer of the gateway itself, whole.
pub(super) fn own(
    out: &mut Vec<u8>,
    own: &Own,
    ending: Ending,
    dates: &Dates,
    now: OffsetDateTime,
) {
    status_line(out, own.response.status());
    for (name, value) in own.response.headers() {
        field(out, name.as_str().as_bytes(), value.as_bytes());
    }
    field(out, b"date", &dates.text(now));
    end_head(out, ending);
    out.extend_from_slice(own.response.body());
}

/// Writes the head of a backend's answer.
pub(super) fn streaming(
    out: &mut Vec<u8>,
    passage: &Passage,
    head: &ResponseHead,
    is_head_request: bool,
    ending: Ending,
    dates: &Dates,
) {
    let Passage { call, standing } = passage;
    status_line(out, head.status);
    let mut dated = false;
    answer::each_field(head, standing, call, &mut |name, value| {
        dated |= name == b"date";
        field(out, name, value);
    });
    if !dated {
        // RFC 9110 §6.6.1: who receives a response without a date and passes it on may say when that was.
        field(out, b"date", &dates.text(call.now.time));
    }
    match head.announced {
        Some(length) => {
            field(
                out,
                b"content-length",
                itoa::Buffer::new().format(length).as_bytes(),
            );
        }
        None if head.length == BodyLength::Chunked && !is_head_request => {
            field(out, b"transfer-encoding", b"chunked");
        }
        None => {}
    }
    end_head(out, ending);
}

/// Writes the size line of a chunk.
pub(super) fn chunk_size(out: &mut Vec<u8>, bytes: usize) {
    let _ = write!(out, "{bytes:x}\r\n");
}

/// Ends a chunked body.
pub(super) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

fn status_line(out: &mut Vec<u8>, status: StatusCode) {
    match status {
        StatusCode::OK => out.extend_from_slice(b"HTTP/1.1 200 OK\r\n"),
        status => {
            let reason = status.canonical_reason().unwrap_or_default();
            let _ = write!(out, "HTTP/1.1 {} {reason}\r\n", status.as_u16());
        }
    }
}

fn field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.reserve(name.len() + value.len() + 4);
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

fn end_head(out: &mut Vec<u8>, ending: Ending) {
    if ending == Ending::Close {
        field(out, b"connection", b"close");
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn dates_are_written_as_http_has_them() {
        let moment = datetime!(1994-11-06 08:49:37 UTC);
        assert_eq!(&date(moment), b"Sun, 06 Nov 1994 08:49:37 GMT");
        let dates = Dates::default();
        assert_eq!(dates.text(moment), date(moment));
        let later = datetime!(1994-11-07 00:00:00 UTC);
        assert_eq!(&dates.text(later), b"Mon, 07 Nov 1994 00:00:00 GMT");
    }

    #[test]
    fn status_lines_carry_their_reason() {
        for (status, line) in [
            (200, "HTTP/1.1 200 OK\r\n"),
            (431, "HTTP/1.1 431 Request Header Fields Too Large\r\n"),
            (599, "HTTP/1.1 599 \r\n"),
        ] {
            let mut out = Vec::new();
            status_line(&mut out, StatusCode::from_u16(status).unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), line);
        }
    }
}
