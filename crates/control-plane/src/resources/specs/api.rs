//! APIs, where their calls go, and their versions.

use gatehouse_domain::Visibility;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{FileSpec, given, moment};
use crate::apis::DataClass;
use crate::refusal::FieldFault;
use crate::upstreams::LoadBalancing;

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
pub(crate) struct VersionSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<FileSpec>,
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

impl VersionSpec {
    /// Writes the moment as it is kept.
    pub(super) fn tidy(&mut self) -> Vec<FieldFault> {
        let Some(Some(text)) = &mut self.sunset_at else {
            return Vec::new();
        };
        let read = OffsetDateTime::parse(text, &Rfc3339).ok();
        let Some(tidied) = read.and_then(moment) else {
            let detail = "Use a time like 2027-06-30T00:00:00Z.";
            return vec![FieldFault::new("/spec/sunset_at", "time", detail)];
        };
        *text = tidied;
        Vec::new()
    }
}

/// States in which a version is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OfferedState {
    Published,
    Deprecated,
}
