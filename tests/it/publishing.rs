//! Publishing from a pipeline: exit codes, what a bad file gets told, and the same as one `curl -T`.

use std::path::Path;

use gatehouse_harness::callers::CiToken;
use gatehouse_harness::command::run;
use gatehouse_harness::{StackPlan, TestStack, descriptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::GATEHOUSE;

const BAD_YAML: &str = "openapi: 3.0.3
info:
  title: Broken
  version: '1'
paths:
  /pets:
    get: 5
  /pets/{id}:
    get: {responses: {200: {$ref: '#/components/responses/None'}}}
";

const ODD_YAML: &str = "openapi: 3.0.3
info:
  title: Odd
  version: '1'
paths:
  /pets:
    get:
      responses: none
";

#[tokio::test]
async fn a_bad_file_is_refused_at_its_line_with_exit_code_1_and_nothing_is_stored() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Sloppy").await;
    let ci = tenant.ci().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.yaml");
    std::fs::write(&file, BAD_YAML).unwrap();
    let refused = ci
        .publish(stack.program(), &file, "broken", "v1", &["--create"])
        .await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for part in [
        "invalid_spec",
        "7:5 /paths/~1pets/get",
        "9:",
        "/paths/~1pets~1{id}/get/responses/200/$ref",
        "Fix: ",
        "Request: req_",
    ] {
        assert!(refused.stderr.contains(part), "no '{part}' in {refused:?}");
    }
    ci.get("/v1/apis/broken")
        .await
        .assert_problem(404, "not_found");
    let mut conn = stack.sql().await;
    let left: i64 = sqlx::query_scalar("select count(*) from api where tenant_id = $1")
        .bind(tenant.id().await.uuid())
        .fetch_one(&mut conn)
        .await
        .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_is_odd_but_usable_is_published_with_a_warning_at_its_place() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let ci = stack.tenant("Peculiar").await.ci().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odd.yaml");
    std::fs::write(&file, ODD_YAML).unwrap();
    let published = ci
        .publish(stack.program(), &file, "odd", "v1", &["--create"])
        .await;
    published.assert_success();
    let warning = published
        .stderr
        .lines()
        .find(|line| line.starts_with("warning: 7:5 "));
    assert!(
        warning.is_some_and(|line| line.contains("responses")),
        "{published:?}"
    );
}

#[tokio::test]
async fn a_dry_run_tells_what_would_happen_and_a_wrong_token_is_exit_code_5() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Cautious").await;
    let ci = tenant.ci().await;
    let folder = tempfile::tempdir().unwrap();
    let good = descriptions::petstore("Petstore", "http://127.0.0.1:9");
    let file = descriptions::write(folder.path(), "petstore.json", &good);
    let dry = ci
        .publish(
            stack.program(),
            &file,
            "petstore",
            "v1",
            &["--create", "--dry-run"],
        )
        .await;
    dry.assert_success();
    ci.get("/v1/apis/petstore")
        .await
        .assert_problem(404, "not_found");

    let (token, last) = ci.token().split_at(ci.token().len() - 1);
    let stranger = CiToken::new(
        &stack.admin_api_url(),
        &format!("{token}{}", if last == "0" { "1" } else { "0" }),
    );
    let refused = stranger
        .publish(stack.program(), &file, "petstore", "v1", &["--create"])
        .await;
    assert_eq!(refused.code, Some(5), "{refused:?}");
    assert!(!refused.stderr.contains(token), "the token is not repeated");

    let reader = tenant.token("reader", &["api.read"]).await;
    let refused = reader
        .publish(stack.program(), &file, "petstore", "v1", &["--create"])
        .await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("forbidden"), "{refused:?}");
}

#[tokio::test]
async fn one_curl_does_the_same() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let ci = stack.tenant("Curling").await.ci().await;
    let folder = tempfile::tempdir().unwrap();
    let good = descriptions::petstore("Petstore", "http://127.0.0.1:9");
    let file = descriptions::write(folder.path(), "petstore.json", &good);
    let url = format!(
        "{}/v1/apis/petstore/versions/v1/spec?create=true",
        stack.admin_api_url()
    );
    let command = format!(
        "curl --silent --write-out ' %{{http_code}}' -H \"Authorization: Bearer $TOKEN\" -T {} '{url}'",
        file.display()
    );
    let env = [("TOKEN", ci.token()), ("no_proxy", "127.0.0.1")];
    for (outcome, status) in [("created", "201"), ("unchanged", "200")] {
        let ran = run(Path::new("/bin/sh"), &["-c", &command], &env).await;
        let (body, code) = ran.assert_success().stdout.rsplit_once(' ').unwrap();
        assert_eq!(code, status, "{ran:?}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["outcome"], outcome, "{body}");
    }
}

/// A server whose every answer is the Petstore; gives its address.
async fn petstore_server(serving: &mut JoinSet<()>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/petstore.json", listener.local_addr().unwrap());
    let document = descriptions::petstore("Petstore", "http://127.0.0.1:9/").to_string();
    serving.spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let length = document.len();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close");
            let answer = format!("{head}\r\n\r\n{document}");
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn a_document_is_published_from_its_address_where_the_operator_allows_it() {
    let mut serving = JoinSet::new();
    let url = petstore_server(&mut serving).await;
    let publish = [
        "spec",
        "publish",
        "--from",
        &url,
        "--api",
        "pets",
        "--version",
        "v1",
        "--create",
    ];
    let stack = TestStack::shared(GATEHOUSE).await;
    let ci = stack.tenant("Guarded").await.ci().await;
    let refused = ci.cli(stack.program(), &publish).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for part in ["/url", "127.0.0.1 is not an address of the public internet"] {
        assert!(refused.stderr.contains(part), "no '{part}' in {refused:?}");
    }
    let allowed = "GATEHOUSE_ADMIN_API__EGRESS__ALLOWED_NETWORKS";
    let plan = StackPlan::of(GATEHOUSE).setting(allowed, "[\"127.0.0.0/8\"]");
    let stack = TestStack::start(plan).await;
    let ci = stack.first_tenant().ci().await;
    let both = [&publish[..], &["petstore.json"]].concat();
    let two = ci.cli(stack.program(), &both).await;
    assert_eq!(two.code, Some(2), "a file or an address: {two:?}");
    for (more, revision) in [(&["--commit", "abc"][..], "1"), (&["--as-job"], "1")] {
        let made = ci
            .cli(stack.program(), &[&publish[..], more].concat())
            .await;
        made.assert_success();
        let number = format!("revision {revision}");
        assert!(made.stdout.contains(&number), "{made:?}");
    }
    let source = ci.get("/v1/apis/pets/versions/v1/revisions").await.json();
    let source = &source["data"][0]["source"];
    assert_eq!(
        (&source["url"], &source["commit"]),
        (&url.into(), &"abc".into())
    );
}
