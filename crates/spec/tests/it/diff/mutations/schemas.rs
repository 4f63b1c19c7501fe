//! Changes of values, whose class hangs on who sends them.

use gatehouse_spec::diff::Verdict::{self, Breaking, Harmless, Unchanged, Warning};
use serde_json::{Map, Value, json};

use super::Mutation;
use super::random::Random;
use super::sites::{Sender, Sites};

/// Each by name: what it is when callers send the value, when the API does, and how it is done.
macro_rules! mutations {
    ($($function:ident $name:literal $sent:ident $received:ident |$schema:ident, $random:ident| $edit:block)*) => {
        pub(super) const ALL: &[(&str, Mutation)] = &[$(($name, $function),)*];
        $(fn $function(document: &mut Value, sites: &Sites, random: &mut Random) -> Option<Verdict> {
            at_a_site(document, sites, random, ($sent, $received), |$schema, $random| $edit)
        })*
    };
}

type Schema = Map<String, Value>;

mutations! {
    words "words of a schema changed" Unchanged Unchanged |schema, _random| {
        schema.insert("description".to_owned(), json!("Other words."));
        schema.insert("example".to_owned(), json!("another"));
        Some(())
    }
    wrapped "schema wrapped in a base" Unchanged Unchanged |schema, _random| {
        let inner = std::mem::take(schema);
        schema.insert("allOf".to_owned(), json!([inner]));
        Some(())
    }
    optional_property "optional property added" Harmless Harmless |schema, _random| {
        add_property(schema)
    }
    required_property "required property added" Breaking Harmless |schema, _random| {
        add_property(schema)?;
        require(schema, "mutation")
    }
    property_removed "optional property removed" Warning Warning |schema, random| {
        let name = property(schema, random, false)?;
        members(schema, "properties")?.shift_remove(&name).map(drop)
    }
    required_property_removed "required property removed" Warning Breaking |schema, random| {
        let name = property(schema, random, true)?;
        members(schema, "properties")?.shift_remove(&name)?;
        release(schema, &name)
    }
    made_required "property made required" Breaking Harmless |schema, random| {
        let name = property(schema, random, false)?;
        require(schema, &name)
    }
    made_optional "property made optional" Harmless Breaking |schema, random| {
        let name = property(schema, random, true)?;
        release(schema, &name)
    }
    made_read_only "property made read-only" Warning Unchanged |schema, random| {
        let name = any_property(schema, random)?;
        mark(schema, &name, "readOnly")
    }
    made_write_only "property made write-only" Unchanged Breaking |schema, random| {
        let name = any_property(schema, random)?;
        mark(schema, &name, "writeOnly")
    }
    property_deprecated "property deprecated" Harmless Harmless |schema, random| {
        let name = any_property(schema, random)?;
        mark(schema, &name, "deprecated")
    }
    closed "unknown properties forbidden" Breaking Harmless |schema, _random| {
        is(schema, "object")?;
        set_new(schema, "additionalProperties", json!(false))
    }
    type_changed "type changed" Breaking Breaking |schema, _random| {
        let kind = match schema.get("type")?.as_str()? {
            "string" => "boolean",
            "integer" | "number" | "boolean" => "string",
            _ => return None,
        };
        schema.insert("type".to_owned(), json!(kind));
        ["enum", "format", "default", "const"].iter().for_each(|key| drop(schema.shift_remove(*key)));
        Some(())
    }
    number_widened "integer made a number" Harmless Breaking |schema, _random| {
        is(schema, "integer")?;
        none_of(schema, &["enum", "format"])?;
        schema.insert("type".to_owned(), json!("number"));
        Some(())
    }
    nullable "null allowed" Harmless Breaking |schema, _random| {
        none_of(schema, &["enum", "nullable"])?;
        let kind = schema.get("type")?.as_str()?.to_owned();
        schema.insert("type".to_owned(), json!([kind, "null"]));
        Some(())
    }
    not_nullable "null refused" Breaking Harmless |schema, _random| {
        none_of(schema, &["enum", "nullable"])?;
        let kinds = schema.get_mut("type")?.as_array_mut()?;
        let at = kinds.iter().position(|kind| kind == "null")?;
        kinds.remove(at);
        Some(())
    }
    enum_value_added "listed value added" Harmless Warning |schema, _random| {
        schema.get_mut("enum")?.as_array_mut()?.push(json!("mutation"));
        Some(())
    }
    enum_value_removed "listed value removed" Breaking Harmless |schema, _random| {
        let values = schema.get_mut("enum")?.as_array_mut()?;
        let is_left = values.iter().filter(|value| !value.is_null()).count() > 1;
        let at = values.iter().position(|value| !value.is_null())?;
        is_left.then(|| drop(values.remove(at)))
    }
    enum_reordered "listed values reordered" Unchanged Unchanged |schema, _random| {
        schema.get_mut("enum")?.as_array_mut()?.reverse();
        Some(())
    }
    enum_introduced "values listed" Breaking Harmless |schema, _random| {
        is(schema, "string")?;
        none_of(schema, &["const"])?;
        set_new(schema, "enum", json!(["one", "other"]))
    }
    enum_lifted "list of values lifted" Harmless Warning |schema, _random| {
        schema.get("type")?;
        schema.shift_remove("enum").map(drop)
    }
    max_length "length bounded" Breaking Harmless |schema, _random| {
        is(schema, "string")?;
        set_new(schema, "maxLength", json!(40))
    }
    max_length_raised "length bounded less" Harmless Warning |schema, _random| {
        raise(schema, "maxLength")
    }
    min_length "length bounded from below" Breaking Harmless |schema, _random| {
        is(schema, "string")?;
        set_new(schema, "minLength", json!(2))
    }
    pattern "pattern added" Breaking Harmless |schema, _random| {
        is(schema, "string")?;
        set_new(schema, "pattern", json!("^[a-z]+$"))
    }
    format "format added" Breaking Harmless |schema, _random| {
        is(schema, "string")?;
        set_new(schema, "format", json!("uuid"))
    }
    format_changed "format changed" Breaking Breaking |schema, _random| {
        is(schema, "string")?;
        schema.get("format")?;
        schema.insert("format".to_owned(), json!("mutation"));
        Some(())
    }
    format_removed "format removed" Harmless Warning |schema, _random| {
        schema.shift_remove("format").map(drop)
    }
    format_fits_less "integer made smaller" Breaking Harmless |schema, _random| {
        let format = schema.get_mut("format").filter(|format| **format == "int64")?;
        *format = json!("int32");
        Some(())
    }
    minimum "number bounded" Breaking Harmless |schema, _random| {
        is(schema, "integer").or_else(|| is(schema, "number"))?;
        none_of(schema, &["exclusiveMinimum"])?;
        set_new(schema, "minimum", json!(3))
    }
    maximum_raised "number bounded less" Harmless Warning |schema, _random| {
        raise(schema, "maximum")
    }
    minimum_removed "number unbounded" Harmless Warning |schema, _random| {
        schema.shift_remove("minimum").map(drop)
    }
    multiple "number made a multiple" Breaking Harmless |schema, _random| {
        is(schema, "integer")?;
        set_new(schema, "multipleOf", json!(5))
    }
    max_items "list bounded" Breaking Harmless |schema, _random| {
        is(schema, "array")?;
        set_new(schema, "maxItems", json!(7))
    }
    unique_items "elements made to differ" Breaking Harmless |schema, _random| {
        is(schema, "array")?;
        set_new(schema, "uniqueItems", json!(true))
    }
    default_changed "default changed" Warning Harmless |schema, _random| {
        schema.get("default")?;
        schema.insert("default".to_owned(), json!("mutation"));
        Some(())
    }
    alternative_added "alternative added" Harmless Warning |schema, random| {
        let branch = json!({ "type": "array", "items": { "type": "array", "title": "mutation" } });
        alternatives(schema, random)?.push(branch);
        Some(())
    }
    alternative_removed "alternative removed" Breaking Harmless |schema, random| {
        let branches = alternatives(schema, random)?;
        (branches.len() > 2).then(|| drop(branches.remove(0)))
    }
    alternatives_reordered "alternatives reordered" Unchanged Unchanged |schema, random| {
        alternatives(schema, random)?.reverse();
        Some(())
    }
    condition "condition added" Breaking Harmless |schema, _random| {
        schema.get("type")?;
        set_new(schema, "not", json!({ "const": "mutation" }))
    }
}

