//! The heads this tier takes: a strict subset of RFC 9112, read in place. What it does not take is refused, or left to the
//! general tier where it may be legal. Nothing is repaired.

use std::mem::MaybeUninit;

use gatehouse_problem::ProblemKind;
use gatehouse_runtime::listener::parts::PREFACE;
use http::{Method, Version};
use httparse::{Header, Status};

use crate::refusal::{Refusal, refuse};
use crate::request::{Field, Fields, ReceivedHead, Target};
use crate::syntax::{is_token, lists};

/// Most field lines of a head, whatever the settings say.
pub(crate) const FIELDS_MAX: usize = 256;
/// Of the preface of HTTP/2, what shows that a client speaks it: up to its first line end.
const PREFACE_LINE: usize = 16;

/// Why a head is not read here.
#[derive(Debug)]
pub(super) enum NotHere {
    /// It may be legal; the general tier reads it, bytes untouched.
    General,
    Refused(Box<Refusal>),
}

/// How large a head may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadLimits {
    pub(super) bytes_max: usize,
    pub(super) fields_max: usize,
}

/// A head in the grammar of this tier, not yet judged.
#[derive(Debug)]
pub(super) struct Head<'b> {
    method: Method,
    target: Target<'b>,
    lines: Vec<Field<'b>>,
    /// The client asks for the connection to end after the answer.
    pub(super) closes: bool,
}

impl<'b> Head<'b> {
    pub(super) fn received(&self) -> ReceivedHead<'_> {
        ReceivedHead {
            method: &self.method,
            version: Version::HTTP_11,
            target: self.target,
            fields: Fields::new(&self.lines),
            ends_with_head: false,
        }
    }

    pub(super) fn is_head_request(&self) -> bool {
        self.method == Method::HEAD
    }

    /// The room of the list of lines, for the next head.
    pub(super) fn into_lines(self) -> Vec<Field<'b>> {
        self.lines
    }
}

