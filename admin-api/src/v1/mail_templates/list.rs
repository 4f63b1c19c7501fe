//! Lists the mails that are written to people.

use axum::extract::State;
use gatehouse_control_plane::mail::{self, TemplateView};
use gatehouse_control_plane::{Db, Listed};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::state::Links;

/// Lists every mail that is written to people, as they look with values such as real ones have.
#[utoipa::path(
    get,
    path = "/v1/mail-templates",
    tag = "tenant",
    responses((status = 200, description = "All of them", body = bodies::MailTemplates)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn list_mail_templates(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    State(links): State<Links>,
) -> Result<List<TemplateView>, Problem> {
    let data = mail::list_templates(&db, &caller, &super::of(&links)).await?;
    Ok(List(Listed { data, next: None }))
}
