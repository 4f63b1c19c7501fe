//! Webhooks: who may have which events, how messages are signed, what happens when receivers fail.

use gatehouse_control_plane::webhooks::{
    self, CreateWebhook, Delivered, DeliveryFilter, DeliveryView, ENDPOINTS_MAX, Redeliver,
    SECRET_OVERLAP_HOURS_MAX, UpdateWebhook, WebhookFilter, WebhookSecret, WebhookView,
};
use gatehouse_control_plane::{Actor, Lookup, Page, Refusal, outbox};
use gatehouse_domain::Role;
use gatehouse_domain::webhook::{DeliveryState, EndpointState};
use serde_json::Value;

use crate::receiver::{Message, Receiver, closed, open};
use crate::world::{World, conflict, faults, is_not_found, make_tenant, member};

async fn endpoint(
    world: &World,
    actor: &Actor,
    input: CreateWebhook,
) -> (WebhookView, WebhookSecret) {
    // What happened before is nothing to it.
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    webhooks::create_webhook(&world.db, actor, &open(), input)
        .await
        .unwrap()
        .value
}

fn to(receiver: &Receiver, types: &[&str]) -> CreateWebhook {
    CreateWebhook {
        name: "CI".to_owned(),
        url: receiver.url(),
        types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        ..CreateWebhook::default()
    }
}

/// Publishes what waits and sends what is due.
async fn run(world: &World) -> Delivered {
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    webhooks::send_due(&world.db, &open()).await.unwrap()
}

async fn deliveries(world: &World, actor: &Actor, view: &WebhookView) -> Vec<DeliveryView> {
    let page = Page {
        limit: 200,
        after: None,
    };
    webhooks::list_deliveries(&world.db, actor, view.id, &DeliveryFilter::default(), &page)
        .await
        .unwrap()
        .data
}

/// What a receiver that follows Standard Webhooks does.
fn verify(message: &Message, secret: &WebhookSecret, now: i64) -> bool {
    let timestamp: i64 = message.header("webhook-timestamp").parse().unwrap();
    let expected = secret.sign(
        &message.header("webhook-id"),
        timestamp,
        message.body.as_bytes(),
    );
    let signed = message
        .header("webhook-signature")
        .split(' ')
        .any(|found| found == expected);
    signed && (now - timestamp).abs() <= 300
}

#[tokio::test]
async fn an_event_is_sent_signed_and_once_whatever_the_number_of_senders() {
    let world = World::create().await;
    let receiver = Receiver::start().await;
    let (view, secret) = endpoint(&world, &world.ada, to(&receiver, &["subscription.*"])).await;
    let subscription = world.approved("Shop", "team").await;
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    let way = open();
    let (one, two) = tokio::join!(
        webhooks::send_due(&world.db, &way),
        webhooks::send_due(&world.db, &way)
    );
    assert_eq!(
        one.unwrap().delivered + two.unwrap().delivered,
        2,
        "requested and approved"
    );
    assert_eq!(run(&world).await, Delivered::default());

    let got = receiver.got();
    assert_eq!(got.len(), 2);
    let now = world.db.clock().now().unix_timestamp();
    for message in &got {
        assert!(verify(message, &secret, now));
        assert!(
            !verify(message, &secret, now + 301),
            "an old message is replayed"
        );
        let other = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert!(!verify(message, &other, now));
        assert_eq!(message.header("content-type"), "application/json");
    }
    let kinds: std::collections::BTreeSet<String> = got
        .iter()
        .map(|message| {
            let body: Value = serde_json::from_str(&message.body).unwrap();
            assert_eq!(body["id"], message.header("webhook-id").as_str());
            assert_eq!(body["subject"], subscription.id.to_string());
            assert_eq!(body["data"]["application"]["name"], "Shop");
            body["type"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        ["subscription.approved", "subscription.requested"]
    );

    let log = deliveries(&world, &world.ada, &view).await;
    assert!(
        log.iter()
            .all(|delivery| delivery.state == DeliveryState::Delivered
                && delivery.status == Some(204))
    );
    let detail = webhooks::get_delivery(&world.db, &world.ada, view.id, log[0].id)
        .await
        .unwrap();
    assert_eq!(
        (detail.log.len(), detail.log[0].number, detail.log[0].status),
        (1, 1, Some(204))
    );
}

#[tokio::test]
async fn the_secret_is_nowhere_in_the_database_and_two_sign_while_it_is_replaced() {
    let world = World::create().await;
    let receiver = Receiver::start().await;
    let (view, first) = endpoint(&world, &world.ada, to(&receiver, &[])).await;
    for (hours, taken) in [
        (-1, false),
        (0, true),
        (SECRET_OVERLAP_HOURS_MAX, true),
        (SECRET_OVERLAP_HOURS_MAX + 1, false),
    ] {
        assert_eq!(
            webhooks::rotate_secret(&world.db, &dry(&world.ada), view.id, hours)
                .await
                .is_ok(),
            taken,
            "{hours}"
        );
    }
    let (rotated, second) = webhooks::rotate_secret(&world.db, &world.ada, view.id, 24)
        .await
        .unwrap()
        .value;
    assert!(rotated.previous_secret_until.is_some());
    webhooks::test_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    assert_eq!(run(&world).await.delivered, 1);
    let now = || world.db.clock().now().unix_timestamp();
    let message = receiver.got().remove(0);
    assert!(verify(&message, &first, now()) && verify(&message, &second, now()));

    // At the end of the overlap the former one signs nothing any more.
    for (seconds, signs) in [(24 * 3600 - 1, true), (1, false)] {
        world.pass(seconds);
        webhooks::test_webhook(&world.db, &world.ada, view.id)
            .await
            .unwrap();
        run(&world).await;
        let message = receiver.got().pop().unwrap();
        assert!(verify(&message, &second, now()));
        assert_eq!(verify(&message, &first, now()), signs);
    }
    for secret in [&first, &second] {
        let text = secret.reveal();
        let hex: String = base64_bytes(&text)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        for table in [
            "webhook_endpoint",
            "webhook_delivery",
            "webhook_attempt",
            "audit_log",
            "outbox",
            "data_key",
            "idempotency_key",
        ] {
            let found: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
                "select exists (select from {table} t where strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0)"
            )))
            .bind(text.as_str())
            .bind(&hex)
            .fetch_one(&mut world.superuser().await)
            .await
            .unwrap();
            assert!(!found, "{table}");
        }
    }
}

