//! Who uses the APIs: applications, requests in every state, and keys of every age.

use anyhow::Context;
use gatehouse_control_plane::applications::{CreateApplication, create_application};
use gatehouse_control_plane::credentials::{self, CredentialView, IssueKey};
use gatehouse_control_plane::subscriptions::{
    self, AppChoice, Conditions, RequestAccess, SubscriptionView,
};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::key::Key;
use time::{Duration, OffsetDateTime};

use super::stage::{Stage, slug};

/// What past calls were made with.
pub(super) struct Caller {
    pub(super) subscription: SubscriptionView,
    pub(super) key: CredentialView,
    pub(super) since: OffsetDateTime,
    pub(super) until: OffsetDateTime,
}

/// The callers of the past, and the key of the printed call.
pub(super) struct Access {
    pub(super) demo_key: Key,
    pub(super) storefront: Caller,
    pub(super) storefront_sandbox: Caller,
    pub(super) checkout: Caller,
    pub(super) kiosk: Caller,
    pub(super) campaign: Caller,
    pub(super) export: Caller,
    pub(super) batch: Caller,
    pub(super) northwind: Caller,
}

/// An application: whose, slug made from the name, team, what it does.
const APPLICATIONS: [(&str, &str, Option<&str>, &str); 12] = [
    (
        "dev",
        "Storefront",
        Some("mobile"),
        "The shop in the app stores.",
    ),
    (
        "dev",
        "Checkout",
        Some("mobile"),
        "The till behind the storefront.",
    ),
    (
        "dev",
        "Adoption bot",
        None,
        "Answers questions about pets in chats.",
    ),
    ("dev", "Newsletter", None, "Weather in the weekly mail."),
    (
        "dev",
        "Spring launch",
        Some("mobile"),
        "The next season's shop.",
    ),
    (
        "dev",
        "Night batch",
        None,
        "Copies records to the data lake.",
    ),
    (
        "ops",
        "Kiosk",
        Some("partners"),
        "Screens in partners' shops.",
    ),
    (
        "ops",
        "Label printer",
        Some("partners"),
        "Prints shipping labels.",
    ),
    ("ops", "Price crawler", Some("partners"), "Compares prices."),
    (
        "ops",
        "Warehouse screens",
        Some("partners"),
        "Shows what to pack next.",
    ),
    (
        "publisher",
        "Season campaign",
        None,
        "Last season's landing page.",
    ),
    (
        "publisher",
        "Data export",
        None,
        "Monthly figures for a partner.",
    ),
];

/// From nineteen days ago until this morning.
pub(super) async fn live_through(stage: &Stage) -> anyhow::Result<Access> {
    stage.turn_to(17, 9);
    for (by, name, team, description) in APPLICATIONS {
        let input = CreateApplication {
            name: name.to_owned(),
            description: description.to_owned(),
            team: team.map(slug),
        };
        let made = create_application(&stage.db, stage.person(by)?, input).await;
        made.with_context(|| name)?;
    }
    let northwind = northwind(stage).await?;
    let mut early = Box::pin(early_days(stage)).await?;
    trouble(stage).await?;
    lately(stage, &mut early).await?;
    Ok(Access {
        demo_key: early.demo_key,
        storefront: early.storefront,
        storefront_sandbox: early.storefront_sandbox,
        checkout: early.checkout,
        kiosk: early.kiosk,
        campaign: early.campaign,
        export: early.export,
        batch: early.batch,
        northwind,
    })
}

async fn northwind(stage: &Stage) -> anyhow::Result<Caller> {
    let (by, name) = ("north", "Shop floor");
    let input = CreateApplication {
        name: name.to_owned(),
        description: "Tablets in the shops.".to_owned(),
        team: None,
    };
    create_application(&stage.db, stage.person(by)?, input).await?;
    let subscription = ask(stage, by, "shop-floor", "petstore standard", PRODUCTION, "").await?;
    let (key, _) = issue(stage, by, "shop-floor", PRODUCTION, "Tablets", None).await?;
    Ok(Caller {
        subscription,
        key,
        since: stage.time(),
        until: stage.now,
    })
}

/// What went well, two weeks and more ago.
struct EarlyDays {
    demo_key: Key,
    storefront: Caller,
    storefront_sandbox: Caller,
    checkout: Caller,
    kiosk: Caller,
    campaign: Caller,
    export: Caller,
    batch: Caller,
}

const PRODUCTION: &str = "production";
const SANDBOX: &str = "sandbox";

async fn early_days(stage: &Stage) -> anyhow::Result<EarlyDays> {
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
    Ok(EarlyDays {
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
    })
}

