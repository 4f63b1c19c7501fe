//! Samples in Java, with the standard library alone.

use std::fmt::Write as _;

use super::language::{self, BOUNDARY, Call, Payload, Piece, has_plain_lines, multipart_pieces};

pub(super) fn program(call: &Call<'_>) -> String {
    let mut lines: Vec<String> = [
        "import java.net.URI;",
        "import java.net.http.HttpClient;",
        "import java.net.http.HttpRequest;",
        "import java.net.http.HttpResponse;",
    ]
    .map(str::to_owned)
    .to_vec();
    if call.reads_a_file() {
        lines.push("import java.nio.file.Path;".to_owned());
    }
    lines.push(String::new());
    lines.push("public class Sample {".to_owned());
    lines.push("    public static void main(String[] args) throws Exception {".to_owned());
    lines.push(format!(
        "        var request = HttpRequest.newBuilder(URI.create({}))",
        literal(call.url)
    ));
    lines.push(format!(
        "            .header(\"{}\", System.getenv({}))",
        super::KEY_HEADER,
        literal(call.key_variable)
    ));
    let multipart = matches!(call.payload, Payload::Multipart(_))
        .then(|| format!("multipart/form-data; boundary={BOUNDARY}"));
    if let Some(kind) = call.content_type().or(multipart.as_deref()) {
        lines.push(format!(
            "            .header(\"Content-Type\", {})",
            literal(kind)
        ));
    }
    for (name, value) in call.headers {
        lines.push(format!(
            "            .header({}, {})",
            literal(name),
            literal(value)
        ));
    }
    lines.push(format!(
        "            .method({}, {})",
        literal(call.method),
        publisher(&call.payload)
    ));
    lines.push("            .build();".to_owned());
    lines.push("        var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());".to_owned());
    lines.push("        System.out.println(response.statusCode());".to_owned());
    lines.push("        System.out.println(response.body());".to_owned());
    lines.push("    }".to_owned());
    lines.push("}".to_owned());
    lines.join("\n")
}

fn publisher(payload: &Payload<'_>) -> String {
    const PUBLISHERS: &str = "HttpRequest.BodyPublishers";
    let file = |name: &str| format!("{PUBLISHERS}.ofFile(Path.of({}))", literal(name));
    match payload {
        Payload::None => format!("{PUBLISHERS}.noBody()"),
        Payload::Text { text, .. } => format!("{PUBLISHERS}.ofString({})", text_literal(text)),
        Payload::File { name, .. } => file(name),
        Payload::Multipart(parts) => {
            let pieces = multipart_pieces(parts);
            let pieces: Vec<String> = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => format!("{PUBLISHERS}.ofString({})", literal(text)),
                    Piece::File(name) => file(name),
                })
                .collect();
            format!(
                "{PUBLISHERS}.concat(\n                {})",
                pieces.join(",\n                ")
            )
        }
    }
}

/// A string literal. Before Java 18 sources are read as the machine's locale says: what is not ASCII is written as its UTF-16
/// units (JLS §3.3), which mean the same everywhere.
fn literal(text: &str) -> String {
    let mut written = String::new();
    for unit in language::literal(text).encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => written.push(char::from(byte)),
            _ => {
                let _ = write!(written, "\\u{unit:04x}");
            }
        }
    }
    written
}

/// A text block (JLS §3.10.6) where it keeps every character: the compiler takes away common indentation, spaces at the end of
/// lines, and reads escapes.
fn text_literal(text: &str) -> String {
    let keeps = has_plain_lines(text)
        && text.is_ascii()
        && !text.contains(['\\', '\t'])
        && !text.contains("\"\"\"")
        && !text.ends_with(['"', '\n'])
        && text.lines().all(|line| !line.ends_with(' '))
        && text
            .lines()
            .any(|line| !line.is_empty() && !line.starts_with(' '));
    if keeps {
        return format!("\"\"\"\n{text}\"\"\"");
    }
    literal(text)
}
