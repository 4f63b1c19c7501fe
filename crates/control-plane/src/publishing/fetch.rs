//! A description that is fetched from an address somebody named, through the guarded way out.

use std::time::Duration;

use bytes::Bytes;
use gatehouse_language::t;
use gatehouse_runtime::egress::{Egress, EgressError, EgressRequest, EgressSettings};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode};
use ipnet::IpNet;

use super::PublishSpec;
use super::publish::require_publishable;
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;

/// Longest time a description may take to come, whatever it leads on to on the way.
pub const FETCH_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest address of one, bytes.
pub const URL_LENGTH_MAX: usize = 2_000;
/// Most addresses that one may lead on to, one after the other.
pub const REDIRECTS_MAX: usize = 5;

/// The way out for descriptions: as guarded as that of webhooks, with room for a large document. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DescriptionFetch {
    egress: Egress,
    timeout: Duration,
}

impl DescriptionFetch {
    /// `allowed_networks` are those the operator allows although they are not public; `bytes_max` is that of a description;
    /// `timeout` bounds all of it, [`FETCH_TIMEOUT`] outside tests.
    pub fn new(
        allowed_networks: Vec<IpNet>,
        bytes_max: usize,
        timeout: Duration,
    ) -> Result<Self, EgressError> {
        let egress = Egress::new(&EgressSettings {
            allowed_networks,
            connect_timeout: Duration::from_secs(5),
            total_timeout: timeout,
            body_bytes_max: bytes_max,
        })?;
        Ok(Self { egress, timeout })
    }

    /// Puts the document at an address, and where it came from, into what is to be published. For somebody who may not publish there
    /// nothing is fetched.
    pub async fn fetch(
        &self,
        db: &Db,
        actor: &Actor,
        url: &str,
        input: &mut PublishSpec,
    ) -> Result<(), Refusal> {
        input.source = std::mem::take(&mut input.source).fetched_from(url);
        require_publishable(db, actor, input).await?;
        input.content = self.get(url).await?;
        Ok(())
    }

    /// The document at an address. What stands in the way is a fault at `/url`.
    pub async fn get(&self, url: &str) -> Result<Bytes, Refusal> {
        if url.len() > URL_LENGTH_MAX {
            let words = t!(
                "refused-apis-use-an-address-of-at-most",
                url_length_max = &URL_LENGTH_MAX
            );
            return Err(fault("too_long", words));
        }
        let followed = tokio::time::timeout(self.timeout, self.follow(url)).await;
        followed.unwrap_or_else(|_| Err(self.too_slow()))
    }

    /// Every address on the way is judged like the first.
    async fn follow(&self, url: &str) -> Result<Bytes, Refusal> {
        let mut url = url.to_owned();
        for _ in 0..=REDIRECTS_MAX {
            let asked = EgressRequest::get(&url)
                .header("accept", "application/json, application/yaml, */*;q=0.1")
                .map_err(anyhow::Error::from)?;
            let answer = self.egress.call(asked).await;
            let answer = answer.map_err(|error| self.stopped(error))?;
            match answer.status {
                StatusCode::OK => return Ok(answer.body),
                status if status.is_redirection() => url = self.next(&url, &answer.headers)?,
                status => {
                    let words = t!(
                        "refused-apis-the-address-answers-name-one-that",
                        as_u16 = &status.as_u16()
                    );
                    return Err(fault("not_fetched", words));
                }
            }
        }
        let words = t!(
            "refused-apis-it-leads-on-to-more-than",
            redirects_max = &REDIRECTS_MAX
        );
        Err(fault("redirect", words))
    }

    /// Where an answer leads on to.
    fn next(&self, url: &str, headers: &HeaderMap) -> Result<String, Refusal> {
        let nowhere = || {
            let words = t!("refused-apis-it-leads-on-and-does-not");
            fault("redirect", words.to_owned())
        };
        let here = self.egress.check_url(url).map_err(|_| nowhere())?;
        let named = headers.get(LOCATION).and_then(|value| value.to_str().ok());
        let next = here.join(named.ok_or_else(nowhere)?);
        let next = next.map_err(|_| nowhere())?;
        if here.scheme() == "https" && next.scheme() != "https" {
            let words = t!("refused-apis-it-leads-on-from-https-to");
            return Err(fault("redirect", words.to_owned()));
        }
        Ok(next.into())
    }

    fn stopped(&self, error: EgressError) -> Refusal {
        match error {
            EgressError::Refused(refused) => {
                let words = t!(
                    "refused-apis-it-cannot-be-fetched-from-there",
                    refused = &refused.to_string()
                );
                fault("not_allowed", words)
            }
            EgressError::TimedOut => self.too_slow(),
            EgressError::TooLarge { bytes_max } => fault(
                "too_large",
                t!(
                    "refused-apis-it-is-larger-than-bytes",
                    bytes_max = &bytes_max
                ),
            ),
            EgressError::Failed(why) => fault(
                "not_fetched",
                t!("refused-apis-it-could-not-be-fetched", why = &why),
            ),
            EgressError::Client(error) => Refusal::Internal(error.into()),
        }
    }

    fn too_slow(&self) -> Refusal {
        let words = t!(
            "refused-apis-it-did-not-come-within-s",
            as_secs = &self.timeout.as_secs()
        );
        fault("too_slow", words)
    }
}

fn fault(code: &'static str, words: String) -> Refusal {
    Refusal::field("/url", code, words)
}
