//! Requests that schemathesis generates from the served document: no answer is a server error, none breaks the document, and what
//! breaks it is not accepted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gatehouse_domain::Role;
use gatehouse_harness::isolation::IsolationWalk;
use gatehouse_harness::skipped;
use serde_json::Value;

use crate::isolation::walk;
use crate::served::Served;

/// `python3 -m venv target/schemathesis && target/schemathesis/bin/pip install schemathesis==4.32.5`
const PROGRAM: &str = concat!(
    env!("CARGO_TARGET_TMPDIR"),
    "/../schemathesis/bin/schemathesis"
);
/// How many cases are generated at least; the large run is `GATEHOUSE_GENERATED_CASES=20000`.
const CASES: &str = "GATEHOUSE_GENERATED_CASES";
const CASES_USUAL: u64 = 1_500;
/// A run that takes longer has hung.
const RUN_MAX: Duration = Duration::from_secs(30 * 60);

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
    response_schema_conformance,negative_data_rejection,unsupported_method,allow_header_conformance";
/// Statuses that refuse: those of the program's defaults, and what comes before a body is looked at.
const REFUSED: &str = "[400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428, 429, 431]";

/// What the path parameters of a round are.
#[derive(Debug, Clone, Copy)]
enum Ids {
    /// Things that exist; writes are only tried, so that they go on existing.
    Tried,
    /// Things that exist, until the round has changed them.
    Real,
    /// Whatever is generated.
    Generated,
}

/// One run of the program.
struct Round {
    ids: Ids,
    seed: u64,
    /// Only the random cases: the enumerated ones are the same for every seed.
    random_only: bool,
    /// Random cases for one operation.
    examples: u64,
}

fn configuration(walk: &IsolationWalk, ids: Ids) -> String {
    let mut text = String::new();
    if !matches!(ids, Ids::Generated) {
        text.push_str("[parameters]\n");
        // A number stays generated: in place of one that is meant to break the document, a right one would not break it.
        let named = |names: &&Vec<String>| names[0].parse::<u64>().is_err();
        for (name, names) in walk.own.iter().filter(|(_, names)| named(names)) {
            text.push_str(&format!("\"path.{name}\" = \"{}\"\n", names[0]));
        }
        if matches!(ids, Ids::Tried) {
            text.push_str("\"query.dry_run\" = true\n");
        }
    }
    text.push_str(&format!(
        "\n[checks.negative_data_rejection]\nexpected-statuses = {REFUSED}\n"
    ));
    text
}

/// Runs the program once and answers what it reports.
async fn run(walk: &IsolationWalk, token: &str, folder: &Path, round: &Round) -> Value {
    let file = folder.join("schemathesis.toml");
    std::fs::write(&file, configuration(walk, round.ids)).unwrap();
    let report = folder.join("report.json");
    let (seed, examples) = (round.seed.to_string(), round.examples.to_string());
    let mut command = tokio::process::Command::new(PROGRAM);
    command.arg("--config-file").arg(&file).arg("run");
    command.arg(format!("{}/v1/openapi.json", walk.base));
    let header = format!("Authorization: Bearer {token}");
    command.args(["--url", &walk.base, "--header", &header]);
    let phases = if round.random_only {
        "fuzzing"
    } else {
        "coverage,fuzzing"
    };
    command.args(["--phases", phases]);
    command.args(["--seed", &seed, "--max-examples", &examples]);
    command.args(["--checks", CHECKS, "--continue-on-failure", "--no-shrink"]);
    command.args(["--request-timeout", "30", "--report", "json"]);
    command.arg("--report-json-path").arg(&report);
    let ended = command.current_dir(folder).kill_on_drop(true).output();
    let ended = tokio::time::timeout(RUN_MAX, ended).await;
    let ended = ended.expect("it ends").expect("it starts");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let text = std::fs::read_to_string(&report).unwrap_or_else(|error| panic!("{error}: {said}"));
    std::fs::remove_file(&report).unwrap();
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        report["exit_code"], 0,
        "{:?} seed {seed}:\n{said}",
        round.ids
    );
    let tested = &report["operations"];
    assert_eq!(tested["tested"], tested["total"], "{said}");
    report
}

#[expect(
    clippy::disallowed_methods,
    reason = "how much a test does is no setting of the product"
)]
fn wanted() -> u64 {
    std::env::var(CASES).map_or(CASES_USUAL, |text| text.parse().expect("a number of cases"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_generated_request_makes_a_server_error_or_an_answer_that_breaks_the_document() {
    if !PathBuf::from(PROGRAM).exists() {
        skipped("schemathesis is not under target/schemathesis; generated requests were not tried");
        return;
    }
    let wanted = wanted();
    let (mut generated, mut seed) = (0, 0);
    while generated < wanted {
        for ids in [Ids::Tried, Ids::Real, Ids::Generated] {
            // A scene of its own: what a round has deleted, the next one finds again.
            let served = Served::start().await;
            let walk = walk(&served).await;
            let (_, token) = served.colleague(&served.northwind, "machine").await;
            served
                .member(&served.northwind, "keeper", Role::Owner)
                .await;
            let folder = tempfile::tempdir().unwrap();
            let usual = wanted <= CASES_USUAL;
            let round = Round {
                ids,
                seed,
                random_only: usual || seed > 0,
                examples: if usual { 3 } else { 10 },
            };
            let report = run(&walk, &token, folder.path(), &round).await;
            generated += report["test_cases"]["generated"].as_u64().unwrap();
            let mut log = std::io::stderr().lock();
            let _ = std::io::Write::write_fmt(
                &mut log,
                format_args!("{generated} cases, the last {ids:?} with seed {seed}\n"),
            );
        }
        seed += 1;
    }
}
