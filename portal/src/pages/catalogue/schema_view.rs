//! A schema as the tree readers open: fields, their bounds in words, choices as fold-outs.

use crate::view::said::says;
use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_language::t;
use gatehouse_spec::render::SchemaNode;
use std::collections::HashMap;

/// Where the pages of schemas stand.
#[derive(Debug, Default)]
pub(crate) struct SchemaPages {
    /// With the tenant's base, up to the slug.
    base: String,
    /// Slugs by name.
    slugs: HashMap<String, String>,
}

impl SchemaPages {
    pub(crate) fn new(base: String, slugs: &HashMap<String, String>) -> Self {
        Self {
            base,
            slugs: slugs.clone(),
        }
    }

    /// The address of a schema's page, if it has one.
    pub(crate) fn href(&self, name: &str) -> Option<String> {
        let slug = self.slugs.get(name)?;
        Some(format!("{}/{}", self.base, crate::address::encode(slug)))
    }
}

/// Fields of one object, or the choices of a one-of, or both.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/schema.html")]
pub(crate) struct SchemaView {
    pub(crate) fields: Vec<FieldView>,
    pub(crate) variants: Vec<VariantView>,
}

impl HtmlSafe for SchemaView {}
says!(SchemaView);

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
    /// Where what is not shown here is: label and address.
    pub(crate) links: Vec<(String, String)>,
    pub(crate) inside: Box<SchemaView>,
}

/// One choice of a one-of.
#[derive(Debug, Clone)]
pub(crate) struct VariantView {
    pub(crate) label: String,
    pub(crate) when: String,
    pub(crate) inside: Box<SchemaView>,
}

/// The tree of a body or answer: its fields, or the thing itself when it has none.
pub(crate) fn root(node: &SchemaNode, pages: &SchemaPages) -> SchemaView {
    let view = inside(node, pages);
    if view.fields.is_empty() && view.variants.is_empty() {
        let mut field = field(node, pages);
        if field.name.is_empty() {
            field.name = t!("reference-this-body");
        }
        return SchemaView {
            fields: vec![field],
            variants: Vec::new(),
        };
    }
    view
}

fn inside(node: &SchemaNode, pages: &SchemaPages) -> SchemaView {
    SchemaView {
        fields: node
            .children
            .iter()
            .chain(&node.additional)
            .map(|node| field(node, pages))
            .collect(),
        variants: node
            .variants
            .iter()
            .map(|variant| VariantView {
                label: variant.label.clone(),
                when: variant.discriminator.clone().unwrap_or_default(),
                inside: Box::new(root(&variant.schema, pages)),
            })
            .collect(),
    }
}

/// One field with everything it says about its values, in words.
pub(crate) fn field(node: &SchemaNode, pages: &SchemaPages) -> FieldView {
    let shared = node.recursive_ref.as_ref().or(node.shared.as_ref());
    let more = shared.filter(|_| node.cut || node.recursive_ref.is_some());
    let more =
        more.and_then(|name| Some((t!("reference-all-of", schema = name), pages.href(name)?)));
    let mut bounds: Vec<String> = node.bounds.iter().map(|words| sentence(words)).collect();
    if !node.enum_values.is_empty() {
        let values: Vec<&str> = node
            .enum_values
            .iter()
            .map(|one| one.value.as_str())
            .collect();
        let values = values.join(", ");
        bounds.push(match node.enum_more {
            0 => t!("reference-one-of", values = values),
            more => t!("reference-one-of-more", values = values, count = more),
        });
    }
    bounds.extend(
        node.default
            .as_ref()
            .map(|value| t!("reference-default", value = value)),
    );
    bounds.extend(
        node.from
            .as_ref()
            .map(|name| t!("reference-from", schema = name)),
    );
    bounds.extend(node.read_only.then(|| t!("reference-only-in-answers")));
    bounds.extend(node.write_only.then(|| t!("reference-only-in-requests")));
    bounds.extend(
        node.recursive_ref
            .as_ref()
            .map(|name| t!("reference-recursive", schema = name)),
    );
    bounds.extend((node.cut && more.is_none()).then(|| t!("reference-more-inside")));
    FieldView {
        name: node.name.clone(),
        anchor: node.anchor.clone(),
        kind: node.type_words.clone(),
        required: node.required,
        deprecated: node.deprecated,
        description: node.description_html.as_str().to_owned(),
        bounds,
        links: more.into_iter().collect(),
        inside: Box::new(inside(node, pages)),
    }
}

/// "at most 40 characters" as a sentence of its own.
fn sentence(words: &str) -> String {
    let words = crate::view::shell::capital(words);
    if words.ends_with('.') {
        words
    } else {
        format!("{words}.")
    }
}
