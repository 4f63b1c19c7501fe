//! Taking something from subscribers without giving them notice: `now` and its `reason`, as bodies have them.

use gatehouse_control_plane::Refusal;
use gatehouse_web::Problem;

/// The reason why nobody is given notice, which the verb judges; `None` gives it. A reason alone would be lost, and is refused.
pub(crate) fn without_notice(
    now: Option<bool>,
    reason: Option<String>,
) -> Result<Option<String>, Problem> {
    match (now.unwrap_or_default(), reason) {
        (true, reason) => Ok(Some(reason.unwrap_or_default())),
        (false, None) => Ok(None),
        (false, Some(_)) => {
            let detail = "A reason goes with `now: true`; leave it out.";
            Err(Refusal::field("/reason", "not_here", detail).into())
        }
    }
}
