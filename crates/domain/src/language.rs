//! The languages that pages and mails can be in.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One language, named by its tag (BCP 47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// What every text is written in first, and what stands where another language has none.
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
    /// English with accents and in brackets, made as it is shown: a text without them was never in a catalogue.
    #[serde(rename = "en-XA", skip_deserializing)]
    Pseudo,
}

impl Language {
    /// All of them, English first.
    pub const ALL: &'static [Self] = &[Self::English, Self::German, Self::Pseudo];

    /// Those in which every page can be read. Others are offered only where the settings of the portal say so.
    pub const COMPLETE: &'static [Self] = &[Self::English, Self::German];

    /// The tag, as in the `lang` of a page and in `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Pseudo => "en-XA",
        }
    }

    /// What its speakers call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Pseudo => "Pseudo",
        }
    }

    /// Reads a tag; `None` for a language that pages are not in.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|language| language.tag().eq_ignore_ascii_case(tag))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_tag_is_read_as_it_is_written() {
        for language in Language::ALL {
            assert_eq!(Language::parse(language.tag()), Some(*language));
        }
        assert_eq!(Language::parse("DE"), Some(Language::German));
        assert_eq!(Language::parse("de-AT"), None);
    }
}
