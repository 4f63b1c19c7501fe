//! Forms refused because there were too many: their page says how long to wait, and the answer's head says it to programs.
//!
//! A refused form is its page again, made far from where the refusal became words ([`crate::view::form::faults_of`]). What was
//! noted there is kept with the request until its answer is known.

use axum::response::Response;
use gatehouse_language::t;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use std::cell::Cell;

tokio::task_local! {
    static WAIT_S: Cell<Option<u64>>;
}

/// Notes that this request was refused for so many seconds.
pub(crate) fn note(seconds: u64) {
    // Outside a request there is nobody to tell.
    let _ = WAIT_S.try_with(|wait| wait.set(Some(seconds)));
}

/// Runs a handler; a form it refused for a while is answered as 429 with `Retry-After` (RFC 6585 §4).
pub(crate) async fn told(run: impl Future<Output = Response>) -> Response {
    let kept = async {
        let response = run.await;
        (response, WAIT_S.with(Cell::get))
    };
    let (mut response, wait) = WAIT_S.scope(Cell::new(None), kept).await;
    if let Some(seconds) = wait.filter(|_| response.status() == StatusCode::UNPROCESSABLE_ENTITY) {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        let head = response.headers_mut();
        head.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// How long to wait, in words.
pub(crate) fn words(seconds: u64) -> String {
    match seconds {
        0..120 => t!("fault-wait-seconds", count = seconds.max(1)),
        120..7_200 => t!("fault-wait-minutes", count = seconds.div_ceil(60)),
        _ => t!("fault-wait-hours", count = seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn nobody_is_told_to_come_back_too_early() {
        for (seconds, wait) in [
            (0, "1 second,"),
            (1, "1 second,"),
            (119, "119 seconds,"),
            (120, "2 minutes,"),
            (121, "3 minutes,"),
            (7_199, "120 minutes,"),
            (7_200, "2 hours,"),
            (7_201, "3 hours,"),
        ] {
            assert!(words(seconds).contains(wait), "{}", words(seconds));
        }
    }
}
