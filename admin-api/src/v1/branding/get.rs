//! Shows what the pages of the tenant look like.

use axum::extract::State;
use gatehouse_control_plane::{Db, branding};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows what the pages of the tenant look like.
#[utoipa::path(
    get,
    path = "/v1/branding",
    tag = "tenant",
    responses((status = 200, description = "The branding", body = bodies::Branding)),
    security(("token" = []))
)]
pub(crate) async fn get_branding(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
) -> Result<Single<branding::Branding>, Problem> {
    Ok(Single(branding::get_branding(&db, caller.tenant()).await?))
}
