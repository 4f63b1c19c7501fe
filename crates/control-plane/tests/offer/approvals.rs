//! Decisions: one of many wins, nobody decides their own request, two people are two people.

use gatehouse_control_plane::plans::{self, ClosePlan};
use gatehouse_control_plane::subscriptions::{
    self, Conditions, Decision, RequestFilter, RequestSubject, Verdict,
};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Lookup, Page, Refusal};
use gatehouse_domain::subscription::{ShownState, SubscriptionEvent as E};
use gatehouse_domain::{Permission, Role};
use time::Duration;
use tokio::task::JoinSet;

use crate::world::{World, conflict, existing, is_not_yours, member, patiently};

#[tokio::test]
async fn of_fifty_simultaneous_approvals_one_wins_and_the_others_learn_who() {
    let world = World::create().await;
    let id = world.ask(&world.dora, "Shop", "team").await.id;
    let before = world.footprint().await;
    let mut tasks = JoinSet::new();
    for number in 0..50 {
        let db = world.db.clone();
        let actor = if number % 2 == 0 {
            &world.ana
        } else {
            &world.ben
        };
        let actor = actor.clone();
        tasks.spawn(async move {
            patiently(|| subscriptions::approve(&db, &actor, id, Conditions::default())).await
        });
    }
    let answers = tasks.join_all().await;
    let won: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().ok())
        .collect();
    assert_eq!(won.len(), 1);
    let winner = won[0].value.decision.as_ref().unwrap().by.as_ref().unwrap();
    let expected = format!("Already approved by {}, just now.", winner.name);
    for answer in &answers {
        match answer {
            Ok(changed) => assert!(changed.change.is_some()),
            Err(Refusal::Conflict(words)) => assert_eq!(*words, expected),
            Err(other) => panic!("{other:?}"),
        }
    }
    let after = world.footprint().await;
    let added: Vec<_> = after
        .iter()
        .zip(&before)
        .map(|(now, then)| now - then)
        .collect();
    // One decision, one audit record, one event, one change of one object that was there already.
    assert_eq!(added, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0]);
}

