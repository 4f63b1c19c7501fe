//! Lists how the caller gets mail.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::notices::{self, PreferenceView};
use gatehouse_control_plane::page::Listed;
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::AccountCaller;

/// Lists how the caller gets mail of this tenant: the rule for every other type first, then each type that is mailed.
#[utoipa::path(
    get,
    path = "/v1/account/mail-preferences",
    tag = "account",
    responses((status = 200, description = "All of them", body = bodies::List<bodies::MailPreference>)),
    security(("token" = []))
)]
pub(crate) async fn list_mail_preferences(
    caller: AccountCaller,
    State(db): State<Db>,
) -> Result<List<PreferenceView>, Problem> {
    let data = notices::list_preferences(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
