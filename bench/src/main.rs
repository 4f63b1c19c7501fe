//! `gatehouse-bench`: what the gateway costs, beside a built-in reference and other proxies, measured alike.
//!
//! [`cases`] says what is measured, [`bench`] runs it: it starts the [`planes`], lets the [`generator`] load each in turn with
//! the [`backend`] behind it, and [`measure`] reads what a plane's process has used. [`scene`] makes the configuration the
//! gateway loads; [`probes`] ask what is asked of the gateway alone, some with a [`control_plane`] beside it. [`goals`] and
//! [`findings`] judge, [`report`] tells. `loads` are long runs of the whole product. docs/benchmarks.md is the manual.

mod backend;
mod bench;
mod cases;
mod control_plane;
mod dice;
mod findings;
mod generator;
mod goals;
mod histogram;
mod http1;
mod keys;
#[cfg(feature = "loads")]
mod loads;
mod machine;
mod measure;
mod own_gateway;
mod planes;
mod poll;
mod probes;
mod process;
mod reference;
mod report;
mod scene;
mod wait;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};

use bench::{Bench, Effort};
use cases::Case;
use findings::Finding;
use planes::Plane;

/// Measures the gateway.
#[derive(Debug, Parser)]
#[command(name = "gatehouse-bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The gateway and the reference at the work of an API gateway, in some seconds.
    Quick {
        #[command(flatten)]
        measuring: Measuring,
        /// Measure the gateway's role inside this program: nothing else needs building.
        #[arg(long)]
        own_gateway: bool,
        /// Fail only beyond so many times the reference's CPU, in place of the goals: for machines that do other things too.
        #[arg(long)]
        at_most: Option<f64>,
    },
    /// Every case, beside every proxy that is installed.
    Full {
        #[command(flatten)]
        measuring: Measuring,
        /// Other proxies, separated by commas; by default those that are found.
        #[arg(long, value_delimiter = ',')]
        peers: Option<Vec<String>>,
    },
    /// A long load on the whole product, with a verdict.
    #[cfg(feature = "loads")]
    Load(loads::LoadArgs),
    /// Be a gateway.
    #[command(hide = true)]
    Gateway {
        #[arg(long)]
        announce: PathBuf,
    },
    /// Be the reference proxy.
    #[command(hide = true)]
    Reference {
        upstream: SocketAddr,
        keys: PathBuf,
        records: PathBuf,
        announce: PathBuf,
        #[arg(long)]
        bare: bool,
    },
}

#[derive(Debug, Args)]
struct Measuring {
    /// The gateway's program; by default the one beside this program.
    #[arg(long)]
    gateway: Option<PathBuf>,
    /// Cases, separated by commas: b when quick, all when full.
    #[arg(long, value_delimiter = ',')]
    cases: Option<Vec<String>>,
    /// Repeats of each plane in each case.
    #[arg(long, default_value_t = 3)]
    repeats: usize,
    /// Measured seconds of a repeat.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nowhere is left to report that standard error is gone.
            let _ = writeln!(std::io::stderr().lock(), "gatehouse-bench: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// `false` when a goal was missed.
fn run(command: Command) -> anyhow::Result<bool> {
    match command {
        Command::Quick {
            mut measuring,
            own_gateway,
            at_most,
        } => {
            if own_gateway {
                measuring.gateway = Some(std::env::current_exe()?);
            }
            measure_cases(&measuring, &["b"], &[], at_most)
        }
        #[cfg(feature = "loads")]
        Command::Load(args) => loads::run(&args, &program(args.gateway.as_ref())?),
        Command::Gateway { announce } => own_gateway::serve(&announce).map(|()| true),
        Command::Full { measuring, peers } => {
            let cases = Case::all().into_iter().map(|case| case.name);
            let all: Vec<&str> = cases.chain(probes::ALL).collect();
            measure_cases(&measuring, &all, &peers_named(peers.as_deref())?, None)
        }
        Command::Reference {
            upstream,
            keys,
            records,
            announce,
            bare,
        } => reference::serve(upstream, &keys, &records, &announce, bare).map(|()| true),
    }
}

/// The peers that were named, or else those that are installed.
fn peers_named(names: Option<&[String]>) -> anyhow::Result<Vec<Plane>> {
    let Some(names) = names else {
        let installed = Plane::PEERS.into_iter().filter(|peer| peer.is_installed());
        return Ok(installed.collect());
    };
    let named = |name: &String| {
        let peer = Plane::PEERS.into_iter().find(|peer| peer.name() == name);
        let peer = peer.with_context(|| format!("there is no peer {name}"))?;
        anyhow::ensure!(peer.is_installed(), "{name} is not installed");
        Ok(peer)
    };
    names.iter().map(named).collect()
}

/// The named program, or `gatehouse` beside this one.
fn program(named: Option<&PathBuf>) -> anyhow::Result<PathBuf> {
    let program = match named {
        Some(program) => program.clone(),
        None => std::env::current_exe()?.with_file_name("gatehouse"),
    };
    anyhow::ensure!(
        program.is_file(),
        "{} is no program; name the gateway's with --gateway",
        program.display()
    );
    Ok(program)
}

fn measure_cases(
    measuring: &Measuring,
    all_cases: &[&str],
    peers: &[Plane],
    at_most: Option<f64>,
) -> anyhow::Result<bool> {
    let program = program(measuring.gateway.as_ref())?;
    let effort = Effort {
        repeats: measuring.repeats.max(1),
        warm_up: Duration::from_secs(1),
        measured: Duration::try_from_secs_f64(measuring.seconds)?,
    };
    let bench = Bench::new(&program, effort)?;
    let mut planes = vec![Plane::Reference, Plane::Gateway];
    planes.extend(peers);
    let (mut rows, mut findings) = (Vec::new(), Vec::new());
    let named = measuring.cases.as_ref();
    let names = named.map_or(all_cases.to_vec(), |named| {
        named.iter().map(String::as_str).collect()
    });
    for name in names {
        if let Some(found) = probes::run(name, &bench) {
            findings.extend(found.with_context(|| name.to_owned())?);
        } else {
            let case = Case::named(name).with_context(|| format!("there is no case {name}"))?;
            rows.extend(bench.run(&case, &planes)?);
        }
    }
    findings.splice(0..0, goals::of(&rows, at_most));
    report::write(&bench.machine, &rows, &findings)?;
    Ok(!findings.iter().any(Finding::is_missed))
}
