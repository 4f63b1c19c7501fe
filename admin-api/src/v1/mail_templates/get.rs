//! Shows one mail as it looks.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::mail::{self, TemplateView};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};
use crate::state::Links;

/// Shows one mail as it looks with values such as real ones have.
#[utoipa::path(
    get,
    path = "/v1/mail-templates/{mail_template}",
    tag = "tenant",
    params(("mail_template" = String, Path, description = "Its name, such as `key_leaked`.")),
    responses((status = 200, description = "The mail", body = bodies::MailTemplate)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn get_mail_template(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    State(links): State<Links>,
    Path(template): Path<String>,
) -> Result<Single<TemplateView>, Problem> {
    let mail = mail::get_template(&db, &caller, &super::of(&links), &template).await?;
    Ok(Single(mail))
}
