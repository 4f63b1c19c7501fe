//! Who finds what: the same answer in the list, on pages, in search, in downloads and in requests.

use gatehouse_control_plane::apis::{self, ApiFilter, UpdateApi};
use gatehouse_control_plane::catalogue::{self, CatalogueFilter, Viewer};
use gatehouse_control_plane::guides::{self, GuideInput};
use gatehouse_control_plane::subscriptions::{self, AppChoice};
use gatehouse_control_plane::{Actor, Lookup, Page, health, plans, versions};
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::{ApiVersionState, Visibility};

use crate::world::{PETS, World, existing, is_not_found, unknown};

impl World {
    async fn show(&self, visibility: Visibility, teams: Vec<&str>) {
        let input = UpdateApi {
            visibility: Some(visibility),
            granted_teams: Some(teams.into_iter().map(Lookup::from).collect()),
            ..UpdateApi::default()
        };
        apis::update_api(&self.db, &self.paul, self.api(), None, input)
            .await
            .unwrap();
    }

    /// Whether a viewer finds the API, asked on every road; they must agree.
    async fn finds(&self, viewer: Viewer<'_>) -> bool {
        let db = &self.db;
        let page = Page::default();
        let listed = catalogue::catalogue(db, &viewer, &CatalogueFilter::default(), &page).await;
        let answers = [
            !listed.unwrap().data.is_empty(),
            catalogue::catalogue_api(db, &viewer, "pets").await.is_ok(),
            catalogue::find_operations(db, &viewer, "pets", "v1")
                .await
                .is_ok(),
            catalogue::get_operation(db, &viewer, "pets", "v1", "listPets")
                .await
                .is_ok(),
            catalogue::get_reference(db, &viewer, "pets", "v1", "listPets")
                .await
                .is_ok(),
            catalogue::download_spec(db, &viewer, "pets", "v1")
                .await
                .is_ok(),
            !catalogue::search_operations(db, &viewer, "list pet", 10)
                .await
                .unwrap()
                .is_empty(),
        ];
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{answers:?}"
        );
        if let Viewer::Member(actor) = viewer {
            let verbs = [
                apis::get_api(db, actor, self.api()).await.is_ok(),
                versions::get_version(db, actor, self.api(), "v1")
                    .await
                    .is_ok(),
                plans::get_plan(db, actor, self.api(), Lookup::from("team"))
                    .await
                    .is_ok(),
                !apis::list_apis(db, actor, &ApiFilter::default(), &page)
                    .await
                    .unwrap()
                    .data
                    .is_empty(),
                self.can_request(actor).await,
            ];
            assert_eq!(verbs, [answers[0]; 5]);
        }
        answers[0]
    }

    async fn can_request(&self, actor: &Actor) -> bool {
        let application = AppChoice::New {
            name: "Try".to_owned(),
            team: None,
        };
        let answer = self.request(actor, self.wish(application, "team")).await;
        match answer {
            Ok(_) => true,
            refused => {
                assert_eq!(unknown(refused), "/api");
                false
            }
        }
    }
}

#[tokio::test]
async fn one_rule_decides_on_every_road() {
    let world = World::create().await;
    let (dora, eli) = (Viewer::Member(&world.dora), Viewer::Member(&world.eli));
    let anybody = Viewer::Anonymous(world.tenant);
    world.show(Visibility::Public, vec![]).await;
    assert!(world.finds(anybody).await && world.finds(dora).await);
    world.show(Visibility::Tenant, vec![]).await;
    assert!(!world.finds(anybody).await && world.finds(dora).await);
    world.show(Visibility::Private, vec![]).await;
    assert!(!world.finds(anybody).await && !world.finds(dora).await);
    let team: String = sqlx::query_scalar("select slug from team where personal_user_id = $1")
        .bind(world.dora.user().unwrap().uuid())
        .fetch_one(&mut world.superuser().await)
        .await
        .unwrap();
    world.show(Visibility::Restricted, vec![&team]).await;
    assert!(!world.finds(anybody).await && world.finds(dora).await && !world.finds(eli).await);
    // A grant counts while the API is restricted, and only then.
    world.show(Visibility::Private, vec![&team]).await;
    assert!(!world.finds(dora).await);
    // Whoever owns it finds it.
    let owner = "insert into team_member (tenant_id, team_id, user_id, role, created_at)
                 select tenant_id, owner_team_id, $1, 'member', created_at from api";
    sqlx::query(owner)
        .bind(world.eli.user().unwrap().uuid())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    assert!(world.finds(eli).await && !world.finds(dora).await);
}

