//! One operation out of its document: what applies to it brought together, references replaced.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::size::{drop_long_examples, size};
use crate::description::Operation;
use crate::grammar::{Kind, walk};
use crate::pointer::At;
use crate::references::follow;

/// References replaced in one operation. Callbacks and headers can be made to repeat themselves.
const INLINED_MAX: usize = 4_000;

/// No reference is replaced this many steps inside an operation: headers of encodings of headers
/// can go on without end.
const INLINED_DEPTH_MAX: usize = 40;

/// Security schemes longer than this lose their descriptions, then their flows, then themselves.
const SECURITY_BYTES_MAX: usize = 32 * 1024;

/// Reads operations of one document.
#[derive(Clone, Copy)]
pub(super) struct Source<'d> {
    pub(super) document: &'d Value,
}

impl<'d> Source<'d> {
    fn path_item(&self, operation: &Operation) -> Option<&'d Map<String, Value>> {
        let section = if operation.webhook {
            "webhooks"
        } else {
            "paths"
        };
        let item = self.document.get(section)?.get(&operation.path_template)?;
        follow(self.document, item)?.as_object()
    }

    fn source(&self, operation: &Operation) -> Option<&'d Map<String, Value>> {
        self.path_item(operation)?
            .get(operation.method.key())?
            .as_object()
    }

    /// Whether the operation describes requests that the API sends back.
    pub(super) fn has_callbacks(&self, operation: &Operation) -> bool {
        self.source(operation)
            .is_some_and(|source| source.contains_key("callbacks"))
    }

    /// The requirements that hold for the operation: its own, else the document's.
    pub(super) fn security(&self, operation: &Operation) -> Value {
        let own = self
            .source(operation)
            .and_then(|source| source.get("security"));
        match own.or_else(|| self.document.get("security")) {
            None => json!([]),
            Some(security) if size(security) <= SECURITY_BYTES_MAX => security.clone(),
            // Never nothing: that would say that no authentication is needed.
            Some(_) => json!([{ "several": [] }]),
        }
    }

    pub(super) fn security_schemes(&self, operation: &Operation) -> Value {
        let security = self.security(operation);
        let names = security
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_object);
        let all = self.document.pointer("/components/securitySchemes");
        let schemes: Map<String, Value> = names
            .flat_map(Map::keys)
            .filter_map(|name| {
                let scheme = follow(self.document, all?.get(name)?)?;
                Some((name.clone(), scheme.clone()))
            })
            .collect();
        let mut schemes = Value::Object(schemes);
        for key in ["description", "flows"] {
            if size(&schemes) > SECURITY_BYTES_MAX {
                let all = schemes
                    .as_object_mut()
                    .into_iter()
                    .flat_map(Map::values_mut);
                all.filter_map(Value::as_object_mut).for_each(|scheme| {
                    scheme.shift_remove(key);
                });
            }
        }
        if size(&schemes) > SECURITY_BYTES_MAX {
            json!({})
        } else {
            schemes
        }
    }

    /// The operation with path-level parameters merged and references replaced.
    pub(super) fn operation(&self, operation: &Operation) -> Value {
        let Some(source) = self.source(operation) else {
            return json!({});
        };
        let mut body = source.clone();
        body.shift_remove("security");
        body.shift_remove("servers");
        for (key, shared) in [
            ("summary", &operation.summary),
            ("description", &operation.description),
        ] {
            if let Some(text) = shared {
                body.entry(key).or_insert_with(|| json!(text));
            }
        }
        let parameters = self.parameters(operation, source);
        if !parameters.is_empty() {
            body.insert("parameters".to_owned(), Value::Array(parameters));
        }
        let mut body = Value::Object(body);
        self.inline(&mut body);
        body
    }

    /// Own parameters, then those of the path item that they do not replace.
    fn parameters(&self, operation: &Operation, source: &Map<String, Value>) -> Vec<Value> {
        let list = |object: Option<&'d Map<String, Value>>| {
            object
                .and_then(|object| object.get("parameters"))
                .and_then(Value::as_array)
        };
        let shared = list(self.path_item(operation));
        let own = source.get("parameters").and_then(Value::as_array);
        let mut seen = HashSet::new();
        own.into_iter()
            .flatten()
            .chain(shared.into_iter().flatten())
            .filter_map(|parameter| follow(self.document, parameter))
            .filter(|parameter| {
                let text = |key| {
                    parameter
                        .get(key)
                        .and_then(Value::as_str)
                        .map(str::to_owned)
                };
                seen.insert((text("in"), text("name")))
            })
            .cloned()
            .collect()
    }

    /// Replaces every reference that is not to a schema.
    fn inline(&self, body: &mut Value) {
        let mut left = INLINED_MAX;
        let document = self.document;
        walk(body, Kind::Operation, &At::ROOT, &mut |object, kind, at| {
            match kind {
                Kind::Schema => return,
                // A callback's operation may name the callback it is in.
                Kind::Operation if at.depth() > 0 => {
                    object.shift_remove("callbacks");
                }
                _ => {}
            }
            if object.contains_key("$ref") {
                let target = Value::Object(std::mem::take(object));
                if left > 0
                    && at.depth() <= INLINED_DEPTH_MAX
                    && let Some(Value::Object(found)) = follow(document, &target)
                {
                    left -= 1;
                    *object = found.clone();
                    // OpenAPI 3.1: these two beside a reference replace those behind it.
                    for key in ["summary", "description"] {
                        if let Some(text) = target.get(key) {
                            object.insert(key.to_owned(), text.clone());
                        }
                    }
                }
            }
            drop_long_examples(object, kind);
        });
    }
}
