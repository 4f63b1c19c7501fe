//! Samples in JavaScript: `fetch`, as Node and browsers have it.

use super::language::{Call, Payload, has_plain_lines, literal};
use super::{PartValue, SamplePart};

pub(super) fn program(call: &Call<'_>) -> String {
    let mut lines = Vec::new();
    if call.reads_a_file() {
        lines.push("import { readFile } from \"node:fs/promises\";".to_owned());
        lines.push(String::new());
    }
    if let Payload::Multipart(parts) = &call.payload {
        lines.push("const form = new FormData();".to_owned());
        for part in *parts {
            lines.push(appended(part));
        }
    }
    lines.push(format!(
        "const response = await fetch({}, {{",
        literal(call.url)
    ));
    lines.push(format!("  method: {},", literal(call.method)));
    lines.push("  headers: {".to_owned());
    lines.push(format!(
        "    \"{}\": process.env[{}],",
        super::KEY_HEADER,
        literal(call.key_variable)
    ));
    if let Some(kind) = call.content_type() {
        lines.push(format!("    \"Content-Type\": {},", literal(kind)));
    }
    for (name, value) in call.headers {
        lines.push(format!("    {}: {},", literal(name), literal(value)));
    }
    lines.push("  },".to_owned());
    match &call.payload {
        Payload::None => {}
        Payload::Text { text, .. } => lines.push(format!("  body: {},", text_literal(text))),
        Payload::File { name, .. } => {
            lines.push(format!("  body: await readFile({}),", literal(name)));
        }
        Payload::Multipart(_) => lines.push("  body: form,".to_owned()),
    }
    lines.push("});".to_owned());
    lines.push("console.log(response.status);".to_owned());
    lines.push("console.log(await response.text());".to_owned());
    lines.join("\n")
}

/// `FormData` gives a type to blobs alone.
fn appended(part: &SamplePart) -> String {
    let name = literal(&part.name);
    let kind = part.content_type.as_deref();
    let kind = kind.map_or_else(String::new, |kind| {
        format!(", {{ type: {} }}", literal(kind))
    });
    match &part.value {
        PartValue::Text(value) if kind.is_empty() => {
            format!("form.append({name}, {});", literal(value))
        }
        PartValue::Text(value) => {
            format!("form.append({name}, new Blob([{}]{kind}));", literal(value))
        }
        PartValue::File { name: file, .. } => {
            let file = literal(file);
            format!("form.append({name}, new Blob([await readFile({file})]{kind}), {file});")
        }
    }
}

fn text_literal(text: &str) -> String {
    if has_plain_lines(text) && !text.contains(['`', '\\', '$']) {
        return format!("`{text}`");
    }
    literal(text)
}
