//! Says whether the caller is asked for more than a password.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::account::{self, SecondFactorView};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::AccountCaller;

/// Says whether the caller is asked for a code after their password. It is changed at /account/security of the portal alone.
#[utoipa::path(
    get,
    path = "/v1/account/second-factor",
    tag = "account",
    responses((status = 200, description = "The second factor", body = bodies::SecondFactor)),
    security(("token" = []))
)]
pub(crate) async fn get_second_factor(
    caller: AccountCaller,
    State(db): State<Db>,
) -> Result<Single<SecondFactorView>, Problem> {
    Ok(Single(account::get_second_factor(&db, &caller).await?))
}
