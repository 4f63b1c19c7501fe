//! Decisions in time: due, reminded of once, passed on once; and deputies of approvers who are away.

use gatehouse_control_plane::subscriptions::{
    self, ApprovalSettings, Conditions, DELEGATION_DAYS_MAX, DELEGATIONS_MAX, Delegate,
    RequestFilter, SetApprovalSettings,
};
use gatehouse_control_plane::{Actor, Db, Lookup, Page, Refusal, jobs, outbox};
use gatehouse_domain::id::UserId;
use gatehouse_domain::subscription::{ShownState, SubscriptionEvent as E};
use gatehouse_domain::{Language, Role};
use gatehouse_language::speaking;
use time::Duration;
use tokio::task::JoinSet;

use crate::world::{
    World, conflict, faults, is_forbidden, is_not_found, is_not_yours, member, patiently,
};

const DAY: u64 = 86_400;

fn settings(due_s: i32, remind_before_s: Option<i32>, team: Option<&str>) -> SetApprovalSettings {
    SetApprovalSettings {
        reject_reasons: None,
        due_s,
        remind_before_s,
        escalation_team: team.map(Lookup::from),
    }
}

fn id_of(actor: &Actor) -> UserId {
    actor.user().unwrap()
}

/// Who got a mail of a template, by name.
pub(crate) async fn told(world: &World, template: &'static str) -> Vec<String> {
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    sqlx::query_scalar(
        "select u.name from mail m join app_user u on lower(u.email) = lower(m.to_address)
         where m.template = $1 order by u.name",
    )
    .bind(template)
    .fetch_all(&mut world.superuser().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_late_decision_is_reminded_of_once_and_passed_on_once_over_restarts_and_replicas() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Shop", "team").await.id;
    let open = async || world.get(&world.ana, asked).await.open_requests[0].clone();
    assert_eq!(
        open().await.due_at - open().await.waiting_since,
        Duration::days(2)
    );
    let chase = async |times: usize| {
        let mut replicas = JoinSet::new();
        for _ in 0..times {
            let db: Db = world.db.clone();
            replicas.spawn(async move { jobs::chase_decisions(&db).await });
        }
        for done in replicas.join_all().await {
            done.unwrap();
        }
    };
    let events = async || {
        (
            world
                .count("select count(*) from outbox where type = 'approval.due'")
                .await,
            world
                .count("select count(*) from outbox where type = 'approval.escalated'")
                .await,
        )
    };
    world.pass(2 * DAY - 4 * 3600 - 1);
    chase(4).await;
    assert_eq!(events().await, (0, 0));
    world.pass(1);
    chase(8).await;
    chase(2).await;
    assert_eq!(events().await, (1, 0), "reminded once");
    assert_eq!(told(&world, "decision_due").await, ["Ada", "Ana", "Ben"]);
    assert!(open().await.escalated_at.is_none());
    world.pass(4 * 3600 - 1);
    chase(4).await;
    assert_eq!(events().await, (1, 0));
    world.pass(1);
    chase(8).await;
    world.pass(DAY);
    chase(8).await;
    assert_eq!(events().await, (1, 1), "passed on once");
    assert!(open().await.escalated_at.is_some());
    assert!(
        told(&world, "decision_late").await.is_empty(),
        "this tenant has no owner"
    );
    // What nobody reminded of while the program was down is passed on, not reminded of as well.
    world.ask(&world.dora, "Slept", "team").await;
    world.pass(3 * DAY);
    chase(4).await;
    assert_eq!(events().await, (1, 2));
    // What is decided is nobody's worry.
    let decided = world.ask(&world.dora, "Decided", "team").await.id;
    world.approve(&world.ana, decided).await.unwrap();
    world.pass(3 * DAY);
    chase(2).await;
    assert_eq!(events().await, (1, 2));
    world.assert_consistent().await;
}

#[tokio::test]
async fn the_tenant_and_the_plan_say_how_long_a_decision_may_take_and_who_hears_of_it() {
    let world = World::create().await;
    let set = |actor, expected, input| {
        subscriptions::set_approval_settings(&world.db, actor, expected, input)
    };
    assert!(is_forbidden(
        &set(&world.ana, None, settings(3600, None, None)).await
    ));
    assert_eq!(
        faults(set(&world.ada, None, settings(59, Some(7_776_001), None)).await),
        ["/due_s", "/remind_before_s"]
    );
    assert!(matches!(
        set(&world.ada, None, settings(3600, None, Some("nowhere"))).await,
        Err(Refusal::UnknownReference { .. })
    ));
    let team = world
        .get(&world.ada, world.ask(&world.eli, "E", "team").await.id)
        .await;
    let team = team.application.team.slug;
    let now: ApprovalSettings = set(&world.ada, Some(0), settings(3600, Some(60), Some(&team)))
        .await
        .unwrap()
        .value;
    assert_eq!((now.row_version, now.due_s), (1, 3600));
    assert!(matches!(
        set(&world.ada, Some(0), settings(3600, None, None)).await,
        Err(Refusal::Stale { current: 1 })
    ));
    // Reasons that nobody wrote are each reader's, also after a form sent them back as its reader saw them.
    let seen = subscriptions::get_approval_settings(&world.db, &world.ada);
    let seen = speaking(Language::German, seen).await.unwrap();
    let english = now.reject_reasons;
    assert_ne!(seen.reject_reasons, english);
    let kept = |reasons: &[String]| {
        let input = SetApprovalSettings {
            reject_reasons: Some(reasons.to_vec()),
            ..settings(3600, Some(60), Some(&team))
        };
        speaking(Language::English, set(&world.ada, None, input))
    };
    let after = kept(&seen.reject_reasons).await.unwrap().value;
    assert_eq!(after.reject_reasons, english);
    let own = &seen.reject_reasons[1..];
    let after = kept(own).await.unwrap().value;
    assert_eq!(after.reject_reasons, own, "what somebody wrote stays");
    let asked = world.ask(&world.dora, "Shop", "team").await;
    let due = |view: &subscriptions::SubscriptionView| {
        (view.open_requests[0].due_at - view.open_requests[0].waiting_since).whole_seconds()
    };
    assert_eq!(due(&asked), 3600);
    let input = gatehouse_control_plane::plans::SetPlanApproval {
        due_s: Some(600),
        ..Default::default()
    };
    gatehouse_control_plane::plans::set_plan_approval(
        &world.db,
        &world.paul,
        world.api(),
        Lookup::from("vault"),
        None,
        input,
    )
    .await
    .unwrap();
    assert_eq!(due(&world.ask(&world.dora, "Vault", "vault").await), 600);
    world.pass(600);
    jobs::chase_decisions(&world.db).await.unwrap();
    assert_eq!(
        told(&world, "decision_late").await,
        ["Eli"],
        "the team that was named"
    );
    let late = RequestFilter {
        overdue: true,
        ..RequestFilter::default()
    };
    let listed = subscriptions::list_requests(&world.db, &world.ana, &late, &Page::default()).await;
    let listed = listed.unwrap().data;
    assert_eq!(listed.len(), 1);
    assert!(listed[0].escalated_at.is_some());
}

async fn delegate(world: &World, by: &Actor, input: Delegate) -> Result<(), Refusal> {
    subscriptions::create_delegation(&world.db, by, input)
        .await
        .map(drop)
}

fn to(world: &World, deputy: &Actor) -> Delegate {
    Delegate {
        from: None,
        to: id_of(deputy),
        api: None,
        starts_at: None,
        ends_at: world.db.clock().now() + Duration::days(7),
        reason: "On holiday.".to_owned(),
    }
}

#[tokio::test]
async fn a_deputy_decides_in_the_name_of_whoever_is_away_and_only_then() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Shop", "team").await.id;
    assert!(is_forbidden(&world.approve(&world.eli, asked).await));
    delegate(&world, &world.ana, to(&world, &world.eli))
        .await
        .unwrap();
    let queue = subscriptions::list_requests(
        &world.db,
        &world.eli,
        &RequestFilter::default(),
        &Page::default(),
    )
    .await
    .unwrap();
    assert_eq!(queue.data.len(), 1);
    assert_eq!(queue.data[0].subscription.actions, [E::Approve, E::Reject]);
    let approved = world.approve(&world.eli, asked).await.unwrap().value;
    assert_eq!(approved.shown, ShownState::Active);
    let decision = world.get(&world.ana, asked).await.decision.unwrap();
    assert_eq!(decision.by.unwrap().name, "Eli");
    assert_eq!(decision.on_behalf_of.unwrap().name, "Ana");
    // The right to answer questions was lent, no other.
    assert!(is_forbidden(
        &subscriptions::revoke(&world.db, &world.eli, asked, "no").await
    ));
    // What Ana asks for, her deputy does not decide with her right.
    let hers = world.ask(&world.ana, "Hers", "team").await.id;
    assert!(is_not_yours(&world.approve(&world.eli, hers).await));
    // Nor does the deputy decide what they asked for themselves.
    let own = world.ask(&world.eli, "Own", "team").await.id;
    assert!(is_not_yours(&world.approve(&world.eli, own).await));
    assert!(
        !world
            .get(&world.eli, own)
            .await
            .actions
            .contains(&E::Approve)
    );
    // An approver and their deputy are one of two people.
    let vault = world.ask(&world.dora, "Vault", "vault").await.id;
    world.approve(&world.eli, vault).await.unwrap();
    conflict(world.approve(&world.ana, vault).await);
    let done = world.approve(&world.ben, vault).await.unwrap().value;
    assert_eq!(done.shown, ShownState::Active);
    let other = world.ask(&world.dora, "Other", "vault").await.id;
    world.approve(&world.ana, other).await.unwrap();
    conflict(world.approve(&world.eli, other).await);
    // It ends by the clock.
    let late = world.ask(&world.dora, "Late", "team").await.id;
    world.pass(7 * DAY);
    assert!(is_forbidden(&world.approve(&world.eli, late).await));
}

