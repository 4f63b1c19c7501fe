//! What waits, pauses or is about to begin.

use gatehouse_control_plane::credentials::Rotate;
use gatehouse_control_plane::subscriptions::Conditions;
use gatehouse_control_plane::{credentials, subscriptions};
use time::Duration;

use super::acts::{approve, ask};
use super::{Access, PRODUCTION};
use crate::commands::demo::seed::stage::{Stage, slug};

pub(super) async fn live_through(stage: &Stage, access: &mut Access) -> anyhow::Result<()> {
    let (s, db) = (stage, &stage.db);
    s.turn_to(3, 14);
    let why = "The export runs every minute instead of once a month. Fix it and tell us.";
    subscriptions::suspend(
        db,
        s.person("approver")?,
        access.export.subscription.id,
        why,
    )
    .await?;
    subscriptions::pause(db, s.person("dev")?, access.batch.subscription.id).await?;
    // Refused from now on, and told so: neither calls any more.
    access.export.until = s.time();
    access.batch.until = s.time();
    let reason = "Next season's orders; we open on Monday.";
    let launch = ask(s, "dev", "spring-launch", "orders gold", PRODUCTION, reason).await?;
    let reason = "Reads what to pack next, once a second for each of 40 screens.";
    let screens = ask(
        s,
        "ops",
        "warehouse-screens",
        "orders internal",
        PRODUCTION,
        reason,
    )
    .await?;

    s.turn_to(2, 10);
    let monday = Conditions {
        starts_at: Some(s.now + Duration::days(5)),
        note: "From Monday on.".to_owned(),
        ..Conditions::default()
    };
    approve(s, launch.id, monday).await?;
    approve(s, screens.id, Conditions::default()).await?;
    let (dev, till) = (s.person("dev")?, &access.checkout.key);
    credentials::rotate(
        db,
        dev,
        till.id,
        None,
        Rotate::with_overlap(Duration::days(7).whole_seconds()),
    )
    .await?;

    s.turn_to(1, 13);
    let reason = "Screens show where an order is.";
    ask(s, "ops", "kiosk", "orders free", PRODUCTION, reason).await?;
    let reason = "About 200 labels a day; this time with the numbers you asked for.";
    ask(s, "ops", "label-printer", "orders gold", PRODUCTION, reason).await?;
    let reason = "We sell through two partners from next month on.";
    let storefront = access.storefront.subscription.id;
    let dev = s.person("dev")?;
    subscriptions::request_plan_change(db, dev, storefront, slug("partner"), reason).await?;
    Ok(())
}
