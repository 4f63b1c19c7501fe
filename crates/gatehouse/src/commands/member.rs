//! `gatehouse member`: who belongs to the tenant, what they were granted and what they can do.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use gatehouse_domain::id::UserId;
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Format, Remote, Rows, Session, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("MEMBER", "/user_id"),
    column("NAME", "/name"),
    column("E-MAIL", "/email"),
    column("STATUS", "/status"),
    column("ROLES", "/roles"),
    column("2ND FACTOR", "/second_factor"),
    column("PASSKEYS", "/passkeys"),
    column("SINCE", "/created_at"),
];

const GRANTS: &[Column] = &[
    column("GRANT", "/id"),
    column("ROLE", "/role"),
    column("FOR", "/scope/kind"),
    column("NAME", "/scope/slug"),
    column("SINCE", "/created_at"),
];

const PERMISSIONS: &[Column] = &[
    column("PERMISSION", "/permission"),
    column("ON", "/on/kind"),
    column("NAME", "/on/slug"),
    column("FROM", "/from/0/role"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// List the members of the tenant.
    List {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get(Named),
    /// Invite somebody by mail; `gatehouse invitation create` can do it for a part of the tenant.
    Invite {
        /// The address the link is sent to.
        email: String,
        /// The role they will have.
        #[arg(long, default_value = "developer")]
        role: String,
        /// Id of a team they will belong to.
        #[arg(long)]
        team: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// End the access of a member, until enabled again.
    Disable {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
    /// Give a member their access back.
    Enable {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Take away the second factor and the passkeys of a member who has lost them; their sessions end.
    ResetSecondFactor {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
    /// Set the built-in roles somebody has in the whole tenant.
    Roles {
        #[command(flatten)]
        named: Named,
        /// Every role they will have; more than one by repeating.
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
    },
    /// List what somebody was granted.
    Grants(Named),
    /// Give somebody a role, in the whole tenant or for one team, product or API.
    Grant {
        #[command(flatten)]
        named: Named,
        /// Slug of the role.
        #[arg(long)]
        role: String,
        #[command(flatten)]
        scope: Scope,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Take a grant back.
    Ungrant {
        #[command(flatten)]
        named: Named,
        /// What `member grants` calls it.
        grant: String,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Tell what hangs on somebody and would be left behind.
    Belongings(Named),
    /// Hand over what hangs on somebody who leaves: the applications of their own team, their access tokens, the teams they lead.
    Transfer {
        #[command(flatten)]
        named: Named,
        /// Who takes over: e-mail address, name or id.
        #[arg(long)]
        to: String,
        /// The team that has the applications from now on: slug or id. Without it that person's own.
        #[arg(long)]
        team: Option<String>,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Tell what somebody can do; with a permission, why or why not, and exit 1 when not.
    Can {
        #[command(flatten)]
        named: Named,
        /// Only this permission, such as spec.publish.
        #[arg(long)]
        permission: Option<String>,
        /// Only what holds on this API: slug or id.
        #[arg(long)]
        api: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Their e-mail address, name or id.
    member: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Scope {
    /// Only for what this team owns: slug or id.
    #[arg(long)]
    team: Option<String>,
    /// Only for this product: slug or id.
    #[arg(long)]
    product: Option<String>,
    /// Only for this API: slug or id.
    #[arg(long)]
    api: Option<String>,
}

pub(crate) async fn run(command: Member) -> anyhow::Result<ExitCode> {
    match command {
        Member::List { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/members", &[], &rows, "/user_id", COLUMNS)
                .await?;
        }
        Member::Get(named) => {
            let (session, path) = named.open().await?;
            let found = session.get(&path).await?;
            session.show(&found, "/user_id", COLUMNS)?;
        }
        Member::Invite {
            email,
            role,
            team,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let body = json!({ "email": email, "role": role, "team": team });
            let made = session.create("/v1/invitations", dry, body).await?;
            session.show(&made, "/id", INVITATION)?;
        }
        Member::Disable { named, dry, sure } => {
            let (session, path) = named.open().await?;
            if !dry.dry_run {
                let left = left_behind(&session, &path).await?;
                let what = format!("{} can do nothing here from now on.{left}", named.member);
                session.confirm(sure, &what)?;
            }
            let path = format!("{path}/disable");
            let changed = session.create(&path, dry, Value::Null).await?;
            session.show(&changed, "/user_id", COLUMNS)?;
        }
        Member::Enable { named, dry } => {
            let (session, path) = named.open().await?;
            let path = format!("{path}/enable");
            let changed = session.create(&path, dry, Value::Null).await?;
            session.show(&changed, "/user_id", COLUMNS)?;
        }
        Member::ResetSecondFactor { named, dry, sure } => {
            let (session, path) = named.open().await?;
            if !dry.dry_run {
                let what = format!("{} signs in with the password alone.", named.member);
                session.confirm(sure, &what)?;
            }
            let path = format!("{path}/reset-second-factor");
            let changed = session.create(&path, dry, Value::Null).await?;
            session.show(&changed, "/user_id", COLUMNS)?;
        }
        Member::Roles { named, roles } => {
            let (session, path) = named.open().await?;
            let body = json!({ "roles": roles });
            let changed = session.put_part(&path, "/roles", body).await?;
            session.show(&changed, "/user_id", COLUMNS)?;
        }
        Member::Grants(named) => {
            let (session, path) = named.open().await?;
            let held = session.get(&format!("{path}/grants")).await?;
            session.rows(&held, "/id", GRANTS)?;
        }
        Member::Grant {
            named,
            role,
            scope,
            dry,
        } => {
            let (session, path) = named.open().await?;
            let body = json!({ "role": role, "scope": scope.body() });
            let made = session.create(&format!("{path}/grants"), dry, body).await?;
            session.show(&made, "/id", GRANTS)?;
        }
        Member::Ungrant { named, grant, dry } => {
            let (session, path) = named.open().await?;
            let path = format!("{path}/grants/{}", segment(&grant));
            session.remove(&path, dry).await?;
            session.talk(if dry.dry_run {
                "It could be taken back."
            } else {
                "Taken back."
            });
        }
        Member::Belongings(named) => {
            let (session, path) = named.open().await?;
            let found = session.get(&format!("{path}/belongings")).await?;
            session.show(&found, "/user_id", BELONGINGS)?;
        }
        Member::Transfer {
            named,
            to,
            team,
            dry,
        } => {
            let (session, path) = named.open().await?;
            let body = json!({ "to": find(&session, &to).await?, "team": team });
            let done = session
                .create(&format!("{path}/transfer"), dry, body)
                .await?;
            session.show(&done, "/to", TRANSFERRED)?;
        }
        Member::Can {
            named,
            permission,
            api,
        } => return can(&named, permission, api).await,
    }
    Ok(ExitCode::SUCCESS)
}

const BELONGINGS: &[Column] = &[
    column("MEMBER", "/user_id"),
    column("APPLICATIONS", "/applications"),
    column("TOKENS", "/tokens"),
    column("LEADS ALONE", "/led_teams"),
    column("DELEGATIONS", "/delegations"),
];

const TRANSFERRED: &[Column] = &[
    column("FROM", "/from"),
    column("TO", "/to"),
    column("TEAM", "/team"),
    column("APPLICATIONS", "/applications"),
    column("TOKENS", "/tokens"),
    column("LEADS NOW", "/led_teams"),
];

pub(super) const INVITATION: &[Column] = &[
    column("INVITATION", "/id"),
    column("E-MAIL", "/email"),
    column("ROLE", "/role"),
    column("FOR", "/scope/slug"),
    column("LANDS ON", "/api/slug"),
    column("UNTIL", "/expires_at"),
];

/// What nobody looks after once somebody is disabled, as a sentence; empty when there is nothing.
async fn left_behind(session: &Session, member: &str) -> anyhow::Result<String> {
    let found = session.get(&format!("{member}/belongings")).await?;
    let names = |what: &str, field: &str| {
        let rows = found[field].as_array().into_iter().flatten();
        let names: Vec<_> = rows.filter_map(|row| row["name"].as_str()).collect();
        (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
    };
    let left: Vec<String> = [
        names("the applications", "applications"),
        names("the access tokens", "tokens"),
        names("the lead of the teams", "led_teams"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if left.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(
        " On them hang {}; `gatehouse member transfer` hands that over first.",
        left.join("; ")
    ))
}

/// A question about one permission is answered by the exit code as well, for scripts.
async fn can(
    named: &Named,
    permission: Option<String>,
    api: Option<String>,
) -> anyhow::Result<ExitCode> {
    let (session, path) = named.open().await?;
    let asked: Vec<_> = [("permission", permission), ("api", api)]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", segment(&value?))))
        .collect();
    let mark = if asked.is_empty() { "" } else { "?" };
    let path = format!("{path}/permissions{mark}{}", asked.join("&"));
    let told = session.get(&path).await?;
    if let Some(limit) = told["limited_by"].as_str() {
        session.talk(limit);
    }
    match session.format() {
        Format::Json | Format::Yaml => session.show(&told, "/user_id", PERMISSIONS)?,
        Format::Table | Format::Name => {
            let rows = json!({ "data": told["permissions"] });
            session.rows(&rows, "/permission", PERMISSIONS)?;
        }
    }
    let Some(answer) = told["answer"].as_object() else {
        return Ok(ExitCode::SUCCESS);
    };
    session.talk(answer["because"].as_str().unwrap_or_default());
    Ok(if answer["allowed"] == true {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Scope {
    pub(super) fn body(&self) -> Value {
        match (&self.team, &self.product, &self.api) {
            (Some(team), _, _) => json!({ "team": team }),
            (_, Some(product), _) => json!({ "product": product }),
            (_, _, Some(api)) => json!({ "api": api }),
            _ => Value::Null,
        }
    }
}

impl Named {
    async fn open(&self) -> anyhow::Result<(Session, String)> {
        let session = self.remote.open()?;
        let id = find(&session, &self.member).await?;
        Ok((session, format!("/v1/members/{}", segment(&id))))
    }
}

/// The id of a member: as it is, or of the one with this address or name.
pub(super) async fn find(session: &Session, member: &str) -> anyhow::Result<String> {
    if member.parse::<UserId>().is_ok() {
        return Ok(member.to_owned());
    }
    let wanted = member.to_lowercase();
    let is = |row: &Value, field: &str| {
        row[field]
            .as_str()
            .is_some_and(|text| text.to_lowercase() == wanted)
    };
    let mut named = Vec::new();
    let mut path = "/v1/members?limit=200".to_owned();
    loop {
        let page = session.get(&path).await?;
        let rows = page["data"].as_array().cloned().unwrap_or_default();
        let id = |row: &Value| row["user_id"].as_str().unwrap_or_default().to_owned();
        if let Some(row) = rows.iter().find(|row| is(row, "email")) {
            return Ok(id(row));
        }
        named.extend(rows.iter().filter(|row| is(row, "name")).map(id));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/members?limit=200&after={}", segment(next)),
            None => break,
        }
    }
    match named.as_slice() {
        [only] => Ok(only.clone()),
        [] => bail!("there is no member {member}; `gatehouse member list` shows them"),
        several => bail!(
            "{} members are called {member}; say which by e-mail address",
            several.len()
        ),
    }
}
