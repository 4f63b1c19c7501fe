//! Samples as a `curl` command.

use serde_json::Value;

use super::{FILE_NAME, KEY_HEADER, SampleBody, SampleRequest, encode};

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
        SampleBody::Form(fields) => lines.extend(fields.iter().map(|(name, value)| {
            format!(
                "--data-raw {}",
                quote(&format!("{}={}", encode(name), encode(value)))
            )
        })),
        SampleBody::Multipart(parts) => lines.extend(parts.iter().map(|part| match &part.value {
            Some(value) => format!("--form-string {}", quote(&format!("{}={value}", part.name))),
            None => format!("-F {}", quote(&format!("{}=@{FILE_NAME}", part.name))),
        })),
        SampleBody::File { content_type } => {
            lines.push(format!(
                "-H {}",
                quote(&format!("Content-Type: {content_type}"))
            ));
            lines.push(format!("--data-binary @{FILE_NAME}"));
        }
    }
    lines.join(" \\\n  ")
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
