//! The one way out: calls to addresses that came from people (webhooks, spec import, JWKS, logos).
//!
//! An attacker who chooses the URL must not reach what only this machine can reach. Names are resolved
//! once, every address is checked, and the connection goes to a checked address; redirects are not
//! followed; time and size are bounded, the size after decompression.

mod policy;

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use ipnet::IpNet;
use reqwest::Url;
use reqwest::redirect;

pub use policy::{AddressPolicy, Refused};
use policy::{CheckedResolver, literal_address};

/// What a call may cost and where it may go.
#[derive(Debug, Clone)]
pub struct EgressSettings {
    /// Networks the operator allows although they are not global.
    pub allowed_networks: Vec<IpNet>,
    /// Time to connect, TLS included.
    pub connect_timeout: Duration,
    /// Time for the whole call, reading the body included.
    pub total_timeout: Duration,
    /// Bytes of a response body, after decompression.
    pub body_bytes_max: usize,
}

impl Default for EgressSettings {
    fn default() -> Self {
        Self {
            allowed_networks: Vec::new(),
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(15),
            body_bytes_max: 1 << 20,
        }
    }
}

/// A client that follows the address policy. Cheap to clone; keeps connections for reuse.
#[derive(Debug, Clone)]
pub struct Egress {
    client: reqwest::Client,
    policy: AddressPolicy,
    body_bytes_max: usize,
}

/// A call to make.
#[derive(Debug, Clone)]
pub struct EgressRequest {
    pub method: Method,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct EgressResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why a call was not made or gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The client could not be built: no TLS roots on this machine, for example.
    #[error("cannot build the outbound client: {0}")]
    Client(#[source] reqwest::Error),
    /// The policy forbids the target.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The body is larger than allowed; nothing of it is returned.
    #[error("the answer is larger than {bytes_max} bytes")]
    TooLarge { bytes_max: usize },
    /// Connecting, TLS or HTTP failed.
    #[error("the call failed: {0}")]
    Failed(String),
}

impl EgressRequest {
    /// A GET without headers.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// A POST of this body.
    pub fn post(url: impl Into<String>, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            url: url.into(),
            headers,
            body: body.into(),
        }
    }
}

impl EgressRequest {
    /// Adds a header, or tells that its value cannot stand in one.
    pub fn header(mut self, name: &'static str, value: &str) -> Result<Self, EgressError> {
        let value = http::HeaderValue::from_str(value).map_err(|_| {
            EgressError::Failed(format!("the header {name} cannot have this value"))
        })?;
        self.headers.insert(name, value);
        Ok(self)
    }
}

impl Egress {
    /// Builds the client. It ignores proxy variables of the environment: a proxy would resolve names
    /// itself, past the policy.
    pub fn new(settings: &EgressSettings) -> Result<Self, EgressError> {
        let policy = AddressPolicy::new(settings.allowed_networks.clone());
        Self::by(policy, settings)
    }

    /// The same for addresses that the operator has set, which usually lie in private networks.
    pub fn to_own_machines(settings: &EgressSettings) -> Result<Self, EgressError> {
        Self::by(AddressPolicy::for_upstreams(), settings)
    }

    fn by(policy: AddressPolicy, settings: &EgressSettings) -> Result<Self, EgressError> {
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.total_timeout)
            .dns_resolver(CheckedResolver::new(policy.clone()))
            .user_agent(concat!("gatehouse/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(EgressError::Client)?;
        Ok(Self {
            client,
            policy,
            body_bytes_max: settings.body_bytes_max,
        })
    }

    /// Whether a URL may be called as far as can be said without resolving it; for forms that store one.
    pub fn check_url(&self, url: &str) -> Result<Url, Refused> {
        let url = Url::parse(url).map_err(|_| Refused::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refused::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::Credentials);
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(Refused::NotAUrl);
        }
        // The URL parser has already turned 2130706433, 0x7f.1 and the like into dotted addresses.
        match literal_address(&url) {
            Some(address) if !self.policy.allows(address) => Err(Refused::Address(address)),
            _ => Ok(url),
        }
    }

    /// Makes a call and reads the answer whole. A redirect is an answer like any other.
    pub async fn call(&self, request: EgressRequest) -> Result<EgressResponse, EgressError> {
        let url = self.check_url(&request.url)?;
        let sent = self
            .client
            .request(request.method, url)
            .headers(request.headers);
        let mut response = sent.body(request.body).send().await.map_err(failure)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes_max = self.body_bytes_max;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failure)? {
            if body.len() + chunk.len() > bytes_max {
                return Err(EgressError::TooLarge { bytes_max });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(EgressResponse {
            status,
            headers,
            body: body.freeze(),
        })
    }
}

/// Sorts a failure of the client: refusals of the resolver are buried in its chain of causes.
fn failure(error: reqwest::Error) -> EgressError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<Refused>() {
            return EgressError::Refused(refused.clone());
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return EgressError::TimedOut;
    }
    let error = error.without_url();
    let root = std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
        error.source()
    });
    EgressError::Failed(root.map(ToString::to_string).last().unwrap_or_default())
}

#[cfg(test)]
mod tests;
