//! Measurements at the size the gateway is built for: a million keys and subscriptions. Compiled for tests and with the
//! feature `measure` only; `examples/tables_at_scale.rs` is the command.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{ChangeId, GatewayGroupId};
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_domain::subscription::StoredState;
use gatehouse_domain::{ApiVersionState, BasePath, OperationKey};
use gatehouse_runtime::Clock;
use gatehouse_snapshot::delta::{Body, Header, SignedDelta};
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::object::{
    Application, Credential, Environment, Limit, LoadBalancing, Moment, Object, ObjectKind,
    ObjectRef, Operation, Plan, Route, Subscription, Target, Tenant, Upstream,
};
use gatehouse_snapshot::protocol::JoinReply;
use gatehouse_snapshot::sign::{Signer, credential_digest};
use gatehouse_snapshot::snapshot::Writer;
use gatehouse_snapshot::state_hash::StateHash;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::call::{Now, Subject};
use crate::live_config::Sharing;
use crate::live_config::apply::{Running, Trust};
use crate::live_config::disk::Disk;
use crate::policies::api_key::{Authentication, GroupKey, authenticate};
use crate::policies::subscription::authorise;
use crate::policies::{Standing, admit};
use crate::request::{Field, Fields};
use crate::tables::{OperationMatch, TableSet, Tables};
use crate::usage::ledger::QuotaLedger;

const GROUP: GatewayGroupId = GatewayGroupId::from_uuid(Uuid::from_u128(0xf00));
const GROUP_KEY: [u8; 32] = [42; 32];
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

    fn path_of(&self, key: u64) -> String {
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
fn key(number: u64) -> Key {
    let mut entropy = [7; Key::ENTROPY];
    for (place, part) in entropy.chunks_mut(4).enumerate() {
        let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 + 2 * place as u64);
        part.copy_from_slice(&((mixed >> 32) as u32).to_le_bytes());
    }
    // Bytes that the alphabet cannot take without a bias are passed over.
    let kind = KeyKind::ApiKey(EnvironmentKind::Production);
    Key::generate(kind, &entropy.map(|byte| byte % 240)).unwrap_or_else(|| unreachable!())
}

fn credential(scale: &Scale, number: u64, state: CredentialState) -> Credential {
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

fn route(scale: &Scale, number: u64, operations: u64) -> Route {
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
    }
}

fn environment(scale: &Scale, number: u64) -> Environment {
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

fn plan(number: u64, burst: u32) -> Plan {
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
    }
}

fn tenant(number: u64) -> Tenant {
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

fn signer() -> Signer {
    Signer::from_seed(&SEED).unwrap_or_else(|| unreachable!())
}

/// What was measured of a configuration that runs.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// From the file to tables that serve.
    pub load: Duration,
    /// Finding environment, route and operation of an address, nanoseconds.
    pub route_ns: u64,
    /// One revocation from its bytes to being enforced: median, and slowest of 200.
    pub revoke: [Duration; 2],
    /// One changed API, plan and environment, and one tenant more; median of 20 each.
    pub small_changes: [Duration; 4],
}

/// A configuration loaded through the road of a real start.
pub struct Loaded {
    scale: Scale,
    running: Running,
    tables: Arc<Tables>,
    trust: Trust,
    load: Duration,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Loaded")
    }
}

impl Loaded {
    /// Loads what [`write_folder`] wrote.
    pub fn from_folder(folder: &Path, scale: Scale) -> io::Result<Self> {
        let trust = Trust {
            group: GROUP,
            keys: vec![signer().public()],
        };
        let began = Instant::now();
        let mut disk = Disk::open(folder)?;
        let found = disk.load(&trust)?;
        let alarm = found.alarm.unwrap_or_default();
        let running = found.running.ok_or_else(|| io::Error::other(alarm))?;
        let tables = Arc::new(Tables::default());
        running.publish(&tables, None);
        Ok(Self {
            scale,
            running,
            tables,
            trust,
            load: began.elapsed(),
        })
    }

    fn current(&self) -> Arc<TableSet> {
        self.tables.current().unwrap_or_else(|| unreachable!())
    }

    /// Look-ups and changes, one after another.
    pub fn measure(&mut self) -> Figures {
        Figures {
            load: self.load,
            route_ns: self.routing(),
            revoke: self.revoking(),
            small_changes: [
                self.changing(|scale, number| {
                    vec![Object::Route(route(
                        scale,
                        number * 97 % scale.routes,
                        scale.operations + 1,
                    ))]
                }),
                self.changing(|scale, number| {
                    vec![Object::Plan(plan(number * 97 % scale.tenants, 999))]
                }),
                self.changing(|scale, number| {
                    let mut changed = environment(scale, number * 97 % scale.tenants);
                    changed.host = Some("api.example.com".to_owned());
                    vec![Object::Environment(changed)]
                }),
                self.changing(|scale, number| vec![Object::Tenant(tenant(scale.tenants + number))]),
            ],
        }
    }

    fn routing(&self) -> u64 {
        const LOOKUPS: u64 = 200_000;
        let set = self.current();
        let paths: Vec<String> = (0..LOOKUPS)
            .map(|number| self.scale.path_of(number * 7_919 % self.scale.keys))
            .collect();
        let began = Instant::now();
        let mut found = 0;
        for path in &paths {
            let route = set
                .compiled
                .environment("api.example.com", path)
                .and_then(|(environment, below)| set.compiled.route(environment, below));
            let operation = route.map(|(route, rest)| route.operation(&http::Method::GET, rest));
            found += u64::from(matches!(operation, Some(OperationMatch::Found(_))));
        }
        assert_eq!(found, LOOKUPS, "every address leads to an operation");
        per(began.elapsed(), LOOKUPS)
    }

