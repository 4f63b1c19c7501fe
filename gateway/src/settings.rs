//! The settings of a gateway; `settings.default.toml` is their manual.

use std::path::PathBuf;
use std::time::Duration;

use gatehouse_runtime::Secret;
use gatehouse_runtime::listener::ListenerSettings;
use gatehouse_runtime::settings::{ListenAddr, PublicUrl, TrustedProxies, byte_size, duration};
use gatehouse_runtime::telemetry::LogSettings;
use serde::Deserialize;

use crate::strict::FIELDS_MAX;

/// The embedded default file: every key with its default and its meaning.
pub const DEFAULTS: &str = include_str!("../settings.default.toml");

/// The name of the role, as settings, logs and metrics know it.
pub const ROLE: &str = "gateway";

/// How a gateway runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where consumers call.
    pub listen: ListenAddr,
    /// Where health and metrics answer.
    pub status_listen: ListenAddr,
    /// Identity, configuration, spool.
    pub data_dir: PathBuf,
    /// The admin API.
    pub control_plane: PublicUrl,
    /// Whether a plain http control plane off loopback is accepted.
    pub allow_plain_http: bool,
    /// Name on the console.
    pub name: String,
    /// Enrols the gateway.
    pub join_token: Option<Secret<String>>,
    /// A file that holds, or will hold, the join token.
    pub join_token_file: Option<PathBuf>,
    /// Signed snapshots and an enrolment file to start from while the control plane is away.
    pub snapshot_dir: Option<PathBuf>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether they say who has connected by the PROXY protocol.
    pub proxy_protocol: bool,
    /// The portal, for links in refusals.
    pub error_pages: Option<PublicUrl>,
    /// Threads that serve; 0 is one for each core.
    pub workers: usize,
    /// Bounds of one request, and of requests at once.
    pub limits: Limits,
    /// TLS towards consumers.
    pub tls: TlsSettings,
    /// How the gateways of a group share limits.
    pub sharing: SharingSettings,
    /// Connections to backends.
    pub upstream: UpstreamSettings,
    /// The way of calls to the ledger.
    pub usage: UsageSettings,
    /// Deadlines and caps of connections.
    pub listener: ListenerSettings,
    /// Logs.
    pub log: LogSettings,
}

/// What a request may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of path and query.
    #[serde(deserialize_with = "byte_size")]
    pub address: u64,
    /// Number of headers.
    pub headers_max: usize,
    /// Bytes of header names and values together.
    #[serde(deserialize_with = "byte_size")]
    pub header_bytes: u64,
    /// Bytes of a body.
    #[serde(deserialize_with = "byte_size")]
    pub body: u64,
    /// Calls under way at once.
    pub concurrency: usize,
    /// Bytes in buffers of connections.
    #[serde(deserialize_with = "byte_size")]
    pub memory: u64,
}

/// TLS towards consumers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSettings {
    /// Speaks TLS also without a certificate here: by those of tenants' own domains alone.
    pub enabled: bool,
    /// The chain, leaf first, PEM; together with `key` or not at all. With both, TLS is spoken.
    pub certificate: Option<PathBuf>,
    /// The private key, PEM.
    pub key: Option<PathBuf>,
}

/// How the gateways of a group share limits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharingSettings {
    /// A Valkey or Redis, or the nodes of a cluster; without one the control plane settles limits.
    pub store: Option<Secret<String>>,
}

/// Connections to backends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamSettings {
    /// Kept unused, for one target.
    pub idle_connections: usize,
    /// For how long.
    #[serde(deserialize_with = "duration")]
    pub idle: Duration,
    /// At once, to one target.
    pub connections: usize,
    /// Calls that wait for one of them.
    pub waiting: usize,
    /// For how long.
    #[serde(deserialize_with = "duration")]
    pub wait: Duration,
    /// Bytes of the head of a response.
    #[serde(deserialize_with = "byte_size")]
    pub response_head: u64,
    /// Failures in a row after which a target is left out; 0 for never.
    pub eject_after: u32,
    /// All of them within this.
    #[serde(deserialize_with = "duration")]
    pub eject_window: Duration,
    /// The first time it is left out.
    #[serde(deserialize_with = "duration")]
    pub eject_first: Duration,
    /// However often it is.
    #[serde(deserialize_with = "duration")]
    pub eject_max: Duration,
    /// Further authorities, PEM.
    pub ca_file: Option<PathBuf>,
}

/// The spool and its shipper.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageSettings {
    /// Bytes kept at most.
    #[serde(deserialize_with = "byte_size")]
    pub spool: u64,
    /// Pause between two batches.
    #[serde(deserialize_with = "duration")]
    pub ship_every: Duration,
}

