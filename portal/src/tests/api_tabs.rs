//! The pages of one API in the console: each under its own address, each about this API alone.

use super::Stand;
use super::queue::{ask, stand};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::apis::{self, ApiView, CreateApi, DataClass};
use gatehouse_domain::{Role, Visibility};

const TABS: [(&str, &str); 9] = [
    ("Overview", ""),
    ("Versions", "/versions"),
    ("Routing", "/routing"),
    ("Policies", "/policies"),
    ("Plans", "/plans"),
    ("Docs", "/docs"),
    ("Consumers", "/consumers"),
    ("Traffic", "/traffic"),
    ("Settings", "/settings"),
];
const PETS: &str = "/console/apis/petstore";

async fn petstore(stand: &Stand) -> ApiView {
    let system = Actor::system(stand.tenant, "test");
    let found = apis::get_api(&stand.db, &system, "petstore".into()).await;
    found.unwrap()
}

/// A second API that has nothing but its name.
async fn bare(stand: &Stand) {
    let system = Actor::system(stand.tenant, "test");
    let input = CreateApi {
        slug: "bare".into(),
        name: "Bare".into(),
        summary: String::new(),
        owner_team: None,
        visibility: None,
        data_class: DataClass::Internal,
    };
    apis::create_api(&stand.db, &system, input).await.unwrap();
}

#[tokio::test]
async fn every_tab_has_an_address_and_shows_only_to_those_who_may_open_it() {
    let stand = stand().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    for (label, path) in TABS {
        let page = owner.get(&format!("{PETS}{path}")).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        let tabs = page.between("<nav class=\"tabs\"", "</nav>");
        for (_, other) in TABS {
            assert!(tabs.contains(&format!("href=\"{PETS}{other}\"")), "{tabs}");
        }
        let current = tabs.split_once("aria-current=\"page\">").unwrap().1;
        assert!(current.starts_with(label), "{path}: {tabs}");
    }
    stand.admit("ana@acme.test", Role::Approver).await;
    let mut ana = stand.signed_in("ana@acme.test").await;
    let page = ana.get(PETS).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let tabs = page.between("<nav class=\"tabs\"", "</nav>");
    assert!(
        tabs.contains("/consumers\"") && !tabs.contains("/settings\""),
        "{tabs}"
    );
    assert_eq!(ana.get(&format!("{PETS}/settings")).await.status, 403);
    assert_eq!(owner.get("/console/apis/nothere/traffic").await.status, 404);
}

#[tokio::test]
async fn the_overview_names_what_keeps_people_from_calling_it() {
    let stand = stand().await;
    bare(&stand).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get("/console/apis/bare").await.body;
    for words in [
        "No version is live",
        "Calls lead nowhere",
        "There is no plan",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = owner.get(PETS).await.body;
    for words in ["No version is live", "There is no plan"] {
        assert!(!page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("/petstore/v1</code>"), "{page}");
}

#[tokio::test]
async fn consumers_and_plans_are_those_of_this_api() {
    let stand = stand().await;
    bare(&stand).await;
    ask(&stand, "Till", "gold").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(&format!("{PETS}/consumers")).await.body;
    assert!(page.contains(">Till</a>"), "{page}");
    assert!(
        page.contains("href=\"/console/requests?api=petstore\""),
        "{page}"
    );
    let page = owner.get("/console/apis/bare/consumers").await.body;
    assert!(
        page.contains("Nobody uses this API yet") && !page.contains("Till"),
        "{page}"
    );
    let plans = owner.get(&format!("{PETS}/plans")).await.body;
    assert!(
        plans.contains("/console/apis/petstore/plans/gold\""),
        "{plans}"
    );
    let plans = owner.get("/console/apis/bare/plans").await.body;
    assert!(plans.contains("No plans yet"), "{plans}");
}

#[tokio::test]
async fn settings_are_saved_as_they_were_shown_or_refused_beside_the_field() {
    let stand = stand().await;
    let path = format!("{PETS}/settings");
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(&path).await;
    let version = page
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let team = petstore(&stand).await.owner_team.slug;
    let mut fields = vec![
        ("row_version", version.as_str()),
        ("name", "Animal shop"),
        ("summary", "Cats."),
        ("team", team.as_str()),
        ("visibility", "restricted"),
        ("teams", team.as_str()),
        ("data_class", "personal"),
        ("stale_after", "soon"),
    ];
    let refused = owner.post(&path, &fields).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused.body.contains("&#39;soon&#39; is none."),
        "{}",
        refused.body
    );
    fields[7] = ("stale_after", "9");
    let refused = owner.post(&path, &fields).await;
    assert!(
        refused.body.contains("Use between 10 and"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("value=\"Animal shop\""),
        "{}",
        refused.body
    );
    assert_eq!(petstore(&stand).await.name, "Petstore", "nothing is saved");
    fields[7] = ("stale_after", "600");
    assert_eq!(owner.post(&path, &fields).await.status, 303);
    let saved = petstore(&stand).await;
    assert_eq!(
        (saved.name.as_str(), saved.summary.as_str()),
        ("Animal shop", "Cats.")
    );
    assert_eq!(
        (saved.visibility, saved.data_class),
        (Visibility::Restricted, DataClass::Personal)
    );
    assert_eq!(
        (saved.granted_teams.len(), saved.config_max_age_s),
        (1, Some(600))
    );
    let late = owner.post(&path, &fields).await;
    assert_eq!(late.status, 422);
    assert!(
        late.body.contains("Somebody changed this while you did."),
        "{}",
        late.body
    );
}

const USED: &str = "insert into usage_hour
     (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id, subscription_id, plan_id, credential_id,
      status_class, reason, count, bytes_in, bytes_out, latency_us_sum, upstream_us_sum, latency_histogram)
     select v.tenant_id, '2026-11-20 11:00:00Z', gen_random_uuid(), v.id, 'GET /pets', gen_random_uuid(), gen_random_uuid(),
            gen_random_uuid(), gen_random_uuid(), 2, 'ok', 1234, 0, 0, 0, 0, '{1234}' from api_version v";

#[tokio::test]
async fn traffic_is_what_every_application_called() {
    let stand = stand().await;
    let path = format!("{PETS}/traffic");
    let mut owner = stand.signed_in("olga@acme.test").await;
    assert!(owner.get(&path).await.body.contains("No traffic yet"));
    stand
        .database
        .run("select ensure_partitions('2026-11-19', '2026-11-21')")
        .await;
    stand.database.run(USED).await;
    stand.database.run(USED).await;
    let day = owner.get(&format!("{path}?range=day")).await.body;
    assert!(day.contains("<span class=\"big\">2,468"), "{day}");
    assert!(day.contains("<code>/pets</code>"), "{day}");
    let overview = owner.get(PETS).await.body;
    assert!(overview.contains("<span class=\"big\">2,468"), "{overview}");
    let hour = owner.get(&format!("{path}?range=hour")).await.body;
    assert!(hour.contains("No traffic yet"), "another table: {hour}");
}
