//! One message: what is sent, how it is signed, and what an answer means.

use std::time::Duration;

use aws_lc_rs::digest;
use gatehouse_domain::id::EventId;
use gatehouse_runtime::egress::{Egress, EgressError, EgressRequest, EgressResponse, Refused};
use gatehouse_runtime::random;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::WebhookSecret;
use crate::refusal::Refusal;

/// Bytes of an answer that the log keeps.
const ANSWER_MAX: usize = 1_024;
/// First wait after a failure; it doubles with each.
const WAIT_MIN: Duration = Duration::from_secs(10);
const WAIT_MAX: Duration = Duration::from_secs(4 * 3_600);
/// Longest wait a receiver may ask for.
const RETRY_AFTER_MAX: u64 = 3_600;

/// What became of an attempt.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) end: End,
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
    pub(super) answer: String,
}

/// What follows from it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Taken.
    Delivered,
    /// To be tried again, not sooner than this.
    Again(Option<Duration>),
    /// Never will be: the address may not be called.
    Never,
    /// The receiver wants nothing more (410, Standard Webhooks).
    Gone,
}

/// What is sent of an event: its type, when it happened, and its facts.
pub(super) async fn body(
    conn: &mut PgConnection,
    tenant: Uuid,
    event: Uuid,
) -> Result<Value, Refusal> {
    let row = sqlx::query!(
        "select type as kind, subject, payload, at from outbox where tenant_id = $1 and id = $2",
        tenant,
        event,
    )
    .fetch_one(conn)
    .await?;
    Ok(json!({
        "id": EventId::from_uuid(event),
        "type": row.kind,
        "timestamp": row.at.format(&Rfc3339).map_err(anyhow::Error::from)?,
        "subject": row.subject,
        "data": row.payload,
    }))
}

/// A message: id, time and one signature for each secret.
pub(super) fn message(
    url: &str,
    id: &str,
    now: OffsetDateTime,
    secrets: &[WebhookSecret],
    body: Vec<u8>,
) -> Result<EgressRequest, Refusal> {
    let timestamp = now.unix_timestamp();
    let signatures: Vec<_> = secrets
        .iter()
        .map(|secret| secret.sign(id, timestamp, &body))
        .collect();
    let mut message = EgressRequest::post(url, Default::default(), body);
    for (name, value) in [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", &timestamp.to_string()),
        ("webhook-signature", &signatures.join(" ")),
    ] {
        message = message.header(name, value).map_err(anyhow::Error::from)?;
    }
    Ok(message)
}

/// Sends a message and judges the answer.
pub(super) async fn send(egress: &Egress, message: EgressRequest) -> Outcome {
    match egress.call(message).await {
        Ok(answer) => answered(&answer),
        Err(error) => Outcome {
            end: match error {
                EgressError::Refused(Refused::Unresolved(_)) => End::Again(None),
                EgressError::Refused(_) => End::Never,
                _ => End::Again(None),
            },
            status: None,
            error: Some(error.to_string()),
            answer: String::new(),
        },
    }
}

fn answered(answer: &EgressResponse) -> Outcome {
    let status = answer.status;
    let end = if status.is_success() {
        End::Delivered
    } else if status.as_u16() == 410 {
        End::Gone
    } else {
        End::Again(retry_after(answer))
    };
    let error = match end {
        End::Delivered => None,
        _ if status.is_redirection() => {
            Some("the receiver redirects; redirects are not followed".to_owned())
        }
        _ => Some(format!("the receiver answered {}", status.as_u16())),
    };
    Outcome {
        end,
        status: Some(status.as_u16()),
        error,
        answer: excerpt(&answer.body),
    }
}

/// The seconds of `Retry-After` (RFC 9110 §10.2.3); a date is not heeded.
fn retry_after(answer: &EgressResponse) -> Option<Duration> {
    let seconds: u64 = answer
        .headers
        .get("retry-after")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds.min(RETRY_AFTER_MAX)))
}

/// The beginning of an answer as plain text.
fn excerpt(body: &[u8]) -> String {
    let head = body.get(..ANSWER_MAX.min(body.len())).unwrap_or_default();
    String::from_utf8_lossy(head)
        .chars()
        .filter(|c| !c.is_control() || *c == '\n')
        .collect()
}

/// How long to wait after the `attempts`th failure, jittered to between half and one and a half of it.
pub(super) fn wait_after(attempts: i32, at_least: Option<Duration>) -> Duration {
    let doublings = attempts.saturating_sub(1).clamp(0, 20).unsigned_abs();
    let wait = WAIT_MIN.saturating_mul(1 << doublings).min(WAIT_MAX);
    random::jitter(wait).max(at_least.unwrap_or_default())
}

/// A digest of an address for logs, which do not hold what may be a secret in it.
pub(super) fn named(url: &str) -> String {
    let digest = digest::digest(&digest::SHA256, url.as_bytes());
    let bytes = digest.as_ref().iter().take(4);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry: Option<&'static str>) -> EgressResponse {
        let asked = EgressRequest::get("http://x/")
            .header("retry-after", retry.unwrap_or(""))
            .unwrap();
        EgressResponse {
            status: status.try_into().unwrap(),
            headers: asked.headers,
            body: b"a\0b\nc\xff".as_slice().into(),
        }
    }

    #[test]
    fn only_success_is_delivery_and_a_redirect_is_none() {
        for (status, end) in [
            (200, End::Delivered),
            (204, End::Delivered),
            (299, End::Delivered),
            (301, End::Again(None)),
            (307, End::Again(None)),
            (400, End::Again(None)),
            (410, End::Gone),
            (500, End::Again(None)),
        ] {
            assert_eq!(answered(&answer(status, None)).end, end, "{status}");
        }
        let wait = |text| answered(&answer(503, Some(text))).end;
        assert_eq!(wait("120"), End::Again(Some(Duration::from_secs(120))));
        assert_eq!(wait("3600"), End::Again(Some(Duration::from_secs(3600))));
        assert_eq!(wait("3601"), End::Again(Some(Duration::from_secs(3600))));
        assert_eq!(wait("Fri, 31 Dec 1999 23:59:59 GMT"), End::Again(None));
    }

    #[test]
    fn waits_double_within_their_jitter_up_to_four_hours() {
        for (attempts, seconds) in [
            (1, 10),
            (2, 20),
            (5, 160),
            (11, 10_240),
            (12, 14_400),
            (i32::MAX, 14_400),
        ] {
            let wait = wait_after(attempts, None).as_secs_f64();
            let around = f64::from(seconds);
            assert!(
                (around * 0.5..=around * 1.5 + 1.0).contains(&wait),
                "{attempts}: {wait}"
            );
        }
        assert!(wait_after(1, Some(Duration::from_secs(600))) >= Duration::from_secs(600));
    }

    #[test]
    fn an_excerpt_holds_nothing_a_database_or_a_terminal_cannot() {
        assert_eq!(excerpt(b"a\0b\x1b[0m\nc"), "ab[0m\nc");
        assert!(excerpt(&[0xff; 5_000]).len() <= 4_096);
    }
}
