//! A connection of a client that goes on in another protocol (RFC 9110 §7.8), once a backend has agreed to it.

use http::header::{CONNECTION, HeaderName, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_util::sync::CancellationToken;

use super::answer::{AnswerBody, put};
use crate::answer;
use crate::call::{Call, OK};
use crate::proxy::Passage;
use crate::syntax::lists;
use crate::upstream::Switched;
use crate::upstream::{Passed, Tunnel};

/// The one protocol a backend may be asked for. Another version of HTTP would carry calls that nobody judges, and TLS would
/// hide them.
const WEBSOCKET: &[u8] = b"websocket";

/// The protocol to ask a backend for: WebSocket, where the client's handshake is one (RFC 6455 §4.2.1). Any other wish is
/// ignored, as RFC 9110 §7.8 allows.
pub(super) fn asked<B>(request: &Request<B>) -> Option<&'static [u8]> {
    let headers = request.headers();
    let fits = request.version() == Version::HTTP_11
        && *request.method() == Method::GET
        && names_upgrade(headers)
        && only(headers, UPGRADE)?.eq_ignore_ascii_case(WEBSOCKET)
        && only(headers, SEC_WEBSOCKET_VERSION)? == b"13"
        && only(headers, SEC_WEBSOCKET_KEY)?.len() == KEY_CHARACTERS;
    fits.then_some(WEBSOCKET)
}

/// Sixteen bytes in base64.
const KEY_CHARACTERS: usize = 24;

/// The value of a field that was sent once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&[u8]> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.as_bytes())
}

/// RFC 9110 §7.8: without being named in `Connection`, the wish is not this hop's.
fn names_upgrade(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONNECTION).iter();
    values.any(|value| lists(value.as_bytes(), b"upgrade"))
}

/// The answer that begins the other protocol.
pub(super) fn agreed(switched: &Switched, passage: &Passage) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::Whole(None));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    let (head, protocol) = (&switched.head, &switched.protocol);
    let Passage { call, standing } = passage;
    answer::each_field(head, standing, call, &mut |name, value| {
        put(headers, name, value);
    });
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    put(headers, UPGRADE.as_str().as_bytes(), protocol);
    response
}

/// Passes bytes both ways until both sides have ended, the connection is silent for too long, or the drain is over. The call
/// is under way all the while.
pub(super) async fn tunnel(
    tunnel: Tunnel,
    mut call: Call,
    client: OnUpgrade,
    cut: CancellationToken,
) {
    call.set_status(StatusCode::SWITCHING_PROTOCOLS);
    let Ok(client) = client.await else {
        // Dropped here, the call is one whose client left.
        return;
    };
    let mut client = TokioIo::new(client);
    let mut passed = Passed::default();
    let ended = cut
        .run_until_cancelled(tunnel.run(&mut client, &mut passed))
        .await;
    call.bytes_in.set(passed.to_backend);
    call.bytes_out = passed.to_client;
    if let Some(Err(error)) = ended {
        tracing::debug!(error = &error as &dyn std::error::Error, "a tunnel broke");
    }
    call.finish(OK);
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn is_offered(connection: &str, upgrade: &[&str], version: &str, key: &str) -> bool {
        let mut request = Request::get("/")
            .header("connection", connection)
            .header("sec-websocket-version", version)
            .header("sec-websocket-key", key);
        for protocol in upgrade {
            request = request.header("upgrade", *protocol);
        }
        asked(&request.body(()).unwrap()).is_some()
    }

    #[test]
    fn a_whole_websocket_handshake_is_offered_and_nothing_else() {
        assert!(is_offered("keep-alive, Upgrade", &["WebSocket"], "13", KEY));
        assert!(!is_offered("keep-alive", &["websocket"], "13", KEY));
        assert!(!is_offered("upgrade", &["websocket"], "12", KEY));
        assert!(!is_offered("upgrade", &["websocket"], "13", "short"));
        assert!(!is_offered(
            "upgrade",
            &["websocket", "websocket"],
            "13",
            KEY
        ));
        for other in [
            "h2c",
            "HTTP/2.0",
            "TLS/1.0",
            "websocket, h2c",
            "",
            "connect-udp",
        ] {
            assert!(!is_offered("upgrade", &[other], "13", KEY), "{other}");
        }
    }
}
