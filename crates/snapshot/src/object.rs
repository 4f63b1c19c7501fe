//! The objects of a configuration, parents before children.

mod certificate;
mod later;
mod policy;
mod record;

use gatehouse_domain::credential::{CredentialFacts, CredentialState};
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{
    ApiId, ApiVersionId, ApplicationId, CredentialId, EnvironmentId, LimitId, PlanId, ProductId,
    RouteId, SubscriptionId, TenantId, UpstreamId,
};
use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::subscription::{EndedReason, StoredState, SubscriptionFacts};
use gatehouse_domain::{ApiVersionState, BasePath, OperationKey};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

pub use certificate::Certificate;
pub use later::{CredentialLater, LifeDates, OperationLimit, PlanLater, RouteLater};
pub use policy::{
    Cors, HeaderChanges, Jwt, JwtAlgorithm, JwtKey, JwtKeyMaterial, PolicySet, RoutePolicies,
    SealedField, SharedRate,
};
pub(crate) use record::decode_as;
pub use record::{Object, ObjectKind, ObjectRef, OfKind, Record};

/// A moment as objects carry it: milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(pub i64);

impl From<OffsetDateTime> for Moment {
    fn from(time: OffsetDateTime) -> Self {
        Self(time.unix_timestamp() * 1_000 + i64::from(time.millisecond()))
    }
}

impl From<Moment> for OffsetDateTime {
    /// Moments outside the representable years clamp to the epoch; no stored date is anywhere near.
    fn from(moment: Moment) -> Self {
        let milliseconds = Duration::milliseconds(moment.0.rem_euclid(1_000));
        Self::from_unix_timestamp(moment.0.div_euclid(1_000)).map_or(Self::UNIX_EPOCH, |second| {
            second.saturating_add(milliseconds)
        })
    }
}

/// A tenant whose environments a group serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Identity.
    pub id: TenantId,
    /// In addresses of its pages, and for logs.
    pub slug: String,
    /// Suspended: every call is refused with `tenant_suspended`.
    pub suspended: bool,
    /// IANA name of the zone quota periods are counted in.
    pub time_zone: String,
}

/// Where an environment's APIs live on this group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Identity.
    pub id: EnvironmentId,
    /// Owner.
    pub tenant: TenantId,
    /// Decides which keys can be meant for it.
    pub kind: EnvironmentKind,
    /// Host name (without port, lower case) it answers on; `None` is every host.
    pub host: Option<String>,
    /// Path prefix it answers below.
    pub base_path: BasePath,
}

/// How calls are spread over targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoadBalancing {
    /// One after another.
    RoundRobin,
    /// To the target with the fewest calls in flight.
    LeastConnections,
}

/// One address of an upstream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// `http` or `https` URL; its path is put before the forwarded path.
    pub url: String,
    /// Share of calls relative to the other targets.
    pub weight: u32,
}

/// A backend. Draining targets are not listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    /// Identity.
    pub id: UpstreamId,
    /// Owner.
    pub tenant: TenantId,
    /// For logs and metrics.
    pub name: String,
    /// How calls are spread.
    pub load_balancing: LoadBalancing,
    /// Longest wait for a connection, milliseconds.
    pub connect_timeout_ms: u32,
    /// Longest wait for the response head, milliseconds.
    pub response_timeout_ms: u32,
    /// Longest pause inside a body, milliseconds.
    pub idle_timeout_ms: u32,
    /// Addresses, at least one.
    pub targets: Vec<Target>,
}

/// One operation of a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Stable identity over re-publishes.
    pub key: OperationKey,
    /// Method in capitals.
    pub method: String,
    /// Template below the route's path, `{name}` for parameters.
    pub path_template: String,
}

/// An API version in one environment: every operation it answers, and where calls go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Identity.
    pub id: RouteId,
    /// Owner.
    pub tenant: TenantId,
    /// Where it answers.
    pub environment: EnvironmentId,
    /// The API.
    pub api: ApiId,
    /// The version.
    pub api_version: ApiVersionId,
    /// `/{api}/{version}` below the environment's base path.
    pub path: String,
    /// Retired versions answer 410; drafts are not published at all.
    pub state: ApiVersionState,
    /// Products a subscription to which opens this route.
    pub products: Vec<ProductId>,
    /// The backend; without one every call is 503 `upstream_unavailable`.
    pub upstream: Option<UpstreamId>,
    /// For how many seconds it may be served without word from the control plane; then every call is 503 `config_stale`.
    pub config_max_age_s: Option<u32>,
    /// What it answers.
    pub operations: Vec<Operation>,
    /// What not every route has; see [`RouteLater`].
    #[serde(skip)]
    pub later: RouteLater,
}

