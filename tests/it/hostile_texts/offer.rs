//! What the tenant's owner writes: APIs, plans, products, documents, policies and settings.

use gatehouse_harness::callers::CiToken;
use gatehouse_harness::descriptions::petstore;
use gatehouse_harness::issuer::TestIssuer;
use serde_json::{Value, json};

use super::fill::{Texts, line, markdown, text, word};
use super::roles::{FORMULA, id_of};

/// An API with a version, to be described in full before.
pub(super) const API: &str = "texts";

/// Plans that people ask for: one that nobody has to decide about, and those that need a word.
pub(super) async fn plans(texts: &mut Texts, root: &CiToken) {
    let plan = |slug: &str, approval: &str| json!({"slug": slug, "name": slug, "approval": approval, "environments": ["production"]});
    for (slug, approval) in [("open", "auto"), ("next", "manual"), ("asked", "manual")] {
        texts
            .send(root, "create_plan", &[API], plan(slug, approval))
            .await;
    }
    let mut month = plan("month", "manual");
    month["max_subscription_days"] = json!(30);
    texts.send(root, "create_plan", &[API], month).await;
    let mut filled = plan("filled", "manual");
    (filled["name"], filled["summary"]) = (line(80).into(), text(400).into());
    texts.send(root, "create_plan", &[API], filled).await;
    texts
        .send(root, "create_plan", &[API], plan("changed", "manual"))
        .await;
    let changed = json!({"name": line(80), "summary": text(400), "now": true, "reason": text(500)});
    texts
        .send(root, "update_plan", &[API, "changed"], changed)
        .await;
    let approval = json!({
        "questions": [
            {"key": "why", "text": line(200), "kind": "text", "required": true},
            {"key": "which", "text": line(200), "kind": "choice", "choices": [line(80), line(80)], "required": false},
        ],
        "rule": {"name": line(80), "mode": "shadow", "match": "all", "conditions": [{"kind": "team_kind", "kinds": ["consumer"]}]},
    });
    texts
        .send(root, "put_plan_approval", &[API, "asked"], approval)
        .await;
}

/// APIs, products and what is written about them.
pub(super) async fn catalogue(texts: &mut Texts, root: &CiToken, upstream: &str) {
    let named = json!({"name": line(120), "summary": text(400)});
    texts
        .send(root, "create_api", &[], of("filled", &named))
        .await;
    let mut public = named.clone();
    public["visibility"] = "public".into();
    texts.send(root, "update_api", &[API], public).await;
    let mut product = of("filled-product", &named);
    product["items"] = json!([{"api": API, "version": "v1"}]);
    texts
        .send(root, "create_product", &[], product.clone())
        .await;
    for slug in ["changed-product", "ended-product"] {
        (product["slug"], product["name"], product["summary"]) =
            (slug.into(), slug.into(), "".into());
        texts
            .send(root, "create_product", &[], product.clone())
            .await;
    }
    let shown = json!({"state": "published"});
    texts
        .send(root, "update_product", &["filled-product"], shown)
        .await;
    let mut changed = named.clone();
    changed["state"] = "published".into();
    texts
        .send(root, "update_product", &["changed-product"], changed)
        .await;
    let why = json!({"reason": text(500)});
    texts
        .send(root, "retire_product", &["ended-product"], why)
        .await;
    documents(texts, root).await;
    incidents(texts, root).await;
    versions(texts, root, upstream).await;
}

/// One that goes on and one that is over.
async fn incidents(texts: &mut Texts, root: &CiToken) {
    let wrong =
        json!({"title": line(120), "impact": "outage", "apis": [API], "text": markdown(10_000)});
    texts.send(root, "open_incident", &[], wrong.clone()).await;
    texts.send(root, "open_incident", &[], wrong).await;
    let over = json!({"state": "resolved", "text": markdown(10_000)});
    texts.send(root, "update_incident", &["2"], over).await;
}

/// A body under a slug.
fn of(slug: &str, body: &Value) -> Value {
    let mut body = body.clone();
    body["slug"] = slug.into();
    body
}

