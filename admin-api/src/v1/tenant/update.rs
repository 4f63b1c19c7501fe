//! Changes settings of the tenant.

use axum::extract::State;
use gatehouse_control_plane::{Db, tenants};
use gatehouse_domain::api::SignupMode;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes settings of the tenant.
#[utoipa::path(
    patch,
    path = "/v1/tenant",
    tag = "tenant",
    params(IfMatchHeader),
    request_body = UpdateTenant,
    responses((status = 200, description = "The tenant as it is now", body = bodies::Changed<bodies::Tenant>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn update_tenant(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateTenant>,
) -> Result<Mutation, Problem> {
    let input = tenants::UpdateTenant {
        name: body.name,
        signup_mode: body.signup_mode,
        email_domains: body.email_domains,
        time_zone: body.time_zone,
        minimum_notice_days: body.minimum_notice_days,
        second_factor_required: body.second_factor_required,
    };
    let changed = tenants::update_tenant(&db, &caller, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateTenant {
    /// For people.
    name: Option<String>,
    /// Who may sign up.
    #[schema(value_type = Option<words::SignupMode>)]
    signup_mode: Option<SignupMode>,
    /// Domains of e-mail addresses that may sign up, when that is asked for.
    email_domains: Option<Vec<String>>,
    /// An IANA name, such as `Europe/Berlin`.
    time_zone: Option<String>,
    /// Days between the word that something gets worse for its users, a version's end or a lower limit, and the day it does.
    #[schema(minimum = 0, maximum = 730)]
    minimum_notice_days: Option<i32>,
    /// Whether people whose roles open the console need a second factor to act there.
    second_factor_required: Option<bool>,
}
