//! `gatehouse subscription message` and `messages`: what the two sides of a request write to one another.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::Named;
use crate::remote::{Column, DryRun, column};

const MESSAGES: &[Column] = &[
    column("AT", "/created_at"),
    column("SIDE", "/side"),
    column("WHO", "/author"),
    column("TEXT", "/text"),
];

#[derive(Debug, Args)]
pub(crate) struct Message {
    #[command(flatten)]
    named: Named,
    /// What you write, in plain text; the other side reads it word for word.
    #[arg(long)]
    text: String,
    #[command(flatten)]
    dry: DryRun,
}

impl Message {
    pub(super) async fn send(self) -> anyhow::Result<ExitCode> {
        let session = self.named.remote.open()?;
        let path = format!("{}/messages", self.named.path());
        let body = json!({ "text": self.text });
        let sent = session.create(&path, self.dry, body).await?;
        session.show(&sent, "/id", MESSAGES)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows all of them, oldest first.
pub(super) async fn list(named: Named) -> anyhow::Result<ExitCode> {
    let session = named.remote.open()?;
    let said = session.get(&format!("{}/messages", named.path())).await?;
    session.rows(&said, "/id", MESSAGES)?;
    Ok(ExitCode::SUCCESS)
}
