//! `gatehouse question`: what people ask about an API.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Remote, Rows, column, segment};

const COLUMNS: &[Column] = &[
    column("AT", "/created_at"),
    column("BY", "/author/name"),
    column("TEXT", "/text"),
    column("ANSWERS", "/answers"),
    column("HIDDEN", "/hidden_reason"),
    column("COMMENT", "/id"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Question {
    /// List the questions about an API with their answers, newest first.
    List {
        /// Slug or id of the API.
        api: String,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Ask a question about an API.
    Ask {
        /// Slug or id of the API.
        api: String,
        #[command(flatten)]
        says: Says,
    },
    /// Answer a question.
    Answer {
        /// Slug or id of the API.
        api: String,
        /// Id of the question.
        question: String,
        #[command(flatten)]
        says: Says,
    },
    /// Hide a question with its answers, or one answer.
    Hide {
        /// Slug or id of the API.
        api: String,
        /// Id of the question or answer.
        comment: String,
        /// Why; its author is told.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show again what was hidden.
    Show {
        /// Slug or id of the API.
        api: String,
        /// Id of the question or answer.
        comment: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Says {
    /// Plain text, at most 4,000 characters.
    text: String,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

fn path(api: &str) -> String {
    format!("/v1/apis/{}/questions", segment(api))
}

pub(crate) async fn run(command: Question) -> anyhow::Result<ExitCode> {
    match command {
        Question::List { api, rows, remote } => {
            let session = remote.open()?;
            session
                .list(&path(&api), &[], &rows, "/id", COLUMNS)
                .await?;
        }
        Question::Ask { api, says } => write(&path(&api), says).await?,
        Question::Answer {
            api,
            question,
            says,
        } => {
            let path = format!("{}/{}/answers", path(&api), segment(&question));
            write(&path, says).await?;
        }
        Question::Hide {
            api,
            comment,
            reason,
            dry,
            remote,
        } => {
            let path = format!("{}/{}/hide", path(&api), segment(&comment));
            send(&path, json!({ "reason": reason }), dry, &remote).await?;
        }
        Question::Show {
            api,
            comment,
            dry,
            remote,
        } => {
            let path = format!("{}/{}/show", path(&api), segment(&comment));
            send(&path, Value::Null, dry, &remote).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn write(path: &str, says: Says) -> anyhow::Result<()> {
    send(path, json!({ "text": says.text }), says.dry, &says.remote).await
}

async fn send(path: &str, body: Value, dry: DryRun, remote: &Remote) -> anyhow::Result<()> {
    let session = remote.open()?;
    let done = session.create(path, dry, body).await?;
    session.show(&done, "/id", COLUMNS)
}
