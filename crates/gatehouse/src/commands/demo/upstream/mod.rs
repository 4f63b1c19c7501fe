//! `gatehouse demo-upstream`: the backend of the demo's APIs, a small real HTTP server.
//!
//! One port, one folder per API: `/petstore/pets/1`, `/orders/orders`. Gateways forward what follows the version, so one
//! backend answers for every version of an API. It keeps what it is told until it ends,
//! starts from the same data every time, and never repeats a header it was sent: a key that reached it by mistake
//! stays unseen.

mod atlas;
mod orders;
mod petstore;
mod reply;
mod ticks;
mod weather;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use gatehouse_runtime::listener::{Listener, ListenerSettings, RequestBody};
use gatehouse_runtime::telemetry::{LogFormat, LogSettings, init_logs};
use gatehouse_runtime::{Clock, Supervisor};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde_json::{Value, json};

use self::reply::{Reply, ReplyBody};
use crate::cli::DemoUpstream;
use crate::commands::role::announce;

/// The first path segments it answers, one per API.
const FOLDERS: [&str; 5] = ["petstore", "orders", "weather", "atlas", "northwind"];
/// Largest request body, bytes.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Longest pause `/reports/yearly` can be asked for, seconds.
const PAUSE_MAX_S: u64 = 60;

/// Serves until SIGTERM.
pub(crate) async fn run(args: DemoUpstream) -> anyhow::Result<ExitCode> {
    let log = LogSettings {
        level: "info".to_owned(),
        format: LogFormat::Auto,
    };
    init_logs(&log, "demo_upstream", &Clock::system())?;
    let supervisor = Supervisor::new();
    supervisor.stop_on_signals()?;
    let listener =
        Listener::bind(args.listen).with_context(|| format!("listening on {}", args.listen))?;
    announce(
        args.announce.as_deref(),
        &json!({ "listen": listener.local_addr() }),
    )?;
    let backend = Backend::default();
    let settings = ListenerSettings {
        drain: Duration::from_secs(2),
        ..ListenerSettings::default()
    };
    let service = tower::service_fn(move |request| answer(backend.clone(), request));
    listener.serve(service, &settings, supervisor.token()).await;
    supervisor.shutdown(Duration::from_secs(1)).await;
    Ok(ExitCode::SUCCESS)
}

/// What the backend remembers.
#[derive(Clone, Default)]
struct Backend(Arc<Mutex<Stores>>);

#[derive(Default)]
struct Stores {
    petstore: petstore::Store,
    orders: orders::Store,
    northwind: petstore::Store,
}

/// One request, read.
#[derive(Debug)]
struct Call {
    method: Method,
    /// The path below the folder.
    path: Vec<String>,
    query: BTreeMap<String, String>,
    body: Bytes,
}

impl Call {
    /// The body as a JSON object.
    fn object(&self) -> Result<serde_json::Map<String, Value>, Reply> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(reply::problem(
                StatusCode::BAD_REQUEST,
                "Send a JSON object.",
            )),
            Err(error) => Err(reply::problem(
                StatusCode::BAD_REQUEST,
                &format!("The body is not JSON: {error}."),
            )),
        }
    }

    /// A whole number from the query, within bounds; `default` when it is absent or none.
    fn number(&self, name: &str, default: u64, max: u64) -> u64 {
        let given = self.query.get(name).and_then(|text| text.parse().ok());
        given.unwrap_or(default).min(max)
    }
}

async fn answer(
    backend: Backend,
    request: Request<RequestBody>,
) -> Result<Response<ReplyBody>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        let detail = format!("Send at most {BODY_BYTES_MAX} bytes.");
        return Ok(reply::problem(StatusCode::PAYLOAD_TOO_LARGE, &detail).into_response());
    };
    let Some((folder, call)) = read(&head.method, &head.uri, body.to_bytes()) else {
        return Ok(reply::not_found("There is nothing here.").into_response());
    };
    if call.path == ["reports", "yearly"] {
        // Slow on purpose: here is where timeouts and concurrency limits can be tried out.
        let pause = Duration::from_secs(call.number("seconds", 3, PAUSE_MAX_S));
        tokio::time::sleep(pause).await;
    }
    Ok(backend.reply(folder, &call).into_response())
}

impl Backend {
    fn reply(&self, folder: &str, call: &Call) -> Reply {
        // A panic in a handler poisons nothing worth protecting: the data is for show.
        let mut stores = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = match folder {
            "petstore" => stores.petstore.answer(call),
            "northwind" => stores.northwind.answer(call),
            "orders" => stores.orders.answer(call),
            "weather" => weather::answer(call),
            _ => atlas::answer(call),
        };
        reply.unwrap_or_else(|reply| reply)
    }
}

/// Splits a path into the folder and the rest.
fn read(method: &Method, uri: &http::Uri, body: Bytes) -> Option<(&'static str, Call)> {
    let mut segments = uri.path().split('/').filter(|segment| !segment.is_empty());
    let first = segments.next()?;
    let folder = FOLDERS.into_iter().find(|folder| *folder == first)?;
    let path = segments.map(str::to_owned).collect();
    let query = pairs_of(uri.query().unwrap_or_default());
    Some((
        folder,
        Call {
            method: method.clone(),
            path,
            query,
            body,
        },
    ))
}

/// Plain `name=value` pairs; what the demo's APIs take needs no decoding.
fn pairs_of(query: &str) -> BTreeMap<String, String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests;
