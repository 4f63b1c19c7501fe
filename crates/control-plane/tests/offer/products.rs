//! Products put together from versions of several APIs: who finds them, who gets in, and what gateways open.

use gatehouse_control_plane::apis::{self, ApiFilter, UpdateApi};
use gatehouse_control_plane::catalogue::{self, CatalogueFilter, Viewer};
use gatehouse_control_plane::plans::{self, CreatePlan};
use gatehouse_control_plane::products::{
    self, CreateProduct, ItemInput, ProductFilter, ProductView, RetireProduct, UpdateProduct,
};
use gatehouse_control_plane::subscriptions::{self, AppChoice};
use gatehouse_control_plane::versions;
use gatehouse_control_plane::{Actor, Changed, Lookup, Page, Refusal};
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::subscription::ShownState;
use gatehouse_domain::{ProductState, Role, Visibility};
use gatehouse_snapshot::object::{Object, ObjectKind};

use crate::notice::held;
use crate::world::{
    PETS, World, conflict, existing, faults, is_forbidden, is_not_found, make_tenant, member,
    unknown,
};

fn item(api: &str, operations: Option<&[&str]>) -> ItemInput {
    ItemInput {
        api: Lookup::from(api),
        version: "v1".to_owned(),
        operations: operations.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect()),
    }
}

fn bundle(items: Vec<ItemInput>) -> CreateProduct {
    CreateProduct {
        slug: "bundle".to_owned(),
        name: "Bundle".to_owned(),
        items,
        ..CreateProduct::default()
    }
}

async fn update(world: &World, input: UpdateProduct) -> Result<Changed<ProductView>, Refusal> {
    products::update_product(&world.db, &world.paul, Lookup::from("bundle"), None, input).await
}

fn state(state: ProductState) -> UpdateProduct {
    UpdateProduct {
        state: Some(state),
        ..UpdateProduct::default()
    }
}

impl World {
    /// `pets` and `cats`, both private, and the published product `bundle` of the list of pets and all of cats.
    async fn with_bundle() -> Self {
        let world = Self::create().await;
        world.publish_as("cats", "v1", PETS).await.unwrap();
        for api in ["pets", "cats"] {
            let hide = UpdateApi {
                visibility: Some(Visibility::Private),
                ..UpdateApi::default()
            };
            apis::update_api(&world.db, &world.paul, Lookup::from(api), None, hide)
                .await
                .unwrap();
        }
        let input = bundle(vec![item("pets", Some(&["GET /pets"])), item("cats", None)]);
        products::create_product(&world.db, &world.paul, input)
            .await
            .unwrap();
        let plan = CreatePlan {
            slug: "basic".to_owned(),
            name: "Basic".to_owned(),
            approval: ApprovalMode::Manual,
            ..CreatePlan::default()
        };
        plans::create_plan(&world.db, &world.paul, Lookup::from("bundle"), plan)
            .await
            .unwrap();
        update(&world, state(ProductState::Published))
            .await
            .unwrap();
        world
    }

    async fn show_bundle(&self, visibility: Visibility, teams: &[&str]) {
        let input = UpdateProduct {
            visibility: Some(visibility),
            granted_teams: Some(teams.iter().map(|team| Lookup::from(*team)).collect()),
            ..UpdateProduct::default()
        };
        update(self, input).await.unwrap();
    }

