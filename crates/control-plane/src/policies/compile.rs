//! What policies come to on a route, as gateways hold it: nothing left to inherit, and equal sets once.

use std::collections::HashMap;

use gatehouse_domain::policy::{Attached, PolicyMode, effective};
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

    /// What they come to at the operations of a version in an environment, by their stable keys.
    pub(crate) fn compile<'a>(
        &self,
        api: Uuid,
        version: Uuid,
        environment: Uuid,
        operations: impl Iterator<Item = &'a str>,
    ) -> RoutePolicies {
        compiled(&self.on_the_way(api, version, environment), operations)
    }
}

fn compiled<'a>(
    policies: &[&OnTheWay],
    operations: impl Iterator<Item = &'a str>,
) -> RoutePolicies {
    if policies.is_empty() {
        return RoutePolicies::default();
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
    let mut compiled = RoutePolicies::default();
    for operation in operations {
        let mut places = of_all.clone();
        places.extend(own.get(operation).into_iter().flatten());
        let applying = applying(policies, &places);
        let set = *known.entry(applying).or_insert_with_key(|applying| {
            position(&mut compiled.sets, set_of(policies, applying))
        });
        compiled.of_operations.push(set);
    }
    if compiled.sets.iter().all(|set| *set == PolicySet::default()) {
        return RoutePolicies::default();
    }
    compiled
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

/// The place of a set among those that differ from each other.
fn position(sets: &mut Vec<PolicySet>, set: PolicySet) -> u32 {
    let at = sets.iter().position(|known| *known == set);
    let at = at.unwrap_or_else(|| {
        sets.push(set);
        sets.len() - 1
    });
    // There are no more sets than operations, of which a description has some thousands at most.
    u32::try_from(at).unwrap_or(u32::MAX)
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
        compiled(&policies, operations.iter().copied())
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
}
