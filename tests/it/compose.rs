//! docker-compose.yml without a container engine: each service's command and environment as processes, in dependency order.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use gatehouse_harness::command::run;
use gatehouse_harness::compose::{Compose, Condition, Service};
use gatehouse_harness::process::{Plan, Process};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestDb, eventually, ports};

use crate::GATEHOUSE;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// What the image's programs listen on besides the ports that are published: the gateway's status pages.
const STATUS_PORT: &str = "8100";

/// The containers' world on this machine: every container port a loopback port, every volume a folder.
struct World {
    folder: tempfile::TempDir,
    database: TestDb,
    ports: BTreeMap<(String, String), SocketAddr>,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            database: TestDb::create_empty().await,
            ports: BTreeMap::new(),
        }
    }

    fn port(&mut self, service: &str, port: &str) -> SocketAddr {
        *self
            .ports
            .entry((service.to_owned(), port.to_owned()))
            .or_insert_with(ports::free)
    }

    fn volume(&self, name: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    /// Rewrites what only means something inside a container.
    fn translate(&mut self, compose: &Compose, service: &str, text: &str) -> String {
        if text.starts_with("postgres://") {
            return self.database.superuser_url();
        }
        let mut text = text.to_owned();
        for volume in &compose.services[service].volumes {
            let mut parts = volume.split(':');
            let (name, path) = (parts.next().unwrap(), parts.next().unwrap());
            text = text.replace(path, self.volume(name).to_str().unwrap());
        }
        for (host, ports) in published(compose) {
            for (outer, inner) in ports {
                let real = self.port(&host, &inner).to_string();
                text = text
                    .replace(&format!("{host}:{inner}"), &real)
                    .replace(&format!("localhost:{outer}"), &real);
            }
        }
        let own = compose.services[service]
            .ports
            .iter()
            .map(|port| port.rsplit(':').next().unwrap_or_default());
        for inner in own.chain([STATUS_PORT]) {
            let real = self.port(service, inner).to_string();
            text = text
                .replace(&format!("0.0.0.0:{inner}"), &real)
                .replace(&format!("127.0.0.1:{inner}"), &real);
        }
        text
    }

    fn environment(&mut self, compose: &Compose, name: &str) -> BTreeMap<String, String> {
        let written = compose.services[name].environment.clone();
        let mut env: BTreeMap<String, String> = written
            .into_iter()
            .filter_map(|(key, value)| Some((key, self.translate(compose, name, &value?))))
            .collect();
        // The Dockerfile sets it for every service.
        let data_dir = self.translate(compose, name, "/var/lib/gatehouse");
        env.entry("GATEHOUSE_DATA_DIR".to_owned())
            .or_insert(data_dir);
        if compose.services[name].command == ["gateway"] {
            let status = self.port(name, STATUS_PORT).to_string();
            env.insert("GATEHOUSE_GATEWAY__STATUS_LISTEN".to_owned(), status);
        }
        env
    }
}

