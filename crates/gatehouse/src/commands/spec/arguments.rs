//! What `gatehouse spec` takes.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use gatehouse_domain::api::Compat;

use crate::remote::{Reach, Remote, Rows};

#[derive(Debug, Subcommand)]
pub(crate) enum Spec {
    /// Compare two revisions of an OpenAPI or Swagger document by what they mean for callers, or one with what is in force.
    // Here --version names the version of the API.
    #[command(disable_version_flag = true)]
    Diff(Diff),
    /// Look at a document with lint rules, as publishing does.
    Lint(Lint),
    /// Read many documents as publishing does: what would be refused and why, what each costs.
    Check(Check),
    /// Publish an OpenAPI or Swagger document as an API version.
    #[command(disable_version_flag = true)]
    Publish(Publish),
    /// List the revisions of a version, those that wait to be accepted included.
    #[command(disable_version_flag = true)]
    Revisions(Revisions),
    /// Accept a revision that breaks callers: sent again, it is published.
    #[command(disable_version_flag = true)]
    Accept(Accept),
    /// Show what a revision changes, for whom, and line by line: what an approver reads before accepting it.
    #[command(disable_version_flag = true)]
    Changes(OneRevision),
    /// Publish a revision that was accepted, as it was sent in.
    #[command(disable_version_flag = true)]
    PublishRevision {
        #[command(flatten)]
        revision: OneRevision,
        /// Take away limits and choices of operations that it no longer has; without it they stop the publish.
        #[arg(long)]
        drop_orphans: bool,
    },
    /// Set what happens when a document breaks callers of the one in force.
    #[command(disable_version_flag = true)]
    Compat(SetCompat),
}

/// A version of an API.
#[derive(Debug, Clone, Args)]
pub(crate) struct Of {
    /// Slug or id of the API.
    #[arg(long)]
    pub(crate) api: String,
    /// Label of the version, such as v1.
    #[arg(long)]
    pub(crate) version: String,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The document as callers know it, JSON or YAML; `-` reads standard input. With --api: the document as it shall be.
    pub(crate) old: PathBuf,
    /// The document as it shall be.
    #[arg(conflicts_with = "api", required_unless_present = "api")]
    pub(crate) new: Option<PathBuf>,
    /// Slug or id of an API: compare with what is in force there, and say who calls what breaks.
    #[arg(long, requires = "version")]
    pub(crate) api: Option<String>,
    /// Label of the version to compare with, such as v1.
    #[arg(long, requires = "api")]
    pub(crate) version: Option<String>,
    /// How to write the result.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
    /// End with 3 when there are changes that break nobody. Breaking ones end with 4, and what could not be compared with 6, in any case.
    #[arg(long)]
    pub(crate) exit_code: bool,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// How to write what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs.
    Json,
    /// For programs, and for people who want everything.
    Yaml,
    /// One name only, for the next command.
    Name,
    /// For code hosts that show findings beside the lines: SARIF 2.1.0.
    Sarif,
    /// A comment for a pull request.
    Markdown,
}

/// How to write a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Plain {
    /// For people.
    Table,
    /// For programs.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// The document, JSON or YAML; `-` reads standard input.
    pub(crate) file: PathBuf,
    /// The tenant's levels, as `gatehouse lint rules -o json` writes them. Without it every rule has its own.
    #[arg(long)]
    pub(crate) rules: Option<PathBuf>,
    /// How to write the result.
    #[arg(short, long, value_enum, default_value_t = Plain::Table)]
    pub(crate) output: Plain,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Documents, and folders of documents with the endings .json, .yaml and .yml.
    #[arg(required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// How to write the result.
    #[arg(short, long, value_enum, default_value_t = Plain::Table)]
    pub(crate) output: Plain,
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The document, JSON or YAML; `-` reads standard input.
    #[arg(required_unless_present = "from")]
    pub(crate) file: Option<PathBuf>,
    /// Have the admin API fetch the document from this address instead.
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    pub(crate) from: Option<String>,
    #[command(flatten)]
    pub(crate) of: Of,
    /// Make the API when it does not exist.
    #[arg(long)]
    pub(crate) create: bool,
    /// Check everything, change nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take away limits and choices of operations that the document no longer has; without it they stop the publish.
    #[arg(long)]
    pub(crate) drop_orphans: bool,
    /// Commit the document comes from, for the record. In GitHub Actions and GitLab CI this and what follows are known.
    #[arg(long)]
    pub(crate) commit: Option<String>,
    /// Branch it comes from.
    #[arg(long)]
    pub(crate) branch: Option<String>,
    /// Address or number of the run that sends it.
    #[arg(long)]
    pub(crate) ci_run: Option<String>,
    /// Who wrote the change.
    #[arg(long)]
    pub(crate) author: Option<String>,
    /// Have a job publish it, and tell how far it is: for documents that take longer than a request may.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) as_job: bool,
    /// Wait this long for the gateways to have it: 0 does not wait.
    #[arg(long, default_value = "30s")]
    pub(crate) wait: String,
    /// How to write the result.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub(crate) output: Format,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

impl Publish {
    /// The file; of a document that is fetched, its address without what follows the path, which may hold a secret.
    pub(crate) fn document(&self) -> &Path {
        let from = self.from.as_deref().unwrap_or("-");
        let fetched = from.split(['?', '#']).next().unwrap_or_default();
        self.file.as_deref().unwrap_or(Path::new(fetched))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Revisions {
    #[command(flatten)]
    pub(crate) of: Of,
    #[command(flatten)]
    pub(crate) rows: Rows,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Accept {
    #[command(flatten)]
    pub(crate) of: Of,
    /// Number of the revision, as the refusal names it.
    #[arg(long)]
    pub(crate) revision: u32,
    /// Why callers can bear it.
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct OneRevision {
    #[command(flatten)]
    pub(crate) of: Of,
    /// Number of the revision.
    #[arg(long)]
    pub(crate) revision: u32,
    /// How to write the result.
    #[arg(short, long, value_enum, default_value_t = Plain::Table)]
    pub(crate) output: Plain,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, Args)]
pub(crate) struct SetCompat {
    /// `strict` refuses what breaks callers; `warn` and `off` publish it all the same.
    #[arg(value_parser = compat)]
    pub(crate) compat: Compat,
    #[command(flatten)]
    pub(crate) of: Of,
    #[command(flatten)]
    pub(crate) remote: Remote,
}

fn compat(text: &str) -> Result<Compat, String> {
    Compat::parse(text).ok_or_else(|| "use strict, warn or off".to_owned())
}
