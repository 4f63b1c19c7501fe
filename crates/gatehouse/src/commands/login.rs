//! `gatehouse login`: keep an admin API and a token for it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use gatehouse_runtime::Secret;
use zeroize::Zeroizing;

use super::whoami;
use crate::input;
use crate::output;
use crate::remote::{Context, Contexts, Format, Session};

const PROMPT: &str = "Paste the access token, then press Enter (it is not shown):";

#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The admin API.
    #[arg(long, env = "GATEHOUSE_URL", default_value = "http://127.0.0.1:8001")]
    url: String,
    /// What to call it.
    #[arg(long, default_value = "default")]
    context: String,
    /// A file with the access token; without it the token is read from standard input. Tokens are made in the console.
    #[arg(long, env = "GATEHOUSE_TOKEN_FILE")]
    token_file: Option<PathBuf>,
}

pub(crate) async fn run(args: Login) -> anyhow::Result<ExitCode> {
    let token = match &args.token_file {
        Some(path) => Zeroizing::new(
            std::fs::read_to_string(path)
                .with_context(|| format!("reading the token file {}", path.display()))?,
        ),
        None => input::hidden_line(PROMPT)?,
    };
    let token = Secret::new(token.trim().to_owned());
    if token.expose().is_empty() {
        bail!("no token was given; make one in the console under Access tokens");
    }
    // Only a token that works is kept.
    let session = Session::connect(&args.url, token.clone(), Format::Table)?;
    whoami::show(&session).await?;
    let url = args.url;
    Contexts::read()?.keep(&args.context, Context { url, token })?;
    output::talk(format!("Kept as context '{}', and in use.", args.context));
    Ok(ExitCode::SUCCESS)
}
