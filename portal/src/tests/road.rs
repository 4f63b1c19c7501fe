//! From the first administrator to a key that is shown once, through the pages alone.

use super::{PASSWORD, Stand};
use gatehouse_domain::Role;

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_that_works_once() {
    let (stand, token) = Stand::before_set_up(&[]).await;
    let mut window = stand.window();
    let path = format!("/setup/{token}");
    let page = window.get(&path).await;
    assert_eq!(page.status, 200);
    let fields = [
        ("email", "olga@acme.test"),
        ("name", "Olga Owner"),
        ("password", PASSWORD),
        ("tenant_name", "Acme"),
        ("tenant_slug", "acme"),
    ];
    let answer = window.post(&path, &fields).await;
    let page = window.follow(answer).await;
    assert!(
        page.status == 200 && page.body.contains("Console"),
        "{}",
        page.body
    );
    let mut second = stand.window();
    second.get(&path).await;
    assert_eq!(second.post(&path, &fields).await.status, 422);
}

#[tokio::test]
async fn a_request_is_made_approved_and_leads_to_a_key_that_is_shown_once() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    for path in [
        "/",
        "/apis",
        "/apis?q=pet",
        "/apis/petstore",
        "/apis/petstore/v1/reference",
        "/apis/petstore/v1/reference/getPet",
        "/apis/petstore/v1/spec",
    ] {
        assert_eq!(dev.get(path).await.status, 200, "{path}");
    }
    dev.get("/apis/petstore/request?plan=gold").await;
    let fields = [
        ("plan", "gold"),
        ("environment", "production"),
        ("application", "new"),
        ("app_name", "Mobile checkout"),
        ("purpose", "Shows pets <script>alert(1)</script>"),
    ];
    let answer = dev.post("/apis/petstore/request", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let request = dev.follow(answer).await;
    assert!(
        request.body.contains("Pending") && !request.body.contains("<script>alert"),
        "{}",
        request.body
    );

    let mut owner = stand.signed_in("olga@acme.test").await;
    let queue = owner.get("/console/requests").await;
    let id = queue.between("name=\"approve\" value=\"", "\"").to_owned();
    let rejected = owner
        .post(
            "/console/requests",
            &[("request", &id), ("decide", "reject")],
        )
        .await;
    assert_eq!(rejected.status, 422, "a rejection needs a reason");
    let answer = owner.post("/console/requests", &[("approve", &id)]).await;
    let page = owner.follow(answer).await;
    assert!(
        page.body.contains("Approved Petstore for Mobile checkout."),
        "{}",
        page.body
    );
    let answer = owner.post("/console/requests", &[("approve", &id)]).await;
    let page = owner.follow(answer).await;
    assert!(
        page.body.contains("Nothing is decided yet."),
        "the second press learns who won: {}",
        page.body
    );
    assert!(
        owner
            .get("/console/requests/decided")
            .await
            .body
            .contains("Mobile checkout")
    );

    key_is_shown_once(&mut dev, &id).await;
}