/// Tries schemas until one fits; the class is the worst over all who send it.
fn at_a_site(
    document: &mut Value,
    sites: &Sites,
    random: &mut Random,
    (sent, received): (Verdict, Verdict),
    edit: impl Fn(&mut Schema, &mut Random) -> Option<()>,
) -> Option<Verdict> {
    let all: Vec<_> = sites.schemas.iter().collect();
    for _ in 0..60 {
        let (pointer, senders) = *random.choose(&all)?;
        let Some(Value::Object(schema)) = document.pointer_mut(pointer) else {
            continue;
        };
        let before = schema.clone();
        if edit(schema, random).is_none() {
            *schema = before;
            continue;
        }
        let classes = senders.iter().map(|sender| match sender {
            Sender::Caller => sent,
            Sender::Api => received,
        });
        return classes.max_by_key(|class| badness(*class));
    }
    None
}

fn badness(class: Verdict) -> usize {
    let order = [Unchanged, Harmless, Warning, Breaking];
    order.iter().position(|one| *one == class).unwrap()
}

fn is(schema: &Schema, kind: &str) -> Option<()> {
    (schema.get("type")? == kind).then_some(())
}

fn none_of(schema: &Schema, keys: &[&str]) -> Option<()> {
    keys.iter()
        .all(|key| !schema.contains_key(*key))
        .then_some(())
}

