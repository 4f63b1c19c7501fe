//! Sends a mail to whoever asks for it, to try it out.

use axum::extract::State;
use gatehouse_control_plane::{Db, mail};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Sends one mail, marked as a test, to the address of whoever made the token and to nobody else's.
#[utoipa::path(
    post,
    path = "/v1/mail-templates/{mail_template}/test",
    tag = "tenant",
    params(("mail_template" = String, Path, description = "Its name, such as `key_leaked`.")),
    responses((status = 201, description = "It is on its way", body = bodies::Changed<bodies::TestMail>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn test_mail(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Path(template): Path<String>,
) -> Result<Mutation, Problem> {
    let sent = mail::send_test(&db, &caller, &template).await?;
    Ok(Mutation::changed(&sent).made())
}
