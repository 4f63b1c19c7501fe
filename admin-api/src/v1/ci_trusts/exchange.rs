//! `POST /v1/token-exchange` (RFC 8693): a workload's identity token for an access token. Needs no access token, for it gives one,
//! and speaks OAuth: a form comes in, and what is refused is told as RFC 6749 §5.2 has it.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Db;
use gatehouse_control_plane::ci_trusts::{self, Exchanged, WorkloadIssuers};
use gatehouse_domain::Permission;
use gatehouse_domain::id::CiTrustId;
use gatehouse_runtime::RequestId;
use gatehouse_web::extract::read_body_up_to;
use gatehouse_web::{BodyLimit, ClientIp, Json, Problem, ProblemKind};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use std::collections::HashMap;

use crate::bodies;
use crate::bodies::words::{ACCESS_TOKEN, GRANT, SUBJECT_TYPES};
use crate::edge::auth::part;

/// Bytes of a request; more is 413.
const BYTES_MAX: usize = 32 * 1024;

/// Exchanges the identity token of a workload of CI for an access token that lives minutes (RFC 8693).
///
/// Needs no access token: the identity token is the proof. Send a form. Whatever is wrong with the identity token or the trust,
/// the answer is the same; the log of the admin API says what it was.
#[utoipa::path(
    post,
    path = "/v1/token-exchange",
    tag = "ci-trusts",
    request_body(content = bodies::TokenExchange, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The access token", body = bodies::ExchangedToken),
        (status = 400, description = "Why there is none", body = bodies::ExchangeRefused)
    ),
    security(())
)]
pub(crate) async fn exchange_token(
    State(db): State<Db>,
    State(issuers): State<WorkloadIssuers>,
    request: Request,
) -> Result<Response, Problem> {
    require_form(request.headers())?;
    let ClientIp(ip) = part(request.extensions())?;
    let id: RequestId = part(request.extensions())?;
    let body = read_body_up_to(request, BodyLimit(BYTES_MAX)).await?;
    let asked = match Asked::read(&body) {
        Ok(asked) => asked,
        Err(refused) => return Ok(refused.into_response()),
    };
    let exchanged = ci_trusts::exchange(
        &db,
        &issuers,
        asked.trust,
        &asked.subject_token,
        asked.scopes.as_deref(),
        (ip, id.as_str()),
    )
    .await?;
    Ok(exchanged.map_or_else(
        || unaccepted().into_response(),
        |exchanged| answer(&exchanged),
    ))
}

fn require_form(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    match kind {
        Some(kind) if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Ok(()),
        _ => Err(Problem::new(ProblemKind::UnsupportedMediaType)
            .detail("Send a form: Content-Type: application/x-www-form-urlencoded.")),
    }
}

fn answer(exchanged: &Exchanged) -> Response {
    let scopes: Vec<&str> = exchanged
        .scopes
        .iter()
        .map(|scope| scope.as_str())
        .collect();
    let answer = json!({
        "access_token": exchanged.key.reveal().as_str(),
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "expires_in": exchanged.expires_in_s,
        "scope": scopes.join(" "),
    });
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// Why there is no token (RFC 6749 §5.2, RFC 8693 §2.2.2).
struct Refused {
    error: &'static str,
    description: String,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        // Printable ASCII without quote and backslash is all that may stand there.
        let plain = |c: char| match c {
            ' '..='~' if c != '"' && c != '\\' => c,
            _ => '?',
        };
        let description: String = self.description.chars().map(plain).collect();
        let answer = json!({ "error": self.error, "error_description": description });
        let unkept = [(CACHE_CONTROL, "no-store")];
        (StatusCode::BAD_REQUEST, unkept, Json(answer)).into_response()
    }
}

/// The one answer to whatever is wrong with the identity token or the trust.
fn unaccepted() -> Refused {
    wrong(
        "The identity token was not accepted: its issuer, audience, subject, time or signature is not what the trust asks for. \
         The log of the admin API says which.",
    )
}

/// The form of RFC 8693 §2.1, with the id of the trust as `audience`: the party the new token is for is the tenant that trusts.
struct Asked {
    trust: CiTrustId,
    subject_token: String,
    scopes: Option<Vec<Permission>>,
}

impl Asked {
    fn read(body: &[u8]) -> Result<Self, Refused> {
        let mut fields: HashMap<String, String> = HashMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if fields
                .insert(name.to_string(), value.into_owned())
                .is_some()
            {
                return Err(wrong(&format!("'{name}' was sent twice; send it once.")));
            }
        }
        let field = |name: &str| {
            fields.get(name).map(String::as_str).ok_or_else(|| {
                wrong(&format!(
                    "'{name}' is missing; docs/ci.md shows a whole request."
                ))
            })
        };
        if field("grant_type")? != GRANT {
            return Err(Refused {
                error: "unsupported_grant_type",
                description: format!("Send grant_type={GRANT}."),
            });
        }
        if !SUBJECT_TYPES.contains(&field("subject_token_type")?) {
            return Err(wrong(&format!(
                "Send subject_token_type={}.",
                SUBJECT_TYPES[0]
            )));
        }
        let requested = fields.get("requested_token_type").map(String::as_str);
        if requested.is_some_and(|requested| requested != ACCESS_TOKEN) {
            return Err(wrong(&format!("Only {ACCESS_TOKEN} is given out.")));
        }
        let trust = field("audience")?.parse().map_err(|error| Refused {
            error: "invalid_target",
            description: format!("Send the id of the CI trust as audience: {error}."),
        })?;
        let scopes = fields.get("scope").map(|words| {
            let read = |word: &str| {
                Permission::parse(word).ok_or_else(|| Refused {
                    error: "invalid_scope",
                    description: format!("There is no scope '{word}'."),
                })
            };
            words
                .split_ascii_whitespace()
                .map(read)
                .collect::<Result<_, _>>()
        });
        Ok(Self {
            trust,
            subject_token: field("subject_token")?.to_owned(),
            scopes: scopes.transpose()?,
        })
    }
}

fn wrong(description: &str) -> Refused {
    Refused {
        error: "invalid_request",
        description: description.to_owned(),
    }
}
