//! A subscription through its whole life, and who may move it.

use gatehouse_control_plane::applications::{self, ApplicationFilter, CreateApplication};
use gatehouse_control_plane::plans::{self, ClosePlan, CreatePlan, UpdatePlan};
use gatehouse_control_plane::subscriptions::{self, Conditions, SubscriptionFilter};
use gatehouse_control_plane::{Lookup, Page, credentials};
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::subscription::{ShownState, StoredState, SubscriptionEvent as E};
use time::Duration;

use crate::world::{World, conflict, existing, faults, is_forbidden, is_not_found, is_not_yours};

#[tokio::test]
async fn a_request_waits_is_approved_stopped_by_both_sides_and_ended() {
    let world = World::create().await;
    let (db, dora, ana, otto) = (&world.db, &world.dora, &world.ana, &world.otto);
    let asked = world.ask(dora, "Shop", "team").await;
    let id = asked.id;
    assert_eq!(
        (asked.state, asked.shown),
        (StoredState::Pending, ShownState::Pending)
    );
    assert_eq!((asked.approvals.given, asked.approvals.required), (0, 1));
    assert_eq!(asked.actions, [E::Withdraw]);
    assert_eq!(asked.requested_by.as_ref().unwrap().name, "Dora");
    let seen = world.get(ana, id).await;
    assert_eq!(seen.actions, [E::Approve, E::Reject]);
    assert!(world.get(otto, id).await.actions.is_empty());

    let approved = world.approve(ana, id).await.unwrap();
    assert!(approved.change.is_some());
    let view = approved.value;
    assert_eq!(view.shown, ShownState::Active);
    assert_eq!(
        view.decision.as_ref().unwrap().by.as_ref().unwrap().name,
        "Ana"
    );
    assert_eq!(view.actions, [E::Suspend, E::Revoke]);
    let mine = world.get(dora, id).await;
    assert_eq!(mine.actions, [E::Pause, E::ChangePlan, E::Cancel]);

    let paused = subscriptions::pause(db, dora, id).await.unwrap().value;
    assert_eq!(paused.shown, ShownState::Paused);
    let both = subscriptions::suspend(db, otto, id, "Too many errors.").await;
    let both = both.unwrap().value;
    assert_eq!(both.shown, ShownState::Suspended);
    let hold = both.provider_hold.unwrap();
    assert_eq!(hold.by.unwrap().name, "Otto");
    assert_eq!(hold.reason.as_deref(), Some("Too many errors."));
    let resumed = subscriptions::resume(db, dora, id).await.unwrap().value;
    assert_eq!(
        resumed.shown,
        ShownState::Suspended,
        "a resume never lifts a suspension"
    );
    let free = subscriptions::unsuspend(db, ana, id).await.unwrap().value;
    assert_eq!(free.shown, ShownState::Active);
    assert!(free.provider_hold.is_none() && free.consumer_hold.is_none());

    let ended = subscriptions::cancel(db, dora, id).await.unwrap().value;
    assert_eq!(ended.shown, ShownState::Cancelled);
    assert_eq!(ended.ended.unwrap().by.unwrap().name, "Dora");
    assert!(ended.actions.is_empty());
    world.pass(120);
    assert_eq!(
        conflict(subscriptions::revoke(db, ana, id, "late").await),
        "Already cancelled by Dora, 2 minutes ago."
    );
    let story = subscriptions::timeline(db, dora, id).await.unwrap();
    let actions: Vec<_> = story.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "subscription.request",
            "subscription.approve",
            "subscription.pause",
            "subscription.suspend",
            "subscription.resume",
            "subscription.unsuspend",
            "subscription.cancel"
        ]
    );
}

