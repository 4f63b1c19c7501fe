//! `gatehouse branding`: what the pages of the tenant look like.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::input;
use crate::remote::{Column, DryRun, Remote, column};

const PATH: &str = "/v1/branding";

const COLUMNS: &[Column] = &[
    column("ACCENT", "/accent"),
    column("WELCOME", "/welcome"),
    column("LOGO", "/logo/media_type"),
    column("LOGO BYTES", "/logo/bytes"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Branding {
    /// Show it.
    Get {
        #[command(flatten)]
        remote: Remote,
    },
    /// Change it; what is not named stays.
    Set {
        #[command(flatten)]
        wish: Wish,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

/// What changes, and what is taken away.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Wish {
    /// The colour of links, buttons and marks, such as '#0b5fb0'; one that is too light is refused with the nearest that is not.
    #[arg(long)]
    accent: Option<String>,
    /// Take the colour away.
    #[arg(long, conflicts_with = "accent")]
    no_accent: bool,
    /// A file with Markdown for the start page, at most 4,000 characters.
    #[arg(long)]
    welcome_file: Option<PathBuf>,
    /// Take the words of the start page away.
    #[arg(long, conflicts_with = "welcome_file")]
    no_welcome: bool,
    /// A PNG, JPEG or WebP of at most 64 KiB.
    #[arg(long)]
    logo: Option<PathBuf>,
    /// Take the logo away.
    #[arg(long, conflicts_with = "logo")]
    no_logo: bool,
}

impl Wish {
    fn body(&self) -> anyhow::Result<Value> {
        let welcome = self.welcome_file.as_deref().map(input::text).transpose()?;
        let logo = self.logo.as_deref().map(image).transpose()?;
        Ok(json!({ "accent": self.accent, "welcome": welcome, "logo": logo }))
    }

    fn taken_away(&self) -> Vec<&'static str> {
        let asked = [
            ("accent", self.no_accent),
            ("welcome", self.no_welcome),
            ("logo", self.no_logo),
        ];
        let asked = asked.into_iter().filter(|(_, is_asked)| *is_asked);
        asked.map(|(field, _)| field).collect()
    }
}

fn image(file: &Path) -> anyhow::Result<String> {
    let content = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    Ok(STANDARD.encode(content))
}

pub(crate) async fn run(command: Branding) -> anyhow::Result<ExitCode> {
    match command {
        Branding::Get { remote } => {
            let session = remote.open()?;
            session.show(&session.get(PATH).await?, "/accent", COLUMNS)?;
        }
        Branding::Set { wish, dry, remote } => {
            let body = wish.body()?;
            let session = remote.open()?;
            let changed = session
                .patch_without(PATH, dry, body, &wish.taken_away())
                .await?;
            session.show(&changed, "/accent", COLUMNS)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
