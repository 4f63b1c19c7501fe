//! Ids of another tenant, in commands and in addresses of pages: they answer as if they had never existed.

use std::collections::BTreeMap;

use gatehouse_harness::callers::{Cli, Portal};
use gatehouse_harness::html::Page;
use gatehouse_harness::{TestStack, TestUpstream};
use serde_json::{Value, json};

use crate::GATEHOUSE;

/// Ids by what they name.
type Ids = BTreeMap<&'static str, String>;

/// One of everything a tenant has. Slugs are the same in every tenant, ids are not.
async fn things(cli: &Cli, tenant: &str, upstream: &TestUpstream) -> Ids {
    let rest = &cli.token;
    rest.offer_petstore("petstore", &upstream.url()).await;
    let access = rest
        .grant(tenant, "Shop", "petstore", "open", "production")
        .await;
    let post = async |path: &str, body: Value| {
        let made = rest.post(path, &body).await;
        made.assert_ok().json()
    };
    let id = |made: &Value, name: &str| made[name].as_str().unwrap().to_owned();
    let team = json!({"slug": "tills", "name": "Tills", "kind": "consumer"});
    let team = post("/v1/teams", team).await;
    let bundle = json!({"slug": "bundle", "name": "Bundle", "items": [{"api": "petstore", "version": "v1"}]});
    let bundle = post("/v1/products", bundle).await;
    let token = json!({"name": "spare", "scopes": ["api.read"]});
    let token = post("/v1/tokens", token).await;
    let invitation = json!({"email": format!("new@{tenant}.strangers.test"), "role": "developer"});
    let invitation = post("/v1/invitations", invitation).await;
    let keys = format!("/v1/applications/{}/keys", access.application);
    let key = json!({"environment": "production", "name": "second"});
    let key = post(&keys, key).await;
    let changeset = post("/v1/changesets", json!({"files": []})).await;
    let question = json!({"text": "How many?"});
    let question = post("/v1/apis/petstore/questions", question).await;
    let wrong =
        json!({"title": "Slow", "impact": "degraded", "apis": ["petstore"], "text": "We look."});
    let incident = post("/v1/incidents", wrong).await;
    // Last of all: what it would be told of has happened by now.
    let hook =
        json!({"name": "Till", "url": "https://hooks.example.com/x", "types": ["subscription.*"]});
    let hook = post("/v1/webhooks", hook).await;
    let api = rest.get("/v1/apis/petstore").await.json();
    let plan = rest.get("/v1/apis/petstore/plans/open").await.json();
    BTreeMap::from([
        ("{api}", id(&api, "id")),
        ("{plan}", id(&plan, "id")),
        ("{application}", access.application),
        ("{subscription}", access.subscription),
        ("{key}", id(&key, "id")),
        ("{team}", id(&team, "id")),
        ("{product}", id(&bundle, "id")),
        ("{token}", id(&token, "id")),
        ("{invitation}", id(&invitation, "id")),
        ("{change}", id(&key, "change_id")),
        ("{changeset}", id(&changeset, "id")),
        ("{comment}", id(&question, "id")),
        ("{incident}", id(&incident, "id")),
        ("{webhook}", id(&hook, "id")),
    ])
}

/// The same kinds of ids, which nobody ever had.
fn nobodys(ids: &Ids) -> Ids {
    let other = |id: &String| match id.split_once('_') {
        Some((kind, _)) => format!("{kind}_01m2k3a4b5c6d7e8f9g0h1j2k3"),
        None => "01a2025b-0000-7000-8000-000000000000".to_owned(),
    };
    ids.iter().map(|(name, id)| (*name, other(id))).collect()
}

fn filled(text: &str, ids: &Ids) -> String {
    let mut text = text.to_owned();
    for (name, id) in ids {
        text = text.replace(name, id);
    }
    assert!(!text.contains('{'), "something is not known in {text}");
    text
}

/// What a command says, without the number of its request and the ids it was given.
fn said(stderr: &str, ids: &Ids) -> String {
    let lines = stderr.lines().filter(|line| !line.starts_with("Request: "));
    let mut text = lines.collect::<Vec<_>>().join("\n");
    for (name, id) in ids {
        text = text.replace(id, name);
    }
    text
}