#[tokio::test]
async fn every_hand_may_do_its_own_things_only() {
    let world = World::create().await;
    let (db, dora, eli, ana, otto, paul) = (
        &world.db,
        &world.dora,
        &world.eli,
        &world.ana,
        &world.otto,
        &world.paul,
    );
    let pending = world.ask(dora, "Shop", "team").await.id;
    for stranger in [dora, eli] {
        assert!(is_forbidden(&world.approve(stranger, pending).await));
        assert!(is_forbidden(
            &subscriptions::reject(db, stranger, pending, "no").await
        ));
    }
    for bystander in [otto, paul] {
        assert!(is_forbidden(&world.approve(bystander, pending).await));
    }
    assert!(is_not_found(
        &subscriptions::withdraw(db, eli, pending).await
    ));
    assert!(is_not_yours(
        &subscriptions::withdraw(db, ana, pending).await
    ));
    world.approve(ana, pending).await.unwrap();
    for stranger in [dora, eli, paul] {
        assert!(is_forbidden(
            &subscriptions::suspend(db, stranger, pending, "x").await
        ));
        assert!(is_forbidden(
            &subscriptions::revoke(db, stranger, pending, "x").await
        ));
    }
    // An operator stops for now, never for good.
    assert!(is_forbidden(
        &subscriptions::revoke(db, otto, pending, "x").await
    ));
    assert_eq!(world.get(otto, pending).await.actions, [E::Suspend]);
    assert!(is_not_found(&subscriptions::pause(db, eli, pending).await));
    assert!(is_not_found(&subscriptions::cancel(db, eli, pending).await));
    assert!(is_not_yours(
        &subscriptions::cancel(db, otto, pending).await
    ));
    assert!(is_not_found(
        &subscriptions::get_subscription(db, eli, pending).await
    ));
    assert!(is_not_found(
        &subscriptions::timeline(db, eli, pending).await
    ));
    // An administrator may act for every team.
    subscriptions::pause(db, &world.ada, pending).await.unwrap();
    let all = SubscriptionFilter::default();
    let seen_by = async |actor| {
        let listed = subscriptions::list_subscriptions(db, actor, &all, &Page::default()).await;
        listed.unwrap().data.len()
    };
    assert_eq!(seen_by(dora).await, 1);
    assert_eq!(seen_by(eli).await, 0);
    assert_eq!(seen_by(ana).await, 1);
}

#[tokio::test]
async fn reasons_are_required_and_reach_the_other_side_verbatim() {
    let world = World::create().await;
    let id = world.ask(&world.dora, "Shop", "team").await.id;
    let (db, ana) = (&world.db, &world.ana);
    assert_eq!(
        faults(subscriptions::reject(db, ana, id, "  ").await),
        ["/reason"]
    );
    let long = "a".repeat(501);
    assert_eq!(
        faults(subscriptions::reject(db, ana, id, &long).await),
        ["/reason"]
    );
    let reason = &long[..500];
    let rejected = subscriptions::reject(db, ana, id, reason)
        .await
        .unwrap()
        .value;
    assert_eq!(rejected.shown, ShownState::Rejected);
    let seen = world.get(&world.dora, id).await;
    assert_eq!(seen.decision.unwrap().reason, reason);
    let told = "select count(*) from outbox where type = 'subscription.rejected' and length(payload ->> 'reason') = 500";
    assert_eq!(world.count(told).await, 1);
    world.pass(60);
    assert_eq!(
        conflict(world.approve(&world.ben, id).await),
        "Already rejected by Ana, 1 minute ago."
    );
}

#[tokio::test]
async fn a_new_request_after_a_rejection_takes_the_place_of_the_old_one() {
    let world = World::create().await;
    let first = world.ask(&world.dora, "Shop", "team").await;
    let wish = || world.wish(existing(&first), "team");
    world.pass(3_600);
    assert_eq!(
        conflict(world.request(&world.dora, wish()).await),
        "Production access of Shop to Pets was asked for 1 hour ago."
    );
    subscriptions::reject(&world.db, &world.ana, first.id, "Not yet.")
        .await
        .unwrap();
    let objects = "select count(*) from config_object where kind = 7";
    assert_eq!(world.count(objects).await, 1);
    for _ in 0..3 {
        let again = world.request(&world.dora, wish()).await.unwrap().value;
        assert!(again.id > first.id);
        assert_eq!(
            world.count(objects).await,
            1,
            "the group's objects stay bounded"
        );
        subscriptions::withdraw(&world.db, &world.dora, again.id)
            .await
            .unwrap();
    }
    let last = world.request(&world.dora, wish()).await.unwrap().value;
    world.approve(&world.ana, last.id).await.unwrap();
    assert_eq!(
        conflict(world.request(&world.dora, wish()).await),
        "Production access of Shop to Pets is active already."
    );
    assert_eq!(world.count(objects).await, 1);
}

