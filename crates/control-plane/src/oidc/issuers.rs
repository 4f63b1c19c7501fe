//! Issuers as they describe themselves (OpenID Connect Discovery 1.0), asked through the guarded way out.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;

use gatehouse_language::t;
use gatehouse_runtime::egress::{Egress, EgressError, EgressRequest};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
    CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, HttpRequest, HttpResponse, IssuerUrl, ProviderMetadata, url::Url,
};

use serde::{Deserialize, Serialize};

use super::{Kept, Need};
use crate::db::Db;
use crate::refusal::Refusal;

/// What we read of a discovery document beyond OpenID Connect Discovery 1.0 §3.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Further {
    /// Whether every answer names its issuer (RFC 9207 §3).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Further {}

/// A discovery document with the keys it leads to.
pub(super) type Metadata = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// How issuers are reached and which are trusted.
#[derive(Debug, Clone, Default)]
pub struct IssuerSettings {
    /// Issuers whose word on people counts for the whole installation.
    pub trusted: Vec<String>,
}

/// Asks issuers, and remembers what they said. Cheap to clone.
#[derive(Clone)]
pub struct Issuers(Arc<Inner>);

struct Inner {
    egress: Egress,
    trusted: BTreeSet<String>,
    providers: Kept<Metadata>,
}

impl std::fmt::Debug for Issuers {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Issuers")
    }
}

impl Issuers {
    /// Over one guarded client.
    pub fn new(egress: Egress, settings: IssuerSettings) -> Self {
        Self(Arc::new(Inner {
            egress,
            trusted: settings.trusted.into_iter().collect(),
            providers: Kept::default(),
        }))
    }

    /// Whether an issuer's word counts for the whole installation. Issuers are compared byte by byte.
    pub(super) fn trusts(&self, issuer: &str) -> bool {
        self.0.trusted.contains(issuer)
    }

    /// The way out, as the protocol's library wants it.
    pub(super) fn http(&self) -> impl Fn(HttpRequest) -> Sent + use<> {
        let issuers = self.clone();
        move |request| {
            let issuers = issuers.clone();
            Box::pin(async move { issuers.send(request).await })
        }
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, EgressError> {
        let (head, body) = request.into_parts();
        let call = EgressRequest {
            method: head.method,
            url: head.uri.to_string(),
            headers: head.headers,
            body: body.into(),
        };
        let answer = self.0.egress.call(call).await?;
        let mut response = HttpResponse::new(answer.body.to_vec());
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }

    /// Whether an address may be an issuer's at all: https, because everything hangs on whose answer it is.
    pub(crate) fn judge(&self, url: &str) -> Result<Url, String> {
        let url = self
            .0
            .egress
            .check_url(url)
            .map_err(|refused| refused.to_string())?;
        if !is_safe(&url) {
            return Err("an issuer is reached by https".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("an issuer has neither query nor fragment".to_owned());
        }
        Ok(url)
    }

    /// Whether keys may be fetched from an address that a discovery document names.
    pub(crate) fn judge_endpoint(&self, url: &str) -> Result<(), String> {
        let checked = self.0.egress.check_url(url);
        match checked.map_err(|refused| refused.to_string())? {
            url if is_safe(&url) => Ok(()),
            url => Err(format!("its endpoint {url} is not reached by https")),
        }
    }

    /// What an issuer says of itself.
    pub(super) async fn metadata(
        &self,
        db: &Db,
        issuer: &str,
        need: Need,
    ) -> Result<Arc<Metadata>, String> {
        self.judge(issuer)?;
        let fetch = async {
            let url = IssuerUrl::new(issuer.to_owned()).map_err(|error| error.to_string())?;
            let found = Metadata::discover_async(url, &self.http()).await;
            let metadata = found.map_err(|error| chain(&error))?;
            Self::judge_endpoints(&metadata)?;
            Ok(metadata)
        };
        self.0.providers.get(db.clock(), issuer, need, fetch).await
    }

    /// Codes and secrets are sent only where nobody listens in.
    fn judge_endpoints(metadata: &Metadata) -> Result<(), String> {
        let token = metadata
            .token_endpoint()
            .ok_or("its discovery document names no token endpoint")?;
        let urls = [metadata.authorization_endpoint().url(), token.url()];
        match urls.iter().find(|url| !is_safe(url)) {
            Some(url) => Err(format!("its endpoint {url} is not reached by https")),
            None => Ok(()),
        }
    }

    /// Scheme, host and port of an issuer's sign-in page; refused at `/issuer` where it cannot be learned.
    pub async fn authorization_origin(&self, db: &Db, issuer: &str) -> Result<String, Refusal> {
        let metadata = self.metadata(db, issuer, Need::Usual).await;
        let metadata = metadata.map_err(|failure| {
            Refusal::field(
                "/issuer",
                "unreachable",
                t!(
                    "refused-people-the-discovery-document-of-could-not",
                    issuer = &issuer,
                    failure = &failure,
                    trim_end_matches = &issuer.trim_end_matches('/')
                ),
            )
        })?;
        let origin = metadata.authorization_endpoint().url().origin();
        Ok(origin.ascii_serialization())
    }
}

/// Whether nobody can listen in or answer in its place: https, or this machine itself, where the operator allows that.
fn is_safe(url: &Url) -> bool {
    use openidconnect::url::Host;
    let here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

/// A call under way.
pub(super) type Sent =
    Pin<Box<dyn Future<Output = Result<HttpResponse, EgressError>> + Send + 'static>>;

/// An error with its causes, for logs and forms; bodies of answers are in none of them.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let words: Vec<_> = causes.map(ToString::to_string).collect();
    words.join(": ")
}
