//! The requests a gateway makes to the control plane: signed, bounded in time and size.

use std::path::{Path, PathBuf};
use std::time::Duration;

use gatehouse_domain::id::NodeId;
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_runtime::{Clock, random};
use gatehouse_snapshot::Refused;
use gatehouse_snapshot::key_chain::{self, Link};
use gatehouse_snapshot::node_auth;
use gatehouse_snapshot::protocol::{
    ACK, AckReply, AckRequest, CONFIG, DELTAS_TYPE, JOIN, JoinReply, JoinRequest, KEYS_HEADER,
    SNAPSHOT_TYPE, USAGE, USAGE_TYPE, UsageReply,
};
use gatehouse_snapshot::sign::{Signer, SigningKeyId};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use tokio::io::AsyncWriteExt;

/// Time for a short request, from its beginning to the end of its reply.
const SHORT: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(3);
/// Longest long poll asked for, seconds.
const WAIT_S: u64 = 25;
/// Beyond the long poll: time for the reply itself to begin, and longest pause inside a snapshot.
const GRACE: Duration = Duration::from_secs(10);
const JSON_BYTES_MAX: usize = 16 * 1024 * 1024;
const DELTAS_BYTES_MAX: usize = 64 * 1024 * 1024;
/// A million keys are about 200 MB.
const SNAPSHOT_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Why a request gave nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Nobody answered, or not in time, or not in our language.
    #[error("the control plane does not answer: {0}")]
    Away(String),
    /// It answered with a problem.
    #[error("the control plane refused with {status} {code}: {detail}")]
    Refused {
        status: StatusCode,
        code: String,
        detail: String,
    },
    /// The reply could not be kept.
    #[error("the reply could not be written to disk: {0}")]
    Disk(#[from] std::io::Error),
}

impl From<reqwest::Error> for CallError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        Self::Away(text)
    }
}

/// What a poll brought.
#[derive(Debug)]
pub(crate) enum News {
    /// Nothing within the wait.
    Nothing,
    /// Encoded signed deltas, in order.
    Deltas(Vec<Vec<u8>>),
    /// A snapshot, in the file that was named.
    Snapshot,
}

/// A reply to a poll that has begun.
pub(crate) struct Reply(Response);

/// The control plane as this gateway sees it.
#[derive(Debug)]
pub(crate) struct ControlPlane {
    client: Client,
    url: PublicUrl,
    clock: Clock,
}

/// The control plane, asked as an enrolled gateway.
pub(crate) struct Enrolled<'a> {
    pub(crate) control_plane: &'a ControlPlane,
    pub(crate) node: NodeId,
    pub(crate) signer: &'a Signer,
}

impl ControlPlane {
    pub(crate) fn new(url: PublicUrl, clock: Clock) -> anyhow::Result<Self> {
        // Proxy variables of the environment are not for this road; redirects could lead it anywhere.
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(Duration::from_secs(20))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("gatehouse-gateway/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, url, clock })
    }

    /// Introduces a new gateway.
    pub(crate) async fn join(&self, request: &JoinRequest) -> Result<JoinReply, CallError> {
        let body = serde_json::to_vec(request).unwrap_or_default();
        let request = self
            .client
            .post(self.url.join(JOIN))
            .header(CONTENT_TYPE, "application/json")
            .timeout(SHORT)
            .body(body);
        json(request.send().await?).await
    }
}

impl Enrolled<'_> {
    /// Asks for what came after `seq`, and for signing keys after `key`, and waits until a reply begins. Nothing is lost when
    /// the wait is given up.
    pub(crate) async fn poll(
        &self,
        generation: u32,
        seq: u64,
        key: Option<SigningKeyId>,
    ) -> Result<Reply, CallError> {
        let key = key.map(key_chain::name).unwrap_or_default();
        let path =
            format!("{CONFIG}?generation={generation}&since={seq}&wait_s={WAIT_S}&key={key}");
        let request = self.signed(Method::GET, &path, Vec::new());
        let head = tokio::time::timeout(Duration::from_secs(WAIT_S) + GRACE, request.send());
        let response = head
            .await
            .map_err(|_| CallError::Away("the poll hangs".to_owned()))??;
        Ok(Reply(response))
    }

