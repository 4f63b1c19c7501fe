//! Policies: what gateways do with the calls of an API besides letting subscribed ones through.
//!
//! A policy is of one kind and attached at one place: to a tenant, an API, a version or an operation, everywhere or in one
//! environment. What an operation gets is worked out by [`effective`]: for each kind the innermost place decides, unless one
//! further out locked it. Rate limits are the exception: all of them apply, and the strictest decides.

use crate::api::words;

words! {
    /// What a policy does. The order is that in which gateways run them.
    PolicyKind {
        /// Answers preflight requests and tells browsers which pages may read responses (Fetch standard, "CORS protocol").
        Cors = "cors",
        /// Wants a signed token of its user beside the application's key (RFC 7519).
        Jwt = "jwt",
        /// A rate of all calls together, for the sake of what is behind. What one consumer may use is said by its plan.
        RateLimit = "rate_limit",
        /// Sets and removes header fields of requests and responses.
        Headers = "headers",
    }
}

words! {
    /// Where a policy is attached, outermost first.
    PolicyLevel {
        /// Every API of the tenant.
        Tenant = "tenant",
        /// Every version of an API.
        Api = "api",
        /// One version.
        Version = "version",
        /// One operation of a version, by its stable key.
        Operation = "operation",
    }
}

words! {
    /// Whether a policy decides.
    PolicyMode {
        /// It does.
        Enforce = "enforce",
        /// It is tried, what it would have refused is counted, and nothing is refused. Of [`PolicyKind::Jwt`] and
        /// [`PolicyKind::RateLimit`] only.
        Shadow = "shadow",
        /// It does nothing, and takes the place of one of its kind further out.
        Off = "off",
    }
}

words! {
    /// Whether places further in may say otherwise.
    PolicyInherit {
        /// They may.
        Default = "default",
        /// They may not.
        Locked = "locked",
    }
}

impl PolicyKind {
    /// Whether every policy of the kind applies on the way to an operation, instead of the innermost one.
    pub const fn adds_up(self) -> bool {
        matches!(self, Self::RateLimit)
    }

    /// Whether it refuses calls, so that it can be tried without.
    pub const fn refuses(self) -> bool {
        matches!(self, Self::Jwt | Self::RateLimit)
    }
}

/// What decides which of several policies apply: where each is, and whether it is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// What it does.
    pub kind: PolicyKind,
    /// Where it is.
    pub level: PolicyLevel,
    /// Whether it is for one environment only. At the same level it goes before one for all.
    pub in_one_environment: bool,
    /// Whether it may be replaced further in.
    pub inherit: PolicyInherit,
}

impl Attached {
    /// How far in it is.
    fn depth(&self) -> (PolicyLevel, bool) {
        (self.level, self.in_one_environment)
    }
}

/// Of the policies attached on the way to one operation in one environment, the places of those that apply, in the order
/// gateways run them: by kind, then from the outside in.
///
/// A locked policy goes before all further in; of several locked ones the outermost decides. What a policy's mode is plays no
/// part: one that is off replaces like any other.
pub fn effective(attached: &[Attached]) -> Vec<usize> {
    let mut applying: Vec<usize> = (0..attached.len())
        .filter(|at| {
            let one = &attached[*at];
            one.kind.adds_up() || !attached.iter().any(|other| replaces(other, one))
        })
        .collect();
    applying.sort_by_key(|at| (attached[*at].kind, attached[*at].depth()));
    applying
}

/// Whether one stands in the place of another.
fn replaces(one: &Attached, other: &Attached) -> bool {
    if one.kind != other.kind || one.depth() == other.depth() {
        return false;
    }
    let is_inside = one.depth() > other.depth();
    match (one.inherit, other.inherit) {
        (PolicyInherit::Locked, PolicyInherit::Locked | PolicyInherit::Default) if !is_inside => {
            true
        }
        (_, PolicyInherit::Locked) => false,
        _ => is_inside,
    }
}

/// Fields that no policy sets or removes: those that frame a message or name a connection (RFC 9110 §7.6.1, RFC 9112 §6), who
/// calls and with what, those by which some backends answer another address or method than the one that was judged, and the
/// gateway's own words.
const KEPT: [&str; 37] = [
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "cookie",
    "date",
    "deprecation",
    "expect",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "ratelimit",
    "ratelimit-policy",
    "set-cookie",
    "sunset",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "www-authenticate",
    "x-api-key",
    "x-authenticated-user",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-real-ip",
    "x-remote-user",
    "x-rewrite-url",
];
/// And all that begin so.
const KEPT_PREFIXES: [&str; 6] = [
    ":",
    "access-control-",
    "gatehouse-",
    "sec-websocket-",
    "x-consumer-",
    "x-forwarded-",
];