/// A combination of settings that must not run.
#[derive(Debug, thiserror::Error)]
pub enum UnsafeSettings {
    /// See `allow_plain_http`.
    #[error(
        "control_plane = {0}: plain http leaves this machine; use https, or set allow_plain_http = true"
    )]
    PlainHttp(PublicUrl),
    /// See `proxy_protocol`.
    #[error("proxy_protocol = true needs trusted_proxies: whoever is believed must be named")]
    ProxyFromAnybody,
    /// See `tls`.
    #[error("tls.certificate and tls.key belong together: set both or neither")]
    HalfTls,
    /// See `listener.headers_max`.
    #[error("listener.headers_max = {0}: no more than {FIELDS_MAX} headers can be read")]
    TooManyHeaders(usize),
}

impl Settings {
    /// Refuses combinations that would leak.
    pub fn check(&self) -> Result<(), UnsafeSettings> {
        if self.proxy_protocol && self.trusted_proxies.is_empty() {
            return Err(UnsafeSettings::ProxyFromAnybody);
        }
        if self.tls.certificate.is_some() != self.tls.key.is_some() {
            return Err(UnsafeSettings::HalfTls);
        }
        if self.listener.headers_max > FIELDS_MAX {
            return Err(UnsafeSettings::TooManyHeaders(self.listener.headers_max));
        }
        let host = self.control_plane.host();
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        let loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        if self.control_plane.is_https() || loopback || self.allow_plain_http {
            Ok(())
        } else {
            Err(UnsafeSettings::PlainHttp(self.control_plane.clone()))
        }
    }

    /// Threads that serve.
    pub(crate) fn worker_count(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            count => count,
        }
    }

    /// What the console calls this gateway.
    pub(crate) fn display_name(&self) -> &str {
        if self.name.is_empty() {
            ROLE
        } else {
            &self.name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_runtime::settings::{Environment, load};

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let environment: Environment = variables.iter().copied().collect();
        load(ROLE, DEFAULTS, None, &environment).unwrap().settings
    }

    #[test]
    fn the_default_file_is_complete_and_safe() {
        let settings = settings(&[]);
        assert!(settings.check().is_ok());
        assert_eq!(settings.display_name(), "gateway");
        assert!(settings.limits.headers_max < settings.listener.headers_max);
        assert!(
            settings.limits.address + settings.limits.header_bytes
                < settings.listener.header_bytes_max
        );
    }

    #[test]
    fn plain_http_off_loopback_needs_a_word() {
        let away = [(
            "GATEHOUSE_GATEWAY__CONTROL_PLANE",
            "http://control.example:8001",
        )];
        assert!(settings(&away).check().is_err());
        let allowed = [away[0], ("GATEHOUSE_GATEWAY__ALLOW_PLAIN_HTTP", "true")];
        assert!(settings(&allowed).check().is_ok());
        for url in [
            "https://control.example",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            let variables = [("GATEHOUSE_GATEWAY__CONTROL_PLANE", url)];
            assert!(settings(&variables).check().is_ok(), "{url}");
        }
    }

    #[test]
    fn combinations_that_would_believe_anybody_or_encrypt_nothing_are_refused() {
        let refused = |variables: &[(&str, &str)]| settings(variables).check().is_err();
        let proxy = ("GATEHOUSE_GATEWAY__PROXY_PROTOCOL", "true");
        assert!(refused(&[proxy]));
        let trusted = ("GATEHOUSE_GATEWAY__TRUSTED_PROXIES", "10.0.0.0/8");
        assert!(!refused(&[proxy, trusted]));
        let certificate = ("GATEHOUSE_GATEWAY__TLS__CERTIFICATE", "/c");
        assert!(refused(&[certificate]));
        assert!(!refused(&[
            certificate,
            ("GATEHOUSE_GATEWAY__TLS__KEY", "/k")
        ]));
        let headers = |count| refused(&[("GATEHOUSE_GATEWAY__LISTENER__HEADERS_MAX", count)]);
        assert!(!headers("256") && headers("257"));
    }

    #[test]
    fn a_join_token_file_is_named_and_not_read_at_start() {
        let variables = [("GATEHOUSE_GATEWAY__JOIN_TOKEN_FILE", "/nowhere/token")];
        let settings = settings(&variables);
        assert_eq!(
            settings.join_token_file,
            Some(PathBuf::from("/nowhere/token"))
        );
        assert!(settings.join_token.is_none());
    }
}
