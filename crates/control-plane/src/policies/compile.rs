//! What policies come to on a route, as gateways hold it: nothing left to inherit, and equal sets once.

use std::collections::HashMap;

use gatehouse_domain::id::{PolicyId, TenantId};
use gatehouse_domain::policy::{Attached, PolicyMode, effective};
use gatehouse_language::t;
use gatehouse_snapshot::check::{ROUTE_POLICIES_BYTES_MAX, sealed_bytes};
use gatehouse_snapshot::group_seal::SEAL_BYTES;
use gatehouse_snapshot::object::{PolicySet, RoutePolicies};
use sqlx::postgres::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::documents::PolicyDocument;
use super::rows::{OnTheWay, of_apis, on_the_way};
use crate::backend_secrets::BackendSecrets;
use crate::db::Db;
use crate::refusal::Refusal;

/// The policies of a tenant that are on the way to some of its routes: read once, however many routes and operations there are.
pub(crate) struct Policies(Vec<OnTheWay>);

impl Policies {
    /// Reads those of the tenant and of these APIs, with the backend secrets they name.
    pub(crate) async fn read(
        conn: &mut PgConnection,
        db: &Db,
        tenant: TenantId,
        apis: &[Uuid],
    ) -> Result<Self, Refusal> {
        let mut policies = of_apis(conn, apis).await?;
        let are_named = |policy: &OnTheWay| !policy.document.secrets().is_empty();
        if policies.iter().any(are_named) {
            let secrets = BackendSecrets::read(conn, db, tenant, apis).await?;
            for policy in &mut policies {
                policy.with_secrets(&secrets)?;
            }
        }
        Ok(Self(policies))
    }

    /// What they come to at the operations of a version in an environment, by their stable keys. Refused as soon as that is more
    /// than a route holds, or than `room` has left: what is far too much is not made first.
    pub(crate) fn compile<'a>(
        &self,
        route: &RouteAt<'_>,
        operations: impl Iterator<Item = &'a str>,
        room: &mut Room,
    ) -> Result<(RoutePolicies, Vec<BackendValue>), Refusal> {
        let policies = on_the_way(&self.0, route.api, route.version, route.environment);
        compiled(&policies, operations, room)
            .map_err(|fault| Refusal::field("", "configuration", fault.words(route)))
    }
}

/// A field of requests whose value holds backend secrets, to be sealed for each group.
pub(crate) struct BackendValue {
    /// The place of its set.
    pub(crate) set: u32,
    pub(crate) name: String,
    pub(crate) value: Zeroizing<String>,
}

/// Nothing of the value.
impl std::fmt::Debug for BackendValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("BackendValue")
            .field("set", &self.set)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A route, and what its author calls it.
pub(crate) struct RouteAt<'a> {
    pub(crate) api: Uuid,
    pub(crate) version: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) path: &'a str,
    /// Slug of the environment.
    pub(crate) in_environment: &'a str,
}

/// What policies come to more than fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TooMuch {
    OfRoute,
    OfChange,
}

impl TooMuch {
    fn words(self, route: &RouteAt<'_>) -> String {
        match self {
            Self::OfRoute => t!(
                "refused-policies-with-this-policies-of-in-come",
                path = &route.path,
                in_environment = &route.in_environment,
                route_policies_bytes_max = &ROUTE_POLICIES_BYTES_MAX
            ),
            Self::OfChange => t!(
                "refused-policies-with-this-policies-of-the-routes",
                bytes = Room::BYTES / (1024 * 1024)
            ),
        }
    }
}

/// What one change may come to in policies, over all its routes.
pub(crate) struct Room {
    left: usize,
}

impl Room {
    /// Bytes, as gateways hold them: 50,000 routes with a set of keys each.
    const BYTES: usize = 128 * 1024 * 1024;

    pub(crate) const fn of_a_change() -> Self {
        Self { left: Self::BYTES }
    }

    fn take(&mut self, bytes: usize) -> Result<(), TooMuch> {
        self.left = self.left.checked_sub(bytes).ok_or(TooMuch::OfChange)?;
        Ok(())
    }
}

