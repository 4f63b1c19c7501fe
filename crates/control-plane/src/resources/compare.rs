//! What differs between what a file says and what there is, field by field.

use serde::Serialize;
use serde_json::Value;

use super::Fields;

/// One field that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// JSON pointer (RFC 6901) into the resource.
    pub pointer: String,
    /// What it is; null where there is nothing.
    pub before: Value,
    /// What it shall be.
    pub after: Value,
}

/// The stated fields that differ from what is held. Objects are compared member by member, lists as a whole.
pub(crate) fn compare(held: Option<&Fields>, stated: &Fields) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for (name, after) in stated {
        let before = held.and_then(|held| held.get(name)).unwrap_or(&Value::Null);
        field(&format!("/spec/{name}"), before, after, &mut changes);
    }
    changes
}

fn field(pointer: &str, before: &Value, after: &Value, changes: &mut Vec<FieldChange>) {
    match (before, after) {
        (Value::Object(held), Value::Object(stated)) => {
            for (name, after) in stated {
                let before = held.get(name).unwrap_or(&Value::Null);
                field(&format!("{pointer}/{name}"), before, after, changes);
            }
        }
        (before, after) if before == after => {}
        (before, after) => changes.push(FieldChange {
            pointer: pointer.to_owned(),
            before: before.clone(),
            after: after.clone(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        match value {
            Value::Object(fields) => fields,
            other => panic!("{other} has no fields"),
        }
    }

    #[test]
    fn only_stated_fields_are_compared_each_at_its_own_place() {
        let held = fields(
            json!({ "name": "Pets", "summary": "All", "timeouts": { "connect_ms": 5, "idle_ms": 6 }, "list": [1] }),
        );
        let stated =
            fields(json!({ "name": "Pets", "timeouts": { "connect_ms": 7 }, "list": [1, 2] }));
        let changes = compare(Some(&held), &stated);
        let places: Vec<_> = changes
            .iter()
            .map(|change| change.pointer.as_str())
            .collect();
        assert_eq!(places, ["/spec/timeouts/connect_ms", "/spec/list"]);
        assert_eq!(
            (&changes[0].before, &changes[0].after),
            (&json!(5), &json!(7))
        );
        assert_eq!(compare(None, &stated).len(), 3);
    }
}
