//! `gatehouse demo` and `gatehouse up`: one command, one private Postgres, and nothing left behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use gatehouse_harness::callers::{Administrator, Anonymous, Portal};
use gatehouse_harness::command::run;
use gatehouse_harness::process::{Plan, Process};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{eventually, eventually_blocking, postgres_cache};
use gatehouse_os::pid_alive;

use crate::GATEHOUSE;

/// From the start of the finished build to the printed addresses, Postgres found on the machine or in the cache.
const PRINTED_WITHIN: Duration = Duration::from_secs(10);
/// How long an unoptimised build may take for that beside other tests: a database, a story of weeks and three roles.
const PREPARED: Duration = Duration::from_secs(120);

pub(crate) async fn start(verb: &str, data: &Path, name: &str) -> Process {
    start_with(verb, data, name, &postgres_cache().await)
}

fn start_with(verb: &str, data: &Path, name: &str, cache: &Path) -> Process {
    Process::start(Plan {
        name: format!("gatehouse {verb}"),
        program: GATEHOUSE.into(),
        args: [
            verb,
            "--ports",
            "auto",
            "--data-dir",
            data.to_str().unwrap(),
            "--cache-dir",
            cache.to_str().unwrap(),
        ]
        .map(str::to_owned)
        .into(),
        env: BTreeMap::new(),
        log: data.with_extension(format!("{name}.log")),
        announce: None,
        working_dir: data.parent().unwrap().to_owned(),
    })
}

/// Waits for a printed line that begins so, and gives the rest of it.
fn printed(process: &Process, label: &str, within: Duration) -> String {
    eventually_blocking(within, &format!("'{label}' is printed"), || {
        let log = process.log();
        let line = log
            .lines()
            .find_map(|line| line.strip_prefix(label))
            .map(|rest| rest.trim().to_owned());
        line.ok_or(log)
    })
}

/// The process ids of Postgres and of every child of the supervisor.
fn family(supervisor: u32, data: &Path) -> Vec<u32> {
    let pid_file = data.join("postgres/cluster/postmaster.pid");
    let postgres = std::fs::read_to_string(&pid_file)
        .unwrap_or_else(|error| panic!("{}: {error}", pid_file.display()));
    let mut pids: Vec<u32> = postgres
        .lines()
        .next()
        .and_then(|line| line.parse().ok())
        .into_iter()
        .collect();
    assert_eq!(pids.len(), 1, "{postgres}");
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let parent = stat
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if parent == Some(supervisor) {
            pids.extend(
                entry
                    .file_name()
                    .to_str()
                    .and_then(|pid| pid.parse::<u32>().ok()),
            );
        }
    }
    pids
}

async fn all_gone(pids: &[u32]) {
    eventually(
        PATIENCE,
        "everything ended with the supervisor",
        async || {
            let left: Vec<_> = pids.iter().filter(|pid| pid_alive(**pid)).collect();
            if left.is_empty() {
                Ok(())
            } else {
                Err(format!("{left:?} live"))
            }
        },
    )
    .await;
}

async fn paste(command: &str) -> String {
    let done = run(
        Path::new("/bin/sh"),
        &["-c", command],
        &[("no_proxy", "127.0.0.1")],
    )
    .await;
    done.assert_success().stdout.clone()
}

#[tokio::test]
async fn the_demo_prints_its_addresses_its_curl_works_and_kill_9_leaves_nothing_and_loses_nothing()
{
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let cache = postgres_cache().await;
    let began = Instant::now();
    let mut demo = start_with("demo", &data, "first", &cache);
    let command = printed(&demo, "Try ", PREPARED);
    let took = began.elapsed();
    assert!(
        cfg!(debug_assertions) || took < PRINTED_WITHIN,
        "printed after {took:?}"
    );
    let status = paste(&format!(
        "{command} --silent --output /dev/null --write-out '%{{http_code}}'"
    ))
    .await;
    assert_eq!(status, "200", "{command}");
    let url = command
        .split_whitespace()
        .find(|word| word.starts_with("http"))
        .unwrap()
        .to_owned();
    let anonymous = Anonymous::new(Portal::open(&printed_portal(&demo), ""));
    let refused = anonymous.get(&url).await;
    refused.assert_problem(401, "no_key");
    assert!(
        refused.json()["fix"]
            .as_str()
            .unwrap()
            .contains("X-API-Key"),
        "{refused}"
    );
    anonymous.portal.get("/").await.assert_status(200);

    let mut second = start("demo", &data, "second").await;
    assert!(second.ended(PATIENCE).success());
    assert_eq!(
        printed(&second, "Try ", PATIENCE),
        command,
        "a second start prints the running one's addresses"
    );

    let pids = family(demo.pid(), &data);
    assert!(
        pids.len() >= 5,
        "Postgres, three roles and the backend: {pids:?}"
    );
    demo.kill9();
    all_gone(&pids).await;
    let again = start("demo", &data, "third").await;
    let same_key = printed(&again, "Try ", PATIENCE);
    let status = paste(&format!(
        "{same_key} --silent --output /dev/null --write-out '%{{http_code}}'"
    ))
    .await;
    assert_eq!(status, "200");
    let key = |line: &str| line.split("gth_").nth(1).map(str::to_owned);
    assert_eq!(key(&same_key), key(&command), "the data has survived");
    // The printed publish of the next version says who calls what it breaks.
    let publish = printed(&again, "Publish ", PATIENCE);
    let publish = publish.replacen("gatehouse", GATEHOUSE, 1);
    let report = paste(&format!("cd {} && {publish}", folder.path().display())).await;
    for part in [
        "A new version",
        "operation-removed",
        "Applications that call what breaks:",
        "Storefront (team ",
    ] {
        assert!(report.contains(part), "no '{part}' in {report}");
    }
}

