//! The component inventory as types: a page gives facts, the part decides shape, word and colour.

use askama::Template;
use askama::filters::HtmlSafe;
use serde::{Deserialize, Serialize};

/// A link with its words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) href: String,
}

impl Link {
    pub(crate) fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// Shape, word, colour, in that order: colour is never the only carrier of a state.
#[derive(Debug, Clone, Template)]
#[template(path = "components/badge.html")]
pub(crate) struct Badge {
    shape: &'static str,
    word: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    /// Filled dot: as it should be.
    pub(crate) fn good(word: impl Into<String>) -> Self {
        Self {
            shape: "good",
            word: word.into(),
        }
    }

    /// Half dot: somebody or something is awaited.
    pub(crate) fn waiting(word: impl Into<String>) -> Self {
        Self {
            shape: "wait",
            word: word.into(),
        }
    }

    /// Triangle: works, but needs care.
    pub(crate) fn care(word: impl Into<String>) -> Self {
        Self {
            shape: "care",
            word: word.into(),
        }
    }

    /// Square: refused or ended.
    pub(crate) fn stopped(word: impl Into<String>) -> Self {
        Self {
            shape: "stop",
            word: word.into(),
        }
    }

    /// Hollow dot: not started.
    pub(crate) fn not_started(word: impl Into<String>) -> Self {
        Self {
            shape: "none",
            word: word.into(),
        }
    }

    /// No shape: a plain fact.
    pub(crate) fn plain(word: impl Into<String>) -> Self {
        Self {
            shape: "",
            word: word.into(),
        }
    }
}

/// What a redirect tells the page it leads to.
#[derive(Debug, Clone, Template, Serialize, Deserialize)]
#[template(path = "components/flash.html")]
pub(crate) struct Flash {
    kind: Tone,
    strong: String,
    rest: String,
    action: Option<Link>,
}

impl HtmlSafe for Flash {}

/// The ground and the mark of a flash message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Tone {
    Good,
    Info,
    Care,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Info => "info",
            Self::Care => "care",
        }
    }
}

impl Flash {
    pub(crate) fn good(strong: impl Into<String>, rest: impl Into<String>) -> Self {
        Self {
            kind: Tone::Good,
            strong: strong.into(),
            rest: rest.into(),
            action: None,
        }
    }

    pub(crate) fn info(strong: impl Into<String>, rest: impl Into<String>) -> Self {
        Self {
            kind: Tone::Info,
            strong: strong.into(),
            rest: rest.into(),
            action: None,
        }
    }

    pub(crate) fn care(strong: impl Into<String>, rest: impl Into<String>) -> Self {
        Self {
            kind: Tone::Care,
            strong: strong.into(),
            rest: rest.into(),
            action: None,
        }
    }

    pub(crate) fn with_action(mut self, action: Link) -> Self {
        self.action = Some(action);
        self
    }
}

/// Where a page stands; the last entry is the page itself.
#[derive(Debug, Clone, Template)]
#[template(path = "components/crumbs.html")]
pub(crate) struct Crumbs {
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Clone)]
struct Crumb {
    label: String,
    href: Option<String>,
}

impl HtmlSafe for Crumbs {}

impl Crumbs {
    pub(crate) fn new(here: impl Into<String>, parents: Vec<Link>) -> Self {
        let mut crumbs: Vec<Crumb> = parents
            .into_iter()
            .map(|link| Crumb {
                label: link.label,
                href: Some(link.href),
            })
            .collect();
        crumbs.push(Crumb {
            label: here.into(),
            href: None,
        });
        Self { crumbs }
    }
}

/// Tabs are links.
#[derive(Debug, Clone, Template)]
#[template(path = "components/tabs.html")]
pub(crate) struct Tabs {
    label: &'static str,
    tabs: Vec<Tab>,
}

#[derive(Debug, Clone)]
pub(crate) struct Tab {
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) count: Option<usize>,
    pub(crate) current: bool,
}

impl HtmlSafe for Tabs {}

impl Tabs {
    pub(crate) fn new(label: &'static str, tabs: Vec<Tab>) -> Self {
        Self { label, tabs }
    }
}

/// Dots on one line: what was done, what is now, what is to come, what stopped.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/timeline.html")]
pub(crate) struct Timeline {
    steps: Vec<Step>,
}

#[derive(Debug, Clone)]
struct Step {
    state: &'static str,
    word: String,
    detail: String,
}

impl HtmlSafe for Timeline {}

impl Timeline {
    pub(crate) fn done(self, word: impl Into<String>, detail: impl Into<String>) -> Self {
        self.with("done", word, detail)
    }

    pub(crate) fn now(self, word: impl Into<String>, detail: impl Into<String>) -> Self {
        self.with("now", word, detail)
    }

    pub(crate) fn next(self, word: impl Into<String>, detail: impl Into<String>) -> Self {
        self.with("next", word, detail)
    }

    pub(crate) fn stopped(self, word: impl Into<String>, detail: impl Into<String>) -> Self {
        self.with("stopped", word, detail)
    }

    fn with(
        mut self,
        state: &'static str,
        word: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        self.steps.push(Step {
            state,
            word: word.into(),
            detail: detail.into(),
        });
        self
    }
}

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

/// Range at the left, Newer and Older at the right: lists are by cursor.
#[derive(Debug, Clone, Template)]
#[template(path = "components/pages.html")]
pub(crate) struct Pages {
    pub(crate) range: String,
    pub(crate) newer: Option<String>,
    pub(crate) older: Option<String>,
}

impl HtmlSafe for Pages {}

/// One heading, one sentence, one button.
#[derive(Debug, Clone, Template)]
#[template(path = "components/empty.html")]
pub(crate) struct Empty {
    heading: String,
    sentence: String,
    action: Option<Link>,
}

impl HtmlSafe for Empty {}

impl Empty {
    pub(crate) fn new(
        heading: impl Into<String>,
        sentence: impl Into<String>,
        action: Option<Link>,
    ) -> Self {
        Self {
            heading: heading.into(),
            sentence: sentence.into(),
            action,
        }
    }
}

/// How far a saved change has travelled.
#[derive(Debug, Clone, Template)]
#[template(path = "components/spread.html")]
pub(crate) struct Spread {
    pub(crate) has: usize,
    pub(crate) of: usize,
    pub(crate) done: bool,
    pub(crate) detail: String,
    /// Page that holds this region alone, for the poll.
    pub(crate) href: String,
    /// The page itself, for a reader without script.
    pub(crate) again: String,
}

impl HtmlSafe for Spread {}

#[cfg(test)]
mod tests {
    use super::{Badge, Code, Flash, json_pieces};

    #[test]
    fn a_badge_escapes_its_word_and_names_its_shape() {
        assert_eq!(
            Badge::good("A<b").to_string().trim(),
            "<span class=\"badge good\">A&#60;b</span>"
        );
        assert_eq!(
            Badge::plain("Retired").to_string().trim(),
            "<span class=\"badge\">Retired</span>"
        );
    }

    #[test]
    fn flash_text_cannot_carry_markup() {
        let shown = Flash::care("<img src=x>", "\"&").to_string();
        assert!(!shown.contains("<img"), "{shown}");
    }

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
