//! `gatehouse health URL`: for container health checks, which have no curl.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use crate::cli::Health;
use crate::output::{self, exit};

pub(crate) async fn run(args: Health) -> anyhow::Result<ExitCode> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(3))
        .no_proxy()
        .build()?;
    let response = client
        .get(&args.url)
        .send()
        .await
        .with_context(|| format!("asking {}", args.url))?;
    let ready = response.status().is_success();
    output::data(response.text().await?.trim())?;
    Ok(if ready {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::FAILED)
    })
}
