//! Files of every kind of thing: roles, lint rules, terms and products beside APIs, out and in again.

use gatehouse_control_plane::changesets::{self, ChangesetInput, ChangesetView, Mode};
use gatehouse_control_plane::drift;
use gatehouse_control_plane::legal::{self, CreateTerms};
use gatehouse_control_plane::lint_rules;
use gatehouse_control_plane::members::{self, AddGrant, GrantScope};
use gatehouse_control_plane::plans::{self, CreatePlan, OperationLimit, UpdatePlan};
use gatehouse_control_plane::products::{self, CreateProduct, ItemInput, UpdateProduct};
use gatehouse_control_plane::releases;
use gatehouse_control_plane::resources::ResourceFile;
use gatehouse_control_plane::roles::{self, CreateRole, UpdateRole};
use gatehouse_control_plane::subscriptions::{self, AppChoice};
use gatehouse_control_plane::versions;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Actor, Lookup, Refusal};
use gatehouse_domain::api::Compat;
use gatehouse_domain::plan::{ApprovalMode, LimitRule};
use gatehouse_domain::{Permission as P, ProductState, Role, Visibility};
use gatehouse_spec::lint::Level;

use crate::changesets::file;
use crate::gate::without_get_pet;
use crate::policies::attach_one_of_each_kind;
use crate::world::{PETS, World, conflict, faults, make_tenant, member};

/// A text with everything a notation could trip over, and a line that looks like the head of a resource.
const TEXT: &str = "# Store\n\napiVersion: gatehouse/v1\n\tBe *good*: \"yes\" # no\r\n  é 🦀  \n\n";

fn head(kind: &str, metadata: &str) -> String {
    format!("apiVersion: gatehouse/v1\nkind: {kind}\nmetadata: {metadata}\nspec:\n")
}

fn item(api: &str, operations: Option<&[&str]>) -> ItemInput {
    ItemInput {
        api: Lookup::from(api),
        version: "v1".to_owned(),
        operations: operations.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect()),
    }
}

const BUNDLE: &str = "  name: Bundle\n  items:\n    - api: pets\n      version: v1\n      operations:\n        - GET /pets/{petId}\n        - GET /pets\n";

fn bundle(spec: &str) -> ResourceFile {
    file("bundle.yaml", &(head("product", "{name: bundle}") + spec))
}

impl World {
    /// Something of every kind that files hold, products in every state that is not over.
    async fn furnished() -> Self {
        let world = Self::create().await;
        let (db, ada, paul) = (&world.db, &world.ada, &world.paul);
        world.publish_as("cats", "v1", PETS).await.unwrap();
        world.publish_as("cats", "v10", PETS).await.unwrap();
        let role = CreateRole {
            slug: "release".to_owned(),
            name: "Release: \"on\"".to_owned(),
            description: "Publishes\ndescriptions.".to_owned(),
            permissions: vec![P::SpecPublish, P::ApiRead],
        };
        roles::create_role(db, ada, role).await.unwrap();
        for (rule, level) in [("path-no-verb", Level::Warn), ("tag-present", Level::Off)] {
            lint_rules::set_lint_rule(db, ada, rule, level)
                .await
                .unwrap();
        }
        let terms = CreateTerms {
            slug: "store".to_owned(),
            title: "Store terms".to_owned(),
            markdown: "Be good.".to_owned(),
        };
        legal::create_terms(db, ada, terms).await.unwrap();
        legal::publish_terms(db, ada, "store", None, TEXT)
            .await
            .unwrap();
        for (slug, state) in [
            ("bundle", ProductState::Published),
            ("later", ProductState::Draft),
            ("sooner", ProductState::Deprecated),
        ] {
            world.product(slug, state).await;
        }
        let plan = CreatePlan {
            slug: "basic".to_owned(),
            name: "Basic".to_owned(),
            approval: ApprovalMode::Auto,
            operation_limits: vec![OperationLimit {
                operation: "GET /pets".to_owned(),
                rule: LimitRule::Rate {
                    amount: 2,
                    window_s: 1,
                    burst: 2,
                },
            }],
            terms: Some("store".to_owned()),
            ..CreatePlan::default()
        };
        plans::create_plan(db, paul, Lookup::from("bundle"), plan)
            .await
            .unwrap();
        attach_one_of_each_kind(&world).await;
        world
    }

