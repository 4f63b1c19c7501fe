//! Products over several APIs: put together in the console, found and asked for in the portal.

use super::{Stand, Window};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::publishing::{self, PublishSpec, Source};
use gatehouse_domain::{Role, Visibility};

const HOME: &str = "/console/products/shop";

/// Petstore and toys, which only their team finds.
async fn hidden_apis() -> Stand {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let system = Actor::system(stand.tenant, "test");
    let document = gatehouse_harness::descriptions::petstore("Toys", "http://127.0.0.1:9/");
    let toys = PublishSpec {
        api: "toys".into(),
        version: "v1".into(),
        content: document.to_string().into(),
        source: Source::default(),
        create: true,
        dry_run: false,
        drop_orphans: false,
    };
    assert!(
        publishing::publish_spec(&stand.db, &system, toys)
            .await
            .is_ok()
    );
    for api in ["petstore", "toys"] {
        let hide = UpdateApi {
            visibility: Some(Visibility::Private),
            ..UpdateApi::default()
        };
        apis::update_api(&stand.db, &system, api.into(), None, hide)
            .await
            .unwrap();
    }
    stand
}

/// Sends a form of the product's page as it stands now.
async fn send(window: &mut Window, form: &str, fields: &[(&str, &str)]) -> u16 {
    let page = window.get(HOME).await;
    let version = page
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let mut all = vec![("row_version", version.as_str())];
    all.extend_from_slice(fields);
    window.post(&format!("{HOME}/{form}"), &all).await.status
}

#[tokio::test]
async fn a_product_is_put_together_offered_found_asked_for_and_retired() {
    let stand = hidden_apis().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    assert_eq!(dev.get("/apis/petstore").await.status, 404);
    owner.get("/console/products").await;
    let new = [("name", "Shop"), ("slug", "shop"), ("summary", "All of it")];
    let made = owner.post("/console/products", &new).await;
    assert_eq!(made.location(), HOME);
    assert_eq!(
        owner.post("/console/products", &new).await.status,
        422,
        "the name is taken"
    );
    assert_eq!(
        send(&mut owner, "state", &[("state", "published")]).await,
        422,
        "it is empty"
    );
    let only = [
        ("item", "petstore/v1"),
        ("operations", "GET /pets\nGET /pets/{id}"),
    ];
    assert_eq!(send(&mut owner, "items", &only).await, 303);
    let wrong = [("item", "toys/v1"), ("operations", "GET /none")];
    assert_eq!(send(&mut owner, "items", &wrong).await, 422);
    assert_eq!(send(&mut owner, "items", &[("item", "toys/v1")]).await, 303);
    let page = owner.get(HOME).await;
    assert!(
        page.body.contains("<code>GET /pets/{}</code>"),
        "{}",
        page.body
    );
    let plan = [
        ("slug", "all"),
        ("name", "Everything"),
        ("approval", "auto"),
        ("environments", "sandbox,production"),
        ("rate", "5"),
    ];
    owner.get(&format!("{HOME}/plans/new")).await;
    let planned = owner.post(&format!("{HOME}/plans/new"), &plan).await;
    assert!(planned.location().starts_with(HOME), "{}", planned.body);
    assert!(
        owner
            .get("/console/plans")
            .await
            .body
            .contains("/console/products/shop/plans/all")
    );
    assert_eq!(
        dev.get("/products/shop").await.status,
        404,
        "a draft is nobody's"
    );
    assert_eq!(
        send(&mut owner, "state", &[("state", "published")]).await,
        303
    );
    // Found with everything it opens, by the plans of the product alone.
    let list = dev.get("/apis").await;
    assert!(
        list.body.contains("href=\"/products/shop\""),
        "{}",
        list.body
    );
    let page = dev.get("/products/shop").await;
    assert!(page.body.contains("Everything") && page.body.contains("<code>GET /pets/{}</code>"));
    let api = dev.get("/apis/petstore").await;
    assert!(
        api.body.contains("Access comes with a product"),
        "{}",
        api.body
    );
    assert!(
        !api.body.contains("Request Gold"),
        "its own plans stay hidden"
    );
    let form = dev.get("/products/shop/request?plan=all").await;
    assert!(
        form.body.contains("action=\"/products/shop/request\""),
        "{}",
        form.body
    );
    let wish = [
        ("plan", "all"),
        ("environment", "sandbox"),
        ("application", "new"),
        ("app_name", "Till"),
        ("purpose", "Sells."),
    ];
    let asked = dev.post("/products/shop/request", &wish).await;
    assert!(asked.location().contains("/keys"), "{}", asked.body);
    assert!(dev.get("/products/shop").await.body.contains("Open keys"));
    assert!(dev.get("/apis/toys").await.body.contains("Open keys"));
    let retire = format!("{HOME}/retire");
    assert_eq!(
        send(&mut owner, "state", &[("state", "deprecated")]).await,
        303
    );
    let confirm = owner.get(&retire).await;
    assert!(
        confirm.body.contains("1 subscription ends"),
        "{}",
        confirm.body
    );
    assert_eq!(
        owner.post(&retire, &[]).await.status,
        422,
        "a reason is asked for"
    );
    assert_eq!(
        owner.post(&retire, &[("reason", "Closed.")]).await.status,
        303
    );
    assert_eq!(dev.get("/products/shop").await.status, 404);
    assert_eq!(dev.get("/apis/toys").await.status, 404);
}

