//! Hostile texts, each with a mark by which it is known again, and requests whose bodies are filled with them.
//!
//! A body says where a text goes and how long it may be by [`line`], [`text`], [`word`] or [`markdown`]; what was written
//! where is remembered, so that nothing else has to list the fields that were filled.

use std::collections::BTreeSet;

use gatehouse_harness::callers::CiToken;
use http::header::IF_MATCH;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::fields::{self, Field};
use super::{A_FIELD, LINES, markdown::PIECES};

/// What begins a wish for a text in a body.
const WISH: &str = "§ ";
/// For fields that take neither spaces nor quotes.
const WORD: &str = "<svg/onload=alert(1)>";
/// Names take 80 characters, and the mark is one of them.
const LINE_MAX: usize = 70;

/// One line of at most so many characters.
pub(super) fn line(max: usize) -> String {
    format!("{WISH}line {max}")
}

/// As many lines as so many characters have room for.
pub(super) fn text(max: usize) -> String {
    format!("{WISH}text {max}")
}

/// Something without spaces and quotes.
pub(super) fn word(max: usize) -> String {
    format!("{WISH}word {max}")
}

/// As much hostile Markdown as so many characters have room for.
pub(super) fn markdown(max: usize) -> String {
    format!("{WISH}markdown {max}")
}

/// The lines that every field takes, chosen by one rule: each next one brings the most elements, handlers and schemes that
/// none before it has.
pub(super) fn nastiest() -> Vec<&'static str> {
    let is_plain = |line: &&str| line.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let fits = |line: &&str| line.len() <= LINE_MAX && line.trim() == *line && !line.is_empty();
    let mut pool: Vec<_> = LINES
        .lines()
        .filter(is_plain)
        .filter(fits)
        .map(|line| (line, means(line)))
        .collect();
    let mut known = BTreeSet::new();
    let mut chosen = Vec::new();
    while chosen.len() < A_FIELD {
        let brings =
            |(_, (_, means)): &(usize, &(&str, BTreeSet<String>))| means.difference(&known).count();
        let best = pool.iter().enumerate().max_by_key(brings);
        let Some(place) = best.map(|(place, _)| place) else {
            break;
        };
        let (line, means) = pool.swap_remove(place);
        known.extend(means);
        chosen.push(line);
    }
    chosen
}

/// Elements (`<svg`), handlers (`onload=`) and schemes (`javascript:`) of a line.
fn means(line: &str) -> BTreeSet<String> {
    let lower = line.to_ascii_lowercase();
    let elements = lower.split('<').skip(1).map(|rest| {
        let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
        format!("<{name}")
    });
    let mut found: BTreeSet<String> = elements.filter(|name| name.len() > 1).collect();
    for (place, _) in lower.match_indices(['=', ':']) {
        let before = &lower[..place];
        let word = before.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let word = &before[word.len()..];
        let is_scheme = lower[place..].starts_with(':') && !word.is_empty();
        if is_scheme || word.starts_with("on") {
            found.insert(lower[place - word.len()..=place].to_owned());
        }
    }
    found
}

/// What was written into which field.
pub(super) struct Texts {
    lines: Vec<&'static str>,
    next: usize,
    /// Operation and pointer, by the number of the mark.
    given: Vec<(&'static str, String)>,
}

impl Texts {
    /// The first field takes the line of the round.
    pub(super) fn new(round: usize) -> Self {
        Self {
            lines: nastiest(),
            next: round,
            given: Vec::new(),
        }
    }

    /// Writes texts where the body wishes for them and carries the operation out. `names` go into its path, in their order.
    pub(super) async fn send(
        &mut self,
        caller: &CiToken,
        operation: &'static str,
        names: &[&str],
        mut body: Value,
    ) -> Value {
        self.write(operation, "", &mut body);
        let (method, template) = fields::operation(operation);
        let mut path = template.to_owned();
        for name in names {
            let (Some(open), Some(close)) = (path.find('{'), path.find('}')) else {
                panic!("{template} has no place for {name}");
            };
            path.replace_range(open..=close, name);
        }
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, HeaderValue::from_static("*"));
        let answer = caller.send(method, &path, headers, Some(&body)).await;
        answer.assert_ok();
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// Hostile Markdown for something that is no field of a JSON body.
    pub(super) fn apart(&mut self, operation: &'static str, at: &str) -> String {
        self.compose(operation, at, "markdown 20000")
    }