/// What was refused, taken back, or went wrong.
async fn trouble(stage: &Stage) -> anyhow::Result<()> {
    let (s, db) = (stage, &stage.db);
    s.turn_to(12, 11);
    let reason = "Half a million calls a day to answer chats quickly.";
    let bot = ask(
        s,
        "dev",
        "adoption-bot",
        "petstore partner",
        PRODUCTION,
        reason,
    )
    .await?;
    let printer = ask(
        s,
        "ops",
        "label-printer",
        "orders free",
        PRODUCTION,
        "Labels.",
    )
    .await?;
    let letter = ask(
        s,
        "dev",
        "newsletter",
        "weather open",
        PRODUCTION,
        "One city a week.",
    )
    .await?;
    let crawler = ask(
        s,
        "ops",
        "price-crawler",
        "weather open",
        PRODUCTION,
        "Prices.",
    )
    .await?;
    let (laptop, _) = issue(s, "dev", "storefront", PRODUCTION, "Laptop", None).await?;

    s.turn_to(11, 9);
    let why = "Partner is for shops that sell with us. The Open plan gives you 20,000 calls a day; start with that.";
    subscriptions::reject(db, s.person("approver")?, bot.id, why).await?;
    subscriptions::withdraw(db, s.person("ops")?, printer.id).await?;

    s.turn_to(8, 16);
    subscriptions::cancel(db, s.person("dev")?, letter.id).await?;
    let why = "It read every city every second for two days.";
    subscriptions::revoke(db, s.person("approver")?, crawler.id, why).await?;
    let why = "Committed to a public repository.";
    credentials::revoke(db, s.person("dev")?, laptop.id, why).await?;
    Ok(())
}

/// What waits, pauses or is about to begin.
async fn lately(stage: &Stage, early: &mut EarlyDays) -> anyhow::Result<()> {
    let (s, db) = (stage, &stage.db);
    s.turn_to(3, 14);
    let why = "The export runs every minute instead of once a month. Fix it and tell us.";
    subscriptions::suspend(db, s.person("approver")?, early.export.subscription.id, why).await?;
    subscriptions::pause(db, s.person("dev")?, early.batch.subscription.id).await?;
    // Refused from now on, and told so: neither calls any more.
    early.export.until = s.time();
    early.batch.until = s.time();
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
    let (dev, till) = (s.person("dev")?, &early.checkout.key);
    credentials::rotate(db, dev, till.id, None, Duration::days(7).whole_seconds()).await?;

    s.turn_to(1, 13);
    let reason = "Screens show where an order is.";
    ask(s, "ops", "kiosk", "orders free", PRODUCTION, reason).await?;
    let reason = "About 200 labels a day; this time with the numbers you asked for.";
    ask(s, "ops", "label-printer", "orders gold", PRODUCTION, reason).await?;
    let reason = "We sell through two partners from next month on.";
    let storefront = early.storefront.subscription.id;
    let dev = s.person("dev")?;
    subscriptions::request_plan_change(db, dev, storefront, slug("partner"), reason).await?;
    Ok(())
}

/// `what` is the API and the plan.
async fn ask(
    stage: &Stage,
    by: &str,
    application: &str,
    what: &str,
    environment: &str,
    reason: &str,
) -> anyhow::Result<SubscriptionView> {
    let (api, plan) = what.split_once(' ').context("an API and a plan")?;
    let input = RequestAccess {
        application: AppChoice::Existing(slug(application)),
        api: slug(api),
        plan: slug(plan),
        environment: slug(environment),
        reason: reason.to_owned(),
    };
    let asked = subscriptions::request(&stage.db, stage.person(by)?, input).await;
    Ok(asked
        .with_context(|| format!("{application} asks for {what}"))?
        .value)
}

async fn approve(
    stage: &Stage,
    id: SubscriptionId,
    conditions: Conditions,
) -> anyhow::Result<SubscriptionView> {
    Ok(
        subscriptions::approve(&stage.db, stage.person("approver")?, id, conditions)
            .await?
            .value,
    )
}

async fn issue(
    stage: &Stage,
    by: &str,
    application: &str,
    environment: &str,
    name: &str,
    expires_in_days: Option<i32>,
) -> anyhow::Result<(CredentialView, Key)> {
    let input = IssueKey {
        environment: slug(environment),
        name: name.to_owned(),
        expires_in_days,
    };
    let issued = credentials::issue(&stage.db, stage.person(by)?, slug(application), input).await;
    Ok(issued
        .with_context(|| format!("a key of {application}"))?
        .value)
}
