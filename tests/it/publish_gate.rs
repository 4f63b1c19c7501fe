//! The publish gate from a pipeline: exit codes, every format, an approver's acceptance, lint, and where a revision came from.

use std::path::PathBuf;

use gatehouse_harness::command::{Ran, run};
use gatehouse_harness::stack::Tenant;
use gatehouse_harness::{TestStack, descriptions};
use serde_json::{Value, json};

use crate::GATEHOUSE;

/// A pipeline with an API that is published.
struct Pipeline {
    url: String,
    token: String,
    folder: tempfile::TempDir,
    known: Value,
}

impl Pipeline {
    async fn new<'a>(stack: &'a TestStack, name: &str) -> (Self, Tenant<'a>) {
        let tenant = stack.tenant(name).await;
        let token = tenant
            .token("pipeline", &["spec.publish", "api.write", "api.read"])
            .await;
        let pipeline = Self {
            url: stack.admin_api_url(),
            token: token.token().to_owned(),
            folder: tempfile::tempdir().unwrap(),
            known: descriptions::petstore("Pets", "http://127.0.0.1:9"),
        };
        let made = pipeline.publish(|_| (), &["--create"]).await;
        made.assert_success();
        (pipeline, tenant)
    }

    fn file(&self, edit: impl FnOnce(&mut Value)) -> PathBuf {
        let mut next = self.known.clone();
        edit(&mut next);
        descriptions::write(self.folder.path(), "next.json", &next)
    }

    async fn run(&self, args: &[&str], more: &[(&str, &str)]) -> Ran {
        let mut env = vec![
            ("GATEHOUSE_URL", self.url.as_str()),
            ("GATEHOUSE_TOKEN", self.token.as_str()),
        ];
        env.extend_from_slice(more);
        run(GATEHOUSE.as_ref(), args, &env).await
    }

    async fn with_file(&self, verb: &str, edit: impl FnOnce(&mut Value), args: &[&str]) -> Ran {
        let file = self.file(edit);
        let file = file.to_str().unwrap();
        let base = ["spec", verb, file, "--api", "pets", "--version", "v1"];
        self.run(&[&base[..], args].concat(), &[]).await
    }

    async fn publish(&self, edit: impl FnOnce(&mut Value), args: &[&str]) -> Ran {
        self.with_file("publish", edit, args).await
    }
}

fn remove_upload(description: &mut Value) {
    let paths = description["paths"].as_object_mut().unwrap();
    paths.remove("/upload").unwrap();
}

#[tokio::test]
async fn what_breaks_ends_with_4_until_an_approver_has_accepted_it() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let (pipeline, tenant) = Pipeline::new(&stack, "Gated").await;
    let refused = pipeline.publish(remove_upload, &[]).await;
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stdout.contains("operation-removed"), "{refused:?}");
    for part in [
        "breaking_changes",
        "kept as revision 2",
        "Fix: ",
        "Request: req_",
    ] {
        assert!(refused.stderr.contains(part), "no '{part}' in {refused:?}");
    }
    for (format, part) in [
        ("markdown", "x-gatehouse-accept:"),
        ("sarif", "\"ruleId\""),
        ("json", "\"decision\": \"refused\""),
    ] {
        let ran = pipeline.publish(remove_upload, &["-o", format]).await;
        assert_eq!(ran.code, Some(4), "{ran:?}");
        assert!(ran.stdout.contains(part), "no '{part}' in {ran:?}");
    }
    let accept = [
        "spec",
        "accept",
        "--api",
        "pets",
        "--version",
        "v1",
        "--revision",
        "2",
        "--reason",
        "Nobody uploads.",
    ];
    let own = pipeline.run(&accept, &[]).await;
    assert_eq!(own.code, Some(1), "{own:?}");
    assert!(own.stderr.contains("subscription.decide"), "{own:?}");

    let of = ["--api", "pets", "--version", "v1", "--revision", "2"];
    let changes = pipeline
        .run(&[&["spec", "changes"], &of[..]].concat(), &[])
        .await;
    let read = &changes.assert_success().stdout;
    for part in ["operation-removed", "@@ -", "\n-"] {
        assert!(read.contains(part), "no '{part}' in {changes:?}");
    }
    let early = pipeline
        .run(&[&["spec", "publish-revision"], &of[..]].concat(), &[])
        .await;
    assert_eq!(early.code, Some(1), "{early:?}");
    assert!(early.stderr.contains("has to accept it first"), "{early:?}");

    // The harness's administrator made the pipeline's token and its own, so it is the same hand.
    let approver = tenant
        .token("approver", &["subscription.decide", "api.read"])
        .await;
    let same = pipeline
        .run(&accept, &[("GATEHOUSE_TOKEN", approver.token())])
        .await;
    assert_eq!(same.code, Some(1), "{same:?}");
    assert!(same.stderr.contains("cannot accept"), "{same:?}");

    let revisions = pipeline
        .run(
            &["spec", "revisions", "--api", "pets", "--version", "v1"],
            &[],
        )
        .await;
    let rows: Vec<&str> = revisions.assert_success().stdout.lines().collect();
    assert!(
        rows[1].starts_with('2') && rows[1].contains("rejected"),
        "{rows:?}"
    );

    let compat = ["spec", "compat", "warn", "--api", "pets", "--version", "v1"];
    let laxer = pipeline.run(&compat, &[]).await;
    assert_eq!(laxer.code, Some(1), "{laxer:?}");
    let laxer = pipeline
        .run(&compat, &[("GATEHOUSE_TOKEN", approver.token())])
        .await;
    laxer.assert_success();
    let published = pipeline.publish(remove_upload, &[]).await;
    published.assert_success();
    assert!(
        published.stdout.contains("does not insist"),
        "{published:?}"
    );
}

