//! Nothing of one tenant is reached, named or guessed from another, and no role does what it may not.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_domain::Role;
use gatehouse_harness::certificates::Authority;
use gatehouse_harness::isolation::{IsolationWalk, Names};
use http::Method;
use serde_json::{Value, json};

use crate::served::{Served, Tenant};

/// A description with one operation, whose slug is also its id.
pub(crate) fn description(operation: &str) -> String {
    json!({
        "openapi": "3.1.0",
        "info": {"title": operation, "version": "1"},
        "paths": {format!("/{operation}"): {"get": {"operationId": operation, "responses": {"200": {"description": "ok"}}}}}
    })
    .to_string()
}

/// A day from the served moment, as JSON has it.
fn tomorrow(served: &Served) -> String {
    (served.now() + time::Duration::days(1))
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap()
}

async fn newest_release(served: &Served, token: &str) -> i64 {
    let releases = served.get(token, "/v1/releases").await.expect(200);
    releases["data"][0]["number"].as_i64().unwrap()
}

/// A release that only the first tenant has got to. Nothing came after it: going back to it takes nothing from the scene.
async fn further_release(served: &Served, token: &str, other: &str) -> String {
    let reached = newest_release(served, other).await;
    for round in 0..20 {
        let newest = newest_release(served, token).await;
        if newest > reached {
            return newest.to_string();
        }
        let body = json!({"summary": format!("Round {round}.")});
        let (path, headers) = ("/v1/apis/northwind-weather", [("if-match", "*")]);
        served
            .ask(Method::PATCH, path, token, &headers, Some(body))
            .await
            .expect(200);
    }
    panic!("a change of an API makes no release");
}

