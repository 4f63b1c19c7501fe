//! One writer: requests access under a new name, has it approved, and goes on; everything under an idempotency key that is
//! sent again until it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gatehouse_runtime::random;
use http::Method;
use serde_json::{Value, json};

use super::ledger::Ledger;
use crate::callers::CiToken;

/// A write that was interrupted again and again for so long is given up; that services come back at all is for the rounds to
/// see, which wait for approvals.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(60);
/// A repetition that finds the first one still running, that is killed in the middle, is given up after this time: whether it
/// was carried out is then for the ledger to find.
const RUNNING_MAX: Duration = Duration::from_millis(300);
const PAUSE: Duration = Duration::from_millis(20);

enum Told {
    /// The answer to the first request or to a repetition.
    Acknowledged(u16, Value),
    /// Carried out or not, once at most.
    Unknown,
}

/// Writes until told to stop, and counts acknowledged approvals as they come.
pub(super) async fn write(
    root: CiToken,
    approver: CiToken,
    approvals: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
) -> Ledger {
    let mut ledger = Ledger::default();
    while !stop.load(Ordering::Relaxed) {
        let name = format!("killed {}", random::token());
        let wish = json!({"new_application": {"name": name, "team": "acme"}, "api": "petstore", "plan": "gold",
                          "environment": "production", "reason": "Written while things are killed."});
        ledger.began += 1;
        let subscription = match told(&root, "/v1/subscriptions", &wish).await {
            Told::Acknowledged(201, made) => made["id"].as_str().unwrap_or_default().to_owned(),
            Told::Acknowledged(status, body) => {
                ledger
                    .strange
                    .push(format!("a request was answered {status} {body}"));
                continue;
            }
            Told::Unknown => {
                ledger.unknown += 1;
                continue;
            }
        };
        ledger.requested.insert(subscription.clone(), name);
        let path = format!("/v1/subscriptions/{subscription}/approve");
        match told(&approver, &path, &json!({})).await {
            Told::Acknowledged(200, _) => {
                ledger.approved.insert(subscription);
                approvals.fetch_add(1, Ordering::Relaxed);
            }
            // What was acknowledged and lost is found by the ledger.
            Told::Acknowledged(404, _) => {}
            Told::Acknowledged(status, body) => {
                ledger
                    .strange
                    .push(format!("an approval was answered {status} {body}"));
            }
            Told::Unknown => ledger.unknown += 1,
        }
    }
    ledger
}

async fn told(caller: &CiToken, path: &str, body: &Value) -> Told {
    let key = random::token();
    let begun = Instant::now();
    let mut running_since = None;
    loop {
        let (status, answer) = match once(caller, path, &key, body).await {
            Ok(answered) => answered,
            Err(error) => (503, json!({ "detail": error })),
        };
        match (status, answer["code"].as_str()) {
            (409, Some("still_running")) => {
                let since = *running_since.get_or_insert_with(Instant::now);
                if since.elapsed() > RUNNING_MAX {
                    return Told::Unknown;
                }
            }
            (429 | 500.., _) if begun.elapsed() > GIVEN_UP_AFTER => return Told::Unknown,
            (429 | 500.., _) => {}
            _ => return Told::Acknowledged(status, answer),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One attempt; a connection that broke is no answer.
async fn once(
    caller: &CiToken,
    path: &str,
    key: &str,
    body: &Value,
) -> Result<(u16, Value), String> {
    let headers = [("idempotency-key", key)];
    let body = Bytes::from(body.to_string());
    let sent = caller.attempt(Method::POST, path, &headers, body).await;
    let response = sent.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(|error| error.to_string())?;
    Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
}
