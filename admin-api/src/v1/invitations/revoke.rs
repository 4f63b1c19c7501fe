//! Takes an invitation back.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_web::{Path, Problem};
use uuid::Uuid;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes an invitation back.
#[utoipa::path(
    delete,
    path = "/v1/invitations/{invitation}",
    tag = "invitations",
    params(("invitation" = String, Path, description = "Id of the invitation.")),
    responses((status = 200, description = "It is gone", body = bodies::Gone)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn revoke_invitation(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(invitation): Path<Uuid>,
) -> Result<Mutation, Problem> {
    let changed = members::revoke_invitation(&db, &caller, invitation).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
