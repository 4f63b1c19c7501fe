//! One call through the gateway, its path sent as it is written.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use gatehouse_runtime::{Secret, Supervisor};
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderValue, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::cases::{Request, bytes_of};

/// Longest wait for an answer: longer than any backend may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(120);

/// Where a case calls.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) gateway: SocketAddr,
    /// The host of the environment, where it has one.
    pub(super) host: Option<String>,
    /// What goes before the path of a request; empty or such as `/acme`.
    pub(super) base_path: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Sends a request. A request without a key is one without `X-API-Key`, unless it names the header itself.
pub(super) async fn send(
    supervisor: &Supervisor,
    place: &Place,
    request: &Request,
    key: Option<&Secret<String>>,
) -> anyhow::Result<Answer> {
    let answered = tokio::time::timeout(
        ANSWERED_WITHIN,
        exchange(supervisor, place, written(place, request, key)?),
    );
    match answered.await {
        Ok(answer) => answer,
        Err(_) => bail!("no answer within {} s", ANSWERED_WITHIN.as_secs()),
    }
}

fn written(
    place: &Place,
    request: &Request,
    key: Option<&Secret<String>>,
) -> anyhow::Result<http::Request<Full<Bytes>>> {
    let uri: Uri = format!("{}{}", place.base_path, request.path)
        .parse()
        .context("the path")?;
    let (bytes, media_type) = bytes_of(request.body.as_ref());
    let mut headers = request.headers.clone();
    if let Some(media_type) = media_type {
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(media_type));
    }
    let host = place.host.clone();
    let host = host.unwrap_or_else(|| place.gateway.to_string());
    headers
        .entry(HOST)
        .or_insert(host.parse().context("the host of the environment")?);
    if let Some(key) = key {
        let mut value: HeaderValue = key.expose().parse().context("the key")?;
        value.set_sensitive(true);
        headers.entry("x-api-key").or_insert(value);
    }
    let mut written = http::Request::new(Full::new(Bytes::from(bytes)));
    *written.method_mut() = request.method.clone();
    *written.uri_mut() = uri;
    *written.headers_mut() = headers;
    Ok(written)
}

/// A connection for each call: no call waits for, or breaks with, the one before it.
async fn exchange(
    supervisor: &Supervisor,
    place: &Place,
    request: http::Request<Full<Bytes>>,
) -> anyhow::Result<Answer> {
    let socket = TcpStream::connect(place.gateway)
        .await
        .context("reaching the gateway")?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
        .await
        .context("reaching the gateway")?;
    supervisor.spawn_job("call", async move {
        // What breaks the connection breaks the call too, which tells of it.
        let _ = connection.await;
    });
    let response = sender.send_request(request).await;
    let (head, body) = response.context("waiting for the answer")?.into_parts();
    let body = body.collect().await.context("reading the answer")?;
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.to_bytes(),
    })
}
