//! What has ended leaves the gateways after a while, and comes back when it is taken up again.

use gatehouse_control_plane::applications::{self, CreateApplication};
use gatehouse_control_plane::credentials::{self, IssueKey};
use gatehouse_control_plane::{Lookup, jobs, subscriptions};
use gatehouse_domain::id::{ApplicationId, CredentialId};
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::subscription::ShownState;
use time::Duration;

use crate::world::{World, existing};

const DAY: u64 = 86_400;
const KEPT: Duration = Duration::days(35);

impl World {
    async fn key(&self, application: ApplicationId, days: Option<i32>) -> CredentialId {
        let input = IssueKey {
            environment: Lookup::from("production"),
            name: String::new(),
            expires_in_days: days,
            products: Vec::new(),
        };
        let made = credentials::issue(&self.db, &self.dora, Lookup::Id(application), input).await;
        made.unwrap().value.0.id
    }

    async fn forget(&self) {
        jobs::forget_ended(&self.db, KEPT).await.unwrap();
    }

    /// How many subscriptions and keys gateways hold.
    async fn held_of(&self) -> (i64, i64) {
        (
            self.count("select count(*) from config_object where kind = 7")
                .await,
            self.count("select count(*) from config_object where kind = 8")
                .await,
        )
    }
}

#[tokio::test]
async fn ended_keys_and_subscriptions_leave_the_configuration_when_their_time_is_over() {
    let world = World::create().await;
    let input = CreateApplication {
        name: "Shop".to_owned(),
        ..CreateApplication::default()
    };
    let made = applications::create_application(&world.db, &world.dora, input).await;
    let app = made.unwrap().value.id;
    let (_lives, expires, revoked) = (
        world.key(app, None).await,
        world.key(app, Some(1)).await,
        world.key(app, None).await,
    );
    let cancelled = world.approved("Cancelled", "team").await.id;
    let rejected = world.ask(&world.dora, "Rejected", "team").await.id;
    let kept = world.approved("Kept", "team").await.id;
    assert_eq!(world.held_of().await, (3, 3));
    let db = &world.db;
    credentials::revoke(db, &world.dora, revoked, "")
        .await
        .unwrap();
    subscriptions::cancel(db, &world.dora, cancelled)
        .await
        .unwrap();
    subscriptions::reject(db, &world.ana, rejected, "No.")
        .await
        .unwrap();
    world.pass(DAY);
    credentials::expire_due(db, &world.system(), 10)
        .await
        .unwrap();

    // The revoked key and both subscriptions ended 35 days ago, not a second longer; the expired key a day later.
    world.pass(34 * DAY);
    let before = world.head().await;
    world.forget().await;
    assert_eq!(world.head().await, before, "nothing is gone too early");
    assert_eq!(world.held_of().await, (3, 3));
    world.pass(1);
    world.forget().await;
    assert_eq!(world.held_of().await, (1, 2));
    assert_eq!(world.head().await.0, before.0 + 1, "one change for all");
    world.assert_consistent().await;
    world.pass(DAY);
    world.forget().await;
    assert_eq!(world.held_of().await, (1, 1));
    world.assert_consistent().await;
    let after = world.head().await;
    world.pass(400 * DAY);
    world.forget().await;
    assert_eq!(world.head().await, after, "what lives stays");

    // People still see what became of them.
    for id in [expires, revoked] {
        credentials::get_credential(db, &world.dora, id)
            .await
            .unwrap();
    }
    assert_eq!(
        world.get(&world.dora, cancelled).await.shown,
        ShownState::Cancelled
    );
    assert_eq!(world.get(&world.dora, kept).await.shown, ShownState::Active);
    let told = world
        .count("select count(*) from audit_log where action = 'configuration.forget_ended'")
        .await;
    assert_eq!(told, 2);
}

#[tokio::test]
async fn a_forgotten_subscription_that_is_renewed_or_asked_for_again_is_back() {
    let world = World::create().await;
    world
        .plan("month", ApprovalMode::Auto, |plan| {
            plan.max_subscription_days = Some(30);
        })
        .await;
    let (db, dora) = (&world.db, &world.dora);
    let first = world.ask(dora, "Shop", "month").await;
    world.pass(30 * DAY);
    subscriptions::expire_due(db, &world.system(), 10)
        .await
        .unwrap();
    world.pass(10 * DAY);
    jobs::forget_ended(db, Duration::days(7)).await.unwrap();
    assert_eq!(world.held_of().await.0, 0);
    world.assert_consistent().await;
    subscriptions::renew(db, dora, first.id, "").await.unwrap();
    assert_eq!(world.held_of().await.0, 1);
    world.assert_consistent().await;

    // It ends and is forgotten once more; a new request in its place is held, the old one stays away.
    world.pass(31 * DAY);
    subscriptions::expire_due(db, &world.system(), 10)
        .await
        .unwrap();
    world.pass(8 * DAY);
    jobs::forget_ended(db, Duration::days(7)).await.unwrap();
    assert_eq!(world.held_of().await.0, 0);
    let again = world
        .request(dora, world.wish(existing(&first), "month"))
        .await;
    assert_eq!(again.unwrap().value.shown, ShownState::Active);
    assert_eq!(world.held_of().await.0, 1);
    world.assert_consistent().await;
}

#[tokio::test]
async fn a_large_clearance_is_done_in_pieces_and_wholly() {
    let world = World::create().await;
    let view = world.approved("Many", "team").await;
    let key = world.key(view.application.id, None).await;
    credentials::revoke(&world.db, &world.dora, key, "")
        .await
        .unwrap();
    let mut connection = world.superuser().await;
    for statement in [
        "insert into credential (id, tenant_id, application_id, environment_id, key_id, secret_hash, last4, state, created_at, revoked_at)
         select gen_random_uuid(), tenant_id, application_id, environment_id, n, secret_hash, last4, state, created_at, revoked_at
         from generate_series(1, 450) as n cross join credential",
        // As if they had been published: only what one group holds is removed from it.
        "insert into config_object (group_id, kind, object_id, tenant_id, body, sha256, seq)
         select g.id, 8, c.id, c.tenant_id, c.secret_hash, c.secret_hash, 0 from credential c cross join gateway_group g
         where c.key_id <= 450",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    let before = world.head().await.0;
    world.pass(36 * DAY);
    world.forget().await;
    assert_eq!(world.held_of().await, (1, 0));
    assert_eq!(world.head().await.0, before + 3, "200, 200 and 51");
}