/// An emptied list for lines that live elsewhere. The standard library collects it in place: nothing is allocated.
pub(super) fn reused<'a, 'b>(mut lines: Vec<Field<'a>>) -> Vec<Field<'b>> {
    lines.clear();
    lines.into_iter().map_while(|_| None).collect()
}

/// Looks for the end of a head in what has arrived, going on at `scanned`. The place after it, if it is there. A connection
/// that `is_new` may turn out to speak HTTP/2.
pub(super) fn find_end(
    bytes: &[u8],
    scanned: &mut usize,
    is_new: bool,
    limits: HeadLimits,
) -> Result<Option<usize>, NotHere> {
    match bytes.first() {
        None => return Ok(None),
        // RFC 9112 §2.2 lets a server skip an empty line before a request.
        Some(b'\r' | b'\n') => return Err(NotHere::General),
        Some(first) if !is_token(*first) => return Err(bad("This is not HTTP.")),
        Some(_) => {}
    }
    while let Some(found) = memchr::memchr(b'\n', &bytes[*scanned..]) {
        let end = *scanned + found + 1;
        *scanned = end;
        if !bytes[..end].ends_with(b"\r\n") {
            return Err(bad("A line does not end in CRLF."));
        }
        // RFC 9113 §3.4: it begins a connection, and stands nowhere else.
        if is_new && end == PREFACE_LINE && bytes[..end] == PREFACE[..end] {
            return Err(NotHere::General);
        }
        if bytes[..end].ends_with(b"\r\n\r\n") {
            return if end > limits.bytes_max {
                Err(too_large(limits))
            } else {
                Ok(Some(end))
            };
        }
    }
    *scanned = bytes.len();
    if bytes.len() <= limits.bytes_max {
        return Ok(None);
    }
    Err(match memchr::memchr(b'\n', bytes) {
        Some(_) => too_large(limits),
        None => refused(refuse(
            ProblemKind::AddressTooLong,
            format!("A request line may have {} bytes.", limits.bytes_max),
        )),
    })
}

/// Reads a head that is whole. `lines` is room for its fields.
pub(super) fn parse<'b>(
    bytes: &'b [u8],
    mut lines: Vec<Field<'b>>,
    limits: HeadLimits,
) -> Result<Head<'b>, NotHere> {
    let mut room = [const { MaybeUninit::<Header<'_>>::uninit() }; FIELDS_MAX];
    let room = &mut room[..limits.fields_max.min(FIELDS_MAX)];
    let mut request = httparse::Request::new(&mut []);
    match request.parse_with_uninit_headers(bytes, room) {
        Ok(Status::Complete(length)) if length == bytes.len() => {}
        Ok(_) => return Err(bad("The head of the request has no end.")),
        Err(httparse::Error::TooManyHeaders) => return Err(too_large(limits)),
        Err(error) => return Err(bad(reason(error))),
    }
    // RFC 9112 §9.3: connections of 1.0 end otherwise.
    if request.version != Some(1) {
        return Err(NotHere::General);
    }
    let (Some(method), Some(target)) = (request.method, request.path) else {
        return Err(bad("The request line is not one."));
    };
    let method =
        Method::from_bytes(method.as_bytes()).map_err(|_| bad("The method is not one."))?;
    let mut closes = false;
    for field in request.headers.iter() {
        let Header { name, value } = *field;
        match name.len() {
            6 if name.eq_ignore_ascii_case("expect") => return Err(NotHere::General),
            7 if name.eq_ignore_ascii_case("upgrade") => return Err(NotHere::General),
            10 if name.eq_ignore_ascii_case("connection") => {
                // RFC 9112 §9.6.
                closes |= lists(value, b"close");
            }
            _ => {}
        }
        lines.push(Field { name, value });
    }
    group(&mut lines);
    Ok(Head {
        method,
        target: target_of(target),
        lines,
        closes,
    })
}

/// Puts lines of one name beside the first of them, as hyper's maps and HTTP/2 do: backends get the same bytes by both tiers.
/// RFC 9110 §5.3 leaves the order of other names open. A pass over the lines finds that there is nothing to do, mostly.
fn group(lines: &mut [Field<'_>]) {
    let mut seen = 0_u64;
    for place in 0..lines.len() {
        let name = lines[place].name.as_bytes();
        let last = name.last().copied().unwrap_or(0) | 0x20;
        let mark = 1 << ((name.len() ^ usize::from(last).wrapping_mul(7)) % 64);
        if seen & mark != 0 {
            let equal = |field: &Field<'_>| field.name.eq_ignore_ascii_case(lines[place].name);
            if let Some(before) = lines[..place].iter().rposition(equal) {
                lines[before + 1..=place].rotate_right(1);
            }
        }
        seen |= mark;
    }
}

fn target_of(text: &str) -> Target<'_> {
    if !text.starts_with('/') {
        return Target::Other;
    }
    let (path, query) = match memchr::memchr(b'?', text.as_bytes()) {
        Some(mark) => (&text[..mark], Some(&text[mark + 1..])),
        None => (text, None),
    };
    Target::Origin {
        authority: None,
        path,
        query,
    }
}

fn reason(error: httparse::Error) -> &'static str {
    match error {
        httparse::Error::HeaderName => "The name of a header is not one.",
        httparse::Error::HeaderValue => "A header holds a control character.",
        httparse::Error::Version => "The version is not one of HTTP/1.",
        httparse::Error::Token => "The request line is not well formed.",
        _ => "The head of the request is not well formed.",
    }
}

fn bad(detail: &str) -> NotHere {
    refused(refuse(ProblemKind::BadRequest, detail))
}

fn too_large(limits: HeadLimits) -> NotHere {
    let HeadLimits {
        bytes_max,
        fields_max,
    } = limits;
    refused(refuse(
        ProblemKind::HeadersTooLarge,
        format!("The head of a request may have {bytes_max} bytes and {fields_max} headers."),
    ))
}

fn refused(refusal: Refusal) -> NotHere {
    NotHere::Refused(Box::new(refusal.closing()))
}
#[cfg(test)]
mod tests;
