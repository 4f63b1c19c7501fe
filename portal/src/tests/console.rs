//! Forms of the console: they keep what they do not show, and a second press never undoes the first.

use super::{Answer, Stand, Window};
use gatehouse_control_plane::plans::{self, CreatePlan, PlanView};
use gatehouse_control_plane::publishing::{self, PublishRefusal, PublishSpec, Source};
use gatehouse_control_plane::upstreams::{self, LoadBalancing, PutTarget, PutUpstream};
use gatehouse_control_plane::{Actor, members, versions};
use gatehouse_domain::plan::{ApprovalMode, LimitRule, QuotaPeriod};
use gatehouse_domain::{EnvironmentKind, Role};

const PER_SECOND: LimitRule = LimitRule::Rate {
    amount: 5,
    window_s: 1,
    burst: 10,
};

async fn plan_with(stand: &Stand, limits: Vec<LimitRule>) -> PlanView {
    stand.publish_petstore().await;
    let plan = CreatePlan {
        slug: "odd".into(),
        name: "Odd".into(),
        approval: ApprovalMode::Manual,
        environments: EnvironmentKind::ALL.to_vec(),
        limits,
        max_subscription_days: Some(30),
        ..CreatePlan::default()
    };
    let system = Actor::system(stand.tenant, "test");
    plans::create_plan(&stand.db, &system, "petstore".into(), plan)
        .await
        .unwrap()
        .value
}

async fn rules(stand: &Stand) -> (Vec<LimitRule>, Option<i32>) {
    let system = Actor::system(stand.tenant, "test");
    let plan = plans::get_plan(&stand.db, &system, "petstore".into(), "odd".into())
        .await
        .unwrap();
    let rules = plan.limits.iter().map(|limit| limit.rule).collect();
    (rules, plan.max_subscription_days)
}

const ODD: &str = "/console/apis/petstore/plans/odd";

fn plan_fields(version: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("row_version", version),
        ("name", "Odd"),
        ("approval", "manual"),
        ("environments", "sandbox,production"),
    ]
}

fn version_of(page: &Answer) -> String {
    page.between("name=\"row_version\" value=\"", "\"")
        .to_owned()
}

#[tokio::test]
async fn limits_that_the_form_cannot_hold_are_shown_and_stay() {
    let stand = Stand::new().await;
    let per_minute = LimitRule::Rate {
        amount: 100,
        window_s: 60,
        burst: 100,
    };
    plan_with(&stand, vec![per_minute, PER_SECOND]).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(ODD).await;
    assert!(page.body.contains("They stay as they are"), "{}", page.body);
    assert!(!page.body.contains("name=\"rate\""), "{}", page.body);
    let version = version_of(&page);
    let mut fields = plan_fields(&version);
    // Somebody sends a rate all the same; and access shall last without an end.
    fields.extend([("rate", "1"), ("period", "month"), ("days", "")]);
    assert_eq!(owner.post(ODD, &fields).await.status, 303);
    assert_eq!(rules(&stand).await, (vec![per_minute, PER_SECOND], None));
}

#[tokio::test]
async fn a_plan_is_changed_as_it_was_shown_or_not_at_all() {
    let stand = Stand::new().await;
    let quota = LimitRule::Quota {
        amount: 1000,
        period: QuotaPeriod::Day,
    };
    plan_with(&stand, vec![PER_SECOND, quota]).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let version = version_of(&owner.get(ODD).await);
    let mut fields = plan_fields(&version);
    fields.extend([
        ("rate", "5"),
        ("burst", "10"),
        ("quota", "2000"),
        ("period", "day"),
        ("days", "60"),
    ]);
    assert_eq!(owner.post(ODD, &fields).await.status, 303);
    let (after, days) = rules(&stand).await;
    assert!(after.contains(&PER_SECOND) && !after.contains(&quota) && days == Some(60));
    let late = owner.post(ODD, &fields).await;
    assert_eq!(late.status, 422, "{}", late.body);
    assert!(late.body.contains("Somebody changed this while you did."));
}

