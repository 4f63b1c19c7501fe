//! Tenant, members, invitations, teams, tokens.

use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ids, words};

/// A tenant.
#[derive(Debug, ToSchema)]
pub struct Tenant {
    /// Identity.
    pub id: ids::TenantId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Whether it is served.
    pub status: words::TenantStatus,
    /// Who may sign up.
    pub signup_mode: words::SignupMode,
    /// Domains of e-mail addresses that may sign up.
    pub email_domains: Vec<String>,
    /// Where its days and months begin, an IANA name.
    pub time_zone: String,
    /// Days between the word that something gets worse for its users, a version's end or a lower limit, and the day it does.
    pub minimum_notice_days: i32,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// The number in its ETag.
    pub row_version: i32,
}

/// A team, in short.
#[derive(Debug, ToSchema)]
pub struct TeamRef {
    /// Identity.
    pub id: ids::TeamId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// A person, in short.
#[derive(Debug, ToSchema)]
pub struct PersonRef {
    /// Identity.
    pub id: ids::UserId,
    /// For people.
    pub name: String,
}

/// A person's part in the tenant.
#[derive(Debug, ToSchema)]
pub struct Member {
    /// The person.
    pub user_id: ids::UserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Whether they may sign in here.
    pub status: words::MemberStatus,
    /// What they may do.
    pub roles: Vec<words::Role>,
    /// Where they belong.
    pub teams: Vec<TeamRef>,
    /// The number in its ETag.
    pub row_version: i32,
    /// When they joined.
    pub created_at: OffsetDateTime,
}

/// An invitation that waits to be accepted.
#[derive(Debug, ToSchema)]
pub struct Invitation {
    /// Identity.
    pub id: Uuid,
    /// Whom it was sent to.
    pub email: String,
    /// The role they will have.
    pub role: words::Role,
    /// The team they will belong to.
    pub team: Option<ids::TeamId>,
    /// Who invited them.
    pub invited_by: Option<ids::UserId>,
    /// When.
    pub created_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// A team.
#[derive(Debug, ToSchema)]
pub struct Team {
    /// Identity.
    pub id: ids::TeamId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// Whether it offers APIs or uses them.
    pub kind: words::TeamKind,
    /// Whether it is one person's own.
    pub personal: bool,
    /// Who belongs to it.
    pub members: Vec<TeamMember>,
    /// The number in its ETag.
    pub row_version: i32,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// A person in a team.
#[derive(Debug, ToSchema)]
pub struct TeamMember {
    /// The person.
    pub user_id: ids::UserId,
    /// Their name.
    pub name: String,
    /// Their part.
    pub role: words::TeamRole,
}

/// An access token, without its secret.
#[derive(Debug, ToSchema)]
pub struct Token {
    /// Identity.
    pub id: ids::AccessTokenId,
    /// For people.
    pub name: String,
    /// How its text begins.
    pub prefix: String,
    /// How its text ends.
    pub last4: String,
    /// What it may do.
    pub scopes: Vec<words::Permission>,
    /// The only APIs it may touch; null is every API of the tenant.
    pub apis: Option<Vec<ids::ApiId>>,
    /// Who made it.
    pub created_by: Option<ids::UserId>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: OffsetDateTime,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// The number in its ETag.
    pub row_version: i32,
}

/// Who a caller is taken for.
#[derive(Debug, ToSchema)]
pub struct Whoami {
    /// Slug of the tenant that everything happens in.
    pub tenant: String,
    /// token, user or system.
    pub kind: String,
    /// Name of the token or person.
    pub name: String,
    /// What it may do now: a token never more than its maker.
    pub permissions: Vec<words::Permission>,
    /// The only APIs a token may touch; null is every API.
    pub apis: Option<Vec<ids::ApiId>>,
    /// When a token stops working.
    pub expires_at: Option<OffsetDateTime>,
}

/// An OpenID Connect provider people sign in with. Its client secret is never shown.
#[derive(Debug, ToSchema)]
pub struct IdentityProvider {
    /// Identity.
    pub id: ids::IdentityProviderId,
    /// In URLs, the redirect address among them.
    pub slug: String,
    /// On the button.
    pub name: String,
    /// The issuer, as it spells itself.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Whether a client secret is kept.
    pub has_client_secret: bool,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The only mail domains whose people may come in; none is every domain.
    pub email_domains: Vec<String>,
    /// What people get who join by it.
    pub default_role: words::Role,
    /// The claim `grants` speak of.
    pub claim: Option<String>,
    /// What values of that claim give besides.
    pub grants: Vec<IdentityGrant>,
    /// Scheme, host and port of its sign-in page.
    pub authorization_origin: String,
    /// Whether its button is shown and its answers are taken.
    pub enabled: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// The number in its ETag.
    pub row_version: i32,
}

/// What one value of a provider's claim gives to people who join.
#[derive(Debug, ToSchema)]
pub struct IdentityGrant {
    /// The value.
    pub value: String,
    /// The role it gives.
    pub role: Option<words::Role>,
    /// The team it leads into.
    pub team: Option<ids::TeamId>,
}

/// A trust in workloads of CI. Nothing of it is secret.
#[derive(Debug, ToSchema)]
pub struct CiTrust {
    /// Identity; workloads send it as `audience` to the exchange.
    pub id: ids::CiTrustId,
    /// For people.
    pub name: String,
    /// Who signs the identity tokens.
    pub issuer: String,
    /// What their `aud` has to hold.
    pub audience: String,
    /// The whole `sub`; `*` stands for any characters but `:`.
    pub subject_pattern: String,
    /// What an exchanged token may do.
    pub scopes: Vec<words::Permission>,
    /// The only APIs it may touch; null is every API of the tenant.
    pub apis: Option<Vec<ids::ApiId>>,
    /// Seconds an exchanged token lives.
    pub ttl_s: i32,
    /// Who made the trust: an exchanged token never may more than they do.
    pub created_by: Option<ids::UserId>,
    /// When.
    pub created_at: OffsetDateTime,
    /// When a token was last exchanged.
    pub last_used_at: Option<OffsetDateTime>,
    /// The number in its ETag.
    pub row_version: i32,
}
