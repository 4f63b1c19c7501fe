//! What every page has in common: headers, no failure on odd addresses, and nothing for those who may not.

use super::routes::filled;
use super::{Answer, Stand};
use gatehouse_domain::Role;
use http::Request;
use http::header::SET_COOKIE;

/// Every page.
fn gets() -> Vec<String> {
    let mut pages = filled("get");
    // A download is no page, nor is a feed.
    let is_page = |path: &String| !path.ends_with("/export") && !path.ends_with("/feed");
    pages.retain(|path| !path.starts_with("/static") && is_page(path));
    pages
}

#[tokio::test]
async fn every_address_answers_with_a_page_and_the_security_headers() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    for window in [
        &mut stand.window(),
        &mut stand.signed_in("dev@acme.test").await,
        &mut stand.signed_in("olga@acme.test").await,
    ] {
        for path in gets() {
            let answer = window.get(&path).await;
            assert!(
                matches!(answer.status, 200 | 303 | 403 | 404),
                "{path}: {} {}",
                answer.status,
                answer.body
            );
            let header = |name: &str| {
                answer
                    .headers
                    .get(name)
                    .unwrap_or_else(|| panic!("{path}: {name}"))
            };
            assert_eq!(
                header("content-security-policy"),
                crate::headers::CONTENT_POLICY
            );
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("referrer-policy"), "same-origin");
            assert_eq!(header("cross-origin-opener-policy"), "same-origin");
            if answer.status == 200 {
                let cache = header("cache-control").to_str().unwrap();
                assert!(cache.contains("private"), "{path}: {cache}");
                assert!(
                    answer.body.len() <= 60 * 1024,
                    "{path} has {} bytes",
                    answer.body.len()
                );
                assert_eq!(answer.body.matches("<h1").count(), 1, "{path}");
            }
        }
    }
}

#[tokio::test]
async fn a_developer_gets_nothing_of_the_console_and_outsiders_nothing_of_the_platform() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    for path in gets().iter().filter(|path| path.starts_with("/console")) {
        let answer = dev.get(path).await;
        assert!(
            matches!(answer.status, 403 | 404),
            "{path}: {}",
            answer.status
        );
    }
    assert_eq!(dev.get("/platform/tenants").await.status, 404);
    assert!(!dev.get("/apis").await.body.contains("href=\"/console\""));
    let mut owner = stand.signed_in("olga@acme.test").await;
    assert_eq!(owner.get("/platform/tenants").await.status, 200);
}

#[tokio::test]
async fn a_deep_link_survives_signing_in_and_leads_nowhere_else() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    let answer = window.get("/requests?x=1").await;
    assert_eq!(answer.location(), "/login?next=%2Frequests%3Fx%3D1");
    let page = window.get("/login?next=https%3A%2F%2Fevil.example").await;
    assert_eq!(
        page.between("action=\"/login\">", "<div")
            .matches("name=\"next\" value=\"/\"")
            .count(),
        1,
        "{}",
        page.body
    );
    let fields = [
        ("email", "olga@acme.test"),
        ("password", super::PASSWORD),
        ("next", "//evil.example"),
    ];
    assert_eq!(window.post("/login", &fields).await.location(), "/");
}

#[tokio::test]
async fn links_never_come_from_the_host_header() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    let request = http::Request::get("/apis").header("host", "evil.example");
    assert!(
        !window
            .send(request, String::new())
            .await
            .body
            .contains("evil.example")
    );
}

#[tokio::test]
async fn the_theme_is_kept_and_set_by_the_server() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    assert!(
        window
            .get("/help")
            .await
            .body
            .contains("data-theme=\"auto\"")
    );
    let answer = window
        .post("/theme", &[("theme", "dark"), ("next", "/help")])
        .await;
    assert_eq!(answer.location(), "/help");
    assert!(
        window
            .get("/help")
            .await
            .body
            .contains("data-theme=\"dark\"")
    );
}

