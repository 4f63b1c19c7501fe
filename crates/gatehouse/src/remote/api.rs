//! The client of an admin API.

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use gatehouse_runtime::{Clock, Secret, random};
use http::header::{CONTENT_TYPE, ETAG, HeaderName, IF_MATCH};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::refused::Refused;
use super::workload::Workload;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// An admin API and the token to speak to it with.
pub(crate) struct AdminApi {
    client: reqwest::Client,
    url: String,
    proof: Proof,
    /// What the proof came to; exchanged when first needed.
    token: OnceCell<Secret<String>>,
}

/// What a caller has to show.
pub(crate) enum Proof {
    /// An access token.
    Token(Secret<String>),
    /// The identity of a workload of CI, which is exchanged for one.
    Workload(Workload),
}

/// What comes with a request.
pub(crate) enum Body {
    Nothing,
    Json(Value),
    /// A file as it is.
    Bytes(Vec<u8>),
}

impl AdminApi {
    pub(crate) fn new(url: &str, proof: Proof) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(120))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self {
            client,
            url: url.trim_end_matches('/').to_owned(),
            proof,
            token: OnceCell::new(),
        })
    }

    /// Sends a request and reads its JSON answer; null when it has none. A problem is an error ([`Refused`]).
    ///
    /// A POST carries an idempotency key, so that it can be sent again when its answer is lost: it is carried out once.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Body,
    ) -> anyhow::Result<Value> {
        let request = self.keyed(&method, path).await?;
        read(self.sent(with(request, body)).await?).await
    }

    /// The same for work that a job shall do: the answer is the job (RFC 7240 §4.1).
    pub(crate) async fn send_as_job(
        &self,
        method: Method,
        path: &str,
        body: Body,
    ) -> anyhow::Result<Value> {
        let request = self.keyed(&method, path).await?;
        let request = request.header("prefer", "respond-async");
        read(self.sent(with(request, body)).await?).await
    }

    async fn keyed(&self, method: &Method, path: &str) -> anyhow::Result<RequestBuilder> {
        let request = self.request(method.clone(), path).await?;
        if *method != Method::POST {
            return Ok(request);
        }
        let key = random::uuid_v7(Clock::system().now()).to_string();
        Ok(request.header(IDEMPOTENCY_KEY, key))
    }

    /// Reads the thing's entity tag and sends the change with it: what changed in between is refused, not overwritten. `more` follows
    /// the thing's path: a query, or the part that changes.
    pub(crate) async fn change(
        &self,
        method: Method,
        path: &str,
        more: &str,
        body: Body,
    ) -> anyhow::Result<Value> {
        let now = self.sent(self.request(Method::GET, path).await?).await?;
        let tag = now.headers().get(ETAG).cloned();
        let missing = now.status() == http::StatusCode::NOT_FOUND && method == Method::PUT;
        if !missing {
            read(now).await?;
        }
        let mut request = self.request(method, &format!("{path}{more}")).await?;
        request = match tag {
            Some(tag) if !missing => request.header(IF_MATCH, tag),
            _ => request.header(http::header::IF_NONE_MATCH, "*"),
        };
        read(self.sent(with(request, body)).await?).await
    }

    /// The bytes of an answer that is not JSON.
    pub(crate) async fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let response = self.sent(self.request(Method::GET, path).await?).await?;
        if !response.status().is_success() {
            return Err(refused(response).await?.into());
        }
        Ok(response
            .bytes()
            .await
            .context("reading the answer")?
            .to_vec())
    }

    /// The same, written piece by piece as it comes.
    pub(crate) async fn bytes_into(
        &self,
        path: &str,
        into: &mut (impl Write + Send),
    ) -> anyhow::Result<()> {
        let mut response = self.sent(self.request(Method::GET, path).await?).await?;
        if !response.status().is_success() {
            return Err(refused(response).await?.into());
        }
        while let Some(piece) = response.chunk().await.context("reading the answer")? {
            into.write_all(&piece).context("writing the answer")?;
        }
        into.flush().context("writing the answer")
    }

    async fn request(&self, method: Method, path: &str) -> anyhow::Result<RequestBuilder> {
        let token = self.token.get_or_try_init(async || match &self.proof {
            Proof::Token(token) => Ok(token.clone()),
            Proof::Workload(workload) => workload.exchange(&self.client, &self.url).await,
        });
        let token = token.await?;
        let request = self.client.request(method, format!("{}{path}", self.url));
        Ok(request.bearer_auth(token.expose()))
    }

    /// Sends it, and once more when the first got no answer and it is safe to.
    async fn sent(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let again = request.try_clone();
        let outcome = match (request.send().await, again) {
            (Err(error), Some(again)) if !error.is_timeout() && is_safe_twice(&again) => {
                again.send().await
            }
            (outcome, _) => outcome,
        };
        outcome.with_context(|| format!("reaching the admin API at {}", self.url))
    }
}

/// Everything but a POST without a key can be sent twice (RFC 9110 §9.2.2).
fn is_safe_twice(request: &RequestBuilder) -> bool {
    let built = request.try_clone().and_then(|copy| copy.build().ok());
    built.is_some_and(|request| {
        request.method().is_idempotent() || request.headers().contains_key(IDEMPOTENCY_KEY)
    })
}

fn with(request: RequestBuilder, body: Body) -> RequestBuilder {
    match body {
        Body::Nothing => request,
        Body::Json(value) => request
            .header(CONTENT_TYPE, "application/json")
            .body(value.to_string()),
        Body::Bytes(bytes) => request.body(bytes),
    }
}

pub(super) async fn read(response: Response) -> anyhow::Result<Value> {
    if !response.status().is_success() {
        return Err(refused(response).await?.into());
    }
    let text = response.text().await.context("reading the answer")?;
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text)
        .context("the answer is not JSON; is that the address of an admin API?")
}

async fn refused(response: Response) -> anyhow::Result<Refused> {
    let status = response.status().as_u16();
    let text = response.text().await.context("reading the answer")?;
    Ok(Refused {
        status,
        problem: serde_json::from_str(&text).unwrap_or(Value::Null),
    })
}
