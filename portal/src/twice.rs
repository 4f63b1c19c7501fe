//! A form that is sent twice acts once: the nonce of the form is an idempotency key of the person who sends it.

use crate::page_error::PageError;
use crate::visitor::Visitor;
use gatehouse_control_plane::idempotency::{self, Answer, Begin, Guard};
use gatehouse_problem::{Problem, ProblemKind};
use sha2::{Digest, Sha256};

/// See Other: what the stored answer of a form is.
const SEE_OTHER: u16 = 303;

/// Whether this is the first sending.
pub(crate) enum Once {
    /// Act, then [`finish`] or [`forget`].
    First(Guard),
    /// It was done: go where the first sending went.
    Again(String),
}

/// Takes the nonce. `about` is what the form acts on: a nonce moved to another form is refused.
pub(crate) async fn begin(visitor: &Visitor, nonce: &str, about: &str) -> Result<Once, PageError> {
    let hash = Sha256::digest(format!("form\n{about}")).into();
    match idempotency::begin(
        visitor.db(),
        visitor.actor()?,
        &format!("form-{nonce}"),
        hash,
    )
    .await?
    {
        Begin::Fresh(guard) => Ok(Once::First(guard)),
        Begin::Replay(replay) => String::from_utf8(replay.answer)
            .map(Once::Again)
            .map_err(PageError::fault),
        Begin::Running => Err(Problem::new(ProblemKind::StillRunning).into()),
        Begin::AnswerLost | Begin::Mismatch => Err(Problem::new(ProblemKind::Conflict)
            .detail("This form was sent before. Open the page again.")
            .into()),
    }
}

/// Remembers where the first sending went.
pub(crate) async fn finish(visitor: &Visitor, guard: &Guard, path: &str) -> Result<(), PageError> {
    let answer = Answer {
        status: SEE_OTHER,
        whole: path.as_bytes(),
        without_secret: None,
    };
    Ok(idempotency::finish(visitor.db(), guard, answer).await?)
}

/// Nothing was done: the corrected form may be sent with the same nonce.
pub(crate) async fn forget(visitor: &Visitor, guard: &Guard) -> Result<(), PageError> {
    Ok(idempotency::forget(visitor.db(), guard).await?)
}