    /// Judges every key once, from its digest to the count of both of its limits; returns nanoseconds for one. `folder` keeps
    /// what quotas have used.
    pub fn judge_every_key(&self, folder: &Path, clock: &Clock) -> io::Result<u64> {
        let set = self.current();
        let spool = folder.join("usage");
        fs::create_dir_all(&spool)?;
        let ledger = QuotaLedger::open(folder.join("quotas.log"), &spool)?;
        let sharing = Sharing::open(folder.join("live_nodes"));
        let group_key = GroupKey::new(GROUP_KEY);
        let now = Now::of(clock);
        let mut standing = Standing::default();
        let mut spent = Duration::ZERO;
        for number in 0..self.scale.keys {
            let number = number * 7_919 % self.scale.keys;
            let (key, path) = (key(number).reveal(), self.scale.path_of(number));
            let place = set.compiled.environment("h", &path);
            let (environment, below) = place.unwrap_or_else(|| unreachable!());
            let (route, _) = set
                .compiled
                .route(environment, below)
                .unwrap_or_else(|| unreachable!());
            let field = [Field {
                name: "x-api-key",
                value: key.as_bytes(),
            }];
            let began = Instant::now();
            let fields = Fields::new(&field);
            let known = authenticate(fields, None, environment, &set, Some(&group_key), now);
            let Authentication::Identified(consumer) = known else {
                unreachable!("every key is good")
            };
            let subject = Subject {
                environment,
                route,
                portal: None,
            };
            let calendar = &environment.tenant.calendar;
            let counters = &set.counters;
            let admitted = authorise(&subject, consumer, &set, now, &mut None).and_then(|permit| {
                admit(
                    &permit,
                    calendar,
                    now,
                    &sharing,
                    counters,
                    &ledger,
                    &mut standing,
                )
            });
            spent += began.elapsed();
            let refused = admitted.err().map(|refusal| refusal.problem.kind());
            assert_eq!(refused, None, "every key is let through");
        }
        Ok(per(spent, self.scale.keys))
    }

    fn revoking(&mut self) -> [Duration; 2] {
        let mut times: Vec<Duration> = (0..200)
            .map(|number| {
                let number = number * 7_919 % self.scale.keys;
                let revoked = credential(&self.scale, number, CredentialState::Revoked);
                let key_id = revoked.key_id;
                let time = self.put(&[Object::Credential(revoked)]);
                let now = self.current().credentials.by_key_id(key_id);
                assert_eq!(now.map(|found| found.state), Some(CredentialState::Revoked));
                time
            })
            .collect();
        times.sort_unstable();
        [times[100], times[199]]
    }

    fn changing(&mut self, change: impl Fn(&Scale, u64) -> Vec<Object>) -> Duration {
        let scale = self.scale;
        let mut times: Vec<Duration> = (0..20)
            .map(|number| self.put(&change(&scale, number)))
            .collect();
        times.sort_unstable();
        times[10]
    }

    /// Publishes a change; returns the time from its bytes to being in force.
    fn put(&mut self, objects: &[Object]) -> Duration {
        let records: Vec<_> = objects.iter().map(Object::encode).collect();
        let mut new_hash = self.running.state_hash;
        for record in &records {
            if let Some(old) = self.running.hash(record.object) {
                new_hash.subtract(old);
            }
            new_hash.add(StateHash::of_record(record));
        }
        let header = Header {
            format: gatehouse_snapshot::FORMAT,
            group: GROUP,
            generation: 1,
            prev_seq: self.running.seq,
            seq: self.running.seq + 1,
            prev_hash: self.running.state_hash,
            new_hash,
            body_sha256: [0; 32],
            change: ChangeId::from_uuid(Uuid::nil()),
            at: Moment(0),
        };
        let body = Body::ordered(Vec::<ObjectRef>::new(), Vec::new(), records);
        let bytes = SignedDelta::new(header, body.encode(), &signer()).encode();
        let began = Instant::now();
        let prepared = SignedDelta::decode(&bytes)
            .map_err(Into::into)
            .and_then(|delta| self.running.prepare(&delta, &self.trust));
        match prepared {
            Ok(prepared) => self.running.apply(prepared),
            Err(error) => unreachable!("a change of ours is refused: {error}"),
        }
        self.running.publish(&self.tables, None);
        began.elapsed()
    }
}

fn per(time: Duration, count: u64) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX) / count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reduced form of `examples/tables_at_scale.rs`, with bounds that an unoptimised build holds.
    #[test]
    fn a_tenth_of_a_million_keys_loads_and_changes_quickly() {
        let scale = Scale {
            keys: 100_000,
            applications: 100_000,
            tenants: 1_000,
            routes: 5_000,
            operations: 4,
        };
        let folder = tempfile::tempdir().unwrap();
        let bytes = write_folder(folder.path(), scale).unwrap();
        let mut loaded = Loaded::from_folder(folder.path(), scale).unwrap();
        let figures = loaded.measure();
        println!("{bytes} bytes, {figures:?}");
        assert!(figures.load < Duration::from_secs(20), "{figures:?}");
        assert!(figures.route_ns < 50_000, "{figures:?}");
        assert!(figures.revoke[0] < Duration::from_millis(10), "{figures:?}");
        let small = figures.small_changes;
        assert!(
            small.iter().all(|time| *time < Duration::from_millis(50)),
            "{figures:?}"
        );
        let few = Scale {
            keys: 1_000,
            ..scale
        };
        let folder = tempfile::tempdir().unwrap();
        write_folder(folder.path(), few).unwrap();
        let loaded = Loaded::from_folder(folder.path(), few).unwrap();
        loaded
            .judge_every_key(folder.path(), &Clock::system())
            .unwrap();
    }
}
