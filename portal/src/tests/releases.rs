//! Releases and changes in the console: what they show is what the verbs say, and going back is what was shown.

use super::Stand;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::plans::{self, PlanView};
use gatehouse_control_plane::releases::{self, ReleaseView};
use gatehouse_control_plane::tenants::{self, UpdateTenant};
use gatehouse_domain::Role;
use gatehouse_domain::id::ChangeId;
use gatehouse_domain::plan::LimitRule;

/// Renames the Petstore by hand, as a release of its own.
async fn rename(stand: &Stand, name: &str) -> Option<ChangeId> {
    let system = Actor::system(stand.tenant, "test");
    let input = UpdateApi {
        name: Some(name.to_owned()),
        ..UpdateApi::default()
    };
    let done = apis::update_api(&stand.db, &system, "petstore".into(), None, input).await;
    done.unwrap().change.map(|change| change.id)
}

async fn newest(stand: &Stand) -> ReleaseView {
    let system = Actor::system(stand.tenant, "test");
    let mut found = releases::list_releases(&stand.db, &system, None, 1)
        .await
        .unwrap();
    found.remove(0)
}

async fn name_of(stand: &Stand) -> String {
    let system = Actor::system(stand.tenant, "test");
    apis::get_api(&stand.db, &system, "petstore".into())
        .await
        .unwrap()
        .name
}

#[tokio::test]
async fn going_back_shows_what_it_changes_and_does_that() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let before = newest(&stand).await.number;
    rename(&stand, "Animal shop").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let list = owner.get("/console/releases").await;
    let newer = before + 1;
    assert!(
        list.body
            .contains(&format!("href=\"/console/releases/{newer}\"")),
        "{}",
        list.body
    );
    // By the name that files use, not by an id.
    let row = list.between(&format!("/console/releases/{newer}\""), "</tr>");
    assert!(
        row.contains(">api/petstore<") && !row.contains("api_"),
        "{row}"
    );
    let page = owner.get(&format!("/console/releases/{newer}")).await;
    assert!(
        page.body.contains("Animal shop") && page.body.contains("api/petstore"),
        "{}",
        page.body
    );
    // The newest is in force: there is nowhere to go back to.
    assert!(!page.body.contains("/rollback\""), "{}", page.body);
    let path = format!("/console/releases/{before}/rollback");
    assert!(
        owner
            .get(&format!("/console/releases/{before}"))
            .await
            .body
            .contains(&path)
    );
    let rehearsal = owner.get(&path).await;
    assert!(
        rehearsal.body.contains("This changes 1 thing"),
        "{}",
        rehearsal.body
    );
    assert_eq!(
        name_of(&stand).await,
        "Animal shop",
        "looking changes nothing"
    );
    let seen = newer.to_string();
    let answer = owner.post(&path, &[("newest", &seen)]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(name_of(&stand).await, "Petstore");
    let made = newest(&stand).await;
    assert_eq!(
        (made.number, made.rolled_back_to),
        (newer + 1, Some(before))
    );
    let shown = owner.follow(answer).await;
    assert!(
        shown.body.contains(&format!(
            "Release {} goes back to release {before}",
            made.number
        )),
        "{}",
        shown.body
    );
    assert!(owner.get(&path).await.body.contains("Nothing would change"));
}

#[tokio::test]
async fn what_was_not_shown_is_not_undone() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let before = newest(&stand).await.number;
    rename(&stand, "Animal shop").await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = format!("/console/releases/{before}/rollback");
    let page = owner.get(&path).await;
    let seen = page.between("name=\"newest\" value=\"", "\"").to_owned();
    rename(&stand, "Zoo").await;
    let late = owner.post(&path, &[("newest", &seen)]).await;
    assert_eq!(late.status, 422, "{}", late.body);
    assert!(
        late.body.contains("Something else was released meanwhile"),
        "{}",
        late.body
    );
    assert_eq!(name_of(&stand).await, "Zoo");
}