#[tokio::test]
async fn an_automatic_plan_grants_at_once_and_records_that_a_rule_did() {
    let world = World::create().await;
    world
        .plan("trial", ApprovalMode::Auto, |plan| {
            plan.max_subscription_days = Some(30);
        })
        .await;
    let view = world.ask(&world.dora, "Shop", "trial").await;
    assert_eq!(view.shown, ShownState::Active);
    assert_eq!(
        view.ends_at,
        Some(view.starts_at.unwrap() + Duration::days(30))
    );
    let decision = view.decision.unwrap();
    assert!(decision.approved && decision.by.is_none());
    let rows =
        "select count(*) from approval_decision where actor_id is null and decision = 'approved'";
    assert_eq!(world.count(rows).await, 1);
    assert_eq!(
        conflict(world.approve(&world.ana, view.id).await),
        "Already approved, just now."
    );
}

#[tokio::test]
async fn conditions_change_the_plan_and_the_end_within_what_the_plan_allows() {
    let world = World::create().await;
    world
        .plan("year", ApprovalMode::Manual, |plan| {
            plan.max_subscription_days = Some(365);
        })
        .await;
    let id = world.ask(&world.dora, "Shop", "team").await.id;
    let now = world.db.clock().now();
    let conditions = |days: i64| Conditions {
        plan: Some(Lookup::from("year")),
        ends_at: Some(now + Duration::days(days)),
        note: "For one year.".to_owned(),
        ..Conditions::default()
    };
    let approve = |conditions| subscriptions::approve(&world.db, &world.ana, id, conditions);
    for days in [-1, 0, 366] {
        assert_eq!(
            faults(approve(conditions(days)).await),
            ["/ends_at"],
            "{days}"
        );
    }
    let view = approve(conditions(365)).await.unwrap().value;
    assert_eq!(view.plan.slug, "year");
    assert_eq!(view.ends_at, Some(now + Duration::days(365)));
    let recorded = "select count(*) from approval_decision where conditions ->> 'plan' like 'plan_%' and conditions ? 'ends_at'";
    assert_eq!(world.count(recorded).await, 1);
    // A plan's own end holds without a condition too, and a later start is one.
    let other = world.ask(&world.dora, "Other", "year").await.id;
    let later = Conditions {
        starts_at: Some(now + Duration::days(2)),
        ..Conditions::default()
    };
    let view = subscriptions::approve(&world.db, &world.ana, other, later).await;
    let view = view.unwrap().value;
    assert_eq!(view.shown, ShownState::Scheduled);
    assert_eq!(view.ends_at, Some(now + Duration::days(367)));
    world.pass(2 * 86_400);
    assert_eq!(
        world.get(&world.dora, other).await.shown,
        ShownState::Active
    );
}

