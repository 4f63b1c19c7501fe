//! The settings of the portal; `settings.default.toml` is their manual.

use gatehouse_runtime::Secret;
use gatehouse_runtime::listener::ListenerSettings;
use gatehouse_runtime::settings::{ListenAddr, PublicUrl, TrustedProxies, byte_size, duration};
use gatehouse_runtime::telemetry::LogSettings;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// The embedded default file: every key with its default and its meaning.
pub const DEFAULTS: &str = include_str!("../settings.default.toml");

/// The name of the role, as settings, logs and metrics know it.
pub const ROLE: &str = "portal";

/// How a portal runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where it listens.
    pub listen: ListenAddr,
    /// The URL browsers use; the listening address when absent.
    pub public_url: Option<PublicUrl>,
    /// Whether a plain http public URL off loopback is accepted.
    pub allow_plain_http: bool,
    /// The URL of the admin API, for commands shown on pages.
    pub admin_api_url: PublicUrl,
    /// The URL of the gateways, for the addresses of APIs.
    pub gateway_url: PublicUrl,
    /// Where the portal itself reaches the gateways; `gateway_url` when absent.
    pub gateway_relay_url: Option<PublicUrl>,
    /// One managed database address.
    pub database_url: Option<Secret<String>>,
    /// The address as `gatehouse_app`.
    pub database_app_url: Option<Secret<String>>,
    /// The address as `gatehouse_system`.
    pub database_system_url: Option<Secret<String>>,
    /// The file of the master key.
    pub master_key_file: Option<PathBuf>,
    /// Whether mail leaves the installation; without a server it waits in the outbox.
    pub mail_server: bool,
    /// Whose X-Forwarded-For is believed.
    pub trusted_proxies: TrustedProxies,
    /// Largest upload in bytes.
    #[serde(deserialize_with = "byte_size")]
    pub upload_max: u64,
    /// Ends of sessions.
    pub session: SessionSettings,
    /// Who else's word is taken on people.
    pub sign_in: SignInSettings,
    /// What pages are offered in.
    pub languages: LanguageSettings,
    /// Where calls to addresses people entered may go.
    pub egress: OutboundSettings,
    /// The demo's conveniences.
    pub demo: DemoSettings,
    /// Limits of the accept loop.
    pub listener: ListenerSettings,
    /// Logs.
    pub log: LogSettings,
}

/// When sessions end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionSettings {
    /// Without a request.
    #[serde(deserialize_with = "duration")]
    pub idle: Duration,
    /// In any case.
    #[serde(deserialize_with = "duration")]
    pub absolute: Duration,
    /// Without a request, for people whose roles open the console.
    #[serde(deserialize_with = "duration")]
    pub console_idle: Duration,
    /// In any case, for them.
    #[serde(deserialize_with = "duration")]
    pub console_absolute: Duration,
}

/// Who else's word is taken on people.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInSettings {
    /// Issuers believed for the whole installation.
    pub trusted_issuers: Vec<String>,
}

/// What pages are offered in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanguageSettings {
    /// Whether languages are offered, too, in which some pages are still English.
    pub unfinished: bool,
}

/// Where calls to addresses people entered may go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboundSettings {
    /// Networks besides the public internet.
    pub allowed_networks: Vec<IpNet>,
}

/// One-click sign-in for the demo.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoSettings {
    /// Whether the demo's conveniences exist at all.
    pub enabled: bool,
    /// E-mail addresses offered for one-click sign-in.
    pub people: Vec<String>,
}

/// Why a portal refuses to start with these settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusedSettings {
    /// Browsers would drop the session cookie.
    #[error(
        "public_url {0} is plain http and not a loopback address, so browsers would drop the session cookie. Put TLS in \
         front and use its https address, or set allow_plain_http = true to go without the protection."
    )]
    PlainHttp(String),
    /// Anybody could sign in as anybody.
    #[error(
        "demo.enabled lets anybody sign in as anybody, so listen must be a loopback address, not {0}."
    )]
    DemoInTheOpen(String),
    /// The address people use would lead strangers in.
    #[error(
        "demo.enabled lets anybody sign in as anybody, so public_url must be a loopback address, not {0}."
    )]
    DemoPublished(String),
    /// A proxy on this machine would pass strangers on.
    #[error("demo.enabled lets anybody sign in as anybody, so trusted_proxies must be empty.")]
    DemoBehindProxies,
}

/// What the settings come to once the real address is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    /// The URL every link is built from.
    pub public_url: PublicUrl,
    /// Whether the session cookie can be `Secure` with the `__Host-` prefix.
    pub secure_cookies: bool,
}

