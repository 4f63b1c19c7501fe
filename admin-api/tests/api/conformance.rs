//! Holds every answer to the OpenAPI document: the operation, the status and the whole shape of the body.

use http::Method;
use serde_json::{Map, Value};

use crate::served::Answer;

pub(crate) struct Conformance {
    document: Value,
}

impl Conformance {
    pub(crate) fn of_document() -> Self {
        let document = serde_json::to_value(gatehouse_admin_api::document()).unwrap();
        Self { document }
    }

    /// Panics with every difference. Paths that are not in the document are not its matter.
    pub(crate) fn hold(&self, method: &Method, path: &str, answer: &Answer) {
        let path = path.split('?').next().unwrap_or_default();
        let Some(operation) = self.operation(method, path) else {
            assert!(
                matches!(answer.status.as_u16(), 404 | 405),
                "{method} {path} is not in the document"
            );
            return;
        };
        let status = answer.status.as_str();
        if status == "304" {
            return;
        }
        let response = &operation["responses"][status];
        assert!(
            !response.is_null(),
            "{method} {path} does not document {status}: {}",
            answer.text
        );
        let response = self.resolve(response);
        let sent = answer
            .header("content-type")
            .split(';')
            .next()
            .unwrap_or_default();
        let content = &response["content"][sent];
        assert!(
            !content.is_null(),
            "{method} {path} {status} does not document {sent}"
        );
        if !sent.ends_with("json") || content["schema"]["type"] == "string" {
            return;
        }
        let mut faults = Vec::new();
        self.check(&content["schema"], &answer.json(), "", &mut faults);
        assert!(
            faults.is_empty(),
            "{method} {path} {status}: {faults:#?}\n{}",
            answer.text
        );
    }

    /// The operation whose pattern fits, fixed parts before parameters.
    fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let paths = self.document["paths"].as_object().unwrap();
        let fits = |pattern: &str| {
            let (pattern, path): (Vec<_>, Vec<_>) =
                (pattern.split('/').collect(), path.split('/').collect());
            pattern.len() == path.len()
                && pattern
                    .iter()
                    .zip(&path)
                    .all(|(pattern, part)| pattern.starts_with('{') || pattern == part)
        };
        let found = paths.iter().filter(|(pattern, _)| fits(pattern));
        let (_, item) = found.min_by_key(|(pattern, _)| pattern.matches('{').count())?;
        item.get(method.as_str().to_ascii_lowercase())
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(path) => self.document.pointer(path.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = self.resolve(schema);
        for choice in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[choice].as_array() {
                let tried = choices.iter().map(|choice| {
                    let mut faults = Vec::new();
                    self.check(choice, value, at, &mut faults);
                    faults
                });
                let best = tried.min_by_key(Vec::len).unwrap_or_default();
                faults.extend(best);
                return;
            }
        }
        self.check_type(schema, value, at, faults);
        if let Some(words) = schema["enum"].as_array()
            && !words.contains(value)
        {
            faults.push(format!("{at}: {value} is not one of {words:?}"));
        }
        // Of patterns those of ids are looked at: what they begin with.
        let pattern = schema["pattern"].as_str().unwrap_or_default();
        let id = pattern.trim_start_matches('^').split_once('_');
        let id = id.filter(|(kind, _)| kind.chars().all(|c| c.is_ascii_lowercase()));
        if let (Some((kind, _)), Some(text)) = (id, value.as_str())
            && !text.starts_with(kind)
        {
            faults.push(format!("{at}: {value} does not begin with {kind}"));
        }
        if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
            for (place, value) in values.iter().enumerate() {
                self.check(items, value, &format!("{at}/{place}"), faults);
            }
        }
        self.check_members(schema, value, at, faults);
    }

    fn check_type(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let types = match &schema["type"] {
            Value::String(one) => vec![one.as_str()],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return,
        };
        let is = |kind: &str| match kind {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => false,
        };
        if !types.iter().any(|kind| is(kind)) {
            faults.push(format!("{at}: {value} is not {types:?}"));
        }
    }

    fn check_members(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let Some(members) = value.as_object() else {
            return;
        };
        let (mut properties, mut required) = (Map::new(), Vec::new());
        self.collect(schema, &mut properties, &mut required);
        if properties.is_empty() {
            return;
        }
        for name in required {
            if !members.contains_key(&name) {
                faults.push(format!("{at}/{name} is missing"));
            }
        }
        for (name, value) in members {
            match properties.get(name) {
                Some(schema) => self.check(schema, value, &format!("{at}/{name}"), faults),
                None => faults.push(format!("{at}/{name} is not documented")),
            }
        }
    }

    fn collect(
        &self,
        schema: &Value,
        properties: &mut Map<String, Value>,
        required: &mut Vec<String>,
    ) {
        let schema = self.resolve(schema);
        properties.extend(
            schema["properties"]
                .as_object()
                .cloned()
                .unwrap_or_default(),
        );
        let names = schema["required"].as_array().into_iter().flatten();
        required.extend(names.filter_map(Value::as_str).map(str::to_owned));
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect(part, properties, required);
        }
    }
}