#[tokio::test]
async fn the_clock_ends_a_subscription_and_renewal_brings_it_back_for_thirty_days() {
    let world = World::create().await;
    world
        .plan("month", ApprovalMode::Auto, |plan| {
            plan.max_subscription_days = Some(30);
        })
        .await;
    world
        .plan("reviewed", ApprovalMode::Manual, |plan| {
            plan.max_subscription_days = Some(30);
        })
        .await;
    let (db, dora, ana) = (&world.db, &world.dora, &world.ana);
    let auto = world.ask(dora, "Shop", "month").await;
    let reviewed = world.approved("Reviewed", "reviewed").await;
    // Before the end, another term is added to it.
    let renewed = subscriptions::renew(db, dora, auto.id, "")
        .await
        .unwrap()
        .value;
    assert_eq!(
        renewed.ends_at,
        auto.ends_at.map(|end| end + Duration::days(30))
    );
    world.pass(30 * 86_400);
    assert_eq!(
        world.get(dora, reviewed.id).await.shown,
        ShownState::Expired
    );
    assert!(is_not_yours(&subscriptions::expire_due(db, ana, 10).await));
    let system = world.system();
    assert_eq!(subscriptions::expire_due(db, &system, 10).await.unwrap(), 1);
    assert_eq!(subscriptions::expire_due(db, &system, 10).await.unwrap(), 0);
    let gone = world.get(dora, reviewed.id).await;
    assert_eq!(
        (gone.state, gone.shown),
        (StoredState::Ended, ShownState::Expired)
    );
    assert_eq!(gone.actions, [E::Renew]);
    // The team asks, an approver decides.
    let asked = subscriptions::renew(db, dora, reviewed.id, "Still selling.").await;
    assert_eq!(asked.unwrap().value.shown, ShownState::Expired);
    assert_eq!(
        conflict(subscriptions::renew(db, dora, reviewed.id, "").await),
        "This was asked already and waits for a decision."
    );
    world.pass(86_400);
    let back = subscriptions::approve_renewal(db, ana, reviewed.id, "").await;
    let back = back.unwrap().value;
    assert_eq!(back.shown, ShownState::Active);
    assert_eq!(back.ends_at, Some(db.clock().now() + Duration::days(30)));
    // Too late.
    world.pass(60 * 86_400);
    assert_eq!(
        conflict(subscriptions::renew(db, dora, reviewed.id, "").await),
        "It expired more than 30 days ago; ask for access again."
    );
    // A request for the same place ends what the clock had ended, without waiting for the job.
    let again = world
        .request(dora, world.wish(existing(&reviewed), "team"))
        .await;
    assert_eq!(again.unwrap().value.shown, ShownState::Pending);
}

#[tokio::test]
async fn a_renewal_adds_one_term_at_a_time_of_a_plan_on_offer_and_lifts_no_end() {
    let world = World::create().await;
    let (db, dora, ana) = (&world.db, &world.dora, &world.ana);
    let month = |plan: &mut CreatePlan| plan.max_subscription_days = Some(30);
    world.plan("month", ApprovalMode::Auto, month).await;
    world.plan("reviewed", ApprovalMode::Manual, month).await;
    // An approver's end under a plan without a term stays.
    let id = world.ask(dora, "Ends", "team").await.id;
    let conditions = Conditions {
        ends_at: Some(db.clock().now() + Duration::days(10)),
        ..Conditions::default()
    };
    let ends = subscriptions::approve(db, ana, id, conditions).await;
    let answer = subscriptions::renew(db, dora, id, "").await;
    assert!(conflict(answer).contains("no term"));
    let offers = async |id| world.get(dora, id).await.actions.contains(&E::Renew);
    assert!(!offers(id).await, "what would be refused is not offered");
    assert_eq!(
        world.get(dora, id).await.ends_at,
        ends.unwrap().value.ends_at
    );
    // Terms are not collected.
    let auto = world.ask(dora, "Auto", "month").await.id;
    let renew = || subscriptions::renew(db, dora, auto, "");
    assert!(offers(auto).await);
    renew().await.unwrap();
    world.pass(30 * 86_400 - 1);
    assert!(conflict(renew().await).contains("More than one term"));
    assert!(!offers(auto).await);
    world.pass(1);
    assert!(offers(auto).await);
    renew().await.unwrap();
    // What ends because its plan was closed is not brought back, not even by a renewal asked for before.
    let reviewed = world.approved("Reviewed", "reviewed").await.id;
    subscriptions::renew(db, dora, reviewed, "").await.unwrap();
    assert!(!offers(reviewed).await, "asked already");
    let ends_at = db.clock().now() + Duration::days(3);
    for plan in ["month", "reviewed"] {
        let close = ClosePlan {
            move_to: None,
            ends_at: Some(ends_at),
        };
        plans::close_plan(
            db,
            &world.paul,
            world.api(),
            Lookup::from(plan),
            None,
            close,
        )
        .await
        .unwrap();
    }
    assert!(conflict(renew().await).contains("takes no new requests"));
    let answer = subscriptions::approve_renewal(db, ana, reviewed, "").await;
    assert!(conflict(answer).contains("takes no new requests"));
    for id in [auto, reviewed] {
        assert_eq!(world.get(dora, id).await.ends_at, Some(ends_at));
    }
}

