//! What a plain YAML scalar means (YAML 1.2 core schema).
//!
//! `yes`, `no`, `on` and `off` stay text, as do dates: 1.1's readings of them surprise authors.

use serde_json::{Number, Value};

pub(super) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn number(text: &str) -> Option<Number> {
    let first = *text.as_bytes().first()?;
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if let Ok(whole) = unsigned.parse::<i64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = unsigned.parse::<u64>() {
        return Some(whole.into());
    }
    // `parse::<f64>` also takes words ("inf", "nan"), which JSON cannot hold: they stay text.
    let decimal = unsigned
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !decimal || !unsigned.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Number::from_f64(unsigned.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn core_schema_scalars_are_read_and_yaml_1_1_words_stay_text() {
        for (text, value) in [
            ("", json!(null)),
            ("~", json!(null)),
            ("True", json!(true)),
            ("12", json!(12)),
            ("-7", json!(-7)),
            ("+3", json!(3)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("1.50", json!(1.5)),
            ("1e3", json!(1000.0)),
            (
                "18446744073709551615",
                json!(18_446_744_073_709_551_615_u64),
            ),
            ("no", json!("no")),
            ("on", json!("on")),
            ("1.2.3", json!("1.2.3")),
            ("2026-01-01", json!("2026-01-01")),
            (".nan", json!(".nan")),
            ("-.inf", json!("-.inf")),
            ("inf", json!("inf")),
            ("-", json!("-")),
            (".", json!(".")),
            ("1e999", json!("1e999")),
            ("12:30:45", json!("12:30:45")),
        ] {
            assert_eq!(plain(text), value, "{text:?}");
        }
    }
}
