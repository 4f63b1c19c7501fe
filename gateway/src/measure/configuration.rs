//! A configuration of any size, made from numbers so that it can be made again.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::GatewayGroupId;
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_domain::subscription::StoredState;
use gatehouse_domain::{ApiVersionState, BasePath, OperationKey};
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::object::{
    Application, Credential, CredentialLater, Environment, Limit, LoadBalancing, Moment, Object,
    ObjectKind, Operation, Plan, PlanLater, Route, RouteLater, Subscription, Target, Tenant,
    Upstream,
};
use gatehouse_snapshot::protocol::JoinReply;
use gatehouse_snapshot::sign::{Signer, credential_digest};
use gatehouse_snapshot::snapshot::Writer;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(super) const GROUP: GatewayGroupId = GatewayGroupId::from_uuid(Uuid::from_u128(0xf00));
pub(super) const GROUP_KEY: [u8; 32] = [42; 32];
const SEED: [u8; 32] = [9; 32];

/// How large a configuration is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Keys, each with a subscription of its own.
    pub keys: u64,
    /// Applications, not more than keys.
    pub applications: u64,
    /// Each with two environments, a plan and an upstream.
    pub tenants: u64,
    /// API versions in an environment, spread over the tenants.
    pub routes: u64,
    /// Operations of each route.
    pub operations: u64,
}

impl Scale {
    fn tenant_of(&self, key: u64) -> u64 {
        key % self.tenants
    }

    /// The routes of a tenant are `tenant`, `tenant + tenants` and so on.
    fn route_of(&self, key: u64) -> u64 {
        let tenant = self.tenant_of(key);
        let routes = (self.routes - tenant).div_ceil(self.tenants).max(1);
        tenant + key / self.tenants % routes * self.tenants
    }

    pub(super) fn path_of(&self, key: u64) -> String {
        let (tenant, route) = (self.tenant_of(key), self.route_of(key));
        format!("/t{tenant}/api-{route}/v1/things/{key}")
    }
}

/// Ids ascend with their number, as those of a database do, and are otherwise random.
fn id(kind: ObjectKind, number: u64) -> Uuid {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (kind as u64);
    Uuid::from_u128(u128::from(0x0190_0000_0000_0000 + number) << 64 | u128::from(mixed))
}

/// A key made from a number, so that the same one can be made again.
pub(super) fn key(number: u64) -> Key {
    let mut entropy = [7; Key::ENTROPY];
    for (place, part) in entropy.chunks_mut(4).enumerate() {
        let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 + 2 * place as u64);
        part.copy_from_slice(&((mixed >> 32) as u32).to_le_bytes());
    }
    // Bytes that the alphabet cannot take without a bias are passed over.
    let kind = KeyKind::ApiKey(EnvironmentKind::Production);
    Key::generate(kind, &entropy.map(|byte| byte % 240)).unwrap_or_else(|| unreachable!())
}

pub(super) fn credential(scale: &Scale, number: u64, state: CredentialState) -> Credential {
    let key = key(number);
    Credential {
        id: id(ObjectKind::Credential, number).into(),
        tenant: id(ObjectKind::Tenant, scale.tenant_of(number)).into(),
        application: id(ObjectKind::Application, number % scale.applications).into(),
        environment: id(ObjectKind::Environment, scale.tenant_of(number)).into(),
        key_id: key.id().as_u64(),
        digest: credential_digest(&GROUP_KEY, &key.secret_hash().0),
        state,
        not_before: None,
        expires_at: None,
        retire_at: None,
        later: CredentialLater::default(),
    }
}

fn subscription(scale: &Scale, number: u64) -> Subscription {
    Subscription {
        id: id(ObjectKind::Subscription, number).into(),
        tenant: id(ObjectKind::Tenant, scale.tenant_of(number)).into(),
        application: id(ObjectKind::Application, number % scale.applications).into(),
        product: id(ObjectKind::Route, scale.route_of(number)).into(),
        environment: id(ObjectKind::Environment, scale.tenant_of(number)).into(),
        plan: id(ObjectKind::Plan, scale.tenant_of(number)).into(),
        state: StoredState::Active,
        ended_reason: None,
        provider_hold: false,
        consumer_hold: false,
        starts_at: Some(Moment(1_700_000_000_000)),
        ends_at: None,
    }
}

pub(super) fn route(scale: &Scale, number: u64, operations: u64) -> Route {
    let tenant = number % scale.tenants;
    let operation = |place: u64| {
        let path = match place % 4 {
            0 => format!(
                "/things{}/{{id}}",
                if place == 0 {
                    String::new()
                } else {
                    place.to_string()
                }
            ),
            1 => format!("/things/{{id}}/parts-{place}"),
            2 => format!("/reports-{place}"),
            _ => format!("/things/{{id}}/parts-{place}/{{part}}"),
        };
        Operation {
            key: OperationKey::new("GET", &path),
            method: "GET".to_owned(),
            path_template: path,
        }
    };
    Route {
        id: id(ObjectKind::Route, number).into(),
        tenant: id(ObjectKind::Tenant, tenant).into(),
        environment: id(ObjectKind::Environment, tenant).into(),
        api: id(ObjectKind::Route, number).into(),
        api_version: id(ObjectKind::Route, number).into(),
        path: format!("/api-{number}/v1"),
        state: ApiVersionState::Published,
        products: vec![id(ObjectKind::Route, number).into()],
        upstream: Some(id(ObjectKind::Upstream, tenant).into()),
        config_max_age_s: None,
        operations: (0..operations).map(operation).collect(),
        later: RouteLater::default(),
    }
}

