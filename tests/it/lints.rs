//! Every lint and ban of the workspace refuses its planted violation (tests/lint-fixtures).

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// `(line, lint)` for every marker in the planted file.
fn expected() -> BTreeSet<(u64, String)> {
    let text =
        std::fs::read_to_string(workspace().join("tests/lint-fixtures/src/planted.rs")).unwrap();
    text.lines()
        .zip(1..)
        .filter_map(|(line, number)| Some((number, line.split_once("//~ ")?.1.trim().to_owned())))
        .collect()
}

fn found(output: &[u8]) -> BTreeSet<(u64, String)> {
    String::from_utf8_lossy(output)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-message" && message["message"]["level"] == "error"
        })
        .filter_map(|message| {
            let lint = message["message"]["code"]["code"].as_str()?.to_owned();
            let span = message["message"]["spans"]
                .as_array()?
                .iter()
                .find(|span| span["is_primary"] == true)?;
            Some((span["line_start"].as_u64()?, lint))
        })
        .collect()
}

#[test]
fn each_planted_violation_is_refused_by_its_lint() {
    let cargo = env!("CARGO");
    if !Command::new(cargo)
        .args(["clippy", "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
    {
        gatehouse_harness::skipped("clippy is not installed (rustup component add clippy)");
        return;
    }
    let output = Command::new(cargo)
        .args([
            "clippy",
            "--quiet",
            "--package",
            "lint-fixtures",
            "--features",
            "planted",
            "--message-format",
            "json",
        ])
        .args(["--", "--warn", "dead_code"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(
        !output.status.success(),
        "the planted violations were accepted"
    );
    let (expected, found) = (expected(), found(&output.stdout));
    let missed: Vec<_> = expected.difference(&found).collect();
    assert!(
        missed.is_empty(),
        "not refused: {missed:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
