//! What hangs on a member, and what was handed over.

use utoipa::ToSchema;

use super::{ids, words};

/// What hangs on a member.
#[derive(Debug, ToSchema)]
pub struct Belongings {
    /// The person.
    pub user_id: ids::UserId,
    /// Applications of their personal team.
    pub applications: Vec<OwnApplication>,
    /// Access tokens that work in their name.
    pub tokens: Vec<OwnToken>,
    /// Teams that nobody else leads.
    pub led_teams: Vec<LedTeam>,
    /// Delegations of decisions to them and from them, in force or to come.
    pub delegations: Vec<ids::ApprovalDelegationId>,
}

/// What was handed over from one member to another.
#[derive(Debug, ToSchema)]
pub struct Transferred {
    /// From whom.
    pub from: ids::UserId,
    /// To whom.
    pub to: ids::UserId,
    /// The team that has the applications now.
    pub team: ids::TeamId,
    /// The applications.
    pub applications: Vec<OwnApplication>,
    /// The access tokens.
    pub tokens: Vec<OwnToken>,
    /// Teams that the other leads now.
    pub led_teams: Vec<LedTeam>,
    /// Delegations of decisions that ended.
    pub delegations_ended: Vec<ids::ApprovalDelegationId>,
}

/// An application of somebody's own team.
#[derive(Debug, ToSchema)]
pub struct OwnApplication {
    /// Identity.
    pub id: ids::ApplicationId,
    /// For people.
    pub name: String,
    /// Its subscriptions in force or waiting.
    pub subscriptions: i64,
}

/// An access token that works in somebody's name.
#[derive(Debug, ToSchema)]
pub struct OwnToken {
    /// Identity.
    pub id: ids::AccessTokenId,
    /// For people.
    pub name: String,
    /// What it may do, where its maker may.
    pub scopes: Vec<words::Permission>,
    /// The only APIs it may touch; null is every API of the tenant.
    pub apis: Option<Vec<ids::ApiId>>,
    /// Whether it speaks for them above all tenants, too; nobody takes that over, it ends with the transfer.
    pub platform: bool,
    /// Whether nothing was left of that, so that it was revoked.
    pub revoked: bool,
}

/// A team that one person alone leads.
#[derive(Debug, ToSchema)]
pub struct LedTeam {
    /// Identity.
    pub id: ids::TeamId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}
