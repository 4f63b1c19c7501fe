//! Which pages of other origins may call, and read what (Fetch standard, "CORS protocol").

use gatehouse_domain::policy::is_field_name;
use gatehouse_language::t;
use gatehouse_snapshot::check::{CORS_MAX_AGE_S_MAX, POLICY_TEXT_BYTES_MAX};
use gatehouse_snapshot::object::Cors;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Told, closed, once};

/// Which pages of other origins may call, and read what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorsDocument {
    /// Serialised origins (RFC 6454 §6.2), such as `https://app.example.com`; none with `any_origin`.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Pages of every origin. Not together with `credentials`.
    #[serde(default)]
    pub any_origin: bool,
    /// Request fields beyond the safelisted ones, lower case.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Response fields that scripts may read, lower case.
    #[serde(default)]
    pub expose: Vec<String>,
    /// Whether browsers may send cookies and the like.
    #[serde(default)]
    pub credentials: bool,
    /// For how long a preflight's answer may be kept, seconds; at most a day.
    #[serde(default = "ten_minutes")]
    pub max_age_s: u32,
}

const fn ten_minutes() -> u32 {
    600
}

pub(super) fn read(value: Value, told: &mut Told) -> Option<CorsDocument> {
    let mut cors: CorsDocument = closed(value, told)?;
    let lengths = [
        ("/document/origins", cors.origins.len()),
        ("/document/headers", cors.headers.len()),
        ("/document/expose", cors.expose.len()),
    ];
    if !told.lengths(&lengths) {
        return None;
    }
    for origin in &mut cors.origins {
        origin.make_ascii_lowercase();
    }
    for (place, origin) in cors.origins.iter().enumerate() {
        told.require(
            is_origin(origin),
            format!("/document/origins/{place}"),
            "origin",
            t!("refused-policies-use-scheme-host-and-where-it"),
        );
    }
    once(&mut cors.origins);
    told.require(
        cors.any_origin == cors.origins.is_empty(),
        "/document/origins",
        "one_of",
        t!("refused-policies-name-origins-or-set-any-origin"),
    );
    let anybody = cors.any_origin || cors.origins.iter().any(|origin| origin == NULL);
    told.require(
        !(anybody && cors.credentials),
        "/document/credentials",
        "any_origin",
        t!("refused-policies-with-credentials-the-origins-must-be"),
    );
    for (name, fields) in [("headers", &mut cors.headers), ("expose", &mut cors.expose)] {
        for (place, field) in fields.iter_mut().enumerate() {
            field.make_ascii_lowercase();
            told.require(
                is_field_name(field),
                format!("/document/{name}/{place}"),
                "field_name",
                t!("refused-policies-name-a-header-field-without-underscores"),
            );
        }
        once(fields);
    }
    told.require(
        cors.max_age_s <= CORS_MAX_AGE_S_MAX,
        "/document/max_age_s",
        "out_of_range",
        t!(
            "refused-policies-use-at-most-s",
            cors_max_age_s_max = &CORS_MAX_AGE_S_MAX
        ),
    );
    Some(cors)
}

/// What browsers send for sandboxed pages: any page can make itself one.
const NULL: &str = "null";

/// Whether a browser could send this as `Origin`, in lower case.
fn is_origin(origin: &str) -> bool {
    if origin == NULL {
        return true;
    }
    let Some((scheme, rest)) = origin.split_once("://") else {
        return false;
    };
    let (host, port) = match rest.rfind(':').filter(|at| !rest[*at..].contains(']')) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    let is_name = !host.is_empty()
        && host
            .chars()
            .all(|c| plain(c) || matches!(c, '.' | '-' | '_'));
    let is_port = port.is_none_or(|port| {
        let number = port.parse::<u16>().ok().filter(|number| *number > 0);
        let usual = matches!((scheme, port), ("http", "80") | ("https", "443"));
        number.is_some_and(|number| number.to_string() == port) && !usual
    });
    origin.len() <= POLICY_TEXT_BYTES_MAX
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .chars()
            .all(|c| plain(c) || matches!(c, '+' | '-' | '.'))
        && (is_address || is_name)
        && is_port
}

impl CorsDocument {
    /// As gateways hold it.
    pub(crate) fn compiled(&self) -> Cors {
        Cors {
            origins: self.origins.clone(),
            any_origin: self.any_origin,
            headers: self.headers.clone(),
            expose: self.expose.clone(),
            credentials: self.credentials,
            max_age_s: self.max_age_s,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_origin;

    #[test]
    fn origins_are_what_browsers_send() {
        for (origin, accepted) in [
            ("https://app.example.com", true),
            ("http://localhost:3000", true),
            ("http://[::1]:8080", true),
            ("chrome-extension://abcdef", true),
            ("null", true),
            ("*", false),
            ("https://app.example.com/", false),
            ("https://app.example.com:443", false),
            ("http://app.example.com:80", false),
            ("http://app.example.com:080", false),
            ("https://*.example.com", false),
            ("https://user@example.com", false),
            ("https://", false),
            ("app.example.com", false),
        ] {
            assert_eq!(is_origin(origin), accepted, "{origin}");
        }
    }
}
