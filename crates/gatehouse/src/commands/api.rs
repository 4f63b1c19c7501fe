//! `gatehouse api`: APIs of the tenant.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Remote, Rows, column, segment};

const COLUMNS: &[Column] = &[
    column("API", "/slug"),
    column("NAME", "/name"),
    column("TEAM", "/owner_team/slug"),
    column("VISIBILITY", "/visibility"),
    column("DATA", "/data_class"),
    column("VERSIONS", "/versions"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Api {
    /// List the APIs you may see.
    List {
        /// Only those with this word.
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get {
        /// Its slug or id.
        api: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Make one; versions come with their descriptions (`gatehouse spec publish`).
    Create(Create),
    /// Change one.
    Update(Update),
    /// Be told of new descriptions, deprecations and what its owners write.
    Follow(Followed),
    /// No longer be told.
    Unfollow(Followed),
    /// List those you follow.
    Followed {
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Followed {
    /// Its slug or id.
    api: String,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

const FOLLOWED: &[Column] = &[
    column("API", "/api/slug"),
    column("NAME", "/api/name"),
    column("SINCE", "/since"),
];

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Its slug: part of every public address.
    slug: String,
    /// Its name; the slug without one.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Its slug or id.
    api: String,
    /// Its name.
    #[arg(long)]
    name: Option<String>,
    /// Slug or id of a team that a restricted API is shown to; all of them, by repeating.
    #[arg(long = "granted-team")]
    granted_teams: Vec<String>,
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
struct About {
    /// One sentence about it.
    #[arg(long)]
    summary: Option<String>,
    /// Slug or id of the team that owns it.
    #[arg(long)]
    owner_team: Option<String>,
    /// Who sees it: private, restricted, tenant or public.
    #[arg(long)]
    visibility: Option<String>,
    /// What kind of data it carries: public, internal, personal or secret.
    #[arg(long)]
    data_class: Option<String>,
}

pub(crate) async fn run(command: Api) -> anyhow::Result<ExitCode> {
    match command {
        Api::List {
            search,
            rows,
            remote,
        } => {
            let query = [("q", search.as_deref())];
            let session = remote.open()?;
            session
                .list("/v1/apis", &query, &rows, "/slug", COLUMNS)
                .await?;
        }
        Api::Get { api, remote } => {
            let session = remote.open()?;
            let found = session.get(&path(&api)).await?;
            session.show(&found, "/slug", COLUMNS)?;
        }
        Api::Create(args) => {
            let session = args.remote.open()?;
            let body = json!({
                "slug": args.slug,
                "name": args.name.as_ref().unwrap_or(&args.slug),
                "summary": args.about.summary,
                "owner_team": args.about.owner_team,
                "visibility": args.about.visibility,
                "data_class": args.about.data_class,
            });
            let made = session.create("/v1/apis", args.dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Api::Update(args) => {
            let session = args.remote.open()?;
            let granted = (!args.granted_teams.is_empty()).then_some(args.granted_teams);
            let body = json!({
                "name": args.name,
                "granted_teams": granted,
                "summary": args.about.summary,
                "owner_team": args.about.owner_team,
                "visibility": args.about.visibility,
                "data_class": args.about.data_class,
            });
            let changed = session.patch(&path(&args.api), args.dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Api::Follow(args) => {
            let session = args.remote.open()?;
            let path = format!("{}/follow", path(&args.api));
            let followed = session.create(&path, args.dry, Value::Null).await?;
            session.show(&followed, "/api/slug", FOLLOWED)?;
        }
        Api::Unfollow(args) => {
            let session = args.remote.open()?;
            let path = format!("{}/unfollow", path(&args.api));
            session.create(&path, args.dry, Value::Null).await?;
            session.talk(format!("{} is followed no more.", args.api));
        }
        Api::Followed { remote } => {
            let session = remote.open()?;
            let found = session.get("/v1/followed-apis").await?;
            session.rows(&found, "/api/slug", FOLLOWED)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(api: &str) -> String {
    format!("/v1/apis/{}", segment(api))
}