/// Guides, changelog and terms.
async fn documents(texts: &mut Texts, root: &CiToken) {
    let written = json!({"title": line(120), "markdown": markdown(20_000)});
    let plain = json!({"title": "Plain", "markdown": "Plain."});
    texts
        .send(root, "create_guide", &[API], of("filled", &written))
        .await;
    texts
        .send(root, "create_guide", &[API], of("changed", &plain))
        .await;
    texts
        .send(root, "update_guide", &[API, "changed"], written.clone())
        .await;
    texts
        .send(root, "add_changelog_entry", &[API], written.clone())
        .await;
    let entry = texts
        .send(root, "add_changelog_entry", &[API], plain.clone())
        .await;
    let entry = id_of(&entry);
    texts
        .send(
            root,
            "update_changelog_entry",
            &[API, &entry],
            written.clone(),
        )
        .await;
    texts
        .send(root, "create_terms", &[], of("filled", &written))
        .await;
    texts
        .send(root, "create_terms", &[], of("changed", &plain))
        .await;
    let newer = json!({"markdown": markdown(20_000)});
    texts.send(root, "publish_terms", &["changed"], newer).await;
}

/// Versions that end.
async fn versions(texts: &mut Texts, root: &CiToken, upstream: &str) {
    let description = petstore("Ending", upstream).to_string();
    root.upload("ending", "v1", description.clone())
        .await
        .assert_ok();
    root.upload("ending", "v2", description).await.assert_ok();
    let end = json!({"sunset_at": "2100-01-01T00:00:00Z"});
    texts
        .send(root, "deprecate_version", &["ending", "v1"], end)
        .await;
    let why = json!({"reason": text(500)});
    texts
        .send(root, "retire_version", &["ending", "v1"], why)
        .await;
    let mut breaking = petstore("Ending", upstream);
    let paths = breaking["paths"].as_object_mut();
    paths.and_then(|paths| paths.remove("/pets")).unwrap();
    let refused = root.upload("ending", "v2", breaking.to_string()).await;
    refused.assert_status(409);
}

/// Policies of each kind that has texts, and secrets.
pub(super) async fn policies(texts: &mut Texts, root: &CiToken, issuer: &TestIssuer) {
    let value = || json!({"name": "x-filled", "value": line(1_000)});
    let headers = json!({"request": {"set": [value()]}, "response": {"set": [value()]}});
    let jwt = json!({
        "issuer": line(500), "audiences": [line(200)], "algorithms": ["ES256"], "scopes": [word(100)], "types": [word(100)],
        "claims": [{"name": line(200), "values": [line(200)]}], "jwks": {"keys": [issuer.public_key("es-1")]},
    });
    let kinds = [("headers", headers.clone()), ("jwt", jwt.clone())];
    for (kind, document) in kinds {
        let slug = format!("filled-{kind}");
        let policy = json!({"slug": slug, "api": API, "kind": kind, "document": document, "reason": text(500)});
        texts.send(root, "create_policy", &[], policy).await;
    }
    let plain_headers = json!({"response": {"remove": ["server"]}});
    let plain_jwt = json!({"issuer": "https://id.test", "audiences": ["a"], "algorithms": ["ES256"],
                           "jwks": {"keys": [issuer.public_key("es-1")]}});
    for (kind, plain, document) in [("headers", plain_headers, headers), ("jwt", plain_jwt, jwt)] {
        let slug = format!("changed-{kind}");
        let policy = json!({"slug": slug, "api": API, "environment": "sandbox", "kind": kind, "document": plain});
        texts.send(root, "create_policy", &[], policy).await;
        let changed = json!({"document": document, "reason": text(500)});
        texts.send(root, "update_policy", &[&slug], changed).await;
    }
    for (mode, reason) in [
        ("off", FORMULA),
        ("enforce", "+1"),
        ("off", "-1"),
        ("enforce", "@SUM(1)"),
    ] {
        let changed = json!({"mode": mode, "reason": reason});
        texts
            .send(root, "update_policy", &["filled-headers"], changed)
            .await;
    }
    let secret = json!({"value": "what the backend wants", "reason": text(500)});
    texts
        .send(root, "put_backend_secret", &[API, "filled"], secret)
        .await;
}

/// Settings of the tenant, and what is made under them.
pub(super) async fn settings(texts: &mut Texts, root: &CiToken, issuer: &TestIssuer) {
    texts
        .send(root, "update_tenant", &[], json!({"name": line(80)}))
        .await;
    texts
        .send(
            root,
            "update_branding",
            &[],
            json!({"welcome": markdown(4_000)}),
        )
        .await;
    let reasons = json!({"due_s": 3_600, "reject_reasons": [text(500), text(500)]});
    texts
        .send(root, "put_approval_settings", &[], reasons)
        .await;
    roles_and_teams(texts, root).await;
    programs(texts, root, issuer).await;
    providers(texts, root, issuer).await;
}