    async fn product(&self, slug: &str, state: ProductState) {
        let (db, paul) = (&self.db, &self.paul);
        let items = match state {
            ProductState::Draft => Vec::new(),
            _ => vec![
                item("pets", Some(&["GET /pets/{id}", "GET /pets"])),
                ItemInput {
                    version: "v10".to_owned(),
                    ..item("cats", None)
                },
                item("cats", None),
            ],
        };
        let input = CreateProduct {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            summary: format!("About {slug}."),
            items,
            ..CreateProduct::default()
        };
        products::create_product(db, paul, input).await.unwrap();
        let shown = UpdateProduct {
            visibility: Some(Visibility::Restricted),
            granted_teams: Some(vec![Lookup::from("northwind")]),
            ..UpdateProduct::default()
        };
        self.update(slug, shown).await;
        let states = match state {
            ProductState::Published => &[ProductState::Published][..],
            ProductState::Deprecated => &[ProductState::Published, ProductState::Deprecated],
            _ => &[],
        };
        for state in states {
            let input = UpdateProduct {
                state: Some(*state),
                ..UpdateProduct::default()
            };
            self.update(slug, input).await;
        }
    }

    async fn update(&self, slug: &str, input: UpdateProduct) {
        products::update_product(&self.db, &self.paul, Lookup::from(slug), None, input)
            .await
            .unwrap();
    }

    async fn synced(
        &self,
        actor: &Actor,
        files: Vec<ResourceFile>,
        reason: &str,
    ) -> Result<ChangesetView, Refusal> {
        let input = ChangesetInput {
            mode: Mode::Sync,
            scope: Some("all".to_owned()),
            files,
            ..ChangesetInput::default()
        };
        let made = changesets::make_changeset(&self.db, actor, input)
            .await?
            .value;
        let done = changesets::apply_changeset(&self.db, actor, made.id, reason).await?;
        Ok(done.value)
    }

    /// Makes the files so, with the given ones alone.
    async fn applied(&self, files: Vec<ResourceFile>) -> ChangesetView {
        let made = self.plan_files(files).await.unwrap();
        self.apply(&made).await.unwrap().value
    }

    async fn product_state(&self, product: &str) -> ProductState {
        let found = products::get_product(&self.db, &self.ada, Lookup::from(product)).await;
        found.unwrap().state
    }

    async fn text_of(&self, terms: &str) -> (i32, String) {
        let found = legal::get_terms(&self.db, &Viewer::Member(&self.ada), terms, None)
            .await
            .unwrap();
        (found.line.version, found.markdown)
    }
}

fn resources(view: &ChangesetView) -> Vec<String> {
    let changes = view.changes.as_array().unwrap().iter();
    changes
        .map(|change| {
            let word = |name: &str| change[name].as_str().unwrap().to_owned();
            format!("{} {}", word("action"), word("resource"))
        })
        .collect()
}

