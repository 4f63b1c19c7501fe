//! JSON: one cheap pass for the limits, then serde_json.

use std::collections::HashSet;

use serde_json::Value;

use super::locate::{self, Visit};
use super::{Source, Syntax, place};
use crate::finding::{Finding, FindingCode, Location};
use crate::limits::Limits;

pub(super) fn read<'a>(text: &'a str, limits: &Limits) -> Result<Source<'a>, Finding> {
    let members_written = measure(text, limits)?;
    // `parse` rather than `from_str`: the former is compiled inside serde_json, optimised also in
    // debug builds.
    let value: Value = text.parse().map_err(|error: serde_json::Error| {
        let offset = offset_of(text, error.line(), error.column());
        let message = error.to_string();
        let message = message
            .rsplit_once(" at line ")
            .map_or(&*message, |(message, _)| message);
        Finding::new(
            FindingCode::Syntax,
            "",
            format!("not valid JSON: {message}"),
        )
        .at(place(text, offset))
    })?;
    let duplicates = if members(&value) < members_written {
        duplicate_keys(text)
    } else {
        Vec::new()
    };
    Ok(Source {
        text,
        syntax: Syntax::Json,
        value,
        duplicates,
    })
}

/// Holds the limits without building anything; returns how many members are written.
fn measure(text: &str, limits: &Limits) -> Result<usize, Finding> {
    let (mut depth, mut nodes, mut members) = (0_usize, 1_usize, 0_usize);
    let mut just_opened = false;
    let bytes = text.as_bytes();
    let mut offset = 0;
    while offset < bytes.len() {
        let byte = bytes[offset];
        if !byte.is_ascii_whitespace() {
            if just_opened && !matches!(byte, b'}' | b']') {
                nodes += 1;
            }
            just_opened = false;
            match byte {
                b'"' => offset = end_of_string(bytes, offset),
                b'{' | b'[' => {
                    depth += 1;
                    just_opened = true;
                    if depth > limits.depth() {
                        return Err(too_deep(limits).at(place(text, offset)));
                    }
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                b',' => nodes += 1,
                b':' => members += 1,
                _ => {}
            }
            if nodes > limits.nodes {
                return Err(too_many_nodes(limits).at(place(text, offset)));
            }
        }
        offset += 1;
    }
    Ok(members)
}

/// The offset of the closing quote of the string that opens at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut offset = start + 1;
    while offset < bytes.len() {
        match bytes[offset] {
            b'"' => return offset,
            b'\\' => offset += 2,
            _ => offset += 1,
        }
    }
    offset
}

pub(super) fn too_deep(limits: &Limits) -> Finding {
    Finding::new(
        FindingCode::TooDeep,
        "",
        format!(
            "more than {} objects and arrays inside one another",
            limits.depth()
        ),
    )
}

pub(super) fn too_many_nodes(limits: &Limits) -> Finding {
    Finding::new(
        FindingCode::TooLarge,
        "",
        format!("more than {} values in the description", limits.nodes),
    )
}

fn members(value: &Value) -> usize {
    match value {
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        Value::Array(elements) => elements.iter().map(members).sum(),
        _ => 0,
    }
}

/// Which keys repeat. Only called when some do, so its cost does not matter.
fn duplicate_keys(text: &str) -> Vec<(String, Location)> {
    struct Seen {
        pointers: HashSet<String>,
        offsets: Vec<(String, usize)>,
    }
    impl Visit for Seen {
        fn key(&mut self, pointer: &str, offset: usize) {
            if !self.pointers.insert(pointer.to_owned())
                && self.offsets.len() < crate::finding::FINDINGS_MAX
            {
                self.offsets.push((pointer.to_owned(), offset));
            }
        }
    }
    let mut seen = Seen {
        pointers: HashSet::new(),
        offsets: Vec::new(),
    };
    locate::walk_json(text, &mut seen);
    seen.offsets
        .into_iter()
        .map(|(pointer, offset)| (pointer, place(text, offset)))
        .collect()
}

/// serde_json counts lines from 1 and columns in bytes.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum::<usize>();
    let mut offset = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}
