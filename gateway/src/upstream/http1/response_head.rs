//! The head of a response, read strictly and cleaned of what belongs to the connection alone.

use std::mem::MaybeUninit;

use http::{Method, StatusCode};
use httparse::{Header, ParserConfig, Response, Status};

use super::buffers::{FieldAt, HeadText, Loan};
use super::fields::{self, FromBackend};
use crate::request::BodyLength;
use crate::syntax::{decimal, list};

/// Most field lines of a head.
const FIELDS_MAX: usize = 200;
/// What every head begins with.
const BEGINNING: &[u8] = b"HTTP/1.";

/// The head of a backend's response: status, and the fields that are for the client.
#[derive(Debug)]
pub(crate) struct ResponseHead {
    pub(crate) status: StatusCode,
    /// How long the body is that follows. Where the backend does not say, and ends it by closing, it is `Chunked` here.
    pub(crate) length: BodyLength,
    /// The Content-Length to tell the client, which after HEAD and in 304 is not that of a body that follows.
    pub(crate) announced: Option<u64>,
    text: Loan<HeadText>,
}

impl ResponseHead {
    /// End-to-end fields in the order they came, names in lower case. Framing is not among them.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let bytes = &self.text.bytes;
        let parts = |at: &FieldAt| (&bytes[at.name..at.value], &bytes[at.value..at.end]);
        self.text.fields.iter().map(parts)
    }
}

/// A head as it was read.
#[derive(Debug)]
pub(in crate::upstream) struct Parsed {
    pub(super) head: ResponseHead,
    pub(super) framing: Framing,
    /// Whether the backend would take another call on this connection.
    pub(super) keeps_alive: bool,
    /// What `Upgrade` names, when the connection is given to another protocol.
    pub(super) protocol: Option<Vec<u8>>,
}

/// How the end of a response is found (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    None,
    Exact(u64),
    Chunked,
    UntilClose,
}

/// Why something is not a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadHead(pub(super) &'static str);

/// Looks for the end of a head in what has arrived, going on where it stopped. The place after it, if it is there.
pub(super) fn find_end(bytes: &[u8], scanned: &mut usize) -> Result<Option<usize>, BadHead> {
    let known = bytes.len().min(BEGINNING.len());
    if bytes[..known] != BEGINNING[..known] {
        return Err(BadHead("it does not begin as HTTP/1"));
    }
    while let Some(found) = memchr::memchr(b'\n', &bytes[*scanned..]) {
        let end = *scanned + found + 1;
        *scanned = end;
        if !bytes[..end].ends_with(b"\r\n") {
            return Err(BadHead("a line does not end in CRLF"));
        }
        if bytes[..end].ends_with(b"\r\n\r\n") {
            return Ok(Some(end));
        }
    }
    *scanned = bytes.len();
    Ok(None)
}

/// Reads a whole head; `None` for an interim one, which is nobody's answer.
pub(super) fn parse(
    bytes: &[u8],
    asked: &Method,
    may_switch: bool,
    mut text: Loan<HeadText>,
) -> Result<Option<Parsed>, BadHead> {
    let mut room = [const { MaybeUninit::<Header<'_>>::uninit() }; FIELDS_MAX];
    let mut response = Response::new(&mut []);
    let parsed =
        ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut room);
    match parsed {
        Ok(Status::Complete(length)) if length == bytes.len() => {}
        Ok(_) => return Err(BadHead("it has no end")),
        Err(httparse::Error::TooManyHeaders) => return Err(BadHead("it has too many fields")),
        Err(_) => return Err(BadHead("it cannot be read")),
    }
    let code = response.code.unwrap_or_default();
    let status = StatusCode::from_u16(code).ok().filter(|_| code < 600);
    let status = status.ok_or(BadHead("its status is not one"))?;
    if status == StatusCode::SWITCHING_PROTOCOLS && !may_switch {
        return Err(BadHead("it switches protocols without being asked"));
    }
    if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(None);
    }
    let gathered = gather(response.headers, &mut text)?;
    let is_newest = response.version == Some(1);
    if gathered.coded && !is_newest {
        return Err(BadHead("Transfer-Encoding belongs to HTTP/1.1"));
    }
    if gathered.coded && gathered.length.is_some() {
        return Err(BadHead("it says in two ways how long it is"));
    }
    let switched = status == StatusCode::SWITCHING_PROTOCOLS;
    if switched && gathered.protocol.is_none() {
        return Err(BadHead("it switches to no protocol"));
    }
    let bodiless = switched
        || *asked == Method::HEAD
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED;
    let framing = match gathered.length {
        _ if bodiless => Framing::None,
        _ if gathered.coded => Framing::Chunked,
        Some(length) => Framing::Exact(length),
        None => Framing::UntilClose,
    };
    let length = match framing {
        Framing::None | Framing::Exact(0) => BodyLength::None,
        Framing::Exact(length) => BodyLength::Exact(length),
        Framing::Chunked | Framing::UntilClose => BodyLength::Chunked,
    };
    // RFC 9110 §8.6: never in 1xx and 204.
    let tells_length = !switched && status != StatusCode::NO_CONTENT;
    Ok(Some(Parsed {
        head: ResponseHead {
            status,
            length,
            announced: gathered.length.filter(|_| tells_length),
            text,
        },
        framing,
        keeps_alive: is_newest && !gathered.closes && framing != Framing::UntilClose && !switched,
        protocol: gathered.protocol.filter(|_| switched),
    }))
}