#[tokio::test]
async fn only_whoever_grants_names_what_they_do_not_find_and_never_what_cannot_be_called() {
    let world = World::create().await;
    let shop = world.ask(&world.dora, "Shop", "free").await;
    world.show(Visibility::Private, vec![]).await;
    assert!(!world.can_request(&world.paul).await);
    let grant = async || {
        let mut wish = world.wish(existing(&shop), "team");
        wish.environment = Lookup::from("sandbox");
        subscriptions::grant(&world.db, &world.ana, wish, "They called me.").await
    };
    sqlx::query("update api_version set state = 'draft'")
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    assert_eq!(unknown(grant().await), "/api");
    sqlx::query("update api_version set state = 'deprecated'")
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    grant().await.unwrap();
}

#[tokio::test]
async fn the_catalogue_is_searched_filtered_and_says_what_the_viewer_has() {
    let world = World::create().await;
    let mine = world.ask(&world.dora, "Shop", "free").await;
    let viewer = Viewer::Member(&world.dora);
    let page = Page::default();
    let list = |filter| {
        let (db, page, viewer) = (&world.db, &page, &viewer);
        async move {
            let filter: CatalogueFilter = filter;
            catalogue::catalogue(db, viewer, &filter, page)
                .await
                .unwrap()
                .data
        }
    };
    let all = list(CatalogueFilter::default()).await;
    let entry = &all[0];
    assert_eq!(
        (entry.name.as_str(), entry.latest.as_str(), entry.operations),
        ("Pets", "v1", 3)
    );
    assert_eq!(entry.tags, ["pets", "single"]);
    assert_eq!(entry.approval_hint, Some(ApprovalMode::Auto));
    assert_eq!(entry.my_access.len(), 1);
    assert_eq!(entry.my_access[0].subscription, mine.id);
    let q = |q: &str| CatalogueFilter {
        q: Some(q.to_owned()),
        ..CatalogueFilter::default()
    };
    for (typed, found) in [
        ("PETS", 1),
        ("add pet", 1),
        ("lizard", 0),
        ("%", 0),
        ("'; drop table api", 0),
        ("", 1),
    ] {
        assert_eq!(list(q(typed)).await.len(), found, "{typed}");
    }
    for (tag, found) in [("single", 1), ("other", 0)] {
        let filter = CatalogueFilter {
            tags: vec!["no such tag".to_owned(), tag.to_owned()],
            ..CatalogueFilter::default()
        };
        assert_eq!(list(filter).await.len(), found, "{tag}");
    }
    for (teams, found) in [
        (vec![entry.owner_team.slug.clone()], 1),
        (vec!["no-such-team".to_owned()], 0),
    ] {
        let filter = CatalogueFilter {
            teams,
            ..CatalogueFilter::default()
        };
        assert_eq!(list(filter).await.len(), found);
    }
    let filter = CatalogueFilter {
        states: vec![ApiVersionState::Deprecated],
        ..CatalogueFilter::default()
    };
    assert!(list(filter).await.is_empty());
    let hits = catalogue::search_operations(&world.db, &viewer, "getP", 10)
        .await
        .unwrap();
    assert_eq!(hits[0].row.slug, "getPet");
    let page = catalogue::catalogue_api(&world.db, &viewer, "pets")
        .await
        .unwrap();
    assert_eq!(page.description_markdown, "All about *pets*.");
    let plans: Vec<_> = page.plans.iter().map(|plan| plan.slug.as_str()).collect();
    assert_eq!(plans.len(), 3);
    assert_eq!(page.my_subscriptions.len(), 1);
    assert!(
        page.version_details[0]
            .current_revision
            .as_ref()
            .unwrap()
            .source
            .as_object()
            .unwrap()
            .is_empty()
    );
    let operation = catalogue::get_operation(&world.db, &viewer, "pets", "v1", "getPet")
        .await
        .unwrap();
    let paths: Vec<_> = operation
        .addresses
        .iter()
        .map(|address| address.path.as_str())
        .collect();
    assert_eq!(paths, ["/sandbox/pets/v1/pets/{id}", "/pets/v1/pets/{id}"]);
    assert!(operation.row.deprecated);
    for (version, slug) in [("v1", "nothing"), ("v2", "getPet")] {
        assert!(is_not_found(
            &catalogue::get_operation(&world.db, &viewer, "pets", version, slug).await
        ));
    }
}

