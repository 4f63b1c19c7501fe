//! Changes of operations and of the description as a whole.

use gatehouse_spec::diff::Verdict;
use serde_json::{Map, Value, json};

use super::Mutation;
use super::random::Random;
use super::sites::{Sites, is_ignored, join, keys, target};

pub(super) const ALL: &[(&str, Mutation)] = &[
    ("operation removed", operation_removed),
    ("operation added", operation_added),
    ("operation deprecated", operation_deprecated),
    ("operation id renamed", operation_id_renamed),
    ("words changed", words_changed),
    ("parameter removed", parameter_removed),
    ("optional parameter added", optional_parameter_added),
    ("required parameter added", required_parameter_added),
    ("parameter made required", parameter_made_required),
    ("parameter made optional", parameter_made_optional),
    ("parameter moved", parameter_moved),
    ("parameters reordered", parameters_reordered),
    ("path parameter renamed", path_parameter_renamed),
    ("request body removed", request_body_removed),
    ("request body added", request_body_added),
    ("request body made required", request_body_made_required),
    ("request body made optional", request_body_made_optional),
    ("request media type removed", request_media_type_removed),
    ("request media type added", request_media_type_added),
    ("success removed", success_removed),
    ("success added", success_added),
    ("error removed", error_removed),
    ("error added", error_added),
    ("response media type removed", response_media_type_removed),
    ("response media type added", response_media_type_added),
    ("response header added", response_header_added),
    ("credentials demanded", credentials_demanded),
    ("credentials lifted", credentials_lifted),
    ("server added", server_added),
    ("server moved", server_moved),
];

fn operation<'v>(
    document: &'v mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<&'v mut Map<String, Value>> {
    let pointer = random.choose(&sites.operations)?;
    document.pointer_mut(pointer)?.as_object_mut()
}

/// Pointers to what stands in a list or map of any operation, as long as it is the operation's own.
fn inside(document: &Value, sites: &Sites, key: &str) -> Vec<String> {
    let mut found = Vec::new();
    for operation in &sites.operations {
        let around = join(operation, key);
        match document.pointer(&around) {
            Some(Value::Array(elements)) => {
                let all = (0..elements.len()).map(|index| join(&around, &index.to_string()));
                found.extend(all);
            }
            Some(Value::Object(_)) => {
                let names = keys(document, &around).into_iter();
                found.extend(names.map(|name| join(&around, &name)));
            }
            _ => {}
        }
    }
    found
}

fn split(pointer: &str) -> (&str, String) {
    let (around, key) = pointer.rsplit_once('/').unwrap();
    (around, key.replace("~1", "/").replace("~0", "~"))
}

fn remove(document: &mut Value, pointer: &str) -> Option<Value> {
    let (around, key) = split(pointer);
    match document.pointer_mut(around)? {
        Value::Object(members) => members.shift_remove(&key),
        Value::Array(elements) => Some(elements.remove(key.parse().ok()?)),
        _ => None,
    }
}

fn operation_removed(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    let pointer = random.choose(&sites.operations)?;
    remove(document, pointer)?;
    Some(Verdict::Breaking)
}

fn operation_added(document: &mut Value, _: &Sites, _: &mut Random) -> Option<Verdict> {
    document["paths"]["/added-by-a-mutation"] =
        json!({ "get": { "responses": { "200": { "description": "ok" } } } });
    Some(Verdict::Harmless)
}

fn operation_deprecated(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let operation = operation(document, sites, random)?;
    let old = operation.insert("deprecated".to_owned(), json!(true));
    (old != Some(json!(true))).then_some(Verdict::Harmless)
}

fn operation_id_renamed(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let operation = operation(document, sites, random)?;
    let id = operation.get_mut("operationId")?;
    *id = json!("renamedByAMutation");
    Some(Verdict::Warning)
}

fn words_changed(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    document["info"]["description"] = json!("Other words.");
    let operation = operation(document, sites, random)?;
    operation.insert("description".to_owned(), json!("Other words."));
    operation.insert("summary".to_owned(), json!("Other words"));
    operation.insert("tags".to_owned(), json!(["other"]));
    operation.insert("x-mutation".to_owned(), json!({ "type": "string" }));
    Some(Verdict::Unchanged)
}

/// A parameter of an operation, by where it stands, that is not of the path.
fn parameter(
    document: &Value,
    sites: &Sites,
    random: &mut Random,
    fits: impl Fn(&Value) -> bool,
) -> Option<String> {
    let all = inside(document, sites, "parameters");
    let fitting = all.into_iter().filter(|pointer| {
        let found = target(document, pointer);
        let found = found.and_then(|found| document.pointer(&found));
        found.is_some_and(|parameter| {
            parameter["in"] != "path" && !is_ignored(parameter) && fits(parameter)
        })
    });
    let fitting: Vec<String> = fitting.collect();
    random.choose(&fitting).cloned()
}

