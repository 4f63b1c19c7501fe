//! Publishing and many decisions as jobs: what a request would have done, done once, seen by whom it concerns.

use bytes::Bytes;
use gatehouse_control_plane::long_jobs::{self, JobView, OPEN_JOBS_MAX};
use gatehouse_control_plane::members::{self, MemberStatus};
use gatehouse_control_plane::notices;
use gatehouse_control_plane::publishing::{PublishSpec, Source};
use gatehouse_control_plane::subscriptions::{
    Conditions, DECISIONS_MAX, Decision, RequestSubject, SubscriptionView, Verdict,
};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Actor, Lookup, Page, Refusal, apis, outbox};
use gatehouse_domain::id::JobId;
use gatehouse_domain::job::JobState;
use gatehouse_domain::subscription::ShownState;
use gatehouse_domain::{Permission, Role};
use serde_json::Value;

use crate::world::{
    PETS, World, conflict, faults, is_forbidden, is_not_found, make_tenant, member,
};

fn description(api: &str, content: &str) -> PublishSpec {
    PublishSpec {
        api: Lookup::from(api),
        version: "v1".to_owned(),
        content: Bytes::copy_from_slice(content.as_bytes()),
        source: Source {
            commit: Some("0a1b2c".to_owned()),
            ..Source::default()
        },
        create: true,
        drop_orphans: false,
        dry_run: false,
    }
}

fn agreed(view: &SubscriptionView) -> Decision {
    Decision {
        subscription: view.id,
        subject: RequestSubject::Subscription,
        verdict: Verdict::Approve(Conditions::default()),
    }
}

impl World {
    async fn begin(&self, actor: &Actor, api: &str, content: &str) -> JobView {
        let begun = long_jobs::publish_as_job(&self.db, actor, description(api, content)).await;
        begun.unwrap().value
    }

    async fn work(&self) {
        assert!(long_jobs::run_due(&self.db).await.unwrap());
    }

    async fn seen(&self, actor: &Actor, id: JobId) -> JobView {
        long_jobs::get_job(&self.db, actor, id).await.unwrap()
    }

    async fn lines(&self, actor: &Actor, id: JobId) -> Vec<Value> {
        let mut reader = long_jobs::job_output(&self.db, actor, id).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = reader.next().await.unwrap() {
            bytes.extend(piece);
        }
        let lines = bytes.split(|byte| *byte == b'\n');
        let lines = lines.filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }

    async fn asked(&self, count: usize, plan: &str) -> Vec<SubscriptionView> {
        let mut asked = Vec::new();
        for number in 0..count {
            asked.push(
                self.ask(&self.dora, &format!("App {plan} {number}"), plan)
                    .await,
            );
        }
        asked
    }
}