#[tokio::test]
async fn an_upstream_keeps_the_weights_that_the_form_does_not_show() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    let system = Actor::system(stand.tenant, "test");
    let heavy = PutTarget {
        url: "http://127.0.0.1:9001/".into(),
        weight: 7,
        drain: false,
    };
    let drained = PutTarget {
        url: "http://127.0.0.1:9002/".into(),
        weight: 2,
        drain: true,
    };
    let input = PutUpstream {
        targets: vec![heavy, drained],
        load_balancing: LoadBalancing::LeastConnections,
        timeouts: None,
    };
    upstreams::put_upstream(
        &stand.db,
        &system,
        "petstore".into(),
        "production",
        None,
        input,
    )
    .await
    .unwrap();
    let path = "/console/apis/petstore/upstreams/production";
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(path).await;
    let shown = page.between("name=\"targets\"", "</textarea>");
    let shown = shown.split_once('>').unwrap().1.to_owned();
    let version = version_of(&page);
    let targets = format!("{shown}\nhttp://127.0.0.1:9003/");
    let fields = [("row_version", version.as_str()), ("targets", &targets)];
    let answer = owner.post(path, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let after = upstreams::get_upstream(&stand.db, &system, "petstore".into(), "production")
        .await
        .unwrap();
    let mut kept: Vec<_> = after
        .targets
        .iter()
        .map(|one| (one.weight, one.drain))
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, [(1, false), (2, true), (7, false)]);
    assert_eq!(after.load_balancing, LoadBalancing::LeastConnections);
    for version in [version.as_str(), ""] {
        let fields = [("row_version", version), ("targets", &targets)];
        let late = owner.post(path, &fields).await;
        assert!(
            late.status == 422 && late.body.contains("Somebody changed this"),
            "{}",
            late.body
        );
    }
}

#[tokio::test]
async fn disabling_somebody_twice_leaves_them_disabled() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let dev = stand.actor("dev@acme.test").await.user().unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(&format!("/console/people/{dev}")).await;
    assert_eq!(page.between("name=\"status\" value=\"", "\""), "disabled");
    let path = format!("/console/people/{dev}/status");
    assert_eq!(
        owner.post(&path, &[("status", "disabled")]).await.status,
        303
    );
    assert_eq!(
        owner.post(&path, &[("status", "disabled")]).await.status,
        422
    );
    assert_eq!(owner.post(&path, &[]).await.status, 400);
    let olga = stand.actor("olga@acme.test").await;
    let member = members::get_member(&stand.db, &olga, dev).await.unwrap();
    assert_eq!(member.status, members::MemberStatus::Disabled);
}

#[tokio::test]
async fn suspending_a_tenant_twice_leaves_it_suspended() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    let path = format!("/platform/tenants/{}/status", stand.tenant);
    let page = owner.get(&path).await;
    assert_eq!(page.between("name=\"status\" value=\"", "\""), "suspended");
    let fields = [("status", "suspended"), ("reason", "Unpaid")];
    assert_eq!(owner.post(&path, &fields).await.status, 303);
    assert_eq!(owner.post(&path, &fields).await.status, 422);
    let page = owner.get(&path).await;
    assert_eq!(page.between("name=\"status\" value=\"", "\""), "active");
}

#[tokio::test]
async fn the_join_command_is_one_that_exists() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console/gateways").await;
    let page = owner.post("/console/gateways/default/join", &[]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for words in [
        "GATEHOUSE_GATEWAY__CONTROL_PLANE=",
        "GATEHOUSE_GATEWAY__JOIN_TOKEN=",
        "GATEHOUSE_GATEWAY__DATA_DIR=",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("--token"));
}

