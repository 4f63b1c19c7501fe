//! Tells what a member can do, on what, and why or why not.

use axum::extract::State;
use gatehouse_control_plane::members::{self, PermissionQuestion};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, Refusal};
use gatehouse_domain::Permission;
use gatehouse_domain::id::UserId;
use gatehouse_web::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Tells what a member can do, on what, and from which grant.
///
/// With `permission`, the answer says why they can or why not; with `api`, on that API.
#[utoipa::path(
    get,
    path = "/v1/members/{user}/permissions",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person."), PermissionQuery),
    responses((status = 200, description = "What they can do", body = bodies::MemberPermissions)),
    security(("token" = ["member.read"]))
)]
pub(crate) async fn list_member_permissions(
    caller: Caller<needs::MemberRead>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
    Query(query): Query<PermissionQuery>,
) -> Result<Single<members::MemberPermissions>, Problem> {
    let unknown = || Refusal::field("/permission", "unknown", "There is no such permission.");
    let read = |word: &String| Permission::parse(word).ok_or_else(unknown);
    let question = PermissionQuestion {
        permission: query.permission.as_ref().map(read).transpose()?,
        api: query.api.as_deref().map(Lookup::from),
    };
    let told = members::permissions_of_member(&db, &caller, user, &question).await?;
    Ok(Single(told))
}

/// What is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PermissionQuery {
    /// Only this permission, and why or why not.
    #[param(value_type = Option<words::Permission>)]
    permission: Option<String>,
    /// Only what holds on this API: slug or id.
    api: Option<String>,
}
