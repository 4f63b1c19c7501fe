//! The master key: what wraps every other key, in a file that replicas share.
//!
//! The file holds one key a line, 64 hexadecimal digits each. The first wraps; the others only unwrap, while a rotation is
//! under way. A running process reads it again when it meets a key it does not know.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::{Context, bail, ensure};
use gatehouse_runtime::random;
use gatehouse_snapshot::node_auth::{hex, unhex};
use zeroize::Zeroizing;

use super::{derive, open_with, seal_with};

/// Most keys of one file: the one in use, and those of rotations that did not end.
const KEYS_MAX: usize = 4;

/// Names a key without telling anything of it: 16 hexadecimal digits.
type KekId = String;

/// One key that wraps others. Prints nothing.
#[derive(Clone)]
pub(crate) struct Kek(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Kek {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Kek(..)")
    }
}

impl Kek {
    fn generate() -> Self {
        Self(Zeroizing::new(random::bytes::<32>()))
    }

    fn parse(line: &str) -> anyhow::Result<Self> {
        let bytes = unhex(line)
            .map(Zeroizing::new)
            .context("expected 64 hexadecimal digits")?;
        let key: [u8; 32] = bytes
            .as_slice()
            .try_into()
            .context("expected 64 hexadecimal digits")?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// Its name.
    pub(crate) fn id(&self) -> KekId {
        hex(derive(&self.0, "master-key-id/1")
            .get(..8)
            .unwrap_or_default())
    }

    /// The key itself: it was the root key of installations that began without one.
    pub(crate) fn bytes(&self) -> [u8; 32] {
        *self.0
    }

    /// Wraps a key for its place.
    pub(crate) fn wrap(&self, place: &str, key: &[u8; 32]) -> anyhow::Result<Vec<u8>> {
        seal_with(&derive(&self.0, "wrap/1"), place.as_bytes(), key)
    }

    /// Unwraps what [`Kek::wrap`] wrapped for the same place.
    pub(crate) fn unwrap(
        &self,
        place: &str,
        wrapped: &[u8],
    ) -> anyhow::Result<Zeroizing<[u8; 32]>> {
        let plain = open_with(&derive(&self.0, "wrap/1"), place.as_bytes(), wrapped)?;
        let key: [u8; 32] = plain
            .as_slice()
            .try_into()
            .context("unwrapping: not a key")?;
        Ok(Zeroizing::new(key))
    }
}

/// The installation's master key, and those before it that a rotation has not done with. Prints nothing.
pub struct MasterKey {
    ring: RwLock<Arc<Vec<Kek>>>,
    file: Option<PathBuf>,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MasterKey(..)")
    }
}

impl MasterKey {
    /// Reads the key file, or makes it (mode 0600) when it does not exist. A file that others can read is refused.
    pub fn load_or_create(path: &Path) -> anyhow::Result<Self> {
        let ring = match read(path)? {
            Some(ring) => ring,
            None => create(path)?,
        };
        Ok(Self {
            ring: RwLock::new(Arc::new(ring)),
            file: Some(path.to_owned()),
        })
    }

    /// Reads keys as lines of 64 hexadecimal digits, the one in use first.
    pub fn from_text(text: &str) -> anyhow::Result<Self> {
        Ok(Self {
            ring: RwLock::new(Arc::new(parse(text)?)),
            file: None,
        })
    }

    fn ring(&self) -> Arc<Vec<Kek>> {
        let held = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&held)
    }

    /// The key that wraps what is new.
    pub(crate) fn primary(&self) -> anyhow::Result<Kek> {
        self.ring()
            .first()
            .cloned()
            .context("there is no master key")
    }

    /// The key of a name; the file is read again when this process does not know it yet.
    pub(crate) fn find(&self, id: &str) -> anyhow::Result<Kek> {
        let known = |ring: &[Kek]| ring.iter().find(|kek| kek.id() == id).cloned();
        if let Some(kek) = known(&self.ring()) {
            return Ok(kek);
        }
        let unknown = || {
            format!(
                "the master key {id} is not in this process's key file; give every replica the same file"
            )
        };
        let file = self.file.as_deref().with_context(unknown)?;
        let ring = read(file)?.with_context(unknown)?;
        let found = known(&ring).with_context(unknown)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(found)
    }

    /// Names of the keys held, the one in use first.
    pub fn ids(&self) -> Vec<String> {
        self.ring().iter().map(Kek::id).collect()
    }

    /// Puts a new key before those of the file. When the file already has more than one, a rotation began before: that one is
    /// gone on with.
    pub(crate) fn begin_rotation(&self) -> anyhow::Result<()> {
        let file = self
            .file
            .as_deref()
            .context("the master key lies in no file")?;
        let mut ring = read(file)?.context("the key file is gone")?;
        if ring.len() == 1 {
            ring.insert(0, Kek::generate());
            replace(file, &ring)?;
        }
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }

    /// Takes every key but the one in use out of the file.
    pub(crate) fn end_rotation(&self) -> anyhow::Result<()> {
        let file = self
            .file
            .as_deref()
            .context("the master key lies in no file")?;
        let primary = vec![self.primary()?];
        replace(file, &primary)?;
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(primary);
        Ok(())
    }
}

