//! A schema as the tree readers open: fields, their bounds in words, choices as fold-outs.

use crate::view::parts::Link;
use askama::Template;
use askama::filters::HtmlSafe;

/// Fields of one object, or the choices of a one-of, or both.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/schema.html")]
pub(crate) struct SchemaView {
    pub(crate) fields: Vec<FieldView>,
    pub(crate) variants: Vec<VariantView>,
}

impl HtmlSafe for SchemaView {}

/// One field. `description` is sanitised HTML.
#[derive(Debug, Clone)]
pub(crate) struct FieldView {
    pub(crate) name: String,
    pub(crate) anchor: String,
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) deprecated: bool,
    pub(crate) description: String,
    pub(crate) bounds: Vec<String>,
    pub(crate) link: Option<Link>,
    pub(crate) inside: Box<SchemaView>,
}

/// One choice of a one-of.
#[derive(Debug, Clone)]
pub(crate) struct VariantView {
    pub(crate) label: String,
    pub(crate) when: String,
    pub(crate) inside: Box<SchemaView>,
}
