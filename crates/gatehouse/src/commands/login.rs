//! `gatehouse login`: keep an admin API and a token for it.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use gatehouse_runtime::Secret;

use super::whoami;
use crate::output;
use crate::remote::{Context, Contexts, Format, Session};

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
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("reading the token file {}", path.display()))?,
        None => from_standard_input()?,
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

fn from_standard_input() -> anyhow::Result<String> {
    let stdin = std::io::stdin();
    let _hidden = if stdin.is_terminal() {
        output::talk("Paste the access token, then press Enter (it is not shown):");
        Some(Hidden::begin()?)
    } else {
        None
    };
    let mut line = String::new();
    stdin
        .lock()
        .read_line(&mut line)
        .context("reading standard input")?;
    Ok(line)
}

/// The terminal shows nothing of what is typed until this is dropped.
struct Hidden(rustix::termios::Termios);

impl Hidden {
    fn begin() -> anyhow::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(std::io::stdin()).context("asking the terminal how it is set")?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Now, &quiet)
            .context("telling the terminal not to show the token")?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // A terminal that is gone needs nothing back.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}
