//! Security headers of every answer.

use http::HeaderMap;
use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};

/// Nothing but our own stylesheet, script and images; no inline anything; no strings turned into markup by script.
pub(crate) const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; connect-src 'self'; font-src 'none'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'; require-trusted-types-for 'script'";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Where the forms of one page lead in the end besides ourselves: scheme, host and port of each. Browsers hold redirects of a
/// form to `form-action` too (CSP 3 §6.4.2).
#[derive(Debug, Clone)]
pub(crate) struct FormTargets(pub(crate) Vec<String>);

fn policy(targets: Option<&FormTargets>) -> HeaderValue {
    let plain = |origin: &&String| {
        origin
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".:/[]-".contains(&byte))
    };
    let targets = targets.map(|FormTargets(origins)| origins.iter().filter(plain));
    let mut own = "form-action 'self'".to_owned();
    for origin in targets.into_iter().flatten() {
        own.push(' ');
        own.push_str(origin);
    }
    let policy = CONTENT_POLICY.replace("form-action 'self'", &own);
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(CONTENT_POLICY))
}

/// Adds the headers; `https` says whether the public URL is reached by TLS.
pub(crate) fn secure(headers: &mut HeaderMap, https: bool, targets: Option<&FormTargets>) {
    headers.insert(CONTENT_SECURITY_POLICY, policy(targets));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        PERMISSIONS_POLICY,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    if https {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}
