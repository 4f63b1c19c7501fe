//! The master key and the keys derived from it, one per purpose (HKDF-SHA-256, RFC 5869).

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use gatehouse_domain::id::GatewayGroupId;
use gatehouse_runtime::random;
use gatehouse_snapshot::node_auth::{hex, unhex};
use gatehouse_snapshot::sign::Signer;
use zeroize::Zeroizing;

/// The installation's one secret, shared by its replicas. Prints nothing.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MasterKey(..)")
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl MasterKey {
    /// Reads the key file, or makes it (mode 0600) when it does not exist. A file that others can read is refused.
    pub fn load_or_create(path: &Path) -> anyhow::Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => {
                let mode = fs::metadata(path)?.permissions().mode();
                ensure!(
                    mode & 0o077 == 0,
                    "{} can be read by others; run chmod 600 on it",
                    path.display()
                );
                Self::from_text(&text)
                    .with_context(|| format!("reading the master key {}", path.display()))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path),
            Err(error) => {
                Err(error).with_context(|| format!("reading the master key {}", path.display()))
            }
        }
    }

    /// Reads a key as 64 hexadecimal digits.
    pub fn from_text(text: &str) -> anyhow::Result<Self> {
        let Some(bytes) = unhex(text.trim()).map(Zeroizing::new) else {
            bail!("expected 64 hexadecimal digits");
        };
        let key: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .context("expected 64 hexadecimal digits")?;
        Ok(Self(Zeroizing::new(key)))
    }

    fn create(path: &Path) -> anyhow::Result<Self> {
        let key = Zeroizing::new(random::bytes::<32>());
        // Written aside and linked: two replicas starting at once agree on whichever came first.
        let aside = path.with_extension(format!("new-{}", std::process::id()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&aside)?;
        file.write_all(hex(key.as_slice()).as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&aside, path);
        fs::remove_file(&aside)?;
        match linked {
            Ok(()) => Ok(Self(key)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Self::load_or_create(path)
            }
            Err(error) => {
                Err(error).with_context(|| format!("writing the master key {}", path.display()))
            }
        }
    }

    /// 32 bytes for one purpose. Purposes are constants of this crate, so they never collide.
    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new([0; 32]);
        let secret = Salt::new(HKDF_SHA256, b"gatehouse/1").extract(self.0.as_slice());
        let info = [purpose.as_bytes()];
        let filled = secret
            .expand(&info, Length(32))
            .and_then(|okm| okm.fill(bytes.as_mut_slice()));
        // HKDF refuses only outputs above 8,160 bytes.
        debug_assert!(filled.is_ok());
        bytes
    }

    /// What a database remembers of the key it was first opened with.
    pub fn check_value(&self) -> [u8; 32] {
        *self.derive("check")
    }

    /// Signs configuration while `number` is the key in use.
    pub fn config_signer(&self, number: u32) -> anyhow::Result<Signer> {
        Signer::from_seed(&self.derive(&format!("config-signing/{number}")))
            .context("deriving the configuration signing key")
    }

    /// The key credential digests of one gateway group are made with.
    pub fn group_key(&self, group: GatewayGroupId, version: i32) -> Zeroizing<[u8; 32]> {
        self.derive(&format!("group-key/{group}/{version}"))
    }

    /// The key form tokens of the portal are made with.
    pub fn form_key(&self) -> Zeroizing<[u8; 32]> {
        self.derive("portal-forms/1")
    }

    /// Seals a secret to a place: opened elsewhere, with another `place`, it fails (AES-256-GCM).
    pub fn seal(&self, purpose: &str, place: &str, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut bytes = plain.to_vec();
        let nonce = self
            .sealing_key(purpose)?
            .seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut bytes)
            .context("sealing")?;
        Ok([nonce.as_ref().as_slice(), &bytes].concat())
    }

    /// Opens what [`MasterKey::seal`] sealed for the same purpose and place.
    pub fn open(
        &self,
        purpose: &str,
        place: &str,
        sealed: &[u8],
    ) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let (nonce, bytes) = sealed
            .split_at_checked(NONCE_LEN)
            .context("opening: too short")?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).context("opening: bad nonce")?;
        let mut bytes = Zeroizing::new(bytes.to_vec());
        let length = self
            .sealing_key(purpose)?
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes)
            .context("opening: not sealed for this place")?
            .len();
        bytes.truncate(length);
        Ok(bytes)
    }

    fn sealing_key(&self, purpose: &str) -> anyhow::Result<RandomizedNonceKey> {
        RandomizedNonceKey::new(
            &AES_256_GCM,
            self.derive(&format!("seal/{purpose}")).as_slice(),
        )
        .context("making a sealing key")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> MasterKey {
        MasterKey(Zeroizing::new([byte; 32]))
    }

    #[test]
    fn a_sealed_secret_opens_only_at_its_own_place_purpose_and_key() {
        let sealed = key(1).seal("session", "row-1", b"secret").unwrap();
        assert_eq!(
            key(1).open("session", "row-1", &sealed).unwrap().as_slice(),
            b"secret"
        );
        assert!(key(1).open("session", "row-2", &sealed).is_err());
        assert!(key(1).open("mail", "row-1", &sealed).is_err());
        assert!(key(2).open("session", "row-1", &sealed).is_err());
        assert!(key(1).open("session", "row-1", &sealed[..5]).is_err());
    }

    #[test]
    fn a_key_file_is_made_once_and_refused_when_others_can_read_it() {
        let folder = std::env::temp_dir().join(format!("gatehouse-keys-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("master.key");
        let first = MasterKey::load_or_create(&path).unwrap().check_value();
        assert_eq!(
            MasterKey::load_or_create(&path).unwrap().check_value(),
            first
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(
            MasterKey::load_or_create(&path)
                .unwrap_err()
                .to_string()
                .contains("chmod 600")
        );
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn purposes_do_not_share_keys() {
        let group = GatewayGroupId::from_uuid(uuid::Uuid::nil());
        assert_ne!(*key(1).group_key(group, 1), *key(1).group_key(group, 2));
        assert_ne!(*key(1).group_key(group, 1), key(1).check_value());
    }
}
