//! What owners write for users of an API, and what happened to it.

use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::changelog::{self, EntryInput, EntryView};
use gatehouse_control_plane::guides::{self, GuideInput};
use gatehouse_control_plane::versions::{self, Deprecate, Retire};
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Page, Refusal};
use gatehouse_domain::api::Compat;
use gatehouse_domain::{Role, Visibility};
use gatehouse_snapshot::object::{Object, ObjectKind};

use crate::notice::held;
use crate::world::{
    PETS, World, conflict, faults, is_forbidden, is_not_found, make_tenant, member, unknown,
};

fn guide(title: &str, position: i32, markdown: &str) -> GuideInput {
    GuideInput {
        title: Some(title.to_owned()),
        position: Some(position),
        markdown: Some(markdown.to_owned()),
    }
}

fn note(title: &str, version: Option<&str>) -> EntryInput {
    EntryInput {
        title: Some(title.to_owned()),
        markdown: Some("More *about* it.".to_owned()),
        version: version.map(ToOwned::to_owned),
    }
}

/// The guides that gateways lead callers of old versions to.
async fn ways_on(world: &World) -> Vec<String> {
    let routes = held(world, ObjectKind::Route).await.into_iter();
    let guides = routes.filter_map(|object| match object {
        Object::Route(route) => route.later.guide,
        _ => None,
    });
    guides.collect()
}

async fn entries(world: &World, viewer: Viewer<'_>) -> Vec<EntryView> {
    let page = Page::default();
    let listed = changelog::list_changelog(&world.db, &viewer, world.api(), &page).await;
    listed.unwrap().data
}

#[tokio::test]
async fn guides_are_written_ordered_changed_and_shown_safely_to_whoever_sees_the_api() {
    let world = World::create().await;
    let (db, paul, dora) = (&world.db, &world.paul, Viewer::Member(&world.dora));
    let create =
        |actor, slug, input| guides::create_guide(&world.db, actor, world.api(), slug, input);
    assert!(is_forbidden(
        &create(&world.dora, "a", guide("A", 0, "")).await
    ));
    let hostile = "# Begin\n\n<script>alert(1)</script> [x](javascript:alert(1))";
    create(paul, "later", guide("Later", 20, "Then."))
        .await
        .unwrap();
    create(paul, "begin", guide("Begin", 10, hostile))
        .await
        .unwrap();
    assert!(conflict(create(paul, "begin", guide("Begin", 10, "")).await).contains("already"));
    let listed = guides::list_guides(db, &dora, world.api()).await.unwrap();
    let slugs: Vec<_> = listed.iter().map(|guide| guide.slug.as_str()).collect();
    assert_eq!(slugs, ["begin", "later"]);
    let begin = guides::get_guide(db, &dora, world.api(), "begin").await;
    let begin = begin.unwrap();
    let html = begin.html.as_str();
    assert!(
        !html.contains("<script") && !html.contains("href=\"javascript"),
        "{html}"
    );
    assert_eq!(begin.markdown, hostile, "as written");
    for (bytes, accepted) in [(204_799, true), (204_800, true), (204_801, false)] {
        let change = GuideInput {
            markdown: Some("a".repeat(bytes)),
            ..GuideInput::default()
        };
        let changed = guides::update_guide(db, paul, world.api(), "later", None, change).await;
        assert_eq!(changed.is_ok(), accepted, "{bytes}");
    }
    assert_eq!(
        faults(create(paul, "No Slug", guide("", -1, "")).await),
        ["/slug", "/title", "/position"]
    );
    assert_eq!(
        faults(create(paul, "new", guide("New", 0, "")).await),
        ["/slug"]
    );
    let stale = guides::update_guide(
        db,
        paul,
        world.api(),
        "begin",
        Some(9),
        GuideInput::default(),
    );
    assert!(matches!(stale.await, Err(Refusal::Stale { current: 1 })));
    guides::delete_guide(db, paul, world.api(), "later", None)
        .await
        .unwrap();
    assert!(is_not_found(
        &guides::get_guide(db, &dora, world.api(), "later").await
    ));
    assert!(
        guides::get_guide(db, &dora, world.api(), "begin")
            .await
            .is_ok()
    );
    // Whoever does not find the API finds nothing of it.
    assert!(is_not_found(
        &guides::list_guides(db, &Viewer::Anonymous(world.tenant), world.api()).await
    ));
    let elsewhere = make_tenant(db, "elsewhere").await;
    let stranger = member(db, elsewhere, "Sam", Role::Owner).await;
    assert!(is_not_found(
        &guides::list_guides(db, &Viewer::Member(&stranger), world.api()).await
    ));
    let refused = create(&stranger, "other", guide("B", 0, "")).await;
    assert!(is_not_found(&refused), "{refused:?}");
}

