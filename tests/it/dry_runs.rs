//! `--dry-run` of every command that takes something away: nothing is gone after it, and all of it is there to be taken.

use std::path::Path;

use gatehouse_harness::callers::Cli;
use gatehouse_harness::{TestIssuer, TestUpstream};
use serde_json::Value;

use crate::tenant_commands::near;

/// What there is to take away, made by the command line itself; answers the ids of what has no name.
async fn furnish(cli: &Cli, folder: &Path, issuer: &str) -> [String; 4] {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let guide = write("guide.md", "Begin here.\n");
    let cors = write("cors.yaml", "origins: [https://shop.test]\n");
    let value = write("value", "opaque\n");
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let run = async |line: &str, more: &[&str]| {
        let words: Vec<&str> = line.split(' ').chain(more.iter().copied()).collect();
        cli.json(&words).await
    };
    let entry = run("changelog add petstore --title", &["Faster"]).await;
    run(
        "guide create petstore begin --title Begin --file",
        &[&guide],
    )
    .await;
    run("policy create cors --name pages --file", &[&cors]).await;
    run(
        "backend-secret put petstore pets-token --value-file",
        &[&value],
    )
    .await;
    run(
        "role create readers --permission api.read --name",
        &["Readers"],
    )
    .await;
    run(
        "plan create petstore spare --approval auto --environment sandbox",
        &[],
    )
    .await;
    run(
        "product create bundle --item petstore/v1 --name",
        &["Bundle"],
    )
    .await;
    run("application create Till", &[]).await;
    let trust = "ci-trust create orders --audience gatehouse --subject repo:acme/*:* --scope api.read --issuer";
    let trust = run(trust, &[issuer]).await;
    let provider = "identity-provider create staff --client-id gatehouse --name Staff --issuer";
    run(provider, &[issuer]).await;
    let hook = run(
        "webhook create Till https://hooks.test/till --type incident.opened",
        &[],
    )
    .await;
    run("token create spare --scope api.read", &[]).await;
    let tokens = run("token list", &[]).await;
    let spare = tokens.as_array().unwrap().iter();
    let spare = spare.clone().find(|one| one["name"] == "spare").unwrap();
    [id(&entry), id(&trust), id(&hook), id(spare)]
}

#[tokio::test]
async fn a_dry_run_of_what_takes_something_away_takes_nothing() {
    let (stack, issuer) = (near().await, TestIssuer::start().await);
    let upstream = TestUpstream::start().await;
    let root = stack.first_tenant().root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let cli = Cli::new(&stack, root);
    let folder = tempfile::tempdir().unwrap();
    let [entry, trust, hook, token] = furnish(&cli, folder.path(), &issuer.url()).await;
    // The last ones take away what the first ones stand on.
    for (take, see) in [
        (
            format!("changelog delete petstore {entry} --yes"),
            "changelog list petstore".to_owned(),
        ),
        (
            "guide delete petstore begin --yes".to_owned(),
            "guide list petstore".to_owned(),
        ),
        (
            "policy delete pages --yes".to_owned(),
            "policy list".to_owned(),
        ),
        (
            "backend-secret delete petstore pets-token --yes".to_owned(),
            "backend-secret list petstore".to_owned(),
        ),
        (
            "role delete readers --yes".to_owned(),
            "role list".to_owned(),
        ),
        (
            format!("ci-trust delete {trust} --yes"),
            "ci-trust list".to_owned(),
        ),
        (
            "identity-provider delete staff --yes".to_owned(),
            "identity-provider list".to_owned(),
        ),
        (
            format!("webhook delete {hook} --yes"),
            "webhook list".to_owned(),
        ),
        (
            format!("token revoke {token} --yes"),
            format!("token get {token}"),
        ),
        (
            "application delete till --yes".to_owned(),
            "application list".to_owned(),
        ),
        (
            "product retire bundle --yes".to_owned(),
            "product get bundle".to_owned(),
        ),
        (
            "plan close petstore spare --yes".to_owned(),
            "plan list petstore".to_owned(),
        ),
        (
            "version deprecate petstore v1 --sunset-at 2099-01-01T00:00:00Z".to_owned(),
            "version get petstore v1".to_owned(),
        ),
        (
            "version retire petstore v1 --reason over --yes".to_owned(),
            "version get petstore v1".to_owned(),
        ),
    ] {
        let see: Vec<&str> = see.split(' ').collect();
        let take: Vec<&str> = take.split(' ').collect();
        let before = cli.json(&see).await;
        let tried = cli.run(&[&take[..], &["--dry-run"]].concat()).await;
        tried.assert_success();
        assert_eq!(cli.json(&see).await, before, "{take:?}");
        cli.run(&take).await.assert_success();
        assert_ne!(cli.json(&see).await, before, "{take:?}");
    }
}