/// One limit of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Identity, so that counters survive a restart.
    pub id: LimitId,
    /// What it allows.
    pub rule: WireRule,
}

/// [`LimitRule`] without field names on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WireRule {
    /// See [`LimitRule::Rate`].
    Rate(u32, u32, u32),
    /// See [`LimitRule::Quota`]; the period in words' order: day, month.
    Quota(u64, gatehouse_domain::plan::QuotaPeriod),
}

impl From<LimitRule> for WireRule {
    fn from(rule: LimitRule) -> Self {
        match rule {
            LimitRule::Rate {
                amount,
                window_s,
                burst,
            } => Self::Rate(amount, window_s, burst),
            LimitRule::Quota { amount, period } => Self::Quota(amount, period),
        }
    }
}

impl From<WireRule> for LimitRule {
    fn from(rule: WireRule) -> Self {
        match rule {
            WireRule::Rate(amount, window_s, burst) => Self::Rate {
                amount,
                window_s,
                burst,
            },
            WireRule::Quota(amount, period) => Self::Quota { amount, period },
        }
    }
}

/// A plan with the limits in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Identity.
    pub id: PlanId,
    /// Owner.
    pub tenant: TenantId,
    /// For logs and messages.
    pub name: String,
    /// All of them apply; the strictest decides.
    pub limits: Vec<Limit>,
    /// What not every plan has; see [`PlanLater`].
    #[serde(skip)]
    pub later: PlanLater,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Identity.
    pub id: ApplicationId,
    /// Owner.
    pub tenant: TenantId,
    /// Suspended: every call is refused with `application_suspended`.
    pub suspended: bool,
}

/// A subscription, open or recently closed: a refusal is explained from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Identity; a later one (greater id) for the same application, product and environment replaces it.
    pub id: SubscriptionId,
    /// Owner.
    pub tenant: TenantId,
    /// Who calls.
    pub application: ApplicationId,
    /// What may be called.
    pub product: ProductId,
    /// Where.
    pub environment: EnvironmentId,
    /// Under which limits.
    pub plan: PlanId,
    /// Stored state.
    pub state: StoredState,
    /// Present when ended.
    pub ended_reason: Option<EndedReason>,
    /// The provider's stop.
    pub provider_hold: bool,
    /// The consumer's stop.
    pub consumer_hold: bool,
    /// First moment of access.
    pub starts_at: Option<Moment>,
    /// First moment without.
    pub ends_at: Option<Moment>,
}

impl Subscription {
    /// What decides access.
    pub fn facts(&self) -> SubscriptionFacts {
        SubscriptionFacts {
            state: self.state,
            ended_reason: self.ended_reason,
            provider_hold: self.provider_hold,
            consumer_hold: self.consumer_hold,
            starts_at: self.starts_at.map(Into::into),
            ends_at: self.ends_at.map(Into::into),
        }
    }
}

/// A credential. The gateway never receives a key, nor what the database holds, only a digest of its own group.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Identity.
    pub id: CredentialId,
    /// Owner.
    pub tenant: TenantId,
    /// Whom it identifies.
    pub application: ApplicationId,
    /// Where it is valid.
    pub environment: EnvironmentId,
    /// The public part of the key, as [`gatehouse_domain::key::KeyId::as_u64`].
    pub key_id: u64,
    /// HMAC-SHA-256(group key, secret hash).
    pub digest: [u8; 32],
    /// Stored state.
    pub state: CredentialState,
    /// First usable moment.
    pub not_before: Option<Moment>,
    /// First unusable moment.
    pub expires_at: Option<Moment>,
    /// First unusable moment of a replaced key.
    pub retire_at: Option<Moment>,
    /// What not every credential has; see [`CredentialLater`].
    #[serde(skip)]
    pub later: CredentialLater,
}

impl Credential {
    /// What decides whether it counts.
    pub fn facts(&self) -> CredentialFacts {
        CredentialFacts {
            state: self.state,
            not_before: self.not_before.map(Into::into),
            expires_at: self.expires_at.map(Into::into),
            retire_at: self.retire_at.map(Into::into),
        }
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Credential")
            .field("id", &self.id)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