#[tokio::test]
async fn members_of_a_fragment_stay_in_the_order_their_author_wrote_them() {
    let world = World::bare().await;
    let ordered = PETS.replace(
        "\"schema\": { \"type\": \"string\" }",
        "\"schema\": { \"type\": \"object\", \"properties\": { \"zebra\": {\"type\":\"string\"}, \"ant\": {\"type\":\"string\"}, \"mole\": {\"type\":\"string\", \"description\": \"nul \\u0000 here\"} } }",
    );
    world.publish(&ordered).await.unwrap();
    let viewer = Viewer::Member(&world.dora);
    let page = catalogue::get_operation(&world.db, &viewer, "pets", "v1", "getPet")
        .await
        .unwrap();
    let properties = page.fragment["operation"]["parameters"][0]["schema"]["properties"]
        .as_object()
        .unwrap()
        .clone();
    let names: Vec<_> = properties.keys().map(String::as_str).collect();
    assert_eq!(names, ["zebra", "ant", "mole"]);
}

#[tokio::test]
async fn an_operation_of_a_large_group_is_shown_among_its_neighbours() {
    let world = World::bare().await;
    let paths: Vec<String> = (0..450)
        .map(|number| {
            format!(
                r#""/p{number:03}": {{"get": {{"operationId": "op{number:03}", "responses": {{"200": {{"description": "ok"}}}}}}}}"#
            )
        })
        .collect();
    let document = format!(
        r#"{{"openapi": "3.0.3", "info": {{"title": "Many", "version": "1"}}, "paths": {{{}}}}}"#,
        paths.join(", ")
    );
    world.publish(&document).await.unwrap();
    let viewer = Viewer::Member(&world.dora);
    for (current, first, count) in [(0, 0, 200), (99, 0, 200), (300, 200, 200), (449, 349, 101)] {
        let slug = format!("op{current:03}");
        let page = catalogue::get_reference(&world.db, &viewer, "pets", "v1", &slug)
            .await
            .unwrap();
        let shown: Vec<_> = page.beside.iter().map(|one| one.slug.clone()).collect();
        let wanted: Vec<_> = (first..first + count)
            .map(|number| format!("op{number:03}"))
            .collect();
        assert_eq!(shown, wanted);
        assert_eq!(page.groups[0].count, 450);
    }
}

