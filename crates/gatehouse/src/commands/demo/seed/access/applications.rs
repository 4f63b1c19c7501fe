//! The applications of Acme, and the one of Northwind with its access.

use anyhow::Context;
use gatehouse_control_plane::applications::{CreateApplication, create_application};

use super::acts::{ask, issue};
use super::{Caller, PRODUCTION};
use crate::commands::demo::seed::stage::{Stage, slug};

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

/// Makes them all; Northwind's calls at once.
pub(super) async fn create(stage: &Stage) -> anyhow::Result<Caller> {
    for (by, name, team, description) in APPLICATIONS {
        let input = CreateApplication {
            name: name.to_owned(),
            description: description.to_owned(),
            team: team.map(slug),
        };
        let made = create_application(&stage.db, stage.person(by)?, input).await;
        made.with_context(|| name)?;
    }
    northwind(stage).await
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