#[tokio::test]
async fn another_plan_is_asked_for_decided_and_keeps_the_keys() {
    let world = World::create().await;
    let (db, dora, ana) = (&world.db, &world.dora, &world.ana);
    let id = world.approved("Shop", "team").await.id;
    let ask = |plan: &str| {
        subscriptions::request_plan_change(db, dora, id, Lookup::from(plan), "More traffic.")
    };
    assert_eq!(conflict(ask("team").await), "The plan is team already.");
    // A plan that needs nobody is in force at once.
    assert_eq!(ask("free").await.unwrap().value.plan.slug, "free");
    let waiting = ask("team").await.unwrap().value;
    assert_eq!(waiting.plan.slug, "free");
    assert_eq!(waiting.wanted_plan.as_ref().unwrap().slug, "team");
    assert!(conflict(ask("vault").await).contains("asked already"));
    assert!(is_forbidden(
        &subscriptions::approve_plan_change(db, dora, id, "").await
    ));
    let done = subscriptions::approve_plan_change(db, ana, id, "Fine.").await;
    let done = done.unwrap().value;
    assert_eq!(done.plan.slug, "team");
    assert!(done.wanted_plan.is_none() && done.open_requests.is_empty());
    assert!(
        conflict(subscriptions::reject_plan_change(db, ana, id, "no").await).contains("any more")
    );
    ask("vault").await.unwrap();
    subscriptions::withdraw_plan_change(db, dora, id)
        .await
        .unwrap();
    ask("vault").await.unwrap();
    // Approvers are told which plan is asked for, not which one is in force.
    let told = "select count(*) from outbox where type = 'subscription.requested' and payload ->> 'subject' = 'plan_change'
                and payload #>> '{plan,slug}' = 'vault'";
    assert_eq!(world.count(told).await, 2);
    let refused = subscriptions::reject_plan_change(db, ana, id, "Too much.").await;
    assert_eq!(refused.unwrap().value.plan.slug, "team");
    // Two people for a plan that needs two.
    ask("vault").await.unwrap();
    let first = subscriptions::approve_plan_change(db, ana, id, "")
        .await
        .unwrap()
        .value;
    assert_eq!(first.plan.slug, "team");
    assert!(
        conflict(subscriptions::approve_plan_change(db, ana, id, "").await)
            .contains("another person")
    );
    let second = subscriptions::approve_plan_change(db, &world.ben, id, "").await;
    assert_eq!(second.unwrap().value.plan.slug, "vault");
}

#[tokio::test]
async fn no_question_for_another_plan_outlives_its_wish_and_no_plan_is_given_that_is_not_on_offer()
{
    let world = World::create().await;
    let (db, dora, ana) = (&world.db, &world.dora, &world.ana);
    let id = world.approved("Shop", "team").await.id;
    let ask = |plan: &str| {
        subscriptions::request_plan_change(db, dora, id, Lookup::from(plan), "More traffic.")
    };
    world.plan("big", ApprovalMode::Manual, |_| ()).await;
    // A plan that needs nobody takes the place of the wish.
    ask("big").await.unwrap();
    let free = ask("free").await.unwrap().value;
    assert_eq!(free.plan.slug, "free");
    assert!(free.wanted_plan.is_none() && free.open_requests.is_empty());
    // Off offer in this environment since it was asked for.
    ask("big").await.unwrap();
    let only_sandbox = UpdatePlan {
        environments: Some(vec![EnvironmentKind::Sandbox]),
        ..UpdatePlan::default()
    };
    let (api, big) = (world.api(), Lookup::from("big"));
    plans::update_plan(db, &world.paul, api, big, None, only_sandbox)
        .await
        .unwrap();
    let answer = subscriptions::approve_plan_change(db, ana, id, "").await;
    assert!(conflict(answer).contains("not on offer"));
    // A plan that is closed is asked for by nobody any more, and the team hears of it.
    let (api, big) = (world.api(), Lookup::from("big"));
    plans::close_plan(db, &world.paul, api, big, None, ClosePlan::default())
        .await
        .unwrap();
    let view = world.get(dora, id).await;
    assert!(view.wanted_plan.is_none() && view.open_requests.is_empty());
    assert!(
        conflict(subscriptions::approve_plan_change(db, ana, id, "").await).contains("any more")
    );
    let told = "select count(*) from outbox where type = 'subscription.rejected' and payload ->> 'subject' = 'plan_change'
                and payload #>> '{plan,slug}' = 'big'";
    assert_eq!(world.count(told).await, 1);
    // Moved to the very plan that was asked for, nothing is left to decide.
    ask("vault").await.unwrap();
    let close = ClosePlan {
        move_to: Some(Lookup::from("vault")),
        ends_at: None,
    };
    let (api, free) = (world.api(), Lookup::from("free"));
    plans::close_plan(db, &world.paul, api, free, None, close)
        .await
        .unwrap();
    let view = world.get(dora, id).await;
    assert_eq!(view.plan.slug, "vault");
    assert!(view.wanted_plan.is_none() && view.open_requests.is_empty());
}

