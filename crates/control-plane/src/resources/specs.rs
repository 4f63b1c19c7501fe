//! The format of resources: one closed type per kind. A field that is left out is not configuration's business: whoever
//! else sets it keeps it. A field that can be empty is emptied with `null`.

use gatehouse_domain::plan::{ApprovalMode, LimitRule, PlanState, QuotaPeriod};
use gatehouse_domain::{EnvironmentKind, Visibility};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Fields, ResourceKind};
use crate::apis::DataClass;
use crate::refusal::FieldFault;
use crate::teams::TeamKind;
use crate::upstreams::LoadBalancing;

/// What is stated of a thing.
#[derive(Debug, Clone)]
pub(crate) enum Spec {
    Team(TeamSpec),
    Environment(EnvironmentSpec),
    Api(ApiSpec),
    Upstream(UpstreamSpec),
    Plan(PlanSpec),
    Version(VersionSpec),
}

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
pub(crate) struct ApiSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner_team: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) data_class: Option<DataClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) visibility: Option<Visibility>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) granted_teams: Option<Vec<String>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) config_max_age_s: Option<Option<u32>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpstreamSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) load_balancing: Option<LoadBalancing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timeouts: Option<TimeoutsSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) targets: Option<Vec<TargetSpec>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimeoutsSpec {
    pub(crate) connect_ms: i32,
    pub(crate) response_ms: i32,
    pub(crate) idle_ms: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetSpec {
    pub(crate) url: String,
    #[serde(default = "one")]
    pub(crate) weight: i32,
    #[serde(default)]
    pub(crate) drain: bool,
}

fn one() -> i32 {
    1
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<PlanState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approval: Option<ApprovalMode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) environments: Option<Vec<EnvironmentKind>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limits: Option<Vec<LimitSpec>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) max_subscription_days: Option<Option<i32>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) max_key_days: Option<Option<i32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_overlap_s: Option<i32>,
}

/// A limit: a `rate` with `window_s` and `burst`, or a `quota` with `period`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitSpec {
    kind: LimitKind,
    amount: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    burst: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<QuotaPeriod>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LimitKind {
    Rate,
    Quota,
}

impl LimitSpec {
    pub(crate) fn of(rule: LimitRule) -> Self {
        match rule {
            LimitRule::Rate {
                amount,
                window_s,
                burst,
            } => Self {
                kind: LimitKind::Rate,
                amount: amount.into(),
                window_s: Some(window_s),
                burst: Some(burst),
                period: None,
            },
            LimitRule::Quota { amount, period } => Self {
                kind: LimitKind::Quota,
                amount,
                window_s: None,
                burst: None,
                period: Some(period),
            },
        }
    }

    /// The rule, or what is missing or too much. Bounds are the verb's to judge.
    pub(crate) fn rule(&self) -> Result<LimitRule, (&'static str, &'static str)> {
        let foreign = "This belongs to the other kind of limit; leave it out.";
        match self.kind {
            LimitKind::Rate => match (self.window_s, self.period) {
                (_, Some(_)) => Err(("period", foreign)),
                (None, _) => Err(("window_s", "Give the length of the window in seconds.")),
                (Some(window_s), None) => {
                    let amount = u32::try_from(self.amount).unwrap_or(u32::MAX);
                    Ok(LimitRule::Rate {
                        amount,
                        window_s,
                        burst: self.burst.unwrap_or(amount),
                    })
                }
            },
            LimitKind::Quota => match (self.window_s, self.burst, self.period) {
                (Some(_), _, _) => Err(("window_s", foreign)),
                (_, Some(_), _) => Err(("burst", foreign)),
                (_, _, None) => Err(("period", "Give the period: day or month.")),
                (_, _, Some(period)) => Ok(LimitRule::Quota {
                    amount: self.amount,
                    period,
                }),
            },
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<DescriptionSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<OfferedState>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) sunset_at: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) successor: Option<Option<String>>,
}

/// The description: in a file, the path of another file beside it; compared and kept by its SHA-256.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DescriptionSpec {
    #[serde(skip_serializing)]
    pub(crate) file: String,
    #[serde(skip_deserializing)]
    pub(crate) sha256: String,
}

