//! The carrier of attacks that come inside TLS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use gatehouse_hostile::exchange::{PATIENCE, Wire};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

/// A certificate for `api.test`, and a client that trusts it.
pub(super) struct Certificate {
    pub(super) chain: String,
    pub(super) key: String,
    trust: Arc<ClientConfig>,
    _files: TempDir,
}

impl Certificate {
    pub(super) fn make() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["api.test".to_owned()]).expect("made");
        let files = TempDir::new().expect("a folder");
        let write = |name: &str, text: String| {
            let path = files.path().join(name);
            std::fs::write(&path, text).expect("written");
            path.display().to_string()
        };
        let chain = write("chain.pem", made.cert.pem());
        let key = write("key.pem", made.signing_key.serialize_pem());
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).expect("a root");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let trust = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            chain,
            key,
            trust: Arc::new(trust),
            _files: files,
        }
    }

    pub(super) fn connect(&self, address: SocketAddr) -> io::Result<Secure> {
        let name = ServerName::try_from("api.test").map_err(io::Error::other)?;
        let client =
            ClientConnection::new(Arc::clone(&self.trust), name).map_err(io::Error::other)?;
        Ok(Secure(StreamOwned::new(
            client,
            TcpStream::connect(address)?,
        )))
    }
}

/// A connection inside TLS.
pub(super) struct Secure(StreamOwned<ClientConnection, TcpStream>);

impl Read for Secure {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Write for Secure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Wire for Secure {
    fn patience(&mut self, longest: Duration) -> io::Result<()> {
        self.0.sock.set_read_timeout(Some(longest))?;
        self.0.sock.set_write_timeout(Some(PATIENCE))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()?;
        self.0.sock.shutdown(Shutdown::Write)
    }
}
