//! Signing in with a provider that is not of our making: npm's certified `oidc-provider`, run by node.

use super::Stand;
use super::sso::{EGRESS, add, mailed, press, press_with, provider, signed_in};
use gatehouse_harness::{eventually, ports, skipped, wait::PATIENCE};
use gatehouse_runtime::Clock;
use reqwest::Url;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const MODULE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../target/npm/node_modules/oidc-provider/lib/index.js"
);
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/oidc_provider.mjs");

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A browser as the provider knows it.
fn browser() -> reqwest::Client {
    let client = reqwest::Client::builder().cookie_store(true);
    let client = client.redirect(reqwest::redirect::Policy::none());
    client.build().unwrap()
}

/// A browser at the provider: follows its redirects and fills its two forms in, until it is sent back to us. Gives the address, and
/// whether it was asked who it is.
async fn at_the_provider(
    client: &reqwest::Client,
    start: &str,
    person: &str,
    redirect: &str,
) -> (String, bool) {
    let mut asked = false;
    let mut at = Url::parse(start).unwrap();
    for _ in 0..20 {
        if at.as_str().starts_with(redirect) {
            let back = at.as_str().strip_prefix("http://127.0.0.1:8080");
            return (back.unwrap().to_owned(), asked);
        }
        let answer = client.get(at.clone()).send().await.unwrap();
        if let Some(next) = answer.headers().get("location") {
            at = at.join(next.to_str().unwrap()).unwrap();
            continue;
        }
        let page = answer.text().await.unwrap();
        asked |= page.contains("name=\"login\"");
        let fields = match page.contains("name=\"login\"") {
            true => vec![("prompt", "login"), ("login", person), ("password", "x")],
            false => vec![("prompt", "consent")],
        };
        let (_, rest) = page
            .split_once("action=\"")
            .unwrap_or_else(|| panic!("no form: {page}"));
        at = at.join(rest.split_once('"').unwrap().0).unwrap();
        let answer = client.post(at.clone()).form(&fields).send().await.unwrap();
        let next = answer.headers()["location"].to_str().unwrap().to_owned();
        at = at.join(&next).unwrap();
    }
    panic!("the provider never sent us back; it stopped at {at}");
}

#[tokio::test]
async fn somebody_signs_in_with_a_provider_of_others_making() {
    if !Path::new(MODULE).exists() {
        skipped(
            "oidc-provider is not under target/npm; nobody signed in with a provider of others' making",
        );
        return;
    }
    let port = ports::free().port();
    let issuer = format!("http://127.0.0.1:{port}");
    let redirect = "http://127.0.0.1:8080/t/acme/login/sso/corp/callback";
    let node = Command::new("node")
        .args([SCRIPT, MODULE, &port.to_string(), redirect])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _node = Running(node.unwrap());
    let discovery = format!("{issuer}/.well-known/openid-configuration");
    eventually(PATIENCE, "the provider answers", async || {
        let answer = reqwest::get(&discovery).await;
        answer.map(drop).map_err(|error| error.to_string())
    })
    .await;
    let stand = Stand::with(&[EGRESS]).await;
    // The provider dates its tokens by the machine's clock.
    let behind = Clock::system().now() - stand.db.clock().now();
    stand.hand.advance(behind.try_into().unwrap());
    add(&stand, stand.tenant, provider(&issuer)).await;

    let mut window = stand.window();
    let asked = press(&mut window, "").await;
    let known = browser();
    let (back, _) = at_the_provider(&known, &asked.url, "ana", redirect).await;
    let sent = window.get(&back).await;
    assert!(
        sent.body.contains("Check your mail"),
        "{} {}",
        sent.status,
        sent.body
    );
    let link = mailed(&stand, "confirm_identity").await;
    window.get(&link).await;
    assert_eq!(window.post(&link, &[]).await.status, 303);
    assert!(signed_in(&mut window).await);

    let mut later = stand.window();
    let asked = press(&mut later, "").await;
    let (back, _) = at_the_provider(&browser(), &asked.url, "ana", redirect).await;
    assert_eq!(later.get(&back).await.status, 303);
    assert!(signed_in(&mut later).await);
    assert_eq!(later.get(&back).await.status, 422, "its answer works once");

    // It knows this browser and lets it through; told to ask again it asks, and says so.
    let silent = press(&mut later, "").await;
    let (_, was_asked) = at_the_provider(&known, &silent.url, "ana", redirect).await;
    assert!(!was_asked, "the provider remembers");
    later.get("/inbox").await;
    let fields = [("next", "/inbox"), ("again", "on")];
    let told = press_with(&mut later, "", &fields).await;
    let (back, was_asked) = at_the_provider(&known, &told.url, "ana", redirect).await;
    assert!(was_asked, "it was told to");
    let entered = later.get(&back).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
}
