//! One case per rule.

use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::*;
use gatehouse_domain::{ApiVersionState, BasePath, OperationKey};
use uuid::Uuid;

use super::*;
use crate::object::{LoadBalancing, Operation, RouteLater, Target};

fn environment(number: u128, base_path: &str) -> Environment {
    Environment {
        id: EnvironmentId::from_uuid(Uuid::from_u128(number)),
        tenant: TenantId::from_uuid(Uuid::from_u128(number)),
        kind: EnvironmentKind::Production,
        host: None,
        base_path: BasePath::parse(base_path).unwrap(),
    }
}

fn upstream(number: u128, url: &str) -> Upstream {
    Upstream {
        id: UpstreamId::from_uuid(Uuid::from_u128(number)),
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        name: "orders".to_owned(),
        load_balancing: LoadBalancing::RoundRobin,
        connect_timeout_ms: 1,
        response_timeout_ms: 1,
        idle_timeout_ms: 1,
        targets: vec![Target {
            url: url.to_owned(),
            weight: 1,
        }],
    }
}

fn route(number: u128, environment: u128, path: &str) -> Route {
    let operation = |method: &str, template: &str| Operation {
        key: OperationKey::new(method, template),
        method: method.to_owned(),
        path_template: template.to_owned(),
    };
    Route {
        id: RouteId::from_uuid(Uuid::from_u128(number)),
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        environment: EnvironmentId::from_uuid(Uuid::from_u128(environment)),
        api: ApiId::from_uuid(Uuid::from_u128(1)),
        api_version: ApiVersionId::from_uuid(Uuid::from_u128(number)),
        path: path.to_owned(),
        state: ApiVersionState::Published,
        products: vec![],
        upstream: Some(UpstreamId::from_uuid(Uuid::from_u128(1))),
        config_max_age_s: None,
        operations: vec![operation("GET", "/pets/{id}"), operation("POST", "/pets")],
        later: RouteLater::default(),
    }
}

fn faults(objects: &[Object]) -> Vec<String> {
    check(objects)
        .into_iter()
        .map(|fault| fault.detail)
        .collect()
}

fn sound() -> Vec<Object> {
    vec![
        Object::Environment(environment(1, "/")),
        Object::Environment(environment(2, "/northwind")),
        Object::Upstream(upstream(1, "http://127.0.0.1:9000/base")),
        Object::Route(route(1, 1, "/petstore/v1")),
        Object::Route(route(2, 2, "/petstore/v1")),
    ]
}

#[test]
fn two_tenants_may_use_the_same_slug_under_their_own_base_paths() {
    assert_eq!(faults(&sound()), Vec::<String>::new());
}

#[test]
fn an_api_named_like_another_tenants_base_path_is_refused() {
    let mut objects = sound();
    objects.push(Object::Route(route(3, 1, "/northwind/v1")));
    assert_eq!(
        faults(&objects),
        ["'/northwind' belongs to another environment; rename the API"]
    );
}

#[test]
fn each_rule_names_its_fault() {
    let cases: [(Object, &str); 5] = [
        (
            Object::Environment(environment(9, "/northwind")),
            "already answers at '/northwind'",
        ),
        (
            Object::Route(route(9, 1, "/petstore/v1")),
            "another version already answers",
        ),
        (
            Object::Route(route(9, 8, "/x/v1")),
            "its environment is not part",
        ),
        (
            Object::Upstream(upstream(9, "ftp://x")),
            "use http or https",
        ),
        (
            Object::Upstream(Upstream {
                targets: vec![],
                ..upstream(9, "")
            }),
            "no target in use",
        ),
    ];
    for (extra, expected) in cases {
        let mut objects = sound();
        objects.push(extra);
        let found = faults(&objects);
        assert!(
            found.len() == 1 && found[0].contains(expected),
            "{found:?} lacks {expected}"
        );
    }
}

#[test]
fn operations_that_differ_only_in_parameter_names_conflict() {
    let mut conflicting = route(3, 1, "/shop/v1");
    conflicting.operations.push(Operation {
        key: OperationKey::new("GET", "/pets/{name}"),
        method: "GET".to_owned(),
        path_template: "/pets/{name}".to_owned(),
    });
    let mut objects = sound();
    objects.push(Object::Route(conflicting));
    assert_eq!(faults(&objects).len(), 1);
}

#[test]
fn target_addresses_with_a_user_a_query_or_no_host_are_refused() {
    for bad in [
        "",
        "x",
        "http://",
        "http://u:p@h",
        "http://h/?q",
        "http://h/#f",
        "file:///etc/passwd",
    ] {
        assert!(target_uri(bad).is_err(), "{bad}");
    }
    assert!(target_uri("https://api.example.com:8443/v1").is_ok());
}

mod policies;