/// The published ports of each service, outside and inside.
fn published(compose: &Compose) -> BTreeMap<String, Vec<(String, String)>> {
    let split = |port: &String| {
        let parts: Vec<_> = port.split(':').map(str::to_owned).collect();
        let [.., outer, inner] = parts.as_slice() else {
            panic!("{port}")
        };
        (outer.clone(), inner.clone())
    };
    let services = compose.services.iter();
    services
        .map(|(name, service)| (name.clone(), service.ports.iter().map(split).collect()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_services_of_the_compose_file_come_up_in_order_to_two_healthy_joined_gateways() {
    let compose = Compose::read(&Path::new(ROOT).join("docker-compose.yml"));
    let mut world = World::new().await;
    let mut running: BTreeMap<String, Process> = BTreeMap::new();
    let mut told = BTreeMap::new();
    for (name, service) in compose.in_order() {
        let known: BTreeSet<_> = ["build"].into();
        let unknown: Vec<_> = service
            .rest
            .keys()
            .filter(|key| !known.contains(key.as_str()))
            .collect();
        assert!(
            unknown.is_empty(),
            "{name} says what this test does not try: {unknown:?}"
        );
        if service.image.starts_with("postgres:") {
            continue; // The empty database of the test takes its place.
        }
        if !service.profiles.is_empty() {
            continue; // Not asked for.
        }
        for (needed, dependency) in &service.depends_on {
            holds(&compose, &mut world, needed, dependency.condition, &told).await;
        }
        if completes(&compose, name) {
            let env = world.environment(&compose, name);
            let args: Vec<_> = service
                .command
                .iter()
                .map(|arg| world.translate(&compose, name, arg))
                .collect();
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            let env: Vec<_> = env
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
                .collect();
            let done = run(Path::new(GATEHOUSE), &args, &env).await;
            told.insert(name.to_owned(), done.assert_success().stdout.clone());
        } else {
            running.insert(name.to_owned(), start(&compose, &mut world, name, service));
        }
    }
    for name in running.keys() {
        holds(&compose, &mut world, name, Condition::ServiceHealthy, &told).await;
    }
    let pids: BTreeSet<u32> = running.values().map(Process::pid).collect();
    assert_eq!(pids.len(), 4, "admin API, portal and two gateways");
    assert!(told["first-administrator"].contains("/setup/"), "{told:?}");
    both_gateways_are_joined(&mut world).await;
    for (name, process) in &mut running {
        assert!(process.terminate().success(), "{name}: {}", process.log());
    }
}

/// Whether others wait for the service to end, or nobody asks whether it is healthy.
fn completes(compose: &Compose, name: &str) -> bool {
    let waited_for = compose
        .services
        .values()
        .filter_map(|service| service.depends_on.get(name));
    let awaited = waited_for
        .map(|dependency| dependency.condition)
        .any(|one| one == Condition::ServiceCompletedSuccessfully);
    awaited || compose.services[name].healthcheck.is_none()
}

fn start(compose: &Compose, world: &mut World, name: &str, service: &Service) -> Process {
    Process::start(Plan {
        name: name.to_owned(),
        program: GATEHOUSE.into(),
        args: service.command.clone(),
        env: world.environment(compose, name),
        log: world.folder.path().join(format!("{name}.log")),
        announce: None,
        working_dir: world.folder.path().to_owned(),
    })
}

async fn holds(
    compose: &Compose,
    world: &mut World,
    needed: &str,
    condition: Condition,
    told: &BTreeMap<String, String>,
) {
    if compose.services[needed].image.starts_with("postgres:") {
        return;
    }
    match condition {
        Condition::ServiceStarted => {}
        Condition::ServiceCompletedSuccessfully => {
            assert!(told.contains_key(needed), "{needed} has not completed")
        }
        Condition::ServiceHealthy => {
            let check = compose.services[needed]
                .healthcheck
                .clone()
                .unwrap_or_else(|| panic!("{needed} has no check"));
            let [kind, program, rest @ ..] = check.test.as_slice() else {
                panic!("{check:?}")
            };
            assert_eq!((kind.as_str(), program.as_str()), ("CMD", "gatehouse"));
            let args: Vec<_> = rest
                .iter()
                .map(|arg| world.translate(compose, needed, arg))
                .collect();
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            let log = world.folder.path().join(format!("{needed}.log"));
            eventually(PATIENCE, &format!("{needed} is healthy"), async || {
                let asked = run(Path::new(GATEHOUSE), &args, &[]).await;
                let said = std::fs::read_to_string(&log).unwrap_or_default();
                if asked.code == Some(0) {
                    Ok(())
                } else {
                    Err(format!("{asked:?}\n{said}"))
                }
            })
            .await;
        }
    }
}

async fn both_gateways_are_joined(world: &mut World) {
    let mut joined = Vec::new();
    for name in ["gateway-1", "gateway-2"] {
        let status = world.port(name, STATUS_PORT);
        let url = format!("http://{status}/readyz");
        // Compose waits until they live; a moment later they are ready.
        let ready = eventually(PATIENCE, &format!("{name} is ready"), async || {
            let asked = run(Path::new(GATEHOUSE), &["health", &url], &[]).await;
            match asked.code {
                Some(0) => Ok(asked),
                _ => Err(format!("{asked:?}")),
            }
        })
        .await;
        let ready: serde_json::Value = serde_json::from_str(&ready.stdout).unwrap();
        assert_eq!(ready["status"], "ready", "{ready}");
        joined.push(ready["config"]["source"].clone());
    }
    assert_eq!(joined, ["control plane", "control plane"]);
}

#[test]
fn valkey_runs_when_it_is_asked_for_and_gateways_use_it_when_they_are_told_to() {
    let compose = Compose::read(&Path::new(ROOT).join("docker-compose.yml"));
    let valkey = &compose.services["valkey"];
    assert_eq!(valkey.profiles, ["valkey"]);
    assert!(valkey.image.starts_with("valkey/valkey:"));
    assert!(
        valkey.ports.is_empty(),
        "it is reached by the gateways alone"
    );
    for (name, service) in &compose.services {
        assert!(!service.depends_on.contains_key("valkey"), "{name}");
        let store = service.environment.get("GATEHOUSE_GATEWAY__SHARING__STORE");
        let passed_on = store.is_some_and(Option::is_none);
        assert_eq!(passed_on, service.command == ["gateway"], "{name}");
    }
}

#[test]
fn the_image_runs_as_nobody_in_particular_and_checks_its_health() {
    let dockerfile = std::fs::read_to_string(Path::new(ROOT).join("Dockerfile")).unwrap();
    let last = dockerfile.rsplit("\nFROM ").next().unwrap();
    let user = last
        .lines()
        .find_map(|line| line.strip_prefix("USER "))
        .expect("a user");
    assert!(user.parse::<u32>().is_ok_and(|id| id > 0), "{user}");
    assert!(last.contains("\nHEALTHCHECK "), "{last}");
    assert!(last.contains("\nENTRYPOINT [\"gatehouse\"]"), "{last}");
}
