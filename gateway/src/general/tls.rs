//! TLS towards consumers: certificates of tenants' own domains, chosen by the name a client asks for (SNI, RFC 6066 §3), and one of
//! the gateway's own for everything else, which is read again when its files change.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use arc_swap::ArcSwap;
use gatehouse_domain::id::TenantId;
use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{Acceptor, ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::settings::TlsSettings;
use crate::tables::Tables;

/// Between two looks at the files.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// The certificate in force, and where it comes from.
#[derive(Debug)]
pub(crate) struct Certificate {
    files: Files,
    provider: Arc<CryptoProvider>,
    in_force: ArcSwap<CertifiedKey>,
}

#[derive(Debug)]
struct Files {
    chain: PathBuf,
    key: PathBuf,
}

impl Files {
    /// When each was written last; a file that cannot be looked at is as one never written.
    fn written(&self) -> [Option<SystemTime>; 2] {
        let written = |path: &PathBuf| {
            std::fs::metadata(path)
                .and_then(|file| file.modified())
                .ok()
        };
        [written(&self.chain), written(&self.key)]
    }

    fn read(&self, provider: &CryptoProvider) -> anyhow::Result<CertifiedKey> {
        let named = |path: &PathBuf| format!("reading {}", path.display());
        let chain =
            CertificateDer::pem_file_iter(&self.chain).with_context(|| named(&self.chain))?;
        let chain: Vec<_> = chain
            .collect::<Result<_, _>>()
            .with_context(|| named(&self.chain))?;
        anyhow::ensure!(
            !chain.is_empty(),
            "{} holds no certificate",
            self.chain.display()
        );
        let key = PrivateKeyDer::from_pem_file(&self.key).with_context(|| named(&self.key))?;
        let certified = CertifiedKey::from_der(chain, key, provider);
        certified.context("the certificate and its key do not fit together")
    }
}

impl Certificate {
    /// Reads the files of the settings. `None` when they name none.
    pub(crate) fn load(settings: &TlsSettings) -> anyhow::Result<Option<Arc<Self>>> {
        let (Some(chain), Some(key)) = (settings.certificate.clone(), settings.key.clone()) else {
            return Ok(None);
        };
        let files = Files { chain, key };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let in_force = ArcSwap::from_pointee(files.read(&provider)?);
        Ok(Some(Arc::new(Self {
            files,
            provider,
            in_force,
        })))
    }

    /// Puts a new certificate in force when the files have changed, for as long as the gateway runs. One that cannot be used
    /// is said aloud, and the old one stays.
    pub(crate) async fn follow(self: Arc<Self>) {
        let mut known = self.files.written();
        loop {
            tokio::time::sleep(LOOKED_AT_EVERY).await;
            let this = Arc::clone(&self);
            let looked = tokio::task::spawn_blocking(move || this.look(known)).await;
            known = looked.unwrap_or(known);
        }
    }

    fn look(&self, known: [Option<SystemTime>; 2]) -> [Option<SystemTime>; 2] {
        let written = self.files.written();
        if written != known {
            match self.files.read(&self.provider) {
                Ok(read) => {
                    self.in_force.store(Arc::new(read));
                    tracing::info!("a new certificate is in force");
                }
                Err(error) => {
                    let error: &dyn std::error::Error = error.as_ref();
                    tracing::warn!(
                        error,
                        "the new certificate cannot be used; the old one stays"
                    );
                }
            }
        }
        written
    }
}

/// Speaks TLS with consumers: by the certificate of the domain they ask for, or by the gateway's own.
pub(crate) struct Tls {
    config: Arc<ServerConfig>,
    chooser: Arc<Chooser>,
}

/// Chooses what a connection is served with, by what is in force at that moment. Nothing is locked, and connections that are
/// open keep what they were served with.
#[derive(Debug)]
struct Chooser {
    /// The one of the settings.
    own: Option<Arc<Certificate>>,
    tables: Arc<Tables>,
}

/// What a connection is served with, and whose domain it asked for.
struct Choice {
    key: Arc<CertifiedKey>,
    tenant: Option<TenantId>,
}

impl Tls {
    /// TLS 1.2 and 1.3. Without a certificate of its own only domains are served.
    pub(crate) fn new(
        own: Option<Arc<Certificate>>,
        tables: Arc<Tables>,
        speaks_http_2: bool,
    ) -> anyhow::Result<Self> {
        let chooser = Arc::new(Chooser { own, tables });
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Chooser>::clone(&chooser);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = match speaks_http_2 {
            true => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            false => vec![b"http/1.1".to_vec()],
        };
        // Sessions live in tickets, so that workers share none. A ticket is good for the name it was given under, and no other.
        config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new()?;
        Ok(Self {
            config: Arc::new(config),
            chooser,
        })
    }

    /// Shakes hands. Returns whose domain the client asked for, if it is somebody's.
    pub(crate) async fn accept<T>(&self, stream: T) -> io::Result<(TlsStream<T>, Option<TenantId>)>
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let mut begun = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        let hello = begun.client_hello();
        let name = hello.server_name();
        let Some(choice) = self.chooser.choose(name) else {
            let alert = no_certificate(name.is_some());
            begun.io.write_all(&alert).await?;
            begun.io.shutdown().await?;
            return Err(io::Error::other("no certificate for the name asked for"));
        };
        let stream = begun.into_stream(Arc::clone(&self.config)).await?;
        Ok((stream, choice.tenant))
    }
}

