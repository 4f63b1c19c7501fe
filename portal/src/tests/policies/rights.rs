//! Whose policies they are: others neither see nor change them, and each address has its own.

use super::{ALL, PETS, added, held, scene};
use crate::tests::{Stand, Window};
use gatehouse_control_plane::{Actor, apis, members};
use gatehouse_domain::Role;

/// Of the API, and of every one.
async fn two(owner: &mut Window) -> [String; 2] {
    let own = [("any_origin", "yes"), ("slug", "own")];
    added(owner, PETS, "cors", &own).await;
    let every = [("amount", "5"), ("window_s", "1"), ("slug", "every")];
    added(owner, ALL, "rate_limit", &every).await;
    [format!("{PETS}/own"), format!("{ALL}/every")]
}

/// All pages, all forms: each with what a form needs, so that nothing but the person is refused.
async fn gets_nothing(window: &mut Window, prefix: &str, ones: &[String; 2], who: &str) {
    let [own, every] = ones;
    for path in [PETS, ALL, own, every] {
        let shown = window.get(&format!("{prefix}{path}")).await;
        assert!(
            matches!(shown.status, 403 | 404),
            "{who} {path}: {}",
            shown.status
        );
    }
    window.get(&format!("{prefix}/apis")).await;
    let cors = [("kind", "cors"), ("any_origin", "yes")];
    let rate = [("kind", "rate_limit"), ("amount", "9"), ("window_s", "1")];
    let how = [("mode", "off"), ("inherit", "default"), ("nonce", "n")];
    let seen = [
        ("mode", "off"),
        ("inherit", "default"),
        ("row_version", "1"),
    ];
    for (path, fields) in [
        (format!("{PETS}/new"), [&cors[..], &how].concat()),
        (format!("{ALL}/new"), [&rate[..], &how].concat()),
        (own.clone(), [&cors[..], &seen].concat()),
        (every.clone(), [&rate[..], &seen].concat()),
        (format!("{own}/delete"), vec![("row_version", "1")]),
        (format!("{every}/delete"), vec![("row_version", "1")]),
    ] {
        let sent = window.post(&format!("{prefix}{path}"), &fields).await;
        assert!(
            matches!(sent.status, 403 | 404),
            "{who} {path}: {}",
            sent.status
        );
    }
}

async fn nothing_changed(stand: &Stand) {
    let held = held(stand).await;
    let slugs: Vec<&str> = held.iter().map(|policy| policy.slug.as_str()).collect();
    assert_eq!(slugs, ["every", "own"]);
    assert!(held.iter().all(|policy| policy.row_version == 1));
}

#[tokio::test]
async fn a_developer_and_another_tenant_s_admin_get_nothing_of_them() {
    let (stand, mut owner) = scene().await;
    let ones = two(&mut owner).await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    gets_nothing(&mut dev, "", &ones, "a developer").await;

    let mut otto = stand.admin_elsewhere().await;
    let own = otto.get(&format!("/t/other{ALL}")).await;
    assert_eq!(own.status, 200, "{}", own.body);
    assert!(own.body.contains("No policies yet"), "{}", own.body);
    let mut elsewhere = ones.clone();
    // The list of the other tenant is otto's own; the ones in it are not.
    for path in &mut elsewhere {
        *path = format!("/t/other{path}");
        let shown = otto.get(path).await;
        assert_eq!(shown.status, 404, "{path}");
        let deleted = otto
            .post(&format!("{path}/delete"), &[("row_version", "1")])
            .await;
        assert_eq!(deleted.status, 404, "{path}");
    }
    for held in held(&stand).await {
        let by_id = otto.get(&format!("/t/other{ALL}/{}", held.id)).await;
        assert_eq!(by_id.status, 404, "{}", held.slug);
    }
    gets_nothing(&mut otto, "/t/acme", &ones, "another tenant's admin").await;
    nothing_changed(&stand).await;
}

