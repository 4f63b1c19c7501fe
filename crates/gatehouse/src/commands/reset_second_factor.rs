//! `gatehouse reset-second-factor`: for an only owner, or somebody of several tenants, who has lost app and recovery codes.

use std::process::ExitCode;

use anyhow::bail;
use gatehouse_control_plane::second_factor;

use crate::cli::ResetSecondFactor;
use crate::output;
use crate::stack::database;

pub(crate) async fn run(args: ResetSecondFactor) -> anyhow::Result<ExitCode> {
    let database = database(&args.data).await?;
    let db = database.open(&args.data.data_dir).await?;
    let done = second_factor::reset_by_operator(&db, &args.email).await;
    db.close().await;
    database.stop().await?;
    let Some(user) = done? else {
        bail!("no account has the address {}", args.email);
    };
    output::talk(format!(
        "{} signs in with the password alone, and every session of theirs has ended.",
        user.name
    ));
    Ok(ExitCode::SUCCESS)
}
