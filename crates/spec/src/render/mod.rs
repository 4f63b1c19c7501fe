//! What the reference page of one operation shows, from its fragment.
//!
//! Everything here is words and lists: a template decides how they look, not what they say.
//! Fragments come from a database and are read tolerantly; nothing in here fails.

mod bodies;
mod bounds;
pub(crate) mod example;
pub(crate) mod layers;
mod parameters;
mod schema;
mod security;
mod words;

use serde::Serialize;
use serde_json::Value;

use crate::description::text;
use crate::fragment::CUT_MARK;
use crate::markdown::{SafeHtml, to_html};

pub use bodies::{
    CallbackView, ExampleView, HeaderView, LinkView, MediaTypeView, RequestBodyView, ResponseView,
};
pub use parameters::{ParameterGroup, ParameterView};
pub(crate) use parameters::{given_example, schema_of};
pub use schema::{Direction, EnumValue, SchemaNode, SchemaVariant};
pub use security::{SecurityNeed, SecurityView};

/// One operation, ready for a template.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationPage {
    /// In capitals.
    pub method: String,
    /// The path template, or the name of a webhook.
    pub path: String,
    pub webhook: bool,
    pub operation_id: Option<String>,
    pub summary: Option<String>,
    pub description_html: SafeHtml,
    pub deprecated: bool,
    pub tags: Vec<String>,
    /// Path, query, header and cookie parameters, in this order; groups without any are left out.
    pub parameter_groups: Vec<ParameterGroup>,
    pub request_body: Option<RequestBodyView>,
    pub responses: Vec<ResponseView>,
    /// What the description says; the plan of a subscription has the last word.
    pub security: SecurityView,
    pub callbacks: Vec<CallbackView>,
    pub more_url: Option<String>,
    pub more_words: Option<String>,
    /// The operation was too large and parts of it were left out.
    pub cut: bool,
}

impl OperationPage {
    /// Reads a fragment made by [`crate::Fragments`].
    pub fn from_fragment(fragment: &Value) -> Self {
        let operation = &fragment["operation"];
        let context = Context::new(fragment);
        let webhook = fragment["webhook"] == true;
        // The API sends a webhook's body: what it reads, the reader receives.
        let (inward, outward) = if webhook {
            (Direction::Response, Direction::Request)
        } else {
            (Direction::Request, Direction::Response)
        };
        let more = &operation["externalDocs"];
        Self {
            method: text(fragment.get("method")).unwrap_or_default(),
            path: text(fragment.get("path")).unwrap_or_default(),
            webhook,
            operation_id: text(operation.get("operationId")),
            summary: text(operation.get("summary")),
            description_html: html(operation.get("description")),
            deprecated: operation["deprecated"] == true,
            tags: strings(&operation["tags"]),
            parameter_groups: parameters::groups(&operation["parameters"], &context),
            request_body: bodies::request_body(&operation["requestBody"], "body", inward, &context),
            responses: bodies::responses(&operation["responses"], "", outward, &context),
            security: security::view(fragment),
            callbacks: bodies::callbacks(&operation["callbacks"], &context),
            more_url: text(more.get("url")).filter(|url| is_web_address(url)),
            more_words: text(more.get("description")),
            cut: operation[CUT_MARK] == true
                || fragment["cut"]
                    .as_array()
                    .is_some_and(|cut| !cut.is_empty()),
        }
    }
}

/// What every part of a page reads from.
pub(crate) struct Context<'f> {
    pub(crate) schemas: Option<&'f serde_json::Map<String, Value>>,
    /// Nodes of schema trees the page may still hold.
    nodes_left: std::cell::Cell<usize>,
}

/// Schema nodes on one page, over all bodies and responses together.
const PAGE_NODES_MAX: usize = 2_000;

impl<'f> Context<'f> {
    pub(crate) fn new(fragment: &'f Value) -> Self {
        Self {
            schemas: fragment
                .pointer("/components/schemas")
                .and_then(Value::as_object),
            nodes_left: std::cell::Cell::new(PAGE_NODES_MAX),
        }
    }

    /// Whether the page's allowance is used up.
    fn is_full(&self) -> bool {
        self.nodes_left.get() == 0
    }

    /// Takes one node from the page's allowance.
    fn take_node(&self) -> bool {
        let left = self.nodes_left.get();
        self.nodes_left.set(left.saturating_sub(1));
        left > 0
    }
}

fn html(value: Option<&Value>) -> SafeHtml {
    value
        .and_then(Value::as_str)
        .map(to_html)
        .unwrap_or_default()
}

fn strings(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| text(Some(one)))
        .collect()
}

fn is_web_address(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    lower.starts_with("https://") || lower.starts_with("http://")
}
