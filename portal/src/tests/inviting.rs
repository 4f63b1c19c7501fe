//! Invitations in the console: for a part of the tenant, and where they lead.

use super::{PASSWORD, Stand, Window};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_domain::api::Visibility;

async fn invite(olga: &mut Window, fields: &[(&str, &str)]) {
    olga.get("/console/people").await;
    let sent = olga.post("/console/people", fields).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
}

/// Opens the mailed link and enters name and password; gives where that leads.
async fn accept(stand: &Stand) -> (Window, String) {
    let link = super::sso::mailed(stand, "invitation").await;
    let mut nia = stand.window();
    let page = nia.get(&link).await;
    assert_eq!(page.body.matches("required").count(), 2, "{}", page.body);
    let fields = [("name", "Nia"), ("password", PASSWORD)];
    let entered = nia.post(&link, &fields).await;
    assert_eq!(entered.status, 303, "{}", entered.body);
    let lands = entered.location().to_owned();
    (nia, lands)
}

#[tokio::test]
async fn an_invitation_for_one_api_lands_signed_in_on_its_page() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    let fields = [
        ("email", "nia@acme.test"),
        ("role", "publisher"),
        ("on", "api"),
        ("of", "petstore"),
    ];
    invite(&mut olga, &fields).await;
    let page = olga.get("/console/people").await;
    assert!(
        page.body.contains("Publisher, API Petstore"),
        "{}",
        page.body
    );
    let (mut nia, lands) = accept(&stand).await;
    assert_eq!(lands, "/t/acme/apis/petstore");
    let page = nia.get(&lands).await;
    assert!(page.status == 200 && page.body.contains("Petstore"));
    assert_eq!(nia.get("/console/apis/petstore").await.status, 200);
    assert_eq!(nia.get("/console/people").await.status, 403);
}

#[tokio::test]
async fn an_api_that_is_not_shown_to_the_newcomer_is_not_landed_on() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let system = Actor::system(stand.tenant, "test");
    let input = UpdateApi {
        visibility: Some(Visibility::Restricted),
        ..UpdateApi::default()
    };
    apis::update_api(&stand.db, &system, "petstore".into(), None, input)
        .await
        .unwrap();
    let mut olga = stand.signed_in("olga@acme.test").await;
    let fields = [
        ("email", "nia@acme.test"),
        ("role", "developer"),
        ("on", "tenant"),
        ("api", "petstore"),
    ];
    invite(&mut olga, &fields).await;
    let (mut nia, lands) = accept(&stand).await;
    assert_eq!(lands, "/t/acme/apis");
    assert_eq!(nia.get(&lands).await.status, 200);
}

#[tokio::test]
async fn a_form_that_names_nothing_that_exists_is_said_so_beside_the_field() {
    let stand = Stand::new().await;
    let mut olga = stand.signed_in("olga@acme.test").await;
    olga.get("/console/people").await;
    for (fields, field) in [
        (
            [
                ("role", "publisher"),
                ("on", "api"),
                ("of", "absent"),
                ("api", ""),
            ],
            "f-of",
        ),
        (
            [
                ("role", "developer"),
                ("on", "tenant"),
                ("of", ""),
                ("api", "absent"),
            ],
            "f-api",
        ),
        (
            [
                ("role", "developer"),
                ("on", "tenant"),
                ("of", "orders"),
                ("api", ""),
            ],
            "f-of",
        ),
    ] {
        let mut all = vec![("email", "nia@acme.test")];
        all.extend(fields);
        let refused = olga.post("/console/people", &all).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(
            refused.body.contains(&format!("{field}-error")),
            "{}",
            refused.body
        );
        assert!(refused.body.contains("value=\"nia@acme.test\""), "kept");
    }
}