/// What the fields say about the connection.
#[derive(Default)]
struct Gathered {
    length: Option<u64>,
    coded: bool,
    closes: bool,
    protocol: Option<Vec<u8>>,
}

fn gather(received: &[Header<'_>], text: &mut HeadText) -> Result<Gathered, BadHead> {
    let mut gathered = Gathered::default();
    let mut names_fields = false;
    for field in received {
        let name = text.bytes.len();
        text.bytes.extend_from_slice(field.name.as_bytes());
        text.bytes[name..].make_ascii_lowercase();
        let value = text.bytes.len();
        match fields::from_backend(&text.bytes[name..]) {
            FromBackend::Passed => {
                text.bytes.extend_from_slice(field.value);
                let end = text.bytes.len();
                text.fields.push(FieldAt { name, value, end });
                continue;
            }
            FromBackend::ContentLength => {
                let length = decimal(field.value).ok_or(BadHead("its length is not a number"))?;
                if gathered.length.replace(length).is_some() {
                    return Err(BadHead("it says more than once how long it is"));
                }
            }
            FromBackend::TransferEncoding => {
                let plain = field.value.eq_ignore_ascii_case(b"chunked");
                if !plain || std::mem::replace(&mut gathered.coded, true) {
                    return Err(BadHead("its Transfer-Encoding is not a single 'chunked'"));
                }
            }
            FromBackend::Connection => {
                for option in list(field.value) {
                    if option.eq_ignore_ascii_case(b"close") {
                        gathered.closes = true;
                    } else if !option.eq_ignore_ascii_case(b"keep-alive") {
                        names_fields = true;
                    }
                }
            }
            FromBackend::Upgrade => gathered.protocol = Some(field.value.to_vec()),
            FromBackend::Dropped => {}
        }
        text.bytes.truncate(name);
    }
    if names_fields {
        drop_named(received, text);
    }
    Ok(gathered)
}

/// RFC 9110 §7.6.1: what `Connection` names ends here. A backend must not have its content's type taken away by a list of
/// names.
fn drop_named(received: &[Header<'_>], text: &mut HeadText) {
    let HeadText { bytes, fields } = text;
    fields.retain(|at| {
        let name = &bytes[at.name..at.value];
        let lists = received
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case("connection"));
        let mut options = lists.flat_map(|field| list(field.value));
        name == b"content-type" || !options.any(|option| option.eq_ignore_ascii_case(name))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_head_is_found_in_whatever_pieces_it_arrives() {
        let head = b"HTTP/1.1 200 OK\r\na: b\r\n\r\n";
        let mut scanned = 0;
        for length in 0..head.len() {
            assert_eq!(
                find_end(&head[..length], &mut scanned),
                Ok(None),
                "{length}"
            );
        }
        assert_eq!(find_end(head, &mut scanned), Ok(Some(head.len())));
        let whole = [head.as_slice(), b"body\n\r\n\r\n"].concat();
        assert_eq!(find_end(&whole, &mut 0), Ok(Some(head.len())));
    }

    #[test]
    fn what_cannot_become_a_head_is_refused_at_once() {
        for text in [
            "S",
            "http/1.1",
            "HTTP/2",
            "\r\nHTTP/1.1",
            "HTTP/1.1 200 OK\n",
            " HTTP/1.1",
        ] {
            assert!(find_end(text.as_bytes(), &mut 0).is_err(), "{text}");
        }
    }

    #[test]
    fn a_length_is_a_plain_number() {
        for (text, number) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("9999999999999999999", Some(9_999_999_999_999_999_999)),
        ] {
            assert_eq!(decimal(text.as_bytes()), number, "{text}");
        }
        for text in [
            "",
            "+1",
            "-1",
            "1,1",
            "1 ",
            "0x1",
            "18446744073709551616",
            "00000000000000000001",
        ] {
            assert_eq!(decimal(text.as_bytes()), None, "{text}");
        }
    }
}
