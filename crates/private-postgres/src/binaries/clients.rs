//! Fetching by the package clients of the machine: npm, pip, apt-get.
//!
//! Only pinned archives are asked for, scripts of packages never run, and what arrives is checked by
//! the caller. Debian's packages are the exception: apt itself checks their signatures.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::archive::WheelPin;

/// One run of a client, over a slow line too.
const CLIENT_MAX: Duration = Duration::from_secs(180);

/// One more try, soon: without a network the next source should get its turn within seconds.
const NPM_PATIENCE: [&str; 2] = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
const PIP_PATIENCE: [&str; 2] = ["--retries=1", "--timeout=30"];

/// The clients that are on PATH.
pub(super) struct Clients {
    path: OsString,
}

impl Clients {
    pub(super) fn on(path: Option<&OsStr>) -> Self {
        let path = path.unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin"));
        Self {
            path: path.to_owned(),
        }
    }

    /// Downloads one npm package, as an archive, into `dir`.
    pub(super) async fn npm_pack(
        &self,
        package: &str,
        version: &str,
        registry: Option<&str>,
        dir: &Path,
    ) -> Result<PathBuf, String> {
        let mut npm = self.client(&["npm"], dir)?;
        npm.args(["pack", "--silent", "--ignore-scripts"])
            .args(NPM_PATIENCE)
            .arg(format!("{package}@{version}"));
        if let Some(registry) = registry {
            npm.arg("--registry").arg(registry);
        }
        run(npm).await?;
        let name = package.trim_start_matches('@').replace('/', "-");
        arrived(dir.join(format!("{name}-{version}.tgz")))
    }

    /// Downloads one wheel into `dir`, whatever Python version pip itself runs on.
    pub(super) async fn pip_download(&self, pin: &WheelPin, dir: &Path) -> Result<PathBuf, String> {
        let mut pip = self.client(&["pip3", "pip"], dir)?;
        pip.args(["download", "--quiet", "--no-deps", "--dest", "."])
            .args(PIP_PATIENCE);
        pip.args(wheel_tags(pin)).arg(pin.requirement);
        run(pip).await?;
        arrived(dir.join(pin.file))
    }

    /// Unpacks a wheel that was checked, without looking at any index.
    pub(super) async fn pip_unpack(
        &self,
        pin: &WheelPin,
        wheel: &Path,
        target: &Path,
    ) -> Result<(), String> {
        let mut pip = self.client(&["pip3", "pip"], wheel.parent().unwrap_or(target))?;
        pip.args([
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--no-compile",
            "--target",
        ]);
        pip.arg(target).args(wheel_tags(pin)).arg(wheel);
        run(pip).await.map(drop)
    }

    /// Unpacks the distribution's Postgres, and what it needs that is not installed, into `tree`.
    pub(super) async fn apt_unpack(&self, dir: &Path, tree: &Path) -> Result<(), String> {
        let mut ask = self.client(&["apt-get"], dir)?;
        // Without root apt may not lock its own state, which merely asking does not need.
        ask.args([
            "install",
            "--print-uris",
            "--yes",
            "--no-install-recommends",
        ]);
        ask.args(["-o", "Debug::NoLocking=1", "postgresql"]);
        let packages = packages_in(&String::from_utf8_lossy(&run(ask).await?));
        if !packages.iter().any(|name| name.starts_with("postgresql-")) {
            return Err("its package lists have no postgresql that is not installed".to_owned());
        }
        let mut download = self.client(&["apt-get"], dir)?;
        download.args(["download", "--quiet"]).args(&packages);
        run(download).await?;
        for entry in std::fs::read_dir(dir)
            .map_err(|error| error.to_string())?
            .flatten()
        {
            if entry.path().extension() == Some(OsStr::new("deb")) {
                let mut unpack = self.client(&["dpkg-deb"], dir)?;
                unpack.arg("--extract").arg(entry.path()).arg(tree);
                run(unpack).await?;
            }
        }
        Ok(())
    }

    fn client(&self, names: &[&str], dir: &Path) -> Result<Command, String> {
        let program = names
            .iter()
            .flat_map(|name| std::env::split_paths(&self.path).map(move |dir| dir.join(name)))
            .find(|program| program.is_file())
            .ok_or_else(|| format!("{} is not on PATH", names[0]))?;
        let mut command = Command::new(program);
        command.current_dir(dir).env("PATH", &self.path);
        Ok(command)
    }
}

fn wheel_tags(pin: &WheelPin) -> [&str; 9] {
    [
        "--only-binary=:all:",
        "--platform",
        pin.platform,
        "--python-version",
        "3.11",
        "--implementation",
        "cp",
        "--abi",
        "cp311",
    ]
}

/// Lines of `apt-get --print-uris`: `'http://…/x.deb' name_version_arch.deb size hash`.
fn packages_in(listing: &str) -> Vec<String> {
    listing
        .lines()
        .filter(|line| line.starts_with('\''))
        .filter_map(|line| {
            line.split_whitespace()
                .nth(1)?
                .split('_')
                .next()
                .map(str::to_owned)
        })
        .collect()
}

async fn run(mut command: Command) -> Result<Vec<u8>, String> {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = match timeout(CLIENT_MAX, command.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(format!("it does not run: {error}")),
        Err(_) => return Err(format!("no answer within {} s", CLIENT_MAX.as_secs())),
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last = said
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("nothing said");
    Err(format!("{}: {}", output.status, last.trim()))
}

fn arrived(file: PathBuf) -> Result<PathBuf, String> {
    if file.is_file() {
        Ok(file)
    } else {
        Err(format!("{} did not arrive", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_names_are_read_from_the_listing_of_apt() {
        let listing = "Reading package lists...\n\
            'http://deb.debian.org/debian/pool/main/p/postgresql-15/postgresql-15_15.20-0%2bdeb12u1_amd64.deb' \
            postgresql-15_15.20-0+deb12u1_amd64.deb 17100000 SHA256:00\n\
            'http://deb.debian.org/debian/pool/main/libx/libxslt/libxslt1.1_1.1.35-1_amd64.deb' \
            libxslt1.1_1.1.35-1_amd64.deb 242000 MD5Sum:00\n";
        assert_eq!(packages_in(listing), ["postgresql-15", "libxslt1.1"]);
        assert!(packages_in("E: Unable to locate package postgresql\n").is_empty());
    }

    #[tokio::test]
    async fn a_machine_without_the_client_is_told_apart_from_a_failing_one() {
        let empty = tempfile::tempdir().expect("temporary directory");
        let none = Clients::on(Some(empty.path().as_os_str()));
        let missing = none
            .npm_pack("@a/b", "1.0.0", None, empty.path())
            .await
            .expect_err("no npm");
        assert_eq!(missing, "npm is not on PATH");
        let npm = empty.path().join("npm");
        std::fs::write(&npm, "#!/bin/sh\necho npm error 404 >&2\nexit 1\n").expect("script");
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&npm, open).expect("mode");
        let failing = none
            .npm_pack("@a/b", "1.0.0", None, empty.path())
            .await
            .expect_err("404");
        assert!(failing.contains("npm error 404"), "{failing}");
    }
}
