//! What must hold of a description before anything is derived from it.
//!
//! Refused is only what would make a route, a policy's target or a reference page wrong. Real
//! descriptions break many other rules of their specification; those become warnings. All checks
//! run on the source as it was written, so pointers are the author's own.

use std::collections::HashMap;

use gatehouse_domain::OperationKey;
use serde_json::{Map, Value};

use crate::description::{Format, text};
use crate::finding::{Finding, FindingCode, Findings, Location};
use crate::grammar::METHODS;
use crate::pointer;

/// No server takes a longer request line.
const PATH_BYTES_MAX: usize = 4096;

/// The two lists every check writes to.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) errors: Findings,
    pub(crate) warnings: Findings,
}

impl Report {
    pub(crate) fn error(&mut self, code: FindingCode, pointer: &str, message: impl Into<String>) {
        self.errors.push(Finding::new(code, pointer, message));
    }

    pub(crate) fn warning(&mut self, code: FindingCode, pointer: &str, message: impl Into<String>) {
        self.warnings.push(Finding::new(code, pointer, message));
    }
}

/// Which specification the description follows. Without one nothing else can be said.
pub(crate) fn format(document: &Value) -> Result<Format, Finding> {
    let Some(root) = document.as_object() else {
        return Err(Finding::new(
            FindingCode::NotADescription,
            "",
            "not an API description: the file holds no object",
        ));
    };
    let version = |key: &str| match root.get(key) {
        Some(Value::String(version)) => Some(version.trim().to_owned()),
        Some(Value::Number(version)) => Some(version.to_string()),
        _ => None,
    };
    if let Some(version) = version("openapi") {
        return match &*version {
            v if is_release(v, "3.0") => Ok(Format::OpenApi30),
            // 3.2 adds to 3.1 and takes nothing away: what is new in it is left unread.
            v if is_release(v, "3.1") || is_release(v, "3.2") => Ok(Format::OpenApi31),
            _ => Err(unknown_version("/openapi", "OpenAPI", &version)),
        };
    }
    if let Some(version) = version("swagger") {
        return match &*version {
            v if is_release(v, "2.0") || v == "2" => Ok(Format::Swagger20),
            _ => Err(unknown_version("/swagger", "Swagger", &version)),
        };
    }
    if let Some(version) = version("swaggerVersion") {
        return Err(unknown_version("/swaggerVersion", "Swagger", &version));
    }
    if root.contains_key("asyncapi") {
        return Err(Finding::new(
            FindingCode::UnknownVersion,
            "/asyncapi",
            "AsyncAPI documents are not read; OpenAPI 3.x and Swagger 2.0 are",
        ));
    }
    Err(Finding::new(
        FindingCode::NotADescription,
        "",
        "not an API description: `openapi` (or `swagger`) with the version is missing",
    ))
}