fn parameter_removed(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    let pointer = parameter(document, sites, random, |_| true)?;
    remove(document, &pointer)?;
    Some(Verdict::Breaking)
}

fn add_parameter(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
    parameter: Value,
) -> Option<()> {
    let operation = operation(document, sites, random)?;
    let list = operation.entry("parameters").or_insert(json!([]));
    list.as_array_mut()?.push(parameter);
    Some(())
}

fn optional_parameter_added(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let place = *random.choose(&["query", "header", "cookie"])?;
    let parameter = json!({ "name": "x-mutation", "in": place, "schema": { "type": "string" } });
    add_parameter(document, sites, random, parameter)?;
    Some(Verdict::Harmless)
}

fn required_parameter_added(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let place = *random.choose(&["query", "header", "cookie"])?;
    let schema = json!({ "type": "string" });
    let parameter =
        json!({ "name": "x-mutation", "in": place, "required": true, "schema": schema });
    add_parameter(document, sites, random, parameter)?;
    Some(Verdict::Breaking)
}

fn set_required(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
    required: bool,
) -> Option<()> {
    let is_other = |parameter: &Value| (parameter["required"] == true) != required;
    let pointer = parameter(document, sites, random, is_other)?;
    let pointer = target(document, &pointer)?;
    document.pointer_mut(&pointer)?["required"] = json!(required);
    Some(())
}

fn parameter_made_required(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    set_required(document, sites, random, true).map(|()| Verdict::Breaking)
}

fn parameter_made_optional(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    set_required(document, sites, random, false).map(|()| Verdict::Harmless)
}

fn parameter_moved(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    let pointer = parameter(document, sites, random, |found| found["in"] == "query")?;
    let pointer = target(document, &pointer)?;
    document.pointer_mut(&pointer)?["in"] = json!("header");
    Some(Verdict::Breaking)
}

fn parameters_reordered(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let operation = operation(document, sites, random)?;
    let list = operation.get_mut("parameters")?.as_array_mut()?;
    list.reverse();
    Some(Verdict::Unchanged)
}

fn path_parameter_renamed(document: &mut Value, _: &Sites, random: &mut Random) -> Option<Verdict> {
    let is_fitting = |path: &String| path.matches('{').count() == 1;
    let paths: Vec<String> = keys(document, "/paths")
        .into_iter()
        .filter(is_fitting)
        .collect();
    let path = random.choose(&paths)?;
    let name = path.split(['{', '}']).nth(1)?.to_owned();
    let paths = document["paths"].as_object_mut()?;
    let item = paths.shift_remove(path)?;
    // Only when every place that says the name is in the item itself.
    let text = item.to_string();
    let (old, new) = (format!("\"name\":\"{name}\""), "\"name\":\"renamed\"");
    if !text.contains(&old) || text.contains("#/components/parameters") {
        return None;
    }
    let item: Value = serde_json::from_str(&text.replace(&old, new)).ok()?;
    paths.insert(path.replace(&format!("{{{name}}}"), "{renamed}"), item);
    Some(Verdict::Harmless)
}

/// An operation with a body that fits.
fn body(
    document: &Value,
    sites: &Sites,
    random: &mut Random,
    fits: impl Fn(&Value) -> bool,
) -> Option<String> {
    let bodies = sites
        .operations
        .iter()
        .map(|operation| join(operation, "requestBody"));
    let fitting = bodies.filter(|pointer| {
        let found = target(document, pointer);
        let found = found.and_then(|found| document.pointer(&found));
        found.is_some_and(&fits)
    });
    let fitting: Vec<String> = fitting.collect();
    random.choose(&fitting).cloned()
}

fn request_body_removed(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let pointer = body(document, sites, random, |_| true)?;
    remove(document, &pointer)?;
    Some(Verdict::Breaking)
}

fn request_body_added(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    let required = *random.choose(&[true, false])?;
    let operation = operation(document, sites, random)?;
    let content = json!({ "application/json": { "schema": { "type": "object" } } });
    let body = json!({ "required": required, "content": content });
    let old = operation.insert("requestBody".to_owned(), body);
    let class = if required {
        Verdict::Breaking
    } else {
        Verdict::Harmless
    };
    old.is_none().then_some(class)
}

fn set_body_required(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
    required: bool,
) -> Option<()> {
    let is_other = |body: &Value| (body["required"] == true) != required;
    let pointer = body(document, sites, random, is_other)?;
    let pointer = target(document, &pointer)?;
    document.pointer_mut(&pointer)?["required"] = json!(required);
    Some(())
}

fn request_body_made_required(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    set_body_required(document, sites, random, true).map(|()| Verdict::Breaking)
}

fn request_body_made_optional(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    set_body_required(document, sites, random, false).map(|()| Verdict::Harmless)
}

fn request_media_type_removed(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let pointer = body(document, sites, random, |body| body["content"].is_object())?;
    media_type_removed(document, &pointer, random)
}

