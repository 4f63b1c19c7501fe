//! Our own strict reading of a request, before anything is routed: what it does not accept is refused, never repaired.
//!
//! hyper accepts more than is safe to forward (repeated Transfer-Encoding, several Hosts, odd targets). Framing headers are
//! judged here and never forwarded: they are made anew from what was actually parsed. Paths are judged once, undecoded, and
//! the very bytes that were judged are routed by and forwarded, so no later reader can see another path in them.

use gatehouse_problem::ProblemKind;
use http::{Method, Version};

use crate::refusal::{Refusal, refuse};
use crate::request::{BodyLength, Fields, ReceivedHead, RequestHead, Target, visible};
use crate::settings::Limits;
use crate::syntax::decimal;

const METHOD_BYTES_MAX: usize = 16;
const HEADER_NAME_BYTES_MAX: usize = 256;
const HOST_BYTES_MAX: usize = 255;

/// Judges the head of a request whose [`framing`] was. `host` is where its host is written in lower case; connections use it
/// again and again.
pub(crate) fn head<'a>(
    received: ReceivedHead<'a>,
    body: BodyLength,
    host: &'a mut String,
    limits: &Limits,
) -> Result<RequestHead<'a>, Refusal> {
    method(received.method)?;
    fields(received.fields, limits)?;
    let authority = host_of(&received, host)?;
    let (path, query) = target(received.target, limits)?;
    if matches!(body, BodyLength::Exact(bytes) if bytes > limits.body) {
        return Err(body_too_large(limits).closing());
    }
    Ok(RequestHead {
        method: received.method,
        version: received.version,
        authority,
        host,
        path,
        query,
        fields: received.fields,
        body,
    })
}

/// The refusal of a body above the limit.
pub(crate) fn body_too_large(limits: &Limits) -> Refusal {
    refuse(
        ProblemKind::BodyTooLarge,
        format!("A body may have {} bytes.", limits.body),
    )
}

fn bad(detail: &str) -> Refusal {
    refuse(ProblemKind::BadRequest, detail).closing()
}

fn method(method: &Method) -> Result<(), Refusal> {
    if method.as_str().len() > METHOD_BYTES_MAX {
        return Err(bad("The method is too long."));
    }
    if *method == Method::CONNECT {
        return Err(bad("This gateway is no proxy: CONNECT is not answered."));
    }
    Ok(())
}

/// RFC 9112 §6: one length or one final `chunked`, never both, never repeated. What is refused here ends its connection: nobody
/// can say where the next request begins.
pub(crate) fn framing(received: &ReceivedHead<'_>) -> Result<BodyLength, Refusal> {
    let fields = received.fields;
    let mut codings = fields.get_all("transfer-encoding");
    let mut lengths = fields.get_all("content-length");
    let length = lengths.next();
    if let Some(coding) = codings.next() {
        if received.version != Version::HTTP_11 {
            return Err(bad("Transfer-Encoding belongs to HTTP/1.1."));
        }
        if codings.next().is_some() || !coding.eq_ignore_ascii_case(b"chunked") {
            return Err(bad("Transfer-Encoding must be a single 'chunked'."));
        }
        if length.is_some() {
            return Err(bad("Both Transfer-Encoding and Content-Length were sent."));
        }
        return Ok(BodyLength::Chunked);
    }
    match length {
        Some(length) => match decimal(length).filter(|_| lengths.next().is_none()) {
            Some(0) => Ok(BodyLength::None),
            Some(bytes) => Ok(BodyLength::Exact(bytes)),
            None => Err(bad("Content-Length must be one decimal number.")),
        },
        None if received.version == Version::HTTP_2 && !received.ends_with_head => {
            Ok(BodyLength::Chunked)
        }
        None => Ok(BodyLength::None),
    }
}

fn fields(fields: Fields<'_>, limits: &Limits) -> Result<(), Refusal> {
    let too_large = |detail: String| refuse(ProblemKind::HeadersTooLarge, detail).closing();
    if fields.len() > limits.headers_max {
        return Err(too_large(format!(
            "A request may have {} headers.",
            limits.headers_max
        )));
    }
    let mut bytes = 0;
    for field in fields.iter() {
        // Name, colon, space, value, line end.
        bytes += (field.name.len() + field.value.len() + 4) as u64;
        if field.name.len() > HEADER_NAME_BYTES_MAX {
            return Err(too_large(format!(
                "A header name may have {HEADER_NAME_BYTES_MAX} characters."
            )));
        }
        if !is_field_value(field.value) {
            return Err(bad("A header holds a control character."));
        }
    }
    if bytes > limits.header_bytes {
        return Err(too_large(format!(
            "Headers may have {} bytes together.",
            limits.header_bytes
        )));
    }
    Ok(())
}