fn is_release(version: &str, minor: &str) -> bool {
    version
        .strip_prefix(minor)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

fn unknown_version(pointer: &str, name: &str, version: &str) -> Finding {
    let message = format!("{name} {version} is not read; Swagger 2.0 and OpenAPI 3.0 to 3.2 are");
    Finding::new(FindingCode::UnknownVersion, pointer, message)
}

/// Checks everything but references.
pub(crate) fn structure(
    document: &Value,
    format: Format,
    duplicates: Vec<(String, Location)>,
    report: &mut Report,
) {
    repeated_keys(duplicates, report);
    info(document, report);
    let operations = paths(document, format, report)
        + path_items(document, "webhooks", format, report, &mut Seen::default());
    if operations == 0 {
        report.warning(
            FindingCode::NoOperations,
            "/paths",
            "the description has no operations",
        );
    }
}

/// A path or operation written twice would lose the first one; elsewhere the later value is what
/// every other reader takes as well.
fn repeated_keys(duplicates: Vec<(String, Location)>, report: &mut Report) {
    for (pointer, location) in duplicates {
        let segments: Vec<_> = pointer::segments(&pointer).collect();
        let loses_operation = matches!(&*segments, [first, _] if first == "paths")
            || matches!(&*segments, [first, _, method]
                if first == "paths" && METHODS.contains(&&**method));
        let key = segments.last().map_or("", |key| key);
        let finding = Finding::new(
            FindingCode::DuplicateKey,
            &*pointer,
            format!(
                "the key {} is written twice in the same object",
                quoted(key)
            ),
        )
        .at(location);
        if loses_operation {
            report.errors.push(finding)
        } else {
            report.warnings.push(finding)
        }
    }
}

fn info(document: &Value, report: &mut Report) {
    if !document.get("info").is_some_and(Value::is_object) {
        return report.warning(
            FindingCode::MissingInfo,
            "/info",
            "the `info` object is missing",
        );
    }
    // One in 240 published descriptions has none; the API's own name stands in for it.
    if text(document.pointer("/info/title")).is_none() {
        report.warning(
            FindingCode::MissingTitle,
            "/info/title",
            "`info.title` is missing",
        );
    }
    if text(document.pointer("/info/version")).is_none() {
        report.warning(
            FindingCode::MissingVersion,
            "/info/version",
            "`info.version` is missing",
        );
    }
}

/// What has been met so far, over all paths.
#[derive(Default)]
struct Seen {
    keys: HashMap<OperationKey, String>,
    operation_ids: HashMap<String, String>,
}

fn paths(document: &Value, format: Format, report: &mut Report) -> usize {
    path_items(document, "paths", format, report, &mut Seen::default())
}

/// Checks one map of path items; returns how many operations it has.
fn path_items(
    document: &Value,
    section: &str,
    format: Format,
    report: &mut Report,
    seen: &mut Seen,
) -> usize {
    let section_pointer = format!("/{section}");
    let items = match document.get(section) {
        Some(Value::Object(items)) => items,
        None | Some(Value::Null) => return 0,
        Some(_) => {
            let message = format!("`{section}` must be an object");
            report.error(FindingCode::WrongType, &section_pointer, message);
            return 0;
        }
    };
    let mut operations = 0;
    for (path, item) in items {
        if path.starts_with("x-") {
            continue;
        }
        let here = pointer::join(&section_pointer, path);
        if section == "paths" {
            template(path, &here, report);
        } else if path.len() > PATH_BYTES_MAX {
            let message = format!(
                "the name {} is longer than {PATH_BYTES_MAX} bytes",
                quoted(path)
            );
            report.error(FindingCode::PathTemplate, &here, message);
        }
        match item {
            Value::Object(item) => {
                operations += path_item(document, item, path, &here, format, report, seen);
            }
            Value::Null => {}
            _ => {
                let message = format!("the path item {} must be an object", quoted(path));
                report.error(FindingCode::WrongType, &here, message);
            }
        }
    }
    operations
}

fn template(path: &str, here: &str, report: &mut Report) {
    if !path.starts_with('/') {
        let message = format!("the path {} must start with `/`", quoted(path));
        return report.error(FindingCode::PathTemplate, here, message);
    }
    if path.len() > PATH_BYTES_MAX {
        let message = format!(
            "the path {} is longer than {PATH_BYTES_MAX} bytes",
            quoted(path)
        );
        return report.error(FindingCode::PathTemplate, here, message);
    }
    if !is_balanced(path) {
        let message = format!("the braces of the path {} do not match", quoted(path));
        return report.error(FindingCode::PathTemplate, here, message);
    }
    if path.contains(['?', '#']) {
        let message = format!(
            "the path {} has a `?` or `#` in it: requests are matched on what stands before",
            quoted(path)
        );
        report.warning(FindingCode::PathTemplate, here, message);
    }
}

fn is_balanced(path: &str) -> bool {
    let mut open = false;
    for c in path.chars() {
        match (c, open) {
            ('{', false) => open = true,
            ('}', true) => open = false,
            ('{' | '}', _) => return false,
            _ => {}
        }
    }
    !open
}

fn path_item(
    document: &Value,
    item: &Map<String, Value>,
    path: &str,
    here: &str,
    format: Format,
    report: &mut Report,
    seen: &mut Seen,
) -> usize {
    let mut operations = 0;
    for method in METHODS {
        let Some(value) = item.get(method).filter(|value| !value.is_null()) else {
            continue;
        };
        let at = pointer::join(here, method);
        let Some(operation) = value.as_object() else {
            let message = format!(
                "the operation {method} of {} must be an object",
                quoted(path)
            );
            report.error(FindingCode::WrongType, &at, message);
            continue;
        };
        operations += 1;
        let name = format!("{} {path}", method.to_ascii_uppercase());
        unique_operation(operation, method, path, &at, report, seen);
        let responses = operation.get("responses").and_then(Value::as_object);
        if format != Format::OpenApi31 && responses.is_none_or(Map::is_empty) {
            let message = format!("{name} describes no responses");
            report.warning(FindingCode::MissingResponses, &at, message);
        }
        if path.starts_with('/') {
            path_parameters(document, item, operation, path, &name, &at, report);
        }
    }
    operations
}

fn unique_operation(
    operation: &Map<String, Value>,
    method: &str,
    path: &str,
    at: &str,
    report: &mut Report,
    seen: &mut Seen,
) {
    let key = OperationKey::new(method, path);
    if let Some(first) = seen.keys.get(&key) {
        let message = format!(
            "{key} is described twice, as {} and as {}: requests cannot tell them apart, so they \
             take the route and the policies of the first",
            quoted(first),
            quoted(path)
        );
        report.warning(FindingCode::DuplicateOperation, at, message);
    } else {
        seen.keys.insert(key, path.to_owned());
    }
    let Some(id) = operation.get("operationId").and_then(Value::as_str) else {
        return;
    };
    if let Some(first) = seen.operation_ids.get(id) {
        let message = format!("operationId {} is already used at {first}", quoted(id));
        report.warning(FindingCode::DuplicateOperationId, at, message);
    } else {
        seen.operation_ids.insert(id.to_owned(), at.to_owned());
    }
}

fn path_parameters(
    document: &Value,
    item: &Map<String, Value>,
    operation: &Map<String, Value>,
    path: &str,
    name: &str,
    at: &str,
    report: &mut Report,
) {
    let declared: Vec<&str> = [item.get("parameters"), operation.get("parameters")]
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|parameter| crate::references::follow(document, parameter))
        .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some("path"))
        .filter_map(|parameter| parameter.get("name").and_then(Value::as_str))
        .collect();
    for parameter in template_parameters(path) {
        if !declared.contains(&parameter) {
            let message = format!("{name} does not describe its path parameter `{parameter}`");
            report.warning(FindingCode::PathParameter, at, message);
        }
    }
}

/// The names between braces.
pub(crate) fn template_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
}

/// Text of the author's in a message: bounded, on one line.
pub(crate) fn quoted(text: &str) -> String {
    const MAX: usize = 120;
    let mut short: String = text
        .chars()
        .take(MAX)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(MAX).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}
