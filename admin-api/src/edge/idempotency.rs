//! `Idempotency-Key`: a POST that is sent again gets the first answer again.
//!
//! The first one is carried out as a job of its own, so that a client who hangs up does not stop it halfway. Every answer is
//! kept but those that say nothing was changed and ask to come back: 5xx and 429 give the key back.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_control_plane::idempotency::{self, Answer, Begin, Guard, KEY_LENGTH_MAX, Replay};
use gatehouse_control_plane::{Actor, Db};
use gatehouse_runtime::supervisor::CatchPanic;
use gatehouse_runtime::{RequestId, Supervisor};
use gatehouse_web::edge::render_problem;
use gatehouse_web::extract::read_body_up_to;
use gatehouse_web::{BodyLimit, Problem, ProblemKind, read_body};
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tracing::Instrument;

use super::answer::CarriesSecret;
use super::auth::part;
use crate::settings::Limits;
use crate::state::{AdminApi, Links};

/// The request header.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says `true` on an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Headers of an answer that are given again.
const KEPT_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// Carries a POST with a key out once.
pub(crate) async fn once(
    State(state): State<AdminApi>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let keyed =
        *request.method() == Method::POST && request.headers().contains_key(IDEMPOTENCY_KEY);
    if !keyed {
        return Ok(next.run(request).await);
    }
    let key = key_of(&request)?;
    let actor: Actor = part(request.extensions())?;
    let (request, hash) = hashed(state.limits, request).await?;
    let keyed = Keyed {
        actor,
        key,
        hash,
        request,
    };
    in_a_job(state, keyed, next).await
}

/// A request that is carried out once.
struct Keyed {
    actor: Actor,
    key: String,
    hash: [u8; 32],
    request: Request,
}

/// From the moment the key is taken nothing depends on the client's connection: one that hangs up between the two would leave a
/// key that runs for nobody.
async fn in_a_job(state: AdminApi, keyed: Keyed, next: Next) -> Result<Response, Problem> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    let supervisor = state.supervisor.clone();
    let job = async move {
        let response = carry_out(&state, keyed, next).await;
        // Nobody listens any more when the client hung up; the answer is stored.
        let _ = answer.send(response);
    };
    let job = job.instrument(tracing::Span::current());
    Supervisor::spawn_job(&supervisor, "admin_api.idempotent_request", job);
    answered
        .await
        .unwrap_or_else(|gone| Err(Problem::internal(gone)))
}

async fn carry_out(state: &AdminApi, keyed: Keyed, next: Next) -> Result<Response, Problem> {
    let Keyed {
        actor,
        key,
        hash,
        mut request,
    } = keyed;
    let id: RequestId = part(request.extensions())?;
    match idempotency::begin(&state.db, &actor, &key, hash).await? {
        Begin::Fresh(guard) => {
            request.extensions_mut().insert(actor.with_idempotency_key(key));
            let task = Box::pin(next.run(request));
            match (CatchPanic { task }).await {
                Ok(response) => keep(&state.db, &state.links, &guard, id, response).await,
                Err(panic) => {
                    idempotency::forget(&state.db, &guard).await?;
                    Err(Problem::internal(anyhow::anyhow!("the request panicked: {panic}")))
                }
            }
        }
        Begin::Replay(replay) => answer_again(&replay),
        Begin::Running => Err(Problem::new(ProblemKind::StillRunning).retry_after(1)),
        Begin::AnswerLost => Err(Problem::new(ProblemKind::Conflict).detail(
            "The first request with this Idempotency-Key was carried out, but its answer was lost. Look for its result before you send another.",
        )),
        Begin::Mismatch => Err(Problem::new(ProblemKind::IdempotencyKeyReused)),
    }
}

fn key_of(request: &Request) -> Result<String, Problem> {
    let mut values = request.headers().get_all(&IDEMPOTENCY_KEY).iter();
    let key = values
        .next()
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if key.is_empty() || key.len() > KEY_LENGTH_MAX || values.next().is_some() {
        return Err(Problem::new(ProblemKind::BadRequest).detail(format!(
            "Send one Idempotency-Key of 1 to {KEY_LENGTH_MAX} visible ASCII characters."
        )));
    }
    Ok(key.to_owned())
}

