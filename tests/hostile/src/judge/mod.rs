//! What became of a case: the bytes that reached the backend, read in ways that differ from each other, and the responses.
//!
//! A proxy is at fault when two servers behind it could understand different things, even if the one at hand did not.

mod reader;

use reader::{Both, LineEnd, Repeated, Rules, read};
pub use reader::{Message, Reading};

use crate::corpus::{Case, Class};
use crate::exchange::Outcome;
use crate::origin::{Segment, seen};

/// What a proxy did wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A message that must be refused reached the backend.
    RefusableForwarded,
    /// What reached the backend has two readings.
    Ambiguous,
    /// A part of a message was seen as a request of its own.
    Smuggled,
    /// A good message was not served.
    NotServed,
    /// Responses that do not belong to the requests of their connection.
    Desync,
    /// Something that must not, or must, reach the backend did, or did not.
    Content,
    /// A status that the case does not allow.
    Status,
    /// The connection did not end after the client's last byte.
    Hung,
}

/// The strict reading comes first.
const READINGS: [Rules; 6] = [
    Rules {
        name: "strict",
        line_end: LineEnd::Crlf,
        repeated: Repeated::Fault,
        both: Both::Fault,
        lenient: false,
    },
    Rules {
        name: "coding first, first of several",
        line_end: LineEnd::Lf,
        repeated: Repeated::First,
        both: Both::Coding,
        lenient: true,
    },
    Rules {
        name: "length first, first of several",
        line_end: LineEnd::Lf,
        repeated: Repeated::First,
        both: Both::Length,
        lenient: true,
    },
    Rules {
        name: "coding first, last of several",
        line_end: LineEnd::Crlf,
        repeated: Repeated::Last,
        both: Both::Coding,
        lenient: true,
    },
    Rules {
        name: "length first, last of several",
        line_end: LineEnd::Crlf,
        repeated: Repeated::Last,
        both: Both::Length,
        lenient: true,
    },
    Rules {
        name: "every line end",
        line_end: LineEnd::LfOrCr,
        repeated: Repeated::Last,
        both: Both::Coding,
        lenient: true,
    },
];

/// The reading of the judge's own backend: what a patient server answers to.
pub(crate) fn patient(bytes: &[u8]) -> Reading {
    read(bytes, &READINGS[1])
}

/// The strict reading.
#[must_use]
pub fn strict(bytes: &[u8]) -> Reading {
    read(bytes, &READINGS[0])
}

/// What two servers could understand differently in these bytes; `None` when there is one reading.
#[must_use]
pub fn ambiguity(bytes: &[u8]) -> Option<String> {
    let own = strict(bytes);
    if let Some(fault) = own.fault {
        return Some(format!("malformed: {fault}"));
    }
    let same = |a: &Message, b: &Message| {
        (&a.method, &a.target, &a.host, &a.body, a.whole)
            == (&b.method, &b.target, &b.host, &b.body, b.whole)
    };
    READINGS[1..].iter().find_map(|rules| {
        let other = read(bytes, rules);
        let equal = other.fault.is_none()
            && other.messages.len() == own.messages.len()
            && own.messages.iter().zip(&other.messages).all(|(a, b)| {
                // A head that has not ended is nothing to anybody.
                same(a, b) || (!a.whole && !b.whole)
            });
        (!equal).then(|| format!("another reading: {}", rules.name))
    })
}

/// What the judge found in one case.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The kind.
    pub fault: Fault,
    /// What exactly.
    pub what: String,
}

