//! Policies and what they say.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{ApiRef, EnvironmentRef, ids, words};

/// A policy and where it is.
#[derive(Debug, ToSchema)]
pub struct Policy {
    /// Identity; a shared rate counts by it.
    pub id: ids::PolicyId,
    /// In URLs and files.
    pub slug: String,
    /// How far in it is.
    pub level: words::PolicyLevel,
    /// The API it is of; null of the tenant's.
    pub api: Option<ApiRef>,
    /// The label of the version it is of.
    pub version: Option<String>,
    /// The stable key of the operation it is of.
    pub operation: Option<String>,
    /// Where it applies; null: everywhere.
    pub environment: Option<EnvironmentRef>,
    /// Where it is, in words.
    pub place: String,
    /// What it does.
    pub kind: words::PolicyKind,
    /// Whether it decides.
    pub mode: words::PolicyMode,
    /// Whether places further in may say otherwise.
    pub inherit: words::PolicyInherit,
    /// What it says, as its kind has it.
    pub document: PolicyConfig,
    /// Of what was just sent, in words: what was left out and not kept, and the locked policy that keeps this one from
    /// applying. Empty otherwise.
    pub warnings: Vec<String>,
    /// The number in its ETag.
    pub row_version: i32,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it last changed.
    pub updated_at: OffsetDateTime,
}

/// What a policy says, as its kind has it: `cors`, `jwt`, `rate_limit` or `headers`.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum PolicyConfig {
    /// Of the kind `cors`.
    Cors(CorsConfig),
    /// Of the kind `jwt`.
    Jwt(JwtConfig),
    /// Of the kind `rate_limit`.
    RateLimit(RateLimitConfig),
    /// Of the kind `headers`.
    Headers(HeadersConfig),
}

/// Which pages of other origins may call, and read what (Fetch standard, "CORS protocol").
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorsConfig {
    /// Serialised origins (RFC 6454 §6.2), such as `https://app.example.com`; none with `any_origin`.
    #[schema(required = false, max_items = 64)]
    pub origins: Vec<String>,
    /// Pages of every origin. Not together with `credentials`.
    #[schema(required = false, default = false)]
    pub any_origin: bool,
    /// Request fields beyond the safelisted ones.
    #[schema(required = false, max_items = 64)]
    pub headers: Vec<String>,
    /// Response fields that scripts may read.
    #[schema(required = false, max_items = 64)]
    pub expose: Vec<String>,
    /// Whether browsers may send cookies and the like.
    #[schema(required = false, default = false)]
    pub credentials: bool,
    /// For how long a preflight's answer may be kept, seconds.
    #[schema(required = false, minimum = 0, maximum = 86400, default = 600)]
    pub max_age_s: u32,
}

/// The token that must come with a call (RFC 7519), besides the application's key.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JwtConfig {
    /// The field it comes in. In `authorization` it stands behind `Bearer `, and the key then comes in `X-API-Key`.
    #[schema(required = false, default = "authorization")]
    pub header: String,
    /// What `typ` must be one of, such as `at+jwt` (RFC 9068 §2.1); without any it is not looked at.
    #[schema(required = false, max_items = 64)]
    pub types: Vec<String>,
    /// What `iss` must be.
    #[schema(min_length = 1, max_length = 1024)]
    pub issuer: String,
    /// One of these must be in `aud`.
    #[schema(min_items = 1, max_items = 64)]
    pub audiences: Vec<String>,
    /// What `alg` may be (RFC 7518 §3.1, RFC 8037).
    #[schema(min_items = 1)]
    pub algorithms: Vec<words::JwtAlgorithm>,
    /// Public keys of the issuer (RFC 7517). A private or shared one is refused; one for something else than signatures is left out.
    pub jwks: JwksConfig,
    /// For how long after `exp` and before `nbf` clocks are forgiven, seconds.
    #[schema(required = false, minimum = 0, maximum = 300, default = 0)]
    pub leeway_s: u32,
    /// Claims that must be there.
    #[schema(required = false, max_items = 64)]
    pub claims: Vec<ClaimConfig>,
    /// Every one must be in `scope` or `scp`.
    #[schema(required = false, max_items = 64)]
    pub scopes: Vec<String>,
}

