//! `POST /console/requests/undo`: takes refusals back, of the last press or of long ago.

use crate::address::id;
use crate::form::Form;
use crate::page_error::{PageError, problem_of};
use crate::pages::console::queue_filter::QueueFilter;
use crate::view::parts::Flash;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::subscriptions;
use gatehouse_domain::Permission;
use gatehouse_domain::id::SubscriptionId;
use gatehouse_language::t;

/// Most refusals that are taken back by one press.
pub(super) const UNDO_MAX: usize = 50;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UndoForm {
    #[serde(default)]
    request: Vec<String>,
    #[serde(default)]
    filter: String,
}

pub(crate) async fn submit(
    visitor: Visitor,
    Form(form): Form<UndoForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::SubscriptionDecide)?;
    let wanted = form.request.iter().take(UNDO_MAX);
    let wanted: Vec<SubscriptionId> = wanted.map(|text| id(text)).collect::<Result<_, _>>()?;
    let mut back = Vec::new();
    let mut other = Vec::new();
    for subscription in wanted {
        match subscriptions::reconsider(visitor.db(), actor, subscription, "").await {
            Ok(changed) => back.push(changed.value),
            Err(refusal @ (Refusal::Database(_) | Refusal::Internal(_))) => {
                return Err(refusal.into());
            }
            Err(refusal) => other.push(problem_of(refusal).message().to_owned()),
        }
    }
    other.dedup();
    let rest = other.join(" ");
    let flash = match back.as_slice() {
        [] => Flash::care(t!("access-none-back"), rest),
        [one] => Flash::good(
            t!(
                "access-back-one",
                api = &one.api.name,
                application = &one.application.name
            ),
            rest,
        ),
        many => Flash::good(t!("access-back-many", count = many.len()), rest),
    };
    visitor.tell(flash).await?;
    let path = QueueFilter::parse(&form.filter).path();
    Ok(visitor.go(&path).into_response())
}
