//! Schemas as trees of nodes.

mod variants;

use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

use super::layers::{Layers, Property, shared_name};
use super::{Context, bounds, words};
use crate::markdown::SafeHtml;

/// Arrays of arrays that are opened on one line.
const UNWRAPPED_MAX: usize = 4;

/// Elements of a node without what its author wrote: its line, the marks on it, the list around it.
const NODE_ELEMENTS: usize = 6;

/// Values of an enumeration that are shown.
const ENUM_MAX: usize = 200;

/// Alternatives of one schema that are shown.
const VARIANTS_MAX: usize = 30;

/// Elements of a tuple that are shown.
const TUPLE_MAX: usize = 50;

/// Who reads the value: decides whether read-only or write-only properties are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Request,
    Response,
    /// Nobody in particular: nothing is left out.
    Both,
}

/// One value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnumValue {
    pub value: String,
    pub description: Option<String>,
}

/// One alternative of `oneOf` or `anyOf`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemaVariant {
    pub label: String,
    /// `property = value` that chooses it.
    pub discriminator: Option<String>,
    pub schema: SchemaNode,
}

/// A schema, or a property with its schema.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SchemaNode {
    /// The property; empty at the root of a tree; `[0]` in a tuple; `{key}` in a map.
    pub name: String,
    /// Unique on the page: `body.customer.email`.
    pub anchor: String,
    pub type_words: String,
    pub required: bool,
    pub nullable: bool,
    pub deprecated: bool,
    pub read_only: bool,
    pub write_only: bool,
    pub description_html: SafeHtml,
    pub bounds: Vec<String>,
    pub enum_values: Vec<EnumValue>,
    /// How many values of the enumeration are not listed.
    pub enum_more: usize,
    pub default: Option<String>,
    pub example: Option<String>,
    /// The schema that `allOf` took this property from.
    pub from: Option<String>,
    /// Properties; of the items when the type is an array.
    pub children: Vec<SchemaNode>,
    /// "one of" or "any of"; empty without variants.
    pub variants_words: String,
    pub variants: Vec<SchemaVariant>,
    /// What the values of other keys are.
    pub additional: Vec<SchemaNode>,
    /// The schema repeats one around it; this is its name.
    pub recursive_ref: Option<String>,
    /// The shared schema that this is, or that its items are.
    pub shared: Option<String>,
    /// There is more inside than is shown here.
    pub cut: bool,
}

/// Builds one tree.
pub(super) struct Builder<'c, 'f> {
    pub(super) context: &'c Context<'f>,
    pub(super) direction: Direction,
}

/// Where a node stands.
struct Place<'p, 'f> {
    name: String,
    anchor: String,
    required: bool,
    from: Option<Cow<'f, str>>,
    depth: usize,
    /// Names of the shared schemas around it.
    around: &'p [Cow<'f, str>],
}

