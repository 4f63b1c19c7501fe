//! The walk that nothing escapes: every operation of the admin API's document, asked with another tenant's ids.
//!
//! In the path such an id is 404, in the body 422 `unknown_reference` at its pointer, in a filter an empty list; and each
//! answer is the one an id that never existed gets, but for the request id. The walk is made from the document, so an operation
//! that is added later is walked, or named as one nothing is known about.

mod asking;
mod document;
mod matrix;

pub use matrix::{Identity, Matrix, Standing};

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use asking::compare;
use document::{Operation, Reference, fitting, kind_of, needed, parameters_of};

/// Ids, slugs and labels by what they name: `api`, `application`, `plan`, `key`, …; a path parameter has the same name.
pub type Names = BTreeMap<String, Vec<String>>;

/// What the walk needs to know.
#[derive(Debug)]
pub struct IsolationWalk {
    /// Where the admin API answers, without a slash at its end.
    pub base: String,
    /// Its document.
    pub document: Value,
    /// A token with every permission in the walking tenant.
    pub token: String,
    /// The walking tenant's own things: the first name of each kind is used.
    pub own: Names,
    /// Own things for one operation, where the state of the usual ones does not fit.
    pub own_for: BTreeMap<String, Names>,
    /// The other tenant's things: every name is tried.
    pub foreign: Names,
    /// Names of the same kinds that nobody ever had, in the same order.
    pub never: Names,
    /// By operation, bodies it would accept; the first is the usual one, the others hold what excludes it.
    pub bodies: BTreeMap<String, Vec<Value>>,
    /// Path parameters that name what tenants share.
    pub shared: BTreeSet<String>,
    /// Path parameters by which an operation names what it makes.
    pub made: BTreeSet<(&'static str, &'static str)>,
    /// Operations that ask for more than their permission, depending on what is sent.
    pub ask_for_more: BTreeSet<&'static str>,
    /// Asks.
    pub client: reqwest::Client,
}

impl IsolationWalk {
    /// Walks everything with foreign ids; an empty list is a pass.
    pub async fn foreign_ids(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for operation in self.operations() {
            self.walk_path(&operation, &mut faults).await;
            self.walk_body(&operation, &mut faults).await;
            self.walk_filters(&operation, &mut faults).await;
        }
        faults
    }

    /// Asks every operation with a token that has all permissions but those it needs: 403; and with a token that has nothing
    /// but one of them: not 403. An empty list is a pass.
    pub async fn permissions(&self) -> Vec<String> {
        let all = self.document["components"]["schemas"]["Permission"]["enum"]
            .as_array()
            .cloned();
        let all: BTreeSet<String> = all
            .unwrap_or_default()
            .iter()
            .filter_map(|word| word.as_str().map(str::to_owned))
            .collect();
        let mut tokens = BTreeMap::new();
        let mut faults = Vec::new();
        for operation in self.operations() {
            let needed = needed(operation.value);
            if needed.is_empty() {
                continue;
            }
            let rest: BTreeSet<String> = all.difference(&needed).cloned().collect();
            let without = self.token_with(&rest, &mut tokens).await;
            let status = self.ask_own(&operation, &without).await.status;
            if status != 403 {
                faults.push(format!(
                    "{} without {needed:?} answers {status}",
                    operation.id
                ));
            }
            let alone = needed
                .iter()
                .filter(|_| !self.ask_for_more.contains(operation.id));
            for one in alone {
                let only = self
                    .token_with(&BTreeSet::from([one.clone()]), &mut tokens)
                    .await;
                let reply = self.ask_own(&operation, &only).await;
                if reply.status == 403 {
                    faults.push(format!(
                        "{} with {one} alone answers 403: {}",
                        operation.id, reply.body
                    ));
                }
            }
        }
        faults
    }

    /// Asks every write as a dry run, with own things and bodies it would accept; the status of each.
    pub async fn dry_runs(&self) -> Vec<(String, u16)> {
        let mut statuses = Vec::new();
        for operation in self.operations() {
            let known =
                parameters_of(operation.path).all(|parameter| self.own.contains_key(parameter));
            if operation.method != Method::GET && known {
                statuses.push((
                    operation.id.to_owned(),
                    self.ask_own(&operation, &self.token).await.status,
                ));
            }
        }
        statuses
    }

    /// Every write, by the id of its operation.
    pub fn writes(&self) -> Vec<String> {
        let operations = self.operations().into_iter();
        let writes = operations.filter(|operation| operation.method != Method::GET);
        writes.map(|operation| operation.id.to_owned()).collect()
    }

    /// Every write whose body may be left out or null, by the id of its operation.
    pub fn optional_bodies(&self) -> Vec<String> {
        let operations = self.operations().into_iter();
        let optional = operations.filter(|operation| {
            let schema = &operation.value["requestBody"]["content"]["application/json"]["schema"];
            let mut choices = schema["oneOf"].as_array().into_iter().flatten();
            choices.any(|choice| choice["type"] == "null")
        });
        optional.map(|operation| operation.id.to_owned()).collect()
    }