/// RFC 9110 §5.5: visible characters, spaces and tabs inside, obs-text.
fn is_field_value(value: &[u8]) -> bool {
    // To the end in any case: without a way out in the middle, many bytes are judged at once.
    !value.iter().fold(false, |bad, byte| {
        bad | (*byte < 0x20 && *byte != b'\t') | (*byte == 0x7f)
    })
}

/// RFC 9112 §3.2: exactly one Host, well formed, also for HTTP/1.0; in HTTP/2 the authority, and a Host only if equal. Returns
/// it as it was sent.
fn host_of<'a>(received: &ReceivedHead<'a>, host: &mut String) -> Result<&'a str, Refusal> {
    let mut hosts = received.fields.get_all("host");
    let header = hosts.next();
    if hosts.next().is_some() {
        return Err(bad("More than one Host was sent."));
    }
    let not_well_formed = || bad("The Host is not well formed.");
    let header = match header {
        Some(value) => Some(visible(value).ok_or_else(not_well_formed)?),
        None => None,
    };
    let authority = match received.target {
        Target::Origin { authority, .. } => authority,
        Target::Other => None,
    };
    let text = match (authority, header) {
        (Some(authority), Some(header)) if !authority.eq_ignore_ascii_case(header) => {
            return Err(bad("Host and authority differ."));
        }
        (Some(text), _) | (None, Some(text)) => text,
        (None, None) => return Err(bad("No Host was sent.")),
    };
    host.clear();
    host.push_str(host_name(text).ok_or_else(not_well_formed)?);
    host.make_ascii_lowercase();
    Ok(text)
}

/// `name`, `name:port`, `1.2.3.4:port`, `[::1]:port`; the name without a final dot.
fn host_name(text: &str) -> Option<&str> {
    if text.is_empty() || text.len() > HOST_BYTES_MAX {
        return None;
    }
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            let port = if after.is_empty() {
                None
            } else {
                Some(after.strip_prefix(':')?)
            };
            (&text[..address.len() + 2], port)
        }
        None => {
            let (host, port) = match memchr::memchr(b':', text.as_bytes()) {
                Some(colon) => (&text[..colon], Some(&text[colon + 1..])),
                None => (text, None),
            };
            let name = host.strip_suffix('.').unwrap_or(host);
            let in_label = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
            let is_label =
                |label: &[u8]| (1..=63).contains(&label.len()) && label.iter().all(in_label);
            if !name.as_bytes().split(|byte| *byte == b'.').all(is_label) {
                return None;
            }
            (name, port)
        }
    };
    let port_is_plain = port.is_none_or(|port| {
        (1..=5).contains(&port.len())
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    });
    port_is_plain.then_some(host)
}

/// RFC 9112 §3.2.1: origin-form only, in the characters of RFC 3986 §3.3 and §3.4.
fn target<'a>(target: Target<'a>, limits: &Limits) -> Result<(&'a str, Option<&'a str>), Refusal> {
    let Target::Origin { path, query, .. } = target else {
        return Err(bad(
            "The request target must be a path, not a whole address.",
        ));
    };
    let bytes = path.len() + query.map_or(0, |query| query.len() + 1);
    if bytes as u64 > limits.address {
        return Err(refuse(
            ProblemKind::AddressTooLong,
            format!("Path and query may have {} bytes.", limits.address),
        )
        .closing());
    }
    if !path.starts_with('/') {
        return Err(bad("The request target must begin with '/'."));
    }
    let has_fragment = |text: &str| text.as_bytes().contains(&b'#');
    if has_fragment(path) || query.is_some_and(has_fragment) {
        return Err(bad("The request target holds a fragment."));
    }
    self::path(path).map_err(|reason| refuse(ProblemKind::BadRequest, reason))?;
    if let Some(query) = query
        && !query.bytes().all(is_query_byte)
    {
        return Err(refuse(
            ProblemKind::BadRequest,
            "The query holds a character that must be percent-encoded.",
        ));
    }
    Ok((path, query))
}

/// Printable ASCII without what ends a query or breaks out of a log or page. Brackets, braces and bars are sent raw by many
/// clients and have one reading.
fn is_query_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'#' | b'"' | b'<' | b'>' | b'\\' | b'`' | b'^')
}