/// Judges a case by what the backend got and what the client got.
#[must_use]
pub fn judge(case: &Case, outcome: &Outcome, segments: &[Segment]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |fault, what: String| findings.push(Finding { fault, what });
    let mut forwarded = 0;
    for segment in segments {
        let bytes = &segment.bytes;
        let readings: Vec<Reading> = READINGS.iter().map(|rules| read(bytes, rules)).collect();
        let whole = |reading: &Reading| reading.messages.iter().filter(|one| one.whole).count();
        forwarded += readings.iter().map(whole).max().unwrap_or(0);
        if let Some(what) = ambiguity(bytes) {
            find(Fault::Ambiguous, what);
        }
        let smuggled = |message: &Message| message.target.ends_with("/smuggled");
        if readings
            .iter()
            .any(|reading| reading.messages.iter().any(smuggled))
        {
            find(Fault::Smuggled, "the marked request".to_owned());
        }
        let text = String::from_utf8_lossy(bytes);
        for absent in case
            .absent
            .iter()
            .filter(|absent| text.contains(absent.as_str()))
        {
            find(Fault::Content, format!("the backend got {absent:?}"));
        }
        let unfinished = readings[1].messages.last().is_some_and(|last| !last.whole);
        if unfinished && !segment.closed {
            find(
                Fault::Hung,
                "a request was left unfinished and open".to_owned(),
            );
        }
    }
    let allowed = case.forwards();
    match case.class {
        Class::Refuse if forwarded > allowed => {
            find(
                Fault::RefusableForwarded,
                format!("{forwarded} of {allowed} allowed"),
            );
        }
        Class::Serve => {
            if forwarded != allowed {
                find(
                    Fault::NotServed,
                    format!("{forwarded} of {allowed} reached the backend"),
                );
            }
            let all: Vec<u8> = segments
                .iter()
                .flat_map(|segment| segment.bytes.clone())
                .collect();
            let text = String::from_utf8_lossy(&all);
            for present in case
                .present
                .iter()
                .filter(|present| !text.contains(present.as_str()))
            {
                find(
                    Fault::Content,
                    format!("the backend did not get {present:?}"),
                );
            }
        }
        _ => {}
    }
    responses(case, outcome, segments, &mut find);
    findings
}

fn responses(
    case: &Case,
    outcome: &Outcome,
    segments: &[Segment],
    find: &mut dyn FnMut(Fault, String),
) {
    if outcome.responses.len() > case.expected.len() || !outcome.garbage.is_empty() {
        let (got, garbage) = (outcome.responses.len(), outcome.garbage.len());
        find(
            Fault::Desync,
            format!("{got} responses and {garbage} bytes more"),
        );
    }
    if !outcome.closed {
        find(
            Fault::Hung,
            "the client's connection did not end".to_owned(),
        );
    }
    let mut served = segments
        .iter()
        .flat_map(|segment| strict(&segment.bytes).messages)
        .filter(|message| message.whole);
    for (place, expected) in case.expected.iter().enumerate() {
        let closes = case.script.says_its_end() || outcome.closed_first;
        let Some(response) = outcome.responses.get(place) else {
            if case.class == Class::Refuse && !closes {
                find(Fault::Hung, "neither refused nor closed".to_owned());
            }
            if !expected.may_close {
                find(Fault::Status, format!("no response {}", place + 1));
            }
            break;
        };
        if expected.may_close && response.status >= 400 && !closes {
            find(Fault::Hung, "kept open after a refusal".to_owned());
        }
        if !expected.takes(response.status) {
            find(
                Fault::Status,
                format!("{} instead of {:?}", response.status, expected.statuses),
            );
        }
        if case.class == Class::Serve && (!response.whole || !expected.takes(response.status)) {
            find(
                Fault::NotServed,
                format!("response {} is {}", place + 1, response.status),
            );
        }
        // The backend says in its answers which request they are for.
        if response.status == 200
            && let (Some(message), Some(said)) = (served.next(), response.header("x-seen"))
            && said != seen(&message)
        {
            find(
                Fault::Desync,
                format!("response {} is for {said}", place + 1),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reading_is_no_ambiguity() {
        for bytes in [
            "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nab",
        ] {
            assert_eq!(ambiguity(bytes.as_bytes()), None, "{bytes}");
        }
    }

    #[test]
    fn what_servers_read_differently_is_found() {
        for bytes in [
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 0\r\n\r\nabc",
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3, 0\r\n\r\nabc",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer_encoding: chunked\r\ncontent-length: 3\r\n\r\nabc",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding : chunked\r\ncontent-length: 3\r\n\r\nabc",
            "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\r\nx: y\nhost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\r\nx: y\rhost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: a\r\n x: y\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        ] {
            assert!(ambiguity(bytes.as_bytes()).is_some(), "{bytes:?}");
        }
    }
}
