//! Opening a connection to a target: resolve, refuse link-local, connect, TLS, HTTP/1.1.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use gatehouse_runtime::Supervisor;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::balance::Target;
use super::pool::Connection;

/// Most headers a backend's response may have, and most bytes of its head.
const RESPONSE_HEADERS_MAX: usize = 200;
const RESPONSE_HEAD_BYTES_MAX: usize = 256 * 1024;

/// Opens connections; holds the TLS settings.
pub(crate) struct Connector {
    tls: TlsConnector,
}

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("the name does not resolve")]
    Resolve(#[source] io::Error),
    /// Cloud metadata and the like live there; no backend does.
    #[error("every address is link-local or unspecified, which is never a backend")]
    Forbidden,
    #[error("connecting failed")]
    Connect(#[source] io::Error),
    #[error("the TLS handshake failed")]
    Tls(#[source] io::Error),
    #[error("HTTP could not begin")]
    Http(#[source] hyper::Error),
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
        })
    }

    /// Opens a connection and leaves a task behind that drives it until both sides are done with it.
    pub(crate) async fn connect(
        &self,
        target: &Target,
        supervisor: &Supervisor,
    ) -> Result<Connection, ConnectError> {
        let stream = self.stream(target).await?;
        let bytes_read = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            stream,
            bytes_read: Arc::clone(&bytes_read),
        };
        let (sender, connection) = http1::Builder::new()
            .max_headers(RESPONSE_HEADERS_MAX)
            .max_buf_size(RESPONSE_HEAD_BYTES_MAX)
            .handshake(TokioIo::new(counted))
            .await
            .map_err(ConnectError::Http)?;
        supervisor.spawn_job("upstream connection", async move {
            if let Err(error) = connection.await {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "a backend connection ended"
                );
            }
        });
        Ok(Connection::new(sender, bytes_read))
    }

    async fn stream(&self, target: &Target) -> Result<Stream, ConnectError> {
        let found = tokio::net::lookup_host((target.name.as_str(), target.port))
            .await
            .map_err(ConnectError::Resolve)?;
        let allowed: Vec<SocketAddr> = found
            .filter(|address| may_be_backend(address.ip()))
            .collect();
        let mut failure = ConnectError::Forbidden;
        for address in allowed {
            match TcpStream::connect(address).await {
                Ok(stream) => return self.secured(stream, target).await,
                Err(error) => failure = ConnectError::Connect(error),
            }
        }
        Err(failure)
    }

    async fn secured(&self, stream: TcpStream, target: &Target) -> Result<Stream, ConnectError> {
        // Small requests must not wait for a full packet.
        let _ = stream.set_nodelay(true);
        if !target.tls {
            return Ok(Stream::Plain(stream));
        }
        let name = ServerName::try_from(target.name.clone()).map_err(|error| {
            ConnectError::Tls(io::Error::new(io::ErrorKind::InvalidInput, error))
        })?;
        let secured = self
            .tls
            .connect(name, stream)
            .await
            .map_err(ConnectError::Tls)?;
        Ok(Stream::Tls(Box::new(secured)))
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

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Counts what was read, so that "died before its first byte" can be told from "died in the middle".
struct Counted {
    stream: Stream,
    bytes_read: Arc<AtomicU64>,
}

macro_rules! each_stream {
    ($self:expr, $inner:ident => $value:expr) => {
        match &mut $self.get_mut().stream {
            Stream::Plain(stream) => {
                let $inner = Pin::new(stream);
                $value
            }
            Stream::Tls(stream) => {
                let $inner = Pin::new(stream.as_mut());
                $value
            }
        }
    };
}

impl AsyncRead for Counted {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let bytes_read = Arc::clone(&self.bytes_read);
        let polled = each_stream!(self, inner => inner.poll_read(cx, buffer));
        let read = (buffer.filled().len() - before) as u64;
        if read > 0 {
            bytes_read.fetch_add(read, Ordering::Relaxed);
        }
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        each_stream!(self, inner => inner.poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each_stream!(self, inner => inner.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each_stream!(self, inner => inner.poll_shutdown(cx))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each_stream!(self, inner => inner.poll_write_vectored(cx, parts))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
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
