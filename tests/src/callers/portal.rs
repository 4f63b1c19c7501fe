//! A browser without script: keeps cookies, follows redirects, sends forms as the page offers them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use http::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method};

use super::client;
use crate::answer::Answer;
use crate::html::{Page, Submission};

const REDIRECTS_MAX: usize = 5;

/// One browser window on the portal.
#[derive(Debug)]
pub struct Portal {
    client: reqwest::Client,
    /// `http://127.0.0.1:port`.
    origin: String,
    /// What goes before the paths of a tenant: nothing for the first, `/t/{slug}` for the others.
    prefix: String,
    cookies: Mutex<BTreeMap<String, String>>,
}

impl Portal {
    /// A new window without cookies.
    pub fn open(origin: &str, prefix: &str) -> Self {
        Self {
            client: client(),
            origin: origin.to_owned(),
            prefix: prefix.to_owned(),
            cookies: Mutex::default(),
        }
    }

    /// The same person's window on another tenant.
    pub fn at_tenant(&self, prefix: &str) -> Self {
        let cookies = self
            .cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let window = Self::open(&self.origin, prefix);
        *window
            .cookies
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = cookies;
        window
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Opens a path of the tenant, or a whole address of this portal, and follows redirects.
    pub async fn get(&self, path: &str) -> Page {
        self.follow(Method::GET, &self.resolve(path), None).await
    }

    /// Sends a filled-in form and follows redirects.
    pub async fn submit(&self, form: Submission) -> Page {
        let body = encode(&form.fields);
        self.follow(Method::POST, &self.resolve(&form.action), Some(body))
            .await
    }

    /// Sends a form and gives the bare answer, redirect or not.
    pub async fn submit_once(&self, form: &Submission) -> Answer {
        self.send(
            Method::POST,
            &self.resolve(&form.action),
            Some(encode(&form.fields)),
            &HeaderMap::new(),
        )
        .await
    }

    /// Asks for a path and gives the bare answer.
    pub async fn get_once(&self, path: &str) -> Answer {
        self.send(Method::GET, &self.resolve(path), None, &HeaderMap::new())
            .await
    }

    /// One request with headers of the test's own choice, which win over those of a browser.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        headers: &HeaderMap,
    ) -> Answer {
        let asked = format!("{method} {path}");
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.origin));
        let cookies = self.cookie_line();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        let mut all = HeaderMap::new();
        if method != Method::GET {
            all.insert(
                ORIGIN,
                self.origin.parse().expect("an origin is a header value"),
            );
            all.insert(
                "sec-fetch-site",
                http::HeaderValue::from_static("same-origin"),
            );
        }
        if body.is_some() {
            let form = http::HeaderValue::from_static("application/x-www-form-urlencoded");
            all.insert(http::header::CONTENT_TYPE, form);
        }
        all.extend(headers.clone());
        request = request.headers(all);
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        self.take_cookies(response.headers());
        Answer::read(asked, response)
            .await
            .unwrap_or_else(|error| panic!("the page: {error:?}"))
    }

    async fn follow(&self, method: Method, path: &str, body: Option<String>) -> Page {
        let mut at = path.to_owned();
        let mut answer = self.send(method, &at, body, &HeaderMap::new()).await;
        for _ in 0..REDIRECTS_MAX {
            let Some(next) = answer
                .header(LOCATION.as_str())
                .filter(|_| answer.status.is_redirection())
            else {
                return Page { at, answer };
            };
            at = self.inside(next);
            answer = self.send(Method::GET, &at, None, &HeaderMap::new()).await;
        }
        panic!("more than {REDIRECTS_MAX} redirects, in the end to {at}");
    }

    fn resolve(&self, path: &str) -> String {
        let path = self.inside(path);
        if path.starts_with(&format!("{}/", self.prefix))
            || self.prefix.is_empty()
            || path.starts_with("/t/")
        {
            path
        } else {
            format!("{}{path}", self.prefix)
        }
    }

    /// Refuses to be led elsewhere.
    fn inside(&self, address: &str) -> String {
        let path = address.strip_prefix(&self.origin).unwrap_or(address);
        assert!(
            path.starts_with('/') && !path.starts_with("//"),
            "{address} leads out of {}",
            self.origin
        );
        path.to_owned()
    }

    /// The `Cookie` header this window sends.
    pub fn cookie_line(&self) -> String {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn take_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().expect("a cookie is text");
            let mut parts = line.split(';').map(str::trim);
            let (name, value) = parts
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("name=value");
            let ended = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
            if ended || value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// As browsers encode forms.
fn encode(fields: &[(String, String)]) -> String {
    let mut url = reqwest::Url::parse("http://form/").expect("a plain address");
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}
