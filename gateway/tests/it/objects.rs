//! A small but complete configuration, and keys that fit it.

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{
    ApiId, ApiVersionId, ApplicationId, CredentialId, EnvironmentId, GatewayGroupId, LimitId,
    PlanId, ProductId, RouteId, SubscriptionId, TenantId, UpstreamId,
};
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::subscription::StoredState;
use gatehouse_domain::{ApiVersionState, BasePath, OperationKey};
use gatehouse_snapshot::object::{
    Application, Credential, CredentialLater, Environment, Limit, LoadBalancing, Moment, Object,
    Operation, Plan, PlanLater, Route, RouteLater, Subscription, Target, Tenant, Upstream,
};
use gatehouse_snapshot::sign::credential_digest;
use uuid::Uuid;

pub(crate) const GROUP: GatewayGroupId = GatewayGroupId::from_uuid(Uuid::from_u128(0xf00));
pub(crate) const GROUP_KEY: [u8; 32] = [42; 32];

pub(crate) const TENANT: TenantId = TenantId::from_uuid(Uuid::from_u128(1));
pub(crate) const PRODUCTION: EnvironmentId = EnvironmentId::from_uuid(Uuid::from_u128(10));
pub(crate) const SANDBOX: EnvironmentId = EnvironmentId::from_uuid(Uuid::from_u128(11));
pub(crate) const UPSTREAM: UpstreamId = UpstreamId::from_uuid(Uuid::from_u128(20));
pub(crate) const PRODUCT: ProductId = ProductId::from_uuid(Uuid::from_u128(40));
pub(crate) const PLAN: PlanId = PlanId::from_uuid(Uuid::from_u128(50));
pub(crate) const APPLICATION: ApplicationId = ApplicationId::from_uuid(Uuid::from_u128(60));
pub(crate) const SUBSCRIPTION: SubscriptionId = SubscriptionId::from_uuid(Uuid::from_u128(70));
pub(crate) const CREDENTIAL: CredentialId = CredentialId::from_uuid(Uuid::from_u128(80));

/// A key made from a number, so that tests can make the same one again.
pub(crate) fn key(kind: EnvironmentKind, number: u64) -> Key {
    key_of(KeyKind::ApiKey(kind), number)
}

pub(crate) fn key_of(kind: KeyKind, number: u64) -> Key {
    let mut entropy = [7; Key::ENTROPY];
    entropy[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    entropy[8..16].copy_from_slice(&(number % 200).to_le_bytes().map(|byte| byte % 200));
    Key::generate(kind, &entropy).expect("enough entropy")
}

/// The good production key of [`configuration`].
pub(crate) fn good_key() -> String {
    key(EnvironmentKind::Production, 1).reveal().to_string()
}

pub(crate) fn tenant() -> Tenant {
    Tenant {
        id: TENANT,
        slug: "northwind".to_owned(),
        suspended: false,
        time_zone: "UTC".to_owned(),
    }
}

pub(crate) fn environment(kind: EnvironmentKind) -> Environment {
    let (id, base_path) = match kind {
        EnvironmentKind::Production => (PRODUCTION, ""),
        EnvironmentKind::Sandbox => (SANDBOX, "/sandbox"),
    };
    Environment {
        id,
        tenant: TENANT,
        kind,
        host: None,
        base_path: BasePath::parse(base_path).expect("a base path"),
    }
}

pub(crate) fn upstream(targets: &[&str]) -> Upstream {
    let target = |url: &&str| Target {
        url: (*url).to_owned(),
        weight: 1,
    };
    Upstream {
        id: UPSTREAM,
        tenant: TENANT,
        name: "petstore".to_owned(),
        load_balancing: LoadBalancing::RoundRobin,
        // As long as nobody waits on purpose: backends of tests are threads that may have to wait for a core.
        connect_timeout_ms: 20_000,
        response_timeout_ms: 20_000,
        idle_timeout_ms: 20_000,
        targets: targets.iter().map(target).collect(),
    }
}

/// `/petstore/v1` with a handful of operations.
pub(crate) fn route(environment: EnvironmentId, number: u128) -> Route {
    let operation = |method: &str, path: &str| Operation {
        key: OperationKey::new(method, path),
        method: method.to_owned(),
        path_template: path.to_owned(),
    };
    Route {
        id: RouteId::from_uuid(Uuid::from_u128(30 + number)),
        tenant: TENANT,
        environment,
        api: ApiId::from_uuid(Uuid::from_u128(31)),
        api_version: ApiVersionId::from_uuid(Uuid::from_u128(32)),
        path: "/petstore/v1".to_owned(),
        state: ApiVersionState::Published,
        products: vec![PRODUCT],
        upstream: Some(UPSTREAM),
        config_max_age_s: None,
        operations: vec![
            operation("GET", "/pets"),
            operation("POST", "/pets"),
            operation("GET", "/pets/{id}"),
            operation("PUT", "/pets/{id}"),
            operation("DELETE", "/pets/{id}"),
            operation("GET", "/admin"),
        ],
        later: RouteLater::default(),
    }
}

pub(crate) fn plan(rules: &[LimitRule]) -> Plan {
    let limits = rules.iter().enumerate().map(|(place, rule)| Limit {
        id: LimitId::from_uuid(Uuid::from_u128(500 + place as u128)),
        rule: (*rule).into(),
    });
    Plan {
        id: PLAN,
        tenant: TENANT,
        name: "Basic".to_owned(),
        limits: limits.collect(),
        later: PlanLater::default(),
    }
}

pub(crate) fn application() -> Application {
    Application {
        id: APPLICATION,
        tenant: TENANT,
        suspended: false,
    }
}

pub(crate) fn subscription(environment: EnvironmentId) -> Subscription {
    Subscription {
        id: SUBSCRIPTION,
        tenant: TENANT,
        application: APPLICATION,
        product: PRODUCT,
        environment,
        plan: PLAN,
        state: StoredState::Active,
        ended_reason: None,
        provider_hold: false,
        consumer_hold: false,
        starts_at: Some(Moment(0)),
        ends_at: None,
    }
}

pub(crate) fn credential(key: &Key, environment: EnvironmentId, number: u128) -> Credential {
    Credential {
        id: CredentialId::from_uuid(Uuid::from_u128(80 + number)),
        tenant: TENANT,
        application: APPLICATION,
        environment,
        key_id: key.id().as_u64(),
        digest: credential_digest(&GROUP_KEY, &key.secret_hash().0),
        state: CredentialState::Active,
        not_before: None,
        expires_at: None,
        retire_at: None,
        later: CredentialLater::default(),
    }
}

/// Everything one good call needs, and a sandbox beside it.
pub(crate) fn configuration(targets: &[&str]) -> Vec<Object> {
    let good = key(EnvironmentKind::Production, 1);
    vec![
        Object::Tenant(tenant()),
        Object::Environment(environment(EnvironmentKind::Production)),
        Object::Environment(environment(EnvironmentKind::Sandbox)),
        Object::Upstream(upstream(targets)),
        Object::Route(route(PRODUCTION, 0)),
        Object::Route(route(SANDBOX, 1)),
        Object::Plan(plan(&[])),
        Object::Application(application()),
        Object::Subscription(subscription(PRODUCTION)),
        Object::Credential(credential(&good, PRODUCTION, 0)),
    ]
}