/// Commands that name something of a tenant by its id.
const COMMANDS: &[&str] = &[
    "api get {api}",
    "api update {api} --name Ours",
    "api follow {api}",
    "api unfollow {api}",
    "version list {api}",
    "version get {api} v1",
    "version spec {api} v1",
    "version callers {api} v1",
    "version publish {api} v1",
    "version deprecate {api} v1 --sunset-at 2100-01-01T00:00:00Z",
    "version retire {api} v1 --yes",
    "operation list {api} v1",
    "spec revisions --api {api} --version v1",
    "upstream get {api} production",
    "upstream set {api} production --target https://ours.example",
    "guide list {api}",
    "changelog list {api}",
    "question list {api}",
    "question ask {api} Why?",
    "question answer petstore {comment} Because.",
    "question hide petstore {comment} --reason Ours.",
    "plan list {api}",
    "plan get petstore {plan}",
    "plan revisions petstore {plan}",
    "plan update petstore {plan} --name Ours",
    "plan close petstore {plan} --yes",
    "plan create {api} ours --approval auto --environment sandbox",
    "approval get petstore {plan}",
    "product get {product}",
    "product update {product} --name Ours",
    "product retire {product} --yes",
    "application get {application}",
    "application update {application} --name Ours",
    "incident show {incident}",
    "incident updates {incident}",
    "incident update {incident} --state monitoring --text Ours.",
    "application members {application}",
    "application invite {application} ours@strangers.test",
    "application suspend {application} --reason Ours.",
    "application delete {application} --yes",
    "usage --application {application}",
    "usage --api {api}",
    "logs tail --application {application}",
    "key list {application}",
    "key create {application}",
    "key get {key}",
    "key evidence {key}",
    "key rotate {key}",
    "key revoke {key} --yes",
    "subscription get {subscription}",
    "subscription timeline {subscription}",
    "subscription messages {subscription}",
    "subscription message {subscription} --text Hello",
    "subscription approve {subscription}",
    "subscription reject {subscription} --reason Ours.",
    "subscription suspend {subscription} --reason Ours.",
    "subscription pause {subscription}",
    "subscription renew {subscription}",
    "subscription change-plan {subscription} --plan open",
    "subscription cancel {subscription} --yes",
    "subscription revoke {subscription} --reason Ours. --yes",
    "team get {team}",
    "team update {team} --name Ours",
    "token get {token}",
    "token revoke {token} --yes",
    "invitation resend {invitation}",
    "invitation revoke {invitation}",
    "change watch {change} --wait 0s",
    "webhook get {webhook}",
    "webhook update {webhook} --name Ours",
    "webhook pause {webhook}",
    "webhook deliveries {webhook}",
    "webhook rotate-secret {webhook}",
    "webhook delete {webhook} --yes",
];

/// Commands that send such an id in a body, and where.
const BODIES: &[(&str, &str)] = &[
    (
        "subscription request {api} --plan open --environment production --application shop",
        "/api",
    ),
    (
        "subscription request petstore --plan {plan} --environment production --application shop",
        "/plan",
    ),
    (
        "subscription grant petstore --plan open --environment sandbox --application {application} --reason Ours.",
        "/application",
    ),
    (
        "incident open Ours --impact outage --text Ours. --api {api}",
        "/apis/0",
    ),
    ("application create Ours --team {team}", "/team"),
    ("api create ours --owner-team {team}", "/owner_team"),
    (
        "api update petstore --granted-team {team}",
        "/granted_teams/0",
    ),
    (
        "plan close petstore open --move-to {plan} --yes",
        "/move_to",
    ),
    ("key create shop --product {product}", "/products/0"),
    ("token create ours --scope api.read --api {api}", "/apis/0"),
];

/// Commands that narrow a list by such an id.
const FILTERS: &[&str] = &[
    "subscription list --api {api}",
    "subscription list --application {application}",
    "application list --team {team}",
    "application list --api {api}",
    "incident list --api {api}",
    "webhook list --application {application}",
];

