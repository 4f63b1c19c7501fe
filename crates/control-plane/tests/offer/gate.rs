//! The publish gate: what breaks callers is refused, who they are is told, and an approver can let it through.

use bytes::Bytes;
use gatehouse_control_plane::publishing::{
    self, CompareSpec, PublishRefusal, PublishSpec, Published, Refused, Source,
};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Actor, Lookup, Page, Refusal, lint_rules, versions};
use gatehouse_domain::Permission;
use gatehouse_domain::api::Compat;
use gatehouse_spec::diff::Verdict;
use gatehouse_spec::gate::{Decision, Report};
use gatehouse_spec::lint::Level;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::world::{PETS, World, conflict, faults, is_forbidden, is_not_found, is_not_yours};

/// Without `GET /pets/{id}`, which is deprecated and called all the same.
pub(crate) fn without_get_pet() -> String {
    let (before, rest) = PETS.split_once(",\n    \"/pets/{id}\"").unwrap();
    let end = rest.find("\n    }\n").unwrap();
    format!("{before}{}", &rest[end + "\n    }".len()..])
}

async fn publish(world: &World, actor: &Actor, content: &str) -> Result<Published, PublishRefusal> {
    publish_to(world, actor, "v1", content).await
}

async fn publish_to(
    world: &World,
    actor: &Actor,
    version: &str,
    content: &str,
) -> Result<Published, PublishRefusal> {
    let input = PublishSpec {
        api: Lookup::from("pets"),
        version: version.to_owned(),
        content: Bytes::copy_from_slice(content.as_bytes()),
        source: Source::default(),
        create: false,
        dry_run: actor.is_dry_run(),
        drop_orphans: false,
    };
    let published = publishing::publish_spec(&world.db, actor, input).await;
    published.map(|changed| changed.value)
}

fn stopped(answer: Result<Published, PublishRefusal>) -> Refused {
    match answer {
        Err(PublishRefusal::Gate(refused)) => *refused,
        other => panic!("{other:?}"),
    }
}

async fn compare(world: &World, actor: &Actor, version: &str, content: &str) -> Report {
    let input = CompareSpec {
        api: Lookup::from("pets"),
        version: version.to_owned(),
        content: Bytes::copy_from_slice(content.as_bytes()),
    };
    let compared = publishing::compare_spec(&world.db, actor, input).await;
    compared.unwrap().report
}

async fn accept(world: &World, actor: &Actor, number: i32) -> Result<(), Refusal> {
    let api = Lookup::from("pets");
    let accepted = publishing::accept_revision(&world.db, actor, api, "v1", number, "They know.");
    accepted.await.map(|_| ())
}

/// A token that may publish and see nothing else.
async fn pipeline(world: &World) -> Actor {
    let input = CreateToken {
        name: "CI".to_owned(),
        scopes: vec![Permission::SpecPublish],
        apis: None,
        platform: None,
        expires_in_days: None,
    };
    let made = tokens::create_token(&world.db, &world.ada, input).await;
    let (_, key) = made.unwrap().value;
    let text = key.reveal();
    let home = std::net::IpAddr::from([127, 0, 0, 1]);
    let actor = tokens::authenticate(&world.db, &text, home).await;
    actor.unwrap().unwrap()
}

/// Calls that gateways reported so many days ago.
async fn calls(world: &World, application: Uuid, operation: &str, count: i64, days_ago: i32) {
    let mut connection = world.superuser().await;
    let now = world.db.clock().now();
    sqlx::query("select ensure_partitions($1, $2)")
        .bind(now - time::Duration::days(40))
        .bind(now)
        .execute(&mut connection)
        .await
        .unwrap();
    let statement = "
        insert into usage_day (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id, subscription_id,
                               plan_id, credential_id, status_class, reason, count, bytes_in, bytes_out, latency_us_sum,
                               upstream_us_sum, latency_histogram)
        select a.tenant_id, date_trunc('day', $5::timestamptz, 'UTC') - make_interval(days => $4), gen_random_uuid(), v.id, $2, a.id,
               gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 2, '', $3, 0, 0, 0, 0, '{}'
        from application a join api_version v on v.tenant_id = a.tenant_id where a.id = $1 and v.label = 'v1'";
    let made = sqlx::query(statement)
        .bind(application)
        .bind(operation)
        .bind(count)
        .bind(days_ago)
        .bind(now)
        .execute(&mut connection)
        .await
        .unwrap();
    assert_eq!(made.rows_affected(), 1);
}