fn dry(actor: &Actor) -> Actor {
    actor.clone().on_a_dry_run()
}

fn base64_bytes(text: &str) -> Vec<u8> {
    // Signing is the only way to the bytes from outside; the text holds them in base 64.
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text
        .trim_start_matches("whsec_")
        .trim_end_matches('=')
        .bytes();
    let bits: Vec<u8> = digits
        .map(|digit| {
            u8::try_from(alphabet.iter().position(|known| *known == digit).unwrap()).unwrap()
        })
        .collect();
    bits.chunks(4)
        .flat_map(|chunk| {
            let word = chunk
                .iter()
                .fold(0u32, |word, digit| (word << 6) | u32::from(*digit))
                << (6 * (4 - chunk.len()));
            word.to_be_bytes()[1..chunk.len()].to_vec()
        })
        .collect()
}

#[tokio::test]
async fn a_failing_receiver_is_tried_for_a_day_then_given_up_disabled_and_caught_up_by_hand() {
    let world = World::create().await;
    let receiver = Receiver::start().await;
    let (view, _) = endpoint(&world, &world.ada, to(&receiver, &[])).await;
    receiver.answers("500 Oops");
    webhooks::test_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    let mut failures = 0;
    let mut last_wait = 0;
    loop {
        let done = run(&world).await;
        failures += done.failed;
        let delivery = deliveries(&world, &world.ada, &view).await.remove(0);
        let Some(next_at) = delivery.next_at else {
            break;
        };
        assert_eq!(delivery.state, DeliveryState::Failed);
        assert_eq!(
            run(&world).await,
            Delivered::default(),
            "not before it is due"
        );
        let wait = (next_at - world.db.clock().now()).whole_seconds();
        assert!(wait <= 6 * 3600 + 1, "{wait}");
        last_wait = last_wait.max(wait);
        world.pass(u64::try_from(wait).unwrap() + 1);
        assert!(failures < 60, "it is given up some time");
    }
    assert!(last_wait > 3600, "waits grow");
    assert!((12..40).contains(&failures), "{failures}");
    let dead = deliveries(&world, &world.ada, &view).await.remove(0);
    assert_eq!(
        (dead.state, dead.status, dead.next_at),
        (DeliveryState::Dead, Some(500), None)
    );

    let disabled = webhooks::get_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    assert_eq!(disabled.state, EndpointState::Disabled);
    assert!(disabled.disabled_reason.unwrap().contains("24 hours"));
    assert_eq!(
        world
            .count("select count(*) from outbox where type = 'webhook.disabled'")
            .await,
        1
    );
    assert_eq!(
        world
            .count("select count(*) from audit_log where action = 'webhook.disable'")
            .await,
        1
    );
    // What happens meanwhile is kept, not sent.
    world.ask(&world.dora, "Shop", "team").await;
    let sent = receiver.got().len();
    run(&world).await;
    assert_eq!(receiver.got().len(), sent);
    let told = conflict(webhooks::test_webhook(&world.db, &world.ada, view.id).await);
    assert!(told.contains("resume it first"), "{told}");

    receiver.answers("200 OK");
    webhooks::resume_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    let which = Redeliver {
        since: view.created_at,
        delivered_too: false,
    };
    let again = webhooks::redeliver_many(&world.db, &world.ada, view.id, which)
        .await
        .unwrap()
        .value;
    assert!(again.deliveries >= 2 && !again.more, "{again:?}");
    run(&world).await;
    let log = deliveries(&world, &world.ada, &view).await;
    assert!(
        log.iter()
            .all(|delivery| delivery.state == DeliveryState::Delivered),
        "{log:?}"
    );
    let messages = receiver.got();
    let ids: Vec<_> = messages
        .iter()
        .map(|message| message.header("webhook-id"))
        .collect();
    assert_eq!(
        ids[0],
        *ids.iter()
            .find(|id| **id == log.last().unwrap().event.to_string())
            .unwrap(),
        "an id stays over retries"
    );
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_not_called_again() {
    let world = World::create().await;
    let receiver = Receiver::start().await;
    let (view, _) = endpoint(&world, &world.ada, to(&receiver, &[])).await;
    receiver.answers("410 Gone");
    webhooks::test_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    assert_eq!(run(&world).await.dead, 1);
    let view = webhooks::get_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    assert_eq!(view.state, EndpointState::Disabled);
}

#[tokio::test]
async fn a_pause_holds_events_back_and_loses_none() {
    let world = World::create().await;
    let receiver = Receiver::start().await;
    let (view, _) = endpoint(
        &world,
        &world.ada,
        to(&receiver, &["subscription.requested"]),
    )
    .await;
    webhooks::pause_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    assert!(
        conflict(webhooks::pause_webhook(&world.db, &world.ada, view.id).await)
            .contains("paused already")
    );
    world.ask(&world.dora, "Shop", "team").await;
    world.pass(3 * 86_400);
    assert_eq!(run(&world).await, Delivered::default());
    assert_eq!(receiver.connects(), 0);
    webhooks::resume_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    assert_eq!(run(&world).await.delivered, 1);
    assert!(
        conflict(webhooks::resume_webhook(&world.db, &world.ada, view.id).await)
            .contains("active already")
    );
}

#[tokio::test]
async fn nothing_internal_is_called_by_name_by_redirect_or_by_an_address_stored_before() {
    let world = World::create().await;
    let receiver = Receiver::start().await;
    let input = to(&receiver, &[]);
    let refused = webhooks::create_webhook(&world.db, &world.ada, &closed(), input).await;
    assert_eq!(faults(refused), ["/url"]);
    // Stored while the operator allowed it, or by a name that now leads elsewhere.
    let (view, _) = endpoint(&world, &world.ada, to(&receiver, &[])).await;
    webhooks::test_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    let done = webhooks::send_due(&world.db, &closed()).await.unwrap();
    assert_eq!(
        (done.dead, receiver.connects()),
        (1, 0),
        "no connection was made"
    );
    let dead = deliveries(&world, &world.ada, &view).await.remove(0);
    assert!(
        dead.error
            .unwrap()
            .contains("not an address of the public internet")
    );

    // A receiver that sends callers on: the target is never called.
    let inside = Receiver::start().await;
    receiver.answers(&format!("307 On\r\nlocation: {}", inside.url()));
    webhooks::test_webhook(&world.db, &world.ada, view.id)
        .await
        .unwrap();
    assert_eq!(run(&world).await.failed, 1);
    assert_eq!(inside.connects(), 0);
    let update = UpdateWebhook {
        url: Some("http://169.254.169.254/latest".to_owned()),
        ..UpdateWebhook::default()
    };
    let refused =
        webhooks::update_webhook(&world.db, &world.ada, &closed(), view.id, None, update).await;
    assert_eq!(faults(refused), ["/url"]);
}

#[tokio::test]
async fn teams_and_applications_get_what_concerns_them_and_strangers_see_nothing() {
    let world = World::create().await;
    let (all, doras) = (Receiver::start().await, Receiver::start().await);
    let shops = Receiver::start().await;
    let subscription = world.ask(&world.dora, "Shop", "team").await;
    let team = subscription.application.team.id;
    let (tenants, _) = endpoint(&world, &world.ada, to(&all, &[])).await;
    let by_team = CreateWebhook {
        team: Some(team),
        ..to(&doras, &["subscription.*", "plan.*"])
    };
    let (view, _) = endpoint(&world, &world.dora, by_team.clone()).await;
    let by_application = CreateWebhook {
        application: Some(Lookup::Id(subscription.application.id)),
        ..to(&shops, &["subscription.*"])
    };
    endpoint(&world, &world.dora, by_application).await;

    world.ask(&world.eli, "Other", "team").await;
    world.ask(&world.dora, "Till", "team").await;
    world.approve(&world.ana, subscription.id).await.unwrap();
    run(&world).await;
    let kinds = |receiver: &Receiver| -> Vec<String> {
        let mut kinds: Vec<_> = receiver
            .got()
            .iter()
            .map(|message| {
                let body: Value = serde_json::from_str(&message.body).unwrap();
                format!(
                    "{} {}",
                    body["type"].as_str().unwrap(),
                    body["data"]["application"]["name"].as_str().unwrap_or("-")
                )
            })
            .collect();
        kinds.sort();
        kinds
    };
    assert_eq!(
        kinds(&doras),
        ["subscription.approved Shop", "subscription.requested Till"]
    );
    assert_eq!(kinds(&shops), ["subscription.approved Shop"]);
    assert!(kinds(&all).contains(&"subscription.requested Other".to_owned()));

    // Neither another team, nor a developer asking for the tenant's, nor another tenant.
    assert!(is_not_found(
        &webhooks::get_webhook(&world.db, &world.eli, view.id).await
    ));
    assert!(is_not_found(
        &webhooks::get_webhook(&world.db, &world.dora, tenants.id).await
    ));
    assert!(is_not_found(
        &webhooks::test_webhook(&world.db, &world.eli, view.id).await
    ));
    let not_theirs = webhooks::create_webhook(&world.db, &world.eli, &open(), by_team).await;
    assert!(is_not_found(&not_theirs), "{not_theirs:?}");
    let whole = webhooks::create_webhook(&world.db, &world.dora, &open(), to(&all, &[])).await;
    assert!(matches!(whole, Err(Refusal::Forbidden(_))), "{whole:?}");
    let page = Page::default();
    let every = WebhookFilter::default();
    assert_eq!(
        webhooks::list_webhooks(&world.db, &world.dora, &every, &page)
            .await
            .unwrap()
            .data
            .len(),
        2
    );
    assert_eq!(
        webhooks::list_webhooks(&world.db, &world.eli, &every, &page)
            .await
            .unwrap()
            .data
            .len(),
        0
    );
    let of = |application: &str| WebhookFilter {
        application: Some(Lookup::from(application)),
    };
    for (actor, application, count) in [
        (&world.dora, "shop", 1),
        (&world.dora, "till", 0),
        (&world.dora, "nothing", 0),
        (&world.eli, "shop", 0),
    ] {
        let listed = webhooks::list_webhooks(&world.db, actor, &of(application), &page).await;
        assert_eq!(listed.unwrap().data.len(), count, "{application}");
    }
    let elsewhere = make_tenant(&world.db, "southwind").await;
    let foreign = member(&world.db, elsewhere, "Zoe", Role::Admin).await;
    assert!(is_not_found(
        &webhooks::get_webhook(&world.db, &foreign, view.id).await
    ));
    assert!(is_not_found(
        &webhooks::delete_webhook(&world.db, &foreign, view.id, None).await
    ));

    webhooks::delete_webhook(&world.db, &world.dora, view.id, Some(view.row_version))
        .await
        .unwrap();
    assert!(is_not_found(
        &webhooks::get_webhook(&world.db, &world.dora, view.id).await
    ));
}

#[tokio::test]
async fn input_is_judged_whole_and_the_number_of_endpoints_is_bounded() {
    let world = World::create().await;
    let receiver = Receiver::start().await;
    let input = CreateWebhook {
        name: " ".to_owned(),
        url: "ftp://example.com/".to_owned(),
        types: vec!["subscription.*".to_owned(), "api.sneezed".to_owned()],
        ..CreateWebhook::default()
    };
    let refused = webhooks::create_webhook(&world.db, &world.ada, &open(), input).await;
    assert_eq!(faults(refused), ["/name", "/url", "/types/1"]);
    for number in 1..=ENDPOINTS_MAX + 1 {
        let made =
            webhooks::create_webhook(&world.db, &world.ada, &open(), to(&receiver, &[])).await;
        assert_eq!(made.is_ok(), number <= ENDPOINTS_MAX, "{number}");
    }
}
