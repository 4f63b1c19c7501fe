//! Configuration as files in the console: a changeset is looked at and applied, drift is told, and who may not is refused.

use super::Stand;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::changesets::{self, ChangesetInput, ChangesetState};
use gatehouse_control_plane::plans::{self, UpdatePlan};
use gatehouse_control_plane::resources::ResourceFile;
use gatehouse_domain::Role;
use gatehouse_domain::id::ChangesetId;

async fn plan_name(stand: &Stand) -> String {
    let system = Actor::system(stand.tenant, "test");
    let plan = plans::get_plan(&stand.db, &system, "petstore".into(), "free".into()).await;
    plan.unwrap().name
}

/// A changeset that calls the free plan something else.
async fn planned(stand: &Stand, name: &str) -> ChangesetId {
    let system = Actor::system(stand.tenant, "test");
    let content = format!(
        "apiVersion: gatehouse/v1\nkind: plan\nmetadata:\n  api: petstore\n  name: free\nspec:\n  name: {name}\n"
    );
    let input = ChangesetInput {
        files: vec![ResourceFile {
            path: "plans/free.yaml".into(),
            content,
        }],
        ..ChangesetInput::default()
    };
    changesets::make_changeset(&stand.db, &system, input)
        .await
        .unwrap()
        .value
        .id
}

async fn state(stand: &Stand, id: ChangesetId) -> ChangesetState {
    let system = Actor::system(stand.tenant, "test");
    changesets::get_changeset(&stand.db, &system, id)
        .await
        .unwrap()
        .state
}

#[tokio::test]
async fn a_changeset_is_looked_at_and_applied_once() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let set = planned(&stand, "Community").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = format!("/console/configuration/{set}");
    assert!(
        owner
            .get("/console/configuration")
            .await
            .body
            .contains(&path)
    );
    let page = owner.get(&path).await;
    assert!(
        page.body.contains("Community") && page.body.contains("Subscriptions concerned"),
        "{}",
        page.body
    );
    assert_eq!(plan_name(&stand).await, "Free");
    let applied = owner.post(&path, &[("reason", "")]).await;
    assert_eq!(applied.status, 303, "{}", applied.body);
    assert_eq!(
        (plan_name(&stand).await.as_str(), state(&stand, set).await),
        ("Community", ChangesetState::Applied)
    );
    assert!(
        !owner.get(&path).await.body.contains(">Apply<"),
        "it was applied"
    );
    assert_eq!(owner.post(&path, &[("reason", "")]).await.status, 422);
}

#[tokio::test]
async fn a_changeset_whose_base_moved_is_not_applied_and_says_so() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let (first, second) = (
        planned(&stand, "Community").await,
        planned(&stand, "Open").await,
    );
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = |set: ChangesetId| format!("/console/configuration/{set}");
    owner.get(&path(first)).await;
    assert_eq!(owner.post(&path(first), &[]).await.status, 303);
    let late = owner.post(&path(second), &[]).await;
    assert_eq!(late.status, 422, "{}", late.body);
    assert!(
        late.body.contains("plan/petstore/free"),
        "it names what moved: {}",
        late.body
    );
    assert_eq!(plan_name(&stand).await, "Community");
}

#[tokio::test]
async fn drift_is_told_where_it_is_and_on_the_to_do_list() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let set = planned(&stand, "Community").await;
    let system = Actor::system(stand.tenant, "test");
    changesets::apply_changeset(&stand.db, &system, set, "")
        .await
        .unwrap();
    let by_hand = UpdatePlan {
        name: Some("By hand".into()),
        ..UpdatePlan::default()
    };
    plans::update_plan(
        &stand.db,
        &system,
        "petstore".into(),
        "free".into(),
        None,
        by_hand,
    )
    .await
    .unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get("/console/configuration").await;
    assert!(
        page.body.contains("Community") && page.body.contains("By hand"),
        "{}",
        page.body
    );
    assert!(
        owner
            .get("/console")
            .await
            .body
            .contains("1 thing is no longer what files say")
    );
}

#[tokio::test]
async fn who_only_reads_sees_changesets_and_applies_none() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let set = planned(&stand, "Community").await;
    stand.admit("audit@acme.test", Role::Auditor).await;
    let mut auditor = stand.signed_in("audit@acme.test").await;
    let path = format!("/console/configuration/{set}");
    let page = auditor.get(&path).await;
    assert!(
        page.status == 200 && !page.body.contains(">Apply<"),
        "{}",
        page.body
    );
    assert_eq!(auditor.post(&path, &[("reason", "")]).await.status, 403);
    let rule = [("row_version", "1"), ("edits", "refuse")];
    assert_eq!(
        auditor.post("/console/configuration", &rule).await.status,
        403
    );
    assert_eq!(
        (plan_name(&stand).await.as_str(), state(&stand, set).await),
        ("Free", ChangesetState::Planned)
    );
}