#[tokio::test]
async fn a_comparison_with_what_is_in_force_changes_nothing_and_tells_by_its_code() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let (pipeline, _tenant) = Pipeline::new(&stack, "Compared").await;
    let add = |description: &mut Value| {
        description["paths"]["/owners"] =
            json!({"get": {"responses": {"200": {"description": "ok"}}}});
    };
    for (asked, code) in [(&[][..], 0), (&["--exit-code"][..], 3)] {
        let ran = pipeline.with_file("diff", add, asked).await;
        assert_eq!(ran.code, Some(code), "{ran:?}");
    }
    let breaking = pipeline
        .with_file("diff", remove_upload, &["-o", "json"])
        .await;
    assert_eq!(breaking.code, Some(4), "{breaking:?}");
    let report: Value = serde_json::from_str(&breaking.stdout).unwrap();
    assert_eq!(report["verdict"], "breaking");
    assert!(
        report["comment"]
            .as_str()
            .unwrap()
            .contains("calls in 30 days")
    );
    let odd = |kept: &'static str| {
        move |description: &mut Value| {
            description["paths"]["/pets"]["post"]["requestBody"] =
                json!({"content": {"application/json": {"schema": {"not": {"const": kept}}}}});
        }
    };
    pipeline.publish(odd("a"), &[]).await.assert_success();
    let ran = pipeline.with_file("diff", odd("b"), &[]).await;
    assert_eq!(ran.code, Some(6), "{ran:?}");
    let ran = pipeline.publish(odd("b"), &[]).await;
    assert_eq!(ran.code, Some(6), "{ran:?}");
    assert!(ran.stderr.contains("not_compared"), "{ran:?}");
}

#[tokio::test]
async fn a_rule_that_blocks_says_the_same_here_and_there() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let (pipeline, tenant) = Pipeline::new(&stack, "Linted").await;
    let admin = tenant
        .token("administrator", &["tenant.manage", "api.read"])
        .await;
    let as_admin = [("GATEHOUSE_TOKEN", admin.token())];
    let set = ["lint", "set", "path-casing", "block"];
    assert_eq!(pipeline.run(&set, &[]).await.code, Some(1));
    pipeline.run(&set, &as_admin).await.assert_success();
    let rules = pipeline
        .run(&["lint", "rules", "-o", "json"], &as_admin)
        .await;
    let file = pipeline.folder.path().join("rules.json");
    std::fs::write(&file, &rules.assert_success().stdout).unwrap();
    let odd = |description: &mut Value| {
        description["paths"]["/petOwners"] =
            json!({"get": {"responses": {"200": {"description": "ok"}}}});
    };
    let next = pipeline.file(odd);
    let lint = [
        "spec",
        "lint",
        next.to_str().unwrap(),
        "--rules",
        file.to_str().unwrap(),
    ];
    let offline = pipeline.run(&lint, &[]).await;
    assert_eq!(offline.code, Some(1), "{offline:?}");
    let line = offline
        .stdout
        .lines()
        .find(|line| line.starts_with("block"))
        .unwrap();
    let served = pipeline.publish(odd, &[]).await;
    assert_eq!(served.code, Some(1), "{served:?}");
    assert!(served.stderr.contains("lint_blocked"), "{served:?}");
    assert!(served.stdout.contains(line), "no '{line}' in {served:?}");
    let plain = pipeline.run(&lint[..3], &[]).await;
    assert_eq!(plain.code, Some(0), "{plain:?}");
}