    /// Carries a write out in earnest, with own things and a body it would accept: status, request id, what was sent and what came
    /// back.
    pub async fn carry_out(&self, id: &str) -> (u16, String, Value, Value) {
        let operations = self.operations();
        let operation = operations.iter().find(|operation| operation.id == id);
        let operation = operation.unwrap_or_else(|| panic!("there is no operation {id}"));
        let address = format!("{}{}", self.base, self.address(operation, None));
        let sent = self.body_of(operation);
        let mut request = self
            .client
            .request(operation.method.clone(), &address)
            .bearer_auth(&self.token)
            .header("if-match", "*");
        if let Some(body) = &sent {
            request = request.json(body);
        }
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{address}: {error}"));
        let status = response.status().as_u16();
        let request_id = response.headers().get("gatehouse-request-id");
        let request_id = request_id
            .and_then(|id| id.to_str().ok())
            .unwrap_or_default()
            .to_owned();
        let body = response.json().await.unwrap_or_default();
        (status, request_id, sent.unwrap_or_default(), body)
    }

    async fn walk_path(&self, operation: &Operation<'_>, faults: &mut Vec<String>) {
        for parameter in parameters_of(operation.path) {
            if self.shared.contains(parameter) || self.made.contains(&(operation.id, parameter)) {
                continue;
            }
            let (Some(foreign), Some(never)) =
                (self.foreign.get(parameter), self.never.get(parameter))
            else {
                faults.push(format!(
                    "{}: nothing is known about the parameter {parameter}",
                    operation.id
                ));
                continue;
            };
            for (foreign, never) in foreign.iter().zip(never) {
                let foreign = self.ask_with(operation, parameter, foreign).await;
                let never = self.ask_with(operation, parameter, never).await;
                let what = format!("{} with a foreign {parameter} in its path", operation.id);
                compare(&what, 404, &foreign, &never, faults);
            }
        }
    }

    async fn walk_body(&self, operation: &Operation<'_>, faults: &mut Vec<String>) {
        let content = operation.value["requestBody"]["content"]
            .as_object()
            .and_then(|content| content.values().next());
        let Some(schema) = content.map(|content| &content["schema"]) else {
            return;
        };
        let mut references = Vec::new();
        self.references(schema, "", &mut references);
        let Some(bodies) = self.bodies.get(operation.id) else {
            if !references.is_empty() {
                faults.push(format!(
                    "{}: no body is known that it would accept",
                    operation.id
                ));
            }
            return;
        };
        for Reference {
            pointer,
            kind,
            ids_only,
        } in references
        {
            let (Some(foreign), Some(never)) = (self.foreign.get(&kind), self.never.get(&kind))
            else {
                faults.push(format!(
                    "{}{pointer}: nothing is known about {kind}",
                    operation.id
                ));
                continue;
            };
            let valid = fitting(bodies, &pointer);
            let names = foreign
                .iter()
                .zip(never)
                .filter(|(foreign, _)| !ids_only || foreign.contains('_'));
            for (foreign, never) in names {
                let foreign = self.ask_changed(operation, valid, &pointer, foreign).await;
                let never = self.ask_changed(operation, valid, &pointer, never).await;
                let what = format!("{} with a foreign {kind} at {pointer}", operation.id);
                if foreign.body["code"] != "unknown_reference"
                    || foreign.body["errors"][0]["pointer"] != *pointer
                {
                    faults.push(format!("{what} answers {}", foreign.body));
                }
                compare(&what, 422, &foreign, &never, faults);
            }
        }
    }

    async fn walk_filters(&self, operation: &Operation<'_>, faults: &mut Vec<String>) {
        for parameter in operation.value["parameters"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let (Some("query"), Some(name)) =
                (parameter["in"].as_str(), parameter["name"].as_str())
            else {
                continue;
            };
            let Some((kind, ids_only)) = kind_of(&parameter["schema"]) else {
                continue;
            };
            let (Some(foreign), Some(never)) = (self.foreign.get(&kind), self.never.get(&kind))
            else {
                faults.push(format!(
                    "{}: nothing is known about the filter {name}",
                    operation.id
                ));
                continue;
            };
            let names = foreign
                .iter()
                .zip(never)
                .filter(|(foreign, _)| !ids_only || foreign.contains('_'));
            for (foreign, never) in names {
                let address =
                    |value: &str| format!("{}?{name}={value}", self.address(operation, None));
                let foreign = self
                    .ask(operation, &address(foreign), None, &self.token)
                    .await;
                let never = self
                    .ask(operation, &address(never), None, &self.token)
                    .await;
                let what = format!("{} with a foreign {kind} as {name}", operation.id);
                // A list is narrowed to nothing; what is asked for one thing is told that the other is not there.
                if never.body["code"] == "unknown_reference" {
                    compare(&what, 422, &foreign, &never, faults);
                    continue;
                }
                if foreign.body["data"] != json!([]) {
                    faults.push(format!("{what} answers {}", foreign.body));
                }
                compare(&what, 200, &foreign, &never, faults);
            }
        }
    }
}