    /// Whether a viewer finds what the bundle opens, asked on every road; they must agree.
    async fn finds_bundle(&self, viewer: Viewer<'_>) -> bool {
        let (db, page) = (&self.db, Page::default());
        let listed = catalogue::catalogue(db, &viewer, &CatalogueFilter::default(), &page).await;
        let mut answers = vec![
            listed.unwrap().data.len() == 2,
            catalogue::catalogue_api(db, &viewer, "pets")
                .await
                .is_ok_and(|page| {
                    assert!(page.plans.is_empty(), "those of the private product");
                    page.products.len() == 1
                }),
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
        if let Viewer::Member(actor) = viewer {
            let named = || Lookup::from("bundle");
            let filter = ProductFilter {
                put_together: true,
                ..ProductFilter::default()
            };
            answers.extend([
                apis::get_api(db, actor, self.api()).await.is_ok(),
                !apis::list_apis(db, actor, &ApiFilter::default(), &page)
                    .await
                    .unwrap()
                    .data
                    .is_empty(),
                versions::get_version(db, actor, self.api(), "v1")
                    .await
                    .is_ok(),
                products::get_product(db, actor, named()).await.is_ok(),
                !products::list_products(db, actor, &filter, &page)
                    .await
                    .unwrap()
                    .data
                    .is_empty(),
                plans::get_plan(db, actor, Lookup::from("bundle"), Lookup::from("basic"))
                    .await
                    .is_ok(),
                self.can_ask_for_bundle(actor).await,
            ]);
            // The APIs' own products stay private.
            let own = plans::list_plans(db, actor, self.api(), &page).await;
            assert!(is_not_found(&own), "{own:?}");
        }
        assert!(
            answers.iter().all(|answer| *answer == answers[0]),
            "{answers:?}"
        );
        answers[0]
    }

    async fn can_ask_for_bundle(&self, actor: &Actor) -> bool {
        let application = AppChoice::New {
            name: "Try".to_owned(),
            team: None,
        };
        let mut wish = self.wish(application, "basic");
        wish.api = Lookup::from("bundle");
        match self.request(actor, wish).await {
            Ok(_) => true,
            refused => {
                assert_eq!(unknown(refused), "/api");
                false
            }
        }
    }

    async fn ask_for_bundle(&self, name: &str) -> subscriptions::SubscriptionView {
        let application = AppChoice::New {
            name: name.to_owned(),
            team: None,
        };
        let mut wish = self.wish(application, "basic");
        wish.api = Lookup::from("bundle");
        self.request(&self.dora, wish).await.unwrap().value
    }

    async fn own_team(&self, actor: &Actor) -> String {
        sqlx::query_scalar("select slug from team where personal_user_id = $1")
            .bind(actor.user().unwrap().uuid())
            .fetch_one(&mut self.superuser().await)
            .await
            .unwrap()
    }
}

/// Visibility × (nobody, member, granted team, other team, owner team, other tenant) × every road.
#[tokio::test]
async fn one_rule_decides_about_products_on_every_road() {
    let world = World::with_bundle().await;
    let granted = world.own_team(&world.dora).await;
    let owner = member(&world.db, world.tenant, "Olga", Role::Developer).await;
    let join = "insert into team_member (tenant_id, team_id, user_id, role, created_at)
                select tenant_id, owner_team_id, $1, 'member', created_at from product where slug = 'bundle'";
    sqlx::query(join)
        .bind(owner.user().unwrap().uuid())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    // Whoever owns the bundle owns the APIs, too, in this tenant: give those to somebody else.
    let part = "update product set owner_team_id = (select id from team where personal_user_id = $1) where api_id is not null";
    sqlx::query(part)
        .bind(world.ada.user().unwrap().uuid())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    let elsewhere = make_tenant(&world.db, "elsewhere").await;
    let stranger = member(&world.db, elsewhere, "Sam", Role::Developer).await;
    for (visibility, nobody, in_granted, in_other) in [
        (Visibility::Private, false, false, false),
        (Visibility::Restricted, false, true, false),
        (Visibility::Tenant, false, true, true),
        (Visibility::Public, true, true, true),
    ] {
        world.show_bundle(visibility, &[&granted]).await;
        for (viewer, expected) in [
            (Viewer::Anonymous(world.tenant), nobody),
            (Viewer::Member(&world.dora), in_granted),
            (Viewer::Member(&world.eli), in_other),
            (Viewer::Member(&owner), true),
            (Viewer::Member(&stranger), false),
            (Viewer::Anonymous(elsewhere), false),
        ] {
            assert_eq!(
                world.finds_bundle(viewer).await,
                expected,
                "{visibility} {viewer:?}"
            );
            // What was asked for on the way is taken back, so that it can be asked for again.
            sqlx::query("update subscription set state = 'withdrawn'")
                .execute(&mut world.superuser().await)
                .await
                .unwrap();
            sqlx::query("update application set state = 'deleted'")
                .execute(&mut world.superuser().await)
                .await
                .unwrap();
        }
    }
    world.show_bundle(Visibility::Public, &[]).await;
    update(&world, state(ProductState::Deprecated))
        .await
        .unwrap();
    assert!(
        world.finds_bundle(Viewer::Anonymous(world.tenant)).await,
        "still offered"
    );
}

/// Which operations each product opens of a version's routes; `None` opens all.
async fn opened(world: &World, path: &str, product: &ProductView) -> Option<Option<Vec<String>>> {
    let routes = held(world, ObjectKind::Route).await;
    let route = routes.into_iter().find_map(|object| match object {
        Object::Route(route) if route.path == path => Some(route),
        _ => None,
    });
    let route = route.unwrap();
    let place = route.products.iter().position(|id| *id == product.id)?;
    let narrowed = route
        .later
        .narrowed
        .iter()
        .find(|(at, _)| *at as usize == place);
    Some(narrowed.map(|(_, operations)| {
        let operations = operations.iter();
        operations
            .map(|at| route.operations[*at as usize].key.to_string())
            .collect()
    }))
}

#[tokio::test]
async fn a_product_is_put_together_offered_changed_and_ended() {
    let world = World::with_bundle().await;
    let (db, paul, ada) = (&world.db, &world.paul, &world.ada);
    let named = || Lookup::from("bundle");
    let product = products::get_product(db, paul, named()).await.unwrap();
    assert_eq!(
        opened(&world, "/pets/v1", &product).await,
        Some(Some(vec!["GET /pets".to_owned()]))
    );
    assert_eq!(opened(&world, "/cats/v1", &product).await, Some(None));
    let asked = world.ask_for_bundle("Shop").await;
    assert_eq!(asked.api.name, "Bundle");
    let live = world.approve(&world.ana, asked.id).await.unwrap().value;
    assert_eq!(live.shown, ShownState::Active);
    let world = &world;
    let put = |items: Vec<ItemInput>| async move {
        products::put_items(&world.db, &world.paul, Lookup::from("bundle"), None, &items).await
    };
    assert_eq!(faults(put(vec![]).await), ["/items"]);
    assert_eq!(unknown(put(vec![item("dogs", None)]).await), "/items/0/api");
    assert_eq!(
        faults(
            put(vec![
                item("pets", Some(&["GET /pets", "GET /dogs"])),
                item("pets", None),
                item("cats", Some(&[]))
            ])
            .await
        ),
        ["/items/0/operations/1", "/items/1", "/items/2/operations"]
    );
    let changed = put(vec![item("pets", Some(&["get /pets/{id}"]))])
        .await
        .unwrap();
    assert!(changed.change.is_some(), "gateways are told");
    assert_eq!(
        opened(world, "/pets/v1", &product).await,
        Some(Some(vec!["GET /pets/{}".to_owned()]))
    );
    assert_eq!(opened(world, "/cats/v1", &product).await, None);
    // A description that brings an operation opens it to nobody whose product names others.
    let more = PETS.replacen("\"/pets/{id}\"", "\"/toys\": { \"get\": { \"responses\": { \"200\": { \"description\": \"ok\" } } } }, \"/pets/{id}\"", 1);
    world.publish(&more).await.unwrap();
    assert_eq!(
        opened(world, "/pets/v1", &product).await,
        Some(Some(vec!["GET /pets/{}".to_owned()]))
    );
    assert_eq!(
        conflict(update(world, state(ProductState::Draft)).await),
        "A published product cannot become draft."
    );
    assert_eq!(
        faults(update(world, state(ProductState::Retired)).await),
        ["/state"]
    );
    let retire = |actor, reason: &str| {
        let input = RetireProduct {
            reason: reason.to_owned(),
        };
        products::retire_product(db, actor, Lookup::from("bundle"), None, input)
    };
    assert!(is_forbidden(&retire(&world.paul, "old").await));
    assert_eq!(
        conflict(retire(ada, "").await),
        "Deprecate the product first."
    );
    update(world, state(ProductState::Deprecated))
        .await
        .unwrap();
    assert!(conflict(retire(ada, "").await).contains("1 open subscription;"));
    retire(ada, "Nobody wants it.").await.unwrap();
    assert_eq!(
        world.get(&world.dora, live.id).await.shown,
        ShownState::Superseded
    );
    assert!(conflict(update(world, state(ProductState::Published)).await).contains("is retired"));
    assert_eq!(
        conflict(put(vec![item("cats", None)]).await),
        "The product is retired."
    );
}

#[tokio::test]
async fn products_are_refused_to_those_who_may_not_and_names_are_taken_once() {
    let world = World::create().await;
    let (db, paul) = (&world.db, &world.paul);
    let create = |actor, input| products::create_product(&world.db, actor, input);
    assert!(is_forbidden(&create(&world.dora, bundle(vec![])).await));
    let taken = CreateProduct {
        slug: "pets".to_owned(),
        ..bundle(vec![])
    };
    assert_eq!(
        conflict(create(paul, taken).await),
        "There is a product or an API 'pets' already."
    );
    create(paul, bundle(vec![])).await.unwrap();
    assert!(conflict(create(paul, bundle(vec![])).await).contains("already"));
    assert!(conflict(update(&world, state(ProductState::Published)).await).contains("no items"));
    let of_an_api = products::update_product(
        db,
        paul,
        Lookup::from("pets"),
        None,
        state(ProductState::Deprecated),
    )
    .await;
    assert!(conflict(of_an_api).contains("stands for the API pets"));
    assert!(matches!(
        products::update_product(
            db,
            paul,
            Lookup::from("bundle"),
            Some(9),
            UpdateProduct::default()
        )
        .await,
        Err(Refusal::Stale { current: 1 })
    ));
    // A draft is nobody's but its owners'.
    assert!(is_not_found(
        &products::get_product(db, &world.dora, Lookup::from("bundle")).await
    ));
    let elsewhere = make_tenant(db, "elsewhere").await;
    let stranger = member(db, elsewhere, "Sam", Role::Owner).await;
    let footprint = world.footprint().await;
    assert!(is_not_found(
        &products::get_product(db, &stranger, Lookup::from("bundle")).await
    ));
    assert!(is_not_found(
        &products::put_items(db, &stranger, Lookup::from("bundle"), None, &[]).await
    ));
    assert_eq!(
        unknown(create(&stranger, bundle(vec![item("pets", None)])).await),
        "/items/0/api"
    );
    assert_eq!(footprint, world.footprint().await);
    let mine = world.approved("Shop", "team").await;
    let double = world.wish(existing(&mine), "team");
    assert!(world.request(&world.dora, double).await.is_err());
}

/// Of rivals who publish and empty a product at once, none leaves it on offer with nothing in it.
#[tokio::test]
async fn a_product_is_never_on_offer_with_nothing_in_it() {
    let world = World::create().await;
    products::create_product(&world.db, &world.paul, bundle(vec![item("pets", None)]))
        .await
        .unwrap();
    for _ in 0..10 {
        let (published, emptied) = tokio::join!(
            update(&world, state(ProductState::Published)),
            products::put_items(&world.db, &world.paul, Lookup::from("bundle"), None, &[]),
        );
        assert!(
            published.is_ok() != emptied.is_ok(),
            "{published:?} {emptied:?}"
        );
        let hollow =
            "select count(*) from product p where p.api_id is null and p.state = 'published'
                      and not exists (select from product_item i where i.product_id = p.id)";
        assert_eq!(world.count(hollow).await, 0);
        sqlx::query("update product set state = 'draft' where slug = 'bundle'")
            .execute(&mut world.superuser().await)
            .await
            .unwrap();
        products::put_items(
            &world.db,
            &world.paul,
            Lookup::from("bundle"),
            None,
            &[item("pets", None)],
        )
        .await
        .unwrap();
    }
}
