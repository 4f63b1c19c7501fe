//! What approvers and requesters tell one another through pages, refusals taken back, and the queue's filters and conditions.

use super::queue::{ask, now, stand};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::subscriptions::{self, MESSAGE_MAX, SetApprovalSettings};
use gatehouse_domain::Role;
use gatehouse_domain::subscription::ShownState;

#[tokio::test]
async fn both_sides_write_on_the_request_and_the_queue_shows_the_last_word() {
    let stand = stand().await;
    let id = ask(&stand, "Till", "gold").await.id;
    let path = format!("/requests/{id}/messages");
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get(&path).await;
    let sent = dev
        .post(&path, &[("text", "<img src=x onerror=alert(1)>")])
        .await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let mut owner = stand.signed_in("olga@acme.test").await;
    let queue = owner.get("/console/requests").await.body;
    let escaped = "1 message, the last by dev: &#60;img src=x onerror=alert(1)&#62;";
    assert!(queue.contains(escaped), "{queue}");
    assert!(queue.contains(&format!("href=\"{path}\"")), "{queue}");
    stand.hand.advance(std::time::Duration::from_secs(1));
    owner.get(&path).await;
    assert_eq!(owner.post(&path, &[("text", "Why\nso?")]).await.status, 303);
    let page = dev.get(&format!("/requests/{id}")).await.body;
    let (first, second) = (page.find("&#60;img"), page.find("Why\nso?"));
    assert!(first.is_some() && first < second, "{page}");
    assert!(
        page.contains("Olga Owner</b> <span class=\"muted\">decides,"),
        "{page}"
    );
    let long = "a".repeat(MESSAGE_MAX + 1);
    for (text, words) in [("", "Fill this in."), (long.as_str(), "this has 2,001")] {
        let refused = dev.post(&path, &[("text", text)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains(words), "{}", refused.body);
        assert!(refused.body.contains(&format!(">{text}</textarea>")));
    }
    let mut mia = stand.signed_in("mia@acme.test").await;
    assert_eq!(mia.get(&path).await.status, 404);
    assert_eq!(mia.post(&path, &[("text", "Hi")]).await.status, 404);
    stand.admit("audrey@acme.test", Role::Auditor).await;
    let mut audrey = stand.signed_in("audrey@acme.test").await;
    let page = audrey.get(&path).await.body;
    assert!(
        page.contains("Why\nso?") && !page.contains("<textarea"),
        "{page}"
    );
}

#[tokio::test]
async fn a_rejection_by_mistake_is_taken_back_by_one_press_and_later_too() {
    let stand = stand().await;
    let one = ask(&stand, "Till", "gold").await;
    let two = ask(&stand, "Stall", "gold").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/requests").await;
    let (first, second) = (one.id.to_string(), two.id.to_string());
    let fields = [
        ("request", first.as_str()),
        ("request", &second),
        ("decide", "reject"),
        ("preset", "Purpose needs more detail"),
    ];
    let answer = owner.post("/console/requests", &fields).await;
    let page = owner.follow(answer).await;
    assert!(page.body.contains("Rejected 2 requests."), "{}", page.body);
    let undo = page.between("action=\"/console/requests/undo\"", "</form>");
    assert!(undo.contains(&first) && undo.contains(&second), "{undo}");
    assert_eq!(now(&stand, &one).await.shown, ShownState::Rejected);
    let fields = [("request", first.as_str()), ("request", &second)];
    let answer = owner.post("/console/requests/undo", &fields).await;
    let page = owner.follow(answer).await;
    assert!(
        page.body.contains("2 requests wait again."),
        "{}",
        page.body
    );
    assert!(!page.body.contains("/console/requests/undo"));
    let mut dev = stand.signed_in("dev@acme.test").await;
    let shown = dev.get(&format!("/requests/{first}")).await.body;
    assert!(shown.contains("Waiting for a decision") && !shown.contains("Written by"));
    // Pressed again, it says what it is, and takes nothing back.
    let answer = owner.post("/console/requests/undo", &fields).await;
    let page = owner.follow(answer).await;
    assert!(
        page.body.contains("It still waits for a decision."),
        "{}",
        page.body
    );

    let system = Actor::system(stand.tenant, "test");
    subscriptions::reject(&stand.db, &system, one.id, "No")
        .await
        .unwrap();
    let decided = owner.get("/console/requests/decided").await;
    let form = decided.between("action=\"/console/requests/undo\"", "</form>");
    assert!(
        form.contains(&first) && form.contains("Reconsider"),
        "{form}"
    );
    let fields = [("request", first.as_str())];
    assert_eq!(
        owner.post("/console/requests/undo", &fields).await.status,
        303
    );
    assert_eq!(now(&stand, &one).await.shown, ShownState::Pending);
    assert_eq!(
        dev.post("/console/requests/undo", &fields).await.status,
        403
    );
}

#[tokio::test]
async fn a_filter_stands_in_the_address_and_a_decision_comes_back_to_it() {
    let stand = stand().await;
    let late = ask(&stand, "Early", "gold").await;
    stand
        .hand
        .advance(std::time::Duration::from_secs(3 * 86_400));
    ask(&stand, "Fresh", "gold").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let shows = async |owner: &mut super::Window, query: &str| {
        let page = owner.get(&format!("/console/requests{query}")).await.body;
        (page.contains(">Early<"), page.contains(">Fresh<"))
    };
    assert_eq!(shows(&mut owner, "").await, (true, true));
    assert_eq!(shows(&mut owner, "?show=late").await, (true, false));
    assert_eq!(
        shows(&mut owner, "?show=mine&api=petstore").await,
        (true, true)
    );
    assert_eq!(shows(&mut owner, "?about=renewal").await, (false, false));
    assert_eq!(shows(&mut owner, "?api=other").await, (false, false));
    let page = owner.get("/console/requests?show=late").await.body;
    assert!(page.contains("<option value=\"late\" selected>"), "{page}");
    assert!(
        page.contains("name=\"filter\" value=\"show=late\""),
        "{page}"
    );
    assert!(
        page.contains("past target") || page.contains("passed on"),
        "{page}"
    );
    let id = late.id.to_string();
    let fields = [("approve", id.as_str()), ("filter", "show=late")];
    let answer = owner.post("/console/requests", &fields).await;
    assert!(answer.location().starts_with("/console/requests?show=late"));
    let fields = [("decide", "approve"), ("filter", "show=late")];
    let answer = owner.post("/console/requests", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body.contains("<option value=\"late\" selected>"));
}

#[tokio::test]
async fn an_approval_names_another_plan_and_lower_limits() {
    let stand = stand().await;
    let first = ask(&stand, "Till", "gold").await;
    let id = first.id.to_string();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get("/console/requests").await;
    let select = page.between("id=\"f-plan\"", "</select>").to_owned();
    let (before, _) = select.split_once("\">Petstore: Free").unwrap();
    let plan = before.rsplit_once('"').unwrap().1.to_owned();
    let fields = [
        ("request", id.as_str()),
        ("decide", "approve"),
        ("plan", plan.as_str()),
        ("rate", "0"),
        ("quota", "many"),
    ];
    let refused = owner.post("/console/requests", &fields).await;
    assert_eq!(refused.status, 422);
    for words in [
        "href=\"#f-rate\"",
        "href=\"#f-quota\"",
        "value=\"many\"",
        "Use a whole number from 1.",
        &format!("value=\"{plan}\" selected"),
    ] {
        assert!(refused.body.contains(words), "{words}: {}", refused.body);
    }
    let fields = [
        ("request", id.as_str()),
        ("decide", "approve"),
        ("plan", plan.as_str()),
        ("rate", "2"),
        ("quota", "20"),
    ];
    let answer = owner.post("/console/requests", &fields).await;
    let page = owner.follow(answer).await;
    assert!(
        page.body.contains("Approved Petstore for Till."),
        "{}",
        page.body
    );
    let now = now(&stand, &first).await;
    assert_eq!(now.plan.slug, "free");
    assert_eq!(now.own_limits.len(), 2);
}

#[tokio::test]
async fn the_queue_says_what_is_risked_and_offers_the_tenants_reasons() {
    let stand = stand().await;
    ask(&stand, "Till", "gold").await;
    let olga = stand.actor("olga@acme.test").await;
    let settings = SetApprovalSettings {
        due_s: 3600,
        remind_before_s: None,
        escalation_team: None,
        reject_reasons: Some(vec!["Ask the <board> first".into()]),
    };
    subscriptions::set_approval_settings(&stand.db, &olga, None, settings)
        .await
        .unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get("/console/requests").await.body;
    for words in [
        "Ask the &#60;board&#62; first",
        "May make 36 calls a day",
        "Nobody else has access yet",
        "First access of this team",
        "due in ",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Another API fits better"));
}

#[tokio::test]
async fn due_times_reasons_and_deputies_are_set_on_a_page_of_their_own() {
    let stand = stand().await;
    stand.admit("ann@acme.test", Role::Approver).await;
    let path = "/console/requests/settings";
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(path).await.body;
    assert!(
        page.contains("value=\"2 days\"") && page.contains("value=\"4 hours\""),
        "{page}"
    );
    let form = |due: &'static str, reasons: &'static str| {
        [
            ("row_version", "0"),
            ("due", due),
            ("remind", ""),
            ("team", ""),
            ("reasons", reasons),
        ]
    };
    for (due, reasons, field, words) in [
        ("soon", "No", "due", "as in 1 day 12 hours"),
        ("91 days", "No", "due", "Use 60 to 7,776,000 seconds"),
        ("1 day", "Same\nSame", "reasons", "in the list already"),
    ] {
        let refused = owner.post(path, &form(due, reasons)).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let at = format!("href=\"#f-{field}\"");
        assert!(
            refused.body.contains(&at) && refused.body.contains(words),
            "{}",
            refused.body
        );
        assert!(refused.body.contains(&format!("value=\"{due}\"")));
    }
    let saved = owner
        .post(path, &form("1 day 12 hours", "Not now\n\nNot here\n"))
        .await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let olga = stand.actor("olga@acme.test").await;
    let now = subscriptions::get_approval_settings(&stand.db, &olga)
        .await
        .unwrap();
    assert_eq!((now.due_s, now.remind_before_s), (129_600, None));
    assert_eq!(now.reject_reasons, ["Not now", "Not here"]);
    let stale = owner.post(path, &form("1 day", "")).await;
    assert!(stale.status == 422 && stale.body.contains("Somebody changed this"));

    let mut ann = stand.signed_in("ann@acme.test").await;
    let page = ann.get(path).await.body;
    assert!(
        !page.contains("name=\"due\"") && page.contains("after 1 day 12 hours"),
        "{page}"
    );
    assert_eq!(ann.post(path, &form("1 day", "")).await.status, 403);
    let mia = stand
        .actor("mia@acme.test")
        .await
        .user()
        .unwrap()
        .to_string();
    let deputies = format!("{path}/deputies");
    let refused = ann
        .post(&deputies, &[("to", &mia), ("ends", "2027-06-01")])
        .await;
    assert!(
        refused.status == 422 && refused.body.contains("at most 90 days"),
        "{}",
        refused.body
    );
    let made = ann
        .post(
            &deputies,
            &[("to", &mia), ("ends", "2026-12-01"), ("why", "Away")],
        )
        .await;
    let page = ann.follow(made).await;
    assert!(page.body.contains("mia decides for you."), "{}", page.body);
    let revoke = page.between(
        "<form method=\"post\" action=\"/console/requests/settings/deputies/dlg",
        "\"",
    );
    let revoke = format!("{deputies}/dlg{revoke}");
    let answer = ann.post(&revoke, &[]).await;
    let page = ann.follow(answer).await;
    assert!(
        page.body.contains("mia no longer decides for ann."),
        "{}",
        page.body
    );
    let listed = subscriptions::list_delegations(&stand.db, &olga, &Default::default()).await;
    assert!(!listed.unwrap().data[0].in_force);
}
