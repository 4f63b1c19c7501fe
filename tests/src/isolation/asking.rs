//! Asking an operation, and comparing what it answers.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::IsolationWalk;
use super::document::{Operation, put, required_query};

impl IsolationWalk {
    pub(super) async fn ask_with(
        &self,
        operation: &Operation<'_>,
        parameter: &str,
        value: &str,
    ) -> Reply {
        let address = self.address(operation, Some((parameter, value)));
        self.ask(operation, &address, self.body_of(operation), &self.token)
            .await
    }

    pub(super) async fn ask_own(&self, operation: &Operation<'_>, token: &str) -> Reply {
        let mut address = self.address(operation, None);
        if operation.method != Method::GET {
            address.push_str("?dry_run=true");
        } else if let Some(query) = required_query(operation.value) {
            address.push_str(&query);
        }
        self.ask(operation, &address, self.body_of(operation), token)
            .await
    }

    pub(super) async fn ask_changed(
        &self,
        operation: &Operation<'_>,
        valid: &Value,
        pointer: &str,
        value: &str,
    ) -> Reply {
        let mut body = valid.clone();
        put(&mut body, pointer, value);
        let address = format!("{}?dry_run=true", self.address(operation, None));
        let reply = self.ask(operation, &address, Some(body), &self.token).await;
        // A list of decisions is answered item by item.
        match reply.body["data"][0]["problem"].as_object() {
            Some(problem) => Reply {
                status: 422,
                body: stripped(Value::Object(problem.clone())),
                headers: Vec::new(),
            },
            None => reply,
        }
    }

    pub(super) fn address(
        &self,
        operation: &Operation<'_>,
        instead: Option<(&str, &str)>,
    ) -> String {
        let own = |name: &str| {
            let special = self
                .own_for
                .get(operation.id)
                .and_then(|names| names.get(name));
            let names = special.or_else(|| self.own.get(name));
            names
                .and_then(|names| names.first())
                .cloned()
                .unwrap_or_else(|| panic!("{}: no own {name}", operation.id))
        };
        let parts = operation.path.split('/').map(|part| {
            let name = part
                .strip_prefix('{')
                .and_then(|part| part.strip_suffix('}'));
            match (name, instead) {
                (None, _) => part.to_owned(),
                (Some(name), Some((other, value))) if name == other => value.to_owned(),
                (Some(name), _) => own(name),
            }
        });
        parts.collect::<Vec<_>>().join("/")
    }

    pub(super) fn body_of(&self, operation: &Operation<'_>) -> Option<Value> {
        self.bodies.get(operation.id)?.first().cloned()
    }

    pub(super) async fn ask(
        &self,
        operation: &Operation<'_>,
        address: &str,
        body: Option<Value>,
        token: &str,
    ) -> Reply {
        let mut request = self
            .client
            .request(operation.method.clone(), format!("{}{address}", self.base))
            .bearer_auth(token);
        if matches!(
            operation.method,
            Method::PUT | Method::PATCH | Method::DELETE
        ) {
            request = request.header("if-match", "*");
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        Reply::read(request, address).await
    }

    pub(super) async fn token_with(
        &self,
        scopes: &BTreeSet<String>,
        made: &mut BTreeMap<BTreeSet<String>, String>,
    ) -> String {
        if let Some(token) = made.get(scopes) {
            return token.clone();
        }
        let operation = self
            .operations()
            .into_iter()
            .find(|operation| operation.id == "create_token");
        let operation = operation.unwrap_or_else(|| panic!("the document has no create_token"));
        let body = json!({"name": format!("walk {}", made.len()), "scopes": scopes});
        let reply = self
            .ask(&operation, "/v1/tokens", Some(body), &self.token)
            .await;
        let secret = reply.body["secret"]
            .as_str()
            .unwrap_or_else(|| panic!("no token: {}", reply.body));
        made.insert(scopes.clone(), secret.to_owned());
        secret.to_owned()
    }
}

/// An answer without what differs from request to request.
#[derive(Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    headers: Vec<String>,
    pub(super) body: Value,
}

impl Reply {
    /// Sends a request and keeps of the answer what is the same for the same question.
    pub(super) async fn read(request: reqwest::RequestBuilder, address: &str) -> Self {
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        let status = response.status().as_u16();
        let ignored = ["gatehouse-request-id", "date", "content-length"];
        let headers = response
            .headers()
            .iter()
            .filter(|(name, _)| !ignored.contains(&name.as_str()));
        let headers = headers
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        let body = response.json().await.unwrap_or_default();
        Self {
            status,
            headers,
            body: stripped(body),
        }
    }
}

fn stripped(mut body: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "request_id" | "instance"));
    }
    body
}

pub(super) fn compare(
    what: &str,
    status: u16,
    foreign: &Reply,
    never: &Reply,
    faults: &mut Vec<String>,
) {
    if foreign.status != status {
        faults.push(format!(
            "{what} answers {} {}",
            foreign.status, foreign.body
        ));
    } else if foreign != never {
        faults.push(format!(
            "{what} is told apart from one that never existed: {foreign:?} {never:?}"
        ));
    }
}
