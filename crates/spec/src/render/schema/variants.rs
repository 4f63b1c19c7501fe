//! `oneOf` and `anyOf`.

use gatehouse_language::t;
use serde_json::Value;
use std::borrow::Cow;

use super::{Builder, Place, SchemaNode, SchemaVariant, VARIANTS_MAX, enumeration};
use crate::render::bounds;
use crate::render::layers::{Layers, reference_name};

impl<'f> Builder<'_, 'f> {
    pub(super) fn variants(
        &self,
        node: &mut SchemaNode,
        layers: &Layers<'f>,
        depth: usize,
        around: &[Cow<'f, str>],
    ) {
        let Some((which, list)) = layers.alternatives() else {
            return;
        };
        // "X or null" is X, nullable.
        if let [only] = &list[..]
            && node.children.is_empty()
        {
            let inner = Layers::of(only, self.context);
            if let Some(name) = inner.names.iter().find(|name| around.contains(name)) {
                node.recursive_ref = Some(name.clone().into_owned());
                return;
            }
            node.cut |= inner.missing;
            if node.bounds.is_empty() {
                node.bounds = bounds::of(&inner);
            }
            if node.enum_values.is_empty() {
                (node.enum_values, node.enum_more) = enumeration(&inner);
            }
            let mut around = around.to_vec();
            around.extend(inner.names.iter().cloned());
            return self.fill(node, &inner, depth + 1, &around, 0);
        }
        which.clone_into(&mut node.variants_words);
        node.cut |= list.len() > VARIANTS_MAX;
        for (index, schema) in list.into_iter().take(VARIANTS_MAX).enumerate() {
            let name = reference_name(schema).map(Cow::into_owned);
            let title = schema
                .get("title")
                .and_then(Value::as_str)
                .map(str::to_owned);
            let variant = self.node(
                &Layers::of(schema, self.context),
                Place {
                    name: String::new(),
                    anchor: format!("{}~{}", node.anchor, index + 1),
                    required: false,
                    from: None,
                    depth: depth + 1,
                    around,
                },
            );
            let label = title.or_else(|| name.clone());
            node.variants.push(SchemaVariant {
                label: label.unwrap_or_else(|| {
                    t!(
                        "reference-option",
                        number = index + 1,
                        words = &variant.type_words
                    )
                }),
                discriminator: discriminator(layers, name.as_deref()),
                schema: variant,
            });
        }
    }
}

/// `petType = dog`, from the mapping, or the schema's name where the mapping has none.
fn discriminator(layers: &Layers<'_>, name: Option<&str>) -> Option<String> {
    let rule = layers.get("discriminator")?;
    let property = rule.get("propertyName")?.as_str()?;
    let name = name?;
    let mapped = rule
        .get("mapping")
        .and_then(Value::as_object)
        .and_then(|mapping| {
            mapping
                .iter()
                .find(|(_, target)| {
                    target
                        .as_str()
                        .is_some_and(|target| target.rsplit('/').next() == Some(name))
                })
                .map(|(value, _)| value.as_str())
        });
    Some(format!("{property} = {}", mapped.unwrap_or(name)))
}
