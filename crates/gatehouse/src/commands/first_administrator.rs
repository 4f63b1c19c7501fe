//! `gatehouse first-administrator`: the one-time link, for installations whose roles are started one by one.

use std::process::ExitCode;

use anyhow::Context;
use gatehouse_control_plane::installation;

use crate::cli::FirstAdministrator;
use crate::output;
use crate::stack::database;

pub(crate) async fn run(args: FirstAdministrator) -> anyhow::Result<ExitCode> {
    let database = database(&args.data).await?;
    let db = database.open(&args.data.data_dir).await?;
    let link = installation::first_admin_link(&db)
        .await
        .context("making the first administrator's link");
    db.close().await;
    database.stop().await?;
    match link? {
        Some(token) => output::data(format!(
            "{}/setup/{}",
            args.portal_url.trim_end_matches('/'),
            token.0.as_str()
        ))?,
        None => output::talk("There is an administrator already."),
    }
    Ok(ExitCode::SUCCESS)
}
