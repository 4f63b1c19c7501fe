//! The edge, driven through a small router.

use axum::routing::{get, post};
use gatehouse_runtime::telemetry::Metrics;
use http::StatusCode;
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::*;
use crate::extract::{BodyLimit, Json, Path};

fn router() -> Router {
    let metrics = Metrics::new("test");
    let edge = Edge {
        clock: Clock::system(),
        trusted_proxies: TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]),
        error_pages: Some("https://portal.example".to_owned()),
        metrics: HttpMetrics::register(&metrics),
    };
    let router = Router::new()
        .route("/panic", get(panics))
        .route("/number/{n}", get(async |Path(n): Path<u32>| n.to_string()))
        .route(
            "/echo",
            post(async |Json(value): Json<serde_json::Value>| Json(value)),
        )
        .route(
            "/client",
            get(async |request: Request| {
                request
                    .extensions()
                    .get::<ClientIp>()
                    .unwrap()
                    .0
                    .to_string()
            }),
        )
        .route(
            "/metrics",
            get(async move || metrics.page().map(Body::from)),
        )
        .route(
            "/page",
            get(async || {
                (
                    [(CONTENT_TYPE, "text/html")],
                    Problem::new(ProblemKind::NotFound),
                )
            }),
        )
        .layer(axum::Extension(BodyLimit(16)))
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method);
    wrap(router, Arc::new(edge))
}

async fn panics() -> &'static str {
    panic!("planted")
}

async fn ask(request: http::request::Builder, body: impl Into<Body>) -> (Response<()>, String) {
    let response = router()
        .oneshot(request.body(body.into()).unwrap())
        .await
        .unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (
        Response::from_parts(head, ()),
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

type Response<T> = http::Response<T>;

fn get_(path: &str) -> http::request::Builder {
    http::Request::get(path)
}

#[tokio::test]
async fn every_error_path_is_the_same_shape_and_carries_the_request_id() {
    let echo = || http::Request::post("/echo").header(CONTENT_TYPE, "application/json");
    let long = format!("\"{}\"", "a".repeat(15));
    let cases = [
        (get_("/nowhere"), "", 404, "not_found"),
        (
            http::Request::post("/number/1"),
            "",
            405,
            "method_not_allowed",
        ),
        (get_("/number/x"), "", 404, "not_found"),
        (get_("/number/%ff"), "", 404, "not_found"),
        (get_("/panic"), "", 500, "internal"),
        (echo(), "{", 400, "bad_request"),
        (echo(), &*long, 413, "body_too_large"),
        (
            http::Request::post("/echo"),
            "1",
            415,
            "unsupported_media_type",
        ),
    ];
    for (request, body, status, code) in cases {
        let (head, text) = ask(request, body.to_owned()).await;
        assert_eq!(head.status(), status, "{text}");
        assert_eq!(head.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(head.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(head.headers()[X_CONTENT_TYPE_OPTIONS], "nosniff");
        let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["code"], code);
        assert_eq!(
            problem["type"],
            format!("https://portal.example/errors/{code}")
        );
        assert_eq!(
            problem["request_id"],
            head.headers()[REQUEST_ID].to_str().unwrap()
        );
        assert!(!text.contains("planted"));
    }
}

#[tokio::test]
async fn a_body_at_the_limit_is_read_and_one_above_it_is_not() {
    for (letters, status) in [(13, 200), (14, 200), (15, 413)] {
        let request = http::Request::post("/echo").header(CONTENT_TYPE, "application/json");
        let (head, _) = ask(request, format!("\"{}\"", "a".repeat(letters))).await;
        assert_eq!(head.status(), status, "{letters}");
    }
}

#[tokio::test]
async fn a_problem_that_was_already_shown_is_left_as_it_is() {
    let (head, text) = ask(get_("/page"), "").await;
    assert_eq!((head.status(), text.as_str()), (StatusCode::NOT_FOUND, ""));
    assert_eq!(head.headers()[CONTENT_TYPE], "text/html");
}

#[tokio::test]
async fn a_client_cannot_name_its_request_or_its_address() {
    let forged = "req_00000000000000000000000000";
    let request = get_("/client")
        .header("gatehouse-request-id", forged)
        .header("x-forwarded-for", "203.0.113.9");
    let (head, address) = ask(request, "").await;
    assert_ne!(head.headers()[REQUEST_ID], forged);
    assert_eq!(address, "127.0.0.1");
    let request = get_("/client")
        .extension(Peer("10.1.1.1:9".parse().unwrap()))
        .header("x-forwarded-for", "203.0.113.9");
    assert_eq!(ask(request, "").await.1, "203.0.113.9");
}

#[tokio::test]
async fn requests_are_counted_by_route_pattern() {
    let router = router();
    for path in ["/number/1", "/number/2", "/metrics"] {
        let request = http::Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let text = response.into_body().collect().await.unwrap().to_bytes();
        if path == "/metrics" {
            let text = String::from_utf8(text.to_vec()).unwrap();
            let line = "gatehouse_http_requests_total{method=\"GET\",route=\"/number/{n}\",status=\"200\"} 2";
            assert!(text.contains(line), "{text}");
        }
    }
}
