//! `gatehouse mail`: what is written to people, as it looks, and a test of each.

use std::process::ExitCode;

use clap::Subcommand;
use serde_json::Value;

use crate::remote::{Column, Remote, column, segment};

const COLUMNS: &[Column] = &[column("MAIL", "/template"), column("SUBJECT", "/subject")];

const WHOLE: &[Column] = &[
    column("MAIL", "/template"),
    column("SUBJECT", "/subject"),
    column("TEXT", "/text"),
];

const SENT: &[Column] = &[column("MAIL", "/template"), column("TO", "/to")];

#[derive(Debug, Subcommand)]
pub(crate) enum Mail {
    /// List every mail that is written to people.
    List(Remote),
    /// Show one as it looks with values such as real ones have. `-o json` has its HTML part too.
    Show {
        /// Its name, such as key_leaked.
        template: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send one to yourself, marked as a test.
    Test {
        /// Its name, such as key_leaked.
        template: String,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Mail) -> anyhow::Result<ExitCode> {
    const LIST: &str = "/v1/mail-templates";
    match command {
        Mail::List(remote) => {
            let session = remote.open()?;
            session.rows(&session.get(LIST).await?, "/template", COLUMNS)?;
        }
        Mail::Show { template, remote } => {
            let session = remote.open()?;
            let path = format!("{LIST}/{}", segment(&template));
            session.show(&session.get(&path).await?, "/template", WHOLE)?;
        }
        Mail::Test { template, remote } => {
            let session = remote.open()?;
            let path = format!("{LIST}/{}/test", segment(&template));
            let sent = session.post(&path, Value::Null).await?;
            session.show(&sent, "/template", SENT)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
