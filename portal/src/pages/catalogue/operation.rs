//! `GET /apis/{api}/{version}/reference/{operation}`: one operation, text at the left, code at the right.

use crate::page::web_page;
use crate::pages::Fact;
use crate::pages::catalogue::rail::OperationRail;
use crate::pages::catalogue::schema_view::SchemaView;
use crate::view::parts::{Code, Crumbs};
use crate::view::shell::Shell;
use askama::Template;

/// Parameters, bodies, answers, samples.
#[derive(Template)]
#[template(path = "pages/catalogue/operation.html")]
pub(crate) struct OperationPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) rail: OperationRail,
    pub(crate) api_name: String,
    pub(crate) version: String,
    pub(crate) title: String,
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) path: String,
    pub(crate) deprecated: bool,
    /// Sanitised HTML.
    pub(crate) description: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) parameters: Vec<ParameterGroup>,
    pub(crate) bodies: Vec<BodyView>,
    pub(crate) answers: Vec<AnswerView>,
    pub(crate) sample: Code,
    pub(crate) body_example: Option<Code>,
    pub(crate) answer_examples: Vec<Code>,
}

web_page!(OperationPage, Private);

pub(crate) struct ParameterGroup {
    pub(crate) label: &'static str,
    pub(crate) inside: SchemaView,
}

pub(crate) struct BodyView {
    pub(crate) note: String,
    pub(crate) description: String,
    pub(crate) inside: SchemaView,
}

pub(crate) struct AnswerView {
    pub(crate) status: String,
    pub(crate) tone: &'static str,
    pub(crate) summary: String,
    pub(crate) note: String,
    pub(crate) inside: SchemaView,
    pub(crate) is_bare: bool,
}

/// `GET /apis/{api}/{version}/schemas/{name}`: one named schema.
#[derive(Template)]
#[template(path = "pages/catalogue/schema.html")]
pub(crate) struct SchemaPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) rail: OperationRail,
    pub(crate) api_name: String,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) inside: SchemaView,
    pub(crate) example: Option<Code>,
}

web_page!(SchemaPage, Private);
