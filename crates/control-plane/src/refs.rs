//! Short forms of things, as other views name them.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::id::{ApiId, ApplicationId, EnvironmentId, PlanId, ProductId, UserId};
use serde::Serialize;

pub use crate::teams::TeamRef;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonRef {
    /// Identity.
    pub id: UserId,
    /// For people.
    pub name: String,
}

/// An application and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppRef {
    /// Identity.
    pub id: ApplicationId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// The owner.
    pub team: TeamRef,
}

/// An API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiRef {
    /// Identity.
    pub id: ApiId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// A product over several APIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductRef {
    /// Identity.
    pub id: ProductId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanRef {
    /// Identity.
    pub id: PlanId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvRef {
    /// Identity.
    pub id: EnvironmentId,
    /// In URLs.
    pub slug: String,
    /// Which side of the fence.
    pub kind: EnvironmentKind,
}
