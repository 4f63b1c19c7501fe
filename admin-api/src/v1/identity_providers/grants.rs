//! What values of a provider's claim give, as bodies say it.

use gatehouse_control_plane::identity_providers;
use gatehouse_domain::Role;
use gatehouse_domain::id::TeamId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies::{ids, words};

/// What one value of the claim gives to people who join.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimGrant {
    /// The value; of a claim that is a list, any entry.
    #[schema(min_length = 1, max_length = 200)]
    value: String,
    /// The role it gives.
    #[schema(value_type = Option<words::Role>)]
    role: Option<Role>,
    /// The team it leads into.
    #[schema(value_type = Option<ids::TeamId>)]
    team: Option<TeamId>,
}

impl From<ClaimGrant> for identity_providers::ClaimGrant {
    fn from(body: ClaimGrant) -> Self {
        Self {
            value: body.value,
            role: body.role,
            team: body.team,
        }
    }
}