/// Reads the body and digests everything the answer depends on.
async fn hashed(limits: Limits, request: Request) -> Result<(Request, [u8; 32]), Problem> {
    let (mut head, body) = request.into_parts();
    let extensions = head.extensions.clone();
    let mut whole = Request::new(body);
    *whole.extensions_mut() = extensions;
    let body = match head.uri.path() {
        // Files of a folder, descriptions among them: as large as one description may be.
        "/v1/changesets" => {
            let limit = usize::try_from(limits.spec).unwrap_or(usize::MAX);
            read_body_up_to(whole, BodyLimit(limit)).await?
        }
        _ => read_body(whole).await?,
    };
    let address = head
        .uri
        .path_and_query()
        .map_or("", |address| address.as_str());
    let kind = head
        .headers
        .get(CONTENT_TYPE)
        .map_or(&[][..], HeaderValue::as_bytes);
    let hash = Sha256::new()
        .chain_update(head.method.as_str())
        .chain_update([0])
        .chain_update(address)
        .chain_update([0])
        .chain_update(kind)
        .chain_update([0])
        .chain_update(&body)
        .finalize();
    head.headers.remove(&IDEMPOTENCY_KEY);
    Ok((Request::from_parts(head, Body::from(body)), hash.into()))
}

/// An answer as it is kept, beside its status.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    headers: Vec<(String, String)>,
    body: String,
}

async fn keep(
    db: &Db,
    links: &Links,
    guard: &Guard,
    id: RequestId,
    mut response: Response,
) -> Result<Response, Problem> {
    let status = response.status();
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        idempotency::forget(db, guard).await?;
        return Ok(response);
    }
    render_problem(&mut response, id, Some(&links.portal().to_string()));
    let secret = response.extensions().get::<CarriesSecret>().is_some();
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(Problem::internal)?.to_bytes();
    let headers: Vec<_> = KEPT_HEADERS
        .iter()
        .filter_map(|name| {
            Some((
                name.to_string(),
                head.headers.get(name)?.to_str().ok()?.to_owned(),
            ))
        })
        .collect();
    let whole = stored(&headers, &body)?;
    let without_secret = match secret {
        true => Some(stored(&headers, &without_secret(&body)?)?),
        false => None,
    };
    let answer = Answer {
        status: status.as_u16(),
        whole: &whole,
        without_secret: without_secret.as_deref(),
    };
    if let Err(error) = idempotency::finish(db, guard, answer).await {
        // What was asked is done and marked as done; a repetition is told so.
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the answer could not be kept"
        );
    }
    Ok(Response::from_parts(head, Body::from(body)))
}

fn stored(headers: &[(String, String)], body: &[u8]) -> Result<Vec<u8>, Problem> {
    let body = String::from_utf8(body.to_vec()).map_err(Problem::internal)?;
    let headers = headers.to_vec();
    serde_json::to_vec(&Stored { headers, body }).map_err(Problem::internal)
}

fn without_secret(body: &Bytes) -> Result<Vec<u8>, Problem> {
    let mut value: Value = serde_json::from_slice(body).map_err(Problem::internal)?;
    value["secret"] = Value::Null;
    value["secret_expired"] = true.into();
    serde_json::to_vec(&value).map_err(Problem::internal)
}

fn answer_again(replay: &Replay) -> Result<Response, Problem> {
    let stored: Stored = serde_json::from_slice(&replay.answer).map_err(Problem::internal)?;
    let status = StatusCode::from_u16(replay.status).map_err(Problem::internal)?;
    let mut response = (status, stored.body).into_response();
    response.headers_mut().remove(CONTENT_TYPE);
    for (name, value) in &stored.headers {
        let name = HeaderName::try_from(name).map_err(Problem::internal)?;
        let value = HeaderValue::try_from(value).map_err(Problem::internal)?;
        response.headers_mut().insert(name, value);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
