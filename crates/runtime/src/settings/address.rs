//! Where a role listens, and the URL by which the world knows it.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use reqwest::Url;
use serde::{Deserialize, Deserializer, de};

/// An address and port to listen on, `127.0.0.1:8080`. Port 0 takes a free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ListenAddr(pub SocketAddr);

impl ListenAddr {
    /// Whether only this machine can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.0.ip().to_canonical().is_loopback()
    }
}

impl FromStr for ListenAddr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!("{text:?} is not an address and port such as 127.0.0.1:8080 or [::]:8080")
        })
    }
}

impl fmt::Display for ListenAddr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for ListenAddr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The URL under which people reach a role: scheme, host, port and a base path.
///
/// Links are built from this setting and never from the Host header, which the client chooses
/// (a forged one would put an attacker's host into a password mail).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicUrl {
    url: Url,
}

/// Why a text is no public URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPublicUrl(String);

impl PublicUrl {
    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// Whether browsers reach it by TLS; cookies are `Secure` then in any case.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme() == "https"
    }

    /// The host, IPv6 addresses in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port, also when it is the usual one of the scheme.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// The path before every link, without a slash at its end: `""` or `/portal`.
    #[must_use]
    pub fn base_path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// Scheme, host and unusual port, as browsers send it in `Origin` (RFC 6454 6.1).
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// Host and unusual port, as a client sends it in `Host`.
    #[must_use]
    pub fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host()),
            None => self.host().to_owned(),
        }
    }

    /// The whole link to a path below this URL: `join("/requests/1")`. The path is taken as it is,
    /// so its parts must already be percent-encoded.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        let slash = if path.is_empty() || path.starts_with('/') {
            ""
        } else {
            "/"
        };
        format!("{}{}{slash}{path}", self.origin(), self.base_path())
    }
}

impl FromStr for PublicUrl {
    type Err = BadPublicUrl;

    fn from_str(text: &str) -> Result<Self, BadPublicUrl> {
        let bad = |reason: &str| BadPublicUrl(format!("{text:?} is not a public URL: {reason}"));
        let url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("the scheme must be http or https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // The text is not repeated: it holds a password.
            return Err(BadPublicUrl(
                "a public URL must not hold a user or password".to_owned(),
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad("it must not have a query or fragment"));
        }
        if url.path().contains("//") {
            return Err(bad("its path has an empty part"));
        }
        Ok(Self { url })
    }
}

impl From<SocketAddr> for PublicUrl {
    /// The plain-HTTP URL of an address, for a role whose public URL is not set.
    fn from(address: SocketAddr) -> Self {
        let url = Url::parse(&format!("http://{address}/"));
        Self {
            url: url.expect("an address and port are a valid authority"),
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.join(""))
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> PublicUrl {
        text.parse().expect("valid public URL")
    }

    #[test]
    fn links_are_joined_below_the_base_path() {
        assert_eq!(
            url("https://dev.example.com").join("/a?b=1"),
            "https://dev.example.com/a?b=1"
        );
        assert_eq!(
            url("https://dev.example.com/portal/").join("a"),
            "https://dev.example.com/portal/a"
        );
        assert_eq!(url("http://[::1]:8080/x").join(""), "http://[::1]:8080/x");
        assert_eq!(
            url("https://Dev.Example.com:443/").to_string(),
            "https://dev.example.com"
        );
    }

    #[test]
    fn origin_and_host_are_written_as_clients_send_them() {
        let usual = url("https://dev.example.com/portal");
        assert_eq!(
            (usual.origin().as_str(), usual.authority().as_str()),
            ("https://dev.example.com", "dev.example.com")
        );
        assert_eq!(
            (usual.port(), usual.base_path(), usual.is_https()),
            (443, "/portal", true)
        );
        let odd = url("http://127.0.0.1:8080");
        assert_eq!(
            (odd.origin().as_str(), odd.authority().as_str()),
            ("http://127.0.0.1:8080", "127.0.0.1:8080")
        );
        assert_eq!(
            PublicUrl::from("127.0.0.1:8080".parse::<SocketAddr>().expect("address")),
            odd
        );
    }

    #[test]
    fn urls_that_cannot_be_a_public_base_are_refused() {
        for text in [
            "",
            "dev.example.com",
            "ftp://dev.example.com",
            "https://",
            "https://dev.example.com?x=1",
            "https://dev.example.com#x",
            "https://dev.example.com/a//b",
            "javascript:alert(1)",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
        let refused = "https://me:canary@dev.example.com"
            .parse::<PublicUrl>()
            .expect_err("password");
        assert!(!refused.to_string().contains("canary"));
    }

    #[test]
    fn listen_addresses_need_a_port_and_may_ask_for_any() {
        let any: ListenAddr = "[::1]:0".parse().expect("valid");
        assert!(any.is_loopback());
        let mapped: ListenAddr = "[::ffff:127.0.0.1]:80".parse().expect("valid");
        assert!(mapped.is_loopback());
        let open: ListenAddr = "0.0.0.0:80".parse().expect("valid");
        assert!(!open.is_loopback());
        for text in [
            "",
            "8080",
            ":8080",
            "127.0.0.1",
            "localhost:80",
            "127.0.0.1:65536",
        ] {
            assert!(text.parse::<ListenAddr>().is_err(), "{text}");
        }
    }
}