#[tokio::test]
async fn an_api_has_two_hundred_guides_and_no_more() {
    let world = World::create().await;
    let fill =
        "insert into guide (id, tenant_id, api_id, slug, title, markdown, created_at, updated_at)
                select gen_random_uuid(), tenant_id, id, 'g' || n, 'G', '', created_at, created_at
                from api, generate_series(1, 199) n where slug = 'pets'";
    sqlx::query(fill)
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    let create =
        |slug| guides::create_guide(&world.db, &world.paul, world.api(), slug, guide("G", 0, ""));
    create("last").await.unwrap();
    assert!(conflict(create("more").await).contains("at most 200 guides"));
}

#[tokio::test]
async fn every_description_leaves_an_entry_that_says_what_came_and_went() {
    let world = World::create().await;
    let dora = Viewer::Member(&world.dora);
    let first = entries(&world, dora).await;
    assert_eq!(first.len(), 1);
    assert_eq!(
        (first[0].title.as_str(), first[0].markdown.as_str()),
        ("v1 is published", "")
    );
    let more = PETS.replacen(
        "\"/pets/{id}\"",
        "\"/toys/{id}\": { \"get\": { \"responses\": { \"200\": { \"description\": \"ok\" } } } }, \"/pets/{id}\"",
        1,
    );
    world.pass(1);
    world.publish(&more).await.unwrap();
    let second = entries(&world, dora).await;
    assert_eq!(second.len(), 2, "newest first");
    assert_eq!(
        (second[0].title.as_str(), second[0].kind.as_str()),
        ("v1: 1 change", "updated")
    );
    assert!(
        second[0].markdown.contains("(`GET /toys/{}`)"),
        "{:?}",
        second[0]
    );
    assert_eq!(second[0].breaking, 0);
    world.pass(1);
    world.publish(&more).await.unwrap();
    assert_eq!(
        entries(&world, dora).await.len(),
        2,
        "the same bytes are no news"
    );
    assert!(is_forbidden(
        &changelog::add_entry(&world.db, &world.dora, world.api(), note("a", None)).await
    ));
    let add = |input| changelog::add_entry(&world.db, &world.paul, world.api(), input);
    assert_eq!(unknown(add(note("a", Some("v9"))).await), "/version");
    world.pass(1);
    let written = add(note("A pause on Sunday", Some("v1")))
        .await
        .unwrap()
        .value;
    assert_eq!(
        (written.kind.as_str(), written.html.as_str()),
        ("note", "<p>More <em>about</em> it.</p>\n")
    );
    let seen = entries(&world, dora).await;
    let (id, stays) = (seen[0].id, seen[1].id);
    let delete = |id| changelog::delete_entry(&world.db, &world.paul, world.api(), id);
    assert!(conflict(delete(stays).await).contains("its entry stays"));
    let better = EntryInput {
        title: Some("v1 has toys".to_owned()),
        ..EntryInput::default()
    };
    let better =
        changelog::update_entry(&world.db, &world.paul, world.api(), stays, Some(1), better);
    assert_eq!(better.await.unwrap().value.title, "v1 has toys");
    delete(id).await.unwrap();
    assert!(is_not_found(&delete(id).await));
    let hide = UpdateApi {
        visibility: Some(Visibility::Private),
        ..UpdateApi::default()
    };
    apis::update_api(&world.db, &world.paul, world.api(), None, hide)
        .await
        .unwrap();
    let page = Page::default();
    let hidden = changelog::list_changelog(&world.db, &dora, world.api(), &page).await;
    assert!(is_not_found(&hidden));
    assert_eq!(entries(&world, Viewer::Member(&world.paul)).await.len(), 2);
}

