//! Path parameters: an id that cannot be one is the same 404 as one that does not exist.

use axum::extract::FromRequestParts;
use axum::extract::rejection::PathRejection;
use gatehouse_problem::ProblemKind;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The parameters of the route's pattern.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    #[expect(
        clippy::disallowed_types,
        reason = "this is the extractor that is to be used in its place"
    )]
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(_)) => {
                Err(Problem::new(ProblemKind::NotFound))
            }
            Err(other) => Err(Problem::internal(other)),
        }
    }
}
