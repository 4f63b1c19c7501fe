//! Lists the caller's passkeys.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::passkeys::PasskeyView;
use gatehouse_control_plane::{Db, account};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::AccountCaller;

/// Lists the caller's passkeys, the oldest first. They are added, renamed and removed at /account/passkeys of the portal alone.
#[utoipa::path(
    get,
    path = "/v1/account/passkeys",
    tag = "account",
    responses((status = 200, description = "All of them", body = bodies::List<bodies::Passkey>)),
    security(("token" = []))
)]
pub(crate) async fn list_passkeys(
    caller: AccountCaller,
    State(db): State<Db>,
) -> Result<List<PasskeyView>, Problem> {
    let data = account::list_passkeys(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
