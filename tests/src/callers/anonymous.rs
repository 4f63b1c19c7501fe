//! Somebody nobody knows: opens pages, calls without a key.

use http::Method;

use super::{Portal, client};
use crate::answer::Answer;

/// A caller without any credential.
#[derive(Debug)]
pub struct Anonymous {
    pub portal: Portal,
    client: reqwest::Client,
}

impl Anonymous {
    pub fn new(portal: Portal) -> Self {
        Self {
            portal,
            client: client(),
        }
    }

    /// One GET of any address.
    pub async fn get(&self, url: &str) -> Answer {
        self.call(Method::GET, url, &[]).await
    }

    /// One call without a body and with these fields, whichever they are.
    pub async fn call(&self, method: Method, url: &str, fields: &[(&str, &str)]) -> Answer {
        let asked = format!("{method} {url}");
        let mut request = self.client.request(method, url);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let response = request.send().await;
        let response = response.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        let read = Answer::read(asked.clone(), response).await;
        read.unwrap_or_else(|error| panic!("{asked}: {error:?}"))
    }
}