fn media_type_removed(document: &mut Value, pointer: &str, random: &mut Random) -> Option<Verdict> {
    let content = join(&target(document, pointer)?, "content");
    let names = keys(document, &content);
    let is_taken = names.iter().any(|name| name.contains('*'));
    let name = random.choose(&names).filter(|_| !is_taken)?;
    remove(document, &join(&content, name))?;
    Some(Verdict::Breaking)
}

fn request_media_type_added(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let pointer = body(document, sites, random, |body| body["content"].is_object())?;
    media_type_added(document, &pointer)
}

fn media_type_added(document: &mut Value, pointer: &str) -> Option<Verdict> {
    let pointer = target(document, pointer)?;
    let found = document.pointer_mut(&pointer)?;
    let content = found.as_object_mut()?.entry("content").or_insert(json!({}));
    let content = content.as_object_mut()?;
    if content.keys().any(|name| name.contains('*')) {
        return None;
    }
    let media = json!({ "schema": { "type": "string" } });
    content.insert("application/x-mutation".to_owned(), media);
    Some(Verdict::Harmless)
}

fn response(
    document: &Value,
    sites: &Sites,
    random: &mut Random,
    fits: impl Fn(&str) -> bool,
) -> Option<String> {
    let mut all = inside(document, sites, "responses");
    all.retain(|pointer| fits(&split(pointer).1));
    random.choose(&all).cloned()
}

fn is_success(status: &str) -> bool {
    status.starts_with(['2', '3'])
}

fn is_error(status: &str) -> bool {
    status.starts_with(['4', '5'])
}

fn success_removed(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    let pointer = response(document, sites, random, is_success)?;
    remove(document, &pointer)?;
    Some(Verdict::Breaking)
}

fn error_removed(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    let pointer = response(document, sites, random, is_error)?;
    remove(document, &pointer)?;
    Some(Verdict::Warning)
}

fn add_response(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
    status: &str,
) -> Option<()> {
    let operation = operation(document, sites, random)?;
    let responses = operation.get_mut("responses")?.as_object_mut()?;
    if responses.keys().any(|status| status.ends_with(['X', 'x'])) {
        return None;
    }
    responses.insert(status.to_owned(), json!({ "description": "new" }));
    Some(())
}

fn success_added(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    add_response(document, sites, random, "299").map(|()| Verdict::Warning)
}

fn error_added(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    add_response(document, sites, random, "499").map(|()| Verdict::Harmless)
}

fn response_media_type_removed(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let pointer = response(document, sites, random, |_| true)?;
    media_type_removed(document, &pointer, random)
}

fn response_media_type_added(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let pointer = response(document, sites, random, |_| true)?;
    media_type_added(document, &pointer)
}

fn response_header_added(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let pointer = response(document, sites, random, |_| true)?;
    let pointer = target(document, &pointer)?;
    let response = document.pointer_mut(&pointer)?.as_object_mut()?;
    let headers = response.entry("headers").or_insert(json!({}));
    headers["x-mutation"] = json!({ "schema": { "type": "string" } });
    Some(Verdict::Harmless)
}

/// What an operation without a list of its own takes over.
fn inherits_none(document: &Value) -> bool {
    let list = document["security"].as_array();
    list.is_none_or(|list| list.is_empty() || list.iter().any(|one| *one == json!({})))
}

fn credentials_demanded(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
) -> Option<Verdict> {
    let is_open = inherits_none(document);
    let name = "mutation";
    let scheme = json!({ "type": "http", "scheme": "basic" });
    let operation = operation(document, sites, random)?;
    if !is_open || operation.contains_key("security") {
        return None;
    }
    operation.insert("security".to_owned(), json!([{ name: [] }]));
    let root = document.as_object_mut()?;
    let components = root.entry("components").or_insert(json!({}));
    let components = components.as_object_mut()?;
    let schemes = components.entry("securitySchemes").or_insert(json!({}));
    schemes[name] = scheme;
    Some(Verdict::Breaking)
}

fn credentials_lifted(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
    let operation = operation(document, sites, random)?;
    let own = operation.get("security")?.as_array()?;
    if own.is_empty() || own.contains(&json!({})) {
        return None;
    }
    operation.insert("security".to_owned(), json!([]));
    Some(Verdict::Harmless)
}

fn server_added(document: &mut Value, _: &Sites, _: &mut Random) -> Option<Verdict> {
    let servers = document.get_mut("servers")?.as_array_mut()?;
    servers.push(json!({ "url": "https://mutation.example" }));
    Some(Verdict::Harmless)
}

fn server_moved(document: &mut Value, _: &Sites, _: &mut Random) -> Option<Verdict> {
    let server = document.get_mut("servers")?.as_array_mut()?.first_mut()?;
    *server = json!({ "url": "https://mutation.example" });
    Some(Verdict::Warning)
}
