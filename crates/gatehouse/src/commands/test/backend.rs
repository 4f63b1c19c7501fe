//! The backend of a throw-away gateway: answers what a case says, and keeps what it receives.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use gatehouse_runtime::Supervisor;
use gatehouse_runtime::listener::{Listener, ListenerSettings, RequestBody};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};

use super::cases::{Reply, bytes_of};

/// Largest body that is kept; a larger one is answered 413.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

/// A call that reached the backend.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    /// The address of the target as the configuration states it.
    pub(super) target: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// The one server that stands for every target.
#[derive(Clone)]
pub(super) struct Backend {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Addresses as the configuration states them; calls for the n-th come below `/n`.
    targets: Vec<String>,
    reply: Reply,
    recorded: Vec<Recorded>,
}

impl Backend {
    /// Serves until the supervisor is told to stop.
    pub(super) fn start(supervisor: &Supervisor) -> anyhow::Result<Self> {
        let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .context("starting the backend")?;
        let backend = Self {
            address: listener.local_addr(),
            state: Arc::default(),
        };
        let answering = backend.clone();
        let token = supervisor.token();
        supervisor.spawn_job("backend", async move {
            let service = tower::service_fn(move |request| answer(answering.clone(), request));
            let settings = ListenerSettings {
                drain: Duration::from_secs(1),
                ..ListenerSettings::default()
            };
            listener.serve(service, &settings, token).await;
        });
        Ok(backend)
    }

    /// The address that stands for a target: the same path, behind the number it is known by.
    pub(super) fn stand_in(&self, target: &str) -> anyhow::Result<String> {
        let uri: http::Uri = target
            .parse()
            .with_context(|| format!("reading the target {target}"))?;
        let mut state = self.state();
        let known = state.targets.iter().position(|known| known == target);
        let number = known.unwrap_or_else(|| {
            state.targets.push(target.to_owned());
            state.targets.len() - 1
        });
        let path = uri.path().trim_end_matches('/');
        Ok(format!("http://{}/{number}{path}", self.address))
    }

    /// What is answered from now on; forgets what was received before.
    pub(super) fn prepare(&self, reply: &Reply) {
        let mut state = self.state();
        state.reply = reply.clone();
        state.recorded.clear();
    }

    /// What was received since; forgets it.
    pub(super) fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.state().recorded)
    }

    fn record(&self, request: &http::request::Parts, body: Bytes) -> Reply {
        let mut state = self.state();
        let mut parts = request.uri.path().splitn(3, '/').skip(1);
        let number = parts.next().and_then(|number| number.parse::<usize>().ok());
        let target = number.and_then(|number| state.targets.get(number));
        let recorded = Recorded {
            target: target.cloned().unwrap_or_default(),
            method: request.method.to_string(),
            path: format!("/{}", parts.next().unwrap_or_default()),
            query: request.uri.query().unwrap_or_default().to_owned(),
            headers: request.headers.clone(),
            body,
        };
        state.recorded.push(recorded);
        state.reply.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done by a panic: each change is one statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(
    backend: Backend,
    request: Request<RequestBody>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        let mut refused = Response::new(Full::default());
        *refused.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(refused);
    };
    let reply = backend.record(&head, body.to_bytes());
    if reply.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(reply.delay_ms)).await;
    }
    let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&reply.status);
    let body = reply.body.as_ref().filter(|_| !bodiless);
    let (bytes, media_type) = bytes_of(body);
    let mut response = Response::new(Full::new(Bytes::from(bytes)));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    if let Some(media_type) = media_type {
        let headers = response.headers_mut();
        headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(media_type));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::cases::Request as Sent;
    use super::super::wire::{Place, send};
    use super::*;

    #[tokio::test]
    async fn a_call_is_kept_as_it_was_sent_and_answered_as_it_was_prepared() {
        let supervisor = Supervisor::new();
        let backend = Backend::start(&supervisor).unwrap();
        let pets = backend.stand_in("https://pets.example:8443/base/").unwrap();
        let again = backend.stand_in("https://pets.example:8443/base/").unwrap();
        assert_eq!(pets, format!("http://{}/0/base", backend.address));
        assert_eq!(again, pets);
        assert!(backend.stand_in("not an address").is_err());
        let cats = backend.stand_in("http://cats.example").unwrap();
        assert_eq!(cats, format!("http://{}/1", backend.address));

        let place = Place {
            gateway: backend.address,
            host: Some("api.example".to_owned()),
            base_path: "/1".to_owned(),
        };
        let request = Sent {
            method: http::Method::PUT,
            path: "/a/../b?x=%2F".parse().unwrap(),
            headers: HeaderMap::from_iter([(
                http::header::ACCEPT,
                HeaderValue::from_static("*/*"),
            )]),
            body: Some(json!({"a": 1})),
        };
        backend.prepare(&Reply {
            status: StatusCode::CREATED,
            body: Some(json!("made")),
            ..Reply::default()
        });
        let key = gatehouse_runtime::Secret::new("k".to_owned());
        let answer = send(&supervisor, &place, &request, Some(&key)).await;
        let answer = answer.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (201, &b"made"[..]));
        assert_eq!(answer.headers["content-type"], "text/plain");

        let [received] = &backend.take()[..] else {
            panic!("one call")
        };
        assert_eq!(
            (
                received.target.as_str(),
                received.method.as_str(),
                received.path.as_str(),
                received.query.as_str(),
                &received.body[..],
            ),
            (
                "http://cats.example",
                "PUT",
                "/a/../b",
                "x=%2F",
                &br#"{"a":1}"#[..]
            )
        );
        for (name, value) in [
            ("host", "api.example"),
            ("x-api-key", "k"),
            ("accept", "*/*"),
            ("content-type", "application/json"),
        ] {
            assert_eq!(received.headers[name], value);
        }
        assert!(backend.take().is_empty(), "taken once");

        // No content has none, whatever a case says of other answers.
        backend.prepare(&Reply {
            status: StatusCode::NO_CONTENT,
            ..Reply::default()
        });
        let answer = send(&supervisor, &place, &request, None).await.unwrap();
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        assert!(!backend.take()[0].headers.contains_key("x-api-key"));
        supervisor.shutdown(Duration::from_secs(5)).await;
    }
}
