//! An application: calls APIs through a gateway with its key.

use bytes::Bytes;
use http::{HeaderMap, Method};

use super::client;
use crate::answer::Answer;

/// A program with a key.
#[derive(Debug, Clone)]
pub struct Consumer {
    client: reqwest::Client,
    key: String,
}

impl Consumer {
    pub fn with_key(key: &str) -> Self {
        Self {
            client: client(),
            key: key.to_owned(),
        }
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    /// One GET. Panics when the connection fails.
    pub async fn get(&self, url: &str) -> Answer {
        self.try_get(url)
            .await
            .unwrap_or_else(|error| panic!("GET {url}: {error}"))
    }

    /// One GET; the error is a failed or cut connection.
    pub async fn try_get(&self, url: &str) -> Result<Answer, String> {
        self.call(Method::GET, url, HeaderMap::new(), Bytes::new())
            .await
    }

    /// Any call with a whole body.
    pub async fn call(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer, String> {
        let asked = format!("{method} {url}");
        let request = self.request(method, url).headers(headers).body(body);
        let response = request.send().await.map_err(|error| format!("{error:?}"))?;
        Answer::read(asked, response)
            .await
            .map_err(|error| format!("{error:?}"))
    }

    /// A request to go on with, its key already in it.
    pub fn request(&self, method: Method, url: &str) -> reqwest::RequestBuilder {
        self.client
            .request(method, url)
            .header("x-api-key", &self.key)
    }
}
