//! What a call from the console came back with, in words and as text.

use crate::pages::catalogue::trial::{Outcome, RefusalWords};
use crate::pages::catalogue::try_it::Exchange;
use crate::relay::Relayed;
use crate::view::code::Code;
use crate::view::parts::Badge;
use crate::view::words::grouped;
use crate::visitor::Visitor;
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;
use gatehouse_spec::sample;
use gatehouse_web::edge::REQUEST_ID;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

/// How much of an answer is shown.
const SHOWN_MAX: usize = 256 * 1024;
/// How much of it in colours: each piece is an element of the page.
const COLOURED_MAX: usize = 8 * 1024;
/// A refusal of the gateway's is far smaller.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;
/// The environment variable that the command takes the key from.
const KEY_VARIABLE: &str = "$API_KEY";

/// Everything the page says about a call.
pub(crate) fn outcome(visitor: &Visitor, call: &Exchange) -> Outcome {
    let answer = &call.answer;
    let request_id = header(&answer.headers, REQUEST_ID.as_str());
    let (body, note) = body(answer);
    let (took, note, log) = match &call.granted {
        Some(granted) => (
            format!(
                "{} ms",
                grouped(i128::try_from(answer.took.as_millis()).unwrap_or(0))
            ),
            note,
            visitor.to(&format!(
                "/applications/{}/logs/{request_id}",
                granted.application
            )),
        ),
        None => {
            let notes = [t!("reference-simulated"), note];
            (String::new(), notes.join(" "), String::new())
        }
    };
    Outcome {
        status: badge(answer.status),
        took,
        size: size(answer.body.len()),
        refusal: refusal(visitor, answer, &request_id),
        headers: Code::new("try-headers", t!("reference-headers")).text(lines(&answer.headers)),
        body,
        note,
        limits: limits(&header(&answer.headers, "ratelimit")),
        curl: Code::shell("try-curl", sample::curl_of(&call.public, KEY_VARIABLE)),
        log,
        request_id,
    }
}

fn header(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn badge(status: StatusCode) -> Badge {
    let words = status.canonical_reason().unwrap_or_default();
    let words = format!("{} {words}", status.as_u16());
    match status.as_u16() {
        200..=399 => Badge::good(words),
        400..=499 => Badge::care(words),
        _ => Badge::stopped(words),
    }
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", bytes / 1024 / 1024),
    }
}

fn lines(headers: &HeaderMap) -> String {
    let line = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))
    };
    headers.iter().map(line).collect()
}

/// The body as text, and what there is to say about it.
fn body(answer: &Relayed) -> (Option<Code>, String) {
    if answer.body.is_empty() {
        return (None, t!("reference-no-body"));
    }
    let kind = header(&answer.headers, CONTENT_TYPE.as_str());
    let Ok(text) = std::str::from_utf8(&answer.body) else {
        let words = t!("reference-not-text", kind = named(&kind));
        return (None, words);
    };
    let is_json = kind.contains("json");
    let pretty = (is_json && text.len() <= SHOWN_MAX)
        .then(|| pretty(text))
        .flatten();
    let shown = match &pretty {
        Some(pretty) => pretty,
        None => &text[..text.floor_char_boundary(SHOWN_MAX)],
    };
    let note = if pretty.is_none() && shown.len() < text.len() {
        t!(
            "reference-first-of",
            shown = size(shown.len()),
            size = size(text.len()),
        )
    } else {
        String::new()
    };
    let title = named(&kind);
    let code = if is_json && shown.len() <= COLOURED_MAX {
        Code::json("try-body", title, shown)
    } else {
        Code::new("try-body", title).text(shown)
    };
    (Some(code), note)
}

fn named(kind: &str) -> String {
    if kind.is_empty() {
        t!("reference-unnamed-type")
    } else {
        kind.to_owned()
    }
}

