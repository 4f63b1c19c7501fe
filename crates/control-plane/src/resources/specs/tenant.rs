//! What a tenant has: teams, environments, roles, lint rules and terms.

use std::collections::BTreeMap;

use gatehouse_domain::pointer::join;
use gatehouse_domain::{EnvironmentKind, Permission};
use gatehouse_spec::lint::{Level, Rule};
use serde::{Deserialize, Serialize, Serializer};

use super::{FileSpec, given};
use crate::refusal::FieldFault;
use crate::teams::TeamKind;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<TeamKind>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<EnvironmentKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base_path: Option<String>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) host: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) public_url: Option<Option<String>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// As written, for the places of faults; compared and kept in the order of all permissions.
    #[serde(
        default,
        serialize_with = "in_order",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) permissions: Option<Vec<Permission>>,
}

fn in_order<S: Serializer>(
    permissions: &Option<Vec<Permission>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut permissions = permissions.clone().unwrap_or_default();
    permissions.sort();
    permissions.dedup();
    permissions.serialize(serializer)
}

/// Rule to level: each rule is a field of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LintRulesSpec(pub(crate) BTreeMap<String, Level>);

impl LintRulesSpec {
    /// The rules that there are not.
    pub(super) fn faults(&self) -> Vec<FieldFault> {
        let unknown = self.0.keys().filter(|rule| Rule::parse(rule).is_none());
        let fault = |rule: &String| {
            let pointer = join("/spec", rule);
            let detail = format!("There is no rule '{rule}'; `gatehouse lint rules` lists them.");
            FieldFault::new(pointer, "unknown_rule", detail)
        };
        unknown.map(fault).collect()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TermsSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// Markdown; another text is a new version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<FileSpec>,
}
