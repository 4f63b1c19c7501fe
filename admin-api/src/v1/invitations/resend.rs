//! Sends an invitation again.

use axum::extract::State;
use gatehouse_control_plane::{Db, members};
use gatehouse_web::{Path, Problem};
use uuid::Uuid;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Sends an invitation again, with another link for another seven days.
#[utoipa::path(
    post,
    path = "/v1/invitations/{invitation}/resend",
    tag = "invitations",
    params(("invitation" = String, Path, description = "Id of the invitation.")),
    responses((status = 200, description = "The invitation as it is now", body = bodies::Changed<bodies::Invitation>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn resend_invitation(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(invitation): Path<Uuid>,
) -> Result<Mutation, Problem> {
    let changed = members::resend_invitation(&db, &caller, invitation).await?;
    Ok(Mutation::changed(&changed))
}