#[tokio::test]
async fn one_search_finds_apis_operations_guides_and_own_applications_by_the_rule_of_the_catalogue()
{
    let world = World::create().await;
    let db = &world.db;
    world.approved("Petshop till", "team").await;
    let mut pets: serde_json::Value = serde_json::from_str(PETS).unwrap();
    pets["components"]["schemas"]["Echidna"] = serde_json::json!({"type": "object"});
    world.publish(&pets.to_string()).await.unwrap();
    let guide = GuideInput {
        title: Some("Grooming".to_owned()),
        markdown: Some("How to brush a wombat.".to_owned()),
        ..GuideInput::default()
    };
    guides::create_guide(db, &world.paul, world.api(), "grooming", guide)
        .await
        .unwrap();
    let (dora, eli) = (Viewer::Member(&world.dora), Viewer::Member(&world.eli));
    let search = async |viewer: &Viewer<'_>, q: &str| {
        let found = catalogue::search_everything(db, viewer, q).await.unwrap();
        (
            found.apis.len(),
            found.operations.len(),
            found.guides.len(),
            found.applications.len(),
        )
    };
    assert_eq!(search(&dora, "pet").await, (1, 3, 0, 1));
    assert_eq!(
        search(&eli, "pet").await,
        (1, 3, 0, 0),
        "another team's application"
    );
    assert_eq!(
        search(&dora, "wombats").await,
        (0, 0, 1, 0),
        "by the stem of a word in its text"
    );
    let schemas = async |viewer: &Viewer<'_>| {
        let found = catalogue::search_everything(db, viewer, "Echidna").await;
        found.unwrap().parts.len()
    };
    assert_eq!(schemas(&eli).await, 1);
    assert_eq!(search(&dora, "  ").await, (0, 0, 0, 0));
    assert_eq!(search(&dora, "' | !(").await, (0, 0, 0, 0));
    let near = catalogue::search_everything(db, &dora, "Pest")
        .await
        .unwrap();
    assert!(
        near.is_empty() && near.near.contains(&"Pets".to_owned()),
        "{:?}",
        near.near
    );

    // What is not shown is not found, nor suggested.
    world.show(Visibility::Private, vec![]).await;
    assert_eq!(search(&eli, "pet").await, (0, 0, 0, 0));
    assert_eq!(search(&eli, "wombats").await, (0, 0, 0, 0));
    assert_eq!(schemas(&eli).await, 0);
    let schema = catalogue::get_schema(db, &eli, "pets", "v1", "Echidna").await;
    assert!(is_not_found(&schema));
    let parts = catalogue::find_parts(db, &eli, "pets", "v1", 0..1).await;
    assert!(is_not_found(&parts));
    let hidden = catalogue::search_everything(db, &eli, "Pest")
        .await
        .unwrap();
    assert!(hidden.near.is_empty(), "{:?}", hidden.near);
    let anybody = Viewer::Anonymous(world.tenant);
    assert_eq!(search(&anybody, "pet").await, (0, 0, 0, 0));
}

#[tokio::test]
async fn health_tells_of_gateways_in_numbers_and_of_visible_apis_only() {
    let world = World::create().await;
    let db = &world.db;
    let dora = Viewer::Member(&world.dora);
    let health = health::health(db, &dora).await.unwrap();
    assert_eq!((health.gateways, health.silent, health.behind), (0, 0, 0));
    assert_eq!(health.apis.len(), 1);
    assert_eq!((health.apis[0].calls, health.apis[0].failed), (0, 0));
    let mut superuser = world.superuser().await;
    let version: uuid::Uuid = sqlx::query_scalar("select id from api_version")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    let now = db.clock().now();
    sqlx::query("select ensure_partitions($1, $2)")
        .bind(now - time::Duration::days(1))
        .bind(now)
        .execute(&mut superuser)
        .await
        .unwrap();
    for (class, count, minutes) in [(2_i16, 90_i64, 5), (5, 10, 5), (4, 50, 5), (5, 1_000, 90)] {
        sqlx::query(
            "insert into usage_minute (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id,
                 subscription_id, plan_id, credential_id, status_class, reason, count, bytes_in, bytes_out, latency_us_sum, upstream_us_sum,
                 latency_histogram)
             select $1, $2, e.id, $3, '', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), $4, 'ok', $5,
                    0, 0, 0, 0, '{}'
             from environment e where e.slug = 'production' and e.tenant_id = $1",
        )
        .bind(world.tenant.uuid())
        .bind(db.clock().now() - time::Duration::minutes(minutes))
        .bind(version)
        .bind(class)
        .bind(count)
        .execute(&mut superuser)
        .await
        .unwrap();
    }
    let health = health::health(db, &dora).await.unwrap();
    assert_eq!(
        (health.apis[0].calls, health.apis[0].failed),
        (100, 10),
        "of the last hour, refusals left out"
    );
    world.show(Visibility::Private, vec![]).await;
    let hidden = health::health(db, &dora).await.unwrap();
    assert!(hidden.apis.is_empty());
}