impl<'f> Builder<'_, 'f> {
    /// The tree of a body, parameter or header.
    pub(super) fn root(&self, schema: &'f Value, anchor: &str) -> SchemaNode {
        self.node(
            &Layers::of(schema, self.context),
            Place {
                name: String::new(),
                anchor: anchor.to_owned(),
                required: false,
                from: None,
                depth: 0,
                around: &[],
            },
        )
    }

    fn node(&self, layers: &Layers<'f>, place: Place<'_, 'f>) -> SchemaNode {
        if self.context.is_given_up() {
            return SchemaNode::default();
        }
        let (mut node, elements) = self.leaf(layers);
        node.name = place.name;
        node.anchor = place.anchor;
        node.required = place.required;
        node.from = place.from.map(Cow::into_owned);
        node.shared = shared_name(layers);
        if let Some(name) = layers.names.iter().find(|name| place.around.contains(name)) {
            node.recursive_ref = Some(name.clone().into_owned());
            return node;
        }
        node.cut = layers.missing;
        if !self.context.take(elements) {
            node.cut = true;
            return node;
        }
        let mut around = place.around.to_vec();
        around.extend(layers.names.iter().cloned());
        self.fill(&mut node, layers, place.depth, &around, 0);
        node
    }

    /// All that a node says without looking inside, and about how many HTML elements that comes to.
    fn leaf(&self, layers: &Layers<'f>) -> (SchemaNode, usize) {
        let known = self.context.leaves.borrow().get(&layers.stands).cloned();
        known.unwrap_or_else(|| {
            let node = self.told(layers);
            let elements = elements(&node);
            let mut leaves = self.context.leaves.borrow_mut();
            leaves.insert(layers.stands, (node.clone(), elements));
            (node, elements)
        })
    }

    fn told(&self, layers: &Layers<'f>) -> SchemaNode {
        let (enum_values, enum_more) = enumeration(layers);
        let example = layers.get("example").or_else(|| {
            layers
                .get("examples")
                .and_then(Value::as_array)
                .and_then(|examples| examples.first())
        });
        SchemaNode {
            type_words: words::type_of(layers, self.context),
            nullable: layers.is_nullable(),
            deprecated: layers.flag("deprecated"),
            read_only: layers.flag("readOnly"),
            write_only: layers.flag("writeOnly"),
            description_html: self.description(layers),
            bounds: bounds::of(layers),
            enum_values,
            enum_more,
            default: layers.get("default").map(words::value),
            example: example.filter(|value| !value.is_object()).map(words::value),
            ..SchemaNode::default()
        }
    }

    fn description(&self, layers: &Layers<'f>) -> SafeHtml {
        let text = layers.text("description");
        text.map(|text| self.context.html(text)).unwrap_or_default()
    }

    /// Adds what is inside. `unwrapped` counts arrays opened without going a level deeper.
    fn fill(
        &self,
        node: &mut SchemaNode,
        layers: &Layers<'f>,
        depth: usize,
        around: &[Cow<'f, str>],
        unwrapped: usize,
    ) {
        let items = layers.get("items");
        if depth >= self.context.levels {
            node.cut |= has_inside(layers, self.context);
            return;
        }
        self.properties(node, layers, depth, around);
        self.tuple(node, layers, depth, around);
        self.additional(node, layers, depth, around);
        self.variants(node, layers, depth, around);
        if let Some(items) = items.filter(|items| items.is_object())
            && unwrapped < UNWRAPPED_MAX
        {
            let items = Layers::of(items, self.context);
            node.cut |= items.missing;
            if node.shared.is_none() {
                node.shared = shared_name(&items);
            }
            if let Some(name) = items.names.iter().find(|name| around.contains(name)) {
                node.recursive_ref = Some(name.clone().into_owned());
                return;
            }
            self.items_say(node, &items);
            let mut around = around.to_vec();
            around.extend(items.names.iter().cloned());
            node.anchor.push_str("[]");
            self.fill(node, &items, depth, &around, unwrapped + 1);
            node.anchor.truncate(node.anchor.len() - 2);
        }
    }

    /// Bounds and values of an array's items are told on the array's own line.
    fn items_say(&self, node: &mut SchemaNode, items: &Layers<'f>) {
        let inner = bounds::of_items(items);
        let inner =
            inner.map(|bound| gatehouse_language::t!("reference-bound-each", bound = bound));
        node.bounds.extend(inner);
        if node.enum_values.is_empty() {
            (node.enum_values, node.enum_more) = enumeration(items);
        }
        if node.description_html.is_empty() {
            node.description_html = self.description(items);
        }
    }

    fn properties(
        &self,
        node: &mut SchemaNode,
        layers: &Layers<'f>,
        depth: usize,
        around: &[Cow<'f, str>],
    ) {
        let required = layers.required();
        for Property { name, schema, from } in layers.properties() {
            if self.context.is_full() {
                node.cut = true;
                break;
            }
            let layers = Layers::of(schema, self.context);
            if self.is_hidden(&layers) {
                continue;
            }
            node.children.push(self.node(
                &layers,
                Place {
                    name: name.to_owned(),
                    anchor: format!("{}.{name}", node.anchor),
                    required: required.contains(name),
                    from,
                    depth: depth + 1,
                    around,
                },
            ));
        }
    }

    fn is_hidden(&self, layers: &Layers<'f>) -> bool {
        match self.direction {
            Direction::Request => layers.flag("readOnly"),
            Direction::Response => layers.flag("writeOnly"),
            Direction::Both => false,
        }
    }

    fn tuple(
        &self,
        node: &mut SchemaNode,
        layers: &Layers<'f>,
        depth: usize,
        around: &[Cow<'f, str>],
    ) {
        let elements = layers
            .get("prefixItems")
            .or_else(|| layers.get("items"))
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for (index, schema) in elements.enumerate().take(TUPLE_MAX) {
            node.children.push(self.node(
                &Layers::of(schema, self.context),
                Place {
                    name: format!("[{index}]"),
                    anchor: format!("{}.{index}", node.anchor),
                    required: false,
                    from: None,
                    depth: depth + 1,
                    around,
                },
            ));
        }
    }

    fn additional(
        &self,
        node: &mut SchemaNode,
        layers: &Layers<'f>,
        depth: usize,
        around: &[Cow<'f, str>],
    ) {
        let patterns = layers.get("patternProperties").and_then(Value::as_object);
        let patterns = patterns
            .into_iter()
            .flatten()
            .map(|(pattern, schema)| (pattern.clone(), schema));
        let others = layers
            .get("additionalProperties")
            .filter(|schema| schema.is_object() || **schema == Value::Bool(true))
            .map(|schema| ("{key}".to_owned(), schema));
        for (name, schema) in patterns.chain(others) {
            // `true` beside named properties is the rule, not news.
            if *schema == Value::Bool(true) && !node.children.is_empty() {
                continue;
            }
            node.additional.push(self.node(
                &Layers::of(schema, self.context),
                Place {
                    anchor: format!("{}.{name}", node.anchor),
                    name,
                    required: false,
                    from: None,
                    depth: depth + 1,
                    around,
                },
            ));
        }
    }
}

/// About how many HTML elements the node's own line and texts come to.
fn elements(node: &SchemaNode) -> usize {
    let html = node.description_html.as_str();
    let written = html.matches('<').count() - html.matches("</").count();
    NODE_ELEMENTS + written + node.bounds.len() + usize::from(!node.enum_values.is_empty())
}

fn has_inside<'f>(layers: &Layers<'f>, context: &Context<'f>) -> bool {
    let keys = ["prefixItems", "patternProperties"];
    let items = layers.get("items").filter(|items| items.is_object());
    layers.has_properties()
        || layers
            .alternatives()
            .is_some_and(|(_, list)| list.len() > 1)
        || layers
            .get("additionalProperties")
            .is_some_and(Value::is_object)
        || keys.iter().any(|key| layers.get(key).is_some())
        || items.is_some_and(|items| {
            // One look is enough: items of items are rare this deep.
            Layers::of(items, context).has_properties()
        })
}

fn enumeration(layers: &Layers<'_>) -> (Vec<EnumValue>, usize) {
    let Some(values) = layers.get("enum").and_then(Value::as_array) else {
        return (Vec::new(), 0);
    };
    let described = [
        "x-enum-descriptions",
        "x-enumDescriptions",
        "x-enum-varnames",
        "x-enumNames",
    ]
    .into_iter()
    .find_map(|key| layers.get(key));
    let description = |index: usize, value: &Value| match described? {
        Value::Array(list) => list.get(index)?.as_str().map(str::to_owned),
        Value::Object(by_value) => by_value
            .get(&words::value(value))?
            .as_str()
            .map(str::to_owned),
        _ => None,
    };
    let shown = values
        .iter()
        .enumerate()
        .take(ENUM_MAX)
        .map(|(index, value)| EnumValue {
            value: words::value(value),
            description: description(index, value),
        })
        .collect();
    (shown, values.len().saturating_sub(ENUM_MAX))
}
