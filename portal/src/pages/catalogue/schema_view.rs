//! A schema as the tree readers open: fields, their bounds in words, choices as fold-outs.

use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_spec::render::SchemaNode;

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
pub(crate) fn root(node: &SchemaNode) -> SchemaView {
    let view = inside(node);
    if view.fields.is_empty() && view.variants.is_empty() {
        let mut field = field(node);
        if field.name.is_empty() {
            field.name = "body".to_owned();
        }
        return SchemaView {
            fields: vec![field],
            variants: Vec::new(),
        };
    }
    view
}

fn inside(node: &SchemaNode) -> SchemaView {
    SchemaView {
        fields: node
            .children
            .iter()
            .chain(&node.additional)
            .map(field)
            .collect(),
        variants: node
            .variants
            .iter()
            .map(|variant| VariantView {
                label: variant.label.clone(),
                when: variant.discriminator.clone().unwrap_or_default(),
                inside: Box::new(root(&variant.schema)),
            })
            .collect(),
    }
}

/// One field with everything it says about its values, in words.
pub(crate) fn field(node: &SchemaNode) -> FieldView {
    let mut bounds: Vec<String> = node.bounds.iter().map(|words| sentence(words)).collect();
    if !node.enum_values.is_empty() {
        let values: Vec<&str> = node
            .enum_values
            .iter()
            .map(|one| one.value.as_str())
            .collect();
        let more = if node.enum_more > 0 {
            format!(" and {} more", node.enum_more)
        } else {
            String::new()
        };
        bounds.push(format!("One of {}{more}.", values.join(", ")));
    }
    bounds.extend(
        node.default
            .as_ref()
            .map(|value| format!("Default {value}.")),
    );
    bounds.extend(node.from.as_ref().map(|name| format!("From {name}.")));
    bounds.extend(node.read_only.then(|| "Only in answers.".to_owned()));
    bounds.extend(node.write_only.then(|| "Only in requests.".to_owned()));
    bounds.extend(
        node.recursive_ref
            .as_ref()
            .map(|name| format!("{name} again (recursive).")),
    );
    bounds.extend(
        node.cut
            .then(|| "More inside; the download has all of it.".to_owned()),
    );
    FieldView {
        name: node.name.clone(),
        anchor: node.anchor.clone(),
        kind: node.type_words.clone(),
        required: node.required,
        deprecated: node.deprecated,
        description: node.description_html.as_str().to_owned(),
        bounds,
        inside: Box::new(inside(node)),
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
