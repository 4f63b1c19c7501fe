//! `gatehouse application`: applications, which subscriptions and keys belong to.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("APPLICATION", "/slug"),
    column("NAME", "/name"),
    column("TEAM", "/owner_team/slug"),
    column("STATE", "/state"),
    column("SUBSCRIPTIONS", "/subscriptions"),
    column("KEYS", "/keys"),
];

const MEMBERS: &[Column] = &[
    column("PERSON", "/user_id"),
    column("NAME", "/name"),
    column("IN THE TEAM", "/role"),
];

const TEAM: &[Column] = &[
    column("TEAM", "/team/slug"),
    column("MEMBERS", "/members"),
    column("INVITED", "/invitation/email"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Application {
    /// List the applications you may see.
    List {
        /// Only those with this word.
        #[arg(long)]
        search: Option<String>,
        /// Only those of this team: slug or id.
        #[arg(long)]
        team: Option<String>,
        /// Only those with access to this API: slug or id.
        #[arg(long)]
        api: Option<String>,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get(Named),
    /// Make one.
    Create {
        /// Its name.
        name: String,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// Slug or id of the team it belongs to; without one your own.
        #[arg(long)]
        team: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Change one.
    Update {
        #[command(flatten)]
        named: Named,
        /// Its name.
        #[arg(long)]
        name: Option<String>,
        /// What it is for.
        #[arg(long)]
        description: Option<String>,
        /// Slug or id of the team it shall belong to.
        #[arg(long)]
        team: Option<String>,
        #[command(flatten)]
        dry: DryRun,
    },
    /// List who works on one: the members of its team.
    Members(Named),
    /// Take a colleague into its team, by their address; one that nobody here has is invited, where you may invite people.
    Invite {
        #[command(flatten)]
        named: Named,
        /// Their address.
        email: String,
        /// Let them choose members too.
        #[arg(long)]
        lead: bool,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Take a person out of its team, and so from whatever else the team owns.
    RemoveMember {
        #[command(flatten)]
        named: Named,
        /// Their id, as `application members` shows it.
        member: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
    /// Refuse its calls until it is let in again; its subscriptions and keys stay.
    Suspend {
        #[command(flatten)]
        named: Named,
        /// Why; its team reads it.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Let its calls in again.
    Unsuspend {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Delete one, and end its subscriptions and keys.
    Delete {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its slug or id.
    application: String,
    #[command(flatten)]
    remote: Remote,
}

impl Named {
    fn path(&self) -> String {
        format!("/v1/applications/{}", segment(&self.application))
    }

    async fn act(&self, verb: &str, dry: DryRun, body: Value) -> anyhow::Result<()> {
        let session = self.remote.open()?;
        let path = format!("{}/{verb}", self.path());
        let changed = session.create(&path, dry, body).await?;
        session.show(&changed, "/slug", COLUMNS)
    }
}

pub(crate) async fn run(command: Application) -> anyhow::Result<ExitCode> {
    match command {
        Application::List {
            search,
            team,
            api,
            rows,
            remote,
        } => {
            let query = [
                ("q", search.as_deref()),
                ("team", team.as_deref()),
                ("api", api.as_deref()),
            ];
            let session = remote.open()?;
            session
                .list("/v1/applications", &query, &rows, "/slug", COLUMNS)
                .await?;
        }
        Application::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/slug", COLUMNS)?;
        }
        Application::Create {
            name,
            description,
            team,
            dry,
            remote,
        } => {
            let body = json!({ "name": name, "description": description, "team": team });
            let session = remote.open()?;
            let made = session.create("/v1/applications", dry, body).await?;
            session.show(&made, "/slug", COLUMNS)?;
        }
        Application::Update {
            named,
            name,
            description,
            team,
            dry,
        } => {
            let body = json!({ "name": name, "description": description, "team": team });
            let session = named.remote.open()?;
            let changed = session.patch(&named.path(), dry, body).await?;
            session.show(&changed, "/slug", COLUMNS)?;
        }
        Application::Members(named) => {
            let session = named.remote.open()?;
            let found = session.get(&format!("{}/members", named.path())).await?;
            session.rows(&json!({ "data": found["members"] }), "/user_id", MEMBERS)?;
        }
        Application::Invite {
            named,
            email,
            lead,
            dry,
        } => {
            let session = named.remote.open()?;
            let role = if lead { "lead" } else { "member" };
            let body = json!({ "email": email, "role": role });
            let path = format!("{}/members", named.path());
            let done = session.create(&path, dry, body).await?;
            session.talk(match done["invitation"].is_null() {
                true => format!("{email} works on it."),
                false => format!("{email} was invited, and works on it from then on."),
            });
            session.show(&done, "/team/slug", TEAM)?;
        }
        Application::RemoveMember {
            named,
            member,
            dry,
            sure,
        } => {
            let session = named.remote.open()?;
            if !dry.dry_run {
                let what = format!("{member} leaves the team of {}.", named.application);
                session.confirm(sure, &what)?;
            }
            let path = format!("{}/members/{}", named.path(), segment(&member));
            let done = session.remove(&path, dry).await?;
            session.show(&done, "/team/slug", TEAM)?;
        }
        Application::Suspend { named, reason, dry } => {
            named
                .act("suspend", dry, json!({ "reason": reason }))
                .await?;
        }
        Application::Unsuspend { named, dry } => {
            named.act("unsuspend", dry, Value::Null).await?;
        }
        Application::Delete { named, dry, sure } => delete(&named, dry, sure).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn delete(named: &Named, dry: DryRun, sure: Sure) -> anyhow::Result<()> {
    let session = named.remote.open()?;
    if !dry.dry_run {
        let now = session.get(&named.path()).await?;
        let what = format!(
            "{} has {} subscriptions and {} keys; all of them end.",
            named.application, now["subscriptions"], now["keys"]
        );
        session.confirm(sure, &what)?;
    }
    session.delete(&named.path(), dry).await?;
    session.talk(dry.deleted(&named.application));
    Ok(())
}
