//! From parts to text and HTML.

use gatehouse_language::spoken;

/// Stands for the address of the tenant's portal until the mail is sent. Inputs never contain it: it is a control
/// character, and those are removed.
pub const PORTAL: char = '\u{1}';
/// Stands for the one-time token until the mail is sent.
pub const TOKEN: char = '\u{2}';

/// What the body begins with, and what stands around its one link: a tenant's own look ([`super::look`]) is put in there. Values
/// are escaped, so none of them has these.
pub(super) const BODY: &str = "<body>\n";
pub(super) const LINK: &str = "<p><a href=";
pub(super) const LINK_END: &str = "</a></p>\n";

/// Longest value taken over into a line, in characters.
const LINE_MAX: usize = 200;
/// Longest reason taken over.
const BLOCK_MAX: usize = 2_000;

/// A mail without its envelope. [`PORTAL`] and [`TOKEN`] stand in its bodies where the link goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which template, as a stable word.
    pub template: &'static str,
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// A value as one line without control characters.
pub(crate) fn line(value: &str) -> String {
    let plain: String = value
        .chars()
        .map(|c| if is_break(c) { ' ' } else { c })
        .filter(|c| !is_unsafe(*c))
        .collect();
    let words: Vec<_> = plain.split_whitespace().collect();
    words.join(" ").chars().take(LINE_MAX).collect()
}

/// A value that may have several lines.
fn block(value: &str) -> String {
    let text = value.replace("\r\n", "\n");
    let mut kept = text.chars().filter(|c| *c == '\n' || !is_unsafe(*c));
    let mut block: String = kept.by_ref().take(BLOCK_MAX).collect();
    if kept.next().is_some() {
        // Whoever reads it is to know that there is more behind the link.
        block.push('…');
    }
    block.trim().to_owned()
}

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Control characters, and those that turn the direction of text around.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push_str("<br>"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A mail being written.
pub(crate) struct Draft {
    template: &'static str,
    subject: String,
    lines: Vec<String>,
    quote: Option<String>,
    link: Option<(String, String)>,
    why: String,
}

impl Draft {
    /// Begins with the subject and the result.
    pub(crate) fn new(
        template: &'static str,
        subject: impl AsRef<str>,
        result: impl AsRef<str>,
    ) -> Self {
        Self {
            template,
            subject: line(subject.as_ref()),
            lines: vec![line(result.as_ref())],
            quote: None,
            link: None,
            why: String::new(),
        }
    }

    /// Adds a sentence.
    pub(crate) fn say(mut self, sentence: impl AsRef<str>) -> Self {
        self.lines.push(line(sentence.as_ref()));
        self
    }

    /// Adds what somebody wrote.
    pub(crate) fn quote(mut self, words: Option<&str>) -> Self {
        self.quote = words.map(block).filter(|words| !words.is_empty());
        self
    }

    /// The one link. `path` begins with a slash and may contain [`TOKEN`].
    pub(crate) fn link(mut self, label: impl Into<String>, path: &str) -> Self {
        self.link = Some((label.into(), format!("{PORTAL}{path}")));
        self
    }

    /// Why it came and how to change that.
    pub(crate) fn because(mut self, why: impl AsRef<str>) -> Letter {
        self.why = line(why.as_ref());
        Letter {
            template: self.template,
            text: self.text(),
            html: self.html(),
            subject: self.subject,
        }
    }

    fn text(&self) -> String {
        let mut parts = self.lines.clone();
        if let Some(quote) = &self.quote {
            let quoted: Vec<_> = quote.lines().map(|line| format!("> {line}")).collect();
            parts.insert(1, quoted.join("\n"));
        }
        if let Some((label, address)) = &self.link {
            parts.push(format!("{label}:\n{address}"));
        }
        parts.push(format!("--\n{}", self.why));
        let mut text = parts.join("\n\n");
        text.push('\n');
        text
    }

    fn html(&self) -> String {
        let paragraph = |text: &String| format!("<p>{}</p>\n", escape(text));
        let mut parts: Vec<String> = self.lines.iter().map(paragraph).collect();
        if let Some(quote) = &self.quote {
            parts.insert(1, format!("<blockquote>{}</blockquote>\n", escape(quote)));
        }
        if let Some((label, address)) = &self.link {
            parts.push(format!(
                "{LINK}\"{}\">{}{LINK_END}",
                escape(address),
                escape(label)
            ));
        }
        parts.push(format!(
            "<hr>\n<p><small>{}</small></p>\n",
            escape(&self.why)
        ));
        format!(
            "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\n{BODY}{}</body></html>\n",
            spoken().tag(),
            escape(&self.subject),
            parts.concat()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_add_a_header_a_link_or_markup() {
        let letter = Draft::new(
            "test",
            "Access to A\r\nBcc: all@example.com",
            "Hello \u{1}/evil \u{2} <b>\u{202e}you</b>",
        )
        .quote(Some("one\r\n<script>\u{0}two"))
        .link("Open", "/x/\u{2}")
        .because("You \"asked\".");
        assert_eq!(letter.subject, "Access to A Bcc: all@example.com");
        assert_eq!(
            letter.text,
            "Hello /evil <b>you</b>\n\n> one\n> <script>two\n\nOpen:\n\u{1}/x/\u{2}\n\n--\nYou \"asked\".\n"
        );
        assert_eq!(letter.html.matches(PORTAL).count(), 1);
        assert!(letter.html.contains("one<br>&lt;script&gt;two"));
        assert!(!letter.html.contains("<b>"));
    }

    #[test]
    fn every_line_break_of_unicode_stays_out_of_subjects() {
        for break_ in [
            "\r", "\n", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}",
        ] {
            let subject = Draft::new("test", format!("a{break_}b"), "c")
                .because("d")
                .subject;
            assert!(
                !subject.chars().any(|c| c.is_control() || is_break(c)),
                "{break_:?}"
            );
        }
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(line(&"x".repeat(LINE_MAX + 1)).len(), LINE_MAX);
        for (length, is_cut) in [
            (BLOCK_MAX - 1, false),
            (BLOCK_MAX, false),
            (BLOCK_MAX + 1, true),
        ] {
            let kept = block(&"x".repeat(length));
            assert_eq!(
                kept.chars().filter(|c| *c == 'x').count(),
                length.min(BLOCK_MAX)
            );
            assert_eq!(kept.ends_with('…'), is_cut, "{length}");
        }
    }
}
