//! Sessions: how the cookie is made, when it ends, and that the database does not hold what opens it.

use super::{PASSWORD, Stand};
use std::time::Duration;

#[tokio::test]
async fn the_cookie_is_host_only_and_out_of_scripts_reach() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    window.get("/login").await;
    let answer = window
        .post(
            "/login",
            &[("email", "olga@acme.test"), ("password", PASSWORD)],
        )
        .await;
    let cookies: Vec<&str> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap())
        .collect();
    let session = cookies
        .iter()
        .find(|line| line.starts_with("__Host-gatehouse="))
        .unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(session.contains(part), "{part} in {session}");
    }
    assert!(!session.contains("Domain"));
}

#[tokio::test]
async fn an_id_planted_before_signing_in_is_not_the_one_after() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    window
        .cookies
        .insert("__Host-gatehouse".into(), "AAAAAAAAAAAAAAAAAAAAAA".into());
    window.get("/login").await;
    window
        .post(
            "/login",
            &[("email", "olga@acme.test"), ("password", PASSWORD)],
        )
        .await;
    assert_ne!(window.cookies["__Host-gatehouse"], "AAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(window.get("/console").await.status, 200);
}

#[tokio::test]
async fn a_session_ends_after_an_hour_unused_and_after_a_day_in_any_case() {
    let stand = Stand::new().await;
    let mut idle = stand.signed_in("olga@acme.test").await;
    stand.hand.advance(Duration::from_secs(59 * 60));
    assert_eq!(idle.get("/console").await.status, 200);
    stand.hand.advance(Duration::from_secs(60 * 60));
    assert_eq!(idle.get("/console").await.status, 303, "unused for an hour");

    let mut busy = stand.signed_in("olga@acme.test").await;
    for _ in 0..47 {
        stand.hand.advance(Duration::from_secs(30 * 60));
        assert_eq!(busy.get("/console").await.status, 200);
    }
    stand.hand.advance(Duration::from_secs(30 * 60));
    assert_eq!(busy.get("/console").await.status, 303, "a day old");
}

#[tokio::test]
async fn signing_out_ends_the_session_for_a_copied_cookie_too() {
    let stand = Stand::new().await;
    let mut window = stand.signed_in("olga@acme.test").await;
    window.get("/console").await;
    let mut thief = stand.window();
    thief.cookies = window.cookies.clone();
    assert_eq!(thief.get("/console").await.status, 200);
    assert_eq!(window.post("/logout", &[]).await.status, 303);
    assert_eq!(thief.get("/console").await.status, 303);
}
