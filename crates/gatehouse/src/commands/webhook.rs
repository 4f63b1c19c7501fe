//! `gatehouse webhook`: where events are sent, and what became of them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("WEBHOOK", "/id"),
    column("NAME", "/name"),
    column("URL", "/url"),
    column("TYPES", "/types"),
    column("STATE", "/state"),
    column("FAILURES", "/failures"),
    column("LAST SUCCESS", "/last_success_at"),
];

const DELIVERIES: &[Column] = &[
    column("DELIVERY", "/id"),
    column("TYPE", "/type"),
    column("STATE", "/state"),
    column("ATTEMPTS", "/attempts"),
    column("STATUS", "/status"),
    column("ERROR", "/error"),
    column("NEXT", "/next_at"),
    column("MADE", "/created_at"),
];

const ADVICE: &str =
    "This signs every message and is shown once. Keep it where the receiver keeps secrets.";

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// List the webhooks you may manage.
    List {
        /// Only those of this application: slug or id.
        #[arg(long)]
        application: Option<String>,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its id.
        webhook: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Make one. The secret its messages are signed with is shown once: as the result, or in a file.
    Create {
        /// What it is called.
        name: String,
        /// Where events are sent: an https:// address.
        #[arg(id = "to", value_name = "URL")]
        to: String,
        /// A type, or a group such as subscription.*; more than one by repeating. Without it every type.
        #[arg(long = "type")]
        types: Vec<String>,
        /// Only what concerns the applications of this team, by its id.
        #[arg(long)]
        team: Option<String>,
        /// Only what concerns this application: slug or id.
        #[arg(long, conflicts_with = "team")]
        application: Option<String>,
        /// Write the secret to this file (mode 0600) instead of standard output.
        #[arg(long)]
        secret_file: Option<PathBuf>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Change one.
    Update {
        /// Its id.
        webhook: String,
        /// What it is called.
        #[arg(long)]
        name: Option<String>,
        /// Where events are sent.
        #[arg(long = "to", id = "to", value_name = "URL")]
        to: Option<String>,
        /// A type or group; more than one by repeating. They take the place of those before.
        #[arg(long = "type")]
        types: Vec<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Delete one, with everything that waits for it and its log.
    Delete {
        /// Its id.
        webhook: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
    /// Hold its events back until it is resumed.
    Pause {
        /// Its id.
        webhook: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send to it again, after a pause or after it was disabled.
    Resume {
        /// Its id.
        webhook: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Give it another secret; for a while messages are signed with both.
    RotateSecret {
        /// Its id.
        webhook: String,
        /// How many hours the former secret signs too; 0 for one that leaked.
        #[arg(long)]
        overlap_hours: Option<i64>,
        /// Write the secret to this file (mode 0600) instead of standard output.
        #[arg(long)]
        secret_file: Option<PathBuf>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send a message of the type webhook.test.
    Test {
        /// Its id.
        webhook: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// List what was and will be sent to it.
    Deliveries {
        /// Its id.
        webhook: String,
        /// Only those of this state: pending, failed, delivered or dead.
        #[arg(long)]
        state: Option<String>,
        /// Only those of this type of event.
        #[arg(long = "type")]
        kind: Option<String>,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Send again: one delivery, or all that were given up since a moment.
    Redeliver {
        /// Its id.
        webhook: String,
        /// The delivery.
        #[arg(required_unless_present = "since", conflicts_with = "since")]
        delivery: Option<String>,
        /// Everything that was given up since this moment (RFC 3339), at most 1,000 at once.
        #[arg(long)]
        since: Option<String>,
        /// What was delivered already, too.
        #[arg(long, requires = "since")]
        delivered_too: bool,
        #[command(flatten)]
        remote: Remote,
    },
}

fn path(webhook: &str) -> String {
    format!("/v1/webhooks/{}", segment(webhook))
}

pub(crate) async fn run(command: Webhook) -> anyhow::Result<ExitCode> {
    match command {
        Webhook::List {
            application,
            rows,
            remote,
        } => {
            let session = remote.open()?;
            let query = [("application", application.as_deref())];
            session
                .list("/v1/webhooks", &query, &rows, "/id", COLUMNS)
                .await?;
        }
        Webhook::Get { webhook, remote } => {
            let session = remote.open()?;
            let found = session.get(&path(&webhook)).await?;
            session.show(&found, "/id", COLUMNS)?;
        }
        Webhook::Create {
            name,
            to,
            types,
            team,
            application,
            secret_file,
            remote,
        } => {
            let session = remote.open()?;
            let body = json!({
                "name": name, "url": to, "team": team, "application": application,
                "types": (!types.is_empty()).then_some(types),
            });
            let made = session.post("/v1/webhooks", body).await?;
            session.hand_over(made, secret_file.as_deref(), COLUMNS, ADVICE)?;
        }
        Webhook::Update {
            webhook,
            name,
            to,
            types,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let body =
                json!({ "name": name, "url": to, "types": (!types.is_empty()).then_some(types) });
            let changed = session.patch(&path(&webhook), dry, body).await?;
            session.show(&changed, "/id", COLUMNS)?;
        }
        Webhook::Delete {
            webhook,
            dry,
            sure,
            remote,
        } => {
            let session = remote.open()?;
            if !dry.dry_run {
                let what =
                    format!("What waits for {webhook} is not sent any more, and its log is gone.");
                session.confirm(sure, &what)?;
            }
            session.delete(&path(&webhook), dry).await?;
            session.talk(dry.deleted(&webhook));
        }
        Webhook::Pause { webhook, remote } => act(&remote, &webhook, "pause", COLUMNS).await?,
        Webhook::Resume { webhook, remote } => act(&remote, &webhook, "resume", COLUMNS).await?,
        Webhook::Test { webhook, remote } => act(&remote, &webhook, "test", DELIVERIES).await?,
        Webhook::RotateSecret {
            webhook,
            overlap_hours,
            secret_file,
            remote,
        } => {
            let session = remote.open()?;
            let address = format!("{}/rotate-secret", path(&webhook));
            let made = session
                .post(&address, json!({ "overlap_hours": overlap_hours }))
                .await?;
            session.hand_over(made, secret_file.as_deref(), COLUMNS, ADVICE)?;
        }
        Webhook::Deliveries {
            webhook,
            state,
            kind,
            rows,
            remote,
        } => {
            let session = remote.open()?;
            let query = [("state", state.as_deref()), ("type", kind.as_deref())];
            let address = format!("{}/deliveries", path(&webhook));
            session
                .list(&address, &query, &rows, "/id", DELIVERIES)
                .await?;
        }
        Webhook::Redeliver {
            webhook,
            delivery,
            since,
            delivered_too,
            remote,
        } => {
            let session = remote.open()?;
            match delivery {
                Some(delivery) => {
                    let address = format!(
                        "{}/deliveries/{}/redeliver",
                        path(&webhook),
                        segment(&delivery)
                    );
                    let again = session.post(&address, Value::Null).await?;
                    session.show(&again, "/id", DELIVERIES)?;
                }
                None => {
                    let address = format!("{}/redeliver", path(&webhook));
                    let body = json!({ "since": since, "delivered_too": delivered_too });
                    let again = session.post(&address, body).await?;
                    const COUNT: &[Column] =
                        &[column("SENT AGAIN", "/deliveries"), column("MORE", "/more")];
                    session.show(&again, "/deliveries", COUNT)?;
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn act(remote: &Remote, webhook: &str, verb: &str, columns: &[Column]) -> anyhow::Result<()> {
    let session = remote.open()?;
    let done = session
        .post(&format!("{}/{verb}", path(webhook)), Value::Null)
        .await?;
    session.show(&done, "/id", columns)
}