/// Refuses every path that two parsers could read as two paths.
pub(crate) fn path(path: &str) -> Result<(), &'static str> {
    if is_plain(path.as_bytes()) {
        return Ok(());
    }
    let segments = path.split('/').skip(1);
    let count = path.matches('/').count();
    for (place, segment) in segments.enumerate() {
        if segment.is_empty() && place + 1 < count {
            return Err("The path holds '//'.");
        }
        if segment == "." || segment == ".." {
            return Err("The path holds a dot segment.");
        }
        if segment.is_ascii() && !segment.contains('%') {
            plain_segment(segment.as_bytes())?;
        } else {
            encoded_segment(segment.as_bytes())?;
        }
    }
    Ok(())
}

/// Whether nothing in a path needs a closer look, as in most: plain characters, no empty segment, none that begins with a dot.
fn is_plain(path: &[u8]) -> bool {
    let mut begins = false;
    path.iter().all(|byte| {
        let is_slash = *byte == b'/';
        let is_usual = is_path_byte(*byte) && !(begins && *byte == b'.') || is_slash && !begins;
        begins = is_slash;
        is_usual
    })
}

fn plain_segment(segment: &[u8]) -> Result<(), &'static str> {
    match segment.iter().find(|byte| !is_path_byte(**byte)) {
        None => Ok(()),
        Some(b';') => Err("The path holds ';'."),
        Some(b'\\') => Err("The path holds '\\'."),
        Some(_) => Err("The path holds a character that must be percent-encoded."),
    }
}

/// RFC 3986 §3.3 `pchar` without percent signs and without `;`, which some servers cut paths at.
const fn is_path_byte(byte: u8) -> bool {
    PATH_BYTES[byte as usize]
}

const PATH_BYTES: [bool; 256] = {
    let mut known = [false; 256];
    let mut byte = 0;
    while byte < known.len() {
        known[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let others = b"-._~!$&'()*+,=:@";
    let mut place = 0;
    while place < others.len() {
        known[others[place] as usize] = true;
        place += 1;
    }
    known
};

/// Decodes once and judges what comes out: nothing may appear that would be something else in plain.
fn encoded_segment(segment: &[u8]) -> Result<(), &'static str> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((byte, after)) = rest.split_first() {
        if *byte != b'%' {
            plain_segment(&[*byte])?;
            decoded.push(*byte);
            rest = after;
            continue;
        }
        let Some((byte, after)) = escaped(after) else {
            return Err("The path holds '%' without two hexadecimal digits.");
        };
        match byte {
            b'/' | b'\\' => return Err("The path holds an encoded slash."),
            b'.' => return Err("The path holds an encoded dot."),
            b';' => return Err("The path holds an encoded ';'."),
            b'%' if escaped(after).is_some() => return Err("The path is encoded twice."),
            0..=0x1f | 0x7f => return Err("The path holds an encoded control character."),
            // An encoded letter would be routed as text it is not. '~' alone is encoded by older clients.
            b'-' | b'_' => return Err("The path encodes a character that needs no encoding."),
            byte if byte.is_ascii_alphanumeric() => {
                return Err("The path encodes a character that needs no encoding.");
            }
            byte => decoded.push(byte),
        }
        rest = after;
    }
    let text = std::str::from_utf8(&decoded).map_err(|_| "The path is not UTF-8.")?;
    if text.chars().any(is_lookalike) {
        return Err("The path holds a character that some servers read as a dot or slash.");
    }
    Ok(())
}

/// Full-width and one-dot forms that "best fit" conversions turn into `.`, `/`, `\`, `;` and `%`, and C1 controls.
fn is_lookalike(character: char) -> bool {
    matches!(
        character,
        '\u{ff0e}'
            | '\u{ff0f}'
            | '\u{ff3c}'
            | '\u{ff1b}'
            | '\u{ff05}'
            | '\u{2024}'
            | '\u{2025}'
            | '\u{2044}'
            | '\u{2215}'
            | '\u{2216}'
            | '\u{29f5}'
            | '\u{29f8}'
            | '\u{fe52}'
            | '\u{fe68}'
            | '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
    )
}

/// The byte that two hexadecimal digits after a '%' stand for, and what comes after them (RFC 3986 §2.1).
pub(crate) fn escaped(after: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let ([high, low], after) = after.split_first_chunk()?;
    let byte = u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?;
    Some((byte, after))
}

#[cfg(test)]
mod tests;
