//! The account before the cookie, the cookie before the browser, and nothing that is not offered.

use crate::tests::{Answer, Stand, Window};
use gatehouse_control_plane::accounts;
use gatehouse_domain::{Language, Role};
use http::Request;
use http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, VARY};

async fn asking(window: &mut Window, path: &str, languages: &str) -> Answer {
    let request = Request::get(path).header(ACCEPT_LANGUAGE, languages);
    window.send(request, String::new()).await
}

fn is_german(answer: &Answer) -> bool {
    let german = answer.body.contains("<html lang=\"de\"");
    let told = answer.headers.get(CONTENT_LANGUAGE).unwrap();
    assert_eq!(told, if german { "de" } else { "en" });
    assert_eq!(german, answer.body.contains("Zum Inhalt springen"));
    german
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_asks_for() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    let german = asking(&mut window, "/login", "fr, de-AT;q=0.8, en;q=0.5").await;
    assert!(is_german(&german), "{}", german.body);
    assert!(german.body.contains("<h1>Anmelden</h1>"), "{}", german.body);
    let vary: Vec<_> = german.headers.get_all(VARY).iter().collect();
    assert!(
        vary.iter()
            .any(|value| value.to_str().unwrap().contains("accept-language")),
        "{vary:?}"
    );
    assert!(!is_german(&window.get("/login").await));
    // What a handler only reports is a page in the same language.
    assert!(is_german(&asking(&mut window, "/nowhere", "de").await));
}

#[tokio::test]
async fn a_choice_is_kept_in_the_browser_and_with_the_account() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut guest = stand.window();
    guest.get("/help").await;
    let chosen = guest
        .post("/language", &[("language", "de"), ("next", "/help")])
        .await;
    assert_eq!((chosen.status, chosen.location()), (303, "/help"));
    assert!(is_german(&asking(&mut guest, "/help", "en").await));

    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get("/help").await;
    dev.post("/language", &[("language", "de"), ("next", "/help")])
        .await;
    let mut elsewhere = stand.signed_in("dev@acme.test").await;
    assert!(is_german(&elsewhere.get("/help").await), "the account's");
    elsewhere
        .cookies
        .insert("gatehouse-language".into(), "en".into());
    assert!(
        is_german(&elsewhere.get("/help").await),
        "before the cookie"
    );
    elsewhere.post("/language", &[("language", "auto")]).await;
    let user = accounts::find_user_by_email(&stand.db, "dev@acme.test").await;
    assert_eq!(user.unwrap().unwrap().language, None);
    assert!(!is_german(&asking(&mut elsewhere, "/help", "en").await));
    assert!(is_german(&asking(&mut elsewhere, "/help", "de").await));
}

#[tokio::test]
async fn a_language_that_is_not_finished_is_nowhere() {
    assert!(!Language::COMPLETE.contains(&Language::Pseudo));
    let stand = Stand::new().await;
    let mut window = stand.window();
    let page = asking(&mut window, "/help", "en-XA").await;
    assert!(
        !is_german(&page) && !page.body.contains("en-XA"),
        "{}",
        page.body
    );
    window.get("/help").await;
    window
        .post("/language", &[("language", "en-XA"), ("next", "/help")])
        .await;
    let page = asking(&mut window, "/help", "en-XA").await;
    assert!(!is_german(&page) && page.body.contains("Skip to content"));
}

#[tokio::test]
async fn what_a_verb_refuses_is_said_in_the_language_of_the_page() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    window
        .cookies
        .insert("gatehouse-language".into(), "de".into());
    window.get("/login").await;
    let fields = [("email", "nobody@acme.test"), ("password", "wrong")];
    let refused = window.post("/login", &fields).await;
    let words = "E-Mail-Adresse oder Passwort ist falsch.";
    assert!(refused.body.contains(words), "{}", refused.body);
    // Passwords are judged on a thread of their own.
    window.get("/signup").await;
    let fields = [
        ("email", "new@acme.test"),
        ("name", "Neu"),
        ("password", "abc"),
    ];
    let refused = window.post("/signup", &fields).await;
    let words = "Zeichen; es sind 3.";
    assert!(refused.body.contains(words), "{}", refused.body);
}

#[test]
fn the_language_of_samples_is_another_choice_than_that_of_pages() {
    let samples = crate::pages::catalogue::language::COOKIE;
    assert_ne!(samples, crate::language::COOKIE);
}
