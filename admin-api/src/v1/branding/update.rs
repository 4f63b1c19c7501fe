//! Changes what the pages of the tenant look like.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::branding::{self, SentLogo};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};
use crate::edge::merge::present;

/// Changes what the pages of the tenant look like, from the next one that is opened.
#[utoipa::path(
    patch,
    path = "/v1/branding",
    tag = "tenant",
    params(IfMatchHeader),
    request_body = UpdateBranding,
    responses((status = 200, description = "The branding as it is now", body = bodies::Changed<bodies::Branding>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn update_branding(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateBranding>,
) -> Result<Mutation, Problem> {
    let input = branding::UpdateBranding {
        accent: body.accent,
        welcome: body.welcome,
        logo: body.logo.map(|logo| logo.map(SentLogo::Base64)),
    };
    let changed = branding::update_branding(&db, &caller, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays, and what is null is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateBranding {
    /// The colour of links, buttons and marks, such as `#0b5fb0`: words in it have a contrast of at least 4.5 to 1 on every ground
    /// of light pages; of one that is too light the nearest that is not is told.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    accent: Option<Option<String>>,
    /// Markdown on the start page, at most 4,000 characters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 4000)]
    welcome: Option<Option<String>>,
    /// A PNG, JPEG or WebP of at most 64 KiB, in base64.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    logo: Option<Option<String>>,
}
