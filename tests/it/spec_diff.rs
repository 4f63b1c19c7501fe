//! Comparing two files from a pipeline: the exit code alone never takes a bad change for a good one.

use std::path::PathBuf;

use gatehouse_harness::command::{Ran, run};
use gatehouse_harness::descriptions;
use serde_json::{Value, json};

use crate::GATEHOUSE;

/// A folder with the revision that callers know.
struct Revisions {
    folder: tempfile::TempDir,
    old: PathBuf,
    known: Value,
}

impl Revisions {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let known = descriptions::petstore("Pets", "http://127.0.0.1:1");
        Self {
            old: descriptions::write(folder.path(), "old.json", &known),
            folder,
            known,
        }
    }

    /// Compares with what `edit` makes of it.
    async fn diff(&self, edit: impl FnOnce(&mut Value), args: &[&str]) -> Ran {
        let mut next = self.known.clone();
        edit(&mut next);
        let new = descriptions::write(self.folder.path(), "new.json", &next);
        let files = [self.old.to_str().unwrap(), new.to_str().unwrap()];
        let args = [&["spec", "diff"], &files[..], args].concat();
        run(GATEHOUSE.as_ref(), &args, &[]).await
    }
}

fn remove_upload(description: &mut Value) {
    let paths = description["paths"].as_object_mut().unwrap();
    paths.remove("/upload").unwrap();
}

fn add_operation(description: &mut Value) {
    description["paths"]["/owners"] = json!({"get": {"responses": {"200": {"description": "ok"}}}});
}

#[tokio::test]
async fn a_removed_operation_ends_with_4_in_every_format() {
    let revisions = Revisions::new();
    let ran = revisions.diff(remove_upload, &["-o", "json"]).await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["verdict"], "breaking");
    assert_eq!(report["changes"][0]["rule"], "operation-removed");
    assert_eq!(report["changes"][0]["operations"], json!(["POST /upload"]));

    let ran = revisions.diff(remove_upload, &["-o", "sarif"]).await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let log: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "operation-removed");

    for (format, part) in [
        ("table", "operation-removed"),
        ("markdown", "| `POST /upload` |"),
    ] {
        let ran = revisions.diff(remove_upload, &["-o", format]).await;
        assert_eq!(ran.code, Some(4), "{ran:?}");
        assert!(ran.stdout.contains(part), "no '{part}' in {ran:?}");
    }
}

#[tokio::test]
async fn a_harmless_change_ends_with_0_or_with_3_where_changes_were_asked_for() {
    let revisions = Revisions::new();
    let ran = revisions.diff(add_operation, &[]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("operation-added"), "{ran:?}");
    let ran = revisions.diff(add_operation, &["--exit-code"]).await;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let ran = revisions.diff(|_| {}, &["--exit-code"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[tokio::test]
async fn what_cannot_be_compared_ends_with_6_and_a_missing_file_with_1() {
    let revisions = Revisions::new();
    let ran = revisions.diff(|next| next["paths"] = json!(5), &[]).await;
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert!(ran.stdout.contains("NOT COMPARED"), "{ran:?}");
    let missing = ["spec", "diff", "/nowhere/a.json", "/nowhere/b.json"];
    let ran = run(GATEHOUSE.as_ref(), &missing, &[]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("reading /nowhere/a.json"), "{ran:?}");
}