#[tokio::test]
async fn who_only_reads_sees_releases_without_a_way_to_go_back() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let before = newest(&stand).await.number;
    rename(&stand, "Animal shop").await;
    stand.admit("audit@acme.test", Role::Auditor).await;
    let mut auditor = stand.signed_in("audit@acme.test").await;
    let page = auditor.get(&format!("/console/releases/{before}")).await;
    assert_eq!(page.status, 200);
    assert!(
        !page.body.contains("Go back to this release"),
        "{}",
        page.body
    );
    let path = format!("/console/releases/{before}/rollback");
    assert_eq!(auditor.get(&path).await.status, 403);
    let forced = auditor
        .post(&path, &[("newest", &(before + 1).to_string())])
        .await;
    assert_eq!(forced.status, 403);
    assert_eq!(name_of(&stand).await, "Animal shop");
    for unknown in [
        "/console/releases/999",
        "/console/releases/x",
        "/console/releases/999/rollback",
    ] {
        assert_eq!(
            stand
                .signed_in("olga@acme.test")
                .await
                .get(unknown)
                .await
                .status,
            404,
            "{unknown}"
        );
    }
}

const ACKNOWLEDGE_ONE: &str = "insert into node_ack (node_id, seq, applied_at, received_at)
     select n.id, c.seq, '2026-11-20 11:38:01Z', c.created_at + interval '1300 milliseconds'
     from gateway_node n, (select * from config_change order by seq desc limit 1) c where n.name = 'fra-1'";
const ACKNOWLEDGE_ALL: &str = "insert into node_ack (node_id, seq, applied_at, received_at)
     select n.id, c.seq, '2026-11-20 11:38:01Z', c.created_at + interval '1300 milliseconds'
     from gateway_node n, (select * from config_change order by seq desc limit 1) c where n.name <> 'fra-1'";

#[tokio::test]
async fn a_change_is_told_gateway_by_gateway_until_all_have_it() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let change = move_traffic(&stand).await;
    stand
        .database
        .run(
            "insert into gateway_node (id, group_id, name, public_key, version, joined_at, last_seen_at, applied_generation)
             select gen_random_uuid(), g.id, n.name, sha256(n.name::bytea), '0.1.0', '2026-11-20 11:38:00Z', '2026-11-20 11:38:00Z', g.generation
             from gateway_group g, (values ('fra-1'), ('fra-2')) n (name)",
        )
        .await;
    let path = format!("/console/changes/{change}");
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(&path).await;
    assert!(
        page.body.contains("In force on 0 of 2 gateways"),
        "{}",
        page.body
    );
    for (acknowledge, has) in [(ACKNOWLEDGE_ONE, 1), (ACKNOWLEDGE_ALL, 2)] {
        stand.database.run(acknowledge).await;
        let page = owner.get(&path).await;
        assert!(
            page.body
                .contains(&format!("In force on {has} of 2 gateways")),
            "{}",
            page.body
        );
        assert!(page.body.contains(">1.3 s<"), "{}", page.body);
        assert_eq!(
            page.body.contains("data-every=\"1000\""),
            has < 2,
            "{}",
            page.body
        );
    }
    stand.admit("dev@acme.test", Role::Developer).await;
    assert_eq!(
        stand
            .signed_in("dev@acme.test")
            .await
            .get(&path)
            .await
            .status,
        403
    );
}

/// A change that gateways need to know.
async fn move_traffic(stand: &Stand) -> ChangeId {
    use gatehouse_control_plane::upstreams::{self, LoadBalancing, PutTarget, PutUpstream};
    let system = Actor::system(stand.tenant, "test");
    let target = PutTarget {
        url: "http://127.0.0.1:9001/".into(),
        weight: 1,
        drain: false,
    };
    let input = PutUpstream {
        targets: vec![target],
        load_balancing: LoadBalancing::LeastConnections,
        timeouts: None,
    };
    let done = upstreams::put_upstream(
        &stand.db,
        &system,
        "petstore".into(),
        "production",
        None,
        input,
    );
    done.await.unwrap().change.unwrap().id
}

