//! Words between the two sides of a request, refusals taken back, reasons to start from, and what a decision risks.

use gatehouse_control_plane::apis::DataClass;
use gatehouse_control_plane::subscriptions::{
    self, MESSAGE_MAX, MESSAGES_MAX, REJECT_REASONS_MAX, RequestFilter, RequestRow,
    SetApprovalSettings, SubscriptionFilter,
};
use gatehouse_control_plane::{Actor, Lookup, Page, Refusal, applications};
use gatehouse_domain::Role;
use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::subscription::{
    RequestSide, ShownState, StoredState, SubscriptionEvent as E,
};
use tokio::task::JoinSet;

use crate::deadlines::told;
use crate::world::{
    World, conflict, existing, faults, is_forbidden, is_not_found, is_not_yours, make_tenant,
    member,
};

async fn say(
    world: &World,
    actor: &Actor,
    id: SubscriptionId,
    text: &str,
) -> Result<RequestSide, Refusal> {
    // Messages of one millisecond have no order.
    world.pass(1);
    let sent = subscriptions::send_message(&world.db, actor, id, text).await?;
    Ok(sent.value.side)
}

async fn said(world: &World, actor: &Actor, id: SubscriptionId) -> Vec<String> {
    let found = subscriptions::list_messages(&world.db, actor, id).await;
    let messages = found.unwrap().messages.into_iter();
    messages.map(|message| message.text).collect()
}

#[tokio::test]
async fn both_sides_of_a_request_write_and_the_other_side_is_told() {
    let world = World::create().await;
    let id = world.ask(&world.dora, "Shop", "team").await.id;
    let asked = say(&world, &world.dora, id, "  Is <b>June</b> fine?\n").await;
    assert_eq!(asked.unwrap(), RequestSide::Requester);
    assert_eq!(
        told(&world, "message_received").await,
        ["Ada", "Ana", "Ben"]
    );
    let answered = say(&world, &world.ana, id, "Why June?").await;
    assert_eq!(answered.unwrap(), RequestSide::Approver);
    let told_now = ["Ada", "Ana", "Ben", "Dora"];
    assert_eq!(told(&world, "message_received").await, told_now);
    // Whoever speaks for the approvers goes on hearing; the others are spared.
    say(&world, &world.dora, id, "The season.").await.unwrap();
    let told_now = ["Ada", "Ana", "Ana", "Ben", "Dora"];
    assert_eq!(told(&world, "message_received").await, told_now);
    let all = ["Is <b>June</b> fine?", "Why June?", "The season."];
    assert_eq!(said(&world, &world.ben, id).await, all);
    let story = subscriptions::timeline(&world.db, &world.dora, id).await;
    let words: Vec<_> = story
        .unwrap()
        .into_iter()
        .map(|entry| entry.reason)
        .collect();
    assert_eq!(words[1].as_deref(), Some(all[0]));
    world.assert_consistent().await;
}

#[tokio::test]
async fn strangers_onlookers_and_other_tenants_say_and_see_nothing() {
    let world = World::create().await;
    let id = world.ask(&world.dora, "Shop", "team").await.id;
    let other = make_tenant(&world.db, "southwind").await;
    let other = member(&world.db, other, "Olaf", Role::Owner).await;
    for stranger in [&world.eli, &other] {
        assert!(is_not_found(&say(&world, stranger, id, "Hi").await));
        let seen = subscriptions::list_messages(&world.db, stranger, id).await;
        assert!(is_not_found(&seen));
    }
    let auditor = member(&world.db, world.tenant, "Audrey", Role::Auditor).await;
    assert!(is_forbidden(&say(&world, &auditor, id, "Hi").await));
    let seen = subscriptions::list_messages(&world.db, &auditor, id)
        .await
        .unwrap();
    assert!(seen.messages.is_empty() && seen.speaks_for.is_none());
    for text in ["", "  ", "bell\u{7}", &"a".repeat(MESSAGE_MAX + 1)] {
        assert_eq!(faults(say(&world, &world.dora, id, text).await), ["/text"]);
    }
    let long = "ä".repeat(MESSAGE_MAX);
    say(&world, &world.dora, id, &long).await.unwrap();
    assert_eq!(said(&world, &world.ana, id).await, [long]);
}

