//! A scene in which every write of the document can be carried out: each finds the thing it acts on in the state it needs, and
//! none takes it from another.

use gatehouse_domain::Role;
use gatehouse_harness::certificates::Authority;
use gatehouse_harness::isolation::{IsolationWalk, Names};
use gatehouse_harness::wait::{PATIENCE, eventually};
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::isolation::{description, walk};
use crate::publishing::description_server;
use crate::served::Served;

const API: &str = "/v1/apis/northwind-weather";

/// Writes after which others find nothing of the scene: they come last, in this order.
const LAST: &[&str] = &[
    "redeliver",
    "redeliver_many",
    "cancel_job",
    "roll_back",
    "update_configuration",
    "close_tenant",
    "reopen_tenant",
];

/// Writes on a subscription that is in force.
const IN_FORCE: &[&str] = &[
    "accept_subscription_terms",
    "approve_plan_change",
    "approve_renewal",
    "cancel_subscription",
    "pause_subscription",
    "reject_plan_change",
    "reject_renewal",
    "renew_subscription",
    "request_plan_change",
    "resume_subscription",
    "revoke_subscription",
    "suspend_subscription",
    "unsuspend_subscription",
    "withdraw_plan_change",
];

/// Writes about shared gateways.
const OF_THE_PLATFORM: &[&str] = &[
    "create_join_token",
    "drain_gateway",
    "retire_gateway",
    "undrain_gateway",
];

/// Writes on a request that waits.
const WAITING: &[&str] = &[
    "approve_subscription",
    "decide_many",
    "reconsider_subscription",
    "reject_subscription",
    "send_message",
    "withdraw_subscription",
];

/// Writes about a member.
const OF_MEMBERS: &[&str] = &[
    "add_grant",
    "add_team_member",
    "disable_member",
    "enable_member",
    "invite_application_member",
    "remove_application_member",
    "remove_grant",
    "remove_team_member",
    "reset_second_factor",
    "set_member_roles",
    "transfer_member",
];

/// A served admin API whose first tenant has everything, and the walk that carries writes out as one of its people.
pub(crate) struct Scene {
    pub(crate) served: Served,
    pub(crate) walk: IsolationWalk,
    /// Another owner than the one who walks, so that nobody decides about what they asked for.
    owner: String,
    /// Speaks for an administrator of the platform, whose the shared gateways are.
    platform: String,
    _serving: JoinSet<()>,
}

fn text(value: &Value, name: &str) -> String {
    let found = value[name].as_str();
    found
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}

impl Scene {
    pub(crate) async fn set() -> Self {
        let served = Served::start().await;
        let walk = walk(&served).await;
        let owner = served.mighty(&served.northwind).await;
        let platform = served.platform(&served.northwind).await;
        let mut scene = Self {
            served,
            walk,
            owner,
            platform,
            _serving: JoinSet::new(),
        };
        scene.set_offer().await;
        scene.set_descriptions().await;
        scene.set_access().await;
        scene.set_applications().await;
        scene.set_members().await;
        scene.set_settings().await;
        scene
    }

    /// Every write of the document, those that spoil the scene last.
    pub(crate) fn writes(&self) -> Vec<String> {
        let mut writes = self.walk.writes();
        writes.sort();
        writes.retain(|operation| !LAST.contains(&operation.as_str()));
        writes.extend(LAST.iter().map(|operation| (*operation).to_owned()));
        writes
    }

    /// Carries a write out: status, request id, what was sent and what came back.
    pub(crate) async fn carry_out(&mut self, operation: &str) -> (u16, String, Value, Value) {
        match operation {
            "cancel_job" => self.begin_a_job_that_never_ends().await,
            "roll_back" => self.aim_one_release_back().await,
            "redeliver" => {
                // As if it had been tried and given up.
                let given_up = "update webhook_delivery set state = 'dead', finished_at = now()";
                self.served.sql(given_up).await;
            }
            _ => {}
        }
        let of_the_platform = OF_THE_PLATFORM.contains(&operation);
        let walker = self.walk.token.clone();
        if of_the_platform {
            self.walk.token.clone_from(&self.platform);
        }
        let done = self.walk.carry_out(operation).await;
        self.walk.token = walker;
        done
    }

    /// What one operation acts on, by path parameter.
    fn on(&mut self, operation: &str, names: &[(&str, &str)]) {
        let names = names
            .iter()
            .map(|(kind, name)| ((*kind).to_owned(), vec![(*name).to_owned()]));
        self.walk
            .own_for
            .insert(operation.to_owned(), names.collect::<Names>());
    }