#[tokio::test]
async fn what_breaks_and_every_step_of_a_version_is_told() {
    let world = World::create().await;
    let (db, paul) = (&world.db, &world.paul);
    let dora = Viewer::Member(&world.dora);
    versions::set_compat(db, &world.ada, world.api(), "v1", None, Compat::Off)
        .await
        .unwrap();
    let other = PETS.replace("\"/pets/{id}\"", "\"/toys/{id}\"");
    world.pass(1);
    world.publish(&other).await.unwrap();
    let told = &entries(&world, dora).await[0];
    assert!(
        told.breaking >= 1 && told.title.contains("breaking change"),
        "{told:?}"
    );
    assert!(told.markdown.starts_with("- **Breaking:** "), "{told:?}");
    assert!(told.markdown.contains("`GET /pets/{}`"), "{told:?}");
    world.pass(1);
    world.publish_as("pets", "v2", PETS).await.unwrap();
    let told = &entries(&world, dora).await[0];
    assert_eq!((told.title.as_str(), told.breaking), ("v2 is published", 0));
    let create = |slug| guides::create_guide(db, paul, world.api(), slug, guide("Move", 0, "Go."));
    create("move").await.unwrap();
    let deprecate = |guide: &str| {
        let input = Deprecate {
            sunset_at: db.clock().now() + time::Duration::days(90),
            successor: Some("v2".to_owned()),
            guide: Some(guide.to_owned()),
        };
        versions::deprecate_version(db, paul, world.api(), "v1", None, input)
    };
    assert_eq!(unknown(deprecate("none").await), "/guide");
    world.pass(1);
    let phased_out = deprecate("move").await.unwrap().value;
    assert_eq!(phased_out.guide.as_deref(), Some("move"));
    assert_eq!(
        ways_on(&world).await,
        ["move", "move"],
        "gateways lead to it"
    );
    let told = &entries(&world, dora).await[0];
    assert_eq!(told.title, "v1 is deprecated");
    assert!(told.markdown.ends_with("Use v2 instead."), "{told:?}");
    guides::delete_guide(db, paul, world.api(), "move", None)
        .await
        .unwrap();
    let version = versions::get_version(db, paul, world.api(), "v1").await;
    assert_eq!(version.unwrap().guide, None, "the guide is gone");
    assert!(
        ways_on(&world).await.is_empty(),
        "and gateways do not lead there"
    );
    world.pass(1);
    let retire = Retire {
        reason: "Old.".to_owned(),
    };
    versions::retire_version(db, &world.ada, world.api(), "v1", None, retire)
        .await
        .unwrap();
    let titles: Vec<_> = entries(&world, dora)
        .await
        .into_iter()
        .map(|entry| entry.title)
        .collect();
    assert_eq!(
        titles[..2],
        ["v1 is retired", "v1 is deprecated"],
        "its history stays"
    );
    // What is about a version that is not on offer is for those who read the API.
    let hide = "update api_version set state = 'draft' where label = 'v2'";
    sqlx::query(hide)
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    world.pass(1);
    world.publish_as("pets", "v3", PETS).await.unwrap();
    let shown = entries(&world, dora).await;
    assert!(
        shown
            .iter()
            .all(|entry| entry.version.as_deref() != Some("v2")),
        "{shown:?}"
    );
    let all = entries(&world, Viewer::Member(paul)).await;
    assert!(
        all.iter()
            .any(|entry| entry.version.as_deref() == Some("v2"))
    );
}
