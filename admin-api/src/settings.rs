//! The settings of the admin API; `settings.default.toml` is their manual.

use std::path::PathBuf;

use gatehouse_runtime::Secret;
use gatehouse_runtime::listener::ListenerSettings;
use gatehouse_runtime::settings::{ListenAddr, PublicUrl, TrustedProxies, byte_size, duration};
use gatehouse_runtime::telemetry::LogSettings;
use ipnet::IpNet;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// The embedded default file: every key with its default and its meaning.
pub const DEFAULTS: &str = include_str!("../settings.default.toml");

/// The name of the role, as settings, logs and metrics know it.
pub const ROLE: &str = "admin-api";

/// How an admin API runs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where it listens.
    pub listen: ListenAddr,
    /// The URL clients use; the listening address when absent.
    pub public_url: Option<PublicUrl>,
    /// The portal's URL, for links in problems and mails.
    pub portal_public_url: PublicUrl,
    /// Where the gateways are reached, for the addresses of APIs.
    pub gateway_public_url: PublicUrl,
    /// One managed database address.
    pub database_url: Option<Secret<String>>,
    /// The address as `gatehouse_app`.
    pub database_app_url: Option<Secret<String>>,
    /// The address as `gatehouse_system`.
    pub database_system_url: Option<Secret<String>>,
    /// The file of the master key.
    pub master_key_file: Option<PathBuf>,
    /// Whose X-Forwarded-For is believed.
    pub trusted_proxies: TrustedProxies,
    /// Sizes of bodies.
    pub limits: Limits,
    /// What gateways hold.
    pub configuration: ConfigurationSettings,
    /// Where calls to addresses people entered may go.
    pub egress: OutboundSettings,
    /// How mail leaves.
    pub mail: MailSettings,
    /// Deadlines and caps of connections.
    pub listener: ListenerSettings,
    /// Logs.
    pub log: LogSettings,
}

/// Where calls to addresses people entered may go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboundSettings {
    /// Networks besides the public internet.
    pub allowed_networks: Vec<IpNet>,
}

/// Sizes of bodies, bytes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Any body but a description.
    #[serde(deserialize_with = "byte_size")]
    pub body: u64,
    /// An uploaded description.
    #[serde(deserialize_with = "byte_size")]
    pub spec: u64,
}

/// What gateways hold.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigurationSettings {
    /// How long they hold keys and subscriptions that have ended: 1 minute to 3,650 days.
    #[serde(deserialize_with = "ended_kept")]
    pub ended_kept: time::Duration,
    /// A gateway that lacks a change for longer is told of: 1 second to 1 day.
    #[serde(deserialize_with = "lag_after")]
    pub lag_after: time::Duration,
}

fn lag_after<'de, D: Deserializer<'de>>(deserializer: D) -> Result<time::Duration, D::Error> {
    let after = time::Duration::try_from(duration(deserializer)?).unwrap_or(time::Duration::MAX);
    if (time::Duration::SECOND..=time::Duration::DAY).contains(&after) {
        Ok(after)
    } else {
        Err(D::Error::custom(
            "use 1s to 1d; a gateway that lacks a change for longer is told of",
        ))
    }
}

fn ended_kept<'de, D: Deserializer<'de>>(deserializer: D) -> Result<time::Duration, D::Error> {
    let kept = time::Duration::try_from(duration(deserializer)?).unwrap_or(time::Duration::MAX);
    if (time::Duration::MINUTE..=time::Duration::days(3650)).contains(&kept) {
        Ok(kept)
    } else {
        Err(D::Error::custom(
            "use 1m to 3650d; until then callers are told why a key or a subscription no longer works",
        ))
    }
}

/// How mail leaves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The server; none keeps mails in the outbox.
    pub smtp_url: Option<Secret<String>>,
    /// The sender.
    pub from: String,
}

#[cfg(test)]
mod tests {
    use gatehouse_runtime::settings::{Environment, load};

    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let environment: Environment = variables.iter().copied().collect();
        load(ROLE, DEFAULTS, None, &environment).unwrap().settings
    }

    #[test]
    fn the_default_file_is_whole_and_says_what_it_should() {
        let settings = settings(&[]);
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8001");
        assert_eq!(settings.limits.spec, 50 << 20);
        assert_eq!(settings.listener, ListenerSettings::default());
        assert!(settings.database_url.is_none() && settings.mail.smtp_url.is_none());
        assert_eq!(settings.configuration.ended_kept, time::Duration::days(35));
    }

    #[test]
    fn what_has_ended_is_kept_from_a_minute_to_ten_years() {
        let taken = |kept| {
            let kept = [("GATEHOUSE_ADMIN_API__CONFIGURATION__ENDED_KEPT", kept)];
            let environment: Environment = kept.iter().copied().collect();
            load::<Settings>(ROLE, DEFAULTS, None, &environment).is_ok()
        };
        assert!(taken("1m") && taken("3650d"));
        assert!(!taken("59s") && !taken("3651d") && !taken("0s"));
    }

    #[test]
    fn a_gateway_is_told_of_as_behind_after_a_second_to_a_day() {
        let taken = |after| {
            let after = [("GATEHOUSE_ADMIN_API__CONFIGURATION__LAG_AFTER", after)];
            let environment: Environment = after.iter().copied().collect();
            load::<Settings>(ROLE, DEFAULTS, None, &environment).is_ok()
        };
        assert!(taken("1s") && taken("1d"));
        assert!(!taken("999ms") && !taken("86401s"));
    }

    #[test]
    fn secrets_in_the_environment_do_not_show() {
        let settings = settings(&[
            ("DATABASE_URL", "postgres://gatehouse:canary@localhost/x"),
            (
                "GATEHOUSE_ADMIN_API__MAIL__SMTP_URL",
                "smtps://me:canary@mail",
            ),
        ]);
        assert!(settings.mail.smtp_url.is_some());
        assert!(!format!("{settings:?}").contains("canary"));
    }
}
