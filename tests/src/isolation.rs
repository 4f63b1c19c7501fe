//! The walk that nothing escapes: every operation of the admin API's document, asked with another tenant's ids.
//!
//! In the path such an id is 404, in the body 422 `unknown_reference` at its pointer, in a filter an empty list; and each
//! answer is the one an id that never existed gets, but for the request id. The walk is made from the document, so an operation
//! that is added later is walked, or named as one nothing is known about.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Map, Value, json};

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

/// A place in a body that refers to something.
struct Reference {
    pointer: String,
    kind: String,
    ids_only: bool,
}

/// One operation.
struct Operation<'a> {
    id: &'a str,
    method: Method,
    path: &'a str,
    value: &'a Value,
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

    fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths
            .flat_map(|(path, item)| {
                item.as_object()
                    .into_iter()
                    .flatten()
                    .map(move |found| (path, found))
            })
            .filter_map(|(path, (method, value))| {
                let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?;
                Some(Operation {
                    id: value["operationId"].as_str()?,
                    method,
                    path,
                    value,
                })
            })
            .collect()
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

    async fn ask_with(&self, operation: &Operation<'_>, parameter: &str, value: &str) -> Reply {
        let address = self.address(operation, Some((parameter, value)));
        self.ask(operation, &address, self.body_of(operation), &self.token)
            .await
    }

    async fn ask_own(&self, operation: &Operation<'_>, token: &str) -> Reply {
        let mut address = self.address(operation, None);
        if operation.method != Method::GET {
            address.push_str("?dry_run=true");
        } else if let Some(query) = required_query(operation.value) {
            address.push_str(&query);
        }
        self.ask(operation, &address, self.body_of(operation), token)
            .await
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

    async fn ask_changed(
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
                if foreign.body["data"] != json!([]) {
                    faults.push(format!("{what} answers {}", foreign.body));
                }
                compare(&what, 200, &foreign, &never, faults);
            }
        }
    }

    fn address(&self, operation: &Operation<'_>, instead: Option<(&str, &str)>) -> String {
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

    fn body_of(&self, operation: &Operation<'_>) -> Option<Value> {
        self.bodies.get(operation.id)?.first().cloned()
    }

    /// Every reference of a body.
    fn references(&self, schema: &Value, at: &str, found: &mut Vec<Reference>) {
        if let Some((kind, ids_only)) = kind_of(schema) {
            found.push(Reference {
                pointer: at.to_owned(),
                kind,
                ids_only,
            });
            return;
        }
        let schema = self.resolve(schema);
        for choice in schema["oneOf"]
            .as_array()
            .into_iter()
            .chain(schema["allOf"].as_array())
            .flatten()
        {
            self.references(choice, at, found);
        }
        if !schema["items"].is_null() {
            self.references(&schema["items"], &format!("{at}/0"), found);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.references(property, &format!("{at}/{name}"), found);
        }
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let path = schema["$ref"]
            .as_str()
            .map(|path| path.trim_start_matches('#'));
        path.and_then(|path| self.document.pointer(path))
            .unwrap_or(schema)
    }

    async fn ask(
        &self,
        operation: &Operation<'_>,
        address: &str,
        body: Option<Value>,
        token: &str,
    ) -> Reply {
        let client = reqwest::Client::builder()
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
        let mut request = client
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
        Reply {
            status,
            headers,
            body: stripped(body),
        }
    }

    async fn token_with(
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
struct Reply {
    status: u16,
    headers: Vec<String>,
    body: Value,
}

fn stripped(mut body: Value) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "request_id" | "instance"));
    }
    body
}

fn compare(what: &str, status: u16, foreign: &Reply, never: &Reply, faults: &mut Vec<String>) {
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

fn parameters_of(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// `ApiId` and `ApiLookup` both name an `api`, the first by its id only; optional ones stand in a choice with null.
fn kind_of(schema: &Value) -> Option<(String, bool)> {
    let choices = schema["oneOf"].as_array().into_iter().flatten();
    let reference = std::iter::once(schema)
        .chain(choices)
        .find_map(|schema| schema["$ref"].as_str())?;
    let name = reference.rsplit('/').next()?;
    let kind = name
        .strip_suffix("Lookup")
        .or_else(|| name.strip_suffix("Id"))?;
    let kind = match kind {
        "Credential" => "key".to_owned(),
        "AccessToken" => "token".to_owned(),
        "Node" => "gateway".to_owned(),
        other => other.to_ascii_lowercase(),
    };
    Some((kind, name.ends_with("Id")))
}

/// The body that has the object a pointer leads into, or else the usual one.
fn fitting<'a>(bodies: &'a [Value], pointer: &str) -> &'a Value {
    let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
    let fits = |body: &&Value| body.pointer(parent).is_some_and(Value::is_object);
    bodies
        .iter()
        .find(fits)
        .or(bodies.first())
        .unwrap_or(&Value::Null)
}

fn needed(operation: &Value) -> BTreeSet<String> {
    let alternatives = operation["security"].as_array().into_iter().flatten();
    let scopes = alternatives.flat_map(|one| one["token"].as_array().into_iter().flatten());
    scopes
        .filter_map(|scope| scope.as_str().map(str::to_owned))
        .collect()
}

/// A query with something for every parameter that must be there.
fn required_query(operation: &Value) -> Option<String> {
    let parameters = operation["parameters"].as_array()?.iter();
    let required =
        parameters.filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
    let pairs: Vec<String> = required
        .filter_map(|parameter| Some(format!("{}=a", parameter["name"].as_str()?)))
        .collect();
    (!pairs.is_empty()).then(|| format!("?{}", pairs.join("&")))
}

/// Sets the text at a pointer, making the members and the one-entry lists on the way.
fn put(value: &mut Value, pointer: &str, text: &str) {
    let Some(rest) = pointer.strip_prefix('/') else {
        *value = text.into();
        return;
    };
    let (part, rest) = rest
        .split_once('/')
        .map_or((rest, ""), |(part, rest)| (part, rest));
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!("/{rest}")
    };
    if part == "0" {
        if value.as_array().is_none_or(Vec::is_empty) {
            *value = json!([null]);
        }
        put(&mut value[0], &rest, text);
    } else {
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        put(&mut value[part], &rest, text);
    }
}
