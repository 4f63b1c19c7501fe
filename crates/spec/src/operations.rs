//! The list of operations, each with its key and its lasting address.

use std::collections::HashSet;
use std::fmt::Write as _;

use gatehouse_domain::OperationKey;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::description::{Method, Operation, text};
use crate::references::follow;

/// Longer operation ids are cut in addresses, and told apart by their hash.
const SLUG_MAX: usize = 100;

/// Every operation of a normalised document.
pub(crate) fn derive(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (section, webhook) in [("paths", false), ("webhooks", true)] {
        let items = document.get(section).and_then(Value::as_object);
        for (path, item) in items.into_iter().flatten() {
            if path.starts_with("x-") {
                continue;
            }
            let Some(item) = follow(document, item).and_then(Value::as_object) else {
                continue;
            };
            for method in Method::ALL {
                if let Some(Value::Object(operation)) = item.get(method.key()) {
                    operations.push(describe(operation, item, method, path, webhook));
                }
            }
        }
    }
    mark_shadowed(&mut operations);
    assign_slugs(&mut operations);
    operations
}

fn describe(
    operation: &Map<String, Value>,
    item: &Map<String, Value>,
    method: Method,
    path: &str,
    webhook: bool,
) -> Operation {
    // A path item's summary and description speak for all its operations.
    let own_or_shared = |key: &str| text(operation.get(key)).or_else(|| text(item.get(key)));
    // A webhook may be named like a path; only real paths start with a slash.
    let keyed = if webhook {
        path.trim_start_matches('/')
    } else {
        path
    };
    let tags = operation.get("tags").and_then(Value::as_array);
    let mut tags: Vec<String> = tags
        .into_iter()
        .flatten()
        .filter_map(|tag| text(Some(tag)))
        .collect();
    let mut seen = HashSet::new();
    tags.retain(|tag| seen.insert(tag.clone()));
    Operation {
        key: OperationKey::new(method.as_str(), keyed),
        method,
        path_template: path.to_owned(),
        operation_id: text(operation.get("operationId")),
        slug: String::new(),
        summary: own_or_shared("summary"),
        description: own_or_shared("description"),
        tags,
        deprecated: operation.get("deprecated") == Some(&Value::Bool(true)),
        webhook,
        shadowed: false,
    }
}

fn mark_shadowed(operations: &mut [Operation]) {
    let mut taken = HashSet::new();
    for operation in operations {
        if !taken.insert(operation.key.clone()) {
            let method = operation.method.as_str();
            operation.shadowed = true;
            operation.key =
                OperationKey::from_stored(format!("{method} {}", operation.path_template));
            taken.insert(operation.key.clone());
        }
    }
}

/// The first operation with an id keeps it bare; others with the same one get the hash of their
/// key added, so adding an operation never changes the address of another one before it.
fn assign_slugs(operations: &mut [Operation]) {
    let mut taken: HashSet<String> = HashSet::new();
    for operation in operations {
        let hash = key_hash(&operation.key);
        let mut slug = match operation.operation_id.as_deref().map(url_safe) {
            Some(slug) if !slug.is_empty() && slug.len() <= SLUG_MAX => slug,
            Some(slug) if !slug.is_empty() => format!("{}-{}", &slug[..SLUG_MAX], &hash[..8]),
            _ => format!("op-{}", &hash[..12]),
        };
        // Compared without case: addresses are also file names and search terms.
        if taken.contains(&slug.to_ascii_lowercase()) {
            slug = format!("{slug}-{}", &hash[..12]);
        }
        taken.insert(slug.to_ascii_lowercase());
        operation.slug = slug;
    }
}

/// ASCII letters, digits, `_`, `.` and `-`; everything between becomes one `-`.
pub(crate) fn url_safe(id: &str) -> String {
    let mut slug = String::with_capacity(id.len());
    for c in id.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    // `.` and `..` are not segments a browser would keep.
    slug.trim_matches(['-', '.']).to_owned()
}

fn key_hash(key: &OperationKey) -> String {
    hash_of(key.as_str())
}

/// Twelve hexadecimal digits of a text's SHA-256.
pub(crate) fn hash_of(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .take(6)
        .fold(String::with_capacity(12), |mut hex, byte| {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
