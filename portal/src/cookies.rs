//! Cookies that are not the session's: the visit and how pages look. The session's is written by its own layer.

use crate::portal::Portal;
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

/// The value of one cookie (RFC 6265 §5.4).
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The line that sets a cookie out of scripts' reach, for `max_age_s` seconds or until the browser closes. `None` for a
/// value that no header may hold.
pub(crate) fn set(
    portal: &Portal,
    name: &str,
    value: &str,
    max_age_s: Option<u32>,
) -> Option<HeaderValue> {
    let age = max_age_s.map_or_else(String::new, |age| format!("; Max-Age={age}"));
    let secure = if portal.secure_cookies() {
        "; Secure"
    } else {
        ""
    };
    let line = format!("{name}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(line).ok()
}