#[tokio::test]
async fn a_description_is_published_by_a_job_as_a_request_would_have_done() {
    let world = World::bare().await;
    let begun = world.begin(&world.ada, "pets", PETS).await;
    assert_eq!(
        (begun.state, begun.subject.as_str()),
        (JobState::Waiting, "pets v1")
    );
    assert_eq!(world.count("select count(*) from api").await, 0);
    world.work().await;
    let done = world.seen(&world.ada, begun.id).await;
    assert_eq!(
        (done.state, &done.error),
        (JobState::Done, &None),
        "{done:?}"
    );
    assert_eq!((done.done, done.total), (3, Some(3)));
    let result = done.result.unwrap();
    assert_eq!(
        (&result["outcome"], &result["operations"]),
        (&"created".into(), &3.into())
    );
    assert_eq!(result["revision"]["source"]["commit"], "0a1b2c");
    let said: Vec<_> = done.log.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        said,
        ["Reads the description", "Stores the operations", "Done"]
    );
    let change = done.change_id.expect("gateways were told");
    gatehouse_control_plane::changes::get_change(&world.db, &world.ada, change)
        .await
        .unwrap();
    // The audit record is of who asked, and the document is not kept with the job.
    let publisher =
        "select count(*) from audit_log where action = 'spec.publish' and actor_name = 'Ada'";
    assert_eq!(world.count(publisher).await, 1);
    assert_eq!(
        world
            .count("select count(*) from job where content is not null or input is not null")
            .await,
        0
    );
    // The same bytes again change nothing.
    let again = world.begin(&world.ada, "pets", PETS).await;
    world.work().await;
    let again = world.seen(&world.ada, again.id).await;
    assert_eq!(again.result.unwrap()["outcome"], "unchanged");
    assert_eq!(again.change_id, None);
    world.assert_consistent().await;
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_with_its_place_and_a_breaking_one_is_kept() {
    let world = World::create().await;
    let broken = world
        .begin(&world.ada, "pets", "{\n  \"openapi\": \"3.1.0\",\n  7\n}")
        .await;
    world.work().await;
    let failed = world.seen(&world.ada, broken.id).await;
    assert_eq!(failed.state, JobState::Failed);
    let fault = &failed.result.unwrap()["faults"][0];
    assert_eq!(fault["location"]["line"], 3, "{fault}");
    assert!(failed.error.unwrap().starts_with("Line 3"));

    let breaking = PETS.replace("/pets/{id}", "/animals/{id}");
    let stopped = world.begin(&world.ada, "pets", &breaking).await;
    world.work().await;
    let stopped = world.seen(&world.ada, stopped.id).await;
    let result = stopped.result.unwrap();
    assert_eq!(
        (stopped.state, &result["revision"]),
        (JobState::Failed, &2.into()),
        "{result}"
    );
    assert_eq!(result["report"]["verdict"], "breaking");
    assert_eq!(
        world
            .count("select count(*) from spec_revision where state = 'rejected'")
            .await,
        1
    );
    // Sent again it is the revision that is kept already.
    let twice = world.begin(&world.ada, "pets", &breaking).await;
    world.work().await;
    let twice = world.seen(&world.ada, twice.id).await;
    assert_eq!(
        (twice.state, &twice.result.unwrap()["revision"]),
        (JobState::Failed, &2.into())
    );
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_job_that_is_cancelled_or_whose_asker_lost_their_rights_publishes_nothing() {
    let world = World::bare().await;
    let early = world.begin(&world.paul, "pets", PETS).await;
    let over = long_jobs::cancel_job(&world.db, &world.paul, early.id).await;
    assert_eq!(over.unwrap().value.state, JobState::Cancelled);
    let late = world.begin(&world.ada, "pets", PETS).await;
    let asked = "update job set cancel_requested_at = created_at where state = 'waiting'";
    sqlx::query(asked)
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    world.work().await;
    assert_eq!(
        world.seen(&world.ada, late.id).await.state,
        JobState::Cancelled
    );
    assert_eq!(world.count("select count(*) from api").await, 0);

    let pauls = world.begin(&world.paul, "pets", PETS).await;
    let paul = world.paul.user().unwrap();
    // Somebody owns the tenant: the right to manage members is Ada's, the last owner is not her concern.
    member(&world.db, world.tenant, "Olga", Role::Owner).await;
    members::set_member_status(&world.db, &world.ada, paul, None, MemberStatus::Disabled)
        .await
        .unwrap();
    world.work().await;
    let failed = world.seen(&world.ada, pauls.id).await;
    assert_eq!(failed.state, JobState::Failed);
    assert!(
        failed
            .error
            .unwrap()
            .starts_with("Paul may do nothing here")
    );
    assert_eq!(world.count("select count(*) from api").await, 0);
}

#[tokio::test]
async fn what_can_be_refused_at_once_is_and_only_so_many_jobs_wait() {
    let world = World::create().await;
    let db = &world.db;
    let of = |actor, input| long_jobs::publish_as_job(db, actor, input);
    assert!(is_forbidden(
        &of(&world.dora, description("pets", PETS)).await
    ));
    let mut unknown = description("cats", PETS);
    unknown.create = false;
    assert!(is_not_found(&of(&world.ada, unknown).await));
    let mut label = description("pets", PETS);
    label.version = "no label".to_owned();
    assert!(matches!(
        of(&world.ada, label).await,
        Err(Refusal::Invalid(_))
    ));
    let none = long_jobs::decide_as_job(db, &world.ana, Vec::new()).await;
    assert_eq!(faults(none), ["/decisions"]);
    let one = world.ask(&world.dora, "App", "team").await;
    let many = |count| {
        std::iter::repeat_with(|| agreed(&one))
            .take(count)
            .collect()
    };
    let too_many = long_jobs::decide_as_job(db, &world.ana, many(DECISIONS_MAX + 1)).await;
    assert_eq!(faults(too_many), ["/decisions"]);
    long_jobs::decide_as_job(db, &world.ana, many(DECISIONS_MAX))
        .await
        .unwrap();
    for _ in 1..OPEN_JOBS_MAX {
        world.begin(&world.ada, "pets", PETS).await;
    }
    let full = of(&world.ada, description("pets", PETS)).await;
    assert!(conflict(full).contains("10 jobs of this tenant are under way"));
}

#[tokio::test]
async fn many_decisions_are_made_once_each_whoever_dies_in_between() {
    let world = World::create().await;
    let mut asked = world.asked(3, "team").await;
    asked.extend(world.asked(1, "vault").await);
    let own = world.ask(&world.ana, "Own", "team").await;
    let mut decisions: Vec<_> = asked.iter().map(agreed).collect();
    decisions[1].verdict = Verdict::Reject("Not now.".to_owned());
    decisions.push(agreed(&own));
    let begun = long_jobs::decide_as_job(&world.db, &world.ana, decisions).await;
    let begun = begun.unwrap().value;
    // A worker made the first decision, wrote what became of it in the same transaction, and died.
    let taken = "update job set state = 'running', lease = gen_random_uuid(), attempts = 1, leased_until = created_at";
    sqlx::query(taken)
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    world.approve(&world.ana, asked[0].id).await.unwrap();
    let line = format!(
        "{{\"subscription\":\"{}\",\"subject\":\"subscription\",\"decided\":true,\"state\":\"active\"}}\n",
        asked[0].id
    );
    sqlx::query("insert into job_output (tenant_id, job_id, part, content) select tenant_id, id, 0, $1 from job")
        .bind(line.as_bytes())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    world.pass(61);
    world.work().await;
    let done = world.seen(&world.ana, begun.id).await;
    let result = done.result.unwrap();
    assert_eq!(done.state, JobState::Done, "{:?}", done.error);
    assert_eq!(
        (&result["decided"], &result["waiting"]),
        (&3.into(), &1.into()),
        "{result}"
    );
    assert_eq!(result["refused"].as_array().unwrap().len(), 1);
    assert_eq!(result["refused"][0]["subscription"], own.id.to_string());
    let lines = world.lines(&world.ana, begun.id).await;
    let outcomes: Vec<_> = lines
        .iter()
        .map(|line| line["decided"].as_bool().unwrap())
        .collect();
    assert_eq!(outcomes, [true, true, true, true, false]);
    let shown = |id| world.get(&world.ada, id);
    assert_eq!(shown(asked[0].id).await.shown, ShownState::Active);
    assert_eq!(shown(asked[1].id).await.shown, ShownState::Rejected);
    assert_eq!(shown(asked[2].id).await.shown, ShownState::Active);
    assert_eq!(shown(asked[3].id).await.shown, ShownState::Pending);
    assert_eq!(shown(own.id).await.shown, ShownState::Pending);
    assert_eq!(
        world.count("select count(*) from approval_decision").await,
        4
    );
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_cancelled_job_says_what_it_had_decided() {
    let world = World::create().await;
    let asked = world.asked(2, "team").await;
    let begun = long_jobs::decide_as_job(&world.db, &world.ana, asked.iter().map(agreed).collect());
    let begun = begun.await.unwrap().value;
    let stop = "update job set cancel_requested_at = created_at";
    sqlx::query(stop)
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    world.work().await;
    let over = world.seen(&world.ana, begun.id).await;
    assert_eq!(
        (over.state, &over.result.unwrap()["decided"]),
        (JobState::Cancelled, &0.into())
    );
    assert_eq!(
        world.get(&world.ada, asked[0].id).await.shown,
        ShownState::Pending
    );
}

#[tokio::test]
async fn a_job_is_seen_by_who_asked_and_who_manages_the_tenant_and_its_end_is_told() {
    let world = World::create().await;
    let db = &world.db;
    let asked = world.asked(1, "team").await;
    let anas = long_jobs::decide_as_job(db, &world.ana, vec![agreed(&asked[0])]).await;
    let anas = anas.unwrap().value.id;
    let export = long_jobs::export_tenant(db, &world.ada)
        .await
        .unwrap()
        .value
        .id;
    let token = CreateToken {
        name: "ci".to_owned(),
        scopes: vec![Permission::SpecPublish, Permission::ApiWrite],
        apis: None,
        platform: None,
        expires_in_days: None,
    };
    let (view, key) = tokens::create_token(db, &world.ada, token)
        .await
        .unwrap()
        .value;
    let ip = "127.0.0.1".parse().unwrap();
    let ci = tokens::authenticate(db, key.reveal().as_str(), ip)
        .await
        .unwrap()
        .unwrap();
    let cis = world.begin(&ci, "cats", PETS).await;
    assert_eq!(cis.requested_by, None);
    let list = async |actor: &Actor| {
        let listed = long_jobs::list_jobs(db, actor, &Page::default())
            .await
            .unwrap();
        listed.data.iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(list(&world.ana).await, [anas]);
    assert_eq!(list(&ci).await, [cis.id]);
    assert!(list(&world.ben).await.is_empty());
    assert_eq!(list(&world.ada).await.len(), 3);
    let other = make_tenant(db, "contoso").await;
    let stranger = member(db, other, "Stranger", Role::Admin).await;
    for (actor, id) in [
        (&world.ben, anas),
        (&world.ana, cis.id),
        (&ci, anas),
        (&stranger, anas),
    ] {
        assert!(is_not_found(&long_jobs::get_job(db, actor, id).await));
        assert!(is_not_found(&long_jobs::cancel_job(db, actor, id).await));
        assert!(is_not_found(&long_jobs::job_output(db, actor, id).await));
    }
    assert!(is_not_found(
        &long_jobs::get_job(db, &world.ana, export).await
    ));
    for _ in 0..3 {
        world.work().await;
    }
    assert_eq!(world.seen(&ci, cis.id).await.state, JobState::Done);
    apis::get_api(db, &world.ada, Lookup::from("cats"))
        .await
        .unwrap();
    assert_eq!(world.lines(&world.ana, anas).await.len(), 1);
    while outbox::dispatch(db).await.unwrap() > 0 {}
    let told = notices::list_notifications(db, &world.ana, &Page::default())
        .await
        .unwrap();
    let told = told
        .data
        .iter()
        .find(|notice| notice.link.contains(&anas.to_string()));
    assert_eq!(told.unwrap().title, "Deciding is done");
    // A token that ended asks for nothing any more.
    let late = world
        .begin(&ci, "cats", &PETS.replace("1.2.0", "1.3.0"))
        .await;
    tokens::revoke_token(db, &world.ada, view.id).await.unwrap();
    world.work().await;
    assert_eq!(
        world.seen(&world.ada, late.id).await.state,
        JobState::Failed
    );
}
