//! One reading of the bytes of a connection, under rules that can be bent the way real servers bend them.

/// What ends a line of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    Crlf,
    /// Also LF alone.
    Lf,
    /// Also CR alone.
    LfOrCr,
}

/// What a second Content-Length, Transfer-Encoding or Host means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeated {
    Fault,
    First,
    Last,
}

/// What both framings together mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Both {
    Fault,
    Length,
    Coding,
}

/// How one server reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) name: &'static str,
    pub(crate) line_end: LineEnd,
    pub(crate) repeated: Repeated,
    pub(crate) both: Both,
    /// A name may have spaces before its colon, and `_` for `-`; a line may be folded; numbers may be wrong.
    pub(crate) lenient: bool,
}

/// A request as one server understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// As sent.
    pub method: String,
    /// As sent.
    pub target: String,
    /// The Host this server believes.
    pub host: String,
    /// Without framing.
    pub body: Vec<u8>,
    /// Whether it has ended.
    pub whole: bool,
    /// Its head as sent.
    pub head: Vec<u8>,
    /// Whether the body came in chunks.
    pub chunked: bool,
}

/// What one server makes of a connection.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The requests, in order.
    pub messages: Vec<Message>,
    /// Why it stopped, where it did.
    pub fault: Option<&'static str>,
    /// Bytes of the whole requests.
    pub used: usize,
}

type Fields = Vec<(String, Vec<u8>)>;

/// The lines of a head without their ends, and the bytes it used.
type Lines = (Vec<Vec<u8>>, usize);

/// Reads everything.
pub(crate) fn read(bytes: &[u8], rules: &Rules) -> Reading {
    let mut reading = Reading::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        match message(rest, rules) {
            Ok((message, used)) => {
                let whole = message.whole;
                reading.messages.push(message);
                if !whole {
                    break;
                }
                rest = &rest[used..];
                reading.used += used;
            }
            Err(fault) => {
                reading.fault = Some(fault);
                break;
            }
        }
    }
    reading
}

fn message(bytes: &[u8], rules: &Rules) -> Result<(Message, usize), &'static str> {
    let Some((lines, used)) = head(bytes, rules)? else {
        let partial = Message {
            method: String::new(),
            target: String::new(),
            host: String::new(),
            body: Vec::new(),
            whole: false,
            head: bytes.to_vec(),
            chunked: false,
        };
        return Ok((partial, bytes.len()));
    };
    let line = String::from_utf8_lossy(&lines[0]).into_owned();
    let (method, target) = request_line(&line, rules)?;
    let fields = fields(&lines[1..], rules)?;
    let host = one(&fields, "host", rules)?.unwrap_or_default();
    let length = one(&fields, "content-length", rules)?;
    let coding = one(&fields, "transfer-encoding", rules)?;
    let by_chunks = match (&length, &coding) {
        (Some(_), Some(_)) if rules.both == Both::Fault => return Err("both framings"),
        (Some(_), Some(_)) => rules.both == Both::Coding,
        (_, coding) => coding.is_some(),
    };
    let rest = &bytes[used..];
    let (body, whole, body_used) = if by_chunks && is_chunked(coding.as_deref(), rules)? {
        chunks(rest, rules)?
    } else if let Some(length) = length {
        let length = number(&length, rules)?;
        let body = &rest[..length.min(rest.len())];
        (body.to_vec(), body.len() == length, body.len())
    } else {
        (Vec::new(), true, 0)
    };
    let message = Message {
        method,
        target,
        host,
        body,
        whole,
        head: bytes[..used].to_vec(),
        chunked: by_chunks,
    };
    Ok((message, used + body_used))
}

/// One line and what it used; `None` when its end has not come.
fn line<'a>(bytes: &'a [u8], rules: &Rules) -> Option<(&'a [u8], usize)> {
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => return Some((&bytes[..at], at + 2)),
            (b'\n', _) if rules.line_end != LineEnd::Crlf => return Some((&bytes[..at], at + 1)),
            (b'\r', Some(_)) if rules.line_end == LineEnd::LfOrCr => {
                return Some((&bytes[..at], at + 1));
            }
            _ => at += 1,
        }
    }
    None
}

/// The lines of a head, folded ones joined; `None` when it has not ended.
fn head(bytes: &[u8], rules: &Rules) -> Result<Option<Lines>, &'static str> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut used = 0;
    loop {
        let Some((line, length)) = line(&bytes[used..], rules) else {
            return Ok(None);
        };
        used += length;
        if line.is_empty() {
            if lines.is_empty() {
                // RFC 9112 §2.2: an empty line before the request line is skipped.
                continue;
            }
            return Ok(Some((lines, used)));
        }
        let folded = matches!(line[0], b' ' | b'\t') && !lines.is_empty();
        match lines.last_mut() {
            Some(_) if folded && !rules.lenient => return Err("a folded line"),
            Some(last) if folded => {
                last.push(b' ');
                last.extend_from_slice(line.trim_ascii());
            }
            _ => lines.push(line.to_vec()),
        }
    }
}

