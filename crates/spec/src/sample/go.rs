//! Samples in Go, with the standard library alone.

use super::language::{Call, Payload, has_plain_lines, literal, plain_line, quoted_name};
use super::{PartValue, SamplePart};

pub(super) fn program(call: &Call<'_>) -> String {
    let mut imports = vec!["fmt", "io", "net/http", "os"];
    let mut body = Vec::new();
    let reader = match &call.payload {
        Payload::None => "nil",
        Payload::Text { text, .. } => {
            imports.push("strings");
            body.push(format!(
                "\tbody := strings.NewReader({})",
                text_literal(text)
            ));
            "body"
        }
        Payload::File { name, .. } => {
            body.push(format!("\tbody, err := os.Open({})", literal(name)));
            body.push(checked("err"));
            "body"
        }
        Payload::Multipart(parts) => {
            imports.extend(["bytes", "mime/multipart"]);
            if parts.iter().any(|part| part.content_type.is_some()) {
                imports.push("net/textproto");
            }
            body.push("\tbody := &bytes.Buffer{}".to_owned());
            body.push("\tform := multipart.NewWriter(body)".to_owned());
            for part in *parts {
                body.push(written(part));
            }
            body.push("\tform.Close()".to_owned());
            "body"
        }
    };
    imports.sort_unstable();
    let imports = imports.iter().map(|name| format!("\t\"{name}\""));
    let mut lines = vec![
        "package main".to_owned(),
        String::new(),
        "import (".to_owned(),
    ];
    lines.extend(imports);
    lines.extend([")".to_owned(), String::new(), "func main() {".to_owned()]);
    lines.extend(body);
    lines.push(format!(
        "\trequest, err := http.NewRequest({}, {}, {reader})",
        literal(call.method),
        literal(call.url)
    ));
    lines.push(checked("err"));
    lines.push(format!(
        "\trequest.Header.Set(\"{}\", os.Getenv({}))",
        super::KEY_HEADER,
        literal(call.key_variable)
    ));
    if let Some(kind) = call.content_type() {
        lines.push(format!(
            "\trequest.Header.Set(\"Content-Type\", {})",
            literal(kind)
        ));
    }
    if matches!(call.payload, Payload::Multipart(_)) {
        lines.push("\trequest.Header.Set(\"Content-Type\", form.FormDataContentType())".to_owned());
    }
    for (name, value) in call.headers {
        lines.push(format!(
            "\trequest.Header.Set({}, {})",
            literal(name),
            literal(value)
        ));
    }
    lines.push("\tresponse, err := http.DefaultClient.Do(request)".to_owned());
    lines.push(checked("err"));
    lines.push("\tdefer response.Body.Close()".to_owned());
    lines.push("\tfmt.Println(response.StatusCode)".to_owned());
    lines.push("\tio.Copy(os.Stdout, response.Body)".to_owned());
    lines.push("}".to_owned());
    lines.join("\n")
}

/// The writer has no type for a part but in headers of its own.
fn written(part: &SamplePart) -> String {
    let name = literal(&part.name);
    let file = match &part.value {
        PartValue::File { name, .. } => Some(name),
        PartValue::Text(_) => None,
    };
    let content = match &part.value {
        PartValue::Text(value) => format!("\t\tpart.Write([]byte({}))", literal(value)),
        PartValue::File { name, .. } => format!(
            "\t\tcontent, _ := os.ReadFile({})\n\t\tpart.Write(content)",
            literal(name)
        ),
    };
    let made = match (&part.content_type, file) {
        (None, None) => format!("form.CreateFormField({name})"),
        (None, Some(file)) => format!("form.CreateFormFile({name}, {})", literal(file)),
        (Some(kind), file) => {
            let mut head = format!("form-data; name=\"{}\"", quoted_name(&part.name));
            if let Some(file) = file {
                head.push_str(&format!("; filename=\"{}\"", quoted_name(file)));
            }
            format!(
                "form.CreatePart(textproto.MIMEHeader{{\"Content-Disposition\": {{{}}}, \"Content-Type\": {{{}}}}})",
                literal(&head),
                literal(&plain_line(kind))
            )
        }
    };
    format!("\tif part, err := {made}; err == nil {{\n{content}\n\t}}")
}

fn checked(error: &str) -> String {
    format!("\tif {error} != nil {{\n\t\tpanic({error})\n\t}}")
}

fn text_literal(text: &str) -> String {
    if has_plain_lines(text) && !text.contains('`') {
        return format!("`{text}`");
    }
    literal(text)
}
