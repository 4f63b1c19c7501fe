//! Verbs that speak to an admin API: which one, with which token, and how its answers are shown.
//!
//! A verb says [`Remote::open`], sends through the [`Session`] it gets, and shows what came back through [`Session::show`] or
//! [`Session::list`]. A refusal of the admin API is an error like any other ([`Refused`]); the program's end turns it into
//! words and an exit code, so no verb has to.

mod api;
mod contexts;
mod refused;
mod secret;
mod segment;
mod session;
mod show;
mod workload;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

pub(crate) use contexts::{Context, Contexts};
pub(crate) use refused::Refused;
pub(crate) use segment::segment;
pub(crate) use session::Session;
pub(crate) use show::{Column, column, one as show_one, one_line, rows as show_rows};

/// How to reach an admin API.
#[derive(Debug, Clone, Args)]
pub(crate) struct Reach {
    /// The admin API; without it the one of the context, else http://127.0.0.1:8001.
    #[arg(long, env = "GATEHOUSE_URL")]
    pub(crate) url: Option<String>,
    /// A context that `gatehouse login` has kept; without it the one in use.
    #[arg(long, env = "GATEHOUSE_CONTEXT")]
    pub(crate) context: Option<String>,
    /// A file with an access token. Without it GATEHOUSE_TOKEN is used, else the context's: a token never belongs in a command
    /// line.
    #[arg(long, env = "GATEHOUSE_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,
}

/// How to reach an admin API, and how to write what it answers.
#[derive(Debug, Clone, Args)]
pub(crate) struct Remote {
    #[command(flatten)]
    pub(crate) reach: Reach,
    /// How to write the result.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
    /// Say nothing but the result and what went wrong.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For programs, and for people who want everything.
    Yaml,
    /// Names only, one a line, for the next command.
    Name,
}

/// Which rows of a list.
#[derive(Debug, Clone, Args)]
pub(crate) struct Rows {
    /// Show at most this many.
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: usize,
}

/// Whether a change is made, or only checked.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct DryRun {
    /// Check everything, change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

impl DryRun {
    /// What is said when a command that deletes something is through.
    pub(crate) fn deleted(self, what: &str) -> String {
        match self.dry_run {
            true => format!("{what} could be deleted; nothing was changed."),
            false => format!("{what} is deleted."),
        }
    }
}

/// Whether subscribers are given notice of what is taken from them.
#[derive(Debug, Clone, Args)]
pub(crate) struct Notice {
    /// At once, without the notice of those who have the plan; only administrators may, and say why.
    #[arg(long, requires = "reason")]
    now: bool,
    /// Why there is no notice.
    #[arg(long, requires = "now")]
    reason: Option<String>,
}

impl Notice {
    /// As bodies have it.
    pub(crate) fn add_to(&self, body: &mut Value) {
        if self.now {
            body["now"] = json!(true);
            body["reason"] = json!(self.reason);
        }
    }
}

/// What hangs on an operation that is gone, as the server names it.
pub(crate) fn orphan(of: &Value) -> String {
    let word = |name: &str| of[name].as_str().unwrap_or_default();
    let what = match (word("policy"), word("plan")) {
        ("", "") => format!("the choice of {}", word("product")),
        ("", plan) => format!("the limit in the plan {plan} of {}", word("product")),
        (policy, _) => format!("the policy {policy}"),
    };
    format!("{what}, {}", word("operation"))
}

/// A change that cannot be taken back asks first.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Sure {
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
}
