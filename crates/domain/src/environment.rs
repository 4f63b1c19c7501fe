//! Environments and the base paths that keep tenants apart on one gateway.

use std::fmt;

use crate::slug::Slug;

/// Which side of the fence an environment is on; it decides the prefix of its keys.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentKind {
    /// For trying: `gth_test_` keys.
    Sandbox,
    /// For real: `gth_live_` keys.
    Production,
}

impl EnvironmentKind {
    /// Both kinds, in the order pages list them.
    pub const ALL: [Self; 2] = [Self::Sandbox, Self::Production];

    /// The word in tables, URLs and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Production => "production",
        }
    }

    /// Reads [`EnvironmentKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for EnvironmentKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The path below which an environment's APIs live: empty, or `/` and segments without a trailing slash.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct BasePath(String);

impl BasePath {
    /// The default of a new tenant: the first tenant of an installation owns the root, later ones `/{tenant}`.
    pub fn of_new_tenant(first: bool, tenant: &Slug, kind: EnvironmentKind) -> Self {
        let root = if first {
            String::new()
        } else {
            format!("/{tenant}")
        };
        match kind {
            EnvironmentKind::Production => Self(root),
            EnvironmentKind::Sandbox => Self(format!("{root}/sandbox")),
        }
    }

    /// Accepts `""`, `"/"` and `/a/b`; a trailing slash is dropped. `None` for dots, empty or foreign segments.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let Some(segments) = text.strip_prefix('/') else {
            return text.is_empty().then(|| Self(String::new()));
        };
        let plain = |segment: &str| {
            !segment.is_empty()
                && segment
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        segments
            .split('/')
            .all(plain)
            .then(|| Self(text.to_owned()))
    }

    /// The text: `""` for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What of `path` follows this base path, or `None` when the path lies elsewhere. Matches whole segments only.
    pub fn strip<'path>(&self, path: &'path str) -> Option<&'path str> {
        let rest = path.strip_prefix(self.0.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_tenant_owns_the_root_and_later_ones_their_name() {
        let slug = Slug::new("northwind").unwrap();
        let of = |first, kind| {
            BasePath::of_new_tenant(first, &slug, kind)
                .as_str()
                .to_owned()
        };
        assert_eq!(of(true, EnvironmentKind::Production), "");
        assert_eq!(of(true, EnvironmentKind::Sandbox), "/sandbox");
        assert_eq!(of(false, EnvironmentKind::Production), "/northwind");
        assert_eq!(of(false, EnvironmentKind::Sandbox), "/northwind/sandbox");
    }

    #[test]
    fn stripping_matches_whole_segments() {
        let base = BasePath::parse("/acme").unwrap();
        assert_eq!(base.strip("/acme/petstore/v1"), Some("/petstore/v1"));
        assert_eq!(base.strip("/acmeette/petstore"), None);
        assert_eq!(BasePath::parse("/").unwrap().strip("/x"), Some("/x"));
    }

    #[test]
    fn a_base_path_with_tricks_is_refused() {
        for text in ["a", "//", "/a//b", "/../x", "/a%2fb", "/A"] {
            assert_eq!(BasePath::parse(text), None, "{text}");
        }
    }
}
