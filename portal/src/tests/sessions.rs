//! Sessions: how the cookie is made, when it ends, and that the database does not hold what opens it.

use super::{PASSWORD, Stand};
use gatehouse_control_plane::members;
use gatehouse_domain::Role;
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
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut idle = stand.signed_in("dev@acme.test").await;
    stand.hand.advance(Duration::from_secs(59 * 60));
    assert_eq!(idle.get("/inbox").await.status, 200);
    stand.hand.advance(Duration::from_secs(60 * 60));
    assert_eq!(idle.get("/inbox").await.status, 303, "unused for an hour");

    let mut busy = stand.signed_in("dev@acme.test").await;
    for _ in 0..47 {
        stand.hand.advance(Duration::from_secs(30 * 60));
        assert_eq!(busy.get("/inbox").await.status, 200);
    }
    stand.hand.advance(Duration::from_secs(30 * 60));
    assert_eq!(busy.get("/inbox").await.status, 303, "a day old");
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

#[tokio::test]
async fn people_with_the_console_are_signed_out_sooner() {
    let stand = Stand::new().await;
    let minutes = |count: u64| Duration::from_secs(count * 60);
    let mut idle = stand.signed_in("olga@acme.test").await;
    for (pass, status) in [(14, 200), (14, 200), (15, 303)] {
        stand.hand.advance(minutes(pass));
        assert_eq!(idle.get("/console").await.status, status, "{pass}");
    }
    let mut busy = stand.signed_in("olga@acme.test").await;
    for _ in 0..71 {
        stand.hand.advance(minutes(10));
        assert_eq!(busy.get("/console").await.status, 200);
    }
    stand.hand.advance(minutes(10));
    assert_eq!(busy.get("/console").await.status, 303, "twelve hours old");
}

#[tokio::test]
async fn a_person_sees_where_they_are_signed_in_and_ends_what_they_choose() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut here = stand.signed_in("dev@acme.test").await;
    let mut there = stand.signed_in("dev@acme.test").await;
    let mut third = stand.signed_in("dev@acme.test").await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    let page = here.get("/account/sessions").await;
    assert_eq!(page.body.matches("/end\"").count(), 3, "{}", page.body);
    assert_eq!(page.body.matches("This one").count(), 1);
    // Olga cannot end what is not hers, even by its name.
    let names: Vec<String> = page
        .body
        .split("/account/sessions/")
        .skip(1)
        .filter_map(|rest| rest.split_once("/end").map(|(name, _)| name.to_owned()))
        .collect();
    olga.get("/account/sessions").await;
    for name in &names {
        assert_eq!(
            olga.post(&format!("/account/sessions/{name}/end"), &[])
                .await
                .status,
            404
        );
    }
    let others = page
        .body
        .split("<li>")
        .filter(|row| row.contains("/end\"") && !row.contains("This one"));
    let row = others.last().unwrap();
    let (_, rest) = row.split_once("action=\"").unwrap();
    let path = rest.split_once('"').unwrap().0.to_owned();
    assert_eq!(here.post(&path, &[]).await.status, 303);
    let ended = [
        there.get("/inbox").await.status,
        third.get("/inbox").await.status,
    ];
    assert_eq!(
        ended.iter().filter(|status| **status == 303).count(),
        1,
        "{ended:?}"
    );
    here.get("/account/sessions").await;
    assert_eq!(here.post("/account/sessions", &[]).await.status, 303);
    assert_eq!(
        (
            there.get("/inbox").await.status,
            third.get("/inbox").await.status
        ),
        (303, 303)
    );
    assert_eq!(
        (
            here.get("/inbox").await.status,
            olga.get("/inbox").await.status
        ),
        (200, 200)
    );
    // One record for each time, and none for what was not there to end.
    here.get("/account/sessions").await;
    assert_eq!(here.post("/account/sessions", &[]).await.status, 303);
    for action in ["account.end_session", "account.end_sessions"] {
        let log = olga.get(&format!("/console/audit?action={action}")).await;
        let rows = log.body.matches("data-l=\"Number\"").count();
        assert_eq!(rows, 1, "{action}: {}", log.body);
    }
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut here = stand.signed_in("dev@acme.test").await;
    let mut thief = stand.signed_in("dev@acme.test").await;
    let new = "seven quiet herons wade upstream";
    here.get("/account/password").await;
    let wrong = here
        .post(
            "/account/password",
            &[("current", "not my password at all"), ("password", new)],
        )
        .await;
    assert!(
        wrong.status == 422 && wrong.body.contains("This is not your password"),
        "{}",
        wrong.body
    );
    assert_eq!(thief.get("/inbox").await.status, 200);
    let weak = here
        .post(
            "/account/password",
            &[("current", PASSWORD), ("password", "passwordpassword")],
        )
        .await;
    assert_eq!(weak.status, 422);
    let changed = here
        .post(
            "/account/password",
            &[("current", PASSWORD), ("password", new)],
        )
        .await;
    assert_eq!(changed.status, 303, "{}", changed.body);
    assert_eq!(here.get("/inbox").await.status, 200);
    assert_eq!(thief.get("/inbox").await.status, 303);
    let mut again = stand.window();
    again.get("/login").await;
    let old = [("email", "dev@acme.test"), ("password", PASSWORD)];
    assert_eq!(again.post("/login", &old).await.status, 422);
    let fresh = [("email", "dev@acme.test"), ("password", new)];
    assert_eq!(again.post("/login", &fresh).await.status, 303);
}

#[tokio::test]
async fn an_id_from_before_a_change_of_roles_is_worth_nothing_after_it() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get("/inbox").await;
    let before = dev.cookies["__Host-gatehouse"].clone();
    dev.get("/inbox").await;
    assert_eq!(
        dev.cookies["__Host-gatehouse"], before,
        "nothing has changed yet"
    );
    let owner = stand.actor("olga@acme.test").await;
    let user = stand.actor("dev@acme.test").await.user().unwrap();
    members::set_roles(&stand.db, &owner, user, None, vec![Role::Admin])
        .await
        .unwrap();
    let mut thief = stand.window();
    thief.cookies = dev.cookies.clone();
    assert_eq!(dev.get("/account/sessions").await.status, 200);
    assert_ne!(dev.cookies["__Host-gatehouse"], before);
    assert_eq!(thief.get("/inbox").await.status, 303, "the id from before");
    assert_eq!(
        dev.post("/account/sessions", &[]).await.status,
        303,
        "its forms work"
    );
    assert_eq!(dev.get("/console").await.status, 200);
}