#[tokio::test]
async fn the_last_message_that_fits_is_written_once_by_whoever_is_first() {
    let world = World::create().await;
    let id = world.ask(&world.dora, "Shop", "team").await.id;
    say(&world, &world.dora, id, "First").await.unwrap();
    sqlx::query(
        "insert into subscription_message (id, tenant_id, subscription_id, author_id, side, body, created_at)
         select gen_random_uuid(), m.tenant_id, m.subscription_id, m.author_id, m.side, m.body, m.created_at
         from subscription_message m, generate_series(1, $1)",
    )
    .bind(i32::try_from(MESSAGES_MAX).unwrap() - 2)
    .execute(&mut world.superuser().await)
    .await
    .unwrap();
    let mut tasks = JoinSet::new();
    for actor in [&world.ana, &world.ben, &world.dora] {
        let (db, actor) = (world.db.clone(), actor.clone());
        tasks.spawn(async move { subscriptions::send_message(&db, &actor, id, "Last").await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let words = conflict(say(&world, &world.ana, id, "More").await);
    assert!(words.contains("200 messages"), "{words}");
}

#[tokio::test]
async fn a_refusal_is_taken_back_and_the_request_waits_again() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Shop", "team").await;
    let id = asked.id;
    let back = async |actor| subscriptions::reconsider(&world.db, actor, id, "").await;
    let words = conflict(back(&world.ana).await);
    assert_eq!(words, "It still waits for a decision.");
    subscriptions::reject(&world.db, &world.ana, id, "Too soon")
        .await
        .unwrap();
    assert!(
        world
            .get(&world.ben, id)
            .await
            .actions
            .contains(&E::Reconsider)
    );
    assert!(
        !world
            .get(&world.dora, id)
            .await
            .actions
            .contains(&E::Reconsider)
    );
    assert!(is_forbidden(&back(&world.dora).await));
    assert!(is_not_found(&back(&world.eli).await) || is_forbidden(&back(&world.eli).await));
    let mut tasks = JoinSet::new();
    for actor in [&world.ana, &world.ben, &world.ana, &world.ben] {
        let (db, actor) = (world.db.clone(), actor.clone());
        tasks.spawn(async move { subscriptions::reconsider(&db, &actor, id, "Sorry").await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let now = world.get(&world.dora, id).await;
    assert_eq!(
        (now.state, now.shown),
        (StoredState::Pending, ShownState::Pending)
    );
    assert_eq!(now.open_requests.len(), 1);
    assert_eq!((now.approvals.given, now.approvals.required), (0, 1));
    assert_eq!(told(&world, "access_reconsidered").await, ["Dora"]);
    // The same person may decide otherwise now, and it takes effect.
    let approved = world.approve(&world.ana, id).await.unwrap();
    assert_eq!(approved.value.shown, ShownState::Active);
    assert!(approved.change.is_some());
    let words = conflict(back(&world.ana).await);
    assert!(words.contains("active"), "{words}");
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_refusal_stays_for_ones_own_request_and_when_something_newer_stands_in_its_place() {
    let world = World::create().await;
    let own = world.ask(&world.ana, "Mine", "team").await.id;
    subscriptions::reject(&world.db, &world.ben, own, "No")
        .await
        .unwrap();
    let back = subscriptions::reconsider(&world.db, &world.ana, own, "").await;
    assert!(is_not_yours(&back));

    let asked = world.ask(&world.dora, "Shop", "team").await;
    subscriptions::reject(&world.db, &world.ana, asked.id, "No")
        .await
        .unwrap();
    let again = world.wish(existing(&asked), "team");
    let again = subscriptions::request(&world.db, &world.dora, again)
        .await
        .unwrap();
    let back = async || subscriptions::reconsider(&world.db, &world.ana, asked.id, "").await;
    let words = conflict(back().await);
    assert_eq!(words, "Shop asked again since; decide about that request.");
    // Not even when that one is gone: of one place the newest counts.
    subscriptions::withdraw(&world.db, &world.dora, again.value.id)
        .await
        .unwrap();
    assert!(conflict(back().await).contains("asked again since"));

    let gone = world.ask(&world.dora, "Gone", "team").await;
    subscriptions::reject(&world.db, &world.ana, gone.id, "No")
        .await
        .unwrap();
    let application = Lookup::Id(gone.application.id);
    applications::delete_application(&world.db, &world.dora, application, None)
        .await
        .unwrap();
    let words = conflict(subscriptions::reconsider(&world.db, &world.ana, gone.id, "").await);
    assert!(words.contains("was deleted since"), "{words}");
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_tenant_offers_its_own_reasons_to_start_a_rejection_from() {
    let world = World::create().await;
    let get = async |actor| subscriptions::get_approval_settings(&world.db, actor).await;
    assert!(is_forbidden(&get(&world.dora).await));
    assert_eq!(get(&world.ana).await.unwrap().reject_reasons.len(), 4);
    let set = async |reasons: Option<Vec<String>>| {
        let input = SetApprovalSettings {
            due_s: 3600,
            remind_before_s: None,
            escalation_team: None,
            reject_reasons: reasons,
        };
        let set = subscriptions::set_approval_settings(&world.db, &world.ada, None, input).await;
        set.map(|set| set.value.reject_reasons)
    };
    let many = |count: usize| {
        (0..count)
            .map(|n| format!("Reason {n}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        set(Some(many(REJECT_REASONS_MAX))).await.unwrap().len(),
        REJECT_REASONS_MAX
    );
    assert_eq!(
        faults(set(Some(many(REJECT_REASONS_MAX + 1))).await),
        ["/reject_reasons"]
    );
    let bad = ["Same", " Same ", " ", &"a".repeat(501)].map(str::to_owned);
    let found = faults(set(Some(bad.to_vec())).await);
    assert_eq!(
        found,
        [
            "/reject_reasons/1",
            "/reject_reasons/2",
            "/reject_reasons/3"
        ]
    );
    let kept = set(Some(vec![" Ask later ".to_owned()])).await.unwrap();
    assert_eq!(kept, ["Ask later"]);
    assert_eq!(get(&world.ben).await.unwrap().reject_reasons, kept);
    assert!(set(Some(Vec::new())).await.unwrap().is_empty());
    assert_eq!(set(None).await.unwrap().len(), 4);
}

async fn queue(world: &World) -> Vec<RequestRow> {
    let filter = RequestFilter::default();
    let page = Page::default();
    let listed = subscriptions::list_requests(&world.db, &world.ana, &filter, &page).await;
    listed.unwrap().data
}

#[tokio::test]
async fn the_queue_says_what_a_decision_risks() {
    let world = World::create().await;
    let first = world.ask(&world.dora, "Shop", "team").await.id;
    let risk = queue(&world).await.remove(0).risk;
    assert_eq!(risk.data_class, DataClass::Internal);
    // The plan's quota of 1000 a day is below its rate of 5 a second.
    assert_eq!(risk.asked_per_day, Some(1000));
    assert_eq!(
        (risk.promised.subscriptions, risk.promised.per_day),
        (0, Some(0))
    );
    assert_eq!(risk.prior, subscriptions::PriorUse::default());

    for name in ["One", "Two"] {
        world.approved(name, "team").await;
    }
    let gone = world.approved("Three", "team").await.id;
    subscriptions::revoke(&world.db, &world.ana, gone, "Abuse")
        .await
        .unwrap();
    let not = world.ask(&world.dora, "Four", "team").await.id;
    subscriptions::reject(&world.db, &world.ana, not, "No")
        .await
        .unwrap();
    used(
        &world,
        gone,
        &[(1, 40, 2), (1, 2, 4), (3, 10, 2), (31, 500, 2)],
    )
    .await;
    say(&world, &world.dora, first, "Soon?").await.unwrap();
    say(&world, &world.ana, first, "When?").await.unwrap();
    sqlx::query("update api set data_class = 'personal'")
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    let row = queue(&world).await.remove(0);
    let risk = row.risk;
    assert_eq!(risk.data_class, DataClass::Personal);
    assert_eq!(
        (risk.promised.subscriptions, risk.promised.per_day),
        (2, Some(2000))
    );
    assert!(!risk.promised.at_least);
    assert_eq!(risk.busiest_day, 42);
    let prior = risk.prior;
    assert_eq!(
        (prior.calls, prior.failed),
        (52, 2),
        "31 days ago is too long ago"
    );
    assert_eq!((prior.rejected, prior.revoked), (1, 1));
    assert_eq!(row.messages.count, 2);
    assert_eq!(row.messages.last.unwrap().text, "When?");
}

/// Records calls under a subscription: how many days ago, how many, which class of status.
async fn used(world: &World, subscription: SubscriptionId, days: &[(i32, i64, i16)]) {
    let mut conn = world.superuser().await;
    let now = world.db.clock().now();
    sqlx::query("select ensure_partitions($1, $2)")
        .bind(now - time::Duration::days(40))
        .bind(now)
        .execute(&mut conn)
        .await
        .unwrap();
    for (ago, count, class) in days {
        sqlx::query(
            "insert into usage_day (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id,
                 subscription_id, plan_id, credential_id, status_class, reason, count, bytes_in, bytes_out, latency_us_sum,
                 upstream_us_sum, latency_histogram)
             select s.tenant_id, date_trunc('day', $2::timestamptz, 'UTC') - make_interval(days => $3), s.environment_id, v.id, 'GET /pets',
                    s.application_id, s.id, s.plan_id, s.id, $5, '', $4, 0, 0, 0, 0, '{}'
             from subscription s join product p on p.id = s.product_id join api_version v on v.api_id = p.api_id
             where s.id = $1",
        )
        .bind(subscription.uuid())
        .bind(now)
        .bind(ago)
        .bind(count)
        .bind(class)
        .execute(&mut conn)
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_list_of_one_environment_has_what_is_in_it_and_nothing_else() {
    let world = World::create().await;
    let asked = world.ask(&world.dora, "Shop", "team").await;
    let count = async |environment: &str| {
        let filter = SubscriptionFilter {
            environment: Some(environment.to_owned()),
            ..SubscriptionFilter::default()
        };
        let page = Page::default();
        let listed = subscriptions::list_subscriptions(&world.db, &world.ana, &filter, &page).await;
        listed.unwrap().data.len()
    };
    assert_eq!(count(&asked.environment.slug).await, 1);
    let mut other = ["production", "sandbox"].into_iter();
    let other = other.find(|slug| *slug != asked.environment.slug);
    assert_eq!(count(other.unwrap()).await, 0);
    assert_eq!(count("nowhere").await, 0);
}
