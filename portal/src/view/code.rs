//! Code in a frame: commands and JSON, in the four colours, with a copy button.

use crate::view::said::says;
use askama::Template;
use askama::filters::HtmlSafe;

/// A frame of code with a copy button; `parts` carry the four colours.
#[derive(Debug, Clone, Template)]
#[template(path = "components/code.html")]
pub(crate) struct Code {
    id: &'static str,
    title: String,
    parts: Vec<CodePart>,
}

#[derive(Debug, Clone)]
struct CodePart {
    class: &'static str,
    text: String,
}

impl HtmlSafe for Code {}
says!(Code);

impl Code {
    pub(crate) fn new(id: &'static str, title: impl Into<String>) -> Self {
        Self {
            id,
            title: title.into(),
            parts: Vec::new(),
        }
    }

    pub(crate) fn text(self, text: impl Into<String>) -> Self {
        self.part("", text)
    }

    /// Keys and commands.
    pub(crate) fn command(self, text: impl Into<String>) -> Self {
        self.part("k", text)
    }

    pub(crate) fn string(self, text: impl Into<String>) -> Self {
        self.part("s", text)
    }

    fn part(mut self, class: &'static str, text: impl Into<String>) -> Self {
        self.parts.push(CodePart {
            class,
            text: text.into(),
        });
        self
    }

    /// A curl line with one credential header, as every page prints it. `url` and `key` go inside double quotes: neither
    /// may hold a quote, a dollar sign or a backslash, which base addresses, path templates with samples and keys do not.
    pub(crate) fn curl(id: &'static str, method: &str, url: &str, key: &str) -> Self {
        let code = Self::new(id, "curl").command("curl ");
        let code = if method == "GET" {
            code
        } else {
            code.text(format!("-X {method} "))
        };
        code.string(format!("\"{}\"", shell_safe(url)))
            .text(" \\\n  -H ")
            .string(format!("\"Authorization: Bearer {key}\""))
    }

    /// A shell command as it is: first word accented.
    pub(crate) fn shell(id: &'static str, command: impl Into<String>) -> Self {
        let command = command.into();
        let at = command.find(char::is_whitespace).unwrap_or(command.len());
        let (first, rest) = command.split_at(at);
        Self::new(id, first).command(first).text(rest)
    }

    /// Coloured JSON: names accent, strings green, numbers orange.
    pub(crate) fn json(id: &'static str, title: impl Into<String>, text: &str) -> Self {
        let mut code = Self::new(id, title);
        for (class, piece) in json_pieces(text) {
            code = code.part(class, piece);
        }
        code
    }
}

/// Removes what a shell would read inside double quotes.
fn shell_safe(url: &str) -> String {
    url.chars()
        .filter(|c| !matches!(c, '"' | '$' | '`' | '\\') && !c.is_control())
        .collect()
}

/// Cuts pretty-printed JSON into coloured pieces. Text that is not JSON passes through uncoloured.
fn json_pieces(text: &str) -> Vec<(&'static str, String)> {
    let mut pieces: Vec<(&'static str, String)> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (class, len) = match first {
            '"' => {
                let len = string_len(rest);
                let is_name = rest[len..].trim_start().starts_with(':');
                (if is_name { "k" } else { "s" }, len)
            }
            '-' | '0'..='9' => {
                let end = |c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9');
                ("d", rest.find(end).unwrap_or(rest.len()))
            }
            _ => (
                "",
                rest.find(['"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                    .unwrap_or(rest.len()),
            ),
        };
        let (piece, tail) = rest.split_at(len.max(first.len_utf8()));
        pieces.push((class, piece.to_owned()));
        rest = tail;
    }
    pieces
}

/// Length of the string literal at the start of `text`, quotes included.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Code, json_pieces};

    #[test]
    fn json_is_cut_without_losing_a_character() {
        for text in [
            "{\n  \"a\\\"b\": [-1.5e3, \"x:\", true, null]\n}",
            "",
            "not json — é",
            "\"open",
        ] {
            let joined: String = json_pieces(text)
                .into_iter()
                .map(|(_, piece)| piece)
                .collect();
            assert_eq!(joined, text);
        }
        let pieces = json_pieces("{\"name\": \"v\", \"n\": 2}");
        assert!(pieces.contains(&("k", "\"name\"".to_owned())));
        assert!(pieces.contains(&("s", "\"v\"".to_owned())));
        assert!(pieces.contains(&("d", "2".to_owned())));
    }

    #[test]
    fn a_curl_line_cannot_leave_its_quotes() {
        let shown = Code::curl("c", "GET", "http://h/$(id)\"`x`", "gth_live_x").to_string();
        assert!(!shown.contains('$') && !shown.contains('`'), "{shown}");
    }
}