/// Whether a policy may set or remove a field: a token (RFC 9110 §5.6.2) in lower case that is none of the fields above.
pub fn may_change(name: &str) -> bool {
    is_field_name(name)
        && !KEPT.contains(&name)
        && !KEPT_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a token may come in a field: in `authorization`, or in one that means nothing else.
pub fn may_hold_token(name: &str) -> bool {
    name == "authorization" || may_change(name)
}

/// Whether this is the name of a field as policies write it: 1 to 128 characters of a token, in lower case, without `_`, which
/// many servers take for `-`.
pub fn is_field_name(name: &str) -> bool {
    let is_token = |byte: u8| {
        matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*')
            || matches!(byte, b'+' | b'-' | b'.' | b'^' | b'`' | b'|' | b'~')
    };
    (1..=128).contains(&name.len()) && name.bytes().all(is_token)
}

/// Longest value of a field that a policy sets, bytes.
pub const FIELD_VALUE_BYTES_MAX: usize = 4_096;

/// Whether this may be the value of a field that a policy sets: at most 4,096 bytes of visible ASCII and single spaces inside
/// (RFC 9110 §5.5, without what is obsolete there).
pub fn is_field_value(value: &str) -> bool {
    value.len() <= FIELD_VALUE_BYTES_MAX
        && value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
        && value.trim() == value
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn attached(kind: PolicyKind, level: PolicyLevel, inherit: PolicyInherit) -> Attached {
        Attached {
            kind,
            level,
            in_one_environment: false,
            inherit,
        }
    }

    use PolicyInherit::{Default, Locked};
    use PolicyKind::{Cors, Headers, Jwt, RateLimit};
    use PolicyLevel::{Api, Operation, Tenant, Version};

    #[test]
    fn the_innermost_of_a_kind_decides() {
        let all = [
            attached(Cors, Tenant, Default),
            attached(Cors, Operation, Default),
            attached(Cors, Api, Default),
        ];
        assert_eq!(effective(&all), [1]);
    }

    #[test]
    fn a_locked_one_decides_over_all_further_in_and_under_none() {
        let all = [
            attached(Jwt, Tenant, Default),
            attached(Jwt, Api, Locked),
            attached(Jwt, Operation, Default),
        ];
        assert_eq!(effective(&all), [1]);
        let two = [
            attached(Jwt, Version, Locked),
            attached(Jwt, Tenant, Locked),
        ];
        assert_eq!(effective(&two), [1], "the outermost lock holds");
    }

    #[test]
    fn rates_add_up_from_the_outside_in_and_kinds_keep_their_order() {
        let all = [
            attached(Headers, Tenant, Default),
            attached(RateLimit, Operation, Default),
            attached(RateLimit, Tenant, Locked),
            attached(Cors, Version, Default),
        ];
        assert_eq!(effective(&all), [3, 2, 1, 0]);
    }

    #[test]
    fn what_frames_a_message_or_names_its_caller_stays() {
        for name in ["x-region", "cache-control", "x-api-version", "server"] {
            assert!(may_change(name), "{name}");
        }
        for name in [
            "",
            "X-Region",
            "x region",
            "x_consumer_application",
            "content-length",
            "transfer-encoding",
            "host",
            "x-consumer-application",
            "gatehouse-request-id",
            "access-control-allow-origin",
            "x-forwarded-for",
            "x-original-url",
            "x-http-method-override",
            "sec-websocket-key",
            ":path",
            "x\r\ny",
        ] {
            assert!(!may_change(name), "{name}");
        }
        assert!(may_change(&"a".repeat(128)) && !may_change(&"a".repeat(129)));
    }

    #[test]
    fn values_are_one_line_of_visible_text() {
        assert!(is_field_value("") && is_field_value("a b") && is_field_value(&"a".repeat(4_096)));
        for value in [" a", "a ", "a\r\nb", "a\0", "ä", &"a".repeat(4_097)] {
            assert!(!is_field_value(value), "{value:?}");
        }
    }

    #[test]
    fn one_environment_s_own_goes_before_that_of_all() {
        let own = Attached {
            in_one_environment: true,
            ..attached(Headers, Api, Default)
        };
        let all = [own, attached(Headers, Api, Default)];
        assert_eq!(effective(&all), [0]);
        let further_in = [own, attached(Headers, Version, Default)];
        assert_eq!(effective(&further_in), [1]);
    }
}
