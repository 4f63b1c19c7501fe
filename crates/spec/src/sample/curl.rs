//! Samples as a `curl` command.

use serde_json::Value;

use super::language::plain_line;
use super::{KEY_HEADER, PartValue, SampleBody, SamplePart, SampleRequest};

/// A `curl` command for a POSIX shell that runs as it is pasted.
///
/// `key_placeholder` is put into [`KEY_HEADER`]. One of the form `$NAME` is left for the shell to
/// fill in; anything else is quoted as it is. Empty leaves the header out.
pub fn curl(base_url: &str, fragment: &Value, key_placeholder: &str) -> String {
    curl_of(
        &SampleRequest::from_fragment(base_url, fragment),
        key_placeholder,
    )
}

/// The same for a request that is already made.
pub fn curl_of(request: &SampleRequest, key_placeholder: &str) -> String {
    let mut lines = vec![match &*request.method {
        "GET" => format!("curl {}", quote(&request.url)),
        "HEAD" => format!("curl --head {}", quote(&request.url)),
        method => format!("curl -X {method} {}", quote(&request.url)),
    }];
    if !key_placeholder.is_empty() {
        lines.push(format!("-H {}", key_argument(key_placeholder)));
    }
    for (name, value) in &request.headers {
        lines.push(format!("-H {}", quote(&format!("{name}: {value}"))));
    }
    match &request.body {
        SampleBody::None => {}
        SampleBody::Text { content_type, text } => {
            lines.push(format!(
                "-H {}",
                quote(&format!("Content-Type: {content_type}"))
            ));
            lines.push(format!("--data-raw {}", quote(text)));
        }
        SampleBody::Form(pairs) => {
            lines.extend(
                pairs
                    .iter()
                    .map(|pair| format!("--data-raw {}", quote(pair))),
            );
        }
        SampleBody::Multipart(parts) => lines.extend(parts.iter().map(part_argument)),
        SampleBody::File {
            content_type, name, ..
        } => {
            lines.push(format!(
                "-H {}",
                quote(&format!("Content-Type: {content_type}"))
            ));
            lines.push(format!("--data-binary {}", file_argument(name)));
        }
    }
    lines.join(" \\\n  ")
}

/// `-F name=@file`; `--form-string` where curl shall read nothing into a text.
fn part_argument(part: &SamplePart) -> String {
    let kind = part.content_type.as_deref().map(part_type);
    let kind = kind.map_or_else(String::new, |kind| format!(";type={kind}"));
    // curl ends a name at its first `=` and has no way to write one: what follows would be read as the value, and a value that
    // begins with `@` sends a file of the reader's. The server gets the letters `%3D` instead; that name cannot be sent whole.
    let name = part.name.replace('=', "%3D");
    match &part.value {
        PartValue::Text(value) if kind.is_empty() => {
            format!("--form-string {}", quote(&format!("{name}={value}")))
        }
        PartValue::Text(value) => format!("-F {}", quote(&format!("{name}={}{kind}", word(value)))),
        PartValue::File { name: file, .. } => {
            let is_plain = file
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
            let file = if is_plain { file.clone() } else { word(file) };
            format!("-F {}", quote(&format!("{name}=@{file}{kind}")))
        }
    }
}

/// Parameters after the type that curl takes as its own words (curl(1), `--form`).
const OWN_WORDS: [&str; 4] = ["encoder=", "filename=", "headers=", "type="];

/// A documented type without the parameters that curl would obey: `headers=@name` sends the lines of a file of the reader's.
fn part_type(documented: &str) -> String {
    let line = plain_line(documented);
    let is_own = |parameter: &&str| {
        let parameter = parameter.trim_start().to_ascii_lowercase();
        OWN_WORDS.iter().any(|word| parameter.starts_with(word))
    };
    let mut all = line.split(';');
    let kind = all.next().unwrap_or_default();
    all.filter(|parameter| !is_own(parameter))
        .fold(kind.to_owned(), |kind, parameter| {
            format!("{kind};{parameter}")
        })
}

/// A value that curl reads to its end, whatever stands in it (curl(1), `--form`).
fn word(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `@name` as it is where the shell reads nothing into it.
fn file_argument(name: &str) -> String {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if is_plain {
        format!("@{name}")
    } else {
        quote(&format!("@{name}"))
    }
}

/// Within double quotes the shell fills in a variable; nothing else of the argument is special.
fn key_argument(placeholder: &str) -> String {
    let is_variable = placeholder.strip_prefix('$').is_some_and(|name| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    if is_variable {
        return format!("\"{KEY_HEADER}: {placeholder}\"");
    }
    quote(&format!("{KEY_HEADER}: {placeholder}"))
}

/// One argument of a POSIX shell (IEEE 1003.1, 2.2.2): between single quotes nothing is special.
fn quote(argument: &str) -> String {
    // No program can be given a NUL in an argument.
    format!("'{}'", argument.replace('\0', "").replace('\'', r"'\''"))
}
