//! Objects of any kind, and their bytes.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Application, Certificate, Credential, Environment, Plan, Route, Subscription, Tenant, Upstream,
    later,
};
use crate::Refused;

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
    /// [`Certificate`]. It came later: who does not know it refuses what has one, and a group without is as it always was.
    Certificate = 9,
}

impl ObjectKind {
    /// Every kind, parents first.
    pub const ALL: [Self; 9] = [
        Self::Tenant,
        Self::Environment,
        Self::Upstream,
        Self::Route,
        Self::Plan,
        Self::Application,
        Self::Subscription,
        Self::Credential,
        Self::Certificate,
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
            Self::Certificate => "certificate",
        }
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
    /// A certificate.
    Certificate(Certificate),
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
            Object::Certificate($inner) => $value,
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
            Self::Certificate(_) => ObjectKind::Certificate,
        };
        ObjectRef {
            kind,
            id: each_object!(self, inner => inner.id.uuid()),
        }
    }

    /// Its canonical bytes.
    pub fn encode(&self) -> Record {
        // Postcard into a growing vector fails only for sequences of unknown length, which none of these holds.
        let mut body = each_object!(self, inner => postcard::to_stdvec(inner)).unwrap_or_default();
        match self {
            Self::Route(route) => body.extend(later::write(&route.later)),
            Self::Plan(plan) => body.extend(later::write(&plan.later)),
            Self::Credential(credential) => body.extend(later::write(&credential.later)),
            _ => {}
        }
        Record {
            object: self.object_ref(),
            body: body.into(),
        }
    }

    /// Reads what [`Object::encode`] wrote, refusing trailing bytes and an id that differs from the one it is kept under.
    pub fn decode(object_ref: ObjectRef, body: &[u8]) -> Result<Self, Refused> {
        Ok(match object_ref.kind {
            ObjectKind::Tenant => Self::Tenant(decode_as(object_ref, body)?),
            ObjectKind::Environment => Self::Environment(decode_as(object_ref, body)?),
            ObjectKind::Upstream => Self::Upstream(decode_as(object_ref, body)?),
            ObjectKind::Route => Self::Route(decode_as(object_ref, body)?),
            ObjectKind::Plan => Self::Plan(decode_as(object_ref, body)?),
            ObjectKind::Application => Self::Application(decode_as(object_ref, body)?),
            ObjectKind::Subscription => Self::Subscription(decode_as(object_ref, body)?),
            ObjectKind::Credential => Self::Credential(decode_as(object_ref, body)?),
            ObjectKind::Certificate => Self::Certificate(decode_as(object_ref, body)?),
        })
    }
}

/// An object whose kind the caller knows; see [`Object::decode`].
pub(crate) fn decode_as<T: OfKind>(object_ref: ObjectRef, body: &[u8]) -> Result<T, Refused> {
    let damaged = Refused::Damaged("object");
    let Ok((mut value, rest)) = postcard::take_from_bytes::<T>(body) else {
        return Err(damaged);
    };
    if value.is(object_ref) && value.read_later(rest) {
        Ok(value)
    } else {
        Err(damaged)
    }
}

/// The objects of one kind.
pub trait OfKind: for<'a> Deserialize<'a> {
    /// Whether it is kept under this name.
    fn is(&self, object_ref: ObjectRef) -> bool;

    /// Reads what follows behind the bytes that every object of the kind has; most have nothing there.
    fn read_later(&mut self, rest: &[u8]) -> bool {
        rest.is_empty()
    }
}

macro_rules! of_kind {
    ($($kind:ident $($later:ident)?),*) => {
        $(impl OfKind for $kind {
            fn is(&self, object_ref: ObjectRef) -> bool {
                object_ref.kind == ObjectKind::$kind && object_ref.id == self.id.uuid()
            }

            $(fn read_later(&mut self, rest: &[u8]) -> bool {
                later::read(rest)
                    .map(|read| self.$later = read)
                    .is_some()
            })?
        })*
    };
}

of_kind!(
    Tenant,
    Environment,
    Upstream,
    Route later,
    Plan later,
    Application,
    Subscription,
    Credential later,
    Certificate
);