#[tokio::test]
async fn rules_of_the_tenant_warn_and_block_over_rest_as_they_do_offline() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Ruled").await;
    let root = tenant.root().await;
    root.offer_petstore("pets", "https://pets.example").await;
    let mut odd = descriptions::petstore("Pets", "https://pets.example");
    odd["paths"]["/petOwners"] = json!({"get": {"responses": {"200": {"description": "ok"}}}});
    let rule = "/v1/lint-rules/path-casing";
    let is_there = async || {
        let operations = root.get("/v1/apis/pets/versions/v1/operations").await;
        operations.assert_status(200).text().contains("/petOwners")
    };
    let of_the_rule = |findings: &Value| -> Value {
        let findings = findings.as_array().cloned().unwrap_or_default();
        let mut found = findings.into_iter();
        let found = found.find(|finding| finding["rule"] == "path-casing");
        found.unwrap_or_default()
    };

    let blocking = root.put(rule, &json!({"level": "block"})).await;
    assert_eq!(blocking.assert_status(200).json()["level"], "block");
    let refused = root.upload("pets", "v1", odd.to_string()).await;
    refused.assert_problem(422, "lint_blocked");
    let blocked = of_the_rule(&refused.json()["report"]["lint"]["findings"]);
    assert_eq!(blocked["level"], "block", "{refused}");
    assert!(!is_there().await);

    let warning = root.put(rule, &json!({"level": "warn"})).await;
    assert_eq!(warning.assert_status(200).json()["level"], "warn");
    let published = root.upload("pets", "v1", odd.to_string()).await;
    published.assert_status(200);
    let warned = of_the_rule(&published.json()["report"]["lint"]["findings"]);
    assert_eq!(warned["level"], "warn", "{published}");
    assert_eq!(warned["pointer"], blocked["pointer"], "{published}");
    assert_eq!(warned["pointer"], "/paths/~1petOwners", "{published}");
    assert!(is_there().await);
}

#[tokio::test]
async fn a_revision_shows_the_commit_the_run_and_the_author() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let (pipeline, _tenant) = Pipeline::new(&stack, "Traced").await;
    let file = pipeline.file(|description| description["info"]["version"] = json!("2.0.0"));
    let args = [
        "spec",
        "publish",
        file.to_str().unwrap(),
        "--api",
        "pets",
        "--version",
        "v1",
    ];
    let github = [
        ("GITHUB_SHA", "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"),
        ("GITHUB_REF_NAME", "feature/paws & claws"),
        ("GITHUB_SERVER_URL", "https://github.example"),
        ("GITHUB_REPOSITORY", "acme/pets"),
        ("GITHUB_RUN_ID", "42"),
        ("GITHUB_ACTOR", "dora"),
    ];
    pipeline.run(&args, &github).await.assert_success();
    let list = [
        "spec",
        "revisions",
        "--api",
        "pets",
        "--version",
        "v1",
        "-o",
        "json",
    ];
    let list = pipeline.run(&list, &[]).await;
    let revisions: Value = serde_json::from_str(&list.assert_success().stdout).unwrap();
    let source = &revisions[0]["source"];
    assert_eq!(source["commit"], "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567");
    assert_eq!(source["branch"], "feature/paws & claws");
    assert_eq!(
        source["ci_run"],
        "https://github.example/acme/pets/actions/runs/42"
    );
    assert_eq!(source["author"], "dora");
    assert_eq!(revisions[0]["sent_by"], "pipeline");
}