/// A set of public keys (RFC 7517 §5). Of each is kept what verifies.
#[derive(Debug, ToSchema)]
pub struct JwksConfig {
    /// RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519.
    #[schema(value_type = Vec<Object>, min_items = 1, max_items = 64)]
    pub keys: Vec<serde_json::Value>,
}

/// A claim that must be there.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimConfig {
    /// Its name.
    #[schema(min_length = 1, max_length = 1024)]
    pub name: String,
    /// One of these must be its value, or in it where it is a list; without any, it must only be there.
    #[schema(required = false, max_items = 64)]
    pub values: Vec<String>,
}

/// A rate that all calls share, whoever makes them.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateLimitConfig {
    /// Requests per window.
    #[schema(minimum = 1)]
    pub amount: u32,
    /// Length of the window, seconds.
    #[schema(minimum = 1, maximum = 3600)]
    pub window_s: u32,
    /// Requests that may come at once after a pause; without it `amount`.
    #[schema(required = false, minimum = 1)]
    pub burst: Option<u32>,
}

/// Fields that are set and removed. Whoever may read the policy reads their values: a value that must stay secret is put as a
/// backend secret of the API and named in `request.set`.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadersConfig {
    /// Of what is sent to the backend.
    #[schema(required = false)]
    pub request: HeaderChangesConfig,
    /// Of what the backend answers.
    #[schema(required = false)]
    pub response: HeaderChangesConfig,
}

/// Changes of a message: first fields are removed, then set.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderChangesConfig {
    /// Names.
    #[schema(required = false, max_items = 64)]
    pub remove: Vec<String>,
    /// In place of whatever was there.
    #[schema(required = false, max_items = 64)]
    pub set: Vec<HeaderFieldConfig>,
}

/// A field and its value.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderFieldConfig {
    /// Its name. `authorization` and `x-api-key` only in requests, and only where the value names a backend secret.
    #[schema(min_length = 1, max_length = 128)]
    pub name: String,
    /// Visible ASCII with spaces only inside. In requests, where the policy is of one API, `${vault:NAME}` stands for the API's
    /// backend secret of that name; it counts as 2,048 bytes. Anywhere else it is a fault (`secret_reference`), as is the name of
    /// one that is not there (`unknown_secret`).
    #[schema(max_length = 4096)]
    pub value: String,
}

/// A value that gateways show to backends of an API: everything about it but the value.
#[derive(Debug, ToSchema)]
pub struct BackendSecret {
    /// Identity.
    pub id: ids::BackendSecretId,
    /// The API it is of, and of no other.
    pub api: ApiRef,
    /// What policies name it by, as `${vault:NAME}`; in URLs.
    pub name: String,
    /// The policies that name it; while there are any it cannot be deleted.
    pub policies: Vec<PolicyRef>,
    /// When it was first put.
    pub created_at: OffsetDateTime,
    /// When it was put last.
    pub put_at: OffsetDateTime,
    /// The number in its ETag.
    pub row_version: i32,
}

/// What an operation gets in an environment.
#[derive(Debug, ToSchema)]
pub struct EffectivePolicies {
    /// Where.
    pub environment: EnvironmentRef,
    /// Its stable key; null: every operation that has no policy of its own.
    pub operation: Option<String>,
    /// What applies, in the order gateways run it. What is off is among it and does nothing.
    pub applied: Vec<Policy>,
    /// What is on the way and does not apply.
    pub overridden: Vec<OverriddenPolicy>,
}

/// A policy that does not apply.
#[derive(Debug, ToSchema)]
pub struct OverriddenPolicy {
    /// Which.
    pub policy: Policy,
    /// What applies instead.
    pub by: PolicyRef,
}

/// A policy, by name.
#[derive(Debug, ToSchema)]
pub struct PolicyRef {
    /// Identity.
    pub id: ids::PolicyId,
    /// In URLs.
    pub slug: String,
    /// Where it is, in words.
    pub place: String,
    /// Whether it may be replaced further in.
    pub inherit: words::PolicyInherit,
}
