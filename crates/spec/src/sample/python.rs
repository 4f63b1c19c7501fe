//! Samples in Python, with the standard library alone.

use super::language::{BOUNDARY, Call, Payload, Piece, has_plain_lines, literal, multipart_pieces};

pub(super) fn program(call: &Call<'_>) -> String {
    let mut lines = vec![
        "import os".to_owned(),
        "import urllib.request".to_owned(),
        String::new(),
    ];
    match &call.payload {
        Payload::None => {}
        Payload::Text { text, .. } => {
            lines.push(format!("body = {}.encode()", text_literal(text)));
        }
        Payload::File { name, .. } => lines.push(format!("body = {}", file(name))),
        Payload::Multipart(parts) => {
            let pieces = multipart_pieces(parts);
            let pieces = pieces.iter().map(|piece| match piece {
                Piece::Text(text) => format!("    {}.encode()", literal(text)),
                Piece::File(name) => format!("    {}", file(name)),
            });
            let pieces: Vec<_> = pieces.collect();
            lines.push(format!("body = b\"\".join([\n{},\n])", pieces.join(",\n")));
        }
    }
    let has_body = !matches!(call.payload, Payload::None);
    lines.push("request = urllib.request.Request(".to_owned());
    lines.push(format!("    {},", literal(call.url)));
    lines.push(format!("    method={},", literal(call.method)));
    if has_body {
        lines.push("    data=body,".to_owned());
    }
    lines.push("    headers={".to_owned());
    lines.push(format!(
        "        \"{}\": os.environ[{}],",
        super::KEY_HEADER,
        literal(call.key_variable)
    ));
    let multipart = matches!(call.payload, Payload::Multipart(_))
        .then(|| format!("multipart/form-data; boundary={BOUNDARY}"));
    if let Some(kind) = call.content_type().or(multipart.as_deref()) {
        lines.push(format!("        \"Content-Type\": {},", literal(kind)));
    }
    for (name, value) in call.headers {
        lines.push(format!("        {}: {},", literal(name), literal(value)));
    }
    lines.push("    },".to_owned());
    lines.push(")".to_owned());
    lines.push("with urllib.request.urlopen(request) as response:".to_owned());
    lines.push("    print(response.status)".to_owned());
    lines.push("    print(response.read().decode())".to_owned());
    lines.join("\n")
}

fn file(name: &str) -> String {
    format!("open({}, \"rb\").read()", literal(name))
}

/// Lines stay lines where nothing in them means something to Python.
fn text_literal(text: &str) -> String {
    if has_plain_lines(text)
        && !text.contains("'''")
        && !text.contains('\\')
        && !text.ends_with('\'')
    {
        return format!("'''{text}'''");
    }
    literal(text)
}
