//! E-mail addresses, as sign-up and invitations accept them.

use std::fmt;

/// An address of the form `local@domain`, at most 254 characters, kept as typed and compared by its lower-case form.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// The text cannot be an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("enter an e-mail address such as name@example.com")]
pub struct InvalidEmail;

impl Email {
    /// Checks the shape only; that the address works is proved by a mail to it.
    ///
    /// Control characters, spaces and line breaks are refused, so an address can never add a mail header (RFC 5322).
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidEmail> {
        let text = text.into();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let plain = |c: char| {
            !c.is_control()
                && !c.is_whitespace()
                && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')')
        };
        let domain_ok = domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
        let accepted = text.len() <= 254
            && (1..=64).contains(&local.len())
            && local.chars().all(plain)
            && !local.contains('@')
            && domain.contains('.')
            && domain_ok;
        if accepted {
            Ok(Self(text))
        } else {
            Err(InvalidEmail)
        }
    }

    /// As typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is unique in the database.
    pub fn canonical(&self) -> String {
        self.0.to_lowercase()
    }

    /// The part after the `@`, lower case.
    pub fn domain(&self) -> String {
        self.0
            .rsplit_once('@')
            .map(|(_, domain)| domain.to_lowercase())
            .unwrap_or_default()
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.canonical() == other.canonical()
    }
}

impl Eq for Email {}

impl fmt::Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::str::FromStr for Email {
    type Err = InvalidEmail;

    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        Self::new(text)
    }
}

impl<'de> serde::Deserialize<'de> for Email {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_pass_and_header_injection_does_not() {
        for good in ["a@b.co", "dev@demo.test", "o'brien+x@mail.example.org"] {
            assert!(Email::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.co",
            "a@",
            "a b@c.de",
            "a@b.co\r\nBcc: x@y.zz",
            "a@@b.co",
            "a@-b.co",
            "<a@b.co>",
        ] {
            assert!(Email::new(bad).is_err(), "{bad:?}");
        }
        let long = format!("{}@example.com", "a".repeat(64));
        assert!(Email::new(&long).is_ok());
        assert!(Email::new(format!("a{long}")).is_err());
    }

    #[test]
    fn addresses_compare_without_case() {
        assert_eq!(
            Email::new("Ana@Example.com").unwrap(),
            Email::new("ana@example.COM").unwrap()
        );
    }
}