pub(super) fn environment(scale: &Scale, number: u64) -> Environment {
    let tenant = number % scale.tenants;
    let (kind, path) = match number < scale.tenants {
        true => (EnvironmentKind::Production, format!("/t{tenant}")),
        false => (EnvironmentKind::Sandbox, format!("/t{tenant}/sandbox")),
    };
    Environment {
        id: id(ObjectKind::Environment, number).into(),
        tenant: id(ObjectKind::Tenant, tenant).into(),
        kind,
        host: None,
        base_path: BasePath::parse(&path).unwrap_or_else(|| unreachable!()),
    }
}

fn upstream(number: u64) -> Upstream {
    Upstream {
        id: id(ObjectKind::Upstream, number).into(),
        tenant: id(ObjectKind::Tenant, number).into(),
        name: format!("backend-{number}"),
        load_balancing: LoadBalancing::RoundRobin,
        connect_timeout_ms: 1_000,
        response_timeout_ms: 30_000,
        idle_timeout_ms: 30_000,
        targets: vec![Target {
            url: format!("http://backend-{number}.internal:8080"),
            weight: 1,
        }],
    }
}

pub(super) fn plan(number: u64, burst: u32) -> Plan {
    let rate = LimitRule::Rate {
        amount: 1_000,
        window_s: 1,
        burst,
    };
    let quota = LimitRule::Quota {
        amount: 1_000_000,
        period: QuotaPeriod::Month,
    };
    let limits = [rate, quota].into_iter().enumerate();
    Plan {
        id: id(ObjectKind::Plan, number).into(),
        tenant: id(ObjectKind::Tenant, number).into(),
        name: "standard".to_owned(),
        limits: limits
            .map(|(place, rule)| Limit {
                id: Uuid::from_u128(u128::from(number) * 2 + place as u128).into(),
                rule: rule.into(),
            })
            .collect(),
        later: PlanLater::default(),
    }
}

pub(super) fn tenant(number: u64) -> Tenant {
    Tenant {
        id: id(ObjectKind::Tenant, number).into(),
        slug: format!("tenant-{number}"),
        suspended: false,
        time_zone: "Europe/Berlin".to_owned(),
    }
}

/// Every object in the order of a snapshot.
fn objects(scale: Scale) -> impl Iterator<Item = Object> {
    let tenants = (0..scale.tenants).map(|number| Object::Tenant(tenant(number)));
    let environments =
        (0..2 * scale.tenants).map(move |number| Object::Environment(environment(&scale, number)));
    let upstreams = (0..scale.tenants).map(|number| Object::Upstream(upstream(number)));
    let routes =
        (0..scale.routes).map(move |number| Object::Route(route(&scale, number, scale.operations)));
    let plans = (0..scale.tenants).map(|number| Object::Plan(plan(number, 1_000)));
    let applications = (0..scale.applications).map(move |number| {
        Object::Application(Application {
            id: id(ObjectKind::Application, number).into(),
            tenant: id(ObjectKind::Tenant, scale.tenant_of(number)).into(),
            suspended: false,
        })
    });
    let subscriptions =
        (0..scale.keys).map(move |number| Object::Subscription(subscription(&scale, number)));
    let credentials = (0..scale.keys)
        .map(move |number| Object::Credential(credential(&scale, number, CredentialState::Active)));
    tenants
        .chain(environments)
        .chain(upstreams)
        .chain(routes)
        .chain(plans)
        .chain(applications)
        .chain(subscriptions)
        .chain(credentials)
}

/// Writes what a gateway of this size finds at its start: an identity and one snapshot. Returns the snapshot's bytes.
pub fn write_folder(folder: &Path, scale: Scale) -> io::Result<u64> {
    let signer = signer();
    let config = folder.join("config");
    fs::create_dir_all(&config)?;
    let aside = config.join("incoming.part");
    let mut file = BufWriter::new(File::create(&aside)?);
    let mut digest = Sha256::new();
    let mut length = 0;
    let mut put = |bytes: &[u8]| {
        digest.update(bytes);
        length += bytes.len() as u64;
        file.write_all(bytes)
    };
    let mut writer = Writer::default();
    put(&writer.start())?;
    for object in objects(scale) {
        if let Some(frame) = writer.push(object.encode()) {
            put(&frame)?;
        }
    }
    put(&writer.finish(GROUP, 1, 1, Moment(0), &signer))?;
    file.into_inner()?.sync_all()?;
    let name = format!("snapshot-1-1-{}.bin", hex(&digest.finalize()));
    fs::rename(aside, config.join(name))?;
    let identity = JoinReply {
        node: Uuid::from_u128(1).into(),
        group: GROUP,
        group_slug: "default".to_owned(),
        group_key: hex(&GROUP_KEY),
        signing_keys: vec![hex(&signer.public().0)],
    };
    fs::write(folder.join("identity.json"), serde_json::to_vec(&identity)?)?;
    Ok(length)
}

pub(super) fn signer() -> Signer {
    Signer::from_seed(&SEED).unwrap_or_else(|| unreachable!())
}
