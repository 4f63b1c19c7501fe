//! The approval queue holds more than first requests: changes of plan and renewals are decided as what they are.

use super::Stand;
use gatehouse_control_plane::plans::{self, CreatePlan};
use gatehouse_control_plane::subscriptions::{self, AppChoice, RequestAccess, SubscriptionView};
use gatehouse_control_plane::{Actor, environments};
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::{EnvironmentKind, Role};
use time::macros::datetime;

pub(super) async fn stand() -> Stand {
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

pub(super) async fn ask(stand: &Stand, application: &str, plan: &str) -> SubscriptionView {
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
        answers: std::collections::BTreeMap::new(),
        accepts_terms: None,
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

pub(super) async fn now(stand: &Stand, view: &SubscriptionView) -> SubscriptionView {
    let olga = stand.actor("olga@acme.test").await;
    subscriptions::get_subscription(&stand.db, &olga, view.id)
        .await
        .unwrap()
}

#[tokio::test]
async fn one_press_decides_a_mix_of_first_requests_changes_and_renewals() {
    let stand = stand().await;
    let (free, term) = Box::pin(two_questions(&stand)).await;
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
    let (free, term) = Box::pin(two_questions(&stand)).await;
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

#[tokio::test]
async fn an_approval_carries_its_end_and_its_note_and_the_end_is_for_first_requests_only() {
    let stand = stand().await;
    let (free, _) = Box::pin(two_questions(&stand)).await;
    let first = ask(&stand, "Till", "gold").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/requests").await;
    let id = first.id.to_string();
    let change = format!("{}:plan_change", free.id);
    let conditions = [("ends", "2027-03-01"), ("note", "For the season.")];
    for (request, fault) in [(&change, "An end date is for first requests."), (&id, "")] {
        let mut fields = vec![("request", request.as_str()), ("decide", "approve")];
        fields.extend(conditions);
        let answer = owner.post("/console/requests", &fields).await;
        if fault.is_empty() {
            assert_eq!(answer.status, 303, "{}", answer.body);
        } else {
            assert_eq!(answer.status, 422);
            for kept in [fault, "2027-03-01", "For the season."] {
                assert!(answer.body.contains(kept), "{kept}: {}", answer.body);
            }
        }
    }
    let first = now(&stand, &first).await;
    assert_eq!(first.ends_at, Some(datetime!(2027-03-01 00:00 UTC)));
    assert_eq!(first.decision.unwrap().reason, "For the season.");
    assert!(now(&stand, &free).await.wanted_plan.is_some());
    let late = ask(&stand, "Late", "gold").await.id.to_string();
    for (end, words) in [
        ("soon", "Use a date such as"),
        ("2020-01-01", "The end must lie after the start"),
    ] {
        let fields = [
            ("request", late.as_str()),
            ("decide", "approve"),
            ("ends", end),
        ];
        let answer = owner.post("/console/requests", &fields).await;
        let page = owner.follow(answer).await;
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
}

#[tokio::test]
async fn who_waits_longest_stands_first() {
    let stand = stand().await;
    for name in ["Early", "Later"] {
        ask(&stand, name, "gold").await;
        stand.hand.advance(std::time::Duration::from_secs(60));
    }
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get("/console/requests").await.body;
    assert!(page.find(">Early<") < page.find(">Later<"), "{page}");
}

#[tokio::test]
async fn access_ends_by_a_page_that_says_so_and_comes_back_by_renewal() {
    let stand = stand().await;
    let (_, term) = Box::pin(two_questions(&stand)).await;
    let free = ask(&stand, "Stall", "free").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let path = format!("/requests/{}", free.id);
    let page = dev.get(&path).await;
    assert!(page.body.contains(&format!("href=\"{path}/cancel\"")));
    assert!(
        !page.body.contains(&format!("{path}/renew")),
        "it has no end"
    );
    let confirm = dev.get(&format!("{path}/cancel")).await;
    assert!(confirm.body.contains("It ends now."), "{}", confirm.body);
    assert!(
        now(&stand, &free).await.ended.is_none(),
        "looking ends nothing"
    );
    assert_eq!(dev.post(&format!("{path}/cancel"), &[]).await.status, 303);
    assert!(now(&stand, &free).await.ended.is_some());
    let again = dev.post(&format!("{path}/cancel"), &[]).await;
    assert!(again.status == 422 && again.body.contains("Already cancelled"));

    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/requests").await;
    let renewal = format!("{}:renewal", term.id);
    let fields = [
        ("request", renewal.as_str()),
        ("decide", "reject"),
        ("reason", "Later"),
    ];
    assert_eq!(owner.post("/console/requests", &fields).await.status, 303);
    let path = format!("/requests/{}", term.id);
    assert!(dev.get(&path).await.body.contains(&format!("{path}/renew")));
    dev.get(&format!("{path}/renew")).await;
    let fields = [("reason", "Still needed")];
    assert_eq!(
        dev.post(&format!("{path}/renew"), &fields).await.status,
        303
    );
    let queue = owner.get("/console/requests").await;
    assert!(queue.body.contains("Still needed"), "{}", queue.body);
}

#[tokio::test]
async fn the_first_of_two_who_must_agree_is_told_that_another_decides() {
    let stand = stand().await;
    let system = Actor::system(stand.tenant, "test");
    let both = CreatePlan {
        slug: "both".into(),
        name: "Both".into(),
        approval: ApprovalMode::TwoPerson,
        environments: EnvironmentKind::ALL.to_vec(),
        ..CreatePlan::default()
    };
    plans::create_plan(&stand.db, &system, "petstore".into(), both)
        .await
        .unwrap();
    let id = ask(&stand, "Vault", "both").await.id.to_string();
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/requests").await;
    let answer = owner.post("/console/requests", &[("approve", &id)]).await;
    let page = owner.follow(answer).await;
    assert!(
        page.body.contains("1 of 2 people have") && !page.body.contains("Approved Petstore"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn a_key_for_access_that_waits_is_told_what_it_waits_for() {
    let stand = stand().await;
    let waiting = ask(&stand, "Till", "gold").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let keys = format!("/applications/{}/keys", waiting.application.id);
    let page = dev.get(&keys).await;
    let request = format!("href=\"/requests/{}\"", waiting.id);
    assert!(
        page.body.contains("Petstore waits for a decision.") && page.body.contains(&request),
        "{}",
        page.body
    );
    // Another application could ask too, and the form says which of them has.
    ask(&stand, "Stall", "free").await;
    let form = dev.get("/apis/petstore/request").await.body;
    for words in [", asked for Gold in ", ", has Free in "] {
        assert!(form.contains(words), "{words}: {form}");
    }
}
