//! Asking for access: the owner's questions stand with the plan that asks them.

use super::Stand;
use super::queue::ask;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::page::Page;
use gatehouse_control_plane::plans::{self, SetPlanApproval};
use gatehouse_control_plane::subscriptions::{self, SubscriptionFilter, SubscriptionView};
use gatehouse_domain::Role;
use gatehouse_domain::question::{QuestionKind, RequestQuestion};

fn question(key: &str, text: &str, choices: &[&str], required: bool) -> RequestQuestion {
    RequestQuestion {
        key: key.into(),
        text: text.into(),
        kind: if choices.is_empty() {
            QuestionKind::Text
        } else {
            QuestionKind::Choice
        },
        choices: choices.iter().map(|&one| one.to_owned()).collect(),
        required,
    }
}

/// The Petstore, whose gold plan asks two questions.
async fn stand() -> Stand {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let system = Actor::system(stand.tenant, "test");
    let input = SetPlanApproval {
        rule: None,
        due_s: None,
        questions: vec![
            question("volume", "How many calls <a day>?", &[], true),
            question("region", "Where from?", &["eu", "us"], false),
        ],
    };
    let (api, plan) = ("petstore".into(), "gold".into());
    plans::set_plan_approval(&stand.db, &system, api, plan, None, input)
        .await
        .unwrap();
    stand.admit("dev@acme.test", Role::Developer).await;
    stand
}

pub(super) async fn asked(stand: &Stand) -> Vec<SubscriptionView> {
    let dev = stand.actor("dev@acme.test").await;
    let filter = SubscriptionFilter::default();
    let page = Page::default();
    let listed = subscriptions::list_subscriptions(&stand.db, &dev, &filter, &page).await;
    listed.unwrap().data
}

const FORM: [(&str, &str); 6] = [
    ("plan", "gold"),
    ("environment", "production"),
    ("application", "new"),
    ("app_name", "Kiosk"),
    ("team", ""),
    ("purpose", "Selling pets"),
];

#[tokio::test]
async fn an_owners_questions_are_asked_located_kept_and_answered() {
    let stand = stand().await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let form = dev.get("/apis/petstore/request?plan=gold").await;
    for words in [
        "How many calls &#60;a day&#62;?",
        "name=\"answer.gold.volume\"",
        "<option value=\"us\">us</option>",
        "value=\"gold\" checked",
    ] {
        assert!(form.body.contains(words), "{words}: {}", form.body);
    }
    assert!(!form.body.contains("answer.free."), "free asks nothing");

    let with = |answers: &[(&'static str, &'static str)]| {
        let mut fields = FORM.to_vec();
        fields.extend_from_slice(answers);
        fields
    };
    let path = "/apis/petstore/request";
    let no = [("answer.gold.volume", " "), ("answer.gold.region", "us")];
    let refused = dev.post(path, &with(&no)).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    for words in [
        "href=\"#f-answer.gold.volume\"",
        "Answer this: How many calls",
        "id=\"f-answer.gold.volume-error\"",
        "<option value=\"us\" selected>",
        "Selling pets",
    ] {
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    let mars = [("answer.gold.volume", "9"), ("answer.gold.region", "mars")];
    let refused = dev.post(path, &with(&mars)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("Answer one of: eu, us."));
    assert!(refused.body.contains(">9</textarea>"), "{}", refused.body);
    assert_eq!(dev.post(path, &with(&[("extra", "1")])).await.status, 400);
    assert!(asked(&stand).await.is_empty(), "nothing was asked yet");

    let yes = [
        ("answer.gold.volume", "About 9"),
        ("answer.gold.region", ""),
    ];
    let sent = dev.post(path, &with(&yes)).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let [made] = <[_; 1]>::try_from(asked(&stand).await).unwrap();
    let answers: Vec<_> = made.answers.iter().map(|one| one.answer.as_str()).collect();
    assert_eq!(answers, ["About 9"]);
    let page = dev.follow(sent).await;
    assert!(
        page.body.contains("How many calls &#60;a day&#62;?") && page.body.contains("About 9"),
        "{}",
        page.body
    );
    let mut owner = stand.signed_in("olga@acme.test").await;
    let queue = owner.get("/console/requests").await;
    assert!(queue.body.contains("About 9"), "{}", queue.body);
}

#[tokio::test]
async fn answers_to_a_plan_that_is_not_taken_are_nobodys() {
    let stand = stand().await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get("/apis/petstore/request").await;
    let mut fields = FORM.to_vec();
    fields[0] = ("plan", "free");
    fields.push(("answer.gold.volume", "9"));
    let sent = dev.post("/apis/petstore/request", &fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    assert!(asked(&stand).await[0].answers.is_empty());
}

#[tokio::test]
async fn what_waits_is_shown_in_place_of_the_form() {
    let stand = stand().await;
    let system = Actor::system(stand.tenant, "test");
    let none = SetPlanApproval {
        rule: None,
        due_s: None,
        questions: Vec::new(),
    };
    let (api, plan) = ("petstore".into(), "gold".into());
    plans::set_plan_approval(&stand.db, &system, api, plan, None, none)
        .await
        .unwrap();
    let waiting = ask(&stand, "Till", "gold").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let request = format!("/requests/{}", waiting.id);
    let page = dev.get("/apis/petstore").await.body;
    assert!(page.contains(&format!("href=\"{request}\"")), "{page}");
    let form = dev.get("/apis/petstore/request").await;
    assert_eq!((form.status, form.location()), (303, request.as_str()));
}
