//! Writing resources as YAML. One value has one text, whatever version of whatever library runs: what was exported twice is
//! the same to the byte. Strings that could be read as anything else are quoted as in JSON, which YAML 1.2 contains.

use serde_json::Value;

/// Writes an object in block style, ending with a line break: the text that an export of it has.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                indent(depth, text);
                text.push_str(&scalar(&Value::String(name.clone())));
                text.push(':');
                after(member, depth, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                indent(depth, text);
                text.push('-');
                entry(item, depth, text);
            }
        }
        other => {
            indent(depth, text);
            text.push_str(&scalar(other));
            text.push('\n');
        }
    }
}

/// What stands after a key.
fn after(value: &Value, depth: usize, text: &mut String) {
    if is_block(value) {
        text.push('\n');
        block(value, depth + 1, text);
    } else {
        text.push(' ');
        text.push_str(&scalar(value));
        text.push('\n');
    }
}

/// What stands after a dash: the first member of an object on the same line.
fn entry(value: &Value, depth: usize, text: &mut String) {
    if !is_block(value) {
        text.push(' ');
        text.push_str(&scalar(value));
        text.push('\n');
        return;
    }
    let mut inner = String::new();
    block(value, depth + 1, &mut inner);
    text.push(' ');
    text.push_str(inner.trim_start_matches(' '));
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

fn indent(depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("  ", depth));
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(word) if is_plain(word) => word.clone(),
        // Empty lists and objects, numbers, true, false and null are the same in both.
        other => other.to_string(),
    }
}

/// Words that no reader takes for anything but text.
fn is_plain(word: &str) -> bool {
    let reserved = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan",
    ];
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' '))
        && !word.ends_with(' ')
        && !reserved.contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use gatehouse_spec::{Limits, file};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_reads_back_the_same_whatever_is_in_it() {
        let value = json!({
            "apiVersion": "gatehouse/v1",
            "yes": "no", "Null": "NULL", "1": "1.0", "~": "~",
            "spec": {
                "texts": ["", " ", "a: b", "# no comment", "- x", "two\nlines", "\"quoted\"", "tab\t", "2026-01-01", "0x1f",
                          "*a", "&a", "!x", "[1]", "{a}", "a #b", "%", "@", "`", "é ü \u{1f980}", "trailing ", "1e3", "on", "=", "<<"],
                "numbers": [1, -5, 2.5, 1_000_000_000_000_u64],
                "nothing": null, "truth": true, "empty": {}, "none": [],
                "nested": [[1, [2, 3]], { "a": { "b": [{ "c": 1, "d": [] }] }, "e": "f" }],
            },
        });
        let text = write(&value);
        let back = file::read(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(back, value, "{text}");
        assert_eq!(write(&back), text);
    }

    #[test]
    fn plain_things_look_plain() {
        let value = json!({ "kind": "plan", "spec": { "name": "Gold plan", "limits": [{ "kind": "rate", "amount": 5 }] } });
        let text =
            "kind: plan\nspec:\n  name: Gold plan\n  limits:\n    - kind: rate\n      amount: 5\n";
        assert_eq!(write(&value), text);
    }
}
