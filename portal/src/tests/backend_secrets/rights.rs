//! Who sees that there are backend secrets, and who puts them.

use super::{DELETE, ONE, SECOND, SECRETS, held, put_by_verb};
use crate::tests::policies::scene;
use crate::tests::{Stand, Window};
use gatehouse_control_plane::{Actor, apis, members};
use gatehouse_domain::Role;

/// The list without a form, and nothing by the address of a form.
async fn reads_only(window: &mut Window) {
    let list = window.get(SECRETS).await;
    assert_eq!(list.status, 200, "{}", list.body);
    assert!(list.body.contains("${vault:pets-token}"), "{}", list.body);
    let main = list.between("<main id=\"main\"", "</main>");
    assert!(
        !main.contains("<form method=\"post\"") && !main.contains(&format!("href=\"{ONE}")),
        "{main}"
    );
    for path in [ONE, DELETE] {
        assert_eq!(window.get(path).await.status, 403, "{path}");
    }
    gets_nothing(window, "", 403).await;
}

/// Each form, with what it needs, so that nothing but the person is refused.
async fn gets_nothing(window: &mut Window, prefix: &str, status: u16) {
    window.get(&format!("{prefix}/apis")).await;
    let new = [("name", "theirs"), ("secret_value", SECOND)];
    let other = [("row_version", "1"), ("secret_value", SECOND)];
    let forms: [(&str, &[(&str, &str)]); 3] = [
        (SECRETS, &new),
        (ONE, &other),
        (DELETE, &[("row_version", "1")]),
    ];
    for (path, fields) in forms {
        let sent = window.post(&format!("{prefix}{path}"), fields).await;
        assert_eq!(sent.status, status, "{prefix}{path}: {}", sent.body);
    }
}

async fn is_as_it_was(stand: &Stand) {
    let held = held(stand).await;
    assert_eq!(
        (held.len(), held[0].name.as_str(), held[0].row_version),
        (1, "pets-token", 1)
    );
}

#[tokio::test]
async fn who_only_reads_the_api_sees_the_list_and_no_form() {
    let (stand, _) = scene().await;
    put_by_verb(&stand, "pets-token").await;
    stand.admit("ana@acme.test", Role::Approver).await;
    let mut ana = stand.signed_in("ana@acme.test").await;
    reads_only(&mut ana).await;

    // Nor does she who writes another one.
    let system = Actor::system(stand.tenant, "test");
    let other = apis::CreateApi {
        slug: "others".into(),
        name: "Others".into(),
        ..apis::CreateApi::default()
    };
    apis::create_api(&stand.db, &system, other).await.unwrap();
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
    reads_only(&mut ana).await;
    is_as_it_was(&stand).await;
    let others = "/console/apis/others/backend-secrets";
    let page = ana.get(others).await;
    assert!(page.body.contains("Put a secret"), "{}", page.body);
    let fields = [("name", "theirs"), ("secret_value", SECOND)];
    assert_eq!(ana.post(others, &fields).await.status, 303);
    // The one of the Petstore is none of this API.
    let by_id = format!("{others}/{}", held(&stand).await[0].id);
    for path in [format!("{others}/pets-token"), by_id] {
        assert_eq!(ana.get(&path).await.status, 404, "{path}");
    }

    stand.admit("dev@acme.test", Role::Developer).await;
    let mut dev = stand.signed_in("dev@acme.test").await;
    let list = dev.get(SECRETS).await;
    assert!(matches!(list.status, 403 | 404), "{}", list.status);
    gets_nothing(&mut dev, "", 403).await;
    is_as_it_was(&stand).await;
}

#[tokio::test]
async fn secrets_of_another_tenant_are_not_there() {
    let (stand, _) = scene().await;
    put_by_verb(&stand, "pets-token").await;
    let mut otto = stand.admin_elsewhere().await;
    for path in [SECRETS, ONE, DELETE] {
        let page = otto.get(&format!("/t/other{path}")).await;
        assert_eq!(page.status, 404, "{path}");
    }
    gets_nothing(&mut otto, "/t/other", 404).await;
    is_as_it_was(&stand).await;
}
