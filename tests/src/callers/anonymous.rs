//! Somebody nobody knows: opens pages, calls without a key.

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
        let response = self.client.get(url).send().await;
        let response = response.unwrap_or_else(|error| panic!("GET {url}: {error:?}"));
        Answer::read(format!("GET {url}"), response)
            .await
            .unwrap_or_else(|error| panic!("GET {url}: {error:?}"))
    }
}