#[tokio::test]
async fn a_tenant_of_every_kind_of_thing_is_made_anew_from_its_files_to_the_byte() {
    let world = World::furnished().await;
    let files = world.exported(None).await;
    for expected in [
        "lint-rules.yaml",
        "policies/cats-cors.yaml",
        "policies/cats-v1-jwt.yaml",
        "policies/cats-v1-get-pets-sandbox-rate-limit.yaml",
        "policies/headers.yaml",
        "products/bundle/plans/basic.yaml",
        "products/bundle/product.yaml",
        "products/later/product.yaml",
        "products/sooner/product.yaml",
        "roles/release.yaml",
        "terms/store.md",
        "terms/store.yaml",
    ] {
        let has = |file: &ResourceFile| file.path == expected;
        assert!(files.iter().any(has), "{expected}");
    }
    world.synced(&world.ada, files, "").await.unwrap();
    let own = |files: Vec<ResourceFile>| -> Vec<ResourceFile> {
        // Environments and one team come with a tenant, under its own name.
        let kept = files.into_iter().filter(|file| {
            !file.path.starts_with("environments/") && !file.path.contains("elsewhere")
        });
        kept.collect()
    };
    let here = own(world.exported(Some("all")).await);
    let other = make_tenant(&world.db, "elsewhere").await;
    let ruth = member(&world.db, other, "Ruth", Role::Admin).await;
    world.synced(&ruth, here.clone(), "").await.unwrap();
    let there = changesets::export(&world.db, &ruth, Some("all"))
        .await
        .unwrap();
    for (left, right) in here.iter().zip(&there) {
        assert_eq!(left, right);
    }
    assert_eq!(here.len(), there.len());
    // And it is what it says, not only written so.
    let viewer = Viewer::Member(&ruth);
    let there = legal::get_terms(&world.db, &viewer, "store", None).await;
    let there = there.unwrap();
    assert_eq!((there.line.version, there.markdown.as_str()), (1, TEXT));
    let role = roles::get_role(&world.db, &ruth, "release").await.unwrap();
    assert_eq!(role.permissions, [P::ApiRead, P::SpecPublish]);
    let again = world.synced(&ruth, here, "").await.unwrap();
    assert_eq!(resources(&again), Vec::<String>::new());
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_differs_is_told_by_field_and_made_so_and_what_moved_meanwhile_is_named() {
    let world = World::furnished().await;
    let rules = file(
        "r.yaml",
        &(head("lint_rules", "{name: tenant}") + "  path-casing: block\n"),
    );
    let role = file(
        "role.yaml",
        &(head("role", "{name: release}") + "  permissions: [spec.publish]\n"),
    );
    let terms = [
        file(
            "t.yaml",
            &(head("terms", "{name: store}") + "  text: {file: t.md}\n"),
        ),
        file("t.md", "Be better."),
    ];
    let narrower = BUNDLE.replace("        - GET /pets/{petId}\n", "");
    let mut files = vec![rules, role, bundle(&narrower)];
    files.extend(terms);
    let made = world.plan_files(files.clone()).await.unwrap();
    assert_eq!(
        resources(&made),
        [
            "update role/release",
            "update lint_rules/tenant",
            "update terms/store",
            "update product/bundle"
        ]
    );
    assert_eq!(made.changes[1]["fields"][0]["pointer"], "/spec/path-casing");
    assert_eq!(made.changes[1]["fields"][0]["before"], "warn");
    assert_eq!(made.changes[0]["impact"]["groups"], serde_json::json!([]));
    world.apply(&made).await.unwrap();
    assert_eq!(world.text_of("store").await, (3, "Be better.".to_owned()));
    let found = products::get_product(&world.db, &world.ada, Lookup::from("bundle")).await;
    let found = found.unwrap();
    assert_eq!((found.name.as_str(), found.items.len()), ("Bundle", 1));
    assert_eq!(
        found.items[0].operations.as_deref(),
        Some(&["GET /pets".to_owned()][..])
    );
    assert_eq!(drift::list_drift(&world.db, &world.ada).await.unwrap(), []);
    assert_eq!(
        resources(&world.plan_files(files.clone()).await.unwrap()),
        Vec::<String>::new()
    );

    // By hand: each is drift, and a changeset made before is refused by name.
    let old = world.plan_files(files).await.unwrap();
    let wider = UpdateRole {
        permissions: Some(vec![P::SpecPublish, P::ApiRead]),
        ..UpdateRole::default()
    };
    let (db, ada) = (&world.db, &world.ada);
    roles::update_role(db, ada, "release", None, wider)
        .await
        .unwrap();
    lint_rules::set_lint_rule(db, ada, "path-casing", Level::Off)
        .await
        .unwrap();
    legal::publish_terms(db, ada, "store", None, "Be best.")
        .await
        .unwrap();
    let renamed = UpdateProduct {
        name: Some("By hand".to_owned()),
        ..UpdateProduct::default()
    };
    world.update("bundle", renamed).await;
    let drifted = drift::list_drift(db, ada).await.unwrap();
    let drifted: Vec<_> = drifted.iter().map(|one| one.resource.as_str()).collect();
    let keys = [
        "role/release",
        "lint_rules/tenant",
        "terms/store",
        "product/bundle",
    ];
    assert_eq!(drifted, keys);
    let words = conflict(world.apply(&old).await);
    for key in keys {
        assert!(words.contains(key), "{key}: {words}");
    }
    assert_eq!(world.text_of("store").await.1, "Be best.");
}

#[tokio::test]
async fn sync_ends_what_its_scope_no_longer_has_unless_somebody_has_it() {
    let world = World::furnished().await;
    let files = world.exported(None).await;
    world.synced(&world.ada, files.clone(), "").await.unwrap();
    let without = |start: &str| -> Vec<ResourceFile> {
        let kept = files.iter().filter(|file| !file.path.starts_with(start));
        kept.cloned().collect()
    };
    let db = &world.db;
    let dora = world.dora.user().unwrap();
    member(db, world.tenant, "Olga", Role::Owner).await;
    let grant = AddGrant {
        role: "release".to_owned(),
        scope: GrantScope::Tenant,
    };
    let given = members::add_grant(db, &world.ada, dora, grant)
        .await
        .unwrap();
    let words = conflict(world.synced(&world.ada, without("roles/"), "").await);
    assert!(
        words.starts_with("role/release: Dora has this role"),
        "{words}"
    );
    members::remove_grant(db, &world.ada, dora, &given.value.id)
        .await
        .unwrap();
    let done = world
        .synced(&world.ada, without("roles/"), "")
        .await
        .unwrap();
    assert_eq!(resources(&done), ["delete role/release"]);
    let roles = world.count("select count(*) from role").await;
    assert_eq!(roles, 0);

    // A product on offer is deprecated first, and asks for a reason while somebody has it.
    let words = conflict(
        world
            .synced(&world.ada, without("products/bundle/"), "")
            .await,
    );
    assert!(words.contains("Deprecate the product first"), "{words}");
    let kept = without("products/sooner/");
    let kept = kept
        .into_iter()
        .filter(|file| !file.path.starts_with("roles/"));
    let done = world.synced(&world.ada, kept.collect(), "").await.unwrap();
    assert_eq!(resources(&done), ["delete product/sooner"]);
    assert_eq!(world.product_state("sooner").await, ProductState::Retired);

    // Texts that people accepted and the rules of the tenant are let go of, and stay.
    let kept = files.iter().filter(|file| {
        ["roles/", "products/sooner/", "terms/", "lint-rules"]
            .iter()
            .all(|start| !file.path.starts_with(start))
    });
    let done = world
        .synced(&world.ada, kept.cloned().collect(), "")
        .await
        .unwrap();
    assert_eq!(
        resources(&done),
        ["release terms/store", "release lint_rules/tenant"]
    );
    assert_eq!(world.text_of("store").await.1, TEXT);
}

#[tokio::test]
async fn a_product_that_somebody_has_ends_by_sync_only_with_a_reason() {
    let world = World::furnished().await;
    world
        .synced(&world.ada, world.exported(None).await, "")
        .await
        .unwrap();
    let mut wish = world.wish(
        AppChoice::New {
            name: "Shop".to_owned(),
            team: None,
        },
        "basic",
    );
    (wish.api, wish.accepts_terms) = (Lookup::from("bundle"), Some(2));
    let show = UpdateProduct {
        visibility: Some(Visibility::Tenant),
        ..UpdateProduct::default()
    };
    world.update("bundle", show).await;
    let asked = subscriptions::request(&world.db, &world.dora, wish).await;
    let asked = asked.unwrap().value;
    let deprecated = UpdateProduct {
        state: Some(ProductState::Deprecated),
        ..UpdateProduct::default()
    };
    world.update("bundle", deprecated).await;
    let files = world.exported(Some("all")).await;
    let kept: Vec<_> = files
        .into_iter()
        .filter(|file| file.path != "products/bundle/product.yaml")
        .collect();
    // Its plan goes first, and people have that.
    let without_plan: Vec<_> = kept
        .iter()
        .filter(|file| !file.path.starts_with("products/bundle/"))
        .cloned()
        .collect();
    let words = conflict(world.synced(&world.ada, without_plan, "Over.").await);
    assert!(
        words.contains("plan/bundle/basic: 1 subscriptions"),
        "{words}"
    );
    subscriptions::revoke(&world.db, &world.ana, asked.id, "Over.")
        .await
        .unwrap();
    world.synced(&world.ada, kept, "Over.").await.unwrap();
    assert_eq!(world.product_state("bundle").await, ProductState::Retired);
}

#[tokio::test]
async fn a_description_and_what_hangs_on_its_operations_change_together_or_not_at_all() {
    let world = World::create().await;
    versions::set_compat(&world.db, &world.ana, world.api(), "v1", None, Compat::Off)
        .await
        .unwrap();
    world.applied(vec![bundle(BUNDLE)]).await;
    let plan = |limits: &str| {
        let head = head("plan", "{product: bundle, name: gold}");
        file(
            "gold.yaml",
            &(head + "  name: Gold\n  operation_limits: " + limits + "\n"),
        )
    };
    world
        .applied(vec![plan(
            "[{operation: 'GET /pets/{id}', amount: 1, window_s: 1}]",
        )])
        .await;
    let spec = without_get_pet();
    let version = || {
        vec![
            file(
                "v1.yaml",
                &(head("version", "{api: pets, name: v1}") + "  description: {file: v1.json}\n"),
            ),
            file("v1.json", &spec),
        ]
    };
    let before = (world.footprint().await, world.head().await);
    let refused = world.plan_files(version()).await;
    let Err(Refusal::Invalid(found)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        found
            .iter()
            .map(|fault| (fault.pointer.as_str(), fault.code))
            .collect::<Vec<_>>(),
        [("v1.json", "orphaned"), ("v1.json", "orphaned")]
    );
    assert!(
        found[0]
            .detail
            .contains("the product bundle opens GET /pets/{} by name"),
        "{found:?}"
    );
    assert!(
        found[1]
            .detail
            .contains("the plan gold of bundle limits GET /pets/{}"),
        "{found:?}"
    );
    assert_eq!((world.footprint().await, world.head().await), before);
    // A file that still names it is refused where it does.
    let narrower = BUNDLE.replace("        - GET /pets/{petId}\n", "");
    let mut files = version();
    files.push(bundle(&narrower));
    assert_eq!(faults(world.plan_files(files.clone()).await), ["v1.json"]);
    files.push(plan("[]"));
    let done = world.applied(files).await;
    assert_eq!(
        resources(&done),
        [
            "update version/pets/v1",
            "update product/bundle",
            "update plan/bundle/gold"
        ]
    );
    world.assert_consistent().await;
}

#[tokio::test]
async fn faults_of_every_kind_are_told_at_their_place_and_other_tenants_things_are_not_there() {
    let world = World::furnished().await;
    let other = make_tenant(&world.db, "elsewhere").await;
    let ruth = member(&world.db, other, "Ruth", Role::Admin).await;
    let cases = [
        (
            &world.ada,
            head("lint_rules", "{name: tenant}") + "  path-cassing: warn\n",
            "/spec/path-cassing",
        ),
        (
            &world.ada,
            head("lint_rules", "{name: tenant}") + "  path-casing: loud\n",
            "/spec/path-casing",
        ),
        (
            &world.ada,
            head("lint_rules", "{name: mine}") + "  path-casing: warn\n",
            "/metadata/name",
        ),
        (
            &world.ada,
            head("role", "{name: admin}") + "  permissions: [api.read]\n",
            "/metadata/name",
        ),
        (
            &world.ada,
            head("role", "{name: new}") + "  permissions: [api.write, owner.manage, api.read]\n",
            "/spec/permissions/1",
        ),
        (
            &world.ada,
            head("role", "{name: new}") + "  name: New\n",
            "/spec/permissions",
        ),
        (
            &world.ada,
            head("role", "{name: new, api: pets}") + "  name: New\n",
            "/metadata/api",
        ),
        (
            &world.ada,
            head("terms", "{name: new}") + "  title: New\n",
            "/spec/text",
        ),
        (
            &world.ada,
            head("terms", "{name: new}") + "  text: {file: new.md}\n",
            "/spec/text/file",
        ),
        (
            &world.ada,
            head("terms", "{name: store}") + "  title: Other\n",
            "/spec/title",
        ),
        (
            &world.ada,
            head("product", "{name: bundle}") + "  state: retired\n",
            "/spec/state",
        ),
        (
            &world.ada,
            head("product", "{name: bundle}")
                + "  items: [{api: cats, version: v1, operations: [GET /dogs]}]\n",
            "/spec/items/0/operations/0",
        ),
        (
            &world.ada,
            head("product", "{name: bundle}")
                + "  items: [{api: cats, version: v1}, {api: dogs, version: v1}]\n",
            "/spec/items/1/api",
        ),
        (
            &world.ada,
            head("plan", "{api: pets, product: bundle, name: extra}") + "  name: X\n",
            "/metadata/product",
        ),
        (
            &world.ada,
            head("plan", "{name: extra}") + "  name: X\n",
            "/metadata",
        ),
        // What another tenant has is not there.
        (
            &ruth,
            head("product", "{name: mine}") + "  items: [{api: pets, version: v1}]\n",
            "/spec/items/0/api",
        ),
        (
            &ruth,
            head("plan", "{product: bundle, name: extra}") + "  name: X\n",
            "/metadata",
        ),
    ];
    let before = (world.footprint().await, world.head().await);
    for (actor, content, pointer) in cases {
        let input = ChangesetInput {
            files: vec![file("a.yaml", &content)],
            ..ChangesetInput::default()
        };
        let answer = changesets::make_changeset(&world.db, actor, input).await;
        let Err(Refusal::Invalid(found)) = answer else {
            panic!("{content}: {answer:?}");
        };
        assert_eq!(found[0].pointer, format!("a.yaml#{pointer}"), "{content}");
        assert!(found[0].place.is_some(), "{content}");
    }
    assert_eq!((world.footprint().await, world.head().await), before);
    // Who may not do it gets a changeset that says so.
    let looked = ChangesetInput {
        files: vec![file(
            "a.yaml",
            &(head("role", "{name: release}") + "  name: Other\n"),
        )],
        ..ChangesetInput::default()
    };
    let looked = changesets::make_changeset(&world.db, &world.paul, looked).await;
    let refused = looked.unwrap().value.refused.unwrap();
    assert!(refused.contains("member.manage"), "{refused}");
}

#[tokio::test]
async fn going_back_brings_products_back_and_leaves_the_rules_people_live_by() {
    let world = World::furnished().await;
    let newest = async || world.count("select max(number) from release").await;
    let then = newest().await;
    let files = |slug: &str| {
        vec![
            file(
                "p.yaml",
                &(head("product", &format!("{{name: {slug}}}"))
                    + "  name: New\n  state: published\n  items: [{api: cats, version: v1}]\n"),
            ),
            file(
                "q.yaml",
                &(head("plan", &format!("{{product: {slug}, name: own}}")) + "  name: Own\n"),
            ),
        ]
    };
    world.applied(files("bundle")).await;
    world.applied(files("new")).await;
    let (db, ada) = (&world.db, &world.ada);
    let before = newest().await;
    roles::delete_role(db, ada, "release", None).await.unwrap();
    lint_rules::set_lint_rule(db, ada, "path-casing", Level::Block)
        .await
        .unwrap();
    legal::publish_terms(db, ada, "store", None, "Other.")
        .await
        .unwrap();
    assert_eq!(newest().await, before + 3, "each is a release");
    let diff = releases::diff_release(db, ada, before + 1, None)
        .await
        .unwrap();
    assert_eq!(
        (diff.changes[0].resource.as_str(), diff.changes[0].action),
        ("role/release", "delete")
    );

    let done = releases::rollback(db, ada, then, &releases::GoBack::default())
        .await
        .unwrap()
        .value;
    let changed: Vec<_> = done
        .changes
        .iter()
        .map(|one| one.resource.as_str())
        .collect();
    assert_eq!(
        changed,
        ["product/bundle", "plan/bundle/own", "plan/new/own"]
    );
    let kept: Vec<_> = done.kept.iter().map(|one| one.resource.as_str()).collect();
    for key in [
        "role/release",
        "lint_rules/tenant",
        "terms/store",
        "product/new",
    ] {
        assert!(kept.contains(&key), "{key}: {kept:?}");
    }
    let found = products::get_product(db, ada, Lookup::from("bundle"))
        .await
        .unwrap();
    assert_eq!((found.name.as_str(), found.items.len()), ("bundle", 3));
    let own = plans::get_plan(db, ada, Lookup::from("new"), Lookup::from("own")).await;
    assert_eq!(own.unwrap().state.as_str(), "staging");
    assert_eq!(world.text_of("store").await.1, "Other.");
    let again = UpdatePlan {
        summary: Some("Still there.".to_owned()),
        ..UpdatePlan::default()
    };
    plans::update_plan(
        db,
        ada,
        Lookup::from("bundle"),
        Lookup::from("basic"),
        None,
        again,
    )
    .await
    .unwrap();
    world.assert_consistent().await;
}
