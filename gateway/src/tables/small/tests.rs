//! A change that is looked at beside its neighbours only is judged, and answered by, as if everything had been compiled anew.

use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::{ApiVersionState, BasePath, OperationKey};
use gatehouse_snapshot::object::{
    Environment, LoadBalancing, Operation, Plan, PlanLater, Route, RouteLater, Target, Tenant,
    Upstream,
};
use gatehouse_snapshot::state_hash::StateHash;
use http::Method;
use proptest::prelude::*;

use super::super::operations::OperationMatch;
use super::*;

const BASES: [&str; 5] = ["", "/a", "/a/b", "/b", "/a/b/c"];
const PATHS: [&str; 4] = ["/a/b", "/b/c", "/a/v1", "/x/v1"];
const HOSTS: [Option<&str>; 3] = [None, Some("h"), Some("i")];

fn id<T: From<Uuid>>(number: u8) -> T {
    Uuid::from_u128(u128::from(number)).into()
}

fn object() -> impl Strategy<Value = Object> {
    let fields = (0u8..5, 0u8..6, any::<[u8; 4]>());
    fields.prop_map(|(kind, number, [one, two, three, four])| {
        let pick = |value: u8, count: usize| usize::from(value) % count;
        match kind {
            0 => Object::Tenant(Tenant {
                id: id(number % 2),
                slug: format!("t{}", one % 2),
                suspended: two % 2 == 0,
                time_zone: "UTC".to_owned(),
            }),
            1 => Object::Environment(Environment {
                id: id(number % 4),
                tenant: id(one % 2),
                kind: EnvironmentKind::Production,
                host: HOSTS[pick(two, 3)].map(str::to_owned),
                base_path: BasePath::parse(BASES[pick(three, 5)]).unwrap(),
            }),
            2 => Object::Upstream(Upstream {
                id: id(number % 2),
                tenant: id(0),
                name: "u".to_owned(),
                load_balancing: LoadBalancing::RoundRobin,
                connect_timeout_ms: u32::from(one),
                response_timeout_ms: 1,
                idle_timeout_ms: 1,
                targets: vec![Target {
                    url: format!("http://u{}", two % 2),
                    weight: 1,
                }],
            }),
            3 => {
                let path = format!("/things-{}", four % 3);
                Object::Route(Route {
                    id: id(number),
                    tenant: id(0),
                    environment: id(one % 4),
                    api: id(number),
                    api_version: id(number),
                    path: PATHS[pick(two, 4)].to_owned(),
                    state: ApiVersionState::Published,
                    products: vec![id(four)],
                    upstream: (three % 3 > 0).then(|| id(three % 3 - 1)),
                    config_max_age_s: None,
                    operations: vec![Operation {
                        key: OperationKey::new("GET", &path),
                        method: "GET".to_owned(),
                        path_template: path,
                    }],
                    later: RouteLater::default(),
                })
            }
            _ => Object::Plan(Plan {
                id: id(number),
                tenant: id(0),
                name: "p".to_owned(),
                limits: vec![],
                later: PlanLater::default(),
            }),
        }
    })
}

fn changes() -> impl Strategy<Value = Vec<(Object, bool)>> {
    // More comes than goes, so that much is there to conflict with.
    prop::collection::vec((object(), prop::bool::weighted(0.2)), 1..5)
}

type Model = BTreeMap<ObjectRef, Object>;

/// What every address leads to.
fn answers(compiled: &Compiled) -> Vec<Option<(u128, u128, u32, String)>> {
    let mut answers = Vec::new();
    for host in ["h", "i", "other"] {
        for base in BASES {
            for path in PATHS {
                for operation in 0..3 {
                    let address = format!("{base}{path}/things-{operation}");
                    let found = compiled.environment(host, &address);
                    let found = found.and_then(|(environment, below)| {
                        let (route, rest) = compiled.route(environment, below)?;
                        let operation = route.operation(&Method::GET, rest);
                        let found = matches!(operation, OperationMatch::Found(0));
                        let upstream = route.upstream.as_ref();
                        Some((
                            environment.object.id.uuid().as_u128(),
                            route.id.uuid().as_u128(),
                            upstream.map_or(0, |upstream| upstream.object().connect_timeout_ms),
                            format!("{found} {:?}", environment.tenant.object),
                        ))
                    });
                    answers.push(found);
                }
            }
        }
    }
    answers
}

fn whole(model: &Model) -> Result<(Small, Compiled), CompileError> {
    let objects: Vec<Object> = model.values().cloned().collect();
    let hashes = objects
        .iter()
        .map(|object| StateHash::of_record(&object.encode()));
    let hashes = hashes.collect();
    Small::of_all((objects, hashes), &Small::default(), &mut Names::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changes_are_judged_and_compiled_as_the_whole_would_be(steps in prop::collection::vec(changes(), 1..25)) {
        let mut names = Names::default();
        let (mut small, mut compiled) =
            Small::of_all(Default::default(), &Small::default(), &mut names).unwrap();
        let mut model = Model::new();
        for step in steps {
            let mut next = model.clone();
            let mut changes = Changes::new();
            for (object, remove) in step {
                let object_ref = object.object_ref();
                if remove {
                    next.remove(&object_ref);
                    changes.insert(object_ref, None);
                } else {
                    let hash = StateHash::of_record(&object.encode());
                    next.insert(object_ref, object.clone());
                    changes.insert(object_ref, Some((object, hash)));
                }
            }
            let anew = whole(&next);
            let ready = small.prepare(&changes, &compiled, &mut names);
            prop_assert_eq!(
                ready.is_ok(), anew.is_ok(),
                "{:?} against {:?} after {:?}", ready.as_ref().err(), anew.as_ref().err(), changes.keys()
            );
            let (Ok(ready), Ok((_, anew))) = (ready, anew) else { continue };
            let (next_compiled, updates) = ready.into_parts();
            small.apply(updates);
            (compiled, model) = (next_compiled, next);
            prop_assert_eq!(answers(&compiled), answers(&anew));
            prop_assert_eq!(compiled.route_count(), anew.route_count());
            for object in model.values() {
                let hash = StateHash::of_record(&object.encode());
                prop_assert_eq!(small.hash(object.object_ref()), Some(hash));
            }
            prop_assert_eq!(small.held.len(), model.len());
        }
    }
}
