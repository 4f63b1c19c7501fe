//! One schema seen through its references and `allOf`: a list of layers, the schema's own first.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{ByAddress, Context};
use crate::fragment::CUT_MARK;
use crate::pointer;

/// Members up to which looking at each is quicker than hashing the name that is looked for. Schemas are asked for dozens of
/// keywords that they do not have, at each of a page's nodes.
const FEW: usize = 12;

fn member<'f>(object: &'f Map<String, Value>, key: &str) -> Option<&'f Value> {
    if object.len() > FEW {
        return object.get(key);
    }
    let found = object.iter().find(|(name, _)| *name == key);
    found.map(|(_, value)| value)
}

/// More parts than a page could tell apart.
const LAYERS_MAX: usize = 60;

/// A schema as everything that applies to it at once.
pub(crate) struct Layers<'f> {
    /// Where the schema stands.
    pub(crate) stands: ByAddress<'f>,
    parts: Vec<Part<'f>>,
    /// The name of the shared schema it refers to.
    pub(crate) name: Option<Cow<'f, str>>,
    /// Every shared schema that went into it.
    pub(crate) names: Vec<Cow<'f, str>>,
    /// Something of it is not in the fragment.
    pub(crate) missing: bool,
    /// The schema `false`: nothing is valid.
    pub(crate) nothing: bool,
}

struct Part<'f> {
    /// The base it came from by `allOf`.
    from: Option<Cow<'f, str>>,
    schema: &'f Map<String, Value>,
}

impl<'f> Part<'f> {
    fn properties(&self) -> Option<&'f Map<String, Value>> {
        member(self.schema, "properties")?.as_object()
    }
}

/// A property and where it came from.
pub(crate) struct Property<'f> {
    pub(crate) name: &'f str,
    pub(crate) schema: &'f Value,
    pub(crate) from: Option<Cow<'f, str>>,
}

impl<'f> Layers<'f> {
    pub(crate) fn of(schema: &'f Value, context: &Context<'f>) -> Self {
        let mut layers = Self {
            stands: ByAddress(schema),
            parts: Vec::new(),
            name: None,
            names: Vec::new(),
            missing: false,
            nothing: *schema == Value::Bool(false),
        };
        layers.name = reference_name(schema);
        layers.collect(schema, None, context);
        layers
    }

    fn collect(&mut self, schema: &'f Value, from: Option<&Cow<'f, str>>, context: &Context<'f>) {
        let Some(object) = schema.as_object() else {
            return;
        };
        if self.parts.len() >= LAYERS_MAX {
            self.missing = true;
            return;
        }
        self.missing |= member(object, CUT_MARK) == Some(&Value::Bool(true));
        self.parts.push(Part {
            from: from.cloned(),
            schema: object,
        });
        if let Some(name) = reference_name(schema) {
            // A schema that is its own base adds nothing the second time.
            if !self.names.contains(&name) {
                let target = context.schemas.and_then(|schemas| schemas.get(&*name));
                self.names.push(name);
                match target {
                    Some(target) => self.collect(target, from, context),
                    None => self.missing = true,
                }
            }
        }
        for part in member(object, "allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let base = reference_name(part);
            self.collect(part, base.as_ref().or(from), context);
        }
    }

    /// The keyword of the nearest layer that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&'f Value> {
        self.parts.iter().find_map(|part| member(part.schema, key))
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'f str> {
        self.parts
            .iter()
            .filter_map(|part| member(part.schema, key).and_then(Value::as_str))
            .find(|text| !text.trim().is_empty())
    }

    pub(crate) fn flag(&self, key: &str) -> bool {
        self.parts
            .iter()
            .any(|part| member(part.schema, key) == Some(&Value::Bool(true)))
    }

    /// The types, `null` left out; what the other keywords imply when none is said.
    pub(crate) fn types(&self) -> Vec<&'f str> {
        let said = match self.get("type") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let said: Vec<&str> = said.into_iter().filter(|kind| *kind != "null").collect();
        if !said.is_empty() {
            return said;
        }
        let has = |keys: &[&str]| keys.iter().any(|key| self.get(key).is_some());
        if has(&["properties", "additionalProperties", "patternProperties"]) {
            vec!["object"]
        } else if has(&["items", "prefixItems"]) {
            vec!["array"]
        } else {
            Vec::new()
        }
    }

    pub(crate) fn is_nullable(&self) -> bool {
        let null = |value: &Value| value.as_str() == Some("null");
        self.flag("nullable")
            || match self.get("type") {
                Some(Value::Array(several)) => several.iter().any(null),
                Some(one) => null(one),
                None => false,
            }
            || self.alternatives_with_null().iter().any(is_null)
    }

    /// Whether any layer has properties.
    pub(crate) fn has_properties(&self) -> bool {
        self.parts
            .iter()
            .any(|part| part.properties().is_some_and(|some| !some.is_empty()))
    }

    /// Properties of all layers, each name once.
    pub(crate) fn properties(&self) -> Vec<Property<'f>> {
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        let mut among = self.parts.iter().filter_map(Part::properties);
        // The names in one object are different anyway.
        let is_alone = among.next().is_some() && among.next().is_none();
        for part in &self.parts {
            for (name, schema) in part.properties().into_iter().flatten() {
                if is_alone || seen.insert(name.as_str()) {
                    all.push(Property {
                        name,
                        schema,
                        from: part.from.clone(),
                    });
                }
            }
        }
        all
    }

    pub(crate) fn required(&self) -> HashSet<&'f str> {
        self.parts
            .iter()
            .filter_map(|part| member(part.schema, "required").and_then(Value::as_array))
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// The schemas of `oneOf` or `anyOf` that are not `null`, and which of the two it was.
    pub(crate) fn alternatives(&self) -> Option<(&'static str, Vec<&'f Value>)> {
        let list: Vec<&Value> = self
            .alternatives_with_null()
            .iter()
            .filter(|schema| !is_null(schema))
            .collect();
        let key = if self.get("oneOf").is_some() {
            "one of"
        } else {
            "any of"
        };
        (!list.is_empty()).then_some((key, list))
    }

    fn alternatives_with_null(&self) -> &'f [Value] {
        self.get("oneOf")
            .or_else(|| self.get("anyOf"))
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

/// The name of the shared schema that a schema refers to.
pub(crate) fn shared_name(layers: &Layers<'_>) -> Option<String> {
    layers.name.clone().map(Cow::into_owned)
}

/// The name in `$ref: #/components/schemas/name`.
pub(crate) fn reference_name(schema: &Value) -> Option<Cow<'_, str>> {
    let pointer = member(schema.as_object()?, "$ref")?
        .as_str()?
        .strip_prefix('#')?;
    pointer::segments(pointer).last()
}
