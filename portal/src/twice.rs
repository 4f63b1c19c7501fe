//! A form that is sent twice acts once: the nonce of the form is an idempotency key of the person who sends it.

use crate::page_error::PageError;
use crate::visitor::Visitor;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::idempotency::{self, Answer, Begin, Guard};
use gatehouse_language::t;
use gatehouse_problem::{Problem, ProblemKind};
use sha2::{Digest, Sha256};

/// See Other: what the stored answer of a form is.
const SEE_OTHER: u16 = 303;

/// Whether this is the first sending.
pub(crate) enum Once {
    /// Act as [`Turn::actor`], then [`finish`] or [`forget`].
    First(Box<Turn>),
    /// It was done: go where the first sending went.
    Again(String),
}

/// The right to act once.
pub(crate) struct Turn {
    guard: Guard,
    actor: Actor,
}

impl Turn {
    /// The person, carrying the key: the commit of what they do marks it as done, so that even a process that dies before
    /// [`finish`] does not do it again.
    pub(crate) fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// Takes the nonce. `about` is what the form acts on: a nonce moved to another form is refused.
pub(crate) async fn begin(visitor: &Visitor, nonce: &str, about: &str) -> Result<Once, PageError> {
    // Without one, every such form would be the same one.
    if nonce.is_empty() {
        return Err(PageError::of(ProblemKind::BadRequest));
    }
    let hash = Sha256::digest(format!("form\n{about}")).into();
    let actor = visitor.actor()?;
    let key = format!("form-{nonce}");
    match idempotency::begin(visitor.db(), actor, &key, hash).await? {
        Begin::Fresh(guard) => Ok(Once::First(Box::new(Turn {
            guard,
            actor: actor.clone().with_idempotency_key(key),
        }))),
        Begin::Replay(replay) => String::from_utf8(replay.answer)
            .map(Once::Again)
            .map_err(PageError::fault),
        Begin::Running => Err(Problem::new(ProblemKind::StillRunning).into()),
        Begin::AnswerLost | Begin::Mismatch => Err(Problem::new(ProblemKind::Conflict)
            .detail(t!("shared-this-form-was-sent-before-open"))
            .into()),
    }
}

/// Remembers where the first sending went.
pub(crate) async fn finish(visitor: &Visitor, turn: &Turn, path: &str) -> Result<(), PageError> {
    let answer = Answer {
        status: SEE_OTHER,
        whole: path.as_bytes(),
        without_secret: None,
    };
    Ok(idempotency::finish(visitor.db(), &turn.guard, answer).await?)
}

/// Nothing was done: the corrected form may be sent with the same nonce.
pub(crate) async fn forget(visitor: &Visitor, turn: &Turn) -> Result<(), PageError> {
    Ok(idempotency::forget(visitor.db(), &turn.guard).await?)
}
