//! `gatehouse spec publish`: one command for CI, with exit codes; the same as one `PUT` of the file.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use gatehouse_runtime::settings::parse_duration;
use reqwest::Method;
use serde_json::Value;

use super::read;
use crate::cli::{Format, SpecPublish};
use crate::commands::remote::AdminApi;
use crate::output::{self, exit};

pub(crate) async fn run(args: SpecPublish) -> anyhow::Result<ExitCode> {
    let content = read(&args.file)?;
    let wait = parse_duration(&args.wait).context("--wait")?;
    let api = AdminApi::new(&args.remote)?;
    let published = match api.send(Method::PUT, &path(&args), Some(content)).await? {
        Ok(published) => published,
        Err(refused) => return Ok(refused.report()),
    };
    match args.remote.output {
        Format::Json => output::data(serde_json::to_string_pretty(&published)?)?,
        Format::Table => table(&args, &published)?,
    }
    match published["change_id"].as_str() {
        Some(change) if !wait.is_zero() => wait_in_force(&api, change, wait).await,
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn path(args: &SpecPublish) -> String {
    let mut path = format!(
        "/v1/apis/{}/versions/{}/spec?create={}&dry_run={}",
        segment(&args.api),
        segment(&args.version),
        args.create,
        args.dry_run
    );
    if let Some(commit) = &args.commit {
        path.push_str("&commit=");
        path.extend(commit.chars().filter(char::is_ascii_alphanumeric));
    }
    path
}

/// One segment of a path: whatever is not unreserved (RFC 3986 §2.3) is percent-encoded, so that it stays one segment.
fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

fn table(args: &SpecPublish, published: &Value) -> anyhow::Result<()> {
    let outcome = published["outcome"].as_str().unwrap_or("published");
    let number = &published["revision"]["number"];
    let operations = &published["operations"];
    output::data(format!(
        "{} {}  {outcome}  revision {number}  {operations} operations",
        args.api, args.version
    ))?;
    for warning in published["warnings"].as_array().into_iter().flatten() {
        let location = &warning["location"];
        let place = match (location["line"].as_u64(), location["column"].as_u64()) {
            (Some(line), Some(column)) => format!("{line}:{column} "),
            _ => String::new(),
        };
        let message = warning["message"].as_str().unwrap_or_default();
        output::talk(format!("warning: {place}{message}"));
    }
    Ok(())
}

/// A publish is only done when it is enforced.
async fn wait_in_force(api: &AdminApi, change: &str, wait: Duration) -> anyhow::Result<ExitCode> {
    let deadline = Instant::now() + wait;
    loop {
        let state = match api
            .send(Method::GET, &format!("/v1/changes/{change}"), None)
            .await?
        {
            Ok(state) => state,
            Err(refused) => return Ok(refused.report()),
        };
        let sum = |name: &str| -> u64 {
            state["groups"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|group| group[name].as_u64())
                .sum()
        };
        let (applied, total) = (sum("applied"), sum("gateways_total"));
        if state["in_force"] == true {
            output::talk(format!("In force on {applied} of {total} gateways."));
            return Ok(ExitCode::SUCCESS);
        }
        if Instant::now() > deadline {
            output::talk(format!(
                "Published, but in force on {applied} of {total} gateways only after {} s.",
                wait.as_secs()
            ));
            return Ok(ExitCode::from(exit::FAILED));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn a_name_stays_one_segment_of_the_path() {
        assert_eq!(segment("orders-2.1_beta~"), "orders-2.1_beta~");
        assert_eq!(segment("a/b?c#d%e é"), "a%2Fb%3Fc%23d%25e%20%C3%A9");
    }
}
