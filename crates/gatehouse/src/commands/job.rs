//! `gatehouse job`: long work that somebody asked for.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use clap::Subcommand;
use gatehouse_runtime::settings::parse_duration;
use serde_json::Value;

use crate::output::exit;
use crate::remote::{Column, DryRun, Remote, Rows, Session, column, segment};

const COLUMNS: &[Column] = &[
    column("JOB", "/id"),
    column("KIND", "/kind"),
    column("ABOUT", "/subject"),
    column("STATE", "/state"),
    column("DONE", "/done"),
    column("OF", "/total"),
    column("STAGE", "/stage"),
    column("ASKED BY", "/requested_by_name"),
    column("SINCE", "/created_at"),
    column("ERROR", "/error"),
];

/// How often a job that is waited for is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    /// List jobs, newest first.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its id.
        job: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Wait until one is over, and tell how far it is meanwhile. Ends with 1 unless it came to its end.
    Watch {
        /// Its id.
        job: String,
        /// Wait this long at most.
        #[arg(long, default_value = "1h")]
        wait: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Have one stop.
    Cancel {
        /// Its id.
        job: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Write what one wrote into a file.
    Output {
        /// Its id.
        job: String,
        /// The file; `-` is standard output.
        #[arg(default_value = "-")]
        file: PathBuf,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: Job) -> anyhow::Result<ExitCode> {
    match command {
        Job::List { rows, remote } => {
            let session = remote.open()?;
            session.list("/v1/jobs", &[], &rows, "/id", COLUMNS).await?;
        }
        Job::Get { job, remote } => {
            let session = remote.open()?;
            session.show(&session.get(&path(&job)).await?, "/id", COLUMNS)?;
        }
        Job::Watch { job, wait, remote } => {
            let session = remote.open()?;
            let wait = parse_duration(&wait).context("--wait")?;
            let ended = until_over(&session, &job, wait).await?;
            session.show(&ended, "/id", COLUMNS)?;
            let done = ended["state"] == "done";
            return Ok(ExitCode::from(if done { exit::DONE } else { exit::FAILED }));
        }
        Job::Cancel { job, dry, remote } => {
            let session = remote.open()?;
            let path = format!("{}/cancel", path(&job));
            let changed = session.create(&path, dry, Value::Null).await?;
            session.show(&changed, "/id", COLUMNS)?;
        }
        Job::Output { job, file, remote } => {
            let session = remote.open()?;
            save(&session, &job, &file).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(job: &str) -> String {
    format!("/v1/jobs/{}", segment(job))
}

/// Waits until a job is over, and says what it is at whenever that changes.
pub(crate) async fn until_over(
    session: &Session,
    job: &str,
    wait: Duration,
) -> anyhow::Result<Value> {
    let deadline = Instant::now() + wait;
    let mut told = String::new();
    loop {
        let seen = session.get(&path(job)).await?;
        let stage = seen["stage"].as_str().unwrap_or_default();
        if stage != told {
            session.talk(match seen["total"].as_i64() {
                Some(total) => format!("{} of {total}: {stage}", seen["done"]),
                None => stage.to_owned(),
            });
            stage.clone_into(&mut told);
        }
        if !seen["ended_at"].is_null() {
            return Ok(seen);
        }
        if Instant::now() > deadline {
            let more = format!("wait on with gatehouse job watch {job}");
            session.talk(format!(
                "It is not over after {} s; {more}.",
                wait.as_secs()
            ));
            return Ok(seen);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Writes what a job wrote into a file of its own, or to standard output.
pub(super) async fn save(session: &Session, job: &str, file: &Path) -> anyhow::Result<()> {
    let path = format!("{}/output", path(job));
    if file == Path::new("-") {
        return session.download_into(&path, &mut std::io::stdout()).await;
    }
    // A tenant's data: for whoever asked, and nobody else on this machine.
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(file);
    let mut written = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            anyhow!("{} exists already; name another file", file.display())
        }
        _ => anyhow::Error::new(error).context(format!("writing {}", file.display())),
    })?;
    session.download_into(&path, &mut written).await?;
    session.talk(format!("Written to {}.", file.display()));
    Ok(())
}