#[tokio::test]
async fn a_lent_right_is_no_more_than_the_lender_has_and_can_be_taken_back() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Shop", "team").await.id;
    let carla = member(&world.db, world.tenant, "Carla", Role::Approver).await;
    delegate(&world, &carla, to(&world, &world.eli))
        .await
        .unwrap();
    let listed = subscriptions::list_delegations(&world.db, &world.eli, &Page::default()).await;
    let listed = listed.unwrap().data;
    assert_eq!(listed.len(), 1);
    assert!(listed[0].in_force);
    // Who has nothing to do with it sees and ends nothing.
    let none = subscriptions::list_delegations(&world.db, &world.dora, &Page::default()).await;
    assert!(none.unwrap().data.is_empty());
    let id = listed[0].id;
    assert!(is_not_found(
        &subscriptions::revoke_delegation(&world.db, &world.dora, id).await
    ));
    // She is no approver any more.
    sqlx::query("delete from role_grant where user_id = $1")
        .bind(id_of(&carla).uuid())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    assert!(is_forbidden(&world.approve(&world.eli, asked).await));
    sqlx::query("insert into role_grant (tenant_id, user_id, role, created_at) values ($1, $2, 'approver', now())")
        .bind(world.tenant.uuid())
        .bind(id_of(&carla).uuid())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    let ended = subscriptions::revoke_delegation(&world.db, &world.eli, id).await;
    assert!(!ended.unwrap().value.in_force);
    conflict(subscriptions::revoke_delegation(&world.db, &carla, id).await);
    assert!(is_forbidden(&world.approve(&world.eli, asked).await));
    world.approve(&world.ana, asked).await.unwrap();
}