#[tokio::test]
async fn what_the_provider_stopped_or_took_away_no_rule_gives_back() {
    let world = World::create().await;
    let (db, dora, ana) = (&world.db, &world.dora, &world.ana);
    let first = world.ask(dora, "Shop", "free").await;
    let again = async || {
        let wish = world.wish(existing(&first), "free");
        world.request(dora, wish).await.unwrap().value
    };
    subscriptions::suspend(db, &world.otto, first.id, "Abuse.")
        .await
        .unwrap();
    subscriptions::cancel(db, dora, first.id).await.unwrap();
    // Asking twice does not help either.
    for _ in 0..2 {
        let asked = again().await;
        assert_eq!(asked.shown, ShownState::Pending);
        assert_eq!(asked.approvals.required, 1);
        subscriptions::withdraw(db, dora, asked.id).await.unwrap();
    }
    let asked = again().await.id;
    let back = world.approve(ana, asked).await.unwrap().value;
    assert_eq!(back.shown, ShownState::Active);
    // What an approver gave back and its team ended is as new.
    subscriptions::cancel(db, dora, asked).await.unwrap();
    let free = again().await;
    assert_eq!(free.shown, ShownState::Active);
    subscriptions::revoke(db, ana, free.id, "Abuse again.")
        .await
        .unwrap();
    assert_eq!(again().await.shown, ShownState::Pending);
    let app = || Lookup::Id(first.application.id);
    applications::suspend_application(db, &world.otto, app(), "Abuse.")
        .await
        .unwrap();
    let answer = applications::delete_application(db, dora, app(), None).await;
    assert!(conflict(answer).contains("suspended"));
    applications::unsuspend_application(db, &world.otto, app())
        .await
        .unwrap();
    applications::delete_application(db, dora, app(), None)
        .await
        .unwrap();
}

#[tokio::test]
async fn deleting_an_application_ends_its_keys_and_subscriptions_in_one_change() {
    let world = World::create().await;
    let (db, dora) = (&world.db, &world.dora);
    let active = world.approved("Shop", "team").await;
    let app = || Lookup::Id(active.application.id);
    let mut sandbox = world.wish(existing(&active), "team");
    sandbox.environment = Lookup::from("sandbox");
    let pending = world.request(dora, sandbox).await.unwrap().value;
    let key = credentials::issue(
        db,
        dora,
        app(),
        credentials::IssueKey {
            environment: Lookup::from("production"),
            name: String::new(),
            expires_in_days: None,
            products: Vec::new(),
        },
    )
    .await
    .unwrap()
    .value
    .0;
    let changes = world.count("select count(*) from config_change").await;
    assert!(is_not_found(
        &applications::delete_application(db, &world.eli, app(), None).await
    ));
    assert!(is_not_yours(
        &applications::delete_application(db, &world.otto, app(), None).await
    ));
    let gone = applications::delete_application(db, dora, app(), None)
        .await
        .unwrap();
    assert_eq!(gone.change.unwrap().config.len(), 1);
    assert_eq!(
        world.count("select count(*) from config_change").await,
        changes + 1
    );
    assert_eq!(
        world.get(&world.ana, active.id).await.shown,
        ShownState::Cancelled
    );
    assert_eq!(
        world.get(&world.ana, pending.id).await.shown,
        ShownState::Withdrawn
    );
    let key = credentials::get_credential(db, &world.ana, key.id)
        .await
        .unwrap();
    assert_eq!(key.state.as_str(), "revoked");
    assert_eq!(
        world
            .count("select count(*) from approval_request where state = 'open'")
            .await,
        0
    );
    assert_eq!(
        world
            .count("select count(*) from config_object where kind = 6")
            .await,
        0
    );
    assert!(is_not_found(
        &applications::get_application(db, dora, app()).await
    ));
    let story = subscriptions::timeline(db, &world.ana, pending.id)
        .await
        .unwrap();
    let last = story.last().unwrap();
    assert_eq!(
        (last.action.as_str(), last.reason.as_deref()),
        (
            "subscription.withdraw",
            Some("The application was deleted.")
        )
    );
    // Its name is free again.
    let made = CreateApplication {
        name: "Shop".to_owned(),
        ..CreateApplication::default()
    };
    let made = applications::create_application(db, dora, made)
        .await
        .unwrap()
        .value;
    assert_eq!(made.slug, "shop");
}

