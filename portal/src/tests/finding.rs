//! Search, the pages of error codes, and logs: what they show, and that what is not allowed looks like what is not there.

use super::Stand;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::publishing::{self, PublishSpec, Source};
use gatehouse_control_plane::teams::{self, CreateTeam, TeamKind};
use gatehouse_domain::Role;
use gatehouse_problem::ProblemKind;

#[tokio::test]
async fn one_field_finds_apis_operations_and_applications_and_suggests_spellings() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let home = dev.get("/applications").await;
    assert!(home.body.contains("action=\"/search\""), "{}", home.body);
    dev.get("/applications/new").await;
    let made = dev
        .post(
            "/applications/new",
            &[("name", "Petting zoo"), ("description", "")],
        )
        .await;
    assert_eq!(made.status, 303, "{}", made.body);
    let page = dev.get("/search?q=pet").await;
    for words in [
        "/apis/petstore\"",
        "/apis/petstore/v1/reference/getPet",
        "Petting zoo",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let near = dev.get("/search?q=petsotre").await;
    assert!(
        near.body.contains("Did you mean") && near.body.contains("/search?q=Petstore"),
        "{}",
        near.body
    );
    let nothing = dev.get("/search?q=%3Cscript%3Ex").await;
    assert!(
        nothing.body.contains("Nothing matches") && !nothing.body.contains("<script>x"),
        "{}",
        nothing.body
    );
    assert_eq!(dev.get("/search").await.status, 200);
}

#[tokio::test]
async fn every_code_has_a_page_with_the_body_an_application_gets() {
    let stand = Stand::new().await;
    let mut window = stand.window();
    for kind in ProblemKind::ALL {
        let page = window.get(&format!("/errors/{}", kind.code())).await;
        assert_eq!(page.status, 200, "{kind:?}");
        for words in [
            kind.code(),
            "problem+json",
            "request_id",
            "Sending the same again",
        ] {
            assert!(page.body.contains(words), "{kind:?}: {words}");
        }
    }
    assert_eq!(window.get("/errors/nonsense").await.status, 404);
}

#[tokio::test]
async fn logs_are_of_the_own_application_and_a_call_of_nobody_is_not_found() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    stand.admit("eve@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    dev.get("/applications/new").await;
    dev.post(
        "/applications/new",
        &[("name", "Shop floor"), ("description", "")],
    )
    .await;
    let logs = "/applications/shop-floor/logs";
    let page = dev.get(logs).await;
    assert!(
        page.status == 200 && page.body.contains("No calls yet"),
        "{}",
        page.body
    );
    let filtered = dev.get(&format!("{logs}?status=4xx&since=hour")).await;
    assert!(
        filtered.body.contains("No call matches"),
        "{}",
        filtered.body
    );
    let call = format!("{logs}/req_01j00000000000000000000000");
    assert_eq!(dev.get(&call).await.status, 404);
    assert_eq!(dev.get(&format!("{logs}/nonsense")).await.status, 404);
    let mut eve = stand.signed_in("eve@acme.test").await;
    for path in [logs, call.as_str()] {
        assert_eq!(eve.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_status_page_is_for_who_is_signed_in_and_names_the_apis() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let mut window = stand.window();
    assert_eq!(window.get("/status").await.status, 303);
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let page = dev.get("/status").await;
    for words in [
        "No gateway serves these APIs yet",
        "Petstore",
        "Nobody has called it",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
}

#[tokio::test]
async fn the_catalogue_is_narrowed_by_facets_whose_counts_say_what_is_left() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let system = Actor::system(stand.tenant, "test");
    let team = CreateTeam {
        slug: "bank".into(),
        name: "Bank".into(),
        kind: TeamKind::Provider,
    };
    teams::create_team(&stand.db, &system, team).await.unwrap();
    let document = gatehouse_harness::descriptions::petstore("Ledger", "http://127.0.0.1:9/");
    let input = PublishSpec {
        api: "ledger".into(),
        version: "v1".into(),
        content: document.to_string().into(),
        source: Source::default(),
        create: true,
        drop_orphans: false,
        dry_run: false,
    };
    assert!(
        publishing::publish_spec(&stand.db, &system, input)
            .await
            .is_ok()
    );
    let owner = UpdateApi {
        name: Some("Ledger".into()),
        owner_team: Some("bank".into()),
        ..UpdateApi::default()
    };
    apis::update_api(&stand.db, &system, "ledger".into(), None, owner)
        .await
        .unwrap();
    let mut window = stand.signed_in("olga@acme.test").await;
    let all = window.get("/apis").await.body;
    crate::gallery::hold_to_the_rules("facets", &all);
    let choice = "name=\"team\" value=\"bank\" data-go>Bank<span class=\"n\">1</span>";
    assert!(all.contains(choice), "{all}");
    assert!(all.contains(">Live<span class=\"n\">2</span>"), "{all}");
    assert!(all.contains("2 APIs"), "{all}");
    let some = window.get("/apis?team=bank&state=published").await.body;
    assert!(
        some.contains("href=\"/apis/ledger\"") && !some.contains("href=\"/apis/petstore\""),
        "{some}"
    );
    assert!(some.contains("value=\"bank\" checked data-go"), "{some}");
    // The search keeps what is chosen, and a second choice of a kind widens it.
    assert!(
        some.contains("<input type=\"hidden\" name=\"team\" value=\"bank\">"),
        "{some}"
    );
    assert!(some.contains(">Live<span class=\"n\">1</span>"), "{some}");
    let none = window.get("/apis?team=bank&state=deprecated").await.body;
    assert!(
        none.contains("Nothing matches") && none.contains("0 APIs"),
        "{none}"
    );
    let both = window
        .get("/apis?state=deprecated&state=published")
        .await
        .body;
    assert!(both.contains("2 APIs"), "{both}");
    let odd = window.get("/apis?tag=%3Cscript%3E").await.body;
    assert!(
        odd.contains("Nothing matches") && !odd.contains("<script>"),
        "{odd}"
    );
}
