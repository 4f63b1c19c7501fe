//! Opening a connection to a target: resolve, refuse link-local, connect, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::connections::Connections;
use super::http1::{Connection, Stream};
use super::target::Target;

/// Names looked up at once, over all workers: the system's resolver blocks a thread each.
const LOOKUPS_MAX: usize = 16;
/// How long a name's addresses are believed.
const BELIEVED: Duration = Duration::from_secs(1);

/// Opens connections; holds the TLS settings. One for all workers.
pub(crate) struct Connector {
    tls: TlsConnector,
    lookups: Arc<Semaphore>,
}

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("the name does not resolve: {0}")]
    Resolve(#[source] io::Error),
    /// Cloud metadata and the like live there; no backend does.
    #[error("every address is link-local or unspecified, which is never a backend")]
    Forbidden,
    #[error("connecting failed: {0}")]
    Connect(#[source] io::Error),
    #[error("the TLS handshake failed: {0}")]
    Tls(#[source] io::Error),
    #[error("no connection came about in time")]
    TooSlow,
}

impl Connector {
    /// Trusts the machine's authorities (the built-in list of Mozilla where the machine has none) and those of `ca_file`.
    pub(crate) fn new(ca_file: Option<&Path>) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        let native = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(native.certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        if let Some(ca_file) = ca_file {
            for certificate in CertificateDer::pem_file_iter(ca_file)? {
                roots.add(certificate?)?;
            }
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            tls: TlsConnector::from(Arc::new(config)),
            lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)),
        })
    }

    /// Opens a connection, TLS and all, until `deadline`.
    pub(super) async fn connect(
        &self,
        connections: &Connections,
        deadline: Instant,
    ) -> Result<Connection, ConnectError> {
        let target = &connections.target;
        let addresses = self.addresses(connections, deadline).await?;
        let mut failure = ConnectError::Forbidden;
        for (place, address) in addresses.iter().enumerate() {
            // An address that swallows packets must not use up the time of those after it.
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(addresses.len() - place).unwrap_or(u32::MAX);
            match timeout_at(Instant::now() + share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    let secured = self.secured(stream, target);
                    let secured = timeout_at(deadline, secured).await;
                    return secured.map_err(|_| ConnectError::TooSlow)?;
                }
                Ok(Err(error)) => failure = ConnectError::Connect(error),
                Err(_) => failure = ConnectError::TooSlow,
            }
        }
        Err(failure)
    }

    /// The addresses a target may have: those it has without the ones no backend has.
    async fn addresses(
        &self,
        connections: &Connections,
        deadline: Instant,
    ) -> Result<Rc<[SocketAddr]>, ConnectError> {
        let target = &connections.target;
        let known = connections.addresses.borrow().clone();
        if let Some((since, addresses)) = known
            && since.elapsed() < BELIEVED
        {
            return Ok(addresses);
        }
        let found = match target.name.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, target.port)],
            Err(_) => timeout_at(deadline, self.lookup(target))
                .await
                .map_err(|_| ConnectError::TooSlow)??,
        };
        let allowed = found
            .into_iter()
            .filter(|address| may_be_backend(address.ip()));
        let allowed: Rc<[SocketAddr]> = allowed.collect();
        if allowed.is_empty() {
            return Err(ConnectError::Forbidden);
        }
        *connections.addresses.borrow_mut() = Some((Instant::now(), Rc::clone(&allowed)));
        Ok(allowed)
    }

    /// Asks the system's resolver. A lookup that is given up goes on in its thread, and its permit with it.
    async fn lookup(&self, target: &Target) -> Result<Vec<SocketAddr>, ConnectError> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
            ConnectError::Resolve(io::Error::other(error))
        };
        let permit = Arc::clone(&self.lookups).acquire_owned().await;
        let permit = permit.map_err(|closed| failed(closed.into()))?;
        let asked = (target.name.clone(), target.port);
        let lookup = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            asked.to_socket_addrs().map(Vec::from_iter)
        });
        lookup
            .await
            .map_err(|lost| failed(lost.into()))?
            .map_err(ConnectError::Resolve)
    }

    async fn secured(
        &self,
        stream: TcpStream,
        target: &Target,
    ) -> Result<Connection, ConnectError> {
        // Small requests must not wait for a full packet.
        let _ = stream.set_nodelay(true);
        if !target.tls {
            return Ok(Connection::new(Stream::Plain(stream)));
        }
        let name = ServerName::try_from(target.name.clone()).map_err(|error| {
            ConnectError::Tls(io::Error::new(io::ErrorKind::InvalidInput, error))
        })?;
        let secured = self
            .tls
            .connect(name, stream)
            .await
            .map_err(ConnectError::Tls)?;
        Ok(Connection::new(Stream::Tls(Box::new(secured))))
    }
}

/// Everything but link-local (where clouds keep credentials) and the unspecified address. Which other networks are backends
/// is the operator's choice.
fn may_be_backend(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !address.is_link_local() && !address.is_unspecified(),
        IpAddr::V6(address) => {
            !address.is_unicast_link_local()
                && !address.is_unspecified()
                && address.segments()[..2] != [0xfd00, 0x0ec2]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_local_addresses_are_never_backends() {
        for address in [
            "169.254.169.254",
            "fe80::1",
            "::ffff:169.254.169.254",
            "0.0.0.0",
            "::",
            "fd00:ec2::254",
        ] {
            assert!(!may_be_backend(address.parse().unwrap()), "{address}");
        }
        for address in ["10.0.0.1", "127.0.0.1", "::1", "fd00::1", "192.0.2.1"] {
            assert!(may_be_backend(address.parse().unwrap()), "{address}");
        }
    }
}
