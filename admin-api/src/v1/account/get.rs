//! Says whose account it is.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::account::{self, AccountView};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::AccountCaller;

/// Says whose account it is: the person who made the token, where they belong, and what waits in their inbox.
///
/// Like everything under /v1/account it takes a token that its person made themselves, for every API and with everything they may
/// do; others are refused (403) with what to do instead.
#[utoipa::path(
    get,
    path = "/v1/account",
    tag = "account",
    responses((status = 200, description = "The account", body = bodies::Account)),
    security(("token" = []))
)]
pub(crate) async fn get_account(
    caller: AccountCaller,
    State(db): State<Db>,
) -> Result<Single<AccountView>, Problem> {
    Ok(Single(account::get_account(&db, &caller).await?))
}
