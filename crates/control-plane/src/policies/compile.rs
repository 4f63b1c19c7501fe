//! What policies come to on a route, as gateways hold it: nothing left to inherit, and equal sets once.

use std::collections::HashMap;

use gatehouse_domain::policy::{Attached, PolicyMode, effective};
use gatehouse_snapshot::check::ROUTE_POLICIES_BYTES_MAX;
use gatehouse_snapshot::object::{PolicySet, RoutePolicies};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::documents::PolicyDocument;
use super::rows::{OnTheWay, of_apis};
use crate::refusal::Refusal;

/// The policies of a tenant that are on the way to some of its routes: read once, however many routes and operations there are.
pub(crate) struct Policies(Vec<OnTheWay>);

impl Policies {
    /// Reads those of the tenant and of these APIs.
    pub(crate) async fn read(conn: &mut PgConnection, apis: &[Uuid]) -> Result<Self, Refusal> {
        Ok(Self(of_apis(conn, apis).await?))
    }

    /// What is on the way to a version in an environment, from the outside in.
    pub(super) fn on_the_way(&self, api: Uuid, version: Uuid, environment: Uuid) -> Vec<&OnTheWay> {
        let leads = |policy: &&OnTheWay| policy.leads_to(api, version, environment);
        self.0.iter().filter(leads).collect()
    }

    /// What they come to at the operations of a version in an environment, by their stable keys. Refused as soon as that is more
    /// than a route holds, or than `room` has left: what is far too much is not made first.
    pub(crate) fn compile<'a>(
        &self,
        route: &RouteAt<'_>,
        operations: impl Iterator<Item = &'a str>,
        room: &mut Room,
    ) -> Result<RoutePolicies, Refusal> {
        let policies = self.on_the_way(route.api, route.version, route.environment);
        compiled(&policies, operations, room)
            .map_err(|fault| Refusal::field("", "configuration", fault.words(route)))
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
            Self::OfRoute => format!(
                "With this, policies of {} in {} come to more than {ROUTE_POLICIES_BYTES_MAX} bytes. State what operations share further out.",
                route.path, route.in_environment
            ),
            Self::OfChange => format!(
                "With this, policies of the routes it reaches come to more than {} MiB. Say less in it, or put it further in.",
                Room::BYTES / (1024 * 1024)
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
) -> Result<RoutePolicies, TooMuch> {
    if policies.is_empty() {
        return Ok(RoutePolicies::default());
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
                let set = sets.place(set_of(policies, &applying), room)?;
                known.insert(applying, set);
                set
            }
        };
        of_operations.push(set);
    }
    if sets.all.iter().all(|set| *set == PolicySet::default()) {
        return Ok(RoutePolicies::default());
    }
    Ok(RoutePolicies {
        sets: sets.all,
        of_operations,
    })
}

/// Sets that differ from each other, in the order they came.
#[derive(Default)]
struct Sets {
    all: Vec<PolicySet>,
    places: HashMap<Vec<u8>, u32>,
    bytes: usize,
}