    fn send(&mut self, operation: &str, body: Value) {
        self.walk.bodies.insert(operation.to_owned(), vec![body]);
    }

    /// Something the other owner does first.
    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(Method::POST, path, Some(body), &self.owner).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>, token: &str) -> Value {
        let headers = [("if-match", "*")];
        let answer = self.served.ask(method, path, token, &headers, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        answer.json()
    }

    async fn publish(&self, version: &str, description: String) -> u16 {
        let path = format!("{API}/versions/{version}/spec");
        let request = self.served.request(Method::PUT, &path);
        let request = request.bearer_auth(&self.owner).body(description);
        self.served.send(request).await.status.as_u16()
    }

    async fn set_offer(&mut self) {
        for plan in ["next", "spare", "filed"] {
            let plan = json!({"slug": plan, "name": plan, "approval": "manual", "environments": ["sandbox", "production"],
                              "max_subscription_days": 30});
            self.post(&format!("{API}/plans"), plan).await;
        }
        self.on("close_plan", &[("plan", "spare")]);
        let content = "apiVersion: gatehouse/v1\nkind: plan\nmetadata: {api: northwind-weather, name: filed}\nspec: {name: From files}\n";
        let files = json!({"files": [{"path": "filed.yaml", "content": content}]});
        let changeset = self.post("/v1/changesets", files.clone()).await;
        self.on("apply_changeset", &[("changeset", &text(&changeset, "id"))]);
        self.send("create_changeset", files);
        for guide in ["update_guide", "delete_guide"] {
            let slug = guide.replace('_', "-");
            let written = json!({"slug": slug, "title": "Go", "markdown": "Go."});
            self.post(&format!("{API}/guides"), written).await;
            self.on(guide, &[("guide", &slug)]);
        }
        for entry in ["update_changelog_entry", "delete_changelog_entry"] {
            let added = json!({"title": entry});
            let added = self.post(&format!("{API}/changelog"), added).await;
            self.on(entry, &[("entry", &text(&added, "id"))]);
        }
        for question in ["answer_question", "hide_comment", "show_comment"] {
            let questions = format!("{API}/questions");
            let asked = self.post(&questions, json!({"text": "Why?"})).await;
            let id = text(&asked, "id");
            self.on(question, &[("comment", &id)]);
            if question == "show_comment" {
                let hide = format!("{API}/questions/{id}/hide");
                self.post(&hide, json!({"reason": "Asked twice."})).await;
            }
        }
        for product in ["put_product_items", "retire_product"] {
            let slug = product.replace('_', "-");
            let whole = json!({"slug": slug, "name": slug, "items": [{"api": "northwind-weather", "version": "northwind1"}]});
            self.post("/v1/products", whole).await;
            self.on(product, &[("product", &slug)]);
        }
        let narrow = json!({"items": [{"api": "northwind-weather", "version": "northwind1", "operations": ["GET /northwindForecast"]}]});
        self.send("put_product_items", narrow);
        let other = json!({"targets": [{"url": "https://other.example.com"}]});
        self.send("put_upstream", other);
    }

    /// Versions in each state, and revisions that wait to be accepted and to be published.
    async fn set_descriptions(&mut self) {
        for operation in [
            "accept_revision",
            "deprecate_version",
            "publish_revision",
            "publish_version",
            "retire_version",
            "set_compat",
        ] {
            let version = operation.replace('_', "-");
            let made = self.publish(&version, description("kept")).await;
            assert_eq!(made, 201, "{version}");
            self.on(operation, &[("version", &version), ("revision", "2")]);
            let path = format!("{API}/versions/{version}");
            if operation.ends_with("_revision") {
                let breaking = self.publish(&version, description("other")).await;
                assert_eq!(breaking, 409, "{version}");
            }
            if operation == "publish_revision" {
                let accept = format!("{path}/revisions/2/accept");
                let why = Some(json!({"reason": "Nobody calls it."}));
                self.ask(Method::POST, &accept, why, &self.walk.token).await;
            }
            if ["publish_version", "retire_version"].contains(&operation) {
                let end = json!({"sunset_at": "2099-01-01T00:00:00Z"});
                self.post(&format!("{path}/deprecate"), end).await;
            }
        }
        self.send("set_compat", json!({"compat": "warn"}));
        self.on("publish_spec", &[("version", "published")]);
        self.on("import_spec", &[("version", "imported")]);
        let url = description_server(&mut self._serving).await;
        self.send("import_spec", json!({"url": url}));
    }

    /// Subscriptions in force with what was asked about each, and requests that wait.
    async fn set_access(&mut self) {
        for operation in IN_FORCE {
            let wish = self.wish(operation);
            // Nobody grants access to applications of their own team.
            let (path, walker) = ("/v1/subscriptions/grant", &self.walk.token);
            let granted = self.ask(Method::POST, path, Some(wish), walker).await;
            let id = text(&granted, "id");
            self.on(operation, &[("subscription", &id)]);
            let first = match *operation {
                "resume_subscription" => Some(("pause", json!({}))),
                "unsuspend_subscription" => Some(("suspend", json!({"reason": "Too loud."}))),
                "approve_renewal" | "reject_renewal" => Some(("renew", json!({}))),
                "approve_plan_change" | "reject_plan_change" | "withdraw_plan_change" => {
                    Some(("plan-change", json!({"plan": "next"})))
                }
                _ => None,
            };
            if let Some((verb, body)) = first {
                let path = format!("/v1/subscriptions/{id}/{verb}");
                self.post(&path, body).await;
            }
        }
        self.send("request_plan_change", json!({"plan": "next"}));
        let made = json!({"name": "Request access", "team": "northwind-ops"});
        let made = self.post("/v1/applications", made).await;
        let wish = json!({"application": text(&made, "slug"), "api": "northwind-weather", "plan": "northwind-plan",
                          "environment": "production", "reason": "ours"});
        self.send("request_access", wish);
        for operation in WAITING {
            let asked = self.post("/v1/subscriptions", self.wish(operation)).await;
            let id = text(&asked, "id");
            self.on(operation, &[("subscription", &id)]);
            if *operation == "decide_many" {
                let decision = json!({"subscription": id, "verdict": "approve"});
                self.send(operation, json!({"decisions": [decision]}));
            }
            if *operation == "reconsider_subscription" {
                let path = format!("/v1/subscriptions/{id}/reject");
                let why = Some(json!({"reason": "Not now."}));
                self.ask(Method::POST, &path, why, &self.walk.token).await;
            }
        }
    }

    /// Access of an application of its own.
    fn wish(&self, name: &str) -> Value {
        json!({"new_application": {"name": name, "team": "northwind-ops"}, "api": "northwind-weather",
               "plan": "northwind-plan", "environment": "production", "reason": "ours"})
    }

    async fn set_applications(&mut self) {
        for operation in [
            "delete_application",
            "suspend_application",
            "unsuspend_application",
            "update_application",
        ] {
            let made = json!({"name": operation, "team": "northwind-ops"});
            let made = self.post("/v1/applications", made).await;
            let id = text(&made, "id");
            self.on(operation, &[("application", &id)]);
            if operation == "unsuspend_application" {
                let path = format!("/v1/applications/{id}/suspend");
                self.post(&path, json!({"reason": "Too loud."})).await;
            }
        }
        for operation in ["revoke_key", "rotate_key"] {
            let key = json!({"environment": "sandbox", "name": operation});
            let key = self.post("/v1/applications/northwind-shop/keys", key).await;
            self.on(operation, &[("key", &text(&key, "id"))]);
        }
        // That of the scene is paused.
        for operation in ["delete_webhook", "pause_webhook", "test_webhook"] {
            let hook = json!({"name": operation, "url": "https://hooks.example.com/z", "types": ["config.drift"]});
            let hook = self.post("/v1/webhooks", hook).await;
            self.on(operation, &[("webhook", &text(&hook, "id"))]);
        }
    }

    async fn set_members(&mut self) {
        for operation in OF_MEMBERS {
            let northwind = self.served.northwind.clone();
            let name = operation.replace('_', "-");
            let user = self.served.member(&northwind, &name, Role::Developer).await;
            let user = user.to_string();
            self.on(operation, &[("user", &user)]);
            let home = format!("/v1/members/{user}");
            match *operation {
                "enable_member" => {
                    self.post(&format!("{home}/disable"), json!({})).await;
                }
                "remove_grant" => {
                    let scoped =
                        json!({"role": "publisher", "scope": {"api": "northwind-weather"}});
                    let grant = self.post(&format!("{home}/grants"), scoped).await;
                    let grant = text(&grant, "id");
                    self.on(operation, &[("user", &user), ("grant", &grant)]);
                }
                "remove_team_member" | "remove_application_member" => {
                    let path = format!("/v1/teams/northwind-ops/members/{user}");
                    let role = Some(json!({"role": "member"}));
                    self.ask(Method::PUT, &path, role, &self.owner).await;
                }
                _ => {}
            }
        }
        self.send(
            "set_member_roles",
            json!({"roles": ["developer", "auditor"]}),
        );
        let colleague = json!({"email": "invite-application-member@people.example"});
        self.send("invite_application_member", colleague);
        // As if they had shown a first code.
        self.served
            .sql(
                "with key as (insert into installation_key (id, purpose, wrapped, master_key_id, created_at)
                              values (gen_random_uuid(), 'of a test', sha256('a') || substr(sha256('b'), 1, 28), 'none', now()) returning id)
                 insert into second_factor (user_id, secret_enc, secret_key_id, confirmed_at, created_at)
                 select u.id, 'sealed', key.id, now(), now() from app_user u, key where u.email = 'reset-second-factor@people.example'",
            )
            .await;
    }

    async fn set_settings(&mut self) {
        for operation in ["update_role", "delete_role"] {
            let slug = operation.replace('_', "-");
            let role = json!({"slug": slug, "name": slug, "permissions": ["api.read"]});
            self.post("/v1/roles", role).await;
            self.on(operation, &[("role", &slug)]);
        }
        for operation in ["resend_invitation", "revoke_invitation"] {
            let invited = json!({"email": format!("{operation}@new.example"), "role": "developer"});
            let invited = self.post("/v1/invitations", invited).await;
            self.on(operation, &[("invitation", &text(&invited, "id"))]);
        }
        let gone = self.served.identity_provider(&self.owner, "gone").await;
        let gone = text(&gone, "id");
        self.on("delete_identity_provider", &[("identity_provider", &gone)]);
        for operation in ["retire_gateway", "drain_gateway", "undrain_gateway"] {
            let name = operation.replace('_', "-");
            let gateway = self.served.join(&name).await.id.to_string();
            self.on(operation, &[("gateway", &gateway)]);
            if operation == "undrain_gateway" {
                let path = format!("/v1/gateways/{gateway}/drain");
                let why = Some(json!({"reason": "To mend it."}));
                self.ask(Method::POST, &path, why, &self.platform).await;
            }
        }
        let issued = Authority::default().issue(&["gone.example"]);
        let put = json!({"chain": issued.chain, "key": issued.key});
        let put = self
            .served
            .ask(
                Method::PUT,
                "/v1/certificates/gone",
                &self.owner,
                &[("if-none-match", "*")],
                Some(put),
            )
            .await;
        let gone = text(&put.expect(201), "id");
        self.on("delete_certificate", &[("certificate", &gone)]);
        let path = format!("{API}/backend-secrets/gone");
        let value = Some(json!({"value": "what the backend wants"}));
        self.ask(Method::PUT, &path, value, &self.owner).await;
        self.on("delete_backend_secret", &[("secret", "gone")]);
        let header = json!({"response": {"remove": ["server"]}});
        let policy = json!({"slug": "gone", "kind": "headers", "environment": "sandbox", "document": header});
        self.post("/v1/policies", policy).await;
        self.on("delete_policy", &[("policy", "gone")]);
        let url = json!({"public_url": "https://sandbox.example.com"});
        self.send("update_environment", url);
        self.send(
            "update_configuration",
            json!({"interactive_edits": "refuse"}),
        );
    }

    /// An export that somebody holds, who never comes back.
    async fn begin_a_job_that_never_ends(&mut self) {
        let open = "select count(*) from job where ended_at is null";
        eventually(PATIENCE, "the export before is over", async || {
            let open = self.served.count(open).await;
            (open == 0).then_some(()).ok_or(format!("{open} are open"))
        })
        .await;
        self.served
            .sql(
                "insert into job (id, tenant_id, kind, state, requested_by_name, lease, leased_until, created_at, started_at)
                 select gen_random_uuid(), id, 'tenant_export', 'running', 'nobody', gen_random_uuid(), now() + interval '1 day', now(), now()
                 from tenant where slug = 'northwind'",
            )
            .await;
        let jobs = self.ask(Method::GET, "/v1/jobs", None, &self.owner).await;
        let held = jobs["data"].as_array().into_iter().flatten();
        let mut held = held.filter(|job| job["state"] == "running");
        let held = held.next().unwrap_or_else(|| panic!("no such job: {jobs}"));
        let id = text(held, "id");
        self.on("cancel_job", &[("job", &id)]);
    }

    async fn aim_one_release_back(&mut self) {
        let releases = self.ask(Method::GET, "/v1/releases", None, &self.owner);
        let newest = releases.await["data"][0]["number"].as_i64();
        let before = newest.unwrap_or_else(|| panic!("no release")) - 1;
        self.on("roll_back", &[("release", &before.to_string())]);
    }
}