impl Settings {
    /// Judges the public URL and the demo for the address that was bound.
    pub fn front(&self, bound: SocketAddr) -> Result<Front, RefusedSettings> {
        let public_url = self
            .public_url
            .clone()
            .unwrap_or_else(|| PublicUrl::from(bound));
        if self.demo.enabled {
            self.keep_demo_here(bound, &public_url)?;
        }
        let secure_cookies = public_url.is_https() || is_loopback(public_url.host());
        if !secure_cookies && !self.allow_plain_http {
            return Err(RefusedSettings::PlainHttp(public_url.to_string()));
        }
        Ok(Front {
            public_url,
            secure_cookies,
        })
    }

    /// One-click sign-in is for this machine alone: nothing may say that others are let through to it.
    fn keep_demo_here(
        &self,
        bound: SocketAddr,
        public_url: &PublicUrl,
    ) -> Result<(), RefusedSettings> {
        if !bound.ip().to_canonical().is_loopback() {
            return Err(RefusedSettings::DemoInTheOpen(bound.to_string()));
        }
        if !is_loopback(public_url.host()) {
            return Err(RefusedSettings::DemoPublished(public_url.to_string()));
        }
        if self.trusted_proxies != TrustedProxies::default() {
            return Err(RefusedSettings::DemoBehindProxies);
        }
        Ok(())
    }
}

/// Whether browsers treat the host as trustworthy without TLS (W3C Secure Contexts §3.1).
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{DEFAULTS, ROLE, RefusedSettings, Settings};
    use gatehouse_runtime::settings::{Environment, load};
    use std::time::Duration;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let environment: Environment = variables.iter().copied().collect();
        load(ROLE, DEFAULTS, None, &environment).unwrap().settings
    }

    #[test]
    fn the_default_file_is_whole_and_says_what_it_should() {
        let settings = settings(&[]);
        assert_eq!(settings.session.idle, Duration::from_secs(3600));
        assert_eq!(settings.session.absolute, Duration::from_secs(86_400));
        assert_eq!(settings.upload_max, 50 * 1024 * 1024);
        assert!(!settings.demo.enabled && !settings.allow_plain_http);
        let front = settings.front("127.0.0.1:4711".parse().unwrap()).unwrap();
        assert_eq!(front.public_url.to_string(), "http://127.0.0.1:4711");
        assert!(front.secure_cookies);
    }

    #[test]
    fn a_plain_http_address_in_the_open_is_refused_unless_asked_for() {
        let url = (
            "GATEHOUSE_PORTAL__PUBLIC_URL",
            "http://developers.example.com",
        );
        let bound = "0.0.0.0:8080".parse().unwrap();
        assert!(matches!(
            settings(&[url]).front(bound),
            Err(RefusedSettings::PlainHttp(_))
        ));
        let allowed = settings(&[url, ("GATEHOUSE_PORTAL__ALLOW_PLAIN_HTTP", "true")])
            .front(bound)
            .unwrap();
        assert!(!allowed.secure_cookies);
        let https = settings(&[(
            "GATEHOUSE_PORTAL__PUBLIC_URL",
            "https://developers.example.com",
        )]);
        assert!(https.front(bound).unwrap().secure_cookies);
        for loopback in ["http://localhost:1", "http://[::1]:1", "http://127.0.0.9:1"] {
            assert!(
                settings(&[("GATEHOUSE_PORTAL__PUBLIC_URL", loopback)])
                    .front(bound)
                    .is_ok(),
                "{loopback}"
            );
        }
    }

    #[test]
    fn demo_sign_in_never_listens_in_the_open() {
        let demo = settings(&[("GATEHOUSE_PORTAL__DEMO__ENABLED", "true")]);
        assert!(demo.front("127.0.0.1:8080".parse().unwrap()).is_ok());
        assert!(matches!(
            demo.front("0.0.0.0:8080".parse().unwrap()),
            Err(RefusedSettings::DemoInTheOpen(_))
        ));
    }

    #[test]
    fn demo_sign_in_is_never_published_through_a_proxy() {
        let with = |name, value| {
            settings(&[("GATEHOUSE_PORTAL__DEMO__ENABLED", "true"), (name, value)])
                .front("127.0.0.1:8080".parse().unwrap())
        };
        let url = "GATEHOUSE_PORTAL__PUBLIC_URL";
        assert!(with(url, "http://localhost:8080").is_ok());
        assert!(matches!(
            with(url, "https://developers.example.com"),
            Err(RefusedSettings::DemoPublished(_))
        ));
        assert_eq!(
            with("GATEHOUSE_PORTAL__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]"),
            Err(RefusedSettings::DemoBehindProxies)
        );
    }
}
