//! Samples in a language of the reader's choice.

use serde_json::Value;

use super::{PartValue, SampleBody, SamplePart, SampleRequest};
use super::{curl, go, java, javascript, python, rust};

/// A language samples are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// A command for a POSIX shell.
    #[default]
    Curl,
    /// Python 3, standard library.
    Python,
    /// JavaScript, for Node 18 or newer; without files also for browsers.
    JavaScript,
    /// Go 1.16 or newer, standard library.
    Go,
    /// Rust, with the crate `reqwest` and its features `blocking` and `multipart`.
    Rust,
    /// Java 17 or newer, standard library.
    Java,
}

impl Language {
    /// In the order pages show them.
    pub const ALL: [Self; 6] = [
        Self::Curl,
        Self::Python,
        Self::JavaScript,
        Self::Go,
        Self::Rust,
        Self::Java,
    ];

    /// In addresses and cookies.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::Go => "go",
            Self::Rust => "rust",
            Self::Java => "java",
        }
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::Go => "Go",
            Self::Rust => "Rust",
            Self::Java => "Java",
        }
    }

    /// The language of a slug.
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.slug() == slug)
    }
}

/// A whole program that makes the call of `fragment` at `base_url` and prints the answer. The key is taken from the environment
/// variable `key_variable` (letters, digits and `_`).
pub fn program(language: Language, base_url: &str, fragment: &Value, key_variable: &str) -> String {
    if language == Language::Curl {
        return curl(base_url, fragment, &format!("${key_variable}"));
    }
    let request = SampleRequest::from_fragment(base_url, fragment);
    let call = Call::of(&request, key_variable);
    match language {
        Language::Curl | Language::Python => python::program(&call),
        Language::JavaScript => javascript::program(&call),
        Language::Go => go::program(&call),
        Language::Rust => rust::program(&call),
        Language::Java => java::program(&call),
    }
}

/// What a program has to do: a request whose body is ready to send.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) url: &'a str,
    /// Without the key and `Content-Type`.
    pub(super) headers: &'a [(String, String)],
    pub(super) payload: Payload<'a>,
    pub(super) key_variable: &'a str,
}

pub(super) enum Payload<'a> {
    None,
    Text {
        content_type: &'a str,
        text: String,
    },
    File {
        content_type: &'a str,
        name: &'a str,
    },
    Multipart(&'a [SamplePart]),
}

impl<'a> Call<'a> {
    fn of(request: &'a SampleRequest, key_variable: &'a str) -> Self {
        let payload = match &request.body {
            SampleBody::None => Payload::None,
            SampleBody::Text { content_type, text } => Payload::Text {
                content_type,
                text: text.clone(),
            },
            SampleBody::Form(pairs) => Payload::Text {
                content_type: "application/x-www-form-urlencoded",
                text: pairs.join("&"),
            },
            SampleBody::Multipart(parts) => Payload::Multipart(parts),
            SampleBody::File {
                content_type, name, ..
            } => Payload::File { content_type, name },
        };
        Self {
            method: &request.method,
            url: &request.url,
            headers: &request.headers,
            payload,
            key_variable,
        }
    }

    /// The type of a body that has one.
    pub(super) fn content_type(&self) -> Option<&'a str> {
        match self.payload {
            Payload::Text { content_type, .. } | Payload::File { content_type, .. } => {
                Some(content_type)
            }
            Payload::None | Payload::Multipart(_) => None,
        }
    }

    /// Whether a file of the reader's is sent.
    pub(super) fn reads_a_file(&self) -> bool {
        match &self.payload {
            Payload::File { .. } => true,
            Payload::Multipart(parts) => parts
                .iter()
                .any(|part| matches!(part.value, PartValue::File { .. })),
            Payload::None | Payload::Text { .. } => false,
        }
    }
}

/// What separates parts where a language has no writer of multipart bodies (RFC 7578 §4.1).
pub(super) const BOUNDARY: &str = "sample-boundary-7d1a9c";

/// A stretch of a multipart body.
pub(super) enum Piece<'a> {
    Text(String),
    /// The content of the file of this name.
    File(&'a str),
}

/// A multipart body: texts, and files in between.
pub(super) fn multipart_pieces(parts: &[SamplePart]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    for part in parts {
        let name = quoted_name(&part.name);
        text.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\""
        ));
        if let PartValue::File { name, .. } = &part.value {
            text.push_str(&format!("; filename=\"{}\"", quoted_name(name)));
        }
        if let Some(kind) = &part.content_type {
            text.push_str(&format!("\r\nContent-Type: {}", plain_line(kind)));
        }
        text.push_str("\r\n\r\n");
        match &part.value {
            PartValue::Text(value) => text.push_str(value),
            PartValue::File { name, .. } => {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::File(name));
            }
        }
        text.push_str("\r\n");
    }
    text.push_str(&format!("--{BOUNDARY}--\r\n"));
    pieces.push(Piece::Text(text));
    pieces
}

/// The name of a part or a file between its quotes, as browsers write it (HTML §4.10.21.8, "multipart/form-data encoding
/// algorithm"; RFC 7578 §4.2 leaves it to them): nothing in it ends the name or begins another header.
pub fn quoted_name(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A documented type has no line of its own.
pub(super) fn plain_line(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// A string literal that Python, JavaScript, Go and Java read alike: that of JSON (RFC 8259 §7). DEL is written out, so that no
/// control character stands in a page.
pub(super) fn literal(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Whether a text reads better as lines than as one literal.
pub(super) fn has_plain_lines(text: &str) -> bool {
    text.contains('\n')
        && !text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
}
