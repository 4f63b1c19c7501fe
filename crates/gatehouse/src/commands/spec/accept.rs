//! `gatehouse spec accept`: an approver lets a revision through.

use std::process::ExitCode;

use serde_json::json;

use super::arguments::Accept;
use super::revisions::COLUMNS;
use crate::remote::segment;

pub(crate) async fn run(args: &Accept) -> anyhow::Result<ExitCode> {
    let session = args.remote.open()?;
    let path = format!(
        "/v1/apis/{}/versions/{}/revisions/{}/accept",
        segment(&args.of.api),
        segment(&args.of.version),
        args.revision
    );
    let revision = session
        .post(&path, json!({ "reason": args.reason }))
        .await?;
    session.show(&revision, "/number", COLUMNS)?;
    session.talk("Accepted. Send the same file again to publish it.");
    Ok(ExitCode::SUCCESS)
}
