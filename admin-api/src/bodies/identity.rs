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
    /// Whether people whose roles open the console need a second factor to act there.
    pub second_factor_required: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When everything it owns is deleted; null unless it is being closed.
    pub purge_at: Option<OffsetDateTime>,
    /// The number in its ETag.
    pub row_version: i32,
}

/// What the pages of a tenant look like.
#[derive(Debug, ToSchema)]
pub struct Branding {
    /// The colour of links, buttons and marks, `#rrggbb`; null is the program's own.
    pub accent: Option<String>,
    /// Markdown on the start page; null is the program's own sentence.
    pub welcome: Option<String>,
    /// In place of the first letter of the tenant's name.
    pub logo: Option<Logo>,
    /// The number in its ETag; 0 while nothing was ever set.
    pub row_version: i32,
}

/// A logo; its bytes are sent to browsers only.
#[derive(Debug, ToSchema)]
pub struct Logo {
    /// `image/png`, `image/jpeg` or `image/webp`.
    pub media_type: String,
    /// Of the image.
    pub bytes: i32,
    /// SHA-256 of the image in hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
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
    /// Whether they are asked for a code after their password.
    pub second_factor: bool,
    /// How many passkeys sign them in.
    pub passkeys: i64,
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
    /// Slug of the role they will have.
    pub role: String,
    /// What the role holds for.
    pub scope: GrantScope,
    /// The team they will belong to.
    pub team: Option<ids::TeamId>,
    /// The API whose page they come to.
    pub api: Option<super::ApiRef>,
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
    /// Whether it also speaks for its maker above all tenants, while they have a role of the platform.
    pub platform: bool,
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
    /// Whether a token was made to speak for its maker above all tenants, too; it does while they have a role of the platform.
    pub platform: bool,
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

/// Every role of the tenant.
#[derive(Debug, ToSchema)]
pub struct Roles {
    /// The roles.
    pub data: Vec<RoleDefinition>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// A role, built-in or the tenant's own.
#[derive(Debug, ToSchema)]
pub struct RoleDefinition {
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether the program brings it; such a role never changes.
    pub built_in: bool,
    /// What it allows, where it is granted.
    pub permissions: Vec<words::Permission>,
    /// How many members hold it, somewhere.
    pub members: i64,
    /// The number in its ETag; 0 for a built-in role.
    pub row_version: i32,
    /// When it was made; null for a built-in role.
    pub created_at: Option<OffsetDateTime>,
}

/// Everything a member was granted.
#[derive(Debug, ToSchema)]
pub struct Grants {
    /// The grants.
    pub data: Vec<Grant>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// A role somebody has, in the whole tenant or for less.
#[derive(Debug, ToSchema)]
pub struct Grant {
    /// Names it in the list: a UUID, or the word of a built-in role in the whole tenant.
    pub id: String,
    /// Slug of the role.
    pub role: String,
    /// Whether the program brings the role.
    pub built_in: bool,
    /// What it holds for.
    pub scope: GrantScope,
    /// What it allows there.
    pub permissions: Vec<words::Permission>,
    /// Who gave it, where that is known.
    pub granted_by: Option<ids::UserId>,
    /// When.
    pub created_at: OffsetDateTime,
}

/// What a grant holds for.
#[derive(Debug, ToSchema)]
pub struct GrantScope {
    /// The whole tenant, everything a team owns, one product or one API.
    pub kind: words::GrantScopeKind,
    /// Identity, as a UUID; null for the tenant.
    pub id: Option<Uuid>,
    /// In URLs; null for the tenant.
    pub slug: Option<String>,
    /// For people; null for the tenant.
    pub name: Option<String>,
}

/// What a member can do.
#[derive(Debug, ToSchema)]
pub struct MemberPermissions {
    /// The person.
    pub user_id: ids::UserId,
    /// Their name.
    pub name: String,
    /// Why they can do less than their grants say, or nothing at all.
    pub limited_by: Option<String>,
    /// What they can do now.
    pub permissions: Vec<HeldPermission>,
    /// The teams they act for.
    pub teams: Vec<TeamRef>,
    /// The answer to what was asked.
    pub answer: Option<PermissionAnswer>,
}

/// A permission somebody holds.
#[derive(Debug, ToSchema)]
pub struct HeldPermission {
    /// What.
    pub permission: words::Permission,
    /// On what.
    pub on: GrantScope,
    /// From which roles.
    pub from: Vec<PermissionSource>,
}

/// What a permission comes from.
#[derive(Debug, ToSchema)]
pub struct PermissionSource {
    /// Slug of the role.
    pub role: String,
    /// Names the grant; null is what every member may.
    pub grant: Option<String>,
}

/// Why somebody can do something, or cannot.
#[derive(Debug, ToSchema)]
pub struct PermissionAnswer {
    /// What.
    pub permission: words::Permission,
    /// On which API; null is in the whole tenant.
    pub api: Option<String>,
    /// Whether they can.
    pub allowed: bool,
    /// Why, in words.
    pub because: String,
}
