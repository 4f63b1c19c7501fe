//! Terms, prices and trials on pages: written, named by a plan, read and accepted.

use super::Stand;
use super::requesting::asked;
use gatehouse_domain::Role;

#[tokio::test]
async fn terms_are_written_named_by_a_plan_accepted_and_accepted_again() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let empty = owner.get("/console/terms").await;
    assert!(empty.body.contains("No terms yet"), "{}", empty.body);
    let terms = |text: &'static str| {
        [
            ("title", "Store <terms>"),
            ("slug", "store"),
            ("text", text),
        ]
    };
    let wrong = owner.post("/console/terms/new", &terms(" ")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("id=\"f-text-error\""), "{}", wrong.body);
    let text = "Be *good*. <script>alert(1)</script>";
    let made = owner.post("/console/terms/new", &terms(text)).await;
    assert_eq!(made.status, 303, "{}", made.body);

    let plan = "/console/apis/petstore/plans/gold";
    let form = owner.get(plan).await;
    assert!(form.body.contains("Store &#60;terms&#62;"), "{}", form.body);
    let version = form
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let fields = |days: &'static str| {
        vec![
            ("name", "Gold"),
            ("approval", "auto"),
            ("environments", "sandbox,production"),
            ("days", days),
            ("currency", "EUR"),
            ("amount", "49.90"),
            ("price_period", "month"),
            ("trial", "yes"),
            ("terms", "store"),
            ("row_version", version.as_str()),
        ]
    };
    let endless = owner.post(plan, &fields("")).await;
    assert_eq!(endless.status, 422);
    assert!(
        endless.body.contains("id=\"f-trial-error\""),
        "{}",
        endless.body
    );
    let saved = owner.post(plan, &fields("14")).await;
    assert_eq!(saved.status, 303, "{}", saved.body);

    let mut dev = stand.signed_in("dev@acme.test").await;
    let api = dev.get("/apis/petstore").await;
    assert!(
        api.body.contains("EUR 49.90 a month, to try once"),
        "{}",
        api.body
    );
    let path = "/apis/petstore/request";
    let form = dev.get(&format!("{path}?plan=gold")).await;
    assert!(
        form.body.contains("name=\"terms.gold\" value=\"1\""),
        "{}",
        form.body
    );
    assert!(
        form.body.contains("href=\"/terms/store?version=1\""),
        "{}",
        form.body
    );
    let mut wish = vec![
        ("plan", "gold"),
        ("environment", "production"),
        ("application", "new"),
        ("app_name", "Kiosk"),
        ("team", ""),
        ("purpose", "Selling pets"),
    ];
    let refused = dev.post(path, &wish).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("id=\"f-terms.gold-error\""),
        "{}",
        refused.body
    );
    wish.push(("terms.gold", "1"));
    let sent = dev.post(path, &wish).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let text = dev.get("/terms/store").await;
    assert!(text.body.contains("Be <em>good</em>."), "{}", text.body);
    assert!(!text.body.contains("alert(1)</script>"), "{}", text.body);
    assert!(!text.body.contains("Accept version"), "nothing is due");

    let page = owner.get("/console/terms/store").await;
    let version = page
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let next = [("text", "Be better."), ("row_version", version.as_str())];
    let published = owner.post("/console/terms/store", &next).await;
    assert_eq!(published.status, 303, "{}", published.body);
    let stale = owner.post("/console/terms/store", &next).await;
    assert_eq!(stale.status, 422, "somebody else was faster");
    let access = asked(&stand).await.remove(0);
    let request = format!("/requests/{}", access.id);
    let shown = dev.get(&request).await;
    assert!(shown.body.contains("Accept new terms"), "{}", shown.body);
    // Whoever decides reads it; only its team, or who manages every application, accepts.
    stand.admit("ana@acme.test", Role::Approver).await;
    let seen = stand.signed_in("ana@acme.test").await.get(&request).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    assert!(!seen.body.contains("Accept new terms"), "{}", seen.body);
    let due = format!("/terms/store?version=2&access={}", access.id);
    let text = dev.get(&due).await;
    assert!(
        text.body.contains("Accept version 2 for Kiosk"),
        "{}",
        text.body
    );
    let id = access.id.to_string();
    let old = dev
        .post("/terms/store", &[("access", id.as_str()), ("version", "1")])
        .await;
    assert_eq!(old.status, 422);
    assert!(
        old.body.contains("Be better."),
        "the newest is shown: {}",
        old.body
    );
    let accepted = dev
        .post("/terms/store", &[("access", id.as_str()), ("version", "2")])
        .await;
    assert_eq!(accepted.status, 303, "{}", accepted.body);
    let shown = dev.get(&request).await;
    assert!(
        shown.body.contains("Store &#60;terms&#62;, version 2"),
        "{}",
        shown.body
    );
    assert!(!shown.body.contains("Accept new terms"), "{}", shown.body);
}
