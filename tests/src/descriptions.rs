//! Small API descriptions to publish.

use std::path::PathBuf;

use serde_json::{Value, json};

/// An OpenAPI 3.1 document with a backend: `GET /pets`, `POST /pets`, `GET /pets/{id}`, and everything a test upstream does.
pub fn petstore(title: &str, upstream: &str) -> Value {
    let answer = json!({"200": {"description": "What was found", "content": {"application/json": {"schema": {"type": "object"}}}}});
    let operation = |id: &str, summary: &str| json!({"operationId": id, "summary": summary, "tags": ["pets"], "responses": answer});
    json!({
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1.0.0", "description": "Pets, and where they are."},
        "servers": [{"url": upstream}],
        "paths": {
            "/pets": {"get": operation("listPets", "List pets"), "post": operation("createPet", "Create a pet")},
            "/pets/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "get": operation("getPet", "Get a pet"),
            },
            "/upload": {"post": operation("upload", "Send much")},
            "/download": {"get": operation("download", "Receive much")},
        },
    })
}

/// Writes a description into a folder for the command line.
pub fn write(folder: &std::path::Path, name: &str, description: &Value) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, serde_json::to_vec_pretty(description).expect("JSON")).expect("a file");
    path
}
