//! The configuration a measured gateway loads: one API, one key, application and subscription for every caller.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::{BasePath, EnvironmentKind};
use gatehouse_domain::id::{
    ApiId, ApiVersionId, ApplicationId, CredentialId, EnvironmentId, GatewayGroupId, LimitId,
    NodeId, PlanId, ProductId, RouteId, SubscriptionId, TenantId, UpstreamId,
};
use gatehouse_domain::key::Key;
use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::subscription::StoredState;
use gatehouse_domain::{ApiVersionState, OperationKey};
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::object::{
    Application, Credential, CredentialLater, Environment, Limit, LoadBalancing, Moment, Object,
    Operation, Plan, PlanLater, Record, Route, RouteLater, Subscription, Target, Tenant, Upstream,
};
use gatehouse_snapshot::protocol::JoinReply;
use gatehouse_snapshot::sign::{Signer, credential_digest};
use gatehouse_snapshot::snapshot::Writer;
use gatehouse_snapshot::state_hash::StateHash;
use uuid::Uuid;

use crate::generator::Protocol;
use crate::keys::{Fate, KeyCounts, KeyRing};

/// Where the API lives.
pub(crate) const API_PATH: &str = "/bench/v1";
/// Where the first snapshot stands; an unusual number, so that it can be recognised.
pub(crate) const FIRST: Position = Position {
    generation: 1,
    seq: 7,
};
/// 2020-01-01, when everything in the scene was made.
const BIRTH_MS: u64 = 1_577_836_800_000;
const SIGNING_SEED: [u8; 32] = [0x5e; 32];
const GROUP_KEY: [u8; 32] = [0x6b; 32];

/// When everything in the scene was made.
pub(crate) const MADE_AT: Moment = Moment(BIRTH_MS.cast_signed());

/// A generation and a sequence number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Position {
    pub(crate) generation: u32,
    pub(crate) seq: u64,
}

/// What to build.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) counts: KeyCounts,
    /// Of every subscription but those that are over theirs.
    pub(crate) limits: Vec<LimitRule>,
    /// What clients speak to the plane.
    pub(crate) protocol: Protocol,
    pub(crate) upstream: SocketAddr,
}

/// What an ordinary subscription never comes near, with 100,000 callers.
pub(crate) const RATE: LimitRule = LimitRule::Rate {
    amount: 1_000,
    window_s: 1,
    burst: 1_000,
};

/// What the second call within an hour exceeds.
const TRICKLE: LimitRule = LimitRule::Rate {
    amount: 1,
    window_s: 3_600,
    burst: 1,
};

/// A made configuration.
pub(crate) struct Built {
    pub(crate) keys: KeyRing,
    pub(crate) snapshot: Vec<u8>,
    pub(crate) hash: StateHash,
}

/// Ids that look like those of the product: a time, then noise.
fn id(kind: u8, number: usize) -> Uuid {
    let noise = crate::dice::Dice::new((u64::from(kind) << 56) | number as u64).bytes::<10>();
    uuid::Builder::from_unix_timestamp_millis(BIRTH_MS + number as u64, &noise).into_uuid()
}

fn tenant() -> TenantId {
    id(1, 0).into()
}

fn environment() -> EnvironmentId {
    id(2, 0).into()
}

fn product() -> ProductId {
    id(9, 0).into()
}

fn plan(fate: Fate) -> PlanId {
    id(5, usize::from(fate == Fate::OverLimit)).into()
}

pub(crate) fn group() -> GatewayGroupId {
    id(10, 0).into()
}

pub(crate) fn signer() -> anyhow::Result<Signer> {
    Signer::from_seed(&SIGNING_SEED).context("making the signing key")
}

impl Scene {
    /// Nothing is asked of a plane but to forward.
    pub(crate) fn is_bare(&self) -> bool {
        self.limits.is_empty()
    }

    /// Makes keys and a snapshot that stands at a position.
    pub(crate) fn build(&self, position: Position) -> anyhow::Result<Built> {
        let signer = signer()?;
        let mut writer = Writer::default();
        let mut snapshot = writer.start();
        let mut push = |object: Object| {
            snapshot.extend(writer.push(object.encode()).unwrap_or_default());
        };
        self.small_objects().into_iter().for_each(&mut push);
        let mut credentials = Vec::with_capacity(self.counts.total());
        let keys = KeyRing::make(self.counts, |place, key| {
            credentials.push(credential(place, key, self.counts.fate(place)));
        });
        // Parents before children.
        let total = self.counts.total();
        (0..total).map(application).for_each(&mut push);
        (0..total)
            .map(|place| subscription(place, self.counts.fate(place)))
            .for_each(&mut push);
        credentials.into_iter().for_each(&mut push);
        let hash = writer.state_hash();
        let Position { generation, seq } = position;
        snapshot.extend(writer.finish(group(), generation, seq, MADE_AT, &signer));
        Ok(Built {
            keys,
            snapshot,
            hash,
        })
    }