/// The keys of a file; `None` when there is no file.
fn read(path: &Path) -> anyhow::Result<Option<Vec<Kek>>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("reading the master key {}", path.display()));
        }
    };
    let mode = fs::metadata(path)?.permissions().mode();
    ensure!(
        mode & 0o077 == 0,
        "{} can be read by others; run chmod 600 on it",
        path.display()
    );
    parse(&text)
        .map(Some)
        .with_context(|| format!("reading the master key {}", path.display()))
}

fn parse(text: &str) -> anyhow::Result<Vec<Kek>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let ring = lines.map(Kek::parse).collect::<anyhow::Result<Vec<_>>>()?;
    if !(1..=KEYS_MAX).contains(&ring.len()) {
        bail!("expected 1 to {KEYS_MAX} lines of 64 hexadecimal digits");
    }
    Ok(ring)
}

/// Written aside and flushed, so that whatever gets the name is whole.
fn write_aside(path: &Path, ring: &[Kek]) -> anyhow::Result<PathBuf> {
    let aside = path.with_extension(format!("new-{}", std::process::id()));
    // Left by a process of the same number that died.
    let _ = fs::remove_file(&aside);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)?;
    let lines: Vec<_> = ring.iter().map(|kek| hex(kek.0.as_slice())).collect();
    file.write_all(Zeroizing::new(lines.join("\n")).as_bytes())?;
    file.sync_all()?;
    Ok(aside)
}

fn replace(path: &Path, ring: &[Kek]) -> anyhow::Result<()> {
    let aside = write_aside(path, ring)?;
    fs::rename(&aside, path)
        .with_context(|| format!("writing the master key {}", path.display()))?;
    // The new name must outlive a power cut: what is wrapped next can be opened by nothing else.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// Makes the file. Linked, not renamed: two replicas starting at once agree on whichever came first.
fn create(path: &Path) -> anyhow::Result<Vec<Kek>> {
    let ring = vec![Kek::generate()];
    let aside = write_aside(path, &ring)?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(ring),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            read(path)?.context("the key file is gone")
        }
        Err(error) => {
            Err(error).with_context(|| format!("writing the master key {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("gatehouse-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_key_file_is_made_once_and_refused_when_others_can_read_it() {
        let folder = folder("keys");
        let path = folder.join("master.key");
        let first = MasterKey::load_or_create(&path).unwrap().ids();
        assert_eq!(MasterKey::load_or_create(&path).unwrap().ids(), first);
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
    fn a_rotation_keeps_the_old_key_until_it_ends_and_a_second_start_makes_no_third() {
        let folder = folder("rotation");
        let path = folder.join("master.key");
        let rotating = MasterKey::load_or_create(&path).unwrap();
        let other = MasterKey::load_or_create(&path).unwrap();
        let old = rotating.ids().remove(0);
        rotating.begin_rotation().unwrap();
        let both = rotating.ids();
        assert_eq!((both.len(), &both[1]), (2, &old));
        MasterKey::load_or_create(&path)
            .unwrap()
            .begin_rotation()
            .unwrap();
        assert_eq!(MasterKey::load_or_create(&path).unwrap().ids(), both);
        // Another process learns of the new key when it meets it.
        assert_eq!(other.find(&both[0]).unwrap().id(), both[0]);
        rotating.end_rotation().unwrap();
        assert_eq!(MasterKey::load_or_create(&path).unwrap().ids(), both[..1]);
        assert!(other.find("0000000000000000").is_err());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_wrapped_key_is_unwrapped_by_its_key_at_its_place_only() {
        let (one, two) = (Kek::generate(), Kek::generate());
        let wrapped = one.wrap("data-key/1", &[7; 32]).unwrap();
        assert_eq!(*one.unwrap("data-key/1", &wrapped).unwrap(), [7; 32]);
        assert!(one.unwrap("data-key/2", &wrapped).is_err());
        assert!(two.unwrap("data-key/1", &wrapped).is_err());
    }

    #[test]
    fn lines_that_are_no_keys_and_too_many_of_them_are_refused() {
        let line = "2f".repeat(32);
        for count in [1, KEYS_MAX] {
            assert_eq!(
                parse(&vec![line.as_str(); count].join("\n")).unwrap().len(),
                count
            );
        }
        for text in [
            String::new(),
            [line.as_str(); KEYS_MAX + 1].join("\n"),
            "2f".repeat(31),
            format!("{line}0"),
        ] {
            assert!(parse(&text).is_err(), "{text}");
        }
    }
}
