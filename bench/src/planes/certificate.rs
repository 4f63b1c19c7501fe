//! A certificate for planes that speak TLS, made for one run.

use std::path::{Path, PathBuf};

/// PEM files.
pub(super) struct Certificate {
    pub(super) chain: PathBuf,
    pub(super) key: PathBuf,
    /// Both in one file, as haproxy wants them.
    pub(super) both: PathBuf,
}

impl Certificate {
    /// Makes an ECDSA P-256 certificate for `localhost`.
    pub(super) fn make(folder: &Path) -> anyhow::Result<Self> {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])?;
        let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let file = |name: &str, text: &str| -> anyhow::Result<PathBuf> {
            let path = folder.join(name);
            std::fs::write(&path, text)?;
            Ok(path)
        };
        Ok(Self {
            both: file("both.pem", &format!("{chain}{key}"))?,
            chain: file("chain.pem", &chain)?,
            key: file("key.pem", &key)?,
        })
    }
}