#[tokio::test]
async fn the_page_of_a_version_says_what_breaks_and_lets_another_person_accept_it_and_publish_it() {
    let stand = Stand::new().await;
    stand.publish_petstore().await;
    stand.admit("paul@acme.test", Role::Publisher).await;
    let mut next = gatehouse_harness::descriptions::petstore("Petstore", "http://127.0.0.1:9/");
    next["paths"]
        .as_object_mut()
        .unwrap()
        .remove("/upload")
        .unwrap();
    let paul = stand.actor("paul@acme.test").await;
    let input = PublishSpec {
        api: "petstore".into(),
        version: "v1".into(),
        content: serde_json::to_vec_pretty(&next).unwrap().into(),
        source: Source::default(),
        create: false,
        dry_run: false,
        drop_orphans: false,
    };
    let refused = publishing::publish_spec(&stand.db, &paul, input).await;
    assert!(
        matches!(refused, Err(PublishRefusal::Gate(_))),
        "{refused:?}"
    );

    const PAGE: &str = "/console/apis/petstore/versions/v1?revision=2";
    const HERE: &str = "/console/apis/petstore/versions/v1";
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(PAGE).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for part in [
        "operation-removed",
        "/upload",
        "Accept revision",
        "class=\"gone\"",
        "Refused",
    ] {
        assert!(page.body.contains(part), "no {part} in {}", page.body);
    }
    let mut sender = stand.signed_in("paul@acme.test").await;
    let waiting = sender.get(PAGE).await;
    assert!(
        !waiting.body.contains("Accept revision"),
        "{}",
        waiting.body
    );

    let silent = owner
        .post(
            HERE,
            &[("revision", "2"), ("act", "accept"), ("reason", "")],
        )
        .await;
    assert_eq!(silent.status, 422, "{}", silent.body);
    let fields = [
        ("revision", "2"),
        ("act", "accept"),
        ("reason", "Nobody uploads."),
    ];
    let accepted = owner.post(HERE, &fields).await;
    assert_eq!(accepted.status, 303, "{}", accepted.body);
    let again = owner.post(HERE, &fields).await;
    assert_eq!(again.status, 422, "{}", again.body);
    assert!(again.body.contains("accepted already"), "{}", again.body);

    let ready = sender.get(PAGE).await;
    assert!(ready.body.contains("Publish version"), "{}", ready.body);
    let published = sender
        .post(HERE, &[("revision", "2"), ("act", "publish")])
        .await;
    assert_eq!(published.status, 303, "{}", published.body);
    let shown = sender.get(PAGE).await;
    assert!(shown.body.contains("It is in force."), "{}", shown.body);
    let view = versions::get_version(&stand.db, &paul, "petstore".into(), "v1")
        .await
        .unwrap();
    assert_eq!(view.current_revision.unwrap().number, 2);
}

/// Sends a body that is no upload at all.
async fn send_nonsense(window: &mut Window) -> u16 {
    let request = http::Request::post("/console/apis/new")
        .header("origin", "http://127.0.0.1:8080")
        .header("host", "127.0.0.1:8080")
        .header("content-type", "text/plain");
    window.send(request, "nonsense".to_owned()).await.status
}

#[tokio::test]
async fn whoever_may_not_publish_is_refused_before_their_upload_is_read() {
    let stand = Stand::new().await;
    stand.admit("dev@acme.test", Role::Developer).await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    assert_eq!(send_nonsense(&mut owner).await, 415);
    let mut dev = stand.signed_in("dev@acme.test").await;
    assert_eq!(send_nonsense(&mut dev).await, 403);
    assert_eq!(send_nonsense(&mut stand.window()).await, 303);
}

#[tokio::test]
async fn looking_at_a_page_does_not_store_the_session() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/console").await;
    let quiet = owner.get("/console").await;
    assert!(
        !quiet.headers.contains_key("set-cookie"),
        "{:?}",
        quiet.headers
    );
}

#[tokio::test]
async fn a_key_whose_answer_was_lost_is_never_made_twice() {
    let stand = Stand::new().await;
    let mut owner = stand.signed_in("olga@acme.test").await;
    owner.get("/applications/new").await;
    let answer = owner
        .post("/applications/new", &[("name", "Checkout")])
        .await;
    let keys = format!("{}/keys", answer.location());
    let nonce = owner.get(&keys).await;
    let nonce = nonce.between("name=\"nonce\" value=\"", "\"").to_owned();
    let fields = [
        ("nonce", nonce.as_str()),
        ("environment", "sandbox"),
        ("expires", ""),
    ];
    // The key is made; where it is shown can no longer be written down.
    stand
        .database
        .run(
            "create function lose() returns trigger language plpgsql as $$ begin
                 if new.response is not null then raise exception 'lost'; end if; return new; end $$;
             create trigger lose before update on idempotency_key for each row execute function lose()",
        )
        .await;
    assert_eq!(owner.post(&keys, &fields).await.status, 503);
    stand
        .database
        .run("drop trigger lose on idempotency_key")
        .await;
    stand.hand.advance(std::time::Duration::from_secs(360));
    let again = owner.post(&keys, &fields).await;
    assert_eq!(again.status, 409, "{}", again.body);
    let page = owner.get(&keys).await;
    assert_eq!(page.body.matches("/rotate\"").count(), 1, "{}", page.body);
}
