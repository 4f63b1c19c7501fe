//! Certificates and clients that look at them: an authority of the test's own, and connections that tell what they were served with.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::client::Resumption;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use time::OffsetDateTime;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::answer::Answer;

/// An authority that nobody but the test trusts.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Authority")
    }
}

/// A certificate and its key, as an authority hands them out.
#[derive(Debug, Clone)]
pub struct Issued {
    /// PEM: the leaf alone, which the authority signed itself.
    pub chain: String,
    /// PEM, PKCS #8.
    pub key: String,
    /// The leaf in DER.
    pub leaf: Vec<u8>,
    /// The key in DER.
    pub key_der: Vec<u8>,
}

impl Issued {
    /// The part of the key that nobody may see: of P-256 in PKCS #8 (RFC 5208, RFC 5915), a piece of the private number itself.
    pub fn secret(&self) -> &[u8] {
        &self.key_der[40..64]
    }
}

impl Default for Authority {
    fn default() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are fine");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }
}

impl Authority {
    /// A certificate for these names, with a key of its own, for longer than anything lasts.
    pub fn issue(&self, names: &[&str]) -> Issued {
        self.issue_until(names, None)
    }

    /// The same, which ends.
    pub fn issue_until(&self, names: &[&str], end: Option<OffsetDateTime>) -> Issued {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(names).expect("names of hosts");
        params.not_after = end.unwrap_or(params.not_after);
        let leaf = params.signed_by(&key, &self.0).expect("signed");
        Issued {
            chain: leaf.pem(),
            key: key.serialize_pem(),
            leaf: leaf.der().to_vec(),
            key_der: key.serialize_der(),
        }
    }

    fn root(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }
}

/// A client that trusts some authorities and nobody else.
#[derive(Debug, Clone)]
pub struct TlsClient(Arc<ClientConfig>);

/// A connection that is kept, and the leaf it was opened with.
#[derive(Debug)]
pub struct Opened {
    /// In DER.
    pub leaf: Vec<u8>,
    sender: SendRequest<Empty<Bytes>>,
    /// Driven for as long as this is kept.
    _connection: JoinSet<()>,
}

impl TlsClient {
    pub fn trusting(authorities: &[&Authority]) -> Self {
        Self::with(authorities, true)
    }

    /// One that does not say which host it wants.
    pub fn saying_no_name(authorities: &[&Authority]) -> Self {
        Self::with(authorities, false)
    }

    fn with(authorities: &[&Authority], says_name: bool) -> Self {
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority.root()).expect("a root");
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.enable_sni = says_name;
        // Who resumes a session is shown no certificate.
        config.resumption = Resumption::disabled();
        Self(Arc::new(config))
    }

    /// Opens a connection to a host, wherever that answers.
    pub async fn open(&self, address: SocketAddr, host: &str) -> io::Result<Opened> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = TcpStream::connect(address).await?;
        let connector = TlsConnector::from(Arc::clone(&self.0));
        let stream = connector.connect(name, stream).await?;
        let (_, session) = stream.get_ref();
        let leaf = session.peer_certificates().and_then(<[_]>::first);
        let leaf = leaf.map(|leaf| leaf.to_vec()).unwrap_or_default();
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.map_err(io::Error::other)?;
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // Its end is the end of what is sent over it, which says so itself.
            let _ = connection.await;
        });
        Ok(Opened {
            leaf,
            sender,
            _connection: tasks,
        })
    }
}

impl Opened {
    /// One GET over this connection, for whichever host is named.
    pub async fn get(&mut self, host: &str, path: &str, key: &str) -> Answer {
        let request = Request::get(path)
            .header("host", host)
            .header("x-api-key", key)
            .body(Empty::new())
            .expect("a request");
        let asked = format!("GET https://{host}{path}");
        let answered = self.sender.send_request(request).await;
        let response = answered.unwrap_or_else(|error| panic!("{asked}: {error}"));
        let (head, body) = response.into_parts();
        let body = body.collect().await;
        let body = body.unwrap_or_else(|error| panic!("{asked}: {error}"));
        Answer {
            asked,
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
        }
    }
}