#[tokio::test]
async fn what_breaks_callers_is_refused_with_their_names_and_kept_for_an_approver() {
    let world = World::create().await;
    let shop = world.approved("Shop", "team").await.application.id.uuid();
    let kiosk = world.approved("Kiosk", "team").await.application.id.uuid();
    calls(&world, shop, "GET /pets/{}", 12_000, 3).await;
    calls(&world, kiosk, "GET /pets/{}", 310, 29).await;
    calls(&world, kiosk, "GET /pets/{}", 5_000, 31).await;
    calls(&world, kiosk, "GET /pets", 77, 1).await;
    let outbox = world.count("select count(*) from outbox").await;

    let refused = stopped(publish(&world, &world.paul, &without_get_pet()).await);
    assert_eq!(refused.revision, Some(2));
    let report = &refused.report;
    assert_eq!(
        (report.verdict, report.decision),
        (Verdict::Breaking, Decision::Refused)
    );
    let removed = &report.changes[0];
    assert_eq!(removed.change.rule.id(), "operation-removed");
    let use_ = removed.calls.as_ref().unwrap();
    assert_eq!(use_.words(), "2 applications, 12,310 calls in 30 days");
    assert_eq!(use_.names, ["Shop", "Kiosk"]);
    assert_eq!(report.impact.listed[0].operations, ["GET /pets/{}"]);
    let table = gatehouse_spec::gate::table(report);
    assert!(
        table.contains("2 applications, 12,310 calls in 30 days: Shop, Kiosk."),
        "{table}"
    );

    // The one in force stays, and the other one is there to be looked at, once however often it is sent.
    let again = stopped(publish(&world, &world.paul, &without_get_pet()).await);
    assert_eq!(again.revision, Some(2));
    let states = "select count(*) from spec_revision where state = 'rejected'";
    assert_eq!(world.count(states).await, 1);
    let told = "select count(*) from outbox where type = 'spec.rejected'";
    assert_eq!(world.count(told).await, 1);
    assert_eq!(world.count("select count(*) from outbox").await, outbox + 1);
    let version = versions::get_version(&world.db, &world.paul, world.api(), "v1")
        .await
        .unwrap();
    assert_eq!(version.current_revision.unwrap().number, 1);
    let kept = publishing::get_revision(&world.db, &world.ana, world.api(), "v1", 2)
        .await
        .unwrap();
    assert_eq!(kept.revision.state, "rejected");
    assert_eq!(kept.revision.change_class.as_deref(), Some("breaking"));
    assert_eq!(kept.report.unwrap().impact.calls, 12_310);
}

