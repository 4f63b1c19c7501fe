//! What was refused, taken back, or went wrong.

use gatehouse_control_plane::{credentials, subscriptions};

use super::PRODUCTION;
use super::acts::{ask, issue};
use crate::commands::demo::seed::stage::Stage;

pub(super) async fn live_through(stage: &Stage) -> anyhow::Result<()> {
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