#[tokio::test]
async fn commands_with_ids_of_another_tenant_answer_as_if_these_had_never_existed() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let (ours, theirs) = (
        stack.tenant("Natives").await,
        stack.tenant("Foreigners").await,
    );
    let cli = Cli::new(&stack, ours.root().await);
    let other = Cli::new(&stack, theirs.root().await);
    things(&cli, "natives", &upstream).await;
    let theirs = things(&other, "foreigners", &upstream).await;
    let never = nobodys(&theirs);
    let before = other.json(&["audit", "list", "--limit", "200"]).await;
    let run = async |command: &str, ids: &Ids| {
        let command = filled(command, ids);
        cli.run(&command.split(' ').collect::<Vec<_>>()).await
    };
    let commands = COMMANDS.iter().map(|command| (*command, "not_found", ""));
    let bodies = BODIES.iter();
    let bodies = bodies.map(|(command, pointer)| (*command, "unknown_reference", *pointer));
    for (command, code, pointer) in commands.chain(bodies) {
        let foreign = run(command, &theirs).await;
        let told = said(&foreign.assert_code(1).stderr, &theirs);
        assert!(told.contains(code), "{command}: {foreign:?}");
        assert!(told.contains(&format!("{pointer}:")), "{command}: {told}");
        assert_eq!(foreign.stdout, "", "{command}");
        let unknown = run(command, &never).await;
        let unknown = said(&unknown.assert_code(1).stderr, &never);
        assert_eq!(told, unknown, "{command}");
    }
    for command in FILTERS {
        let command = format!("{command} -o json");
        let foreign = run(&command, &theirs).await;
        assert_eq!(foreign.json(), json!([]), "{command}");
    }
    let after = other.json(&["audit", "list", "--limit", "200"]).await;
    assert_eq!(after, before, "nothing happened to them");
}

/// Pages about one thing of a tenant.
const PAGES: &[&str] = &[
    "/applications/{application}",
    "/applications/{application}/usage",
    "/applications/{application}/logs",
    "/applications/{application}/keys",
    "/applications/{application}/members",
    "/applications/{application}/webhooks",
    "/applications/{application}/keys/{key}/revoke",
    "/applications/{application}/keys/{key}/evidence",
    "/requests/{subscription}",
    "/changes/{change}",
    "/status/incidents/{incident}",
    "/console/subscriptions/{subscription}/revoke",
    "/console/settings/webhooks/{webhook}",
];

#[tokio::test]
async fn pages_about_things_of_another_tenant_are_not_found_with_a_session() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let (ours, theirs) = (
        stack.tenant("Residents").await,
        stack.tenant("Visitors").await,
    );
    let own = Cli::new(&stack, ours.root().await);
    let own = things(&own, "residents", &upstream).await;
    let foreign = Cli::new(&stack, theirs.root().await);
    let foreign = things(&foreign, "visitors", &upstream).await;
    // Whoever runs both tenants, in the window of one; and somebody who is in that one alone.
    let owner = stack.admin().at(&ours.prefix);
    let approver = ours.approver("Olga").await;
    for page in PAGES {
        let open =
            async |window: &Portal, ids: &Ids| -> Page { window.get(&filled(page, ids)).await };
        open(&owner, &own).await.assert_status(200);
        for window in [&owner, &approver.portal] {
            let (theirs, none) = (
                open(window, &foreign).await,
                open(window, &nobodys(&foreign)).await,
            );
            assert_eq!(theirs.status(), none.status(), "{theirs}");
            // Who may not open a kind of page is told so, whatever it would be about.
            let closed = page.contains("/settings/") && theirs.status() == 403;
            assert!(closed || theirs.status() == 404, "{theirs}");
        }
    }
    // In the window of the tenant that owns them, whoever is not in it is shown none of it either.
    let outside = approver.portal.at_tenant(&theirs.prefix);
    for page in PAGES {
        let shown = outside.get_once(&filled(page, &foreign)).await;
        assert_ne!(shown.status, 200, "{shown}");
        assert!(!shown.text().contains("Shop"), "{shown}");
    }
}