#[tokio::test]
async fn the_page_of_gateways_says_which_release_each_runs() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    move_traffic(&stand).await;
    stand
        .database
        .run(
            "insert into gateway_node (id, group_id, name, public_key, version, joined_at, last_seen_at, applied_generation, applied_seq)
             select gen_random_uuid(), g.id, n.name, sha256(n.name::bytea), '0.1.0', '2026-11-20 11:38:00Z', '2026-11-20 11:38:00Z', g.generation,
                    g.head_seq - n.behind
             from gateway_group g, (values ('fra-1', 0), ('ams-1', 1)) n (name, behind)",
        )
        .await;
    let newest = newest(&stand).await;
    assert_eq!(newest.gateways.len(), 1, "{newest:?}");
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get("/console/gateways").await;
    for (name, number) in [("fra-1", newest.number), ("ams-1", newest.number - 1)] {
        let link =
            format!("href=\"/console/releases/{number}\">{number}<span class=\"vh\"> of {name}");
        assert!(page.body.contains(&link), "{link}: {}", page.body);
    }
    stand.admit("pub@acme.test", Role::Publisher).await;
    assert_eq!(
        stand
            .signed_in("pub@acme.test")
            .await
            .get("/console/gateways")
            .await
            .status,
        200
    );
}

async fn free(stand: &Stand) -> PlanView {
    let system = Actor::system(stand.tenant, "test");
    let plan = plans::get_plan(&stand.db, &system, "petstore".into(), "free".into()).await;
    plan.unwrap()
}

fn rate(plan: &PlanView) -> u32 {
    let rates = plan.limits.iter().find_map(|limit| match limit.rule {
        LimitRule::Rate { amount, .. } => Some(amount),
        LimitRule::Quota { .. } => None,
    });
    rates.unwrap()
}

#[tokio::test]
async fn lower_limits_hold_at_once_where_an_administrator_says_why() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let olga = stand.actor("olga@acme.test").await;
    let input = UpdateTenant {
        minimum_notice_days: Some(30),
        ..UpdateTenant::default()
    };
    tenants::update_tenant(&stand.db, &olga, None, input)
        .await
        .unwrap();
    let path = "/console/apis/petstore/plans/free";
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(path).await;
    assert!(!page.body.contains("name=\"now\""), "nobody has it yet");
    stand.admit("dev@acme.test", Role::Developer).await;
    super::queue::ask(&stand, "Shop", "free").await;
    let before = newest(&stand).await.number;

    // Who may not, is not shown how, and is refused.
    stand.admit("pub@acme.test", Role::Publisher).await;
    let mut publisher = stand.signed_in("pub@acme.test").await;
    let page = publisher.get(path).await;
    assert!(!page.body.contains("name=\"now\""), "{}", page.body);
    let page = owner.get(path).await;
    assert!(page.body.contains("name=\"now\""), "{}", page.body);
    let row_version = page
        .between("name=\"row_version\" value=\"", "\"")
        .to_owned();
    let fields = |rate: &'static str, reason: &'static str| {
        vec![
            ("name", "Free"),
            ("approval", "auto"),
            ("environments", "sandbox,production"),
            ("rate", rate),
            ("burst", "10"),
            ("quota", "1000"),
            ("period", "month"),
            ("price_period", "month"),
            ("now", "yes"),
            ("reason", reason),
        ]
    };
    let mut typed = fields("1", "");
    typed.push(("row_version", &row_version));
    let refused = owner.post(path, &typed).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(rate(&free(&stand).await), 5);
    let forced = publisher.post(path, &fields("1", "Abuse.")).await;
    assert_eq!(forced.status, 403, "{}", forced.body);
    let mut typed = fields("1", "Abuse.");
    typed.push(("row_version", &row_version));
    let done = owner.post(path, &typed).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(rate(&free(&stand).await), 1, "now, not in 30 days");

    // The same on the way back: up takes nothing from anybody, down again does.
    let low = newest(&stand).await.number;
    let up = format!("/console/releases/{before}/rollback");
    let page = owner.get(&up).await;
    assert!(!page.body.contains("name=\"now\""), "{}", page.body);
    let seen = low.to_string();
    let done = owner.post(&up, &[("newest", &seen)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    let down = format!("/console/releases/{low}/rollback");
    let page = owner.get(&down).await;
    assert!(page.body.contains("What goes back later"), "{}", page.body);
    assert!(page.body.contains("name=\"now\""), "{}", page.body);
    let seen = page.between("name=\"newest\" value=\"", "\"").to_owned();
    let typed = [
        ("newest", seen.as_str()),
        ("now", "yes"),
        ("reason", "Abuse."),
    ];
    let done = owner.post(&down, &typed).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(rate(&free(&stand).await), 1);
}