#[tokio::test]
async fn a_product_is_shown_to_the_teams_it_names_and_changed_by_those_who_may() {
    let stand = hidden_apis().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    owner.get("/console/products").await;
    let new = [("name", "Shop"), ("slug", "shop")];
    owner.post("/console/products", &new).await;
    assert_eq!(send(&mut owner, "items", &[("item", "toys/v1")]).await, 303);
    assert_eq!(
        send(&mut owner, "state", &[("state", "published")]).await,
        303
    );
    let settings = |visibility, teams| {
        [
            ("name", "Shop"),
            ("visibility", visibility),
            ("teams", teams),
        ]
    };
    assert_eq!(
        send(&mut owner, "settings", &settings("restricted", "")).await,
        303
    );
    assert_eq!(dev.get("/products/shop").await.status, 404);
    assert_eq!(
        send(&mut owner, "settings", &settings("restricted", "nobody")).await,
        422
    );
    let teams = dev.get("/applications/new").await;
    assert_eq!(teams.status, 200);
    let mine = team_of(&stand, "dev@acme.test").await;
    assert_eq!(
        send(&mut owner, "settings", &settings("restricted", &mine)).await,
        303
    );
    assert_eq!(dev.get("/products/shop").await.status, 200);
    assert_eq!(stand.window().get("/products/shop").await.status, 404);
    assert_eq!(
        send(&mut owner, "settings", &settings("public", "")).await,
        303
    );
    assert_eq!(stand.window().get("/products/shop").await.status, 200);
    // A form that was filled before somebody else changed the product is refused.
    let late = [("row_version", "1"), ("state", "deprecated")];
    assert_eq!(
        owner.post(&format!("{HOME}/state"), &late).await.status,
        422
    );
    assert_eq!(dev.get(HOME).await.status, 403);
    assert_eq!(dev.post(&format!("{HOME}/state"), &late).await.status, 403);
    assert_eq!(
        send(&mut owner, "items/remove", &[("item", "toys/v1")]).await,
        422,
        "on offer"
    );
}

/// The slug of somebody's own team.
async fn team_of(stand: &Stand, email: &str) -> String {
    let actor = stand.actor(email).await;
    let olga = stand.actor("olga@acme.test").await;
    let page = gatehouse_control_plane::Page {
        limit: 200,
        after: None,
    };
    let teams = gatehouse_control_plane::teams::list_teams(&stand.db, &olga, &page)
        .await
        .unwrap();
    let own = teams.data.into_iter().find(|team| {
        let mut members = team.members.iter();
        team.personal && members.any(|member| Some(member.user_id) == actor.user())
    });
    own.unwrap().slug
}
