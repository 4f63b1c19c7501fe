//! `gatehouse policy`: what is wrong is told at its place, and what is there is listed.

use gatehouse_harness::TestStack;
use gatehouse_harness::callers::Cli;
use serde_json::json;

use crate::GATEHOUSE;

#[tokio::test]
async fn the_command_line_tells_what_is_wrong_with_a_policy_and_lists_what_is_there() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Faulty rules").await;
    let folder = tempfile::tempdir().unwrap();
    let cli = Cli::new(&stack, tenant.root().await);
    let file = folder.path().join("policy.yaml");
    let path = file.display().to_string();
    let create = ["policy", "create", "cors", "--file", &path];

    std::fs::write(&file, "origins: [unclosed\n").unwrap();
    let broken = cli.run(&create).await;
    assert!(
        broken.assert_code(1).stderr.contains("policy.yaml:"),
        "{broken:?}"
    );

    std::fs::write(
        &file,
        "origins: [https://shop.test, https://shop.test/cart]\n",
    )
    .unwrap();
    let refused = cli.run(&create).await;
    let told = &refused.assert_code(1).stderr;
    assert!(told.contains("/document/origins/1"), "{refused:?}");

    std::fs::write(&file, "origins: [https://shop.test]\n").unwrap();
    let dry = cli.run(&[&create[..], &["--dry-run"]].concat()).await;
    dry.assert_success();
    assert!(
        cli.json(&["policy", "list"])
            .await
            .as_array()
            .unwrap()
            .is_empty()
    );
    cli.done(&[&create[..], &["--name", "pages"]].concat())
        .await;
    let table = cli.done(&["policy", "list", "--kind", "cors"]).await;
    assert!(
        table.contains("pages") && table.contains("every API"),
        "{table}"
    );
    let other = cli.json(&["policy", "list", "--kind", "jwt"]).await;
    assert!(other.as_array().unwrap().is_empty());
    let again = cli.run(&create).await;
    assert!(again.assert_code(1).stderr.contains("already"), "{again:?}");

    let shown = cli.json(&["policy", "get", "pages"]).await;
    assert_eq!(shown["document"]["origins"], json!(["https://shop.test"]));
    std::fs::write(&file, "any_origin: true\n").unwrap();
    let update = ["policy", "update", "pages", "--file", &path];
    let changed = cli.json(&update).await;
    assert_eq!(changed["document"]["any_origin"], true);
    let missing = cli.run(&["policy", "get", "nobody"]).await;
    assert!(
        missing.assert_code(1).stderr.contains("not_found"),
        "{missing:?}"
    );
}
