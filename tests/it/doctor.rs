//! `gatehouse doctor` through the built executable: what is in order, and each thing that is not.

use std::collections::BTreeMap;

use gatehouse_harness::command::{Ran, run};
use gatehouse_harness::smtp::SmtpReceiver;
use gatehouse_harness::{StackPlan, TestStack, TestUpstream, ports};

use crate::GATEHOUSE;

/// What was said, by what it is about: `ok`, `note` or `BAD`, and the words.
fn findings(ran: &Ran) -> BTreeMap<String, (String, String)> {
    let lines = ran.stdout.lines();
    lines
        .map(|line| {
            let (mark, rest) = line.split_once("  ").unwrap();
            let (what, words) = rest.trim_start().split_once("  ").unwrap();
            let finding = (mark.trim().to_owned(), words.trim().to_owned());
            (what.to_owned(), finding)
        })
        .collect()
}

/// That one thing is bad, in these words, and the exit code says so.
#[track_caller]
fn assert_bad(ran: &Ran, what: &str, words: &str) {
    ran.assert_code(1);
    let found = &findings(ran)[what];
    assert!(found.0 == "BAD" && found.1.contains(words), "{ran:#?}");
}

struct Place {
    stack: TestStack,
    status: String,
}

impl Place {
    async fn start() -> Self {
        let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
        let status = stack.status_url(0).replace("http://", "");
        Self { stack, status }
    }

    async fn doctor(&self, more: &[&str], env: &[(&str, &str)]) -> Ran {
        let folder = self.stack.folder().display().to_string();
        let args = [
            "doctor",
            "--data-dir",
            &folder,
            "--database-url",
            self.stack.superuser_url(),
            "--gateway-status",
            &self.status,
        ];
        run(self.stack.program(), &[&args, more].concat(), env).await
    }
}

#[tokio::test]
async fn a_whole_installation_is_in_order_down_to_a_call() {
    let place = Place::start().await;
    let (upstream, mails) = (TestUpstream::start().await, SmtpReceiver::start().await);
    let tenant = place.stack.first_tenant();
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let team = serde_json::json!({"slug": "tills", "name": "Tills", "kind": "consumer"});
    root.post("/v1/teams", &team).await.assert_status(201);
    root.grant("tills", "Till", "petstore", "open", "production")
        .await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let key = file.to_str().unwrap();
    root.cli(
        place.stack.program(),
        &["key", "create", "till", "--secret-file", key],
    )
    .await
    .assert_success();

    let url = tenant.production_url(0, "/petstore/v1/pets");
    let smtp = format!("smtp://{}", mails.address());
    let env = [("GATEHOUSE_ADMIN_API__MAIL__SMTP_URL", smtp.as_str())];
    // A key is in force on the gateway a moment after it was made.
    let well = gatehouse_harness::eventually(
        gatehouse_harness::wait::PATIENCE,
        "everything is in order",
        async || {
            let ran = place
                .doctor(&["--call", &url, "--key-file", key], &env)
                .await;
            match ran.code {
                Some(0) => Ok(ran),
                _ => Err(format!("{ran:#?}")),
            }
        },
    )
    .await;
    let found = findings(&well);
    for what in [
        "data folder",
        "settings: admin API",
        "settings: portal",
        "settings: gateway",
        "mail",
        "postgres",
        "roles and master key",
        "clock",
        "gateway",
        "call",
    ] {
        assert_eq!(found[what].0, "ok", "{what}: {well:#?}");
    }
    assert!(found["call"].1.ends_with("answers 200"), "{well:#?}");
    assert_eq!(mails.mails().len(), 0, "nothing is sent");

    let keyless = place.doctor(&["--call", &url], &env).await;
    assert_bad(&keyless, "call", "401 no_key");
    let nowhere = format!("http://{}/", ports::free());
    let silent = place.doctor(&["--call", &nowhere], &env).await;
    assert_bad(&silent, "call", "does not answer");
    place
        .doctor(&["--key-file", key], &env)
        .await
        .assert_code(2);
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_named_with_what_to_do() {
    let place = Place::start().await;
    let setting = [("GATEHOUSE_PORTAL__LISTN", "127.0.0.1:9")];
    let wrong = place.doctor(&[], &setting).await;
    assert_bad(
        &wrong,
        "settings: portal",
        "did you mean GATEHOUSE_PORTAL__LISTEN",
    );
    assert_eq!(findings(&wrong)["settings: gateway"].0, "ok");

    let away = format!("smtp://me:canary@{}", ports::free());
    let env = [("GATEHOUSE_ADMIN_API__MAIL__SMTP_URL", away.as_str())];
    let unsent = place.doctor(&[], &env).await;
    assert_bad(&unsent, "mail", "does not take mails");
    assert!(!format!("{unsent:?}").contains("canary"), "{unsent:#?}");
    let held = place.doctor(&[], &[]).await;
    assert_eq!(findings(&held)["mail"].0, "note", "{held:#?}");

    // The last of an argument that is said twice would be refused; the place is another one here.
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = elsewhere.path().to_str().unwrap();
    let args = [
        "doctor",
        "--data-dir",
        folder,
        "--gateway-status",
        &place.status,
    ];
    let here = [&args[..], &["--database-url", place.stack.superuser_url()]].concat();
    let other_key = run(place.stack.program(), &here, &[]).await;
    assert_bad(&other_key, "roles and master key", "key");
    let nobody = format!("postgres://nobody@{}/gatehouse", ports::free());
    let there = [&args[..], &["--database-url", &nobody]].concat();
    let no_database = run(place.stack.program(), &there, &[]).await;
    assert_bad(&no_database, "postgres", "");
    let file = elsewhere.path().join("file");
    std::fs::write(&file, "").unwrap();
    let inside = file.join("data");
    let args = ["doctor", "--data-dir", inside.to_str().unwrap()];
    let unwritable = [&args[..], &["--database-url", &nobody]].concat();
    let unwritable = run(place.stack.program(), &unwritable, &[]).await;
    assert_bad(&unwritable, "data folder", "--data-dir");
}
