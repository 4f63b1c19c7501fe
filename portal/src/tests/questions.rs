//! Questions about an API on its page, and the button that follows it.

use super::Stand;
use super::queue::stand;
use gatehouse_control_plane::Page;
use gatehouse_control_plane::following;
use gatehouse_control_plane::questions::{self, QuestionView, TEXT_MAX};

const PATH: &str = "/apis/petstore/questions";

async fn asked(stand: &Stand) -> Vec<QuestionView> {
    let olga = stand.actor("olga@acme.test").await;
    let page = Page::default();
    let found = questions::list_questions(&stand.db, &olga, "petstore".into(), &page).await;
    found.unwrap().listed.data
}

#[tokio::test]
async fn a_question_is_asked_answered_hidden_and_shown_again_without_script() {
    let stand = stand().await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = dev.get(PATH).await;
    assert!(page.body.contains("No questions yet"), "{}", page.body);
    let sent = dev
        .post(PATH, &[("text", "<img src=x onerror=alert(1)>")])
        .await;
    let id = asked(&stand).await[0].question.id;
    assert_eq!(sent.location(), format!("{PATH}#{id}"));
    let page = owner.get(PATH).await;
    crate::gallery::hold_to_the_rules("questions", &page.body);
    assert!(page.body.contains("&#60;img src=x"), "{}", page.body);
    let answers = format!("{PATH}/{id}/answers");
    let long = "a".repeat(TEXT_MAX + 1);
    let refused = owner.post(&answers, &[("answer", &long)]).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused.body.contains(&format!(">{long}</textarea>")),
        "what was typed stays"
    );
    assert!(
        refused.body.contains("<details class=\"more\" open>"),
        "{}",
        refused.body
    );
    assert_eq!(
        owner
            .post(&answers, &[("answer", "No pictures here.")])
            .await
            .status,
        303
    );
    let page = dev.get(PATH).await;
    crate::gallery::hold_to_the_rules("questions", &page.body);
    crate::gallery::keep("real-questions", &page.body);
    assert!(page.body.contains("No pictures here."), "{}", page.body);
    assert!(page.body.contains("Answers for the API"), "{}", page.body);
    let mut mia = stand.signed_in("mia@acme.test").await;
    let page = mia.get(PATH).await.body;
    assert!(!page.contains("/hide\""), "only authors and owners: {page}");
    let hide = format!("{PATH}/{id}/hide");
    assert_eq!(mia.post(&hide, &[("reason", "So")]).await.status, 403);
    assert_eq!(owner.post(&hide, &[("reason", "")]).await.status, 422);
    assert_eq!(
        owner.post(&hide, &[("reason", "Markup.")]).await.status,
        303
    );
    assert!(mia.get(PATH).await.body.contains("No questions yet"));
    assert!(
        dev.get(PATH)
            .await
            .body
            .contains("Hidden from others: Markup.")
    );
    let show = format!("{PATH}/{id}/show");
    assert_eq!(dev.post(&show, &[]).await.status, 403);
    assert_eq!(owner.post(&show, &[]).await.status, 303);
    assert!(mia.get(PATH).await.body.contains("No pictures here."));
    let mut anybody = stand.window();
    assert_eq!(
        anybody.get(PATH).await.location(),
        "/login?next=%2Fapis%2Fpetstore%2Fquestions"
    );
}

#[tokio::test]
async fn the_button_follows_an_api_and_stops_it() {
    let stand = stand().await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let actor = stand.actor("dev@acme.test").await;
    let follows = async || {
        following::list_followed(&stand.db, &actor)
            .await
            .unwrap()
            .len()
    };
    let page = dev.get("/apis/petstore").await.body;
    assert!(page.contains(">Follow</button>"), "{page}");
    let fields = [("follow", "yes"), ("next", "/apis/petstore/changelog")];
    let done = dev.post("/apis/petstore/follow", &fields).await;
    assert_eq!(done.location(), "/apis/petstore/changelog");
    assert_eq!(follows().await, 1);
    let page = dev.follow(done).await.body;
    assert!(page.contains(">Stop following</button>"), "{page}");
    let fields = [("follow", "no"), ("next", "https://evil.example/")];
    assert_eq!(
        dev.post("/apis/petstore/follow", &fields).await.location(),
        "/"
    );
    assert_eq!(follows().await, 0);
}
