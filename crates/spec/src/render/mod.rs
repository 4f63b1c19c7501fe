//! What the reference page of one operation shows, from its fragment.
//!
//! Everything here is words and lists: a template decides how they look, not what they say.
//! Fragments come from a database and are read tolerantly; nothing in here fails.

mod bodies;
mod bounds;
mod callback;
pub(crate) mod example;
pub(crate) mod layers;
mod named;
mod parameters;
mod scenario;
mod schema;
mod security;
mod words;

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use serde::Serialize;
use serde_json::Value;

use crate::description::text;
use crate::fragment::CUT_MARK;
use crate::markdown::{SafeHtml, to_html};

pub use bodies::{
    CallbackView, ExampleView, HeaderView, LinkView, MediaTypeView, RequestBodyView, ResponseView,
};
pub use callback::CallbackPage;
pub use named::SchemaPage;
pub use parameters::{ParameterGroup, ParameterView};
pub(crate) use parameters::{given_example, schema_of};
pub use scenario::{Scenario, Simulated, scenarios, simulated};
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
        let webhook = fragment["webhook"] == true;
        fitting(fragment, |context| {
            Self::of(fragment, &fragment["operation"], webhook, context)
        })
    }

    /// The page of an operation, or of a callback in one, which the API sends as it does a webhook.
    fn of<'f>(
        fragment: &'f Value,
        operation: &'f Value,
        webhook: bool,
        context: &Context<'f>,
    ) -> Self {
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
            parameter_groups: parameters::groups(&operation["parameters"], context),
            request_body: bodies::request_body(&operation["requestBody"], "body", inward, context),
            responses: bodies::responses(&operation["responses"], "", outward, context),
            security: security::view(fragment),
            callbacks: bodies::callbacks(&operation["callbacks"]),
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
    /// HTML elements that schema trees of the page may still come to.
    elements_left: std::cell::Cell<usize>,
    /// Levels below the root of each tree that are shown; deeper ones are cut.
    levels: usize,
    /// What was rendered already: shared schemas say the same at many places, and a page that did not fit says it again.
    rendered: RefCell<HashMap<String, SafeHtml>>,
    /// The examples of shared schemas that were made already, by the reference and whom they are for.
    examples: RefCell<HashMap<(String, Direction), Option<example::Example>>>,
    /// What schemas say without looking inside, and how many HTML elements that comes to: a page that did not fit asks for most of
    /// them again.
    leaves: RefCell<HashMap<ByAddress<'f>, (SchemaNode, usize)>>,
}

/// Where a value stands in the fragment: two that say the same stand at two places. It is borrowed, so that nothing else can come to
/// stand there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ByAddress<'f>(pub(crate) &'f Value);

impl PartialEq for ByAddress<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for ByAddress<'_> {}

impl Hash for ByAddress<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::from_ref(self.0).hash(state);
    }
}

/// HTML elements that all schema trees of one page come to. A page may have 4,000; lists, samples and forms stand beside the trees.
const PAGE_ELEMENTS_MAX: usize = 1_600;

/// Levels that are shown where there is room.
const LEVELS_MAX: usize = 4;

/// Makes a page with as many levels as fit: a page that is too large is shallow everywhere rather than missing its end.
fn fitting<'f, T>(fragment: &'f Value, make: impl Fn(&Context<'f>) -> T) -> T {
    let mut context = Context::new(fragment);
    loop {
        let page = make(&context);
        if !context.is_given_up() {
            return page;
        }
        context = Context {
            levels: context.levels - 1,
            rendered: context.rendered,
            examples: context.examples,
            leaves: context.leaves,
            ..Context::new(fragment)
        };
    }
}

impl<'f> Context<'f> {
    pub(crate) fn new(fragment: &'f Value) -> Self {
        Self {
            schemas: fragment
                .pointer("/components/schemas")
                .and_then(Value::as_object),
            elements_left: std::cell::Cell::new(PAGE_ELEMENTS_MAX),
            levels: LEVELS_MAX,
            rendered: RefCell::default(),
            examples: RefCell::default(),
            leaves: RefCell::default(),
        }
    }

    /// Whether the page's allowance is used up.
    fn is_full(&self) -> bool {
        self.elements_left.get() == 0
    }

    /// Whether the page does not fit and is made again with fewer levels: nothing more of this one is needed.
    fn is_given_up(&self) -> bool {
        self.is_full() && self.levels > 1
    }

    /// The HTML of a Markdown text.
    fn html(&self, text: &str) -> SafeHtml {
        let mut rendered = self.rendered.borrow_mut();
        if let Some(html) = rendered.get(text) {
            return html.clone();
        }
        let html = to_html(text);
        rendered.insert(text.to_owned(), html.clone());
        html
    }

    /// Takes a node of so many elements from the page's allowance.
    fn take(&self, elements: usize) -> bool {
        let left = self.elements_left.get();
        self.elements_left.set(left.saturating_sub(elements));
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