pub(crate) fn printed_portal(process: &Process) -> String {
    printed(process, "Portal ", PREPARED)
        .split_whitespace()
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_demo_s_control_plane_is_stopped_and_started_and_the_gateway_answers_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let of_demo = async |verb: &str| {
        let args = [
            "demo",
            verb,
            "control-plane",
            "--data-dir",
            data.to_str().unwrap(),
        ];
        run(Path::new(GATEHOUSE), &args, &[]).await
    };
    let early = of_demo("stop").await;
    early.assert_code(1);
    assert!(early.stderr.contains("no demo runs"), "{early:?}");

    let demo = start("demo", &data, "stopping").await;
    let curl = printed(&demo, "Try ", PREPARED);
    let ask = format!("{curl} --silent --output /dev/null --write-out '%{{http_code}}'");
    let portal = printed_portal(&demo);
    assert_eq!(paste(&ask).await, "200");
    let stopped = of_demo("stop").await;
    stopped.assert_success();
    assert!(stopped.stdout.is_empty(), "{stopped:?}");
    assert!(
        stopped
            .stderr
            .contains("gatehouse demo start control-plane"),
        "{stopped:?}"
    );
    let page = format!("curl --silent --output /dev/null {portal} || echo away");
    assert_eq!(paste(&page).await.trim(), "away");
    assert_eq!(paste(&ask).await, "200", "the gateway goes on");
    of_demo("start").await.assert_success();
    let ready = format!("curl --silent --output /dev/null --write-out '%{{http_code}}' {portal}");
    assert_eq!(paste(&ready).await, "200");
    assert_eq!(paste(&ask).await, "200");
}

#[tokio::test]
async fn the_demo_refuses_to_listen_where_others_reach_it() {
    let folder = tempfile::tempdir().unwrap();
    for address in ["0.0.0.0", "::", "192.0.2.1"] {
        let data = folder.path().join("demo");
        let refused = run(
            Path::new(GATEHOUSE),
            &[
                "demo",
                "--listen",
                address,
                "--data-dir",
                data.to_str().unwrap(),
            ],
            &[],
        )
        .await;
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains("loopback"), "{refused:?}");
        assert!(!data.exists(), "nothing was begun");
    }
}

#[tokio::test]
async fn up_greets_with_a_one_time_link_verbs_attach_and_sigterm_ends_everything_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("up");
    let mut up = start("up", &data, "first").await;
    let link = printed(
        &up,
        "First administrator (once, within 24 hours): ",
        PATIENCE,
    );
    let portal = printed_portal(&up);
    let token = link
        .strip_prefix(&format!("{portal}/setup/"))
        .unwrap_or_else(|| panic!("{link}"));
    let admin = Administrator::set_up(Portal::open(&portal, ""), token, "Acme").await;
    admin.portal.get("/console").await.assert_status(200);
    let stranger = Portal::open(&portal, "");
    let form = stranger
        .get(&link)
        .await
        .form("main form[action*='/setup/']");
    let form = form
        .set("name", "Eve")
        .set("email", "eve@evil.test")
        .set("password", "another quiet stone wall");
    let form = form.set("tenant_name", "Evil").set("tenant_slug", "evil");
    stranger
        .submit(form.press("Create administrator"))
        .await
        .assert_status(422)
        .assert_says("This link was used already");

    let mut second = start("up", &data, "second").await;
    assert!(second.ended(PATIENCE).success());
    assert_eq!(printed_portal(&second), portal);
    let data_dir = data.to_str().unwrap();
    // It joins once the admin API listens, which the greeting does not wait for.
    let list = ["gateway", "list", "--from-database", "--data-dir", data_dir];
    eventually(PATIENCE, "the gateway has joined", async || {
        let listed = run(Path::new(GATEHOUSE), &list, &[]).await;
        let joined = listed.assert_success().stdout.contains("gateway-1");
        joined.then_some(()).ok_or(listed.stdout)
    })
    .await;
    let verified = run(
        Path::new(GATEHOUSE),
        &["audit", "verify", "--data-dir", data_dir],
        &[],
    )
    .await;
    assert!(
        verified.assert_success().stdout.contains("acme  intact"),
        "{verified:?}"
    );

    let pids = family(up.pid(), &data);
    let status = up.terminate();
    assert!(status.success(), "{status}: {}", up.log());
    all_gone(&pids).await;
}
