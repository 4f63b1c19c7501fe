//! Roles and grants in the console: what a form saves is what the verbs say, and nobody is offered what they may not do.

use super::{Answer, Stand, Window};
use gatehouse_control_plane::members::{self, GrantView, PermissionQuestion};
use gatehouse_control_plane::roles::{self, RoleView};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Permission, Role};

async fn grants(stand: &Stand, user: UserId) -> Vec<GrantView> {
    let olga = stand.actor("olga@acme.test").await;
    members::list_grants(&stand.db, &olga, user).await.unwrap()
}

async fn role(stand: &Stand, slug: &str) -> Option<RoleView> {
    let olga = stand.actor("olga@acme.test").await;
    roles::get_role(&stand.db, &olga, slug).await.ok()
}

async fn make_releaser(owner: &mut Window) -> Answer {
    owner.get("/console/roles").await;
    let fields = [
        ("slug", "releaser"),
        ("name", "Releaser"),
        ("description", "Publishes, nothing else."),
        ("permission", "api.read"),
        ("permission", "spec.publish"),
    ];
    owner.post("/console/roles", &fields).await
}

#[tokio::test]
async fn a_role_is_made_changed_given_for_one_api_and_taken_back() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("rita@acme.test", Role::Developer).await;
    let rita = stand.actor("rita@acme.test").await.user().unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let made = make_releaser(&mut owner).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let held = role(&stand, "releaser").await.unwrap();
    assert_eq!(
        held.permissions,
        [Permission::ApiRead, Permission::SpecPublish]
    );

    let page = owner.get("/console/roles/releaser").await;
    let version = page
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let fields = [
        ("row_version", version.as_str()),
        ("name", "Release team"),
        ("permission", "api.read"),
        ("permission", "api.write"),
    ];
    assert_eq!(
        owner.post("/console/roles/releaser", &fields).await.status,
        303
    );
    let held = role(&stand, "releaser").await.unwrap();
    assert_eq!(
        (held.name.as_str(), held.permissions),
        (
            "Release team",
            vec![Permission::ApiRead, Permission::ApiWrite]
        )
    );
    let late = owner.post("/console/roles/releaser", &fields).await;
    assert!(
        late.status == 422 && late.body.contains("Somebody changed this"),
        "{}",
        late.body
    );

    let person = format!("/console/people/{rita}");
    owner.get(&person).await;
    let fields = [("role", "releaser"), ("on", "api"), ("of", "petstore")];
    let given = owner.post(&format!("{person}/grants"), &fields).await;
    assert_eq!(given.status, 303, "{}", given.body);
    let held = grants(&stand, rita).await;
    let grant = held.iter().find(|grant| grant.role == "releaser").unwrap();
    assert_eq!(
        (grant.scope.kind, grant.scope.slug.as_deref()),
        ("api", Some("petstore"))
    );
    let page = owner.get(&person).await;
    assert!(page.body.contains("API Petstore"), "{}", page.body);

    let deletion = owner.post("/console/roles/releaser/delete", &[]).await;
    assert!(
        deletion.status == 422 && deletion.body.contains("rita has this role"),
        "{}",
        deletion.body
    );
    let taken = owner
        .post(&format!("{person}/grants/{}/remove", grant.id), &[])
        .await;
    assert_eq!(taken.status, 303, "{}", taken.body);
    assert!(
        grants(&stand, rita)
            .await
            .iter()
            .all(|grant| grant.role != "releaser")
    );
    assert_eq!(
        owner
            .post("/console/roles/releaser/delete", &[])
            .await
            .status,
        303
    );
    assert!(role(&stand, "releaser").await.is_none());
}

#[tokio::test]
async fn a_grant_that_names_nothing_says_which_field_is_wrong() {
    let stand = Stand::new().await;
    stand.admit("rita@acme.test", Role::Developer).await;
    let rita = stand.actor("rita@acme.test").await.user().unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let person = format!("/console/people/{rita}");
    owner.get(&person).await;
    for (fields, field) in [
        (
            [("role", "approver"), ("on", "api"), ("of", "nowhere")],
            "f-of-error",
        ),
        (
            [("role", "approver"), ("on", "tenant"), ("of", "petstore")],
            "f-of-error",
        ),
        (
            [("role", "nobody"), ("on", "tenant"), ("of", "")],
            "f-role-error",
        ),
    ] {
        let answer = owner.post(&format!("{person}/grants"), &fields).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.body.contains(field), "{field}: {}", answer.body);
    }
    assert_eq!(grants(&stand, rita).await.len(), 1, "a developer as before");
}