#[tokio::test]
async fn an_accepted_revision_is_published_by_sending_it_again_and_its_callers_are_told() {
    let world = World::create().await;
    let shop = world.approved("Shop", "team").await.application.id;
    calls(&world, shop.uuid(), "GET /pets/{}", 5, 0).await;
    let changed = without_get_pet();
    stopped(publish(&world, &world.ada, &changed).await);
    assert!(is_forbidden(&accept(&world, &world.paul, 2).await));
    assert!(
        is_not_yours(&accept(&world, &world.ada, 2).await),
        "she sent it in"
    );
    let api = || Lookup::from("pets");
    let empty = publishing::accept_revision(&world.db, &world.ana, api(), "v1", 2, " ").await;
    assert_eq!(faults(empty), ["/reason"]);
    assert!(is_not_found(&accept(&world, &world.ana, 3).await));
    accept(&world, &world.ana, 2).await.unwrap();
    assert!(conflict(accept(&world, &world.ben, 2).await).contains("accepted already"));

    let published = publish(&world, &world.paul, &changed).await.unwrap();
    assert_eq!((published.revision.number, published.operations), (2, 2));
    let report = published.report.unwrap();
    assert_eq!(report.decision, Decision::Accepted);
    let events: Vec<(String, serde_json::Value)> =
        sqlx::query_as("select subject, payload from outbox where type = 'api.breaking'")
            .fetch_all(&mut world.superuser().await)
            .await
            .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].0, shop.to_string());
    assert_eq!(events[0].1["calls"], 5);
    while gatehouse_control_plane::outbox::dispatch(&world.db)
        .await
        .unwrap()
        > 0
    {}
    let noticed = "select count(*) from notification where type = 'api.breaking' and title = 'Pets v1 breaks what Shop calls'";
    assert_eq!(
        world.count(noticed).await,
        1,
        "Dora, whose team has the application"
    );
    let audited =
        "select count(*) from audit_log where action = 'spec.accept' and reason = 'They know.'";
    assert_eq!(world.count(audited).await, 1);
    let page = Page::default();
    let all = publishing::list_revisions(&world.db, &world.ana, api(), "v1", &page).await;
    let all = all.unwrap().data;
    let states: Vec<_> = all
        .iter()
        .map(|one| (one.number, one.state.as_str()))
        .collect();
    assert_eq!(states, [(2, "active"), (1, "superseded")]);
    assert_eq!(all[0].acceptance.as_ref().unwrap().by, "Ana");
}