    fn write(&mut self, operation: &'static str, at: &str, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(wish) = text.strip_prefix(WISH) {
                    let made = self.compose(operation, at, wish);
                    *text = made;
                }
            }
            Value::Array(entries) => {
                for (place, entry) in entries.iter_mut().enumerate() {
                    self.write(operation, &format!("{at}/{place}"), entry);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.write(operation, &format!("{at}/{name}"), member);
                }
            }
            _ => {}
        }
    }

    fn compose(&mut self, operation: &'static str, at: &str, wish: &str) -> String {
        let mark = mark(self.given.len());
        self.given.push((operation, at.to_owned()));
        let (kind, max) = wish.split_once(' ').unwrap();
        let room = max.parse::<usize>().unwrap() - mark.len() - 2;
        match kind {
            "word" => format!("{WORD}{mark}"),
            "line" => {
                let line: String = self.next_line().chars().take(room).collect();
                format!("{} {mark}", line.trim_end())
            }
            "text" => {
                let mut made = self.next_line().to_owned();
                while made.len() + LINE_MAX < room {
                    made.push('\n');
                    made.push_str(self.next_line());
                }
                format!("{made}\n{mark}")
            }
            // Before everything: what is hostile may swallow what comes after it.
            _ => {
                let mut made = mark;
                for piece in PIECES.iter().chain(&self.lines) {
                    if made.chars().count() + piece.chars().count() < room {
                        made.push_str("\n\n");
                        made.push_str(piece);
                    }
                }
                made
            }
        }
    }

    fn next_line(&mut self) -> &'static str {
        self.next = (self.next + 1) % self.lines.len();
        self.lines[self.next]
    }

    /// The fields that no text was written into.
    pub(super) fn empty<'a>(&self, fields: &'a BTreeSet<Field>) -> Vec<&'a Field> {
        let is_empty = |field: &&Field| self.marks_of(field).next().is_none();
        fields.iter().filter(is_empty).collect()
    }

    /// The fields of whose texts none is among the marks that were seen.
    pub(super) fn unseen<'a>(
        &self,
        fields: &'a BTreeSet<Field>,
        seen: &BTreeSet<String>,
    ) -> Vec<&'a Field> {
        let is_unseen = |field: &&Field| !self.marks_of(field).any(|mark| seen.contains(&mark));
        fields.iter().filter(is_unseen).collect()
    }

    /// Where every text was written of which no mark was seen.
    pub(super) fn unseen_marks(&self, seen: &BTreeSet<String>) -> Vec<String> {
        let given = self.given.iter().enumerate();
        given
            .filter(|(number, _)| !seen.contains(&mark(*number)))
            .map(|(_, (operation, pointer))| format!("{operation} {pointer}"))
            .collect()
    }

    fn marks_of(&self, field: &Field) -> impl Iterator<Item = String> {
        let given = self.given.iter().enumerate();
        given
            .filter(|(_, (operation, pointer))| field.is_at(operation, pointer))
            .map(|(number, _)| mark(number))
    }
}

/// What a text is known by wherever it is shown.
fn mark(number: usize) -> String {
    format!("q{number}z")
}

#[test]
fn the_lines_of_every_field_are_different_in_what_they_try() {
    let lines = nastiest();
    assert_eq!(lines.len(), A_FIELD);
    let tried: BTreeSet<String> = lines.iter().flat_map(|line| means(line)).collect();
    assert!(tried.len() > 2 * A_FIELD, "{tried:?}");
    for wanted in [
        "<svg",
        "<math",
        "<iframe",
        "onload=",
        "onerror=",
        "javascript:",
    ] {
        assert!(tried.contains(wanted), "no {wanted} in {lines:#?}");
    }
}
