//! Pages as they come over the wire: compressed, and by the clock.

use std::time::{Duration, Instant};

use http::header::{ACCEPT_ENCODING, COOKIE};

use super::{Portal, bounded};
use crate::answer::Answer;

/// Reads what the window's person sees, and leaves it compressed.
#[derive(Debug)]
pub struct Wire<'a> {
    client: reqwest::Client,
    window: &'a Portal,
}

impl<'a> Wire<'a> {
    pub fn of(window: &'a Portal) -> Self {
        Self {
            client: bounded(reqwest::Client::builder().no_gzip()),
            window,
        }
    }

    /// Asks for a whole path, the tenant's prefix included, as a browser that takes gzip. The body is what came over the wire;
    /// the time is from before the request to the last byte of its answer.
    pub async fn get(&self, path: &str) -> (Answer, Duration) {
        let asked = format!("GET {path}");
        let request = self
            .client
            .get(format!("{}{path}", self.window.origin()))
            .header(ACCEPT_ENCODING, "gzip")
            .header(COOKIE, self.window.cookie_line());
        let began = Instant::now();
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        let answer = Answer::read(asked, response)
            .await
            .unwrap_or_else(|error| panic!("the page: {error:?}"));
        (answer, began.elapsed())
    }
}