#[tokio::test]
async fn the_requester_never_approves_not_even_through_a_token() {
    let world = World::create().await;
    let id = world.ask(&world.ana, "Mine", "team").await.id;
    assert!(is_not_yours(&world.approve(&world.ana, id).await));
    assert!(is_not_yours(
        &subscriptions::reject(&world.db, &world.ana, id, "no").await
    ));
    assert_eq!(world.get(&world.ana, id).await.actions, [E::Withdraw]);
    let input = CreateToken {
        name: "robot".to_owned(),
        scopes: vec![
            Permission::SubscriptionDecide,
            Permission::SubscriptionRead,
            Permission::ApplicationManage,
        ],
        apis: None,
        platform: None,
        expires_in_days: None,
    };
    // Only administrators make tokens, so Ana asks again as one of them would.
    let ada_asked = world.ask(&world.ada, "Ada's", "team").await.id;
    let made = tokens::create_token(&world.db, &world.ada, input)
        .await
        .unwrap();
    let text = made.value.1.reveal();
    let robot = tokens::authenticate(&world.db, &text, "192.0.2.1".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert!(is_not_yours(&world.approve(&robot, ada_asked).await));
    // For somebody else's request the token decides in its maker's name.
    let decided = world.approve(&robot, id).await.unwrap().value;
    assert_eq!(decided.decision.unwrap().by.unwrap().name, "Ada");
    // It acts for its maker's teams, so what it asks for its maker may not approve.
    let application = subscriptions::AppChoice::Existing(Lookup::from("ada-s"));
    let mut wish = world.wish(application, "team");
    wish.environment = Lookup::from("sandbox");
    let asked = world.request(&robot, wish).await.unwrap().value;
    assert!(is_not_yours(&world.approve(&world.ada, asked.id).await));
    world.approve(&world.ben, asked.id).await.unwrap();
}

#[tokio::test]
async fn two_people_are_two_different_people() {
    let world = World::create().await;
    let id = world.ask(&world.dora, "Vault", "vault").await.id;
    let first = world.approve(&world.ana, id).await.unwrap().value;
    assert_eq!(first.shown, ShownState::Pending);
    assert_eq!((first.approvals.given, first.approvals.required), (1, 2));
    assert!(
        !first.actions.contains(&E::Approve),
        "she has agreed already"
    );
    assert_eq!(
        conflict(world.approve(&world.ana, id).await),
        "You agreed already; another person has to agree too."
    );
    let system = world.system();
    let third = world.approve(&system, id).await.unwrap().value;
    assert_eq!(
        third.shown,
        ShownState::Active,
        "the program counts as one person"
    );
    let other = world.ask(&world.dora, "Other", "vault").await.id;
    world.approve(&system, other).await.unwrap();
    let twice = world.approve(&system, other).await.unwrap().value;
    assert_eq!(twice.shown, ShownState::Pending, "but never as two");
    let done = world.approve(&world.ben, other).await.unwrap().value;
    assert_eq!(done.shown, ShownState::Active);
    // One of two may still refuse.
    let refused = world.ask(&world.dora, "Refused", "vault").await.id;
    world.approve(&world.ana, refused).await.unwrap();
    let refused = subscriptions::reject(&world.db, &world.ben, refused, "No.").await;
    assert_eq!(refused.unwrap().value.shown, ShownState::Rejected);
}

#[tokio::test]
async fn two_approvers_conditions_hold_together() {
    let world = World::create().await;
    let id = world.ask(&world.dora, "Vault", "vault").await.id;
    let now = world.db.clock().now();
    let until = |days, plan: Option<&str>| Conditions {
        plan: plan.map(Lookup::from),
        ends_at: Some(now + Duration::days(days)),
        ..Conditions::default()
    };
    subscriptions::approve(&world.db, &world.ana, id, until(10, Some("team")))
        .await
        .unwrap();
    // Whoever names no plan agrees to the one that was asked for.
    for plan in [Some("free"), None] {
        let other = subscriptions::approve(&world.db, &world.ben, id, until(20, plan)).await;
        assert!(conflict(other).contains("another plan"));
    }
    let view = subscriptions::approve(&world.db, &world.ben, id, until(20, Some("team"))).await;
    let view = view.unwrap().value;
    assert_eq!(view.plan.slug, "team");
    assert_eq!(view.ends_at, Some(now + Duration::days(10)));
}

#[tokio::test]
async fn a_plan_for_two_people_is_never_given_by_one() {
    let world = World::create().await;
    let vault = || Conditions {
        plan: Some(Lookup::from("vault")),
        ..Conditions::default()
    };
    let asked = world.ask(&world.dora, "Shop", "team").await.id;
    let answer = subscriptions::approve(&world.db, &world.ana, asked, vault()).await;
    assert!(conflict(answer).contains("more approvals"));
    // Of two, the second alone does not choose another plan either.
    let two = world.ask(&world.dora, "Two", "vault").await.id;
    world.approve(&world.ana, two).await.unwrap();
    let free = Conditions {
        plan: Some(Lookup::from("free")),
        ..Conditions::default()
    };
    let answer = subscriptions::approve(&world.db, &world.ben, two, free).await;
    assert!(conflict(answer).contains("another plan"));
    // A request that is moved to such a plan needs two from then on.
    let close = ClosePlan {
        move_to: Some(Lookup::from("vault")),
        ends_at: None,
    };
    let (api, team) = (world.api(), Lookup::from("team"));
    plans::close_plan(&world.db, &world.paul, api, team, None, close)
        .await
        .unwrap();
    let first = world.approve(&world.ana, asked).await.unwrap().value;
    assert_eq!(first.shown, ShownState::Pending);
    assert_eq!((first.approvals.given, first.approvals.required), (1, 2));
    let second = world.approve(&world.ben, asked).await.unwrap().value;
    assert_eq!(second.shown, ShownState::Active);
}

#[tokio::test]
async fn a_grant_is_for_other_teams_or_for_the_only_approver() {
    let world = World::create().await;
    let dora_has = world.ask(&world.dora, "Shop", "team").await;
    let grant = |actor, wish| subscriptions::grant(&world.db, actor, wish, "They called me.");
    // A request that waits gives way.
    let granted = grant(&world.ana, world.wish(existing(&dora_has), "team")).await;
    let granted = granted.unwrap().value;
    assert_eq!(granted.shown, ShownState::Active);
    assert_eq!(
        world.get(&world.dora, dora_has.id).await.shown,
        ShownState::Withdrawn
    );
    assert_eq!(world.count("select count(*) from audit_log where action = 'subscription.grant' and reason is not null").await, 1);
    // Not to oneself while there are others, and never around a second person.
    let own = world.ask(&world.ana, "Mine", "team").await;
    assert!(is_not_yours(
        &grant(&world.ana, world.wish(existing(&own), "team")).await
    ));
    let vault = world.ask(&world.dora, "Vault", "vault").await;
    assert!(is_not_yours(
        &grant(&world.ana, world.wish(existing(&vault), "vault")).await
    ));
    assert!(matches!(
        subscriptions::grant(
            &world.db,
            &world.dora,
            world.wish(existing(&own), "team"),
            "x"
        )
        .await,
        Err(Refusal::Forbidden(Permission::SubscriptionDecide))
    ));

    let lonely = World::bare().await;
    lonely.publish(crate::world::PETS).await.unwrap();
    let plan = gatehouse_domain::plan::ApprovalMode::Manual;
    lonely.plan("team", plan, |_| ()).await;
    let mut connection = lonely.superuser().await;
    sqlx::query("delete from role_grant where role in ('admin', 'approver') and user_id <> $1")
        .bind(lonely.ana.user().unwrap().uuid())
        .execute(&mut connection)
        .await
        .unwrap();
    // One whose account was deactivated is no other approver.
    sqlx::query("insert into role_grant (tenant_id, user_id, role, created_at) select tenant_id, $1, 'approver', created_at from membership where user_id = $1")
        .bind(lonely.ben.user().unwrap().uuid())
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("update app_user set status = 'deactivated' where id = $1")
        .bind(lonely.ben.user().unwrap().uuid())
        .execute(&mut connection)
        .await
        .unwrap();
    let own = lonely.ask(&lonely.ana, "Mine", "team").await;
    let granted = subscriptions::grant(
        &lonely.db,
        &lonely.ana,
        lonely.wish(existing(&own), "team"),
        "I am alone.",
    )
    .await;
    assert_eq!(granted.unwrap().value.shown, ShownState::Active);
}

#[tokio::test]
async fn many_decisions_are_each_decided_on_their_own() {
    let world = World::create().await;
    let (one, two, mine) = (
        world.ask(&world.dora, "One", "team").await.id,
        world.ask(&world.dora, "Two", "team").await.id,
        world.ask(&world.ana, "Mine", "team").await.id,
    );
    let decisions = [
        (one, Verdict::Approve(Conditions::default())),
        (mine, Verdict::Approve(Conditions::default())),
        (two, Verdict::Reject("No.".to_owned())),
        (one, Verdict::Reject("Changed my mind.".to_owned())),
    ]
    .into_iter()
    .map(|(subscription, verdict)| Decision {
        subscription,
        subject: RequestSubject::Subscription,
        verdict,
    })
    .collect();
    let answers = subscriptions::decide_many(&world.db, &world.ana, decisions).await;
    let shown: Vec<_> = answers
        .into_iter()
        .map(|answer| {
            answer
                .map(|changed| changed.value.shown)
                .map_err(|refusal| refusal.to_string())
        })
        .collect();
    assert_eq!(shown[0], Ok(ShownState::Active));
    assert!(shown[1].as_ref().unwrap_err().contains("yourself"));
    assert_eq!(shown[2], Ok(ShownState::Rejected));
    assert_eq!(
        shown[3],
        Err("Already approved by Ana, just now.".to_owned())
    );
}

#[tokio::test]
async fn the_queue_carries_what_a_decision_needs() {
    let world = World::create().await;
    world.ask(&world.dora, "Has", "free").await;
    let asked = world.ask(&world.dora, "Asks", "team").await;
    let filter = RequestFilter::default();
    let page = Page::default();
    let list = |actor| subscriptions::list_requests(&world.db, actor, &filter, &page);
    assert!(matches!(
        list(&world.dora).await,
        Err(Refusal::Forbidden(_))
    ));
    let rows = list(&world.ana).await.unwrap().data;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row.subscription.id, asked.id);
    assert_eq!(row.requester.as_ref().unwrap().name, "Dora");
    assert_eq!(row.plan_limits, ["5 a second, burst 10", "1,000 a day"]);
    assert_eq!(row.other_access.len(), 1);
    assert_eq!(row.other_access[0].application, "Has");
    assert!(!row.overdue);
    world.pass(2 * 86_400);
    assert!(list(&world.ana).await.unwrap().data[0].overdue);
    world.approve(&world.ana, asked.id).await.unwrap();
    assert!(list(&world.ana).await.unwrap().data.is_empty());
    subscriptions::request_plan_change(
        &world.db,
        &world.dora,
        asked.id,
        Lookup::from("vault"),
        "More.",
    )
    .await
    .unwrap();
    let rows = list(&world.ana).await.unwrap().data;
    assert_eq!(
        (rows[0].subject, rows[0].reason.as_str()),
        (RequestSubject::PlanChange, "More.")
    );
    let only_new = RequestFilter {
        subject: Some(RequestSubject::Subscription),
        ..RequestFilter::default()
    };
    let none =
        subscriptions::list_requests(&world.db, &world.ana, &only_new, &Page::default()).await;
    assert!(none.unwrap().data.is_empty());
}

#[tokio::test]
async fn somebody_who_left_decides_and_asks_nothing_more() {
    let world = World::create().await;
    let late = member(&world.db, world.tenant, "Late", Role::Developer).await;
    let asked = world.ask(&late, "Left", "team").await;
    let mut connection = world.superuser().await;
    sqlx::query("update membership set status = 'disabled' where user_id = $1")
        .bind(late.user().unwrap().uuid())
        .execute(&mut connection)
        .await
        .unwrap();
    // Even an actor that was made before sees nothing of its team any more.
    let answer = subscriptions::withdraw(&world.db, &late, asked.id).await;
    assert!(matches!(answer, Err(Refusal::NotFound)), "{answer:?}");
}
