//! `gatehouse test`: cases against a throw-away gateway that has the configuration of a folder.
//!
//! [`reading`] reads the cases, [`stage`] starts the stack and applies the files by the changeset every apply is, [`callers`] makes
//! applications with the access that cases ask for, [`runner`] sends what they say and [`judge`] compares. Nothing of it is left afterwards.

mod backend;
mod callers;
mod cases;
mod judge;
mod reading;
mod report;
mod runner;
mod scratch;
mod secrets;
mod stage;
mod wire;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use gatehouse_control_plane::Db;
use gatehouse_private_postgres::{Durability, Options};
use gatehouse_runtime::Supervisor;
use serde_json::json;

use self::cases::CaseFile;
use self::report::Report;
use self::scratch::Scratch;
use self::stage::{Files, Stage};
use super::folder;
use crate::cli::PostgresArgs;
use crate::output::{self, exit};
use crate::remote::{Column, Format, column, show_one, show_rows};
use crate::stack::{Database, private_database};

/// The schema of case files, as docs/ has it.
pub(crate) const SCHEMA: &str = include_str!("schema.json");

const COLUMNS: &[Column] = &[
    column("RESULT", "/result"),
    column("CASE", "/name"),
    column("CALLS", "/calls"),
    column("MS", "/ms"),
    column("FILE", "/file"),
    column("LINE", "/line"),
];

const STOPPED: &str = "stopped before the end";
/// Longest wait for the processes to end.
const ENDED_WITHIN: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The folder with the configuration, as `gatehouse export` writes it.
    dir: PathBuf,
    /// Files of cases (docs/testing.md); they lie outside that folder.
    #[arg(required = true)]
    cases: Vec<PathBuf>,
    /// Write how the cases ended to this file too, as JUnit XML.
    #[arg(long)]
    junit: Option<PathBuf>,
    /// How to write the result.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
    /// Say nothing but the result and what went wrong.
    #[arg(short, long)]
    quiet: bool,
    /// Pass the lines of the processes on as they write them.
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    postgres: PostgresArgs,
}

pub(crate) async fn run(args: Test) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let (files, cases) = match read(&args) {
        Ok(Some(given)) => given,
        Ok(None) => return Ok(ExitCode::from(exit::USAGE)),
        Err(error) => {
            output::fail(&error);
            return Ok(ExitCode::from(exit::USAGE));
        }
    };
    match Box::pin(run_on_a_stack(&args, &files, &cases, begun)).await {
        Ok(report) => end(&args, &report),
        Err(error) => {
            // Told as every error is; only the exit code is one of its own.
            output::fail(&error);
            output::talk("The run did not end: nothing is known of the cases.");
            Ok(ExitCode::from(exit::NOT_RUN))
        }
    }
}

/// Reads everything before anything starts; `None` where the cases have faults, which are told.
fn read(args: &Test) -> anyhow::Result<Option<(Files, Vec<CaseFile>)>> {
    let within = args.dir.canonicalize();
    let within = within.with_context(|| format!("opening the folder {}", args.dir.display()))?;
    let (mut cases, mut sound) = (Vec::new(), true);
    for path in &args.cases {
        match reading::open(path)? {
            Ok(file) => cases.push(file),
            Err(faults) => {
                sound = false;
                for fault in faults {
                    output::talk(fault.to_string());
                }
            }
        }
        if path.canonicalize()?.starts_with(&within) {
            sound = false;
            output::talk(format!(
                "{} lies in the folder of the configuration, where every file is a resource; put it beside the folder.",
                path.display()
            ));
        }
    }
    let texts = folder::read(&args.dir)?;
    if let Some(path) = &args.junit {
        can_be_written(path).with_context(|| format!("opening {}", path.display()))?;
    }
    let dir = args.dir.clone();
    Ok(sound.then_some((Files { dir, texts }, cases)))
}

/// Finds out now, rather than after the run, whether a file can be written. Leaves nothing where nothing was.
fn can_be_written(path: &Path) -> std::io::Result<()> {
    let is_new = !path.try_exists()?;
    File::options().create(true).append(true).open(path)?;
    match is_new {
        true => std::fs::remove_file(path),
        false => Ok(()),
    }
}

/// Brings everything up, runs the cases, and takes everything away again, however that ended.
async fn run_on_a_stack(
    args: &Test,
    files: &Files,
    cases: &[CaseFile],
    begun: Instant,
) -> anyhow::Result<Report> {
    let supervisor = Supervisor::new();
    supervisor.stop_on_signals()?;
    let scratch = Scratch::make()?;
    let options = Options {
        durability: Durability::Tests,
        ..Options::default()
    };
    let starting = private_database(scratch.path(), &args.postgres, &options);
    let database = tokio::select! {
        database = Box::pin(starting) => database?,
        () = supervisor.cancelled() => bail!(STOPPED),
    };
    let played = match database.open(scratch.path()).await {
        Ok(db) => {
            let stage = (&database, &db);
            let playing = play(args, (files, cases), &scratch, stage, &supervisor, begun);
            let played = tokio::select! {
                played = Box::pin(playing) => played,
                () = supervisor.cancelled() => Err(anyhow!(STOPPED)),
            };
            supervisor.shutdown(ENDED_WITHIN).await;
            db.close().await;
            played
        }
        Err(error) => Err(error),
    };
    if played.is_err() {
        scratch.tell_logs();
    }
    database.throw_away().await?;
    played
}

async fn play(
    args: &Test,
    (files, cases): (&Files, &[CaseFile]),
    scratch: &Scratch,
    database: (&Database, &Db),
    supervisor: &Supervisor,
    begun: Instant,
) -> anyhow::Result<Report> {
    let path = scratch.path();
    let mut stage = Stage::start(path, database, files, args.verbose, supervisor).await?;
    let up = begun.elapsed();
    let changes = stage.apply(files).await?;
    let mut ready = Vec::new();
    for file in cases {
        for case in &file.cases {
            let caller = callers::make(&mut stage, case, ready.len() + 1).await?;
            ready.push((file, case, caller));
        }
    }
    stage.in_force().await?;
    let started = begun.elapsed();
    if !args.quiet {
        output::talk(format!(
            "Started in {:.1} s, of which {:.1} s are {changes} changes and the callers of {} cases.",
            started.as_secs_f64(),
            (started - up).as_secs_f64(),
            ready.len(),
        ));
    }
    let mut ended = Vec::new();
    for (file, case, caller) in ready {
        ended.push(runner::run(&stage, supervisor, (file, case), caller).await);
    }
    Ok(Report::new(ended, started, begun.elapsed() - started))
}

fn end(args: &Test, report: &Report) -> anyhow::Result<ExitCode> {
    if let Some(path) = &args.junit
        && let Err(error) = std::fs::write(path, report.junit()?)
    {
        output::talk(format!("gatehouse: writing {}: {error}", path.display()));
        return Ok(ExitCode::from(exit::NOT_RUN));
    }
    match args.output {
        Format::Json | Format::Yaml => show_one(args.output, &json!(report), "", &[])?,
        Format::Table | Format::Name => {
            let cases = report.cases.iter().map(|case| json!(case));
            show_rows(args.output, &cases.collect::<Vec<_>>(), "/name", COLUMNS)?;
        }
    }
    report.tell_failures();
    if !args.quiet {
        output::talk(format!(
            "{} passed, {} failed.",
            report.passed, report.failed
        ));
    }
    Ok(ExitCode::from(match report.failed {
        0 => exit::DONE,
        _ => exit::FAILED,
    }))
}
