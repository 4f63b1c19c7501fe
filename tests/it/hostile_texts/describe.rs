//! A description that carries hostile lines in each of its places, many on every page.

use std::fmt::Write as _;

use gatehouse_harness::callers::CiToken;
use serde_json::{Map, Value, json};

use super::A_PAGE;
use super::offer::API;

/// Publishes a description as the first version of an API.
pub(super) async fn publish(root: &CiToken, api: &str, description: &Value) {
    let published = root.upload(api, "v1", description.to_string()).await;
    published.assert_ok();
}

/// Publishes a description that carries each of these lines in every place that a reference page shows.
pub(super) async fn describe(root: &CiToken, upstream: &str, lines: &[&str]) {
    let paths: Map<String, Value> = lines
        .chunks(A_PAGE)
        .enumerate()
        .map(|(number, lines)| {
            (
                format!("/page{number}/{{id}}"),
                json!({"post": operation(lines)}),
            )
        })
        .collect();
    let tags: Vec<Value> = lines
        .chunks(A_PAGE)
        .map(|lines| json!({"name": lines[0], "description": paragraphs(lines)}))
        .collect();
    let description = json!({
        "openapi": "3.0.3",
        "info": {
            "title": lines[0],
            "version": lines[1],
            "description": paragraphs(lines),
            "contact": {"name": lines[2], "email": "a@b.test"},
            "license": {"name": lines[3]},
        },
        "servers": [{"url": upstream, "description": lines[4]}],
        "tags": tags,
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key", "description": paragraphs(lines)}}},
        "security": [{"key": []}],
    });
    publish(root, API, &description).await;
}

/// Markdown, each line by itself and then as link, image and code.
fn paragraphs(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let _ = write!(
            text,
            "{line}\n\n[{line}](<{line}>) ![{line}](<{line}>) <{line}>\n\n`{line}`\n\n"
        );
    }
    text
}

fn operation(lines: &[&str]) -> Value {
    let named = |index: usize| format!("p{index}");
    let text = |line: &str| json!({"type": "string", "title": line, "description": line, "enum": [line], "default": line, "example": line});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let parameters = lines.iter().enumerate().map(|(index, line)| {
        json!({"name": named(index), "in": "query", "description": line, "schema": text(line), "example": line})
    });
    let properties: Map<String, Value> = lines
        .iter()
        .map(|line| ((*line).to_owned(), text(line)))
        .collect();
    let examples: Map<String, Value> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            (
                named(index),
                json!({"summary": line, "description": line, "value": {"a": line}}),
            )
        })
        .collect();
    let headers: Map<String, Value> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            (
                named(index),
                json!({"description": line, "schema": text(line)}),
            )
        })
        .collect();
    let schema = json!({"type": "object", "title": lines[0], "description": paragraphs(lines), "properties": properties});
    let media = json!({"application/json": {"schema": schema, "examples": examples}});
    json!({
        "tags": [lines[0]],
        "summary": lines[0],
        "description": paragraphs(lines),
        "parameters": std::iter::once(id).chain(parameters).collect::<Vec<_>>(),
        "requestBody": {"description": paragraphs(lines), "content": media},
        "responses": {"200": {"description": paragraphs(lines), "headers": headers, "content": media}},
    })
}
