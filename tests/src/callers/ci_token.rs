//! A CI job: an access token and the admin API.

use std::path::Path;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use super::client;
use crate::answer::Answer;
use crate::command::{Ran, run_fed};

/// A program with an access token.
#[derive(Debug, Clone)]
pub struct CiToken {
    client: reqwest::Client,
    admin_api: String,
    token: String,
}

impl CiToken {
    pub fn new(admin_api: &str, token: &str) -> Self {
        Self {
            client: client(),
            admin_api: admin_api.to_owned(),
            token: token.to_owned(),
        }
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, HeaderMap::new(), None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, HeaderMap::new(), Some(body))
            .await
    }

    /// Reads the thing's ETag first and sends it back, as every careful client does.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.conditional(Method::PUT, path, Some(body)).await
    }

    /// As [`CiToken::put`], with a merge patch.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.conditional(Method::PATCH, path, Some(body)).await
    }

    /// Takes something away, in the version that was read.
    pub async fn delete(&self, path: &str) -> Answer {
        self.conditional(Method::DELETE, path, None).await
    }

    async fn conditional(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(etag) = self.get(path).await.headers.get(http::header::ETAG) {
            headers.insert(http::header::IF_MATCH, etag.clone());
        }
        self.send(method, path, headers, body).await
    }

    /// Any request with a JSON body.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Option<&Value>,
    ) -> Answer {
        let body = body.map(|body| Bytes::from(body.to_string()));
        self.send_bytes(method, path, headers, "application/json", body)
            .await
    }

    /// Any request.
    pub async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        content_type: &str,
        body: Option<Bytes>,
    ) -> Answer {
        let asked = format!("{method} {path}");
        let request = self
            .client
            .request(method, format!("{}{path}", self.admin_api));
        let mut request = request.bearer_auth(&self.token).headers(headers);
        if let Some(body) = body {
            request = request
                .header(http::header::CONTENT_TYPE, content_type)
                .body(body);
        }
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        Answer::read(asked, response)
            .await
            .unwrap_or_else(|error| panic!("{error:?}"))
    }

    /// One attempt at a JSON request, for who knows what to do when the connection breaks.
    pub async fn attempt(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> reqwest::Result<reqwest::Response> {
        let request = self
            .client
            .request(method, format!("{}{path}", self.admin_api));
        let mut request = request
            .bearer_auth(&self.token)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await
    }

    /// `gatehouse spec publish FILE --api … --version … MORE`, with the token in the environment as CI systems give it.
    pub async fn publish(
        &self,
        program: &Path,
        file: &Path,
        api: &str,
        version: &str,
        more: &[&str],
    ) -> Ran {
        let file = file.to_str().expect("a plain path");
        let mut args = vec!["spec", "publish", file, "--api", api, "--version", version];
        args.extend_from_slice(more);
        self.cli(program, &args).await
    }

    /// `gatehouse ARGS`, with the token in the environment as CI systems give it, and no contexts.
    pub async fn cli(&self, program: &Path, args: &[&str]) -> Ran {
        self.cli_fed(program, args, None).await
    }

    /// The same, with a text on its standard input.
    pub async fn cli_fed(&self, program: &Path, args: &[&str], input: Option<&str>) -> Ran {
        let env = [
            ("GATEHOUSE_URL", self.admin_api.as_str()),
            ("GATEHOUSE_TOKEN", &self.token),
            ("XDG_CONFIG_HOME", "/nonexistent"),
        ];
        run_fed(program, args, &env, input).await
    }
}
