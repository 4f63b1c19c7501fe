//! Forged forms: every POST route, without a token, with another session's, from a foreign origin.

use super::Stand;
use super::routes::filled;
use gatehouse_domain::Role;

#[tokio::test]
async fn a_forged_form_changes_nothing_on_any_route() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/apis").await;
    let mut other = stand.signed_in("dev@acme.test").await;
    other.get("/apis").await;
    let own_token = owner.token.clone();
    for path in filled("post") {
        for (what, token, origin) in [
            ("no token", "", "http://127.0.0.1:8080"),
            (
                "another session's token",
                other.token.as_str(),
                "http://127.0.0.1:8080",
            ),
            (
                "a foreign origin",
                own_token.as_str(),
                "https://evil.example",
            ),
        ] {
            let answer = owner.post_raw(&path, &[("csrf", token)], origin).await;
            // Uploads are multipart; a plain form is refused for its type before its token.
            let refused = answer.status == 403 || answer.status == 415;
            assert!(refused, "{path} with {what}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn a_token_from_before_signing_in_is_worth_nothing_after() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    window.get("/login").await;
    let before = window.token.clone();
    window
        .post(
            "/login",
            &[("email", "olga@acme.test"), ("password", super::PASSWORD)],
        )
        .await;
    let answer = window
        .post_raw("/logout", &[("csrf", &before)], "http://127.0.0.1:8080")
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn signing_in_needs_a_token_too() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    let fields = [("email", "olga@acme.test"), ("password", super::PASSWORD)];
    assert_eq!(
        window
            .post_raw("/login", &fields, "http://127.0.0.1:8080")
            .await
            .status,
        403
    );
    assert!(!window.cookies.contains_key("__Host-gatehouse"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_read_the_same() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    window.get("/login").await;
    let wrong = window
        .post(
            "/login",
            &[
                ("email", "olga@acme.test"),
                ("password", "wrong wrong wrong"),
            ],
        )
        .await;
    let unknown = window
        .post(
            "/login",
            &[
                ("email", "nobody@acme.test"),
                ("password", "wrong wrong wrong"),
            ],
        )
        .await;
    assert_eq!((wrong.status, unknown.status), (422, 422));
    for answer in [&wrong, &unknown] {
        assert!(
            answer.body.contains("E-mail or password is wrong."),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("wrong wrong wrong"));
    }
}

#[tokio::test]
async fn one_click_sign_in_exists_in_the_demo_only() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    window.get("/login").await;
    assert_eq!(
        window
            .post("/demo/sign-in", &[("email", "olga@acme.test")])
            .await
            .status,
        404
    );

    let demo = Stand::with(&[
        ("GATEHOUSE_PORTAL__DEMO__ENABLED", "true"),
        (
            "GATEHOUSE_PORTAL__DEMO__PEOPLE",
            "[\"olga@acme.test=owner\"]",
        ),
    ])
    .await;
    demo.admit("dev@acme.test", Role::Developer).await;
    let mut window = demo.window();
    let page = window.get("/login").await;
    assert!(page.body.contains("Continue as olga (owner)") && page.body.contains("Demo data"));
    assert_eq!(
        window
            .post("/demo/sign-in", &[("email", "dev@acme.test")])
            .await
            .status,
        404,
        "not offered"
    );
    assert_eq!(
        window
            .post("/demo/sign-in", &[("email", "olga@acme.test")])
            .await
            .status,
        303
    );
    assert_eq!(window.get("/console").await.status, 200);
}

#[tokio::test]
async fn a_form_sent_too_often_says_how_long_to_wait_on_the_page_and_in_the_head() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    window.get("/login").await;
    let fields = [
        ("email", "olga@acme.test"),
        ("password", "wrong wrong wrong"),
    ];
    let mut tries = 0;
    let refused = loop {
        let answer = window.post("/login", &fields).await;
        if answer.status != 422 {
            break answer;
        }
        assert!(!answer.headers.contains_key("retry-after"));
        tries += 1;
        assert!(tries < 100, "nobody is stopped");
    };
    assert_eq!(refused.status, 429, "{}", refused.body);
    let wait: u64 = refused.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(wait > 0);
    let words = crate::throttled::words(wait);
    assert!(refused.body.contains(&words), "{words}: {}", refused.body);
    assert!(refused.body.contains("value=\"olga@acme.test\""), "kept");
    // It is as long as it says.
    stand.hand.advance(std::time::Duration::from_secs(wait));
    assert_eq!(window.post("/login", &fields).await.status, 422);
}

#[tokio::test]
async fn who_has_to_sign_in_for_a_form_comes_back_to_its_page() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    window.get("/login").await;
    let body = format!("csrf={}&format=csv", window.token);
    for (referer, next) in [
        (
            Some("http://127.0.0.1:8080/console/audit?action=x"),
            "%2Fconsole%2Faudit%3Faction%3Dx",
        ),
        (Some("http://evil.example/console/audit"), "%2Fconsole"),
        (None, "%2Fconsole"),
    ] {
        let mut request = http::Request::post("/console/audit/export")
            .header("host", "127.0.0.1:8080")
            .header("origin", "http://127.0.0.1:8080")
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(referer) = referer {
            request = request.header("referer", referer);
        }
        let sent = window.send(request, body.clone()).await;
        assert_eq!(
            (sent.status, sent.location()),
            (303, format!("/login?next={next}").as_str())
        );
    }
    let page = window.get("/console/audit").await;
    assert_eq!(page.location(), "/login?next=%2Fconsole%2Faudit");
}
