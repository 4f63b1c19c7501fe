//! Samples in Rust, with `reqwest`.

use super::language::{Call, Payload, has_plain_lines};
use super::{PartValue, SamplePart};

pub(super) fn program(call: &Call<'_>) -> String {
    let mut lines = vec![
        "// reqwest = { version = \"0.13\", features = [\"blocking\", \"multipart\"] }".to_owned(),
        "fn main() -> Result<(), Box<dyn std::error::Error>> {".to_owned(),
        "    let client = reqwest::blocking::Client::new();".to_owned(),
    ];
    if let Payload::Multipart(parts) = &call.payload {
        lines.push("    let form = reqwest::blocking::multipart::Form::new()".to_owned());
        for part in *parts {
            lines.push(added(part));
        }
        if let Some(last) = lines.last_mut() {
            last.push(';');
        }
    }
    lines.push(format!(
        "    let response = client\n        .request({}.parse()?, {})",
        literal(call.method),
        literal(call.url)
    ));
    lines.push(format!(
        "        .header(\"{}\", std::env::var({})?)",
        super::KEY_HEADER,
        literal(call.key_variable)
    ));
    if let Some(kind) = call.content_type() {
        lines.push(format!(
            "        .header(\"Content-Type\", {})",
            literal(kind)
        ));
    }
    for (name, value) in call.headers {
        lines.push(format!(
            "        .header({}, {})",
            literal(name),
            literal(value)
        ));
    }
    match &call.payload {
        Payload::None => {}
        Payload::Text { text, .. } => lines.push(format!("        .body({})", text_literal(text))),
        Payload::File { name, .. } => lines.push(format!(
            "        .body(std::fs::File::open({})?)",
            literal(name)
        )),
        Payload::Multipart(_) => lines.push("        .multipart(form)".to_owned()),
    }
    lines.push("        .send()?;".to_owned());
    lines.push("    println!(\"{}\", response.status());".to_owned());
    lines.push("    println!(\"{}\", response.text()?);".to_owned());
    lines.push("    Ok(())".to_owned());
    lines.push("}".to_owned());
    lines.join("\n")
}

fn added(part: &SamplePart) -> String {
    const PART: &str = "reqwest::blocking::multipart::Part";
    let name = literal(&part.name);
    match (&part.value, &part.content_type) {
        (PartValue::Text(value), None) => format!("        .text({name}, {})", literal(value)),
        (PartValue::File { name: file, .. }, None) => {
            format!("        .file({name}, {})?", literal(file))
        }
        (PartValue::Text(value), Some(kind)) => format!(
            "        .part({name}, {PART}::text({}).mime_str({})?)",
            literal(value),
            literal(kind)
        ),
        (PartValue::File { name: file, .. }, Some(kind)) => format!(
            "        .part({name}, {PART}::file({})?.mime_str({})?)",
            literal(file),
            literal(kind)
        ),
    }
}

/// A string literal of Rust.
fn literal(text: &str) -> String {
    format!("{text:?}")
}

fn text_literal(text: &str) -> String {
    if !has_plain_lines(text) {
        return literal(text);
    }
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}
