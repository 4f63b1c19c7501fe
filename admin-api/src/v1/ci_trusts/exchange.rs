//! `POST /v1/token-exchange` (RFC 8693): a workload's identity token for an access token. Needs no access token, for it gives one;
//! hence it stands outside the OpenAPI document's endpoints and is described in `docs/ci.md`.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::ci_trusts::{self, WorkloadIssuers};
use gatehouse_domain::Permission;
use gatehouse_domain::id::CiTrustId;
use gatehouse_runtime::RequestId;
use gatehouse_web::{ClientIp, Json, Problem, ProblemKind};
use http::Extensions;
use http::header::CACHE_CONTROL;
use serde_json::json;
use std::collections::HashMap;

use crate::edge::auth::part;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const SUBJECT_TYPES: [&str; 2] = [
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
];

/// Exchanges a workload's identity token for an access token that lives minutes.
pub(crate) async fn exchange_token(
    State(db): State<Db>,
    State(issuers): State<WorkloadIssuers>,
    extensions: Extensions,
    body: Bytes,
) -> Result<Response, Problem> {
    let asked = Asked::read(&body)?;
    let ClientIp(ip) = part(&extensions)?;
    let id: RequestId = part(&extensions)?;
    let exchanged = ci_trusts::exchange(
        &db,
        &issuers,
        asked.trust,
        &asked.subject_token,
        asked.scopes.as_deref(),
        (ip, id.as_str()),
    )
    .await?;
    let Some(exchanged) = exchanged else {
        return Err(Problem::new(ProblemKind::NotSignedIn).detail(
            "The identity token was not accepted: its issuer, audience, subject, time or signature is not what the trust asks \
             for. The log of the admin API says which.",
        ));
    };
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
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// The form of RFC 8693 §2.1, with the id of the trust as `audience`: the party the new token is for is the tenant that trusts.
struct Asked {
    trust: CiTrustId,
    subject_token: String,
    scopes: Option<Vec<Permission>>,
}

impl Asked {
    fn read(body: &[u8]) -> Result<Self, Problem> {
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
            return Err(wrong(&format!("Send grant_type={GRANT}.")));
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
        let trust = field("audience")?.parse().map_err(|error| {
            wrong(&format!(
                "Send the id of the CI trust as audience: {error}."
            ))
        })?;
        let scopes = fields.get("scope").map(|words| {
            let read = |word: &str| {
                Permission::parse(word)
                    .ok_or_else(|| wrong(&format!("There is no scope '{word}'.")))
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

fn wrong(detail: &str) -> Problem {
    Problem::new(ProblemKind::BadRequest).detail(detail)
}
