//! Chooses the language of the caller's pages and mails.

use axum::extract::State;
use gatehouse_control_plane::{Db, account};
use gatehouse_domain::Language;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies::{self, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::AccountCaller;

/// Chooses the language of the caller's pages and mails, in every tenant. Answers over REST are in English, whatever is chosen.
#[utoipa::path(
    put,
    path = "/v1/account/language",
    tag = "account",
    request_body = SetLanguage,
    responses((status = 200, description = "The choice", body = bodies::Changed<bodies::AccountLanguage>)),
    security(("token" = []))
)]
pub(crate) async fn set_language(
    caller: AccountCaller,
    State(db): State<Db>,
    Json(body): Json<SetLanguage>,
) -> Result<Mutation, Problem> {
    let changed = account::set_language(&db, &caller, body.language).await?;
    Ok(Mutation::changed(&changed))
}

/// The choice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetLanguage {
    /// `en` or `de`; null leaves it to the browser.
    #[schema(value_type = Option<words::Language>)]
    language: Option<Language>,
}