fn compiled<'a>(
    policies: &[&OnTheWay],
    operations: impl Iterator<Item = &'a str>,
    room: &mut Room,
) -> Result<(RoutePolicies, Vec<BackendValue>), TooMuch> {
    if policies.is_empty() {
        return Ok(Default::default());
    }
    let mut own: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut of_all = Vec::new();
    for (place, policy) in policies.iter().enumerate() {
        match &policy.operation {
            Some(operation) => own.entry(operation).or_default().push(place),
            None => of_all.push(place),
        }
    }
    let mut known: HashMap<Vec<usize>, u32> = HashMap::new();
    let mut sets = Sets::default();
    let mut of_operations = Vec::new();
    for operation in operations {
        let mut places = of_all.clone();
        places.extend(own.get(operation).into_iter().flatten());
        let applying = applying(policies, &places);
        let set = match known.get(&applying) {
            Some(set) => *set,
            None => {
                let set = sets.place(Set::of(policies, &applying), room)?;
                known.insert(applying, set);
                set
            }
        };
        of_operations.push(set);
    }
    if sets.values.is_empty() && sets.all.iter().all(|set| *set == PolicySet::default()) {
        return Ok(Default::default());
    }
    let policies = RoutePolicies {
        sets: sets.all,
        of_operations,
        // Sealed when it is known for which group.
        sealed: Vec::new(),
    };
    Ok((policies, sets.values))
}

/// Sets that differ from each other, in the order they came.
#[derive(Default)]
struct Sets {
    all: Vec<PolicySet>,
    /// Of all of them.
    values: Vec<BackendValue>,
    /// By the bytes of a set, and whose its values are.
    places: HashMap<(Vec<u8>, Option<PolicyId>), u32>,
    bytes: usize,
}

impl Sets {
    /// The place of a set.
    fn place(&mut self, set: Set, room: &mut Room) -> Result<u32, TooMuch> {
        let encoded = set.policies.encode();
        let of_values = set.values.iter();
        let of_values = of_values.map(|(name, value)| sealed_bytes(name, value.len() + SEAL_BYTES));
        let bytes = encoded.len() + of_values.sum::<usize>();
        let key = (encoded, set.values_of);
        if let Some(place) = self.places.get(&key) {
            return Ok(*place);
        }
        self.bytes += bytes;
        if self.bytes > ROUTE_POLICIES_BYTES_MAX {
            return Err(TooMuch::OfRoute);
        }
        room.take(bytes)?;
        // There are no more sets than operations, of which a description has some thousands at most.
        let place = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.places.insert(key, place);
        self.all.push(set.policies);
        let values = set.values.into_iter();
        self.values.extend(values.map(|(name, value)| BackendValue {
            set: place,
            name,
            value,
        }));
        Ok(place)
    }
}

/// Those of `places` that apply, in the order gateways run them.
pub(super) fn applying(policies: &[&OnTheWay], places: &[usize]) -> Vec<usize> {
    let attached: Vec<Attached> = places
        .iter()
        .filter_map(|place| Some(policies.get(*place)?.attached))
        .collect();
    let applying = effective(&attached).into_iter();
    applying.filter_map(|at| places.get(at).copied()).collect()
}

/// What happens at an operation.
#[derive(Default)]
struct Set {
    policies: PolicySet,
    values: Vec<(String, Zeroizing<String>)>,
    /// The policy that sets them.
    values_of: Option<PolicyId>,
}

impl Set {
    fn of(policies: &[&OnTheWay], applying: &[usize]) -> Self {
        let mut of = Self::default();
        let policies = applying.iter().filter_map(|place| policies.get(*place));
        for policy in policies.filter(|policy| policy.mode != PolicyMode::Off) {
            let (shadow, set) = (policy.mode == PolicyMode::Shadow, &mut of.policies);
            match &policy.document {
                PolicyDocument::Cors(cors) => set.cors = Some(cors.compiled()),
                PolicyDocument::Jwt(jwt) => set.jwt = Some(jwt.compiled(shadow)),
                PolicyDocument::RateLimit(rate) => set.rates.push(rate.compiled(policy.id, shadow)),
                PolicyDocument::Headers(headers) => {
                    set.request_headers = headers.request.compiled_without_secrets();
                    set.response_headers = headers.response.compiled();
                    of.values = policy.values.clone();
                    of.values_of = (!of.values.is_empty()).then_some(policy.id);
                }
            }
        }
        of
    }
}

#[cfg(test)]
mod tests;
