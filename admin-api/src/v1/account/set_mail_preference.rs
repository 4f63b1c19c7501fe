//! Chooses how the caller gets mail of one type.

use axum::extract::State;
use gatehouse_control_plane::{Db, notices};
use gatehouse_domain::notice::MailPreference;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies::{self, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::AccountCaller;

/// Chooses how the caller gets mail of one type. The inbox has everything, whatever is chosen.
#[utoipa::path(
    put,
    path = "/v1/account/mail-preferences/{type}",
    tag = "account",
    params(("type" = String, Path, description = "A type of the list, or `*` for every other.")),
    request_body = SetMailPreference,
    responses((status = 200, description = "How its mail comes now", body = bodies::Changed<bodies::MailPreference>)),
    security(("token" = []))
)]
pub(crate) async fn set_mail_preference(
    caller: AccountCaller,
    State(db): State<Db>,
    Path(kind): Path<String>,
    Json(body): Json<SetMailPreference>,
) -> Result<Mutation, Problem> {
    let changed = notices::set_preference(&db, &caller, &kind, body.mail).await?;
    Ok(Mutation::changed(&changed))
}

/// The choice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetMailPreference {
    /// How its mail comes; null takes the choice back, and it comes as everything else.
    #[schema(value_type = Option<words::MailPreference>)]
    mail: Option<MailPreference>,
}