/// A fatal alert in a record of its own (RFC 8446 §6, §5.1): `unrecognized_name` for a name that nobody has (RFC 6066 §3), and
/// `missing_extension` where none was sent, which is needed here (RFC 8446 §9.2). rustls says `access_denied` for both.
const fn no_certificate(is_named: bool) -> [u8; 7] {
    const ALERT: u8 = 21;
    const FATAL: u8 = 2;
    let description = if is_named { 112 } else { 109 };
    [ALERT, 3, 3, 0, 2, FATAL, description]
}

impl Chooser {
    fn choose(&self, name: Option<&str>) -> Option<Choice> {
        let tables = self.tables.load();
        let domain = name.zip(tables.as_ref());
        let domain = domain.and_then(|(name, tables)| tables.domains.find(name));
        let own = self.own.as_ref().map(|own| own.in_force.load_full());
        match (domain, own) {
            (Some(domain), own) if !own.as_ref().is_some_and(|own| is_for(own, name)) => {
                Some(Choice {
                    key: Arc::clone(&domain.key),
                    tenant: Some(domain.tenant),
                })
            }
            (_, own) => own.map(|key| Choice { key, tenant: None }),
        }
    }
}

/// Whether a certificate is for a name (RFC 9525 §6). The names of the gateway's own are everybody's: no tenant takes them over by
/// giving one to an environment.
fn is_for(key: &CertifiedKey, name: Option<&str>) -> bool {
    let leaf = key.cert.first();
    let leaf = leaf.and_then(|leaf| ParsedCertificate::try_from(leaf).ok());
    let name = name.and_then(|name| ServerName::try_from(name).ok());
    leaf.zip(name)
        .is_some_and(|(leaf, name)| verify_server_name(&leaf, &name).is_ok())
}

impl ResolvesServerCert for Chooser {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // rustls has brought the name into lower case.
        self.choose(hello.server_name()).map(|choice| choice.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &std::path::Path, name: &str) -> TlsSettings {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
        let (certificate, key) = (folder.join("chain.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        TlsSettings {
            enabled: false,
            certificate: Some(certificate),
            key: Some(key),
        }
    }

    #[test]
    fn a_new_certificate_is_taken_and_a_bad_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let settings = write(folder.path(), "a.test");
        let certificate = Certificate::load(&settings).unwrap().unwrap();
        let leaf = || certificate.in_force.load().cert[0].clone();
        let first = leaf();
        write(folder.path(), "b.test");
        certificate.look([None, None]);
        let second = leaf();
        assert_ne!(first, second);
        std::fs::write(settings.key.as_ref().unwrap(), "no key").unwrap();
        certificate.look([None, None]);
        assert_eq!(leaf(), second, "the old one stays");
        assert!(
            Certificate::load(&settings).is_err(),
            "but no gateway starts with it"
        );
        let none = TlsSettings::default();
        assert!(Certificate::load(&none).unwrap().is_none());
    }
}
