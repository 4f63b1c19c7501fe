//! "Same thing in CLI and curl": what a page of the console does, as a command line and as a request.
//!
//! Every action is one entry of [`ways`]; its test holds each against the command line's manual and the OpenAPI document, so
//! that no page prints a line that does not work.

mod ways;

pub(crate) use ways::*;

use crate::address::encode;
use crate::view::code::Code;
use crate::view::said::says;
use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_language::t;
use gatehouse_runtime::settings::PublicUrl;

/// Parts of paths whose things have no version number.
const UNVERSIONED: [&str; 5] = [
    "/grants/",
    "/lint-rules/",
    "/changelog/",
    "/teams/{team}/members/",
    "/spec",
];

/// One action in the two other forms it has. Braces name what a page fills in; what it cannot know is printed in capitals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// What follows `gatehouse`; empty when the command line has no such verb.
    cli: &'static str,
    method: &'static str,
    path: &'static str,
    /// JSON, or `@` and a file that is sent as it is; empty when there is none.
    body: &'static str,
}

/// The ways of one page, folded away.
#[derive(Debug, Clone, Template)]
#[template(path = "components/same.html")]
pub(crate) struct Same {
    code: Code,
}

impl HtmlSafe for Same {}
says!(Same);

impl Same {
    /// `known` fills braces of every way.
    pub(crate) fn new(admin_api: &PublicUrl, ways: &[Way], known: &[(&str, &str)]) -> Self {
        let mut code = Code::new("same", t!("shared-shell"));
        for (position, way) in ways.iter().enumerate() {
            if position > 0 {
                code = code.text("\n\n");
            }
            code = way.write(code, admin_api, known);
        }
        Self { code }
    }
}

impl Way {
    fn write(self, mut code: Code, admin_api: &PublicUrl, known: &[(&str, &str)]) -> Code {
        if !self.cli.is_empty() {
            let line = fill(self.cli, known, quoted);
            code = code.command("gatehouse").text(format!(" {line}\n"));
        }
        let url = admin_api.join(&fill(self.path, known, encode));
        code = code.command("curl");
        if self.method != "GET" {
            code = code.text(format!(" -X {}", self.method));
        }
        code = code
            .text(" -H ")
            .string("\"Authorization: Bearer $GATEHOUSE_TOKEN\"");
        if self.is_conditional() {
            // The tag that a GET of the same address answers.
            code = code.text(" \\\n  -H ").string("\"If-Match: $ETAG\"");
        }
        if let Some(file) = self.file() {
            code = code.text(format!(" \\\n  -T {}", fill(file, known, quoted)));
        } else if !self.body.is_empty() {
            let body = fill(self.body, known, in_json);
            code = code
                .text(" \\\n  -H ")
                .string("\"Content-Type: application/json\"")
                .text(" -d ")
                .string(format!("'{body}'"));
        }
        code.text(format!(" \\\n  \"{url}\""))
    }

    /// What is sent as it is.
    fn file(self) -> Option<&'static str> {
        self.body.strip_prefix('@')
    }

    /// Changes and deletions of things with a version number say which they saw (RFC 9110 §13.1.1).
    fn is_conditional(self) -> bool {
        let of_a_row = !UNVERSIONED.iter().any(|part| self.path.contains(part));
        matches!(self.method, "PATCH" | "PUT" | "DELETE") && of_a_row
    }
}

/// Puts what is known in place of `{name}`, and `NAME` where nothing is.
fn fill(text: &str, known: &[(&str, &str)], write: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            // JSON has braces of its own; a name is made of letters alone.
            Some((name, tail)) if is_name(name) => {
                let value = known.iter().find(|(known, _)| *known == name);
                filled.push_str(
                    &value.map_or_else(|| name.to_uppercase(), |(_, value)| write(value)),
                );
                rest = tail;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// A word of a command line; in single quotes when a shell would read it as more than a word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.:/@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Text inside a JSON string that stands inside single quotes.
fn in_json(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json[1..json.len() - 1].replace('\'', "\\u0027")
}

#[cfg(test)]
mod tests;
