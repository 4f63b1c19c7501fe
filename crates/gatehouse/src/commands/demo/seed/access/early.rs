//! What went well, two weeks and more ago.

use gatehouse_control_plane::subscriptions::Conditions;
use time::Duration;

use super::acts::{approve, ask, issue};
use super::{Access, Caller, PRODUCTION, SANDBOX};
use crate::commands::demo::seed::stage::Stage;

/// Everything that calls was granted in those days.
pub(super) async fn live_through(stage: &Stage, northwind: Caller) -> anyhow::Result<Access> {
    let s = stage;
    let demo = ask(
        s,
        "dev",
        "storefront",
        "petstore open",
        PRODUCTION,
        "The shop itself.",
    )
    .await?;
    let (demo_view, demo_key) =
        issue(s, "dev", "storefront", PRODUCTION, "Live shop", None).await?;
    let storefront = Caller {
        subscription: demo,
        key: demo_view,
        since: s.time(),
        until: s.now,
    };
    let test = ask(
        s,
        "dev",
        "storefront",
        "petstore open",
        SANDBOX,
        "Nightly tests.",
    )
    .await?;
    let (test_key, _) = issue(s, "dev", "storefront", SANDBOX, "Tests", None).await?;
    let storefront_sandbox = Caller {
        subscription: test,
        key: test_key,
        since: s.time(),
        until: s.now,
    };

    let reason = "The till places an order for every sale, about 3,000 a day.";
    let gold = ask(s, "dev", "checkout", "orders gold", PRODUCTION, reason).await?;
    let kiosk = ask(
        s,
        "ops",
        "kiosk",
        "weather open",
        PRODUCTION,
        "A corner of the screen.",
    )
    .await?;
    let reason = "Orders from the landing page; it ends with the season.";
    let campaign = ask(
        s,
        "publisher",
        "season-campaign",
        "orders free",
        PRODUCTION,
        reason,
    )
    .await?;
    let reason = "Figures for the yearly review.";
    let export = ask(
        s,
        "publisher",
        "data-export",
        "petstore partner",
        PRODUCTION,
        reason,
    )
    .await?;
    let batch = ask(
        s,
        "dev",
        "night-batch",
        "atlas internal",
        PRODUCTION,
        "Nightly copies.",
    )
    .await?;
    let (kiosk_key, _) = issue(s, "ops", "kiosk", PRODUCTION, "Screens", Some(21)).await?;
    let (campaign_key, _) = issue(
        s,
        "publisher",
        "season-campaign",
        PRODUCTION,
        "Page",
        Some(14),
    )
    .await?;

    s.turn_to(16, 10);
    let season_end = s.now - Duration::days(3);
    let season = Conditions {
        ends_at: Some(season_end),
        note: "Good until the season ends.".to_owned(),
        ..Conditions::default()
    };
    let gold = approve(s, gold.id, Conditions::default()).await?;
    let campaign = approve(s, campaign.id, season).await?;
    let export = approve(s, export.id, Conditions::default()).await?;
    let batch = approve(s, batch.id, Conditions::default()).await?;
    let since = s.time();
    let (gold_key, _) = issue(s, "dev", "checkout", PRODUCTION, "Tills", None).await?;
    let (export_key, _) = issue(s, "publisher", "data-export", PRODUCTION, "Export", None).await?;
    let (batch_key, _) = issue(s, "dev", "night-batch", PRODUCTION, "Batch", None).await?;
    let caller = |subscription, key| Caller {
        subscription,
        key,
        since,
        until: s.now,
    };
    Ok(Access {
        demo_key,
        storefront,
        storefront_sandbox,
        checkout: caller(gold, gold_key),
        kiosk: caller(kiosk, kiosk_key),
        campaign: Caller {
            until: season_end,
            ..caller(campaign, campaign_key)
        },
        export: caller(export, export_key),
        batch: caller(batch, batch_key),
        northwind,
    })
}
