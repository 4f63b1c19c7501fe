//! The request body on its way to a backend: streamed, counted, bounded, and given back whole when it was never begun.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use gatehouse_problem::ProblemKind;
use gatehouse_runtime::listener::{BodyError, RequestBody};
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use crate::refusal::{Refusal, refuse};

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

/// What the sender of a body watches while it is on its way.
pub(crate) struct Outgoing(Arc<Shared>);

struct Shared {
    bytes_max: u64,
    bytes: Arc<AtomicU64>,
    /// Locked once per piece of a body, by one task at a time.
    state: Mutex<State>,
}

struct State {
    last_progress: Instant,
    fault: Option<BodyFault>,
    untouched: Option<RequestBody>,
}

impl Outgoing {
    /// `bytes` counts what is passed on; above `bytes_max` passing on fails.
    pub(crate) fn new(bytes: Arc<AtomicU64>, bytes_max: u64) -> Self {
        Self(Arc::new(Shared {
            bytes_max,
            bytes,
            state: Mutex::new(State {
                last_progress: Instant::now(),
                fault: None,
                untouched: None,
            }),
        }))
    }

    pub(super) fn wrap(&self, body: RequestBody) -> ForwardBody {
        ForwardBody {
            body: Some(body),
            begun: false,
            shared: Arc::clone(&self.0),
        }
    }

    /// The body, if it came back without having been read from.
    pub(super) fn take_back(&self) -> Option<ForwardBody> {
        let body = self.0.lock().untouched.take()?;
        Some(self.wrap(body))
    }

    pub(super) fn last_progress(&self) -> Instant {
        self.0.lock().last_progress
    }

    pub(super) fn fault(&self) -> Option<BodyFault> {
        self.0.lock().fault
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, fault: BodyFault) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        self.lock().fault = Some(fault);
        Poll::Ready(Some(Err(fault)))
    }
}

/// A request body as a backend's connection reads it.
pub(crate) struct ForwardBody {
    body: Option<RequestBody>,
    begun: bool,
    shared: Arc<Shared>,
}

impl Body for ForwardBody {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        self.begun = true;
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = match Pin::new(body).poll_frame(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => None,
            Poll::Ready(Some(Ok(frame))) => Some(frame),
            Poll::Ready(Some(Err(BodyError::TooSlow))) => {
                return self.shared.fail(BodyFault::TooSlow);
            }
            Poll::Ready(Some(Err(BodyError::Broken(_)))) => {
                return self.shared.fail(BodyFault::Broken);
            }
        };
        self.shared.lock().last_progress = Instant::now();
        // Trailers are not passed on (RFC 9110 §6.5.1 allows it): credentials and identity could travel in them.
        let Some(frame) = frame.filter(Frame::is_data) else {
            self.body = None;
            return Poll::Ready(None);
        };
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        let before = self.shared.bytes.fetch_add(length, Ordering::Relaxed);
        if before + length > self.shared.bytes_max {
            return self.shared.fail(BodyFault::TooLarge(self.shared.bytes_max));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for ForwardBody {
    fn drop(&mut self) {
        if !self.begun
            && let Some(body) = self.body.take()
        {
            self.shared.lock().untouched = Some(body);
        }
    }
}
