//! A call before access: what *Send* takes by itself, where it does not, and answers of the description for everybody.

use super::try_it::{GET_PET, Gateway, HTML, stand};
use super::{Stand, Window};
use crate::pages::catalogue::trial_plan::IN_FORCE_WITHIN;
use gatehouse_control_plane::plans::{self, CreatePlan};
use gatehouse_control_plane::{Actor, subscriptions};
use gatehouse_domain::plan::{ApprovalMode, LimitRule};
use gatehouse_domain::price::{Price, PricePeriod};
use gatehouse_domain::{EnvironmentKind, Role};

const SANDBOX: (&str, &str) = ("environment", "sandbox");
const NEW: (&str, &str) = ("application", "");
const SEVEN: (&str, &str) = ("path.id", "7");
const OFFERED: &str = "sending takes the plan <b>";

/// A trial of two weeks in the sandbox.
fn two_weeks(slug: &str) -> CreatePlan {
    CreatePlan {
        slug: slug.into(),
        name: "Two weeks".into(),
        approval: ApprovalMode::Auto,
        environments: vec![EnvironmentKind::Sandbox],
        limits: vec![LimitRule::Rate {
            amount: 2,
            window_s: 1,
            burst: 4,
        }],
        max_subscription_days: Some(14),
        trial: true,
        ..CreatePlan::default()
    }
}

async fn add(stand: &Stand, plan: CreatePlan) {
    let system = Actor::system(stand.tenant, "test");
    plans::create_plan(&stand.db, &system, "petstore".into(), plan)
        .await
        .unwrap();
}

/// How often access to the API was asked for in this window.
async fn requests(window: &mut Window) -> usize {
    let page = window.get("/requests").await;
    page.body.matches("Two weeks").count()
}

