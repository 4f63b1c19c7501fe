//! Slugs: the short names that appear in URLs.

use std::fmt;

/// 2 to 40 lower-case letters, digits and single dashes, starting with a letter and not ending with a dash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Slug(String);

/// Why a text is not a slug, in words that name the rule and the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSlug {
    /// Shorter than 2 or longer than 40 characters.
    #[error("use 2 to 40 characters; '{0}' has {1}")]
    Length(String, usize),
    /// A character that is not a lower-case letter, a digit or a dash.
    #[error("use lower-case letters, digits or dashes; '{0}' has '{1}'")]
    Character(String, char),
    /// Starts with a digit or dash, ends with a dash, or doubles one.
    #[error("start with a letter, end with a letter or digit and use single dashes; got '{0}'")]
    Shape(String),
    /// A word the URL layout itself uses.
    #[error("'{0}' is reserved; choose another name")]
    Reserved(String),
}

/// First path segments that environments use, so no API or tenant may be named after them (domain.md, Runtime placement).
const RESERVED: [&str; 4] = ["sandbox", "healthz", "readyz", "metrics"];

impl Slug {
    /// Checks a text and keeps it.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidSlug> {
        let text = text.into();
        let length = text.chars().count();
        if !(2..=40).contains(&length) {
            return Err(InvalidSlug::Length(text.chars().take(60).collect(), length));
        }
        if let Some(bad) = text
            .chars()
            .find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-'))
        {
            return Err(InvalidSlug::Character(text, bad));
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase())
            || text.ends_with('-')
            || text.contains("--")
        {
            return Err(InvalidSlug::Shape(text));
        }
        if RESERVED.contains(&text.as_str()) {
            return Err(InvalidSlug::Reserved(text));
        }
        Ok(Self(text))
    }

    /// The nearest slug to a name a person typed: "Mobile checkout" becomes `mobile-checkout`. `None` when nothing is left.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut text = String::new();
        for character in name.chars() {
            if character.is_ascii_alphanumeric() {
                text.push(character.to_ascii_lowercase());
            } else if !text.ends_with('-') && !text.is_empty() {
                text.push('-');
            }
        }
        let text: String = text
            .trim_start_matches(|c: char| !c.is_ascii_lowercase())
            .chars()
            .take(40)
            .collect();
        Self::new(text.trim_end_matches('-')).ok()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::str::FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, InvalidSlug> {
        Self::new(text)
    }
}

impl AsRef<str> for Slug {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_held_at_its_limits() {
        for (length, accepted) in [
            (1, false),
            (2, true),
            (3, true),
            (39, true),
            (40, true),
            (41, false),
        ] {
            assert_eq!(Slug::new("a".repeat(length)).is_ok(), accepted, "{length}");
        }
    }

    #[test]
    fn the_error_names_the_rule_and_the_value() {
        assert_eq!(
            Slug::new("my api").unwrap_err().to_string(),
            "use lower-case letters, digits or dashes; 'my api' has ' '"
        );
        for text in ["1st", "-a", "a-", "a--b"] {
            assert!(
                matches!(Slug::new(text), Err(InvalidSlug::Shape(_))),
                "{text}"
            );
        }
        assert!(matches!(
            Slug::new("sandbox"),
            Err(InvalidSlug::Reserved(_))
        ));
    }

    #[test]
    fn names_people_type_become_slugs() {
        for (name, slug) in [
            ("Mobile checkout", "mobile-checkout"),
            ("  Öl & Gas 24 ", "l-gas-24"),
            ("9 lives", "lives"),
        ] {
            assert_eq!(Slug::from_name(name).unwrap().as_str(), slug);
        }
        assert_eq!(Slug::from_name("漢字"), None);
    }
}