#[tokio::test]
async fn applications_are_named_seen_changed_and_stopped_by_those_who_may() {
    let world = World::create().await;
    let (db, dora, eli) = (&world.db, &world.dora, &world.eli);
    let make = |actor| {
        let input = CreateApplication {
            name: "Mobile checkout".to_owned(),
            ..CreateApplication::default()
        };
        applications::create_application(&world.db, actor, input)
    };
    let first = make(dora).await.unwrap().value;
    let second = make(eli).await.unwrap().value;
    assert_eq!(
        (first.slug.as_str(), second.slug.as_str()),
        ("mobile-checkout", "mobile-checkout-2")
    );
    let id = || Lookup::Id(first.id);
    assert!(is_not_found(
        &applications::get_application(db, eli, id()).await
    ));
    let rename = |actor, expected| {
        let input = applications::UpdateApplication {
            name: Some("Till".to_owned()),
            ..Default::default()
        };
        applications::update_application(&world.db, actor, Lookup::Id(first.id), expected, input)
    };
    assert!(is_not_found(&rename(eli, None).await));
    assert!(matches!(
        rename(dora, Some(9)).await,
        Err(gatehouse_control_plane::Refusal::Stale { current: 1 })
    ));
    let renamed = rename(dora, Some(1)).await.unwrap().value;
    assert_eq!(
        (
            renamed.name.as_str(),
            renamed.slug.as_str(),
            renamed.row_version
        ),
        ("Till", "mobile-checkout", 2)
    );
    let elis_team = applications::UpdateApplication {
        team: Some(Lookup::Id(second.owner_team.id)),
        ..Default::default()
    };
    assert!(is_not_yours(
        &applications::update_application(db, dora, id(), None, elis_team).await
    ));
    assert!(is_forbidden(
        &applications::suspend_application(db, dora, id(), "x").await
    ));
    let stopped = applications::suspend_application(db, &world.otto, id(), "Abuse.").await;
    assert!(stopped.unwrap().change.is_some());
    assert!(
        conflict(applications::suspend_application(db, &world.otto, id(), "Abuse.").await)
            .contains("already")
    );
    let choice = gatehouse_control_plane::subscriptions::AppChoice::Existing(id());
    assert_eq!(
        conflict(world.request(dora, world.wish(choice, "team")).await),
        "The application is suspended."
    );
    applications::unsuspend_application(db, &world.otto, id())
        .await
        .unwrap();
    let mine = ApplicationFilter {
        mine: true,
        ..ApplicationFilter::default()
    };
    let listed = applications::list_applications(db, dora, &mine, &Page::default())
        .await
        .unwrap();
    assert_eq!(listed.data.len(), 1);
    let all = ApplicationFilter::default();
    let listed = applications::list_applications(db, &world.ana, &all, &Page::default())
        .await
        .unwrap();
    assert_eq!(listed.data.len(), 2);
}
