//! Who may import whom, and where the dangerous things may live. ARCHITECTURE.md explains; this holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn workspace() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .canonicalize()
        .unwrap()
}

fn packages() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(workspace())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let normal = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|dependency| dependency["kind"].is_null());
            let names = normal
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

/// Every import between our crates that is allowed. A crate that is not listed may import none.
const ALLOWED: &[(&str, &[&str])] = &[
    ("gatehouse-domain", &[]),
    ("gatehouse-problem", &[]),
    ("gatehouse-os", &[]),
    ("gatehouse-language", &["domain"]),
    ("gatehouse-snapshot", &["domain"]),
    ("gatehouse-spec", &["domain", "language"]),
    ("gatehouse-runtime", &["domain", "os"]),
    ("gatehouse-private-postgres", &["os", "runtime"]),
    (
        "gatehouse-control-plane",
        &["domain", "language", "runtime", "snapshot", "spec"],
    ),
    (
        "gatehouse-web",
        &["control-plane", "domain", "problem", "runtime", "spec"],
    ),
    (
        "gatehouse-gateway",
        &["domain", "os", "problem", "runtime", "snapshot"],
    ),
    (
        "gatehouse-admin-api",
        &[
            "control-plane",
            "domain",
            "problem",
            "runtime",
            "snapshot",
            "spec",
            "web",
        ],
    ),
    (
        "gatehouse-portal",
        &[
            "control-plane",
            "domain",
            "language",
            "problem",
            "runtime",
            "spec",
            "web",
        ],
    ),
    ("xtask", &["private-postgres"]),
];

/// These see everything: the executable joins the roles, the harness tests them, the bench measures them.
const UNRESTRICTED: &[&str] = &["gatehouse", "gatehouse-bench", "gatehouse-harness"];

#[test]
fn crates_import_only_what_the_map_allows() {
    let mut faults = Vec::new();
    for (name, dependencies) in packages() {
        if UNRESTRICTED.contains(&name.as_str()) {
            continue;
        }
        let allowed = ALLOWED
            .iter()
            .find(|(listed, _)| *listed == name)
            .map_or(&[][..], |(_, allowed)| allowed);
        for dependency in dependencies
            .iter()
            .filter_map(|dependency| dependency.strip_prefix("gatehouse-"))
        {
            if !allowed.contains(&dependency) {
                faults.push(format!("{name} imports {dependency}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_gateway_sees_no_database_and_sql_lives_in_the_control_plane() {
    for (name, dependencies) in packages() {
        let may = [
            "gatehouse-control-plane",
            "gatehouse-private-postgres",
            "gatehouse-harness",
            "gatehouse",
            // Applies the migrations before it saves the queries.
            "xtask",
        ];
        assert!(
            !dependencies.contains("sqlx") || may.contains(&name.as_str()),
            "{name} imports sqlx"
        );
        assert!(
            !dependencies.contains("axum") || name != "gatehouse-gateway",
            "the gateway imports axum"
        );
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir()
            && !name.starts_with('.')
            && !["target", "node_modules", "data"].contains(&name.as_str())
        {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

#[test]
fn unsafe_code_lives_in_one_crate_and_no_file_name_says_nothing() {
    let root = workspace();
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(
        files.len() > 100,
        "the walk found {} files only",
        files.len()
    );
    for file in files {
        let shown = file.strip_prefix(&root).unwrap().display().to_string();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !["utils", "helpers", "common", "misc", "shared"].contains(&name.as_str()),
            "{shown} has a name that says nothing"
        );
        if shown.starts_with("crates/os/") || shown.starts_with("tests/") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let has_unsafe = text.lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl")
        });
        assert!(!has_unsafe, "{shown} has unsafe code");
    }
}
