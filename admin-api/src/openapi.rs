//! The OpenAPI document of the admin API: collected from the endpoints, completed here with what all of them share.

use std::collections::{BTreeSet, HashMap};

use axum::Extension;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::{OpenApi, Ref, RefOr, Required};

use crate::edge::parameters::{DRY_RUN, Parameters};
use crate::state::Links;
use crate::{bodies, router};

const DESCRIPTION: &str = "\
What CI, scripts and operators use: publish descriptions, decide on access, make keys, run gateways.

Every request needs `Authorization: Bearer gta_…` but this document's and the token exchange; the scopes an operation needs stand under its security. \
Lists run from the newest entry to the oldest. Errors are `application/problem+json` with a stable `code`, a `fix` and the request id. \
Single things carry an `ETag`; a change sends it back in `If-Match`. A POST may carry an `Idempotency-Key`.";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "Gatehouse admin API"),
    components(schemas(bodies::Problem, bodies::FieldError, bodies::words::UsageRange))
)]
struct Frame;

/// The whole document, for any server.
pub fn document() -> OpenApi {
    complete(
        router::endpoints().to_openapi(),
        router::open_endpoints().to_openapi(),
    )
}

/// The document as it is served, made once.
#[derive(Debug, Clone)]
pub(crate) struct Served(Bytes);

impl Served {
    /// The document with this server's address.
    pub(crate) fn new(mut document: OpenApi, links: &Links) -> Self {
        document.servers = Some(vec![Server::new(links.own().to_string())]);
        // Serialising a document of strings and maps into memory has no way to fail.
        Self(serde_json::to_vec(&document).unwrap_or_default().into())
    }
}

/// `GET /v1/openapi.json`. Needs no token: it says nothing about a tenant.
pub(crate) async fn show(Extension(Served(document)): Extension<Served>) -> impl IntoResponse {
    let json = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, json)], document)
}

/// The query parameters of every operation.
pub(crate) fn parameters(document: &OpenApi) -> Parameters {
    let mut known = HashMap::new();
    for (path, item) in &document.paths.paths {
        for (method, operation) in operations(item) {
            let names = operation
                .parameters
                .iter()
                .flatten()
                .filter_map(written_out);
            let names = names.filter(|known| known.parameter_in == ParameterIn::Query);
            known.insert(
                (method, path.clone()),
                names.map(|known| known.name.clone()).collect(),
            );
        }
    }
    Parameters::new(known)
}

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

/// `open` needs no access token and takes no parameters of ours.
fn complete(endpoints: OpenApi, mut open: OpenApi) -> OpenApi {
    let mut document = Frame::openapi();
    document.merge(endpoints);
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.info.description = Some(DESCRIPTION.to_owned());
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations_mut(item) {
            complete_operation(&method, operation);
        }
    }
    for item in open.paths.paths.values_mut() {
        for (_, operation) in operations_mut(item) {
            answer_problems(operation, [413, 415, 500, 503]);
        }
    }
    document.merge(open);
    let components = document.components.get_or_insert_default();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("gta_…");
    let scheme = SecurityScheme::Http(scheme.description(Some("An access token.")).build());
    components
        .security_schemes
        .insert("token".to_owned(), scheme.into());
    components
        .responses
        .insert("Problem".to_owned(), problem_response().into());
    require_answered_members(document)
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::POST, &mut item.post),
        (Method::PUT, &mut item.put),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    all.into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn complete_operation(method: &Method, operation: &mut Operation) {
    let writes = *method != Method::GET;
    let parameters = operation.parameters.get_or_insert_default();
    if writes {
        let dry_run =
            "Only tell what would happen: the same checks and the same answer, rolled back.";
        parameters.push(parameter(
            DRY_RUN,
            ParameterIn::Query,
            Type::Boolean,
            dry_run,
        ));
    }
    if *method == Method::POST {
        let once = "Sent again with the same key within 24 hours, the first answer is given again.";
        parameters.push(parameter(
            "Idempotency-Key",
            ParameterIn::Header,
            Type::String,
            once,
        ));
    }
    let known = || parameters.iter().filter_map(written_out);
    let has = |place: ParameterIn| known().any(|known| known.parameter_in == place);
    // Whoever has no role of the platform is not told that there is such an operation.
    let hides = operation.tags.iter().flatten().any(|tag| tag == "tenants");
    let insists = known().any(|known| known.name == "If-Match");
    let mut statuses = vec![400, 401, 403, 500, 503];
    statuses.extend((hides || has(ParameterIn::Path)).then_some(404));
    statuses.extend(writes.then_some(409));
    statuses.extend(insists.then_some([412, 428]).into_iter().flatten());
    statuses.extend(
        operation
            .request_body
            .is_some()
            .then_some([413, 415])
            .into_iter()
            .flatten(),
    );
    statuses.extend((writes || has(ParameterIn::Query)).then_some(422));
    answer_problems(operation, statuses);
}

/// Says which statuses answer with a problem.
fn answer_problems(operation: &mut Operation, statuses: impl IntoIterator<Item = u16>) {
    for status in statuses {
        let problem = RefOr::Ref(Ref::from_response_name("Problem"));
        operation
            .responses
            .responses
            .entry(status.to_string())
            .or_insert(problem);
    }
}

/// Parameters stand in their operations; none is shared by reference.
fn written_out(parameter: &RefOr<Parameter>) -> Option<&Parameter> {
    match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    }
}

fn parameter(name: &str, place: ParameterIn, kind: Type, description: &str) -> RefOr<Parameter> {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(kind)))
        .build()
        .into()
}

fn problem_response() -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description("The request was not carried out; `code` says why and `fix` what to do.")
        .content("application/problem+json", content)
        .build()
}

/// Answers always have all their members, null or not; only what is sent may leave members out. Types that are only
/// answered are therefore required whole. The problem is the exception: it leaves out what it has not got.
fn require_answered_members(mut document: OpenApi) -> OpenApi {
    let text = serde_json::to_value(&document).unwrap_or_default();
    let sent = reachable(&text, |operation| &operation["requestBody"]);
    let answered = reachable(&text, |operation| &operation["responses"]);
    let Some(components) = &mut document.components else {
        return document;
    };
    let left_out = ["Problem", "FieldError"];
    for (name, schema) in &mut components.schemas {
        if !answered.contains(name) || sent.contains(name) || left_out.contains(&&**name) {
            continue;
        }
        match schema {
            RefOr::T(Schema::Object(object)) => {
                object.required = object.properties.keys().cloned().collect()
            }
            RefOr::T(Schema::AllOf(parts)) => {
                for part in &mut parts.items {
                    if let RefOr::T(Schema::Object(object)) = part {
                        object.required = object.properties.keys().cloned().collect();
                    }
                }
            }
            _ => {}
        }
    }
    document
}

/// Names of the schemas that a part of any operation leads to.
fn reachable(document: &Value, part: impl Fn(&Value) -> &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let paths = document["paths"]
        .as_object()
        .into_iter()
        .flat_map(|paths| paths.values());
    for operation in paths
        .flat_map(|item| item.as_object())
        .flat_map(|item| item.values())
    {
        follow(document, part(operation), &mut found);
    }
    found
}

fn follow(document: &Value, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str)
                && let Some(name) = name.strip_prefix("#/components/schemas/")
                && found.insert(name.to_owned())
            {
                follow(document, &document["components"]["schemas"][name], found);
            }
            members
                .values()
                .for_each(|member| follow(document, member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| follow(document, item, found)),
        _ => {}
    }
}