async fn publish_kept(world: &World, actor: &Actor, number: i32) -> Result<Published, Refusal> {
    let api = Lookup::from("pets");
    let done = publishing::publish_revision(&world.db, actor, api, "v1", number, false).await;
    match done {
        Ok(changed) => Ok(changed.value),
        Err(PublishRefusal::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_accepted_revision_is_published_as_it_was_sent_in_and_no_other_is() {
    let world = World::create().await;
    stopped(publish(&world, &world.ada, &without_get_pet()).await);
    let early = publish_kept(&world, &world.paul, 2).await;
    assert!(conflict(early).contains("an approver has to accept it"));
    accept(&world, &world.ana, 2).await.unwrap();
    assert!(is_forbidden(&publish_kept(&world, &world.dora, 2).await));
    assert!(is_not_found(&publish_kept(&world, &world.paul, 3).await));
    let published = publish_kept(&world, &world.paul, 2).await.unwrap();
    assert_eq!((published.revision.number, published.operations), (2, 2));
    assert!(conflict(publish_kept(&world, &world.paul, 2).await).contains("published already"));
    assert!(conflict(publish_kept(&world, &world.paul, 1).await).contains("published already"));
}

#[tokio::test]
async fn a_revision_shows_the_lines_it_changes_in_what_it_was_compared_with() {
    let world = World::create().await;
    stopped(publish(&world, &world.paul, &without_get_pet()).await);
    let lines = async |actor: &Actor, number| {
        publishing::revision_lines(&world.db, actor, Lookup::from("pets"), "v1", number).await
    };
    let changed = lines(&world.ana, 2).await.unwrap();
    assert_eq!(
        (changed.version.as_deref(), changed.revision),
        (Some("v1"), Some(1))
    );
    assert!(changed.diff.removed > 2 && !changed.diff.cut, "{changed:?}");
    let gone = changed.diff.hunks.iter().flat_map(|hunk| &hunk.lines);
    let mut gone = gone.filter(|line| line.after.is_none());
    assert!(
        gone.any(|line| line.text.contains("/pets/{id}")),
        "{changed:?}"
    );
    let first = lines(&world.ana, 1).await.unwrap();
    assert_eq!((first.version, first.diff.hunks.len()), (None, 0));
    assert!(is_not_found(&lines(&world.ana, 3).await));
    assert!(is_forbidden(&lines(&world.dora, 2).await));
}

#[tokio::test]
async fn a_refused_description_is_told_to_the_team_of_the_api_and_to_approvers_but_not_to_its_sender()
 {
    let world = World::create().await;
    stopped(publish(&world, &world.paul, &without_get_pet()).await);
    accept(&world, &world.ana, 2).await.unwrap();
    while gatehouse_control_plane::outbox::dispatch(&world.db)
        .await
        .unwrap()
        > 0
    {}
    let told = async |kind: &str| -> Vec<String> {
        sqlx::query_scalar(
            "select u.name from notification n join app_user u on u.id = n.user_id where n.type = $1 order by u.name",
        )
        .bind(kind)
        .fetch_all(&mut world.superuser().await)
        .await
        .unwrap()
    };
    let rejected = told("spec.rejected").await;
    assert!(rejected.contains(&"Ana".to_owned()), "{rejected:?}");
    assert!(rejected.contains(&"Ben".to_owned()), "{rejected:?}");
    let outsiders = ["Paul", "Dora", "Eli"];
    assert!(
        !rejected
            .iter()
            .any(|name| outsiders.contains(&name.as_str())),
        "{rejected:?}"
    );
    let accepted = told("spec.accepted").await;
    assert!(accepted.contains(&"Paul".to_owned()), "{accepted:?}");
    assert!(!accepted.contains(&"Ana".to_owned()), "{accepted:?}");
    let words =
        "select count(*) from notification where title = 'Pets v1: revision 2 waits to be accepted'
                 and link = '/console/apis/pets/versions/v1?revision=2'";
    assert_eq!(
        world.count(words).await,
        i64::try_from(rejected.len()).unwrap()
    );
}

#[tokio::test]
async fn revisions_are_listed_by_number_over_all_pages() {
    let world = World::create().await;
    // All within one millisecond of the clock, where ids have no order.
    for minor in 3..9 {
        let next = PETS.replace("1.2.0", &format!("1.{minor}.0"));
        publish(&world, &world.paul, &next).await.unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = Page { limit: 3, after };
        let listed =
            publishing::list_revisions(&world.db, &world.ana, world.api(), "v1", &page).await;
        let listed = listed.unwrap();
        seen.extend(listed.data.iter().map(|one| one.number));
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn a_renamed_path_parameter_keeps_the_key_and_breaks_nobody() {
    let world = World::create().await;
    let shop = world.approved("Shop", "team").await.application.id.uuid();
    calls(&world, shop, "GET /pets/{}", 5, 0).await;
    let renamed = PETS
        .replace("{id}", "{petId}")
        .replace("\"name\": \"id\"", "\"name\": \"petId\"");
    let keys = "select count(*) from operation o join spec_revision r on r.id = o.revision_id
                where r.state = 'active' and o.operation_key = 'GET /pets/{}'";
    assert_eq!(world.count(keys).await, 1);
    let published = publish(&world, &world.paul, &renamed).await.unwrap();
    let report = published.report.unwrap();
    assert_eq!(
        (report.verdict, report.decision),
        (Verdict::Harmless, Decision::Passed)
    );
    assert_eq!(world.count(keys).await, 1);
}

#[tokio::test]
async fn an_acceptance_ends_with_what_it_was_compared_with() {
    let world = World::create().await;
    let changed = without_get_pet();
    stopped(publish(&world, &world.paul, &changed).await);
    accept(&world, &world.ana, 2).await.unwrap();
    let other = PETS.replace("1.2.0", "1.3.0");
    publish(&world, &world.paul, &other).await.unwrap();
    let refused = stopped(publish(&world, &world.paul, &changed).await);
    assert_eq!(
        refused.revision,
        Some(4),
        "it was accepted in place of another one"
    );
    let version = versions::get_version(&world.db, &world.paul, world.api(), "v1")
        .await
        .unwrap();
    assert_eq!(version.current_revision.unwrap().number, 3);
    publish(&world, &world.paul, &PETS.replace("1.2.0", "1.4.0"))
        .await
        .unwrap();
    let late = conflict(accept(&world, &world.ana, 4).await);
    assert!(late.contains("no longer in force"), "{late}");
}

#[tokio::test]
async fn an_author_accepts_in_the_description_itself() {
    let world = World::create().await;
    let with = |rule: &str, location: &str, reason: &str| {
        let entry = serde_json::json!([{ "rule": rule, "location": location, "reason": reason }]);
        without_get_pet().replacen('{', &format!("{{ \"x-gatehouse-accept\": {entry},"), 1)
    };
    let rule = "operation-removed";
    for (content, pointer) in [
        (
            with("no-such-rule", "GET /pets/{id}", "x"),
            "/x-gatehouse-accept/0/rule",
        ),
        (with(rule, "", "x"), "/x-gatehouse-accept/0/location"),
        (
            with(rule, "GET /pets/{id}", ""),
            "/x-gatehouse-accept/0/reason",
        ),
    ] {
        match publish(&world, &world.paul, &content).await {
            Err(PublishRefusal::Refused(Refusal::Invalid(faults))) => {
                assert_eq!(faults[0].pointer, pointer);
                assert!(faults[0].place.is_some());
            }
            other => panic!("{other:?}"),
        }
    }
    stopped(
        publish(
            &world,
            &world.paul,
            &with(rule, "GET /pets", "Not this one."),
        )
        .await,
    );
    let good = with(rule, "GET /pets/{petId}", "Nobody calls it.");
    let published = publish(&world, &world.paul, &good).await.unwrap();
    let report = published.report.unwrap();
    assert_eq!(report.decision, Decision::Accepted);
    assert_eq!(
        report.changes[0].accepted.as_deref(),
        Some("Nobody calls it.")
    );
}

#[tokio::test]
async fn names_of_callers_are_for_those_who_may_see_them() {
    let world = World::create().await;
    let shop = world.approved("Shop", "team").await.application.id.uuid();
    calls(&world, shop, "GET /pets/{}", 9, 0).await;
    let seen = compare(&world, &world.paul, "v1", &without_get_pet()).await;
    assert_eq!(seen.impact.listed[0].name, "Shop");
    let ci = pipeline(&world).await;
    let blind = compare(&world, &ci, "v1", &without_get_pet()).await;
    assert_eq!((blind.impact.applications, blind.impact.calls), (1, 9));
    assert!(blind.impact.listed.is_empty());
    assert!(!serde_json::to_string(&blind).unwrap().contains("Shop"));
    let foreign = publishing::compare_spec(
        &world.db,
        &world.dora,
        CompareSpec {
            api: Lookup::from("pets"),
            version: "v1".to_owned(),
            content: Bytes::from_static(PETS.as_bytes()),
        },
    );
    assert!(matches!(
        foreign.await,
        Err(PublishRefusal::Refused(Refusal::Forbidden(_)))
    ));
}

#[tokio::test]
async fn a_new_version_is_told_what_it_breaks_and_published() {
    let world = World::create().await;
    let shop = world.approved("Shop", "team").await.application.id.uuid();
    calls(&world, shop, "GET /pets/{}", 9, 0).await;
    let published = publish_to(&world, &world.paul, "v2", &without_get_pet())
        .await
        .unwrap();
    let report = published.report.unwrap();
    assert_eq!(report.decision, Decision::NewVersion);
    assert_eq!(report.compared_with.as_ref().unwrap().version, "v1");
    assert_eq!(report.impact.listed[0].name, "Shop");
    assert_eq!(published.revision.change_class.as_deref(), Some("initial"));
    let told = "select count(*) from outbox where type = 'api.breaking'";
    assert_eq!(world.count(told).await, 0, "callers of v1 go on using that");
}

#[tokio::test]
async fn a_version_need_not_insist_and_only_an_approver_lets_it_off() {
    let world = World::create().await;
    let set = async |actor: &Actor, compat| {
        versions::set_compat(&world.db, actor, world.api(), "v1", None, compat).await
    };
    assert!(is_forbidden(&set(&world.paul, Compat::Warn).await));
    assert!(is_forbidden(&set(&world.dora, Compat::Strict).await));
    let changed = set(&world.ana, Compat::Warn).await.unwrap();
    assert_eq!(changed.value.compat, Compat::Warn);
    let published = publish(&world, &world.paul, &without_get_pet())
        .await
        .unwrap();
    assert_eq!(published.report.unwrap().decision, Decision::NotEnforced);
    set(&world.paul, Compat::Strict).await.unwrap();
    let empty = without_get_pet().replace("\"post\"", "\"put\"");
    stopped(publish(&world, &world.paul, &empty).await);
}

#[tokio::test]
async fn what_could_not_be_compared_is_refused_and_never_reads_as_clean() {
    let world = World::bare().await;
    let with = |schema: &str| {
        format!(
            r#"{{"openapi":"3.1.0","info":{{"title":"P","version":"1"}},"paths":{{"/p":{{"post":{{
                "requestBody":{{"content":{{"application/json":{{"schema":{schema}}}}}}},"responses":{{"200":{{"description":"ok"}}}}}}}}}}}}"#
        )
    };
    world
        .publish(&with(r#"{"type":"string","not":{"const":"a"}}"#))
        .await
        .unwrap();
    let refused = stopped(
        publish(
            &world,
            &world.paul,
            &with(r#"{"type":"string","not":{"const":"b"}}"#),
        )
        .await,
    );
    assert_eq!(refused.report.verdict, Verdict::NotCompared);
    assert_eq!(refused.report.class(), "not_compared");
    assert_eq!(refused.report.counts.breaking, 0);
    let pointer = refused.report.not_compared[0]
        .gap
        .spots
        .after
        .pointer
        .clone();
    let accepted = with(r#"{"type":"string","not":{"const":"b"}}"#).replacen(
        '{',
        &format!(r#"{{"x-gatehouse-accept":[{{"rule":"not-compared-unsupported","location":"{pointer}","reason":"Looked at."}}],"#),
        1,
    );
    let published = publish(&world, &world.paul, &accepted).await.unwrap();
    assert_eq!(published.report.unwrap().decision, Decision::Accepted);
}

#[tokio::test]
async fn a_dry_run_and_a_comparison_say_the_same_and_keep_nothing() {
    let world = World::create().await;
    let before = world.footprint().await;
    let dry = world.paul.clone().on_a_dry_run();
    let refused = stopped(publish(&world, &dry, &without_get_pet()).await);
    assert_eq!(refused.revision, None);
    let report = compare(&world, &world.paul, "v1", &without_get_pet()).await;
    assert_eq!(report, refused.report);
    assert_eq!(world.footprint().await, before);
    let same = compare(&world, &world.paul, "v1", PETS).await;
    assert_eq!(
        (same.verdict, same.decision),
        (Verdict::Unchanged, Decision::Passed)
    );
}

#[tokio::test]
async fn rivals_are_held_against_what_is_in_force_when_they_come() {
    let world = World::create().await;
    let mut tasks = JoinSet::new();
    for number in 0..6 {
        let (db, paul) = (world.db.clone(), world.paul.clone());
        // Each adds an operation that none of the others has: after the first, every other one removes that again.
        let path = format!(
            "\"/new{number}\": {{ \"get\": {{ \"responses\": {{ \"200\": {{ \"description\": \"ok\" }} }} }} }},\n    \"/pets\": {{"
        );
        let content = PETS.replacen("\"/pets\": {", &path, 1);
        tasks.spawn(async move {
            let input = PublishSpec {
                api: Lookup::from("pets"),
                version: "v1".to_owned(),
                content: content.into(),
                source: Source::default(),
                create: false,
                dry_run: false,
                drop_orphans: false,
            };
            publishing::publish_spec(&db, &paul, input).await
        });
    }
    let answers = tasks.join_all().await;
    let published = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(published, 1, "{answers:?}");
    for answer in answers {
        if let Err(refusal) = answer {
            assert!(matches!(refusal, PublishRefusal::Gate(_)), "{refusal:?}");
        }
    }
    assert_eq!(
        world
            .count("select count(*) from spec_revision where state = 'rejected'")
            .await,
        5
    );
}

#[tokio::test]
async fn a_rule_that_blocks_refuses_and_one_that_is_off_says_nothing() {
    let world = World::create().await;
    let odd = PETS.replace("\"/pets\"", "\"/PETS\"");
    let set = async |actor: &Actor, rule: &str, level| {
        lint_rules::set_lint_rule(&world.db, actor, rule, level).await
    };
    assert!(is_forbidden(
        &set(&world.paul, "path-casing", Level::Block).await
    ));
    assert!(is_not_found(
        &set(&world.ada, "no-such-rule", Level::Block).await
    ));
    let told = compare(&world, &world.paul, "v2", &odd).await;
    let is_casing = |report: &Report| {
        report
            .lint
            .findings
            .iter()
            .any(|finding| finding.rule.id() == "path-casing")
    };
    assert!(is_casing(&told));
    set(&world.ada, "path-casing", Level::Block).await.unwrap();
    let before = world.footprint().await;
    let refused = stopped(publish_to(&world, &world.paul, "v2", &odd).await);
    assert!(refused.report.lint.blocking > 0 && refused.revision.is_none());
    assert_eq!(world.footprint().await, before);
    set(&world.ada, "path-casing", Level::Off).await.unwrap();
    let published = publish_to(&world, &world.paul, "v2", &odd).await.unwrap();
    assert!(!is_casing(&published.report.unwrap()));
    let all = lint_rules::list_lint_rules(&world.db, &world.paul)
        .await
        .unwrap();
    let casing = all
        .iter()
        .find(|rule| rule.id.id() == "path-casing")
        .unwrap();
    assert_eq!((casing.level, casing.default), (Level::Off, Level::Warn));
}

#[tokio::test]
async fn another_tenant_sees_neither_revisions_nor_rules() {
    let world = World::create().await;
    stopped(publish(&world, &world.paul, &without_get_pet()).await);
    lint_rules::set_lint_rule(&world.db, &world.ada, "path-casing", Level::Block)
        .await
        .unwrap();
    let other = crate::world::make_tenant(&world.db, "contoso").await;
    let spy = Actor::system(other, "spy");
    let api = || Lookup::from("pets");
    assert!(is_not_found(
        &publishing::get_revision(&world.db, &spy, api(), "v1", 2).await
    ));
    assert!(is_not_found(&accept(&world, &spy, 2).await));
    let compat = versions::set_compat(&world.db, &spy, api(), "v1", None, Compat::Off).await;
    assert!(is_not_found(&compat));
    let rules = lint_rules::list_lint_rules(&world.db, &spy).await.unwrap();
    assert!(rules.iter().all(|rule| rule.level == rule.default));
}

#[tokio::test]
async fn rejected_revisions_are_kept_to_a_number() {
    let world = World::create().await;
    for number in 0..22 {
        let content = without_get_pet().replace("1.2.0", &format!("2.0.{number}"));
        stopped(publish(&world, &world.paul, &content).await);
    }
    assert_eq!(
        world
            .count("select count(*) from spec_revision where state = 'rejected'")
            .await,
        20
    );
    let oldest = "select min(number)::bigint from spec_revision where state = 'rejected'";
    assert_eq!(world.count(oldest).await, 4);
}