fn request_line(line: &str, rules: &Rules) -> Result<(String, String), &'static str> {
    let words: Vec<&str> = if rules.lenient {
        line.split_ascii_whitespace().collect()
    } else {
        line.split(' ').collect()
    };
    let good = |version: &str| matches!(version, "HTTP/1.1" | "HTTP/1.0");
    match words[..] {
        [method, target, version] if rules.lenient || good(version) => {
            Ok((method.to_owned(), target.to_owned()))
        }
        [method, target] if rules.lenient => Ok((method.to_owned(), target.to_owned())),
        [method, target, ..] if rules.lenient => Ok((method.to_owned(), target.to_owned())),
        _ => Err("the request line"),
    }
}

pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn fields(lines: &[Vec<u8>], rules: &Rules) -> Result<Fields, &'static str> {
    let mut fields = Fields::new();
    for line in lines {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            if rules.lenient {
                continue;
            }
            return Err("a line without a colon");
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        if !rules.lenient {
            if name.is_empty() || !name.iter().copied().all(is_token) {
                return Err("a field name");
            }
            let fits = |byte: &u8| *byte == b'\t' || (*byte >= 0x20 && *byte != 0x7f);
            if !value.iter().all(fits) {
                return Err("a control character in a field value");
            }
        }
        let mut name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if rules.lenient {
            name = name
                .trim_matches(|c: char| c.is_ascii_whitespace() || c.is_ascii_control())
                .replace('_', "-");
        }
        fields.push((name, value.to_vec()));
    }
    Ok(fields)
}

fn one(fields: &Fields, name: &str, rules: &Rules) -> Result<Option<String>, &'static str> {
    let mut found = fields.iter().filter(|(known, _)| known == name);
    let value = match (found.next(), found.next_back(), rules.repeated) {
        (None, ..) => return Ok(None),
        (Some(_), Some(_), Repeated::Fault) => return Err("a field that may stand there once"),
        (Some(_), Some(last), Repeated::Last) => last,
        (Some(first), ..) => first,
    };
    Ok(Some(String::from_utf8_lossy(&value.1).into_owned()))
}

fn is_chunked(coding: Option<&str>, rules: &Rules) -> Result<bool, &'static str> {
    let coding = coding.unwrap_or_default();
    if rules.lenient {
        return Ok(coding.to_ascii_lowercase().contains("chunked"));
    }
    if coding.eq_ignore_ascii_case("chunked") {
        Ok(true)
    } else {
        Err("a transfer coding")
    }
}

fn number(text: &str, rules: &Rules) -> Result<usize, &'static str> {
    if rules.lenient {
        // The way of strtoul: leading spaces and sign, then digits up to the first that is none; and the first or last of a
        // list.
        let mut parts = text.split(',').map(str::trim);
        let part = match rules.repeated {
            Repeated::Last => parts.next_back(),
            _ => parts.next(),
        };
        let digits = part.unwrap_or_default().trim_start_matches(['+', '-']);
        let end = digits
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(digits.len());
        let wrapped = digits[..end].bytes().fold(0_u64, |sum, digit| {
            sum.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))
        });
        return Ok(usize::try_from(wrapped).unwrap_or(usize::MAX));
    }
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or("a length")
}

/// The body, whether it ended, and what it used.
fn chunks(bytes: &[u8], rules: &Rules) -> Result<(Vec<u8>, bool, usize), &'static str> {
    let mut body = Vec::new();
    let mut at = 0;
    loop {
        let Some((size, used)) = line(&bytes[at..], rules) else {
            return Ok((body, false, bytes.len()));
        };
        at += used;
        let size = chunk_size(size, rules)?;
        if size == 0 {
            break;
        }
        let end = at.saturating_add(size);
        body.extend_from_slice(&bytes[at..end.min(bytes.len())]);
        if end >= bytes.len() {
            return Ok((body, false, bytes.len()));
        }
        at = match &bytes[end..] {
            [b'\r', b'\n', ..] => end + 2,
            [b'\r'] => return Ok((body, false, bytes.len())),
            [b'\n', ..] if rules.lenient => end + 1,
            _ if rules.lenient => end,
            _ => return Err("no line end after a chunk"),
        };
    }
    loop {
        let Some((trailer, used)) = line(&bytes[at..], rules) else {
            return Ok((body, false, bytes.len()));
        };
        at += used;
        if trailer.is_empty() {
            return Ok((body, true, at));
        }
    }
}

fn chunk_size(line: &[u8], rules: &Rules) -> Result<usize, &'static str> {
    let text = String::from_utf8_lossy(line);
    // RFC 9112 §7.1.1: bad white space may stand before an extension, and there alone.
    let digits = match text.split_once(';') {
        Some((digits, _)) => digits.trim_end_matches([' ', '\t']),
        None => &text,
    };
    let digits = if rules.lenient {
        let digits = digits.trim().trim_start_matches(['+', '-']);
        digits.strip_prefix("0x").unwrap_or(digits)
    } else {
        digits
    };
    let end = digits
        .find(|c: char| !c.is_ascii_hexdigit())
        .unwrap_or(digits.len());
    if end == 0 || (end < digits.len() && !rules.lenient) {
        return Err("a chunk size");
    }
    let wrapped = digits[..end].chars().fold(0_u64, |sum, digit| {
        sum.wrapping_mul(16)
            .wrapping_add(u64::from(digit.to_digit(16).unwrap_or(0)))
    });
    if end > 16 && !rules.lenient {
        return Err("a chunk size");
    }
    Ok(usize::try_from(wrapped).unwrap_or(usize::MAX))
}
