//! One operation: body and form parameters become a request body.

use serde_json::{Value, json};

use super::{Context, Object, media_types, parameters, responses};
use crate::check::Report;
use crate::finding::FindingCode;
use crate::pointer;

pub(super) fn convert(
    mut source: Object,
    shared: &[Value],
    context: &Context,
    at: &str,
    report: &mut Report,
) -> Object {
    let consumes = own_or(&mut source, "consumes", &context.consumes);
    let produces = own_or(&mut source, "produces", &context.produces);
    source.remove("schemes");
    let own = match source.remove("parameters") {
        Some(Value::Array(own)) => own,
        _ => Vec::new(),
    };
    let split = split(&own, shared, context, at, report);
    let mut operation = Object::new();
    for (key, value) in source {
        let value = match (&*key, value) {
            ("responses", Value::Object(all)) => Value::Object(
                all.into_iter()
                    .map(|(status, response)| (status, responses::convert(response, &produces)))
                    .collect(),
            ),
            (_, value) => value,
        };
        operation.insert(key, value);
    }
    if !split.parameters.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(split.parameters));
    }
    if let Some(body) = split.body {
        operation.insert("requestBody".to_owned(), body_of(&body, &consumes));
    } else if !split.form.is_empty() {
        operation.insert("requestBody".to_owned(), form_of(&split.form, &consumes));
    }
    operation
}

fn own_or(source: &mut Object, key: &str, inherited: &[String]) -> Vec<String> {
    match source.remove(key) {
        // An empty own list clears the inherited one.
        Some(own) => media_types(Some(&own)),
        None => inherited.to_vec(),
    }
}

#[derive(Default)]
struct Split {
    parameters: Vec<Value>,
    body: Option<Value>,
    form: Vec<Value>,
}

fn split(
    own: &[Value],
    shared: &[Value],
    context: &Context,
    at: &str,
    report: &mut Report,
) -> Split {
    let identity = |parameter: &Value| {
        let parameter = context.parameter(parameter);
        let text = |key| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        (text("in"), text("name"))
    };
    let own_identities: Vec<_> = own.iter().map(identity).collect();
    let inherited = shared
        .iter()
        .filter(|parameter| !own_identities.contains(&identity(parameter)))
        .cloned();
    let mut split = Split::default();
    for (index, parameter) in own.iter().cloned().chain(inherited).enumerate() {
        let resolved = context.parameter(&parameter);
        match resolved.get("in").and_then(Value::as_str) {
            Some("body") if split.body.is_none() => split.body = Some(resolved.clone()),
            Some("body") => {
                let message = "only one body parameter can be described; the first one is used";
                report.warning(FindingCode::NotConverted, at, message);
            }
            Some("formData") => split.form.push(resolved.clone()),
            _ => {
                let at = pointer::join(&pointer::join(at, "parameters"), &index.to_string());
                split
                    .parameters
                    .push(parameters::convert(&parameter, &at, report));
            }
        }
    }
    if split.body.is_some() && !split.form.is_empty() {
        let message = "a body and form parameters exclude each other; the body is used";
        report.warning(FindingCode::NotConverted, at, message);
    }
    split
}

fn body_of(parameter: &Value, consumes: &[String]) -> Value {
    let schema = parameter
        .get("schema")
        .cloned()
        .unwrap_or_else(|| json!({}));
    let fallback = ["application/json".to_owned()];
    let types = if consumes.is_empty() {
        &fallback[..]
    } else {
        consumes
    };
    let mut examples = parameter
        .get("x-examples")
        .and_then(Value::as_object)
        .cloned();
    let content: Object = types
        .iter()
        .map(|media_type| {
            let mut media = json!({ "schema": schema });
            if let Some(example) = examples.as_mut().and_then(|all| all.remove(media_type)) {
                media["example"] = example;
            }
            (media_type.clone(), media)
        })
        .collect();
    described(parameter, json!({ "content": content }))
}

fn described(parameter: &Value, mut body: Value) -> Value {
    for key in ["description", "required"] {
        if let Some(value) = parameter.get(key) {
            body[key] = value.clone();
        }
    }
    body
}

fn form_of(fields: &[Value], consumes: &[String]) -> Value {
    let has_file = fields.iter().any(|field| field["type"] == "file");
    let (mut properties, mut encoding, mut required) =
        (Object::new(), Object::new(), Vec::<Value>::new());
    for field in fields {
        let Some(name) = field.get("name").and_then(Value::as_str) else {
            continue;
        };
        let mut schema = parameters::schema_of(field);
        if let Some(description) = field.get("description") {
            schema.insert("description".to_owned(), description.clone());
        }
        if field.get("required") == Some(&Value::Bool(true)) {
            required.push(json!(name));
        }
        if let Some(rule) = parameters::style_of(field) {
            encoding.insert(name.to_owned(), rule);
        }
        properties.insert(name.to_owned(), Value::Object(schema));
    }
    let is_required = !required.is_empty();
    let mut schema = json!({ "type": "object", "properties": properties });
    if is_required {
        schema["required"] = Value::Array(required);
    }
    let mut media = json!({ "schema": schema });
    if !encoding.is_empty() {
        media["encoding"] = Value::Object(encoding);
    }
    let forms = ["application/x-www-form-urlencoded", "multipart/form-data"];
    let mut types: Vec<&str> = consumes
        .iter()
        .map(String::as_str)
        .filter(|mime| forms.contains(mime))
        .collect();
    if has_file {
        types = vec!["multipart/form-data"];
    } else if types.is_empty() {
        types.push(forms[0]);
    }
    let content: Object = types
        .into_iter()
        .map(|mime| (mime.to_owned(), media.clone()))
        .collect();
    json!({ "content": content, "required": is_required })
}
