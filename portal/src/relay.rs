//! From the portal to the gateway and nowhere else: how a call that a person makes on a page reaches the gateway.
//!
//! Scheme, host and port come from the settings, the path from rows and the operation; of what was typed only encoded values
//! of parameters get into it. What comes back is bytes: nothing of it is ever shown as markup.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use gatehouse_control_plane::environments::EnvironmentView;
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use gatehouse_runtime::egress::{Egress, EgressError, EgressRequest, EgressSettings};
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_spec::render::Simulated;
use gatehouse_spec::sample::SampleRequest;
use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, HeaderName, HeaderValue, SET_COOKIE, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Method, StatusCode};
use tokio::sync::Semaphore;

pub(crate) use payload::{Payload, SENT_BYTES_MAX};

mod payload;

const CONNECT_MAX: Duration = Duration::from_secs(3);
/// How long a call may take, its answer included.
pub(crate) const TOTAL_MAX: Duration = Duration::from_secs(30);
/// Largest answer that is read.
pub(crate) const ANSWER_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Calls under way at once, of everybody together.
const AT_ONCE_MAX: usize = 32;

/// Of the connection (RFC 9110 §7.6.1), or for a browser that this is not.
const DROPPED: [HeaderName; 8] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    SET_COOKIE,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Sends calls to the gateway. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Relay {
    egress: Egress,
    gateway: PublicUrl,
    /// Each call holds its answer in memory.
    places: Arc<Semaphore>,
}

/// What the gateway answered.
pub(crate) struct Relayed {
    pub(crate) status: StatusCode,
    /// Without what is the connection's, and without cookies.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) took: Duration,
}

impl From<Simulated> for Relayed {
    /// An answer made from a description, as if it had come. What no header can hold is left out.
    fn from(made: Simulated) -> Self {
        let headers = made.headers.iter().filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value).ok()?))
        });
        let mut headers: HeaderMap = headers.collect();
        for name in DROPPED {
            headers.remove(name);
        }
        Self {
            status: StatusCode::from_u16(made.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers,
            body: made.body.into(),
            took: Duration::ZERO,
        }
    }
}

/// Why there is no answer, in words for the person who asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotRelayed {
    Elsewhere,
    Header,
    Busy,
    TooMuch,
    NoFile,
    TimedOut,
    TooLarge,
    Unreachable,
}

impl std::fmt::Display for NotRelayed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MB: usize = 1024 * 1024;
        f.write_str(&match self {
            Self::Elsewhere => t!("shared-what-was-filled-in-would-lead"),
            Self::Header => t!("shared-a-header-cannot-have-the-value"),
            Self::Busy => t!("shared-too-many-calls-are-under-way"),
            Self::TooMuch => t!("shared-call-too-large", most = SENT_BYTES_MAX / MB),
            Self::NoFile => t!("shared-a-file-that-the-call-names"),
            Self::TimedOut => t!("shared-no-answer-within", seconds = TOTAL_MAX.as_secs()),
            Self::TooLarge => t!("shared-answer-too-large", most = ANSWER_BYTES_MAX / MB),
            Self::Unreachable => t!("shared-the-portal-cannot-reach-the-gateway"),
        })
    }
}

impl Relay {
    /// `gateway` is where this process reaches the gateways.
    pub(crate) fn new(gateway: PublicUrl) -> Result<Self, EgressError> {
        Self::bounded(gateway, TOTAL_MAX, ANSWER_BYTES_MAX)
    }

    fn bounded(
        gateway: PublicUrl,
        total_timeout: Duration,
        body_bytes_max: usize,
    ) -> Result<Self, EgressError> {
        let egress = Egress::to_own_machines(&EgressSettings {
            allowed_networks: Vec::new(),
            connect_timeout: CONNECT_MAX,
            total_timeout,
            body_bytes_max,
        })?;
        Ok(Self {
            egress,
            gateway,
            places: Arc::new(Semaphore::new(AT_ONCE_MAX)),
        })
    }

    /// The address that requests for a version are made for.
    pub(crate) fn base(&self, environment: &EnvironmentView, api: &str, version: &str) -> String {
        let below = environment.base_path.trim_end_matches('/');
        self.gateway.join(&format!("{below}/{api}/{version}"))
    }

    /// Sends a request that was made for [`Relay::base`].
    pub(crate) async fn send(
        &self,
        environment: &EnvironmentView,
        request: &SampleRequest,
        payload: Payload,
        credential: &Secret<String>,
    ) -> Result<Relayed, NotRelayed> {
        self.stays(&request.url)?;
        let _place = self.places.try_acquire().map_err(|_| NotRelayed::Busy)?;
        let call = EgressRequest {
            method: Method::from_bytes(request.method.as_bytes())
                .map_err(|_| NotRelayed::Elsewhere)?,
            url: request.url.clone(),
            headers: headers(environment, request, payload.content_type, credential)?,
            // Whole, so that Content-Length is sent (RFC 9110 §8.6) and nothing in chunks.
            body: payload.bytes,
        };
        let began = Instant::now();
        let answer = self.egress.call(call).await.map_err(|error| match error {
            EgressError::TimedOut => NotRelayed::TimedOut,
            EgressError::TooLarge { .. } => NotRelayed::TooLarge,
            error => {
                tracing::warn!(%error, "a call from the console did not reach the gateway");
                NotRelayed::Unreachable
            }
        })?;
        let mut headers = answer.headers;
        for name in DROPPED {
            headers.remove(name);
        }
        Ok(Relayed {
            status: answer.status,
            headers,
            body: answer.body,
            took: began.elapsed(),
        })
    }

    /// Whether an address is one of the gateway's, and read by an HTTP client as it is written.
    fn stays(&self, url: &str) -> Result<(), NotRelayed> {
        let read = self
            .egress
            .check_url(url)
            .map_err(|_| NotRelayed::Elsewhere)?;
        let written = url
            .splitn(4, '/')
            .nth(3)
            .and_then(|rest| rest.split('?').next());
        let same_path = written == read.path().strip_prefix('/');
        let same_origin = read.origin().ascii_serialization() == self.gateway.origin();
        if same_path && same_origin {
            Ok(())
        } else {
            Err(NotRelayed::Elsewhere)
        }
    }
}

fn headers(
    environment: &EnvironmentView,
    request: &SampleRequest,
    content_type: Option<HeaderValue>,
    credential: &Secret<String>,
) -> Result<HeaderMap, NotRelayed> {
    let value = |text: &str| HeaderValue::from_str(text).map_err(|_| NotRelayed::Header);
    let mut headers = HeaderMap::new();
    for (name, text) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| NotRelayed::Header)?;
        headers.insert(name, value(text)?);
    }
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, content_type);
    }
    if let Some(host) = &environment.host {
        headers.insert(HOST, value(host)?);
    }
    let mut bearer = value(&format!("Bearer {}", credential.expose()))?;
    bearer.set_sensitive(true);
    headers.insert(AUTHORIZATION, bearer);
    Ok(headers)
}

#[cfg(test)]
mod tests;