/// JSON with its indentation; none where that has no room: a backend can nest so that it grows a hundredfold.
fn pretty(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let mut room = Room(Vec::with_capacity(text.len()));
    serde_json::to_writer_pretty(&mut room, &value).ok()?;
    String::from_utf8(room.0).ok()
}

/// Takes as much as is shown, and no more.
struct Room(Vec<u8>);

impl std::io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > SHOWN_MAX {
            return Err(std::io::ErrorKind::WriteZero.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The gateway's own refusal; a backend's problem has not the gateway's request id in it.
fn refusal(visitor: &Visitor, answer: &Relayed, request_id: &str) -> Option<RefusalWords> {
    if answer.body.len() > REFUSAL_BYTES_MAX {
        return None;
    }
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    let kind = ProblemKind::from_code(problem["code"].as_str()?)?;
    if request_id.is_empty() || problem["request_id"].as_str() != Some(request_id) {
        return None;
    }
    Some(RefusalWords {
        title: kind.title().to_owned(),
        detail: problem["detail"].as_str().unwrap_or_default().to_owned(),
        fix: kind.fix().to_owned(),
        code: kind.code().to_owned(),
        href: visitor.to(&format!("/errors/{}", kind.code())),
    })
}

/// `"second";r=49;t=1, "month";r=900;t=86400` in words (draft-ietf-httpapi-ratelimit-headers).
fn limits(field: &str) -> String {
    let words = |item: &str| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next()?.trim_matches('"');
        let left = parts.find_map(|part| part.strip_prefix("r="))?;
        let left: u64 = left.parse().ok()?;
        Some(match name {
            "second" => t!("reference-left-second", count = left),
            "minute" => t!("reference-left-minute", count = left),
            "hour" => t!("reference-left-hour", count = left),
            "day" => t!("reference-left-day", count = left),
            "week" => t!("reference-left-week", count = left),
            "month" => t!("reference-left-month", count = left),
            "year" => t!("reference-left-year", count = left),
            name => t!("reference-left", count = left, period = name),
        })
    };
    let all: Vec<String> = field.split(',').filter_map(words).collect();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn answer(kind: &str, body: &str) -> Relayed {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        Relayed {
            status: StatusCode::OK,
            headers,
            body: body.to_owned().into(),
            took: Duration::from_millis(38),
        }
    }

    #[test]
    fn limits_are_said_in_words() {
        assert_eq!(
            limits("\"second\";r=49;t=1, \"month\";r=9000;t=86400"),
            "49 left this second, 9,000 left this month"
        );
        for nothing in ["", "x", "\"day\"", "\"day\";r=many"] {
            assert_eq!(limits(nothing), "", "{nothing}");
        }
    }

    #[test]
    fn markup_in_an_answer_stays_text() {
        let (code, _) = body(&answer("text/html", "<script>alert(1)</script>"));
        let shown = code.unwrap().to_string();
        assert!(
            !shown.contains("<script>") && shown.contains("alert(1)"),
            "{shown}"
        );
    }

    #[test]
    fn json_is_made_readable_and_the_first_part_of_a_long_answer_is_shown() {
        let (code, note) = body(&answer("application/json", "{\"b\":1,\"a\":2}"));
        assert!(code.unwrap().to_string().contains("\n  "));
        assert_eq!(note, "");
        for (length, cut) in [
            (SHOWN_MAX - 1, false),
            (SHOWN_MAX, false),
            (SHOWN_MAX + 1, true),
        ] {
            let (_, note) = body(&answer("text/plain", &"x".repeat(length)));
            assert_eq!(!note.is_empty(), cut, "{length}");
        }
        let deep = format!(
            "{}{}1{}",
            "[".repeat(120),
            "1,".repeat(100_000),
            "]".repeat(120)
        );
        let (code, _) = body(&answer("application/json", &deep));
        let shown = code.unwrap().to_string();
        assert!(
            shown.len() < 2 * deep.len(),
            "indentation made it {} bytes",
            shown.len()
        );
        let (code, note) = body(&answer("image/png", ""));
        assert!(code.is_none() && note == "No body.");
    }
}
