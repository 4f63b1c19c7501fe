//! Texts of the catalogues in templates: `{{ t("sign-in-title") }}`.
//!
//! Nothing here is marked safe from outside. Text is escaped as it is written; what fills a place is escaped and can hold no mark;
//! markup comes from the marks that this file knows, with addresses that the template gives.

use askama::filters::{Escaper, Html, HtmlSafe};
use gatehouse_language::{Fills, Message, Piece, pieces, spoken};
use std::fmt;

/// A text, as HTML. It is made by `t` in a template; in Rust, [`gatehouse_language::t!`] makes plain words.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    message: Message,
    marks: Vec<Mark>,
}

/// What `<name>` in a text leads to.
#[derive(Debug, Clone)]
struct Mark {
    name: &'static str,
    href: String,
    class: &'static str,
}

impl Said {
    pub(crate) fn new(key: &'static str) -> Self {
        Self {
            message: Message::new(key),
            marks: Vec::new(),
        }
    }

    /// Fills a place; what it holds is data and is escaped.
    pub(crate) fn with(mut self, name: &'static str, value: impl Fills) -> Self {
        self.message = self.message.with(name, value);
        self
    }

    /// What is between `<name>` and `</name>` leads to an address.
    pub(crate) fn link(self, name: &'static str, href: impl AsRef<str>) -> Self {
        self.marked(name, href.as_ref(), "")
    }

    /// The same, underlined: in small print.
    pub(crate) fn under(self, name: &'static str, href: impl AsRef<str>) -> Self {
        self.marked(name, href.as_ref(), "under")
    }

    fn marked(mut self, name: &'static str, href: &str, class: &'static str) -> Self {
        self.marks.push(Mark {
            name,
            href: href.to_owned(),
            class,
        });
        self
    }

    fn write(&self, to: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        for piece in pieces(&self.message.marked()) {
            match piece {
                Piece::Text(text) => write_text(to, text)?,
                Piece::Value(value) => Html.write_escaped_str(&mut *to, value)?,
                Piece::Open(name @ ("b" | "code")) => write!(to, "<{name}>")?,
                Piece::Close(name @ ("b" | "code")) => write!(to, "</{name}>")?,
                Piece::Open(name) => {
                    let mark = self.marks.iter().find(|mark| mark.name == name);
                    mark.map_or(Ok(()), |mark| mark.open(to))?;
                }
                Piece::Close(name) => {
                    if self.marks.iter().any(|mark| mark.name == name) {
                        to.write_str("</a>")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Mark {
    fn open(&self, to: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        to.write_str("<a")?;
        if !self.class.is_empty() {
            write!(to, " class=\"{}\"", self.class)?;
        }
        to.write_str(" href=\"")?;
        Html.write_escaped_str(&mut *to, &self.href)?;
        to.write_str("\">")
    }
}

/// Writes text of a catalogue, for elements and for attributes in double quotes. An apostrophe stands as templates write it.
fn write_text(to: &mut (impl fmt::Write + ?Sized), text: &str) -> fmt::Result {
    for letter in text.chars() {
        match letter {
            '&' => to.write_str("&amp;")?,
            '<' => to.write_str("&lt;")?,
            '>' => to.write_str("&gt;")?,
            '"' => to.write_str("&quot;")?,
            letter => to.write_char(letter)?,
        }
    }
    Ok(())
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl askama::FastWritable for Said {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(self.write(dest)?)
    }
}

impl HtmlSafe for Said {}

/// The `lang` of a page.
pub(crate) fn lang() -> &'static str {
    spoken().tag()
}

/// Gives a template struct its `t`. Pages have it by `web_page!`; a part with a template of its own says `says!(Part)`.
macro_rules! says {
    ($part:ty) => {
        impl $part {
            fn t(&self, key: &'static str) -> $crate::view::said::Said {
                $crate::view::said::Said::new(key)
            }
        }
    };
}
pub(crate) use says;

#[cfg(test)]
mod tests {
    use super::Said;

    #[test]
    fn what_fills_a_place_or_an_address_cannot_carry_markup() {
        let hostile = "<b>&\"'</b><up>";
        let shown = Said::new("sign-in-to").with("tenant", hostile).to_string();
        assert_eq!(
            shown,
            "To &#60;b&#62;&#38;&#34;&#39;&#60;/b&#62;&#60;up&#62;."
        );
        let shown = Said::new("sign-in-new-here")
            .under("link", "/x\"><script>")
            .to_string();
        assert_eq!(
            shown,
            "New here? <a class=\"under\" href=\"/x&#34;&#62;&#60;script&#62;\">Create an account</a>."
        );
    }
}
