//! `gatehouse spec compat`: whether a version insists that nothing breaks.

use std::process::ExitCode;

use serde_json::json;

use super::arguments::SetCompat;
use crate::remote::{Column, column, segment};

const COLUMNS: &[Column] = &[column("VERSION", "/label"), column("COMPAT", "/compat")];

pub(crate) async fn run(args: &SetCompat) -> anyhow::Result<ExitCode> {
    let session = args.remote.open()?;
    let (api, version) = (segment(&args.of.api), segment(&args.of.version));
    let path = format!("/v1/apis/{api}/versions/{version}/compat");
    let changed = session.set(&path, json!({ "compat": args.compat })).await?;
    session.show(&changed, "/label", COLUMNS)?;
    Ok(ExitCode::SUCCESS)
}
