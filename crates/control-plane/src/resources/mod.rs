//! Resources: the configuration of a tenant as files name it, one per thing, in a closed format.
//!
//! [`specs`] is the format, [`file`] reads files with the place of every fault ([`metadata`] their heads), [`render`] reads the rows as resources,
//! [`compare`] says what differs field by field, and [`put`] makes a thing what a file says, by the verbs that pages and
//! the admin API call too. Names are slugs, never ids, so that files work in any installation.

pub(crate) mod compare;
pub(crate) mod file;
pub(crate) mod metadata;
pub(crate) mod put;
mod references;
pub(crate) mod render;
pub(crate) mod specs;
mod yaml;

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

pub use file::{LIMITS, ResourceFile};
pub(crate) use render::State;
pub use yaml::write as write_yaml;

/// The format every resource file names in `apiVersion`.
pub const API_VERSION: &str = "gatehouse/v1";

/// What kind of thing a resource is, in the order in which things are made: each only refers to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// What APIs belong to.
    Team,
    /// What members may do who have it; one of the tenant's own.
    Role,
    /// What the tenant asks of descriptions: the level of every rule.
    LintRules,
    /// What requests accept: the newest version of a text.
    Terms,
    /// Where APIs answer.
    Environment,
    /// An API and who may find it.
    Api,
    /// Where the traffic of an API goes in one environment; named like the environment.
    Upstream,
    /// A version of an API with its description; named by its label.
    Version,
    /// Versions of several APIs that are subscribed to together.
    Product,
    /// What a subscription to an API, or to a product, allows.
    Plan,
    /// What gateways do with calls besides letting subscribed ones through, at one place.
    Policy,
}

impl ResourceKind {
    /// All of them, in the order in which things are made.
    pub const ALL: [Self; 11] = [
        Self::Team,
        Self::Role,
        Self::LintRules,
        Self::Terms,
        Self::Environment,
        Self::Api,
        Self::Upstream,
        Self::Version,
        Self::Product,
        Self::Plan,
        Self::Policy,
    ];

    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Team => "team",
            Self::Role => "role",
            Self::LintRules => "lint_rules",
            Self::Terms => "terms",
            Self::Environment => "environment",
            Self::Api => "api",
            Self::Upstream => "upstream",
            Self::Version => "version",
            Self::Product => "product",
            Self::Plan => "plan",
            Self::Policy => "policy",
        }
    }

    /// Reads [`ResourceKind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether it is a part of an API, or of a product, which its metadata then names.
    pub const fn is_part(self) -> bool {
        matches!(self, Self::Upstream | Self::Plan | Self::Version)
    }

    /// Whether it is never taken away: people and history hang on it, or it comes with the tenant.
    pub const fn stays(self) -> bool {
        matches!(
            self,
            Self::Team | Self::Environment | Self::Api | Self::LintRules | Self::Terms
        )
    }

    /// Whether it is a rule for people, of which gateways hear nothing.
    pub const fn is_for_people(self) -> bool {
        matches!(
            self,
            Self::Team | Self::Role | Self::LintRules | Self::Terms
        )
    }
}

/// The name of the one set of lint rules.
pub(crate) const LINT_RULES: &str = "tenant";

/// Which thing: `team/payments`, `plan/pets/gold`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) kind: ResourceKind,
    /// What a part belongs to: an API or a product, which never have the same slug.
    pub(crate) of: Option<String>,
    pub(crate) name: String,
}

impl Key {
    pub(crate) fn new(kind: ResourceKind, of: Option<&str>, name: &str) -> Self {
        Self {
            kind,
            of: of.map(ToOwned::to_owned),
            name: name.to_owned(),
        }
    }

    /// The product of this name.
    pub(crate) fn product(slug: &str) -> Self {
        Self::new(ResourceKind::Product, None, slug)
    }

    /// Reads what `Display` writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let kind = ResourceKind::parse(parts.next()?)?;
        let first = parts.next()?;
        let key = match parts.next() {
            Some(name) => Self::new(kind, Some(first), name),
            None => Self::new(kind, None, first),
        };
        (parts.next().is_none() && key.of.is_some() == kind.is_part()).then_some(key)
    }

    /// The slug of the API or product it is or belongs to; empty where it is neither.
    pub(crate) fn owner(&self) -> &str {
        match self.kind {
            ResourceKind::Api | ResourceKind::Product => &self.name,
            _ => self.of.as_deref().unwrap_or_default(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind.as_str())?;
        if let Some(of) = &self.of {
            write!(formatter, "/{of}")?;
        }
        write!(formatter, "/{}", self.name)
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The fields of a resource, in the order in which its format lists them.
pub(crate) type Fields = Map<String, Value>;

/// SHA-256 of a value, hexadecimal; members in any order are the same value.
pub(crate) fn digest(value: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                let members = members
                    .into_iter()
                    .map(|(name, member)| (name.clone(), sorted(member)));
                Value::Object(members.collect())
            }
            Value::Array(items) => items.iter().map(sorted).collect(),
            other => other.clone(),
        }
    }
    gatehouse_snapshot::node_auth::hex(&Sha256::digest(sorted(value).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_and_parts_of_apis_name_theirs() {
        for text in [
            "team/payments",
            "plan/pets/gold",
            "version/pets/v1.2",
            "api/pets",
            "lint_rules/tenant",
        ] {
            assert_eq!(Key::parse(text).unwrap().to_string(), text);
        }
        for text in ["plan/gold", "team/a/b", "nothing/a", "api", "plan/a/b/c"] {
            assert_eq!(Key::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_digest_does_not_know_the_order_of_members() {
        let read = |text: &str| digest(&serde_json::from_str(text).unwrap());
        assert_eq!(
            read(r#"{"a":1,"b":[{"c":2,"d":3}]}"#),
            read(r#"{"b":[{"d":3,"c":2}],"a":1}"#)
        );
        assert_ne!(read(r#"{"a":[1,2]}"#), read(r#"{"a":[2,1]}"#));
    }
}