/// One of everything a tenant has, under names that begin with `prefix`.
async fn scene(served: &Served, tenant: &Tenant, prefix: &str) -> (Names, String) {
    let token = served.mighty(tenant).await;
    let (other, other_token) = served.colleague(tenant, &format!("{prefix}-ana")).await;
    let session = served.session(other, &format!("{prefix} one")).await;
    served.session(other, &format!("{prefix} two")).await;
    let newcomer = served
        .member(tenant, &format!("{prefix}-bo"), Role::Developer)
        .await;
    // Paused: what concerns it waits, and nothing in the background changes it.
    let hook =
        json!({"name": prefix, "url": "https://hooks.example.com/x", "types": ["subscription.*"]});
    let hook = served.post(&token, "/v1/webhooks", hook).await.expect(201);
    let hook_path = format!("/v1/webhooks/{}", hook["id"].as_str().unwrap());
    served
        .ask(
            Method::POST,
            &format!("{hook_path}/pause"),
            &token,
            &[],
            None,
        )
        .await
        .expect(200);
    let api = format!("{prefix}-weather");
    let version = format!("{prefix}1");
    let operation = format!("{prefix}Forecast");
    let path = format!("/v1/apis/{api}/versions/{version}/spec?create=true");
    let published = served
        .send(
            served
                .request(Method::PUT, &path)
                .bearer_auth(&token)
                .body(description(&operation)),
        )
        .await
        .expect(201);
    let operations = served
        .get(
            &token,
            &format!("/v1/apis/{api}/versions/{version}/operations"),
        )
        .await
        .expect(200);
    let team = format!("{prefix}-ops");
    let made_team = served
        .post(
            &token,
            "/v1/teams",
            json!({"slug": team, "name": team, "kind": "consumer"}),
        )
        .await
        .expect(201);
    let teams = format!("/v1/teams/{team}/members/{}", tenant.owner);
    served
        .ask(
            Method::PUT,
            &teams,
            &token,
            &[],
            Some(json!({"role": "lead"})),
        )
        .await
        .expect(200);
    let guide = format!("{prefix}-guide");
    let written = json!({"slug": guide, "title": "Begin", "markdown": "Go."});
    let guides = format!("/v1/apis/{api}/guides");
    served.post(&token, &guides, written).await.expect(201);
    let questions = format!("/v1/apis/{api}/questions");
    let asked = json!({"text": "How many?"});
    let asked = served.post(&token, &questions, asked).await.expect(201);
    let wrong = json!({"title": "Slow", "impact": "degraded", "apis": [api], "text": "We look."});
    let incident = served.post(&token, "/v1/incidents", wrong).await;
    let incident = incident.expect(201);
    let entries = format!("/v1/apis/{api}/changelog");
    let entries = served.get(&token, &entries).await.expect(200);
    let terms = format!("{prefix}-terms");
    let text_of_terms = json!({"slug": terms, "title": "Terms", "markdown": "Be good."});
    served
        .post(&token, "/v1/terms", text_of_terms)
        .await
        .expect(201);
    let bundle = format!("{prefix}-bundle");
    let whole =
        json!({"slug": bundle, "name": "Bundle", "items": [{"api": api, "version": version}]});
    let product = served.post(&token, "/v1/products", whole).await.expect(201);
    // Offered, so that whoever reads the catalogue finds it.
    let home = format!("/v1/products/{bundle}");
    let tag = served.get(&token, &home).await.header("etag").to_owned();
    let offer = Some(json!({"state": "published"}));
    served
        .ask(Method::PATCH, &home, &token, &[("if-match", &tag)], offer)
        .await
        .expect(200);
    let plan = format!("{prefix}-plan");
    let limits = json!([{"kind": "rate", "amount": 5, "window_s": 1}, {"kind": "quota", "amount": 100, "period": "day"}]);
    let body = json!({"slug": plan, "name": plan, "approval": "manual", "environments": ["sandbox", "production"], "limits": limits,
                      "max_subscription_days": 30});
    let made_plan = served
        .post(&token, &format!("/v1/apis/{api}/plans"), body)
        .await
        .expect(201);
    let made_application = served
        .post(
            &token,
            "/v1/applications",
            json!({"name": format!("{prefix} shop"), "team": team}),
        )
        .await
        .expect(201);
    let application = made_application["slug"].as_str().unwrap().to_owned();
    let wish = json!({"application": application, "api": api, "plan": plan, "environment": "sandbox", "reason": "to try"});
    let subscription = served
        .post(&token, "/v1/subscriptions", wish)
        .await
        .expect(201);
    let upstream = format!("/v1/apis/{api}/upstreams/sandbox");
    let policy = format!("{prefix}-headers");
    let config = json!({"request": {"set": [{"name": "x-region", "value": prefix}]}});
    let attached = json!({"slug": policy, "api": api, "kind": "headers", "document": config});
    let attached = served
        .post(&token, "/v1/policies", attached)
        .await
        .expect(201);
    let secret = format!("{prefix}-token");
    let put_secret = served
        .ask(
            Method::PUT,
            &format!("/v1/apis/{api}/backend-secrets/{secret}"),
            &token,
            &[("if-none-match", "*")],
            Some(json!({"value": "what the backend wants"})),
        )
        .await
        .expect(201);
    let target = json!({"targets": [{"url": "https://backend.example.com"}]});
    let put = served
        .ask(
            Method::PUT,
            &upstream,
            &token,
            &[("if-none-match", "*")],
            Some(target),
        )
        .await
        .expect(201);
    let key = served
        .post(
            &token,
            &format!("/v1/applications/{application}/keys"),
            json!({"environment": "sandbox", "name": "one"}),
        )
        .await
        .expect(201);
    let issued = Authority::default().issue(&["walk.example"]);
    let certificate = served
        .ask(
            Method::PUT,
            &format!("/v1/certificates/{prefix}-walk"),
            &token,
            &[("if-none-match", "*")],
            Some(json!({"chain": issued.chain, "key": issued.key})),
        )
        .await
        .expect(201);
    let invited = json!({"email": format!("{prefix}@new.example"), "role": "developer"});
    let invitation = served
        .post(&token, "/v1/invitations", invited)
        .await
        .expect(201);
    let spare = served
        .post(
            &other_token,
            "/v1/tokens",
            json!({"name": "spare", "scopes": ["api.read"]}),
        )
        .await
        .expect(201);
    let trust = served
        .ci_trust(
            &token,
            "repo:acme/orders:ref:refs/heads/main",
            &["catalogue.read"],
        )
        .await;
    let provider = served
        .identity_provider(&token, &format!("{prefix}-login"))
        .await;
    let delivery = gatehouse_harness::eventually(
        gatehouse_harness::wait::PATIENCE,
        "the request is told to the webhook",
        async || {
            let path = format!("{hook_path}/deliveries");
            let listed = served.get(&token, &path).await.expect(200);
            let id = listed["data"][0]["id"].as_str();
            id.map(str::to_owned).ok_or_else(|| listed.to_string())
        },
    )
    .await;
    let notice = gatehouse_harness::eventually(
        gatehouse_harness::wait::PATIENCE,
        "the request is told to whoever may decide it",
        async || {
            let inbox = served.get(&other_token, "/v1/account/inbox").await;
            let inbox = inbox.expect(200);
            let id = inbox["data"][0]["id"].as_str();
            id.map(str::to_owned).ok_or_else(|| inbox.to_string())
        },
    )
    .await;
    let ends_at = tomorrow(served);
    let delegation = served
        .post(
            &other_token,
            "/v1/delegations",
            json!({"to": newcomer, "ends_at": ends_at}),
        )
        .await
        .expect(201);
    let changeset = served
        .post(&token, "/v1/changesets", json!({"files": []}))
        .await
        .expect(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let role = format!("{prefix}-viewer");
    let made_role = json!({"slug": role, "name": role, "permissions": ["api.read"]});
    served
        .post(&token, "/v1/roles", made_role)
        .await
        .expect(201);
    let scoped = json!({"role": "publisher", "scope": {"api": api}});
    let grants = format!("/v1/members/{newcomer}/grants");
    let grant = served.post(&token, &grants, scoped).await.expect(201);
    let job = ended_export(served, &token).await;
    let names: Names = [
        ("job", vec![job]),
        ("role", vec![role]),
        ("grant", vec![text(&grant["id"])]),
        ("webhook", vec![text(&hook["id"])]),
        ("delivery", vec![delivery]),
        ("slug", vec![api.clone()]),
        ("api", vec![text(&published["api"]["id"]), api]),
        ("version", vec![version]),
        ("revision", vec!["1".to_owned()]),
        ("rule", vec!["path-casing".to_owned()]),
        ("mail_template", vec!["key_leaked".to_owned()]),
        ("session", vec![session]),
        ("notice", vec![notice]),
        ("type", vec!["subscription.approved".to_owned()]),
        ("operation", vec![text(&operations["data"][0]["slug"])]),
        ("terms", vec![terms]),
        ("policy", vec![text(&attached["id"]), policy]),
        ("secret", vec![text(&put_secret["id"]), secret]),
        ("guide", vec![guide]),
        ("comment", vec![text(&asked["id"])]),
        ("incident", vec![text(&incident["id"])]),
        ("entry", vec![text(&entries["data"][0]["id"])]),
        ("product", vec![text(&product["id"]), bundle]),
        ("plan", vec![text(&made_plan["id"]), plan]),
        ("environment", vec![text(&put["environment"]["id"])]),
        (
            "application",
            vec![text(&made_application["id"]), application],
        ),
        ("subscription", vec![text(&subscription["id"])]),
        ("key", vec![text(&key["id"])]),
        ("delegation", vec![text(&delegation["id"])]),
        ("change", vec![text(&key["change_id"])]),
        ("team", vec![text(&made_team["id"]), team]),
        ("user", vec![newcomer.to_string()]),
        ("token", vec![text(&spare["id"])]),
        ("invitation", vec![text(&invitation["id"])]),
        ("ci_trust", vec![text(&trust["id"])]),
        (
            "certificate",
            vec![text(&certificate["id"]), format!("{prefix}-walk")],
        ),
        (
            "identity_provider",
            vec![text(&provider["id"]), format!("{prefix}-login")],
        ),
        ("changeset", vec![text(&changeset["id"])]),
        // Counted by each tenant for itself: this one nobody has got to.
        ("release", vec![(prefix.len() * 1_000).to_string()]),
    ]
    .into_iter()
    .map(|(kind, names)| (kind.to_owned(), names))
    .collect();
    (names, other_token)
}

/// An export that is done: nothing about it changes any more.
async fn ended_export(served: &Served, token: &str) -> String {
    let begun = served.ask(Method::POST, "/v1/tenant/export", token, &[], None);
    let begun = begun.await.expect(202);
    let job = begun["id"].as_str().unwrap().to_owned();
    gatehouse_harness::eventually(
        gatehouse_harness::wait::PATIENCE,
        "the tenant is exported",
        async || {
            let seen = served.get(token, &format!("/v1/jobs/{job}")).await;
            let seen = seen.expect(200);
            match seen["state"].as_str() {
                Some("done") => Ok(()),
                _ => Err(seen.to_string()),
            }
        },
    )
    .await;
    job
}

/// Names of the same form that nobody has: ids with other digits, slugs with another prefix.
fn never(foreign: &Names) -> Names {
    let other = |name: &String| match name.split_once('_') {
        Some((prefix, _)) => format!("{prefix}_01m2k3a4b5c6d7e8f9g0h1j2k3"),
        // The hash of a session.
        None if name.len() == 64 => "0".repeat(64),
        None if name.contains('-') && name.len() == 36 => {
            "018f0000-0000-7000-8000-000000000001".to_owned()
        }
        None => name.replace("contoso", "nothere"),
    };
    foreign
        .iter()
        .map(|(kind, names)| (kind.clone(), names.iter().map(other).collect()))
        .collect()
}

fn bodies() -> BTreeMap<String, Vec<Value>> {
    let reason = json!({"reason": "for the walk"});
    let wish = json!({"application": "northwind-shop", "api": "northwind-weather", "plan": "northwind-plan",
                      "environment": "production", "reason": "to sell"});
    let plan =
        json!({"slug": "gold", "name": "Gold", "approval": "auto", "environments": ["sandbox"]});
    [
        ("update_tenant", json!({"name": "Northwind"})),
        ("update_branding", json!({"accent": "#0b5fb0"})),
        ("set_member_roles", json!({"roles": ["developer"]})),
        ("create_invitation", json!({"email": "walk@new.example", "role": "developer"})),
        ("create_role", json!({"slug": "walk", "name": "Walk", "permissions": ["api.read"]})),
        ("update_role", json!({"description": "Walked."})),
        ("add_grant", json!({"role": "auditor"})),
        ("close_tenant", json!({"confirm": "northwind", "reason": "for the walk"})),
        ("reopen_tenant", reason.clone()),
        ("create_tenant", json!({"slug": "walk", "name": "Walk"})),
        ("suspend_tenant", reason.clone()),
        ("activate_tenant", reason.clone()),
        ("create_team", json!({"slug": "walk", "name": "Walk", "kind": "consumer"})),
        ("update_team", json!({"name": "Walk"})),
        ("add_team_member", json!({"role": "member"})),
        ("create_token", json!({"name": "walk", "scopes": ["catalogue.read"]})),
        ("set_mail_preference", json!({"mail": "hourly"})),
        ("set_language", json!({"language": "de"})),
        ("create_join_token", json!({})),
        ("create_api", json!({"slug": "walk", "name": "Walk"})),
        ("update_api", json!({"summary": "Walked."})),
        ("publish_spec", json!({"openapi": "3.1.0", "info": {"title": "Walk", "version": "1"},
                                "paths": {"/w": {"get": {"responses": {"200": {"description": "ok"}}}}}})),
        ("import_spec", json!({"url": "http://127.0.0.1:9/never-fetched"})),
        ("compare_spec", json!({"openapi": "3.1.0", "info": {"title": "Walk", "version": "1"},
                                "paths": {"/w": {"get": {"responses": {"200": {"description": "ok"}}}}}})),
        ("set_compat", json!({"compat": "strict"})),
        ("accept_revision", reason.clone()),
        ("set_lint_rule", json!({"level": "warn"})),
        ("deprecate_version", json!({"sunset_at": "2099-01-01T00:00:00Z"})),
        ("retire_version", json!({"reason": "old"})),
        ("create_guide", json!({"slug": "walk", "title": "Walk"})),
        ("update_guide", json!({"title": "Walked"})),
        ("add_changelog_entry", json!({"title": "Walk"})),
        ("update_changelog_entry", json!({"title": "Walked"})),
        ("open_incident", json!({"title": "Walk", "impact": "outage", "apis": ["northwind-weather"], "text": "Walking."})),
        ("update_incident", json!({"state": "monitoring", "text": "Walked."})),
        ("create_terms", json!({"slug": "walk", "title": "Walk", "markdown": "Walk."})),
        ("publish_terms", json!({"markdown": "Walk on."})),
        ("create_product", json!({"slug": "walk-all", "name": "Walk", "items": [{"api": "northwind-weather", "version": "northwind1"}]})),
        ("update_product", json!({"summary": "Walked."})),
        ("put_product_items", json!({"items": [{"api": "northwind-weather", "version": "northwind1"}]})),
        ("retire_product", json!({"reason": "old"})),
        ("create_plan", plan),
        ("update_plan", json!({"summary": "Walked."})),
        ("close_plan", json!({})),
        ("put_approval_settings", json!({"due_s": 3600})),
        ("put_plan_approval", json!({"rule": null, "questions": []})),
        ("simulate_approval_rule", json!({"days": 7, "rule": {"name": "walk", "mode": "off", "match": "any", "conditions": [{"kind": "verified_mail"}]}})),
        ("create_changeset", json!({"files": []})),
        ("apply_changeset", json!({})),
        ("update_configuration", json!({"interactive_edits": "record"})),
        ("create_policy", json!({"api": "northwind-weather", "version": "northwind1", "kind": "rate_limit", "reason": "for the walk",
                                 "document": {"amount": 5, "window_s": 1}})),
        ("update_policy", json!({"mode": "off", "reason": "for the walk"})),
        ("put_backend_secret", json!({"value": "what the backend wants now", "reason": "for the walk"})),
        ("update_environment", json!({"public_url": null})),
        ("put_upstream", json!({"targets": [{"url": "https://backend.example.com"}]})),
        ("create_application", json!({"name": "walk"})),
        ("update_application", json!({"description": "Walked."})),
        ("suspend_application", reason.clone()),
        ("invite_application_member", json!({"email": "northwind-bo@people.example"})),
        ("issue_key", json!({"environment": "sandbox", "name": "walk"})),
        ("create_webhook", json!({"name": "walk", "url": "https://hooks.example.com/y", "application": "northwind-shop"})),
        ("update_webhook", json!({"name": "Walked"})),
        ("rotate_webhook_secret", json!({})),
        ("redeliver_many", json!({"since": "2026-01-01T00:00:00Z"})),
        ("rotate_key", json!({})),
        ("revoke_key", json!({})),
        ("request_access", wish.clone()),
        ("grant_access", wish),
        ("approve_subscription", json!({})),
        ("reject_subscription", reason.clone()),
        ("send_message", json!({"text": "for the walk"})),
        ("ask_question", json!({"text": "for the walk"})),
        ("answer_question", json!({"text": "for the walk"})),
        ("hide_comment", reason.clone()),
        ("suspend_subscription", reason.clone()),
        ("revoke_subscription", reason.clone()),
        ("renew_subscription", json!({})),
        ("approve_renewal", json!({})),
        ("reject_renewal", reason.clone()),
        ("accept_subscription_terms", json!({"terms": "northwind-terms", "version": 1})),
        ("request_plan_change", json!({"plan": "northwind-plan"})),
        ("approve_plan_change", json!({})),
        ("reject_plan_change", reason),
    ]
    .into_iter()
    .map(|(operation, body)| (operation.to_owned(), vec![body]))
    .collect()
}

/// A walk by the approver, so that decisions are not refused for being one's own.
pub(crate) async fn walk(served: &Served) -> IsolationWalk {
    let (mut own, approver) = scene(served, &served.northwind, "northwind").await;
    let (mut foreign, other) = scene(served, &served.contoso, "contoso").await;
    let gateway = "gw_01m2k3a4b5c6d7e8f9g0h1j2k3".to_owned();
    own.insert("gateway".to_owned(), vec![gateway]);
    // None of the walk's tokens speaks for the platform: to them no tenant exists, their own neither.
    own.insert("tenant".to_owned(), vec!["northwind".to_owned()]);
    foreign.insert("tenant".to_owned(), vec!["contoso".to_owned()]);
    let subscription = own["subscription"][0].clone();
    let mut bodies = bodies();
    let heir = json!({"to": served.northwind.owner});
    bodies.insert("transfer_member".to_owned(), vec![heir]);
    let deputy = json!({"to": own["user"][0], "ends_at": tomorrow(served)});
    bodies.insert("create_delegation".to_owned(), vec![deputy]);
    let decision = json!({"decisions": [{"subscription": subscription, "verdict": "approve"}]});
    bodies.insert("decide_many".to_owned(), vec![decision]);
    let provider =
        json!({"slug": "walk", "name": "Walk", "issuer": served.issuer.url(), "client_id": "walk"});
    let trusting = json!({"name": "walk", "issuer": served.issuer.url(), "audience": "gatehouse", "scopes": ["catalogue.read"],
                          "subject_pattern": "repo:acme/walk:ref:refs/heads/main"});
    bodies.insert("create_ci_trust".to_owned(), vec![trusting]);
    let issued = Authority::default().issue(&["walked.example"]);
    let certificate = json!({"chain": issued.chain, "key": issued.key});
    bodies.insert("put_certificate".to_owned(), vec![certificate]);
    let mut leading = provider.clone();
    let grants = json!([{"value": "staff", "team": own["team"][0]}]);
    (leading["claim"], leading["grants"]) = (json!("groups"), grants.clone());
    bodies.insert(
        "create_identity_provider".to_owned(),
        vec![provider, leading],
    );
    let grants = json!({"claim": "groups", "grants": grants});
    bodies.insert(
        "update_identity_provider".to_owned(),
        vec![json!({"name": "Walk"}), grants],
    );
    for operation in ["request_access", "grant_access"] {
        let known = bodies.get_mut(operation).unwrap();
        let mut with_new = known[0].clone();
        with_new.as_object_mut().unwrap().remove("application");
        with_new["new_application"] = json!({"name": "made on the way"});
        known.push(with_new);
    }
    // Another plan can be asked for only where access is in force.
    let wish = json!({"new_application": {"name": "granted", "team": own["team"][0]}, "api": "northwind-weather",
                      "plan": "northwind-plan", "environment": "sandbox", "reason": "ours"});
    let granted = served
        .post(&approver, "/v1/subscriptions/grant", wish)
        .await
        .expect(201)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let granted = Names::from([("subscription".to_owned(), vec![granted])]);
    let release = further_release(served, &approver, &other).await;
    own.insert("release".to_owned(), vec![release]);
    IsolationWalk {
        base: served.url(""),
        document: serde_json::to_value(gatehouse_admin_api::document()).unwrap(),
        token: approver,
        own,
        own_for: BTreeMap::from([("request_plan_change".to_owned(), granted)]),
        never: never(&foreign),
        foreign,
        bodies,
        // Gateways of the shared group serve every tenant, who all see them. Lint rules, mails and the types of events are the
        // program's, and revisions are numbered within their version.
        shared: BTreeSet::from(
            ["gateway", "rule", "mail_template", "revision", "type"].map(str::to_owned),
        ),
        made: BTreeSet::from([
            ("publish_spec", "version"),
            ("import_spec", "version"),
            ("compare_spec", "version"),
            ("put_certificate", "certificate"),
            ("put_backend_secret", "secret"),
        ]),
        // Nobody hands on more than they have, the shared gateways are the platform's, and deputies of others are taken back by
        // whoever manages members.
        ask_for_more: BTreeSet::from([
            "add_grant",
            "close_tenant",
            "transfer_member",
            "resend_invitation",
            "remove_grant",
            "revoke_delegation",
            "create_invitation",
            "create_join_token",
            "disable_member",
            "enable_member",
            "reset_second_factor",
            "roll_back",
            "set_member_roles",
        ]),
        client: reqwest::Client::builder().build().unwrap(),
    }
}

#[tokio::test]
async fn ids_of_another_tenant_answer_as_if_they_had_never_existed() {
    let served = Served::start().await;
    let walk = walk(&served).await;
    let before = served.count("select count(*) from audit_log").await;
    let faults = walk.foreign_ids().await;
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert_eq!(
        served.count("select count(*) from audit_log").await,
        before,
        "the walk changed something"
    );
}

#[tokio::test]
async fn a_dry_run_answers_as_in_earnest_and_changes_nothing() {
    let served = Served::start().await;
    let walk = walk(&served).await;
    let before = served.everything().await;
    let answers = walk.dry_runs().await;
    let done = answers
        .iter()
        .filter(|(_, status)| (200..300).contains(status))
        .count();
    assert!(done >= 30, "{done} of {answers:?}");
    assert_eq!(served.everything().await, before);
}

#[tokio::test]
async fn a_body_that_may_be_left_out_may_be_null() {
    let served = Served::start().await;
    let mut walk = walk(&served).await;
    let optional = walk.optional_bodies();
    assert!(optional.len() >= 15, "{optional:?}");
    for operation in &optional {
        walk.bodies.remove(operation);
    }
    let mut without = walk.dry_runs().await;
    without.retain(|(operation, _)| optional.contains(operation));
    for operation in &optional {
        walk.bodies.insert(operation.clone(), vec![Value::Null]);
    }
    let mut with_null = walk.dry_runs().await;
    with_null.retain(|(operation, _)| optional.contains(operation));
    assert_eq!(with_null, without);
}

#[tokio::test]
async fn every_operation_is_refused_without_its_permission_and_by_nothing_but_it() {
    let served = Served::start().await;
    let walk = walk(&served).await;
    let faults = walk.permissions().await;
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