#[tokio::test]
async fn the_first_call_takes_the_trial_and_those_after_it_have_it() {
    let gateway = Gateway::answering(HTML);
    let stand = stand(&gateway).await;
    add(&stand, two_weeks("trial")).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get(GET_PET).await;
    for words in [
        OFFERED,
        "Two weeks</b>",
        "14 days",
        "A new one: Trying Petstore",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let form = page.between("id=\"f-environment\"", "</select>");
    assert!(
        form.contains("sandbox") && !form.contains("production"),
        "{form}"
    );
    // What cannot be sent takes nothing.
    for (fields, words) in [
        ([NEW, SANDBOX, ("path.id", "..")], "another address"),
        (
            [NEW, ("environment", "production"), SEVEN],
            "not offered in",
        ),
        ([("application", "nobodys"), SANDBOX, SEVEN], "application"),
    ] {
        let refused = dev.post(GET_PET, &fields).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
        assert!(refused.body.contains(OFFERED), "{}", refused.body);
    }
    assert!(gateway.calls().is_empty());
    assert_eq!(requests(&mut dev).await, 0);

    dev.get(GET_PET).await;
    let page = dev.post(GET_PET, &[NEW, SANDBOX, SEVEN]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for words in [
        "200 OK",
        "Trying Petstore may call now, with the plan Two weeks.",
        "/keys\">Create a key",
        "value=\"trying-petstore\"",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains(OFFERED), "{}", page.body);
    assert_eq!(gateway.calls().len(), 1);
    assert_eq!(requests(&mut dev).await, 1);

    // The same form sent once more, as it still stands after a download.
    dev.get(GET_PET).await;
    let page = dev.post(GET_PET, &[NEW, SANDBOX, SEVEN]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(!page.body.contains("may call now"), "{}", page.body);
    assert_eq!(gateway.calls().len(), 2);
    assert_eq!(requests(&mut dev).await, 1);
}

#[tokio::test]
async fn an_application_of_ones_own_takes_the_trial_where_it_is_chosen() {
    let gateway = Gateway::answering(HTML);
    let stand = stand(&gateway).await;
    add(&stand, two_weeks("trial")).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get("/applications/new").await;
    let made = dev.post("/applications/new", &[("name", "Till")]).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let page = dev.get(GET_PET).await;
    assert!(page.body.contains("value=\"\" selected"), "{}", page.body);
    let fields = [("application", "till"), SANDBOX, SEVEN];
    let page = dev.post(GET_PET, &fields).await;
    assert!(page.body.contains("Till may call now"), "{}", page.body);
    assert_eq!(gateway.calls().len(), 1);
}

#[tokio::test]
async fn the_first_call_waits_for_gateways_and_goes_where_one_of_them_is_silent() {
    let gateway = Gateway::answering(HTML);
    let stand = stand(&gateway).await;
    add(&stand, two_weeks("trial")).await;
    let silent = "insert into gateway_node (id, group_id, name, public_key, version, joined_at, last_seen_at, applied_generation)
         select gen_random_uuid(), id, 'fra-1', sha256('fra-1'), '0.1.0', now(), now(), generation from gateway_group";
    stand.database.run(silent).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get(GET_PET).await;
    let asked = std::time::Instant::now();
    let page = dev.post(GET_PET, &[NEW, SANDBOX, SEVEN]).await;
    assert!(asked.elapsed() >= IN_FORCE_WITHIN);
    assert!(page.body.contains("may call now"), "{}", page.body);
    assert_eq!(gateway.calls().len(), 1);
}

#[tokio::test]
async fn no_trial_is_taken_that_needs_somebody_words_or_money() {
    let gateway = Gateway::answering(HTML);
    let stand = stand(&gateway).await;
    let price = Price {
        currency: "EUR".into(),
        amount: Some("1".into()),
        period: Some(PricePeriod::Month),
        per_thousand_calls: None,
    };
    let asked = CreatePlan {
        approval: ApprovalMode::Manual,
        ..two_weeks("asked")
    };
    let paid = CreatePlan {
        price: Some(price),
        ..two_weeks("paid")
    };
    for plan in [asked, paid] {
        add(&stand, plan).await;
        let mut dev = stand.signed_in("dev@acme.test").await;
        let page = dev.get(GET_PET).await;
        assert!(!page.body.contains(OFFERED), "{}", page.body);
        assert!(page.body.contains("Request access"), "{}", page.body);
        let sent = dev.post(GET_PET, &[NEW, SANDBOX, SEVEN]).await;
        assert_eq!(sent.status, 422, "{}", sent.body);
    }
    // Once one is offered a team takes it once, also when it is over.
    add(&stand, two_weeks("trial")).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get(GET_PET).await;
    let page = dev.post(GET_PET, &[NEW, SANDBOX, SEVEN]).await;
    assert!(page.body.contains("may call now"), "{}", page.body);
    stand.hand.advance(std::time::Duration::from_hours(15 * 24));
    let system = Actor::system(stand.tenant, "test");
    let ended = subscriptions::expire_due(&stand.db, &system, 10).await;
    assert_eq!(ended.unwrap(), 1);
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get(GET_PET).await;
    assert!(!page.body.contains(OFFERED), "{}", page.body);
    stand.admit("two@acme.test", Role::Developer).await;
    let mut two = stand.signed_in("two@acme.test").await;
    let page = two.get(GET_PET).await;
    assert!(page.body.contains(OFFERED), "{}", page.body);
}

#[tokio::test]
async fn answers_of_the_description_need_no_access() {
    let gateway = Gateway::answering(HTML);
    let stand = stand(&gateway).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get(GET_PET).await;
    assert!(page.body.contains("no access is needed"), "{}", page.body);
    let first = page
        .between("name=\"scenario\"", "</select>")
        .split("<option value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned();
    assert!(first.starts_with("200|"), "{first}");
    let chosen = ("scenario", first.as_str());
    let page = dev.post(GET_PET, &[chosen, SEVEN]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for words in ["Nothing was sent.", "200 OK", "/sandbox/petstore/v1/pets/7"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(gateway.calls().is_empty());
}