async fn key_is_shown_once(dev: &mut super::Window, id: &str) {
    let request = dev.get(&format!("/requests/{id}")).await;
    let keys = request
        .between("<a class=\"btn fill\" href=\"", "\"")
        .to_owned();
    let page = dev.get(&keys).await;
    let nonce = page.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("environment", "production"),
        ("expires", "365"),
    ];
    let first = dev.post(&keys, &fields).await;
    let again = dev.post(&keys, &fields).await;
    assert_eq!(first.status, 303, "{}", first.body);
    assert_eq!(
        first.location().split('?').next(),
        again.location().split('?').next(),
        "sent twice, made once"
    );
    let shown = dev.get(first.location()).await;
    let secret = shown
        .between("<input id=\"key\" readonly value=\"", "\"")
        .to_owned();
    assert!(
        secret.starts_with("gth_live_") && shown.headers["cache-control"] == "private, no-store"
    );
    assert!(
        shown.body.contains("Waiting for your first call"),
        "{}",
        shown.body
    );
    assert!(shown.body.contains(&secret.to_string()) && shown.body.contains("curl"));
    let path = first.location().split('?').next().unwrap().to_owned();
    assert_eq!(dev.post(&format!("{path}/stored"), &[]).await.status, 303);
    assert!(
        !dev.get(&path).await.body.contains(&secret),
        "put away for good"
    );
    // The steps beside the region go with it, or they would say that it waits until somebody reloads.
    let poll = dev.get(&format!("{path}/first-call")).await;
    assert_eq!(poll.status, 200);
    assert!(poll.body.contains("id=\"steps\"") && poll.body.contains("data-also=\"steps\""));
    assert!(shown.body.contains("id=\"steps\""));
    for page in ["rotate", "revoke"] {
        assert_eq!(
            dev.get(&format!("{path}/{page}")).await.status,
            200,
            "{page}"
        );
    }
    for page in [
        "/requests",
        "/applications",
        "/inbox",
        keys.trim_end_matches("/keys"),
    ] {
        assert_eq!(dev.get(page).await.status, 200, "{page}");
    }
    let usage = dev.get(&keys.replace("/keys", "/usage")).await;
    assert!(usage.status == 200 && usage.body.contains("No calls yet"));
}

#[tokio::test]
async fn a_key_that_nobody_stored_is_gone_after_ten_minutes() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let mut dev = stand.signed_in("olga@acme.test").await;
    dev.get("/applications/new").await;
    let answer = dev.post("/applications/new", &[("name", "Checkout")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let keys = format!("{}/keys", answer.location());
    let nonce = dev
        .get(&keys)
        .await
        .between("name=\"nonce\" value=\"", "\"")
        .to_owned();
    let made = dev
        .post(
            &keys,
            &[
                ("nonce", &nonce),
                ("environment", "sandbox"),
                ("expires", ""),
            ],
        )
        .await;
    assert_eq!(made.status, 303, "{}", made.body);
    let path = made.location().to_owned();
    stand.hand.advance(std::time::Duration::from_secs(599));
    assert!(dev.get(&path).await.body.contains("gth_test_"));
    stand.hand.advance(std::time::Duration::from_secs(1));
    assert!(dev.get(&path).await.body.contains("It was shown once."));
}

#[tokio::test]
async fn the_console_publishes_by_upload_and_says_what_is_wrong_with_a_bad_file() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/apis/new").await;
    let document =
        gatehouse_harness::descriptions::petstore("Pets", "http://127.0.0.1:9/").to_string();
    for (content, status) in [("{\"openapi\": \"3.1.0\"", 422), (document.as_str(), 303)] {
        let token = owner.token.clone();
        let part = |name: &str, value: &str| {
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n{content}\r\n--b--\r\n"
        );
        let body = [
            part("csrf", &token),
            part("api", "pets"),
            part("version", "v1"),
            file,
        ]
        .concat();
        let request = http::Request::post("/console/apis/new")
            .header("origin", "http://127.0.0.1:8080")
            .header("host", "127.0.0.1:8080")
            .header("content-type", "multipart/form-data; boundary=b");
        let answer = owner.send(request, body).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    for path in [
        "/console",
        "/console/apis",
        "/console/apis/pets",
        "/console/apis/pets/plans/new",
        "/console/plans",
        "/console/audit",
        "/console/gateways",
        "/console/people",
        "/console/teams",
        "/console/settings/tokens",
        "/console/apis/pets/versions/v1/deprecate",
        "/console/apis/pets/upstreams/production",
    ] {
        assert_eq!(owner.get(path).await.status, 200, "{path}");
    }
    let fields = [
        ("slug", "free"),
        ("name", "Free"),
        ("approval", "auto"),
        ("environments", "sandbox,production"),
        ("rate", "5"),
        ("burst", ""),
        ("quota", "100"),
        ("period", "month"),
        ("days", ""),
    ];
    owner.get("/console/apis/pets/plans/new").await;
    let made = owner.post("/console/apis/pets/plans/new", &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert_eq!(owner.get("/console/apis/pets/plans/free").await.status, 200);
}