    /// Says what is in force.
    pub(crate) async fn ack(&self, request: &AckRequest) -> Result<AckReply, CallError> {
        let body = serde_json::to_vec(request).unwrap_or_default();
        let request = self
            .signed(Method::POST, ACK, body)
            .header(CONTENT_TYPE, "application/json")
            .timeout(SHORT);
        json(request.send().await?).await
    }

    /// Hands over an encoded batch.
    pub(crate) async fn usage(&self, batch: Vec<u8>) -> Result<UsageReply, CallError> {
        let request = self
            .signed(Method::POST, USAGE, batch)
            .header(CONTENT_TYPE, USAGE_TYPE)
            .timeout(GRACE);
        json(request.send().await?).await
    }

    fn signed(&self, method: Method, path_and_query: &str, body: Vec<u8>) -> RequestBuilder {
        let control_plane = self.control_plane;
        // Behind a base path the control plane still sees, and judges, the path after it.
        let headers = node_auth::headers(
            self.signer,
            self.node,
            method.as_str(),
            path_and_query,
            &body,
            control_plane.clock.now().unix_timestamp(),
            random::bytes(),
        );
        let url = control_plane.url.join(path_and_query);
        let mut request = control_plane.client.request(method, url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(body)
    }
}

impl Reply {
    /// Signing keys that came with it.
    pub(crate) fn keys(&self) -> Result<Vec<Link>, Refused> {
        let Some(text) = self.0.headers().get(KEYS_HEADER) else {
            return Ok(Vec::new());
        };
        key_chain::of_header(text.to_str().unwrap_or_default())
    }

    /// Receives the reply whole, however long a snapshot takes as long as it moves; a snapshot is written to `aside`.
    pub(crate) async fn receive(self, aside: &Path) -> Result<News, CallError> {
        if self.0.status() == StatusCode::NO_CONTENT {
            return Ok(News::Nothing);
        }
        let response = accepted(self.0).await?;
        let media_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        match media_type {
            Some(DELTAS_TYPE) => {
                let bytes = whole(response, DELTAS_BYTES_MAX).await?;
                let deltas = split(&bytes);
                deltas
                    .map(News::Deltas)
                    .ok_or_else(|| CallError::Away("cut deltas".to_owned()))
            }
            Some(SNAPSHOT_TYPE) => {
                download(response, aside).await?;
                Ok(News::Snapshot)
            }
            _ => Err(CallError::Away("a reply of an unknown type".to_owned())),
        }
    }
}

async fn accepted(response: Response) -> Result<Response, CallError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = whole(response, JSON_BYTES_MAX).await.unwrap_or_default();
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    Err(CallError::Refused {
        status,
        code: text("code"),
        detail: text("detail"),
    })
}

async fn json<T: DeserializeOwned>(response: Response) -> Result<T, CallError> {
    let body = whole(accepted(response).await?, JSON_BYTES_MAX).await?;
    serde_json::from_slice(&body)
        .map_err(|_| CallError::Away("a reply that is not what was asked".to_owned()))
}

async fn whole(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, CallError> {
    let mut bytes = Vec::new();
    while let Some(piece) = next_piece(&mut response).await? {
        if bytes.len() + piece.len() > bytes_max {
            return Err(CallError::Away(
                "a reply larger than any real one".to_owned(),
            ));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

async fn download(mut response: Response, aside: &Path) -> Result<(), CallError> {
    let mut file = tokio::fs::File::create(aside).await?;
    let mut bytes = 0;
    while let Some(piece) = next_piece(&mut response).await? {
        bytes += piece.len() as u64;
        if bytes > SNAPSHOT_BYTES_MAX {
            return Err(CallError::Away(
                "a snapshot larger than any real one".to_owned(),
            ));
        }
        file.write_all(&piece).await?;
    }
    file.sync_all().await?;
    Ok(())
}

async fn next_piece(response: &mut Response) -> Result<Option<bytes::Bytes>, CallError> {
    let piece = tokio::time::timeout(GRACE, response.chunk()).await;
    Ok(piece.map_err(|_| CallError::Away("the reply stalls".to_owned()))??)
}

/// Splits a run of deltas: each `length:u32le` and the delta.
fn split(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = bytes;
    let mut deltas = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (delta, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        deltas.push(delta.to_vec());
        rest = after;
    }
    Some(deltas)
}

/// Where a snapshot is written while it comes in.
pub(crate) fn aside(folder: &Path) -> PathBuf {
    folder.join("incoming.part")
}