#[tokio::test]
async fn a_person_s_page_says_what_they_can_do_and_why() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("ana@acme.test", Role::Approver).await;
    let ana = stand.actor("ana@acme.test").await.user().unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let asked = owner
        .get(&format!(
            "/console/people/{ana}?permission=subscription.decide"
        ))
        .await;
    let answer = asked.between("id=\"answer\">", "</p>");
    let olga = stand.actor("olga@acme.test").await;
    let question = PermissionQuestion {
        permission: Some(Permission::SubscriptionDecide),
        api: None,
    };
    let said = members::permissions_of_member(&stand.db, &olga, ana, &question)
        .await
        .unwrap();
    assert!(
        answer.contains("Yes") && answer.contains(&said.answer.unwrap().because),
        "{answer}"
    );
    let asked = owner
        .get(&format!(
            "/console/people/{ana}?permission=api.write&api=petstore"
        ))
        .await;
    let answer = asked.between("id=\"answer\">", "</p>");
    assert!(
        answer.contains("No") && answer.contains("These do:"),
        "{answer}"
    );
    let asked = owner
        .get(&format!(
            "/console/people/{ana}?permission=api.write&api=nowhere"
        ))
        .await;
    assert!(
        asked
            .body
            .contains("There is no API &#39;nowhere&#39; here."),
        "{}",
        asked.body
    );
}

#[tokio::test]
async fn who_only_reads_people_is_offered_no_form() {
    let stand = Stand::new().await;
    stand.admit("audit@acme.test", Role::Auditor).await;
    let auditor_id = stand.actor("audit@acme.test").await.user().unwrap();
    let mut auditor = stand.signed_in("audit@acme.test").await;
    for path in [
        "/console/people".to_owned(),
        format!("/console/people/{auditor_id}"),
        "/console/roles".to_owned(),
        "/console/roles/owner".to_owned(),
    ] {
        let page = auditor.get(&path).await;
        assert_eq!(page.status, 200, "{path}");
        let forms = page
            .between("<main", "</main>")
            .matches("method=\"post\"")
            .count();
        assert_eq!(forms, 0, "{path}: {}", page.body);
    }
    for path in [
        format!("/console/people/{auditor_id}/grants"),
        "/console/roles".to_owned(),
    ] {
        let fields: &[_] = if path.ends_with("roles") {
            &[("slug", "x"), ("name", "X"), ("permission", "api.read")]
        } else {
            &[("role", "owner"), ("on", "tenant"), ("of", "")]
        };
        assert_eq!(auditor.post(&path, fields).await.status, 403, "{path}");
    }
    assert!(role(&stand, "x").await.is_none());
}

/// Whoever has a right for one API only is led to no page that asks for the whole tenant.
#[tokio::test]
async fn the_rail_leads_to_no_page_that_refuses() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("rita@acme.test", Role::Developer).await;
    let rita = stand.actor("rita@acme.test").await.user().unwrap();
    let olga = stand.actor("olga@acme.test").await;
    let input = members::AddGrant {
        role: "operator".into(),
        scope: members::GrantScope::Api("petstore".into()),
    };
    members::add_grant(&stand.db, &olga, rita, input)
        .await
        .unwrap();
    let mut window = stand.signed_in("rita@acme.test").await;
    let home = window.get("/console").await;
    assert_eq!(home.status, 200, "{}", home.body);
    let rail = home.between("<nav class=\"rail\"", "</nav>").to_owned();
    let links: Vec<&str> = rail
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(
        links.contains(&"/console/apis") && !links.contains(&"/console/audit"),
        "{links:?}"
    );
    for link in links {
        assert_eq!(window.get(link).await.status, 200, "{link}");
    }
}