#[tokio::test]
async fn a_deputy_is_named_within_bounds_and_for_an_api_only_that() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Shop", "team").await.id;
    world
        .publish_as("birds", "v1", crate::world::PETS)
        .await
        .unwrap();
    let now = world.db.clock().now();
    let ends = |length: Duration| Delegate {
        ends_at: now + length,
        ..to(&world, &world.eli)
    };
    assert!(is_forbidden(
        &delegate(&world, &world.dora, to(&world, &world.eli)).await
    ));
    assert_eq!(
        faults(delegate(&world, &world.ana, ends(Duration::ZERO)).await),
        ["/ends_at"]
    );
    let longest = Duration::days(DELEGATION_DAYS_MAX);
    assert_eq!(
        faults(delegate(&world, &world.ana, ends(longest + Duration::SECOND)).await),
        ["/ends_at"]
    );
    assert_eq!(
        faults(delegate(&world, &world.ana, to(&world, &world.ana)).await),
        ["/to"]
    );
    let for_dora = Delegate {
        from: Some(id_of(&world.dora)),
        ..to(&world, &world.eli)
    };
    assert!(is_forbidden(
        &delegate(&world, &world.ana, for_dora.clone()).await
    ));
    assert_eq!(
        faults(delegate(&world, &world.ada, for_dora).await),
        ["/from"]
    );
    let elsewhere = Delegate {
        api: Some(Lookup::from("birds")),
        from: Some(id_of(&world.ana)),
        ..to(&world, &world.eli)
    };
    delegate(&world, &world.ada, elsewhere).await.unwrap();
    assert!(
        world.approve(&world.eli, asked).await.is_err(),
        "that is another API"
    );
    for _ in 1..DELEGATIONS_MAX {
        delegate(&world, &world.ana, ends(longest)).await.unwrap();
    }
    conflict(delegate(&world, &world.ana, ends(longest)).await);
    world.approve(&world.eli, asked).await.unwrap();
}

#[tokio::test]
async fn of_fifty_answers_by_approvers_and_deputies_exactly_one_moves_the_request() {
    let world = World::create().await;
    delegate(&world, &world.ana, to(&world, &world.eli))
        .await
        .unwrap();
    delegate(&world, &world.ben, to(&world, &world.paul))
        .await
        .unwrap();
    let id = world.ask(&world.dora, "Shop", "team").await.id;
    let hands = [&world.ana, &world.ben, &world.eli, &world.paul, &world.ada];
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        let (db, actor) = (world.db.clone(), hands[number % 5].clone());
        tasks.spawn(async move {
            if number % 2 == 0 {
                let approve = || subscriptions::approve(&db, &actor, id, Conditions::default());
                return patiently(approve).await.map(drop);
            }
            let reject = || subscriptions::reject(&db, &actor, id, "no");
            patiently(reject).await.map(drop)
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(
        answers.iter().filter(|answer| answer.is_ok()).count(),
        1,
        "{answers:?}"
    );
    for answer in answers {
        assert!(
            matches!(answer, Ok(()) | Err(Refusal::Conflict(_))),
            "{answer:?}"
        );
    }
    assert_eq!(
        world.count("select count(*) from approval_decision").await,
        1
    );
    world.assert_consistent().await;
}
