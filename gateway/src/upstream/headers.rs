//! Which header fields cross the gateway, in each direction.
//!
//! Connection-bound fields end here (RFC 9110 §7.6.1), also those `Connection` names. Credentials never reach a backend, and
//! no client can speak in the gateway's name: identity and forwarding fields are taken out and made anew.

use std::net::IpAddr;

use gatehouse_runtime::listener::RequestBody;
use gatehouse_runtime::settings::TrustedProxies;
use http::header::{
    CONNECTION, CONTENT_LENGTH, FORWARDED, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING,
    UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method};

use super::has_no_body;
use crate::policies::Permit;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const APPLICATION: HeaderName = HeaderName::from_static("x-consumer-application");
const REQUEST_ID: HeaderName = HeaderName::from_static("gatehouse-request-id");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");

/// Fields of a request that end here, in lower case with `-` for `_`: many servers read both as the same name.
const REMOVED: [&str; 23] = [
    "authorization",
    "x-api-key",
    "proxy-authorization",
    "proxy-authenticate",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
    "content-length",
    // The gateway itself asks the client to go on, when the backend's connection takes the body.
    "expect",
    "host",
    "x-real-ip",
    "x-authenticated-user",
    "x-remote-user",
    // A server that believes them answers another address or method than the one that was judged.
    "x-original-url",
    "x-rewrite-url",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
];
/// Beginnings of names that only the gateway may use.
const REMOVED_PREFIXES: [&str; 2] = ["x-consumer-", "gatehouse-"];
/// Believed from trusted proxies, removed from everybody else.
const FORWARDING_PREFIX: &str = "x-forwarded-";

/// Who called, as far as the connection tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client<'a> {
    pub(crate) peer: IpAddr,
    pub(crate) trusted: &'a TrustedProxies,
    pub(crate) request_id: &'a gatehouse_runtime::RequestId,
}

/// The fields of the request a backend gets.
pub(super) fn request(
    received: &HeaderMap,
    client: &Client<'_>,
    permit: &Permit,
    host: &str,
    method: &Method,
    body: &RequestBody,
) -> HeaderMap {
    let trusted = client.trusted.contains(client.peer);
    let named = named_by_connection(received);
    let mut sent = HeaderMap::with_capacity(received.len() + 6);
    for (name, value) in received {
        let plain = name.as_str().replace('_', "-");
        let forwarding = plain.starts_with(FORWARDING_PREFIX) || plain == "forwarded";
        // A proxy's own spelling counts, an imitation of it does not.
        let believed = trusted && plain == name.as_str();
        let removed = REMOVED.contains(&plain.as_str())
            || REMOVED_PREFIXES
                .iter()
                .any(|prefix| plain.starts_with(prefix))
            || named.contains(name)
            || (forwarding && !believed);
        if !removed {
            sent.append(name, value.clone());
        }
    }
    if let Ok(host) = HeaderValue::from_str(host) {
        sent.insert(HOST, host);
    }
    forwarding(&mut sent, received, client);
    let application = permit.consumer().application.to_string();
    if let Ok(application) = HeaderValue::from_str(&application) {
        sent.insert(APPLICATION, application);
    }
    sent.insert(REQUEST_ID, client.request_id.header_value());
    // A body of length nought is announced where servers ask for a length; all other framing is made from what is sent.
    if has_no_body(body) && matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
        sent.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    sent
}

/// Says who called: after what trusted proxies said, or alone.
fn forwarding(sent: &mut HeaderMap, received: &HeaderMap, client: &Client<'_>) {
    let peer = client.peer.to_string();
    let hops: Vec<&str> = sent
        .get_all(&FOR)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let hops = if hops.is_empty() {
        peer.clone()
    } else {
        format!("{}, {peer}", hops.join(", "))
    };
    if let Ok(hops) = HeaderValue::from_str(&hops) {
        sent.insert(FOR, hops);
    }
    if !sent.contains_key(&PROTO) {
        sent.insert(PROTO, HeaderValue::from_static("http"));
    }
    if !sent.contains_key(&FORWARDED_HOST)
        && let Some(host) = received.get(HOST)
    {
        sent.insert(FORWARDED_HOST, host.clone());
    }
    if sent.contains_key(FORWARDED) {
        // RFC 7239 §6: an IPv6 address stands in quotes and brackets.
        let hop = match client.peer {
            IpAddr::V4(address) => format!("for={address}"),
            IpAddr::V6(address) => format!("for=\"[{address}]\""),
        };
        if let Ok(hop) = HeaderValue::from_str(&hop) {
            sent.append(FORWARDED, hop);
        }
    }
}

/// Whether a backend says in one way only how long its response is (RFC 9112 §6.3). What can be read in two ways would
/// reach the client cut short, and leaves a connection whose next bytes belong to nobody knows what.
pub(super) fn is_plainly_framed(headers: &HeaderMap) -> bool {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    match (lengths.next(), lengths.next()) {
        (None, _) => true,
        (Some(length), None) => {
            !headers.contains_key(TRANSFER_ENCODING)
                && !length.is_empty()
                && length.as_bytes().iter().all(u8::is_ascii_digit)
        }
        (Some(_), Some(_)) => false,
    }
}

/// Takes out of a backend's response what belongs to its connection.
pub(crate) fn response(headers: &mut HeaderMap) {
    for name in named_by_connection(headers) {
        // A backend must not have its framing or its content's type taken away by a list of names.
        if name != CONTENT_LENGTH {
            headers.remove(name);
        }
    }
    for name in [
        CONNECTION,
        KEEP_ALIVE,
        PROXY_CONNECTION,
        TE,
        TRANSFER_ENCODING,
        UPGRADE,
        TRAILER,
        REQUEST_ID,
    ] {
        headers.remove(name);
    }
}

fn named_by_connection(headers: &HeaderMap) -> Vec<HeaderName> {
    headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
        .collect()
}
