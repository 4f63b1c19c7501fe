//! Answers as tables, JSON, YAML or names.

use serde_json::Value;

use super::Format;
use crate::output;

/// A column of a table: its head, and where in a row its value is (RFC 6901).
pub(crate) struct Column {
    head: &'static str,
    at: &'static str,
}

/// A column headed `head` that shows what is at the JSON pointer `at`.
pub(crate) const fn column(head: &'static str, at: &'static str) -> Column {
    Column { head, at }
}

/// Shows one thing. As a table: a line for each column.
pub(crate) fn one(
    format: Format,
    value: &Value,
    name: &str,
    columns: &[Column],
) -> anyhow::Result<()> {
    match format {
        Format::Table => {
            let width = columns.iter().map(|column| column.head.len()).max();
            for column in columns {
                let cell = cell(value.pointer(column.at));
                let width = width.unwrap_or_default();
                output::data(format!("{:<width$}  {cell}", column.head))?;
            }
        }
        Format::Json => output::data(serde_json::to_string_pretty(value)?)?,
        Format::Yaml => output::data(serde_saphyr::to_string(value)?.trim_end())?,
        Format::Name => output::data(cell(value.pointer(name)))?,
    }
    Ok(())
}

/// Shows many. An empty table is its head alone; for programs it is an empty list.
pub(crate) fn rows(
    format: Format,
    rows: &[Value],
    name: &str,
    columns: &[Column],
) -> anyhow::Result<()> {
    match format {
        Format::Table => table(rows, columns)?,
        Format::Json => output::data(serde_json::to_string_pretty(rows)?)?,
        Format::Yaml => output::data(serde_saphyr::to_string(&rows)?.trim_end())?,
        Format::Name => {
            for row in rows {
                output::data(cell(row.pointer(name)))?;
            }
        }
    }
    Ok(())
}

fn table(rows: &[Value], columns: &[Column]) -> std::io::Result<()> {
    let head = columns.iter().map(|column| column.head.to_owned());
    let mut lines: Vec<Vec<String>> = vec![head.collect()];
    for row in rows {
        let cells = columns.iter().map(|column| cell(row.pointer(column.at)));
        lines.push(cells.collect());
    }
    let width = |at: usize| {
        let cells = lines.iter().filter_map(|line| line.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    for line in &lines {
        let cells = line.iter().zip(&widths);
        let text: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        output::data(text.join("  ").trim_end())?;
    }
    Ok(())
}

/// One value in one line: nothing is `-`, lists are joined, things are called by their name. What a terminal would obey instead of
/// showing is replaced: names are other people's text.
fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|item| cell(Some(item))).collect();
            if items.is_empty() {
                "-".to_owned()
            } else {
                items.join(", ")
            }
        }
        Some(Value::Object(fields)) => {
            let names = ["slug", "label", "words", "name", "url", "address", "id"];
            let named = names.iter().find_map(|name| fields.get(*name));
            named.map_or_else(
                || format!("{} fields", fields.len()),
                |name| cell(Some(name)),
            )
        }
        Some(other) => other.to_string(),
    };
    one_line(&text)
}

/// A text that can neither break its line nor steer a terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::cell;

    #[test]
    fn a_cell_is_one_line_whatever_the_value_is() {
        assert_eq!(cell(None), "-");
        assert_eq!(cell(Some(&json!(null))), "-");
        assert_eq!(cell(Some(&json!([]))), "-");
        assert_eq!(cell(Some(&json!(12))), "12");
        assert_eq!(
            cell(Some(&json!([{"slug": "a", "name": "A"}, {"label": "v1"}]))),
            "a, v1"
        );
        assert_eq!(cell(Some(&json!({"x": 1}))), "1 fields");
    }

    #[test]
    fn a_name_cannot_move_the_cursor_or_colour_the_terminal() {
        assert_eq!(
            cell(Some(&json!("a\u{1b}[31mb\nc"))),
            "a\u{fffd}[31mb\u{fffd}c"
        );
    }
}
