//! What a token with every scope sets up before a journey begins: an API on offer, and a consumer with access to it.

use serde_json::{Value, json};

use super::{CiToken, Consumer};
use crate::answer::Answer;
use crate::descriptions::petstore;
use crate::wait::{PATIENCE, eventually};

/// Every scope a token can have.
pub const EVERYTHING: &[&str] = &[
    "catalogue.read",
    "application.manage",
    "application.manage_any",
    "api.read",
    "api.write",
    "spec.publish",
    "upstream.manage",
    "plan.manage",
    "subscription.read",
    "subscription.decide",
    "subscription.enforce",
    "member.read",
    "member.manage",
    "team.manage",
    "token.manage",
    "gateway.read",
    "gateway.manage",
    "incident.manage",
    "usage.read_any",
    "audit.read",
    "tenant.manage",
    "tenant.end",
];

/// A consumer whose access was granted.
#[derive(Debug, Clone)]
pub struct Granted {
    pub consumer: Consumer,
    /// `sub_…`.
    pub subscription: String,
    /// `app_…`.
    pub application: String,
    /// The id of the key, not the key.
    pub key: String,
}

impl CiToken {
    /// Publishes a petstore in front of `upstream` with an open plan that needs nobody's word.
    pub async fn offer_petstore(&self, api: &str, upstream: &str) {
        let description = petstore("Petstore", upstream).to_string();
        self.upload(api, "v1", description).await.assert_ok();
        self.add_plan(api, "open", "auto", &json!([])).await;
    }

    /// Publishes a description as it is, with its API and its version where there are none.
    pub async fn upload(
        &self,
        api: &str,
        version: &str,
        description: impl Into<bytes::Bytes>,
    ) -> Answer {
        let path = format!("/v1/apis/{api}/versions/{version}/spec?create=true");
        let (method, headers) = (http::Method::PUT, http::HeaderMap::new());
        let content = Some(description.into());
        self.send_bytes(method, &path, headers, "application/octet-stream", content)
            .await
    }

    /// Adds a plan named as its slug.
    pub async fn add_plan(&self, api: &str, slug: &str, approval: &str, limits: &Value) -> Answer {
        let plan = json!({
            "slug": slug,
            "name": slug,
            "approval": approval,
            "environments": ["production", "sandbox"],
            "limits": limits,
        });
        let added = self.post(&format!("/v1/apis/{api}/plans"), &plan).await;
        added.assert_status(201);
        added
    }

    /// An application of a team, with access and a key, in force on every gateway.
    pub async fn grant(
        &self,
        team: &str,
        application: &str,
        api: &str,
        plan: &str,
        environment: &str,
    ) -> Granted {
        let wish = json!({
            "new_application": {"name": application, "team": team},
            "api": api,
            "plan": plan,
            "environment": environment,
            "reason": "Set up for a test.",
        });
        let granted = self.post("/v1/subscriptions/grant", &wish).await;
        let subscription = granted.assert_status(201).json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let application = text(&subscription["application"]["id"]);
        let (consumer, key) = self.issue_key(&application, environment).await;
        Granted {
            consumer,
            key,
            application,
            subscription: text(&subscription["id"]),
        }
    }

    /// One more key of an application, in force on every gateway.
    pub async fn issue_key(&self, application: &str, environment: &str) -> (Consumer, String) {
        let wish = json!({"environment": environment, "name": "made for a test"});
        let issued = self
            .post(&format!("/v1/applications/{application}/keys"), &wish)
            .await;
        let key = issued.assert_status(201).json();
        let secret = key["secret"]
            .as_str()
            .unwrap_or_else(|| panic!("no secret in {issued}"));
        self.wait_in_force(&issued).await;
        (
            Consumer::with_key(secret),
            key["id"].as_str().unwrap_or_default().to_owned(),
        )
    }

    /// Waits until every gateway has the change an answer names.
    pub async fn wait_in_force(&self, changed: &Answer) {
        let change = changed.json()["change_id"].as_str().map(str::to_owned);
        let change = change.unwrap_or_else(|| panic!("no change in {changed}"));
        self.until_in_force(&change).await;
    }

    /// Waits until every gateway has a change.
    pub async fn until_in_force(&self, change: &str) {
        eventually(PATIENCE, "every gateway has the change", async || {
            let state = self
                .get(&format!("/v1/changes/{change}"))
                .await
                .expect(200)?;
            if state.json()["in_force"] == true {
                Ok(())
            } else {
                Err(state.to_string())
            }
        })
        .await;
    }
}