/// States in which a version is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OfferedState {
    Published,
    Deprecated,
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
            ResourceKind::Environment => Self::Environment(closed(value)?),
            ResourceKind::Api => Self::Api(closed(value)?),
            ResourceKind::Upstream => Self::Upstream(closed(value)?),
            ResourceKind::Plan => Self::Plan(closed(value)?),
            ResourceKind::Version => Self::Version(closed(value)?),
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
        let trim = |text: &mut Option<String>| {
            if let Some(text) = text {
                *text = text.trim().to_owned();
            }
        };
        let mut faults = Vec::new();
        match self {
            Self::Team(team) => trim(&mut team.name),
            Self::Environment(environment) => {
                if let Some(Some(url)) = &mut environment.public_url {
                    *url = url.trim_end_matches('/').to_owned();
                }
            }
            Self::Api(api) => {
                trim(&mut api.name);
                trim(&mut api.summary);
                if let Some(teams) = &mut api.granted_teams {
                    teams.sort();
                    teams.dedup();
                }
            }
            Self::Upstream(_) => {}
            Self::Plan(plan) => {
                trim(&mut plan.name);
                trim(&mut plan.summary);
                if let Some(kinds) = &mut plan.environments {
                    let given = std::mem::take(kinds);
                    *kinds = EnvironmentKind::ALL
                        .into_iter()
                        .filter(|kind| given.contains(kind))
                        .collect();
                }
                if plan.state == Some(PlanState::Closed) {
                    let detail = "A plan is closed by taking it out of the files of its scope and running sync, or by closing it.";
                    faults.push(FieldFault::new("/spec/state", "not_here", detail));
                }
                for (place, limit) in plan.limits.iter_mut().flatten().enumerate() {
                    match limit.rule() {
                        Ok(rule) => *limit = LimitSpec::of(rule),
                        Err((field, detail)) => {
                            let pointer = format!("/spec/limits/{place}/{field}");
                            faults.push(FieldFault::new(pointer, "limit", detail));
                        }
                    }
                }
            }
            Self::Version(version) => {
                if let Some(Some(text)) = &mut version.sunset_at {
                    let read = OffsetDateTime::parse(text, &Rfc3339).ok();
                    match read.and_then(moment) {
                        Some(tidied) => *text = tidied,
                        None => faults.push(FieldFault::new(
                            "/spec/sunset_at",
                            "time",
                            "Use a time like 2027-06-30T00:00:00Z.",
                        )),
                    }
                }
            }
        }
        faults
    }

    /// The fields that are stated.
    pub(crate) fn fields(&self) -> Fields {
        let value = match self {
            Self::Team(spec) => serde_json::to_value(spec),
            Self::Environment(spec) => serde_json::to_value(spec),
            Self::Api(spec) => serde_json::to_value(spec),
            Self::Upstream(spec) => serde_json::to_value(spec),
            Self::Plan(spec) => serde_json::to_value(spec),
            Self::Version(spec) => serde_json::to_value(spec),
        };
        match value {
            Ok(Value::Object(fields)) => fields,
            // Structs of plain members have no other form.
            _ => Fields::new(),
        }
    }

    /// Reads fields that were kept.
    pub(crate) fn of_fields(kind: ResourceKind, fields: &Fields) -> Option<Self> {
        let mut fields = fields.clone();
        let description = fields.get("description").cloned();
        if kind == ResourceKind::Version && description.is_some() {
            fields.insert("description".to_owned(), serde_json::json!({ "file": "" }));
        }
        let mut spec = Self::read(kind, Value::Object(fields)).ok()?;
        if let (Self::Version(version), Some(description)) = (&mut spec, description)
            && let Some(own) = &mut version.description
        {
            own.sha256 = description["sha256"].as_str()?.to_owned();
        }
        Some(spec)
    }
}

/// A moment as it is kept in files: UTC, whole seconds where it has no part of one.
pub(crate) fn moment(at: OffsetDateTime) -> Option<String> {
    at.to_offset(time::UtcOffset::UTC).format(&Rfc3339).ok()
}

fn closed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Vec<FieldFault>> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut pointer = "/spec".to_owned();
        for segment in error.path() {
            use serde_path_to_error::Segment;
            match segment {
                Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                Segment::Map { key } => {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    pointer.push_str(&format!("/{key}"));
                }
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        let mut detail = error.inner().to_string();
        if let Some(first) = detail.get(..1).map(str::to_uppercase) {
            detail.replace_range(..1, &first);
        }
        vec![FieldFault::new(pointer, "format", format!("{detail}."))]
    })
}