impl Sets {
    /// The place of a set.
    fn place(&mut self, set: PolicySet, room: &mut Room) -> Result<u32, TooMuch> {
        let bytes = set.encode();
        if let Some(place) = self.places.get(&bytes) {
            return Ok(*place);
        }
        self.bytes += bytes.len();
        if self.bytes > ROUTE_POLICIES_BYTES_MAX {
            return Err(TooMuch::OfRoute);
        }
        room.take(bytes.len())?;
        // There are no more sets than operations, of which a description has some thousands at most.
        let place = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.places.insert(bytes, place);
        self.all.push(set);
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

fn set_of(policies: &[&OnTheWay], applying: &[usize]) -> PolicySet {
    let mut set = PolicySet::default();
    let policies = applying.iter().filter_map(|place| policies.get(*place));
    for policy in policies.filter(|policy| policy.mode != PolicyMode::Off) {
        let shadow = policy.mode == PolicyMode::Shadow;
        match &policy.document {
            PolicyDocument::Cors(cors) => set.cors = Some(cors.compiled()),
            PolicyDocument::Jwt(jwt) => set.jwt = Some(jwt.compiled(shadow)),
            PolicyDocument::RateLimit(rate) => set.rates.push(rate.compiled(policy.id, shadow)),
            PolicyDocument::Headers(headers) => {
                set.request_headers = headers.request.compiled();
                set.response_headers = headers.response.compiled();
            }
        }
    }
    set
}

#[cfg(test)]
mod tests {
    use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyLevel};
    use serde_json::{Value, json};

    use super::*;
    use crate::policies::rows::on_the_way;

    fn policy(number: u128, kind: PolicyKind, operation: Option<&str>, config: Value) -> OnTheWay {
        let attached = Attached {
            kind,
            level: match operation {
                Some(_) => PolicyLevel::Operation,
                None => PolicyLevel::Api,
            },
            in_one_environment: false,
            inherit: PolicyInherit::Default,
        };
        on_the_way(number, attached, operation, config)
    }

    fn compile(policies: &[OnTheWay], operations: &[&str]) -> RoutePolicies {
        let policies: Vec<&OnTheWay> = policies.iter().collect();
        let mut room = Room::of_a_change();
        compiled(&policies, operations.iter().copied(), &mut room).unwrap()
    }

    fn rate(number: u128, operation: Option<&str>, amount: u32) -> OnTheWay {
        let config = json!({ "amount": amount, "window_s": 1 });
        policy(number, PolicyKind::RateLimit, operation, config)
    }

    #[test]
    fn equal_sets_are_kept_once_in_the_order_of_their_first_operations() {
        let cors = |number, operation| {
            let config = json!({ "any_origin": true });
            policy(number, PolicyKind::Cors, operation, config)
        };
        let policies = [
            rate(1, None, 5),
            rate(2, Some("GET /b"), 7),
            cors(3, Some("GET /c")),
            cors(4, Some("GET /d")),
        ];
        let operations = ["GET /a", "GET /b", "GET /c", "GET /d", "GET /e"];
        let compiled = compile(&policies, &operations);
        assert_eq!(compiled.of_operations, [0, 1, 2, 2, 0]);
        let amounts =
            |set: &PolicySet| set.rates.iter().map(|rate| rate.amount).collect::<Vec<_>>();
        assert_eq!(
            compiled.sets.iter().map(amounts).collect::<Vec<_>>(),
            [vec![5], vec![5, 7], vec![5]]
        );
        assert!(compiled.sets[2].cors.is_some());
    }

    #[test]
    fn what_is_off_replaces_and_does_nothing() {
        let mut off = policy(
            2,
            PolicyKind::Cors,
            Some("GET /a"),
            json!({ "any_origin": true }),
        );
        off.mode = PolicyMode::Off;
        let on = policy(1, PolicyKind::Cors, None, json!({ "any_origin": true }));
        let both = [on, off];
        let compiled_both = compile(&both, &["GET /a", "GET /b"]);
        assert_eq!(compiled_both.of_operations, [0, 1]);
        assert_eq!(compiled_both.sets[0], PolicySet::default());
        assert!(compiled_both.sets[1].cors.is_some());
        let alone = compile(&both[1..], &["GET /a", "GET /b"]);
        assert!(alone.is_empty() && alone.of_operations.is_empty());
    }

    #[test]
    fn what_a_route_comes_to_is_refused_before_it_is_made() {
        let values: Vec<String> = (0..64).map(|at| format!("{at:0>900}")).collect();
        let claims = json!([{ "name": "long", "values": values }]);
        let document = json!({ "issuer": "https://a.test", "audiences": ["a"], "algorithms": ["EdDSA"], "claims": claims,
            "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "nmfVgABW3jI_JizPK7XicNrq-yBod84RMH_hum9Sifg" }] } });
        let keys: Vec<String> = (0..2_000).map(|at| format!("GET /{at}")).collect();
        let policies: Vec<OnTheWay> = std::iter::once(policy(1, PolicyKind::Jwt, None, document))
            .chain((2..).zip(&keys).map(|(id, key)| rate(id, Some(key), 5)))
            .collect();
        let policies: Vec<&OnTheWay> = policies.iter().collect();
        let one = Sets::default().place(set_of(&policies, &[0, 1]), &mut Room::of_a_change());
        assert_eq!(one.unwrap(), 0);
        let bytes = set_of(&policies, &[0, 1]).encode().len();
        let fitting = ROUTE_POLICIES_BYTES_MAX / bytes;
        let with = |operations: usize, room: &mut Room| {
            let keys = keys[..operations].iter().map(String::as_str);
            compiled(&policies, keys, room).map(|made| made.sets.len())
        };
        let mut room = Room::of_a_change();
        assert_eq!(with(fitting, &mut room).unwrap(), fitting);
        for operations in [fitting + 1, 2_000] {
            let mut room = Room::of_a_change();
            assert_eq!(with(operations, &mut room), Err(TooMuch::OfRoute));
            let taken = Room::BYTES - room.left;
            assert!(taken <= ROUTE_POLICIES_BYTES_MAX, "{taken} were made");
        }
    }

    #[test]
    fn a_change_has_room_to_the_byte() {
        let mut room = Room::of_a_change();
        room.take(Room::BYTES - 1).unwrap();
        room.take(1).unwrap();
        room.take(0).unwrap();
        assert_eq!(room.take(1), Err(TooMuch::OfChange));
    }

    #[test]
    fn a_route_that_comes_to_too_much_is_named() {
        let policies = Policies(
            (1..)
                .zip(0..20)
                .map(|(id, at)| {
                    let values: Vec<String> = (0..64).map(|value| format!("{value:0>900}")).collect();
                    let document = json!({ "issuer": format!("https://{at}.test"), "audiences": ["a"], "algorithms": ["EdDSA"],
                        "claims": [{ "name": "long", "values": values }],
                        "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "nmfVgABW3jI_JizPK7XicNrq-yBod84RMH_hum9Sifg" }] } });
                    policy(id, PolicyKind::Jwt, Some(&format!("GET /{at}")), document)
                })
                .collect(),
        );
        let route = RouteAt {
            api: Uuid::nil(),
            version: Uuid::nil(),
            environment: Uuid::nil(),
            path: "/pets/v1",
            in_environment: "sandbox",
        };
        let keys: Vec<String> = (0..20).map(|at| format!("GET /{at}")).collect();
        let keys = keys.iter().map(String::as_str);
        let refused = policies.compile(&route, keys, &mut Room::of_a_change());
        let Err(Refusal::Invalid(faults)) = refused else {
            panic!("{refused:?}");
        };
        let words = &faults[0].detail;
        assert!(
            words.contains("policies of /pets/v1 in sandbox come to"),
            "{words}"
        );
    }
}
