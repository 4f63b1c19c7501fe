//! Where a description can be changed, and who sends what is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sender {
    Caller,
    Api,
}

impl Sender {
    fn other(self) -> Self {
        match self {
            Self::Caller => Self::Api,
            Self::Api => Self::Caller,
        }
    }
}

/// Pointers into one document.
#[derive(Default)]
pub(super) struct Sites {
    pub(super) operations: Vec<String>,
    /// Every schema that a value passes, with all who send such values.
    pub(super) schemas: BTreeMap<String, BTreeSet<Sender>>,
}

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

pub(super) fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Where a value behind references really stands.
pub(super) fn target(document: &Value, pointer: &str) -> Option<String> {
    let mut pointer = pointer.to_owned();
    for _ in 0..10 {
        match document.pointer(&pointer)?.get("$ref") {
            Some(Value::String(reference)) => {
                pointer = reference.strip_prefix('#')?.to_owned();
            }
            _ => return Some(pointer),
        }
    }
    None
}

impl Sites {
    pub(super) fn of(document: &Value) -> Self {
        let mut sites = Self::default();
        for section in ["paths", "webhooks"] {
            for path in keys(document, &format!("/{section}")) {
                let item = join(&format!("/{section}"), &path);
                let sender = if section == "paths" {
                    Sender::Caller
                } else {
                    Sender::Api
                };
                sites.item(document, &item, sender);
            }
        }
        sites
    }

    fn item(&mut self, document: &Value, item: &str, sender: Sender) {
        let Some(item) = target(document, item) else {
            return;
        };
        self.parameters(document, &item, sender, &redefined(document, &item));
        for method in METHODS {
            let operation = join(&item, method);
            if document.pointer(&operation).is_some() {
                if item.starts_with("/paths/") && !item.contains("/callbacks/") {
                    self.operations.push(operation.clone());
                }
                self.operation(document, &operation, sender);
            }
        }
    }

    fn operation(&mut self, document: &Value, operation: &str, sender: Sender) {
        self.parameters(document, operation, sender, &BTreeSet::new());
        self.contents(document, &join(operation, "requestBody"), sender);
        let responses = join(operation, "responses");
        for status in keys(document, &responses) {
            let response = join(&responses, &status);
            self.contents(document, &response, sender.other());
            let Some(response) = target(document, &response) else {
                continue;
            };
            let headers = join(&response, "headers");
            for name in keys(document, &headers) {
                self.contents(document, &join(&headers, &name), sender.other());
            }
        }
        let callbacks = join(operation, "callbacks");
        for name in keys(document, &callbacks) {
            let callback = join(&callbacks, &name);
            for expression in keys(document, &callback) {
                self.item(document, &join(&callback, &expression), sender.other());
            }
        }
    }

    fn parameters(
        &mut self,
        document: &Value,
        around: &str,
        sender: Sender,
        redefined: &BTreeSet<Named>,
    ) {
        for pointer in elements(document, &join(around, "parameters")) {
            let found = document.pointer(&pointer);
            if found.is_some_and(|found| !is_ignored(found) && !redefined.contains(&named(found))) {
                self.contents(document, &pointer, sender);
            }
        }
    }

    /// The schema of a parameter, header, body or response.
    fn contents(&mut self, document: &Value, pointer: &str, sender: Sender) {
        let Some(pointer) = target(document, pointer) else {
            return;
        };
        self.schema(document, &join(&pointer, "schema"), sender);
        let content = join(&pointer, "content");
        for name in keys(document, &content) {
            let media = join(&content, &name);
            self.schema(document, &join(&media, "schema"), sender);
        }
    }

    fn schema(&mut self, document: &Value, pointer: &str, sender: Sender) {
        let Some(pointer) = target(document, pointer) else {
            return;
        };
        let Some(schema) = document.pointer(&pointer).filter(|found| found.is_object()) else {
            return;
        };
        if !self
            .schemas
            .entry(pointer.clone())
            .or_default()
            .insert(sender)
        {
            return;
        }
        for key in ["items", "additionalProperties"] {
            self.schema(document, &join(&pointer, key), sender);
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            let list = join(&pointer, key);
            let count = schema[key].as_array().map_or(0, Vec::len);
            for index in 0..count {
                self.schema(document, &join(&list, &index.to_string()), sender);
            }
        }
        let properties = join(&pointer, "properties");
        let hidden = match sender {
            Sender::Caller => "readOnly",
            Sender::Api => "writeOnly",
        };
        for name in keys(document, &properties) {
            let property = join(&properties, &name);
            let shown = target(document, &property);
            let shown = shown.and_then(|property| document.pointer(&property));
            if shown.is_some_and(|schema| schema[hidden] != true) {
                self.schema(document, &property, sender);
            }
        }
    }
}

/// OpenAPI has three headers described elsewhere.
pub(super) fn is_ignored(parameter: &Value) -> bool {
    let (name, place) = named(parameter);
    let elsewhere = ["accept", "content-type", "authorization"];
    place == "header" && elsewhere.contains(&&*name.to_lowercase())
}

/// A parameter by name and place.
type Named = (String, String);

fn named(parameter: &Value) -> Named {
    let text = |key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
    (text("name"), text("in"))
}

/// Parameters that operations of a path have anew, so that those of the path mean nothing.
fn redefined(document: &Value, item: &str) -> BTreeSet<Named> {
    let lists = METHODS.map(|method| join(&join(item, method), "parameters"));
    let all = lists.iter().flat_map(|list| elements(document, list));
    all.filter_map(|pointer| document.pointer(&pointer).map(named))
        .collect()
}

/// The elements of a list, behind their references.
fn elements(document: &Value, list: &str) -> Vec<String> {
    let count = document.pointer(list).and_then(Value::as_array);
    let all = (0..count.map_or(0, Vec::len)).map(|index| join(list, &index.to_string()));
    all.filter_map(|pointer| target(document, &pointer))
        .collect()
}

pub(super) fn keys(document: &Value, pointer: &str) -> Vec<String> {
    let Some(pointer) = target(document, pointer) else {
        return Vec::new();
    };
    let members = document.pointer(&pointer).and_then(Value::as_object);
    let keys = members.into_iter().flat_map(|members| members.keys());
    keys.filter(|key| !key.starts_with("x-")).cloned().collect()
}