    fn small_objects(&self) -> Vec<Object> {
        vec![
            Object::Tenant(Tenant {
                id: tenant(),
                slug: "bench".to_owned(),
                suspended: false,
                time_zone: "Europe/Berlin".to_owned(),
            }),
            Object::Environment(Environment {
                id: environment(),
                tenant: tenant(),
                kind: EnvironmentKind::Production,
                host: None,
                base_path: BasePath::parse("").unwrap_or_else(|| unreachable!("the root is one")),
            }),
            Object::Upstream(Upstream {
                id: UpstreamId::from(id(3, 0)),
                tenant: tenant(),
                name: "backend".to_owned(),
                load_balancing: LoadBalancing::RoundRobin,
                connect_timeout_ms: 5_000,
                response_timeout_ms: 30_000,
                idle_timeout_ms: 30_000,
                targets: vec![Target {
                    url: format!("http://{}", self.upstream),
                    weight: 1,
                }],
            }),
            Object::Route(route()),
            Object::Plan(plan_of(Fate::Good, &self.limits)),
            Object::Plan(plan_of(Fate::OverLimit, &[TRICKLE])),
        ]
    }
}

fn route() -> Route {
    let operation = |method: &str, template: &str| Operation {
        key: OperationKey::new(method, template),
        method: method.to_owned(),
        path_template: template.to_owned(),
    };
    Route {
        id: RouteId::from(id(4, 0)),
        tenant: tenant(),
        environment: environment(),
        api: ApiId::from(id(11, 0)),
        api_version: ApiVersionId::from(id(12, 0)),
        path: API_PATH.to_owned(),
        state: ApiVersionState::Published,
        products: vec![product()],
        upstream: Some(UpstreamId::from(id(3, 0))),
        config_max_age_s: None,
        operations: vec![
            operation("GET", "/items/{id}"),
            operation("GET", "/blob"),
            operation("POST", "/upload"),
            operation("GET", "/stream"),
        ],
        later: RouteLater::default(),
    }
}

fn plan_of(fate: Fate, rules: &[LimitRule]) -> Plan {
    let first = if fate == Fate::Good { 0 } else { 100 };
    let limits = rules.iter().enumerate().map(|(place, rule)| Limit {
        id: LimitId::from(id(13, first + place)),
        rule: (*rule).into(),
    });
    Plan {
        id: plan(fate),
        tenant: tenant(),
        name: format!("{fate:?}"),
        limits: limits.collect(),
        later: PlanLater::default(),
    }
}

fn application(place: usize) -> Object {
    Object::Application(Application {
        id: ApplicationId::from(id(6, place)),
        tenant: tenant(),
        suspended: false,
    })
}

fn subscription(place: usize, fate: Fate) -> Object {
    Object::Subscription(Subscription {
        id: SubscriptionId::from(id(7, place)),
        tenant: tenant(),
        application: ApplicationId::from(id(6, place)),
        product: product(),
        environment: environment(),
        plan: plan(fate),
        state: StoredState::Active,
        ended_reason: None,
        provider_hold: false,
        consumer_hold: false,
        starts_at: Some(MADE_AT),
        ends_at: None,
    })
}

fn credential(place: usize, key: &Key, fate: Fate) -> Object {
    Object::Credential(Credential {
        id: CredentialId::from(id(8, place)),
        tenant: tenant(),
        application: ApplicationId::from(id(6, place)),
        environment: environment(),
        key_id: key.id().as_u64(),
        digest: credential_digest(&GROUP_KEY, &key.secret_hash().0),
        state: match fate {
            Fate::Revoked => CredentialState::Revoked,
            Fate::Good | Fate::OverLimit => CredentialState::Active,
        },
        not_before: None,
        expires_at: None,
        retire_at: None,
        later: CredentialLater::default(),
    })
}

/// The credential of a key as the snapshot has it, or as it would be with another fate.
pub(crate) fn credential_record(
    keys: &KeyRing,
    place: usize,
    fate: Fate,
) -> anyhow::Result<Record> {
    let key = Key::parse(std::str::from_utf8(keys.text_at(place))?)?;
    Ok(credential(place, &key, fate).encode())
}

/// Fills a gateway's data folder: it starts from it with nobody else alive.
pub(crate) fn write_data_folder(folder: &Path, snapshot: &[u8]) -> anyhow::Result<()> {
    let reply = JoinReply {
        node: NodeId::from(id(14, 0)),
        group: group(),
        group_slug: "bench".to_owned(),
        group_key: hex(&GROUP_KEY),
        signing_keys: vec![hex(&signer()?.public().0)],
    };
    gatehouse_gateway::write_data_folder(folder, &reply, snapshot)
        .with_context(|| format!("writing {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_snapshot::Refused;
    use gatehouse_snapshot::snapshot::read;

    #[test]
    fn a_built_scene_is_a_snapshot_a_gateway_would_trust() {
        let scene = Scene {
            counts: KeyCounts {
                good: 40,
                revoked: 2,
                over_limit: 1,
            },
            limits: vec![RATE],
            protocol: Protocol::Plain,
            upstream: ([127, 0, 0, 1], 9).into(),
        };
        let built = scene.build(FIRST).unwrap();
        let mut revoked = 0;
        let trusted = [signer().unwrap().public()];
        let read = read(built.snapshot.as_slice(), group(), &trusted, |record| {
            if let Object::Credential(credential) = record.decode()? {
                revoked += usize::from(credential.state == CredentialState::Revoked);
            }
            Ok::<_, Refused>(())
        });
        assert_eq!((read.unwrap().manifest.objects, revoked), (6 + 3 * 43, 2));
        assert_eq!(built.snapshot, scene.build(FIRST).unwrap().snapshot);
    }
}
