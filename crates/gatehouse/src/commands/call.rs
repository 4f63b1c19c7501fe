//! `gatehouse call`: one call through a gateway, with the reason in words when it was refused.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use gatehouse_runtime::Secret;
use gatehouse_runtime::settings::Environment;
use serde_json::Value;

use crate::output::{self, exit};
use crate::remote::Refused;

#[derive(Debug, Args)]
pub(crate) struct Call {
    /// The method, such as GET.
    method: String,
    /// The path, such as /petstore/v2/pets/1.
    path: String,
    /// The gateway.
    #[arg(
        long,
        env = "GATEHOUSE_GATEWAY_URL",
        default_value = "http://127.0.0.1:8000"
    )]
    gateway: String,
    /// A file with the key. Without it GATEHOUSE_KEY is used: a key never belongs in a command line.
    #[arg(long, env = "GATEHOUSE_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// A field to send, as 'name: value'; more than one by repeating.
    #[arg(long = "header")]
    headers: Vec<String>,
    /// A file with the body; `-` reads standard input.
    #[arg(long)]
    body: Option<PathBuf>,
}

pub(crate) async fn run(args: Call) -> anyhow::Result<ExitCode> {
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(120))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()?;
    if !args.path.starts_with('/') {
        bail!("the path begins with '/': '{}' does not", args.path);
    }
    let method = args.method.to_uppercase().parse().context("the method")?;
    let url = format!("{}{}", args.gateway.trim_end_matches('/'), args.path);
    let mut request = client.request(method, url);
    if let Some(key) = key(&args)? {
        request = request.header("x-api-key", key.expose());
    }
    for header in &args.headers {
        let (name, value) = header
            .split_once(':')
            .with_context(|| format!("a field is 'name: value'; '{header}' is not"))?;
        request = request.header(name.trim(), value.trim());
    }
    if let Some(body) = &args.body {
        request = request.body(super::spec::read(body)?);
    }
    let begun = Instant::now();
    let response = request
        .send()
        .await
        .with_context(|| format!("reaching the gateway at {}", args.gateway))?;
    tell(response, begun).await
}

fn key(args: &Call) -> anyhow::Result<Option<Secret<String>>> {
    let text = match (
        &args.key_file,
        Environment::of_process().get("GATEHOUSE_KEY"),
    ) {
        (Some(path), _) => std::fs::read_to_string(path)
            .with_context(|| format!("reading the key file {}", path.display()))?,
        (None, Some(key)) => key.to_owned(),
        (None, None) => return Ok(None),
    };
    Ok(Some(Secret::new(text.trim().to_owned())))
}

/// The body to standard output; status, time and limits, and why it was refused, to standard error.
async fn tell(response: reqwest::Response, begun: Instant) -> anyhow::Result<ExitCode> {
    let status = response.status();
    output::talk(format!("{status} in {} ms", begun.elapsed().as_millis()));
    for name in [
        "x-request-id",
        "ratelimit",
        "retry-after",
        "deprecation",
        "sunset",
    ] {
        if let Some(value) = response.headers().get(name) {
            output::talk(format!(
                "{name}: {}",
                String::from_utf8_lossy(value.as_bytes())
            ));
        }
    }
    let is_problem = response
        .headers()
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/problem+json"));
    let body = response.bytes().await.context("reading the answer")?;
    if is_problem {
        let problem: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let refused = Refused {
            status: status.as_u16(),
            problem,
        };
        refused.report();
        return Ok(ExitCode::from(exit::FAILED));
    }
    output::bytes(&body)?;
    Ok(if status.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::FAILED)
    })
}
