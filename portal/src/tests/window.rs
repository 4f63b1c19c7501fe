//! A browser without script: it keeps cookies and sends forms with the token of the page it last saw.

use super::placed;
use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, Request};
use std::collections::BTreeMap;
use tower::ServiceExt;

/// What a page answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// Of the body as it came, compressed if that was asked for.
    pub(crate) bytes: usize,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(LOCATION)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// The text between two marks.
    pub(crate) fn between(&self, start: &str, end: &str) -> &str {
        let (_, rest) = self
            .body
            .split_once(start)
            .unwrap_or_else(|| panic!("no {start} in {}", self.body));
        rest.split_once(end).unwrap().0
    }
}

/// One window.
pub(crate) struct Window {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) token: String,
}

impl Window {
    pub(crate) fn new(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            token: String::new(),
        }
    }

    /// Opens a page and remembers its token.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let answer = self.send(Request::get(path), String::new()).await;
        if let Some((_, rest)) = answer.body.split_once("name=\"csrf\" value=\"") {
            self.token = rest.split_once('"').unwrap().0.to_owned();
        }
        answer
    }

    /// Follows redirects to the page behind them.
    pub(crate) async fn follow(&mut self, answer: Answer) -> Answer {
        let mut answer = answer;
        while answer.status == 303 {
            let next = answer.location().to_owned();
            answer = self.get(&next).await;
        }
        answer
    }

    /// Sends a form with the remembered token, as a browser on the same origin does.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token.clone();
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post_raw(path, &all, "http://127.0.0.1:8080").await
    }

    /// Sends exactly these fields from this origin.
    pub(crate) async fn post_raw(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        origin: &str,
    ) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", crate::address::encode(value)))
            .collect();
        let site = if origin == "http://127.0.0.1:8080" {
            "same-origin"
        } else {
            "cross-site"
        };
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("host", "127.0.0.1:8080")
            .header(ORIGIN, origin)
            .header("sec-fetch-site", site)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body.join("&")).await
    }

    /// Sends a form that may hold a file, in the field `file`, with the remembered token.
    pub(crate) async fn post_parts(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file: Option<&str>,
    ) -> Answer {
        let file = file.map(|content| ("file", "a.json", content));
        self.post_files(path, fields, file.as_slice()).await
    }

    /// Sends a form with files, each with its field, its name as browsers write it, and its content, with the remembered token.
    pub(crate) async fn post_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str)],
    ) -> Answer {
        let token = self.token.clone();
        let mut body = String::new();
        for (name, value) in [("csrf", token.as_str())].iter().chain(fields) {
            body += &format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        for (field, name, content) in files {
            body += &format!(
                "--b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n{content}\r\n"
            );
        }
        body += "--b--\r\n";
        let request = Request::post(path)
            .header("host", "127.0.0.1:8080")
            .header(ORIGIN, "http://127.0.0.1:8080")
            .header(CONTENT_TYPE, "multipart/form-data; boundary=b");
        self.send(request, body).await
    }

    pub(crate) async fn send(&mut self, request: http::request::Builder, body: String) -> Answer {
        let line: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(COOKIE, line.join("; "))
            .body(Body::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(placed(request)).await.unwrap();
        let (head, body) = response.into_parts();
        self.keep(&head.headers);
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            bytes: body.len(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() || line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
