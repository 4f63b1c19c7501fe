//! Security definitions become security schemes.

use serde_json::{Value, json};

use super::Object;
use crate::check::{Report, quoted};
use crate::finding::FindingCode;
use crate::pointer;

pub(super) fn convert(source: Object, report: &mut Report) -> Object {
    let mut schemes = Object::new();
    for (name, definition) in source {
        let mut scheme = match definition.get("type").and_then(Value::as_str) {
            Some("basic") => json!({ "type": "http", "scheme": "basic" }),
            Some("apiKey") => json!({
                "type": "apiKey",
                "name": definition["name"],
                "in": definition["in"],
            }),
            Some("oauth2") => oauth2(&definition),
            _ => {
                let at = pointer::join("/securityDefinitions", &name);
                let message = format!(
                    "the security definition {} is of no known type",
                    quoted(&name)
                );
                report.warning(FindingCode::NotConverted, &at, message);
                definition.clone()
            }
        };
        if let (Some(description), Value::Object(scheme)) =
            (definition.get("description"), &mut scheme)
        {
            scheme.insert("description".to_owned(), description.clone());
        }
        schemes.insert(name, scheme);
    }
    schemes
}

fn oauth2(definition: &Value) -> Value {
    let name = match definition.get("flow").and_then(Value::as_str) {
        Some("application") => "clientCredentials",
        Some("accessCode") => "authorizationCode",
        Some("password") => "password",
        _ => "implicit",
    };
    let mut flow = Object::new();
    for key in ["authorizationUrl", "tokenUrl"] {
        if let Some(url) = definition.get(key) {
            flow.insert(key.to_owned(), url.clone());
        }
    }
    let scopes = definition
        .get("scopes")
        .cloned()
        .unwrap_or_else(|| json!({}));
    flow.insert("scopes".to_owned(), scopes);
    json!({ "type": "oauth2", "flows": { name: flow } })
}
