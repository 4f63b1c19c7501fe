//! Which field lines cross the gateway, in each direction.
//!
//! Connection-bound fields end here (RFC 9110 §7.6.1), also those `Connection` names. Credentials never reach a backend, and
//! no client can speak in the gateway's name: identity and forwarding fields are taken out and made anew.

/// Longest name that is looked at whole; beyond it only beginnings matter.
const LOOKED_AT: usize = 32;

/// What becomes of a field of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FromClient {
    Passed,
    Dropped,
    /// `x-forwarded-for`; hops are told in one line.
    ForwardedFor,
    /// Any other that tells of hops before this one: believed from trusted proxies, removed from everybody else.
    Forwarding,
    Cookie,
    TraceParent,
    TraceState,
}

/// Judges the name of a request's field, which is in lower case. Many servers read `_` as `-`: so does this. An imitation of
/// a forwarding field is nobody's.
pub(super) fn from_client(name: &[u8]) -> FromClient {
    let mut plain = [0; LOOKED_AT];
    let looked_at = name.len().min(LOOKED_AT);
    let plain = &mut plain[..looked_at];
    plain.copy_from_slice(&name[..looked_at]);
    let mut imitates = false;
    for byte in plain.iter_mut().filter(|byte| **byte == b'_') {
        *byte = b'-';
        imitates = true;
    }
    // A longer name is none of those that are compared whole.
    let whole: &[u8] = if name.len() > LOOKED_AT { b"" } else { plain };
    match whole {
        b"authorization" | b"x-api-key" | b"proxy-authorization" | b"proxy-authenticate"
        | b"connection" | b"keep-alive" | b"proxy-connection" | b"te" | b"trailer"
        | b"transfer-encoding" | b"upgrade" | b"http2-settings" | b"content-length"
        // The gateway itself asks the client to go on, when the backend's connection takes the body.
        | b"expect" | b"host" | b"x-real-ip" | b"x-authenticated-user" | b"x-remote-user"
        // A server that believes them answers another address or method than the one that was judged.
        | b"x-original-url" | b"x-rewrite-url" | b"x-http-method-override" | b"x-http-method"
        | b"x-method-override" => FromClient::Dropped,
        b"x-forwarded-for" if !imitates => FromClient::ForwardedFor,
        b"forwarded" => FromClient::Forwarding,
        b"cookie" => FromClient::Cookie,
        b"traceparent" => FromClient::TraceParent,
        b"tracestate" => FromClient::TraceState,
        _ if plain.starts_with(b"x-consumer-") || plain.starts_with(b"gatehouse-") => {
            FromClient::Dropped
        }
        _ if plain.starts_with(b"x-forwarded-") => {
            if name.contains(&b'_') {
                FromClient::Dropped
            } else {
                FromClient::Forwarding
            }
        }
        _ => FromClient::Passed,
    }
}

/// What becomes of a field of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FromBackend {
    Passed,
    Dropped,
    ContentLength,
    TransferEncoding,
    Connection,
    Upgrade,
}

/// Judges the name of a response's field, which is in lower case.
pub(super) fn from_backend(name: &[u8]) -> FromBackend {
    match name {
        b"content-length" => FromBackend::ContentLength,
        b"transfer-encoding" => FromBackend::TransferEncoding,
        b"connection" => FromBackend::Connection,
        b"upgrade" => FromBackend::Upgrade,
        // Every response carries the gateway's own request id.
        b"keep-alive" | b"proxy-connection" | b"te" | b"trailer" | b"gatehouse-request-id" => {
            FromBackend::Dropped
        }
        _ => FromBackend::Passed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_authenticates_identifies_or_reroutes_never_passes_in_either_spelling() {
        for name in [
            "authorization",
            "x-api-key",
            "x_api_key",
            "host",
            "te",
            "expect",
            "upgrade",
            "content-length",
            "content_length",
            "transfer_encoding",
            "x-consumer-application",
            "x_consumer_anything",
            "gatehouse-request-id",
            "gatehouse_x",
            "x_forwarded_for",
            "x-forwarded_proto",
            "x-real_ip",
            "x-http-method-override",
            "x-original-url",
            "x-consumer-with-a-name-longer-than-what-is-looked-at",
            "x-forwarded-with-a-name-longer-than-what_is-looked-at",
        ] {
            assert_eq!(from_client(name.as_bytes()), FromClient::Dropped, "{name}");
        }
        for name in [
            "accept",
            "x-api-keys",
            "x-forwarder",
            "traceparen",
            "a_b",
            "te_",
            "authorization-2",
        ] {
            assert_eq!(from_client(name.as_bytes()), FromClient::Passed, "{name}");
        }
        let long = "x-forwarded-with-a-name-longer-than-what-is-looked-at";
        for name in ["x-forwarded-port", "x-forwarded-proto", "forwarded", long] {
            assert_eq!(
                from_client(name.as_bytes()),
                FromClient::Forwarding,
                "{name}"
            );
        }
    }
}
