//! Which fields of request bodies take a text, as the admin API's document says, and which of them no text fits into.
//!
//! A field counts where it is a string without a format and without a list of what it may be, anywhere in a JSON body of a
//! POST, PUT or PATCH. What the document names as an id or as a lookup refers to a thing and is no text.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use http::Method;
use serde_json::Value;

/// What `admin-api` writes of itself; a test of its own holds it to what is served.
const DOCUMENT: &str = include_str!("../../snapshots/openapi.json");

static PARSED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(DOCUMENT).unwrap());

/// Fields that a hostile text cannot get into, or would stay in for nobody: the operation (`*` is every one), where in its
/// body, and why.
pub(super) const NOT_A_TEXT: &[(&str, &str, &str)] = &[
    ("*", "/slug", "a slug: letters, digits and hyphens"),
    ("*", "/url", "an address that is parsed"),
    ("*", "/targets/*/url", "an address that is parsed"),
    ("*", "/public_url", "an address that is parsed"),
    ("*", "/host", "a host name"),
    ("*", "/email", "an address of mail"),
    ("*", "/email_domains/*", "host names"),
    ("*", "/rule/conditions/*/domains/*", "host names"),
    ("*", "/rule/conditions/*/teams/*", "slugs of teams"),
    ("*", "/role", "the slug of a role"),
    ("*", "/scope/api", "an id or a slug"),
    ("*", "/scope/product", "an id or a slug"),
    ("*", "/scope/team", "an id or a slug"),
    ("*", "/items/*/version", "the label of a version"),
    ("*", "/items/*/operations/*", "operations of a description"),
    (
        "*",
        "/operation_limits/*/operation",
        "an operation of a description",
    ),
    ("*", "/price/amount", "digits"),
    ("*", "/price/per_thousand_calls", "digits"),
    ("*", "/price/currency", "three letters"),
    ("*", "/certificate", "a certificate (PEM)"),
    ("*", "/types/*", "types of events"),
    ("*", "/document/origins/*", "origins (RFC 6454)"),
    ("*", "/document/headers/*", "names of header fields"),
    ("*", "/document/expose/*", "names of header fields"),
    ("*", "/document/header", "the name of a header field"),
    ("*", "/document/request/remove/*", "names of header fields"),
    (
        "*",
        "/document/request/set/*/name",
        "the name of a header field",
    ),
    ("*", "/document/response/remove/*", "names of header fields"),
    (
        "*",
        "/document/response/set/*/name",
        "the name of a header field",
    ),
    ("add_changelog_entry", "/version", "the label of a version"),
    ("close_tenant", "/confirm", "the slug of the tenant"),
    ("create_ci_trust", "/issuer", "an address that is asked"),
    (
        "create_identity_provider",
        "/issuer",
        "an address that is asked",
    ),
    ("*", "/client_secret", "a secret: shown to nobody"),
    (
        "create_changeset",
        "/files/*/content",
        "files that state the fields above",
    ),
    ("create_changeset", "/files/*/path", "the path of a file"),
    ("create_changeset", "/scope", "a slug"),
    ("create_invitation", "/api", "an id or a slug"),
    (
        "create_join_token",
        "/group",
        "the name of a group of gateways",
    ),
    ("*", "/terms", "the slug of terms"),
    (
        "create_policy",
        "/operation",
        "an operation of a description",
    ),
    ("create_policy", "/version", "the label of a version"),
    ("deprecate_version", "/guide", "the slug of a guide"),
    ("deprecate_version", "/successor", "the label of a version"),
    (
        "grant_access",
        "/answers/*",
        "a grant answers no questions and keeps none",
    ),
    ("issue_key", "/products/*", "ids or slugs of products"),
    ("put_backend_secret", "/value", "a secret: shown to nobody"),
    ("put_certificate", "/chain", "certificates (PEM)"),
    ("put_certificate", "/key", "a secret: shown to nobody"),
    ("put_plan_approval", "/questions/*/key", "a slug"),
    (
        "simulate_approval_rule",
        "/rule/name",
        "a rule that is tried and not kept",
    ),
    ("update_branding", "/accent", "a colour"),
    (
        "update_branding",
        "/logo",
        "a picture, read and written anew",
    ),
    ("update_tenant", "/time_zone", "a time zone"),
];

