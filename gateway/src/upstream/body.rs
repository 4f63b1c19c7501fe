//! The body of a request, as whoever reads it from the client lends it to whoever writes it to a backend.

use gatehouse_problem::ProblemKind;

use crate::refusal::{Refusal, refuse};
use crate::request::BodyLength;

/// A request body, lent piece by piece. Nothing of it is held here.
pub(crate) trait BodySource {
    /// What the head said; [`BodyLength::Exact`] is enforced while the body is passed on.
    fn length(&self) -> BodyLength;

    /// The next piece, lent until the next call; `None` at the end. Deadlines and limits are the source's own, and are kept
    /// in it: a call that was dropped before it was ready loses neither bytes nor time.
    async fn next(&mut self) -> Result<Option<&[u8]>, BodyFault>;
}

/// No body.
#[cfg(test)]
pub(super) struct NoBody;

#[cfg(test)]
impl BodySource for NoBody {
    fn length(&self) -> BodyLength {
        BodyLength::None
    }

    async fn next(&mut self) -> Result<Option<&[u8]>, BodyFault> {
        Ok(None)
    }
}

/// Why a body could not be passed on whole. The backend's connection is aborted then, so that it never takes a part for the
/// whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyFault {
    #[error("the request body is larger than {0} bytes")]
    TooLarge(u64),
    #[error("the request body arrives too slowly")]
    TooSlow,
    #[error("the request body broke off")]
    Broken,
}

impl BodyFault {
    pub(crate) fn refusal(self) -> Refusal {
        let refusal = match self {
            Self::TooLarge(bytes_max) => refuse(
                ProblemKind::BodyTooLarge,
                format!("A body may have {bytes_max} bytes."),
            ),
            Self::TooSlow => ProblemKind::RequestTimeout.into(),
            Self::Broken => refuse(ProblemKind::BadRequest, "The request body broke off."),
        };
        refusal.closing()
    }
}
