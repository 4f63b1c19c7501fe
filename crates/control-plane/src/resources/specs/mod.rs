//! The format of resources: one closed type per kind. A field that is left out is not configuration's business: whoever
//! else sets it keeps it. A field that can be empty is emptied with `null`.

mod api;
mod plan;
mod policy;
mod product;
mod tenant;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Fields, ResourceKind};
use crate::refusal::{FieldFault, pointer_to};

pub(crate) use api::{ApiSpec, OfferedState, TargetSpec, TimeoutsSpec, UpstreamSpec, VersionSpec};
pub(crate) use plan::{LimitSpec, OperationLimitSpec, PlanSpec};
pub(crate) use policy::PolicySpec;
pub(crate) use product::{ItemSpec, ProductSpec};
pub(crate) use tenant::{EnvironmentSpec, LintRulesSpec, RoleSpec, TeamSpec, TermsSpec};

/// What is stated of a thing.
#[derive(Debug, Clone)]
pub(crate) enum Spec {
    Team(TeamSpec),
    Role(RoleSpec),
    LintRules(LintRulesSpec),
    Terms(TermsSpec),
    Environment(EnvironmentSpec),
    Api(ApiSpec),
    Upstream(UpstreamSpec),
    Version(VersionSpec),
    Product(ProductSpec),
    Plan(Box<PlanSpec>),
    Policy(Box<PolicySpec>),
}

/// What is too long for a field: in a file, the path of another file beside it; compared and kept by its SHA-256.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileSpec {
    #[serde(skip_serializing)]
    pub(crate) file: String,
    #[serde(skip_deserializing)]
    pub(crate) sha256: String,
}

/// The field of a kind that names a file beside its own.
pub(crate) const fn file_field(kind: ResourceKind) -> Option<&'static str> {
    match kind {
        ResourceKind::Version => Some("description"),
        ResourceKind::Terms => Some("text"),
        _ => None,
    }
}

/// A member that is there, null or not.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl Spec {
    /// Reads and tidies what a file says: `value` is its `spec`. Pointers of faults are below `/spec`.
    pub(crate) fn read(kind: ResourceKind, value: Value) -> Result<Self, Vec<FieldFault>> {
        let mut spec = match kind {
            ResourceKind::Team => Self::Team(closed(value)?),
            ResourceKind::Role => Self::Role(closed(value)?),
            ResourceKind::LintRules => Self::LintRules(closed(value)?),
            ResourceKind::Terms => Self::Terms(closed(value)?),
            ResourceKind::Environment => Self::Environment(closed(value)?),
            ResourceKind::Api => Self::Api(closed(value)?),
            ResourceKind::Upstream => Self::Upstream(closed(value)?),
            ResourceKind::Version => Self::Version(closed(value)?),
            ResourceKind::Product => Self::Product(closed(value)?),
            ResourceKind::Plan => Self::Plan(closed(value)?),
            ResourceKind::Policy => Self::Policy(closed(value)?),
        };
        let faults = spec.tidy();
        if faults.is_empty() {
            Ok(spec)
        } else {
            Err(faults)
        }
    }

    /// Brings what can be written in several ways into the one it is kept in, so that a file equals its own result.
    fn tidy(&mut self) -> Vec<FieldFault> {
        match self {
            Self::Team(team) => trim([&mut team.name]),
            Self::Role(role) => trim([&mut role.name, &mut role.description]),
            Self::LintRules(rules) => return rules.faults(),
            Self::Terms(terms) => trim([&mut terms.title]),
            Self::Environment(environment) => {
                if let Some(Some(url)) = &mut environment.public_url {
                    *url = url.trim_end_matches('/').to_owned();
                }
            }
            Self::Api(api) => {
                trim([&mut api.name, &mut api.summary]);
                in_order(&mut api.granted_teams);
            }
            Self::Upstream(_) => {}
            Self::Version(version) => return version.tidy(),
            Self::Product(product) => {
                trim([&mut product.name, &mut product.summary]);
                in_order(&mut product.granted_teams);
                return product.faults();
            }
            Self::Plan(plan) => {
                trim([&mut plan.name, &mut plan.summary]);
                return plan.tidy();
            }
            Self::Policy(policy) => return policy.tidy(),
        }
        Vec::new()
    }

    /// The fields that are stated.
    pub(crate) fn fields(&self) -> Fields {
        let value = match self {
            Self::Team(spec) => serde_json::to_value(spec),
            Self::Role(spec) => serde_json::to_value(spec),
            Self::LintRules(spec) => serde_json::to_value(spec),
            Self::Terms(spec) => serde_json::to_value(spec),
            Self::Environment(spec) => serde_json::to_value(spec),
            Self::Api(spec) => serde_json::to_value(spec),
            Self::Upstream(spec) => serde_json::to_value(spec),
            Self::Version(spec) => serde_json::to_value(spec),
            Self::Product(spec) => serde_json::to_value(spec),
            Self::Plan(spec) => serde_json::to_value(spec),
            Self::Policy(spec) => serde_json::to_value(spec),
        };
        match value {
            Ok(Value::Object(fields)) => fields,
            // Structs of plain members have no other form.
            _ => Fields::new(),
        }
    }

    /// The file beside its own that it names.
    pub(crate) fn named_file(&mut self) -> Option<&mut FileSpec> {
        match self {
            Self::Version(version) => version.description.as_mut(),
            Self::Terms(terms) => terms.text.as_mut(),
            _ => None,
        }
    }

    /// Reads fields that were kept.
    pub(crate) fn of_fields(kind: ResourceKind, fields: &Fields) -> Option<Self> {
        let mut fields = fields.clone();
        let file = file_field(kind).and_then(|field| fields.get_mut(field));
        let kept = file.map(|file| std::mem::replace(file, json!({ "file": "" })));
        let mut spec = Self::read(kind, Value::Object(fields)).ok()?;
        if let (Some(file), Some(kept)) = (spec.named_file(), kept) {
            file.sha256 = kept["sha256"].as_str()?.to_owned();
        }
        Some(spec)
    }
}

fn trim<const N: usize>(texts: [&mut Option<String>; N]) {
    for text in texts.into_iter().flatten() {
        *text = text.trim().to_owned();
    }
}

fn in_order(names: &mut Option<Vec<String>>) {
    if let Some(names) = names {
        names.sort();
        names.dedup();
    }
}

/// A moment as it is kept in files: UTC (RFC 3339).
pub(crate) fn moment(at: OffsetDateTime) -> Option<String> {
    at.to_offset(time::UtcOffset::UTC).format(&Rfc3339).ok()
}

fn closed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Vec<FieldFault>> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer_to("/spec", error.path());
        let mut detail = error.inner().to_string();
        if let Some(first) = detail.get(..1).map(str::to_uppercase) {
            detail.replace_range(..1, &first);
        }
        vec![FieldFault::new(pointer, "format", format!("{detail}."))]
    })
}