/// A place in the body of an operation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Field {
    pub(super) operation: String,
    /// A JSON pointer; `*` stands for every entry of a list, and for every member where any name may be.
    pub(super) pointer: String,
}

impl Field {
    /// Whether this is what `pointer`, with places of lists as numbers, leads to in a body.
    pub(super) fn is_at(&self, operation: &str, pointer: &str) -> bool {
        let own: Vec<&str> = self.pointer.split('/').collect();
        let other: Vec<&str> = pointer.split('/').collect();
        let same = |(own, other): (&&str, &&str)| *own == "*" || own == other;
        self.operation == operation && own.len() == other.len() && own.iter().zip(&other).all(same)
    }

    /// Whether an entry of a list of exceptions names it.
    pub(super) fn is_in(&self, list: &[(&str, &str, &str)]) -> bool {
        list.iter().any(|entry| self.is_named(entry))
    }

    fn is_named(&self, (operation, pointer, _): &(&str, &str, &str)) -> bool {
        (*operation == "*" || *operation == self.operation) && *pointer == self.pointer
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "(\"{}\", \"{}\")", self.operation, self.pointer)
    }
}

/// Entries of a list of exceptions that name no field.
pub(super) fn idle(list: &[(&str, &str, &str)], fields: &BTreeSet<Field>) -> Vec<String> {
    let mut idle = Vec::new();
    for entry in list {
        if !fields.iter().any(|field| field.is_named(entry)) {
            idle.push(format!("{} {}", entry.0, entry.1));
        }
    }
    idle
}

/// The method and the path of an operation.
pub(super) fn operation(id: &str) -> (Method, &'static str) {
    let found = operations().find(|(_, _, value)| value["operationId"] == id);
    let (method, path, _) = found.unwrap_or_else(|| panic!("there is no operation {id}"));
    (method, path)
}

/// Every field of a JSON body that takes a text.
pub(super) fn fields() -> BTreeSet<Field> {
    let mut found = BTreeSet::new();
    for (method, _, value) in operations() {
        let writes = [Method::POST, Method::PUT, Method::PATCH].contains(&method);
        let schema = &value["requestBody"]["content"]["application/json"]["schema"];
        let Some(id) = value["operationId"].as_str().filter(|_| writes) else {
            continue;
        };
        let mut pointers = BTreeSet::new();
        texts(schema, "", &mut Vec::new(), &mut pointers);
        found.extend(pointers.into_iter().map(|pointer| Field {
            operation: id.to_owned(),
            pointer,
        }));
    }
    found
}

fn operations() -> impl Iterator<Item = (Method, &'static str, &'static Value)> {
    let paths = PARSED["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let item = item.as_object().into_iter().flatten();
        item.filter_map(move |(method, value)| {
            let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok()?;
            Some((method, path.as_str(), value))
        })
    })
}

fn texts(
    schema: &'static Value,
    at: &str,
    within: &mut Vec<&'static str>,
    found: &mut BTreeSet<String>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let refers = reference.ends_with("Id") || reference.ends_with("Lookup");
        if !refers && !within.contains(&reference) {
            within.push(reference);
            let meant = PARSED.pointer(reference.trim_start_matches('#'));
            texts(meant.unwrap(), at, within, found);
            within.pop();
        }
        return;
    }
    for list in ["oneOf", "anyOf", "allOf"] {
        for choice in schema[list].as_array().into_iter().flatten() {
            texts(choice, at, within, found);
        }
    }
    let kind = &schema["type"];
    let mut kinds = kind.as_array().into_iter().flatten().chain([kind]);
    let is_free = ["format", "enum", "const"]
        .iter()
        .all(|word| schema[*word].is_null());
    if is_free && kinds.any(|kind| kind == "string") {
        found.insert(at.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        texts(property, &format!("{at}/{name}"), within, found);
    }
    for entries in ["items", "additionalProperties"] {
        if schema[entries].is_object() {
            texts(&schema[entries], &format!("{at}/*"), within, found);
        }
    }
}

#[test]
fn every_exception_names_a_field() {
    let fields = fields();
    assert!(fields.len() > 100, "{} fields", fields.len());
    assert_eq!(idle(NOT_A_TEXT, &fields), Vec::<String>::new());
}
