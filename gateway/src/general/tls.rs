//! TLS towards consumers: one certificate, read again when its files change.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

use crate::settings::TlsSettings;

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

    /// Speaks TLS 1.2 and 1.3 with whatever certificate is in force.
    pub(crate) fn acceptor(self: &Arc<Self>, speaks_http_2: bool) -> anyhow::Result<TlsAcceptor> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = match speaks_http_2 {
            true => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
            false => vec![b"http/1.1".to_vec()],
        };
        // Sessions live in tickets, so that workers share none.
        config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new()?;
        Ok(TlsAcceptor::from(Arc::new(config)))
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

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.in_force.load_full())
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