async fn roles_and_teams(texts: &mut Texts, root: &CiToken) {
    let described = json!({"name": line(80), "description": text(400)});
    let role = |slug: &str| json!({"slug": slug, "name": slug, "permissions": ["api.read"]});
    let mut filled = role("filled");
    (filled["name"], filled["description"]) =
        (described["name"].clone(), described["description"].clone());
    texts.send(root, "create_role", &[], filled).await;
    texts.send(root, "create_role", &[], role("changed")).await;
    texts
        .send(root, "update_role", &["changed"], described)
        .await;
    let team = json!({"slug": "filled", "name": line(80), "kind": "consumer"});
    texts.send(root, "create_team", &[], team).await;
    let team = json!({"slug": "changed", "name": "Changed", "kind": "consumer"});
    texts.send(root, "create_team", &[], team).await;
    texts
        .send(root, "update_team", &["changed"], json!({"name": line(80)}))
        .await;
}

/// What programs act by, and what they are told by.
async fn programs(texts: &mut Texts, root: &CiToken, issuer: &TestIssuer) {
    let token = json!({"name": line(80), "scopes": ["catalogue.read"]});
    texts.send(root, "create_token", &[], token).await;
    let hook =
        json!({"name": line(80), "url": "https://hooks.example.com/x", "types": ["config.drift"]});
    texts.send(root, "create_webhook", &[], hook.clone()).await;
    let mut plain = hook;
    plain["name"] = "Plain".into();
    let plain = texts.send(root, "create_webhook", &[], plain).await;
    texts
        .send(
            root,
            "update_webhook",
            &[&id_of(&plain)],
            json!({"name": line(80)}),
        )
        .await;
    let trust = json!({"name": line(80), "issuer": issuer.url(), "audience": line(255), "subject_pattern": word(500),
                       "scopes": ["catalogue.read"]});
    texts.send(root, "create_ci_trust", &[], trust).await;
}

async fn providers(texts: &mut Texts, root: &CiToken, issuer: &TestIssuer) {
    let changed = json!({"name": line(80), "claim": line(100), "scopes": [word(100)],
                         "grants": [{"value": line(200), "role": "developer"}]});
    let mut filled = changed.clone();
    (filled["slug"], filled["issuer"], filled["client_id"]) =
        ("filled".into(), issuer.url().into(), line(255).into());
    texts
        .send(root, "create_identity_provider", &[], filled)
        .await;
    let plain =
        json!({"slug": "changed", "name": "Plain", "issuer": issuer.url(), "client_id": "plain"});
    texts
        .send(root, "create_identity_provider", &[], plain)
        .await;
    texts
        .send(root, "update_identity_provider", &["changed"], changed)
        .await;
}

/// What needs more than the tenant's own rights: other tenants, and the end of one.
pub(super) async fn tenants(texts: &mut Texts, platform: &CiToken, owner: &CiToken, leaving: &str) {
    let tenant = json!({"slug": "filled", "name": line(80)});
    texts.send(platform, "create_tenant", &[], tenant).await;
    for operation in ["suspend_tenant", "activate_tenant"] {
        let why = json!({"reason": text(500)});
        texts.send(platform, operation, &["filled"], why).await;
    }
    let close = json!({"confirm": leaving, "reason": text(500)});
    texts.send(owner, "close_tenant", &[], close).await;
    texts
        .send(owner, "reopen_tenant", &[], json!({"reason": text(500)}))
        .await;
}

/// What goes back and forth at the end, when nothing else is published any more.
pub(super) async fn releases(texts: &mut Texts, root: &CiToken) {
    let content = "apiVersion: gatehouse/v1\nkind: plan\nmetadata: {api: texts, name: next}\nspec: {summary: From files}\n";
    let files = json!({"files": [{"path": "next.yaml", "content": content}]});
    let changeset = texts.send(root, "create_changeset", &[], files).await;
    let why = json!({"reason": text(500)});
    texts
        .send(root, "apply_changeset", &[&id_of(&changeset)], why.clone())
        .await;
    for summary in ["One.", "Two."] {
        let changed = json!({"summary": summary});
        texts.send(root, "update_api", &["ending"], changed).await;
    }
    let releases = root.get("/v1/releases").await.assert_status(200).json();
    let newest = releases["data"][0]["number"].as_i64().unwrap();
    let before = (newest - 1).to_string();
    let mut back = why;
    back["now"] = true.into();
    texts.send(root, "roll_back", &[&before], back).await;
}
