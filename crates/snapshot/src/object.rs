//! The objects of a configuration, parents before children.

use bytes::Bytes;
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
use time::OffsetDateTime;
use uuid::Uuid;

use crate::Refused;

/// A moment as objects carry it: milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(pub i64);

impl From<OffsetDateTime> for Moment {
    fn from(time: OffsetDateTime) -> Self {
        Self((time.unix_timestamp_nanos() / 1_000_000) as i64)
    }
}

impl From<Moment> for OffsetDateTime {
    /// Moments outside the representable years clamp to the epoch; no stored date is anywhere near.
    fn from(moment: Moment) -> Self {
        Self::from_unix_timestamp_nanos(i128::from(moment.0) * 1_000_000)
            .unwrap_or(Self::UNIX_EPOCH)
    }
}

/// Kinds of object. The numbers are on the wire and order parents before children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ObjectKind {
    /// [`Tenant`]
    Tenant = 1,
    /// [`Environment`]
    Environment = 2,
    /// [`Upstream`]
    Upstream = 3,
    /// [`Route`]
    Route = 4,
    /// [`Plan`]
    Plan = 5,
    /// [`Application`]
    Application = 6,
    /// [`Subscription`]
    Subscription = 7,
    /// [`Credential`]
    Credential = 8,
}

impl ObjectKind {
    /// Every kind, parents first.
    pub const ALL: [Self; 8] = [
        Self::Tenant,
        Self::Environment,
        Self::Upstream,
        Self::Route,
        Self::Plan,
        Self::Application,
        Self::Subscription,
        Self::Credential,
    ];

    /// Reads the number on the wire.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    /// The word in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Environment => "environment",
            Self::Upstream => "upstream",
            Self::Route => "route",
            Self::Plan => "plan",
            Self::Application => "application",
            Self::Subscription => "subscription",
            Self::Credential => "credential",
        }
    }
}

/// A tenant whose environments a group serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Identity.
    pub id: TenantId,
    /// For logs.
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

/// Any object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    /// A tenant.
    Tenant(Tenant),
    /// An environment.
    Environment(Environment),
    /// An upstream.
    Upstream(Upstream),
    /// A route.
    Route(Route),
    /// A plan.
    Plan(Plan),
    /// An application.
    Application(Application),
    /// A subscription.
    Subscription(Subscription),
    /// A credential.
    Credential(Credential),
}

/// What names an object: its kind and id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// The kind.
    pub kind: ObjectKind,
    /// The id.
    pub id: Uuid,
}

/// An encoded object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What it is.
    pub object: ObjectRef,
    /// Its postcard bytes.
    pub body: Bytes,
}

macro_rules! each_object {
    ($object:expr, $inner:ident => $value:expr) => {
        match $object {
            Object::Tenant($inner) => $value,
            Object::Environment($inner) => $value,
            Object::Upstream($inner) => $value,
            Object::Route($inner) => $value,
            Object::Plan($inner) => $value,
            Object::Application($inner) => $value,
            Object::Subscription($inner) => $value,
            Object::Credential($inner) => $value,
        }
    };
}

impl Object {
    /// Its kind and id.
    pub fn object_ref(&self) -> ObjectRef {
        let kind = match self {
            Self::Tenant(_) => ObjectKind::Tenant,
            Self::Environment(_) => ObjectKind::Environment,
            Self::Upstream(_) => ObjectKind::Upstream,
            Self::Route(_) => ObjectKind::Route,
            Self::Plan(_) => ObjectKind::Plan,
            Self::Application(_) => ObjectKind::Application,
            Self::Subscription(_) => ObjectKind::Subscription,
            Self::Credential(_) => ObjectKind::Credential,
        };
        ObjectRef {
            kind,
            id: each_object!(self, inner => inner.id.uuid()),
        }
    }

    /// Its canonical bytes.
    pub fn encode(&self) -> Record {
        // Postcard into a growing vector fails only for sequences of unknown length, which none of these holds.
        let body = each_object!(self, inner => postcard::to_stdvec(inner)).unwrap_or_default();
        Record {
            object: self.object_ref(),
            body: body.into(),
        }
    }

    /// Reads what [`Object::encode`] wrote, refusing trailing bytes and an id that differs from the one it is kept under.
    pub fn decode(object_ref: ObjectRef, body: &[u8]) -> Result<Self, Refused> {
        fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refused> {
            match postcard::take_from_bytes(body) {
                Ok((value, [])) => Ok(value),
                _ => Err(Refused::Damaged("object")),
            }
        }
        let object = match object_ref.kind {
            ObjectKind::Tenant => Self::Tenant(read(body)?),
            ObjectKind::Environment => Self::Environment(read(body)?),
            ObjectKind::Upstream => Self::Upstream(read(body)?),
            ObjectKind::Route => Self::Route(read(body)?),
            ObjectKind::Plan => Self::Plan(read(body)?),
            ObjectKind::Application => Self::Application(read(body)?),
            ObjectKind::Subscription => Self::Subscription(read(body)?),
            ObjectKind::Credential => Self::Credential(read(body)?),
        };
        if object.object_ref() == object_ref {
            Ok(object)
        } else {
            Err(Refused::Damaged("object"))
        }
    }
}

impl Record {
    /// See [`Object::decode`].
    pub fn decode(&self) -> Result<Object, Refused> {
        Object::decode(self.object, &self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential() -> Object {
        Object::Credential(Credential {
            id: CredentialId::from_uuid(Uuid::from_u128(1)),
            tenant: TenantId::from_uuid(Uuid::from_u128(2)),
            application: ApplicationId::from_uuid(Uuid::from_u128(3)),
            environment: EnvironmentId::from_uuid(Uuid::from_u128(4)),
            key_id: 5,
            digest: [6; 32],
            state: CredentialState::Active,
            not_before: None,
            expires_at: Some(Moment(7)),
            retire_at: None,
        })
    }

    #[test]
    fn an_object_reads_back_and_stays_small() {
        let record = credential().encode();
        assert_eq!(record.decode().unwrap(), credential());
        assert!(record.body.len() < 128, "{}", record.body.len());
    }

    #[test]
    fn trailing_bytes_cut_bytes_and_a_foreign_id_are_refused() {
        let record = credential().encode();
        let mut longer = record.body.to_vec();
        longer.push(0);
        let shorter = record.body.slice(..record.body.len() - 1);
        let foreign = ObjectRef {
            id: Uuid::from_u128(9),
            ..record.object
        };
        for broken in [
            Record {
                body: longer.into(),
                ..record.clone()
            },
            Record {
                body: shorter,
                ..record.clone()
            },
            Record {
                object: foreign,
                ..record
            },
        ] {
            assert_eq!(broken.decode(), Err(Refused::Damaged("object")));
        }
    }

    #[test]
    fn a_credential_prints_no_digest() {
        assert!(!format!("{:?}", credential()).contains("6, 6"));
    }
}