#[tokio::test]
async fn who_only_reads_sees_them_without_a_form_and_a_publisher_has_those_of_apis() {
    let (stand, mut owner) = scene().await;
    let [own, every] = two(&mut owner).await;
    stand.admit("ana@acme.test", Role::Approver).await;
    let mut ana = stand.signed_in("ana@acme.test").await;
    let list = ana.get(PETS).await;
    assert_eq!(list.status, 200, "{}", list.body);
    assert!(list.body.contains(">own</a>") && !list.body.contains("Add a policy"));
    assert!(
        !list.body.contains(&format!("href=\"{every}\"")),
        "it opens for nobody but admins"
    );
    let page = ana.get(&own).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("any_origin: true"), "the file");
    assert!(!page.body.contains("name=\"any_origin\"") && !page.body.contains("Delete policy"));
    let change = [
        ("kind", "cors"),
        ("row_version", "1"),
        ("mode", "off"),
        ("inherit", "default"),
    ];
    assert_eq!(ana.post(&own, &change).await.status, 403);
    assert_eq!(ana.get(&format!("{PETS}/new?kind=cors")).await.status, 403);

    stand.admit("pub@acme.test", Role::Publisher).await;
    let mut publisher = stand.signed_in("pub@acme.test").await;
    assert_eq!(publisher.get(ALL).await.status, 403);
    assert_eq!(publisher.get(&every).await.status, 403);
    nothing_changed(&stand).await;
    added(
        &mut publisher,
        PETS,
        "headers",
        &[("request_remove", "x-a")],
    )
    .await;
    assert_eq!(held(&stand).await.len(), 3);
}

#[tokio::test]
async fn who_writes_one_api_sees_no_form_at_another() {
    let (stand, mut owner) = scene().await;
    let [own, _] = two(&mut owner).await;
    let system = Actor::system(stand.tenant, "test");
    let other = apis::CreateApi {
        slug: "others".into(),
        name: "Others".into(),
        ..apis::CreateApi::default()
    };
    apis::create_api(&stand.db, &system, other).await.unwrap();
    stand.admit("ana@acme.test", Role::Approver).await;
    let user = stand.actor("ana@acme.test").await.user().unwrap();
    let olga = stand.actor("olga@acme.test").await;
    let grant = members::AddGrant {
        role: "publisher".into(),
        scope: members::GrantScope::Api("others".into()),
    };
    members::add_grant(&stand.db, &olga, user, grant)
        .await
        .unwrap();
    let mut ana = stand.signed_in("ana@acme.test").await;
    let list = ana.get(PETS).await;
    assert!(list.status == 200 && !list.body.contains("Add a policy"));
    let page = ana.get(&own).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(!page.body.contains("name=\"any_origin\"") && !page.body.contains("Delete policy"));
    for path in [format!("{PETS}/new?kind=cors"), format!("{own}/delete")] {
        assert_eq!(ana.get(&path).await.status, 403, "{path}");
    }
    let sent = [
        ("kind", "cors"),
        ("any_origin", "yes"),
        ("mode", "off"),
        ("inherit", "default"),
        ("nonce", "n"),
    ];
    assert_eq!(ana.post(&format!("{PETS}/new"), &sent).await.status, 403);
    nothing_changed(&stand).await;
    let others = "/console/apis/others/policies";
    let list = ana.get(others).await;
    assert!(list.body.contains("Add a policy"), "{}", list.body);
    added(&mut ana, others, "cors", &[("any_origin", "yes")]).await;
}

#[tokio::test]
async fn each_address_has_its_own_policies_only() {
    let (stand, mut owner) = scene().await;
    two(&mut owner).await;
    let held_now = held(&stand).await;
    let (every, own) = (&held_now[0], &held_now[1]);
    // Under the settings a form asks who they are; no other address leads round that.
    for path in [
        format!("{PETS}/every"),
        format!("{PETS}/{}", every.id),
        format!("{ALL}/own"),
        format!("{ALL}/{}", own.id),
    ] {
        assert_eq!(owner.get(&path).await.status, 404, "{path}");
        let deleted = owner
            .post(&format!("{path}/delete"), &[("row_version", "1")])
            .await;
        assert_eq!(deleted.status, 404, "{path}");
    }
    nothing_changed(&stand).await;
    for (list, one) in [(PETS, own), (ALL, every)] {
        assert_eq!(owner.get(&format!("{list}/{}", one.id)).await.status, 200);
    }
}