fn set_new(schema: &mut Schema, key: &str, value: Value) -> Option<()> {
    none_of(schema, &[key])?;
    schema.insert(key.to_owned(), value);
    Some(())
}

fn raise(schema: &mut Schema, key: &str) -> Option<()> {
    let bound = schema.get(key)?.as_i64()?;
    schema.insert(key.to_owned(), json!(bound + 1));
    Some(())
}

fn members<'s>(schema: &'s mut Schema, key: &str) -> Option<&'s mut Schema> {
    schema.get_mut(key)?.as_object_mut()
}

fn add_property(schema: &mut Schema) -> Option<()> {
    none_of(schema, &["additionalProperties", "oneOf", "anyOf"])?;
    let properties = members(schema, "properties")?;
    properties.insert("mutation".to_owned(), json!({ "type": "string" }));
    Some(())
}

fn is_required(schema: &Schema, name: &str) -> bool {
    let list = schema.get("required").and_then(Value::as_array);
    list.is_some_and(|list| list.iter().any(|one| one == name))
}

/// The name of a property that both sides see.
fn property(schema: &mut Schema, random: &mut Random, required: bool) -> Option<String> {
    none_of(schema, &["additionalProperties"])?;
    let names: Vec<String> = schema
        .get("properties")?
        .as_object()?
        .iter()
        .filter(|(name, inner)| {
            let is_plain = inner["readOnly"] != true && inner["writeOnly"] != true;
            is_plain && inner.get("$ref").is_none() && is_required(schema, name) == required
        })
        .map(|(name, _)| name.clone())
        .collect();
    random.choose(&names).cloned()
}

fn any_property(schema: &mut Schema, random: &mut Random) -> Option<String> {
    let required = *random.choose(&[true, false])?;
    property(schema, random, required)
}

fn require(schema: &mut Schema, name: &str) -> Option<()> {
    let list = schema.entry("required").or_insert(json!([]));
    list.as_array_mut()?.push(json!(name));
    Some(())
}

fn release(schema: &mut Schema, name: &str) -> Option<()> {
    let list = schema.get_mut("required")?.as_array_mut()?;
    list.retain(|one| one != name);
    Some(())
}

fn mark(schema: &mut Schema, name: &str, flag: &str) -> Option<()> {
    let property = members(schema, "properties")?.get_mut(name)?;
    set_new(property.as_object_mut()?, flag, json!(true))
}

fn alternatives<'s>(schema: &'s mut Schema, random: &mut Random) -> Option<&'s mut Vec<Value>> {
    let key = *random.choose(&["oneOf", "anyOf"])?;
    let list = schema.get_mut(key)?.as_array_mut()?;
    let is_choice = list.len() > 1 && !list.contains(&json!({ "type": "null" }));
    is_choice.then_some(list)
}