impl Record {
    /// See [`Object::decode`].
    pub fn decode(&self) -> Result<Object, Refused> {
        Object::decode(self.object, &self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{
        CredentialLater, LifeDates, Limit, Moment, OperationLimit, PlanLater, PolicySet,
        RouteLater, RoutePolicies, SealedField, WireRule,
    };
    use gatehouse_domain::credential::CredentialState;
    use gatehouse_domain::id::{
        ApiId, ApiVersionId, ApplicationId, CredentialId, EnvironmentId, LimitId, PlanId,
        ProductId, RouteId, TenantId,
    };
    use gatehouse_domain::{ApiVersionState, OperationKey};

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
            later: CredentialLater::default(),
        })
    }

    #[test]
    fn a_scoped_credential_reads_back_and_another_has_the_bytes_it_always_had() {
        let plain = credential().encode();
        let mut scoped = credential();
        if let Object::Credential(credential) = &mut scoped {
            credential.later.products = vec![ProductId::from_uuid(Uuid::from_u128(8))];
        }
        let record = scoped.encode();
        assert_eq!(record.decode().unwrap(), scoped);
        assert!(record.body.starts_with(&plain.body) && record.body.len() > plain.body.len());
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

    fn plan(operation_limits: Vec<OperationLimit>) -> Object {
        Object::Plan(Plan {
            id: PlanId::from_uuid(Uuid::from_u128(1)),
            tenant: TenantId::from_uuid(Uuid::from_u128(2)),
            name: "Basic".to_owned(),
            limits: Vec::new(),
            later: PlanLater { operation_limits },
        })
    }

    #[test]
    fn what_came_later_reads_back_and_takes_no_byte_where_it_says_nothing() {
        let plain = plan(Vec::new()).encode();
        assert_eq!(plain.decode().unwrap(), plan(Vec::new()));
        let limited = plan(vec![OperationLimit {
            operation: OperationKey::new("GET", "/pets"),
            limit: Limit {
                id: LimitId::from_uuid(Uuid::from_u128(3)),
                rule: WireRule::Rate(1, 1, 1),
            },
        }]);
        let record = limited.encode();
        assert_eq!(record.decode().unwrap(), limited);
        assert!(record.body.starts_with(&plain.body));
        // Said in another way, an equal plan would have another hash.
        let mut wordy = plain.body.to_vec();
        wordy.push(0);
        let wordy = Record {
            body: wordy.into(),
            ..plain
        };
        assert_eq!(wordy.decode(), Err(Refused::Damaged("object")));
    }

    #[test]
    fn a_guide_follows_behind_what_routes_learned_before() {
        let dates = || LifeDates {
            deprecated_at: Moment(1),
            sunset_at: None,
            successor: None,
        };
        let route = |guide: Option<&str>, policies: RoutePolicies| {
            Object::Route(Route {
                id: RouteId::from_uuid(Uuid::from_u128(1)),
                tenant: TenantId::from_uuid(Uuid::from_u128(2)),
                environment: EnvironmentId::from_uuid(Uuid::from_u128(3)),
                api: ApiId::from_uuid(Uuid::from_u128(4)),
                api_version: ApiVersionId::from_uuid(Uuid::from_u128(5)),
                path: "/pets/v1".to_owned(),
                state: ApiVersionState::Deprecated,
                products: Vec::new(),
                upstream: None,
                config_max_age_s: None,
                operations: Vec::new(),
                later: RouteLater {
                    life: Some(dates()),
                    narrowed: Vec::new(),
                    guide: guide.map(ToOwned::to_owned),
                    policies,
                },
            })
        };
        let none = RoutePolicies::default;
        let (without, with) = (
            route(None, none()).encode(),
            route(Some("moving"), none()).encode(),
        );
        assert_eq!(with.decode().unwrap(), route(Some("moving"), none()));
        assert_eq!(without.decode().unwrap(), route(None, none()));
        assert!(
            with.body.starts_with(&without.body),
            "what gateways of before read is as it was"
        );
        let policies = || RoutePolicies {
            sets: vec![PolicySet::default()],
            of_operations: vec![0],
            sealed: Vec::new(),
        };
        let sealed = || SealedField {
            set: 0,
            name: "authorization".to_owned(),
            value: vec![1; 40],
        };
        let with_sealed = || RoutePolicies {
            sealed: vec![sealed()],
            ..policies()
        };
        assert!(
            route(None, with_sealed())
                .encode()
                .body
                .starts_with(&route(None, policies()).encode().body),
            "a gateway that knows nothing of sealed fields finds bytes behind the policies and refuses them"
        );
        for (guide, policies) in [
            (None, policies()),
            (Some("moving"), policies()),
            (None, with_sealed()),
            (Some("moving"), with_sealed()),
        ] {
            let object = route(guide, policies);
            let record = object.encode();
            assert_eq!(record.decode().unwrap(), object);
            let mut longer = record.body.to_vec();
            longer.push(0);
            let body = longer.into();
            let odd = Record { body, ..record };
            assert_eq!(odd.decode(), Err(Refused::Damaged("object")), "{guide:?}");
        }
        for more in [&[0][..], b"\x06moving\x00", b"\x00\x00\x00"] {
            let body = [&without.body[..], more].concat().into();
            let odd = Record { body, ..with };
            assert_eq!(odd.decode(), Err(Refused::Damaged("object")), "{more:?}");
        }
    }

    #[test]
    fn a_credential_prints_no_digest() {
        assert!(!format!("{:?}", credential()).contains("6, 6"));
    }
}