#[tokio::test]
async fn the_density_of_tables_is_kept_beside_the_theme_and_set_by_the_server() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    let first = window.get("/help").await.body;
    assert!(first.contains("data-density=\"comfortable\""), "{first}");
    let answer = window
        .post("/density", &[("density", "compact"), ("next", "/help")])
        .await;
    assert_eq!(answer.location(), "/help");
    let attributes = |answer: &Answer, cookie: &str| {
        let lines = answer.headers.get_all(SET_COOKIE).iter();
        let mut lines = lines.map(|line| line.to_str().unwrap());
        let line = lines.find(|line| line.starts_with(cookie)).unwrap();
        line.split_once("; ").unwrap().1.to_owned()
    };
    let theme = window
        .post("/theme", &[("theme", "dark"), ("next", "/help")])
        .await;
    assert_eq!(
        attributes(&answer, "gatehouse-density=compact;"),
        attributes(&theme, "gatehouse-theme=dark;")
    );
    let page = window.get("/help").await.body;
    let html = page.lines().nth(1).unwrap();
    assert!(html.starts_with("<html "), "{html}");
    assert!(html.contains("data-theme=\"dark\"") && html.contains("data-density=\"compact\""));
    let pressed = "value=\"compact\" aria-pressed=\"true\"";
    assert!(page.contains(pressed), "{page}");

    // What is none of our words changes nothing on the page, by the form or by a cookie of the browser's own making.
    window.post("/density", &[("density", "tiny\" x=\"")]).await;
    let page = window.get("/help").await.body;
    assert!(page.contains("data-density=\"comfortable\""), "{page}");
    window
        .cookies
        .insert("gatehouse-density".into(), "tiny".into());
    let page = window.get("/help").await.body;
    assert!(page.contains("data-density=\"comfortable\""), "{page}");
}

#[tokio::test]
async fn single_keys_are_switched_off_in_this_browser_and_pages_say_when_the_session_ends() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get("/help").await.body;
    assert!(page.contains("data-shortcuts=\"on\""), "{page}");
    let off = [("shortcuts", "off"), ("next", "/help#shortcuts")];
    let answer = dev.post("/shortcuts", &off).await;
    assert_eq!(answer.location(), "/help#shortcuts");
    let page = dev.get("/help").await.body;
    assert!(page.contains("data-shortcuts=\"off\""), "{page}");
    assert!(
        page.contains("value=\"off\" aria-pressed=\"true\""),
        "{page}"
    );

    // An hour, or a quarter of one for whoever the console is open to, without the minute in which requests are not noted.
    assert!(page.contains("id=\"ending\"") && page.contains("data-idle=\"3540\""));
    let mut olga = stand.signed_in("olga@acme.test").await;
    let page = olga.get("/help").await.body;
    assert!(page.contains("data-idle=\"840\""), "{page}");
    let page = stand.window().get("/help").await.body;
    assert!(!page.contains("id=\"ending\""), "{page}");
}

#[tokio::test]
async fn an_unknown_tenant_is_an_unknown_page() {
    let stand = Stand::new().await;
    assert_eq!(stand.window().get("/t/nobody/apis").await.status, 404);
    let mut same = stand.window();
    let page = same.get("/t/acme/apis").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("href=\"/t/acme/apis\""), "{}", page.body);
}

#[tokio::test]
async fn style_and_script_come_compressed_and_small() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    let page = window.get("/login").await;
    // What a page may cost a phone, bytes on the wire.
    for (end, max) in [(".css", 12_000), (".js", 10_000)] {
        let found = page.body.split('"').find(|word| word.ends_with(end));
        let path = found.unwrap_or_else(|| panic!("no {end} in {}", page.body));
        for encoding in ["gzip", "br"] {
            let request = Request::get(path).header("accept-encoding", encoding);
            let answer = window.send(request, String::new()).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.headers["content-encoding"], encoding, "{path}");
            assert_eq!(answer.headers["vary"], "accept-encoding", "{path}");
            assert!(
                answer.bytes <= max,
                "{path}: {} as {encoding}",
                answer.bytes
            );
        }
    }
}
