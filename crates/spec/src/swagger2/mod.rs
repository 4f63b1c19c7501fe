//! Swagger 2.0 into the shape of OpenAPI 3.1.
//!
//! A tolerant walk of JSON rather than a typed model: real Swagger files break their schema in
//! ways that cost a typed reader the whole document and a walk only the broken member. What has no
//! counterpart is kept as it is when harmless, else dropped with a warning.

mod operations;
mod parameters;
mod responses;
mod security;

use serde_json::{Map, Value, json};

use crate::check::Report;
use crate::grammar::{Kind, METHODS, walk};
use crate::pointer::{self, At};

type Object = Map<String, Value>;

/// Converts a whole document whose references were settled.
pub(crate) fn convert(document: Value, report: &mut Report) -> Value {
    let Value::Object(mut source) = document else {
        return document;
    };
    let context = Context {
        consumes: media_types(source.get("consumes")),
        produces: media_types(source.get("produces")),
        parameters: object(source.remove("parameters")),
        responses: object(source.remove("responses")),
    };
    let mut target = Object::new();
    target.insert("openapi".to_owned(), json!("3.1.0"));
    for key in ["info", "tags", "externalDocs", "security"] {
        if let Some(value) = source.remove(key) {
            target.insert(key.to_owned(), value);
        }
    }
    target.insert("servers".to_owned(), servers(&source));
    let paths = paths(object(source.remove("paths")), &context, report);
    target.insert("paths".to_owned(), Value::Object(paths));
    target.insert(
        "components".to_owned(),
        components(&mut source, &context, report),
    );
    for (key, value) in source {
        if key.starts_with("x-") {
            target.insert(key, value);
        }
    }
    let mut document = Value::Object(target);
    settle(&mut document);
    document
}

/// What operations inherit from the root, in its Swagger form.
struct Context {
    consumes: Vec<String>,
    produces: Vec<String>,
    parameters: Object,
    responses: Object,
}

impl Context {
    /// A parameter, its reference followed.
    fn parameter<'a>(&'a self, parameter: &'a Value) -> &'a Value {
        let mut parameter = parameter;
        for _ in 0..8 {
            let Some(name) = parameter
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| {
                    pointer::segments(reference.strip_prefix("#/parameters")?).next()
                })
            else {
                break;
            };
            match self.parameters.get(&*name) {
                Some(next) => parameter = next,
                None => break,
            }
        }
        parameter
    }
}

fn object(value: Option<Value>) -> Object {
    match value {
        Some(Value::Object(object)) => object,
        _ => Object::new(),
    }
}

fn media_types(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(types)) => types
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

fn servers(source: &Object) -> Value {
    let text = |key: &str| source.get(key).and_then(Value::as_str).unwrap_or("").trim();
    let host = text("host").trim_end_matches('/');
    let base = text("basePath").trim_end_matches('/');
    let base = if base.is_empty() || base.starts_with('/') {
        base.to_owned()
    } else {
        format!("/{base}")
    };
    if host.is_empty() {
        return json!([{ "url": if base.is_empty() { "/" } else { &*base } }]);
    }
    // Some write the scheme into the host.
    if host.contains("://") {
        return json!([{ "url": format!("{host}{base}") }]);
    }
    let mut schemes = media_types(source.get("schemes"));
    if schemes.is_empty() {
        schemes.push("https".to_owned());
    }
    schemes
        .into_iter()
        .map(|scheme| json!({ "url": format!("{scheme}://{host}{base}") }))
        .collect()
}

fn paths(source: Object, context: &Context, report: &mut Report) -> Object {
    let mut paths = Object::new();
    for (path, item) in source {
        let at = pointer::join("/paths", &path);
        let item = match item {
            Value::Object(item) if !path.starts_with("x-") => {
                Value::Object(path_item(item, context, &at, report))
            }
            other => other,
        };
        paths.insert(path, item);
    }
    paths
}

fn path_item(mut source: Object, context: &Context, at: &str, report: &mut Report) -> Object {
    let shared = match source.remove("parameters") {
        Some(Value::Array(shared)) => shared,
        _ => Vec::new(),
    };
    let mut item = Object::new();
    for (key, value) in source {
        let value = match value {
            Value::Object(operation) if METHODS.contains(&&*key) => {
                let at = pointer::join(at, &key);
                Value::Object(operations::convert(
                    operation, &shared, context, &at, report,
                ))
            }
            other => other,
        };
        item.insert(key, value);
    }
    item
}

fn components(source: &mut Object, context: &Context, report: &mut Report) -> Value {
    let mut components = Object::new();
    components.insert(
        "schemas".to_owned(),
        Value::Object(object(source.remove("definitions"))),
    );
    let parameters: Object = context
        .parameters
        .iter()
        .filter(|(_, parameter)| !parameters::is_body(context.parameter(parameter)))
        .map(|(name, parameter)| {
            let at = pointer::join("/parameters", name);
            (name.clone(), parameters::convert(parameter, &at, report))
        })
        .collect();
    components.insert("parameters".to_owned(), Value::Object(parameters));
    let responses: Object = context
        .responses
        .iter()
        .map(|(name, response)| {
            (
                name.clone(),
                responses::convert(response.clone(), &context.produces),
            )
        })
        .collect();
    components.insert("responses".to_owned(), Value::Object(responses));
    let schemes = security::convert(object(source.remove("securityDefinitions")), report);
    components.insert("securitySchemes".to_owned(), Value::Object(schemes));
    Value::Object(components)
}

/// Rewrites references and the keywords that changed their name.
fn settle(document: &mut Value) {
    walk(document, Kind::Root, &At::ROOT, &mut |object, kind, _| {
        if let Some(Value::String(reference)) = object.get_mut("$ref") {
            for (old, new) in [
                ("#/definitions/", "#/components/schemas/"),
                ("#/parameters/", "#/components/parameters/"),
                ("#/responses/", "#/components/responses/"),
            ] {
                if let Some(rest) = reference.strip_prefix(old) {
                    *reference = format!("{new}{rest}");
                    break;
                }
            }
        }
        if kind == Kind::Schema {
            schema(object);
        }
    });
}

fn schema(schema: &mut Object) {
    if let Some(Value::String(property)) = schema.get("discriminator") {
        let property = property.clone();
        schema.insert(
            "discriminator".to_owned(),
            json!({ "propertyName": property }),
        );
    }
    if schema.get("type").and_then(Value::as_str) == Some("file") {
        schema.insert("type".to_owned(), json!("string"));
        schema.insert("format".to_owned(), json!("binary"));
    }
    for (old, new) in [("x-nullable", "nullable"), ("x-example", "example")] {
        if !schema.contains_key(new)
            && let Some(value) = schema.remove(old)
        {
            schema.insert(new.to_owned(), value);
        }
    }
}
