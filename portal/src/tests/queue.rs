//! The approval queue holds more than first requests: changes of plan and renewals are decided as what they are.

use super::Stand;
use gatehouse_control_plane::plans::{self, CreatePlan};
use gatehouse_control_plane::subscriptions::{self, AppChoice, RequestAccess, SubscriptionView};
use gatehouse_control_plane::{Actor, environments};
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::{EnvironmentKind, Role};

async fn stand() -> Stand {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let system = Actor::system(stand.tenant, "test");
    let term = CreatePlan {
        slug: "term".into(),
        name: "Term".into(),
        approval: ApprovalMode::Manual,
        environments: EnvironmentKind::ALL.to_vec(),
        max_subscription_days: Some(30),
        ..CreatePlan::default()
    };
    plans::create_plan(&stand.db, &system, "petstore".into(), term)
        .await
        .unwrap();
    stand.admit("dev@acme.test", Role::Developer).await;
    stand.admit("mia@acme.test", Role::Developer).await;
    stand
}

async fn ask(stand: &Stand, application: &str, plan: &str) -> SubscriptionView {
    let dev = stand.actor("dev@acme.test").await;
    let environments = environments::list_environments(&stand.db, &dev)
        .await
        .unwrap();
    let wish = RequestAccess {
        application: AppChoice::New {
            name: application.into(),
            team: None,
        },
        api: "petstore".into(),
        plan: plan.into(),
        environment: environments[0].slug.as_str().into(),
        reason: "The first words".into(),
    };
    subscriptions::request(&stand.db, &dev, wish)
        .await
        .unwrap()
        .value
}

/// Free access that asks for gold, and a term access that asks for another term.
async fn two_questions(stand: &Stand) -> (SubscriptionView, SubscriptionView) {
    let dev = stand.actor("dev@acme.test").await;
    let olga = stand.actor("olga@acme.test").await;
    let free = ask(stand, "Counter", "free").await;
    subscriptions::request_plan_change(&stand.db, &dev, free.id, "gold".into(), "More pets now")
        .await
        .unwrap();
    let term = ask(stand, "Kiosk", "term").await;
    subscriptions::approve(
        &stand.db,
        &olga,
        term.id,
        subscriptions::Conditions::default(),
    )
    .await
    .unwrap();
    subscriptions::renew(&stand.db, &dev, term.id, "Another month")
        .await
        .unwrap();
    (free, term)
}

async fn now(stand: &Stand, view: &SubscriptionView) -> SubscriptionView {
    let olga = stand.actor("olga@acme.test").await;
    subscriptions::get_subscription(&stand.db, &olga, view.id)
        .await
        .unwrap()
}

#[tokio::test]
async fn one_press_decides_a_mix_of_first_requests_changes_and_renewals() {
    let stand = stand().await;
    let (free, term) = two_questions(&stand).await;
    let end = now(&stand, &term).await.ends_at.unwrap();
    let first = ask(&stand, "Till", "gold").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let queue = owner.get("/console/requests").await;
    for words in [
        "Change to Gold",
        "Petstore, now Free",
        "More pets now",
        "Renew Petstore Term",
        "Another month",
        "Petstore Gold",
    ] {
        assert!(queue.body.contains(words), "{words}: {}", queue.body);
    }
    let change = format!("{}:plan_change", free.id);
    let renewal = format!("{}:renewal", term.id);
    let plain = first.id.to_string();
    let answer = owner
        .post(
            "/console/requests",
            &[
                ("request", &change),
                ("request", &renewal),
                ("request", &plain),
                ("decide", "approve"),
            ],
        )
        .await;
    let page = owner.follow(answer).await;
    assert!(page.body.contains("Approved 3 requests."), "{}", page.body);
    assert_eq!(now(&stand, &free).await.plan.slug, "gold");
    assert!(now(&stand, &term).await.ends_at.unwrap() > end);
    assert!(now(&stand, &first).await.decision.unwrap().approved);
}

#[tokio::test]
async fn a_rejected_change_or_renewal_leaves_the_access_as_it_was() {
    let stand = stand().await;
    let (free, term) = two_questions(&stand).await;
    let end = now(&stand, &term).await.ends_at;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/requests").await;
    let change = format!("{}:plan_change", free.id);
    let renewal = format!("{}:renewal", term.id);
    let answer = owner
        .post(
            "/console/requests",
            &[
                ("request", &change),
                ("request", &renewal),
                ("decide", "reject"),
                ("reason", "Not this month"),
            ],
        )
        .await;
    let page = owner.follow(answer).await;
    assert!(page.body.contains("Rejected 2 requests."), "{}", page.body);
    let free = now(&stand, &free).await;
    assert!(free.plan.slug == "free" && free.wanted_plan.is_none());
    let term = now(&stand, &term).await;
    assert!(term.ends_at == end && term.ended.is_none());
}

#[tokio::test]
async fn enter_on_a_checkbox_presses_no_button_that_decides() {
    let stand = stand().await;
    let first = ask(&stand, "Till", "gold").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let queue = owner.get("/console/requests").await;
    let form = queue.between(
        "<form method=\"post\" action=\"/console/requests\"",
        "</form>",
    );
    let button = form
        .split_once("<button")
        .unwrap()
        .1
        .split_once('>')
        .unwrap()
        .0;
    assert!(
        button.contains("disabled") && !button.contains("name="),
        "{button}"
    );
    let id = first.id.to_string();
    for fields in [
        &[("request", id.as_str())][..],
        &[("request", id.as_str()), ("decide", "")],
        &[("request", "sub_nothing"), ("decide", "approve")],
        &[("request", &format!("{id}:all")), ("decide", "approve")],
    ] {
        assert_eq!(owner.post("/console/requests", fields).await.status, 400);
    }
    assert!(now(&stand, &first).await.decision.is_none());
}
