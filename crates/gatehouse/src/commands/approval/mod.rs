//! `gatehouse approval`: how requests are decided: rules, questions, deadlines, deputies.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::input;
use crate::remote::{Column, DryRun, Remote, Rows, column, segment};

const PLAN: &[Column] = &[
    column("PLAN", "/plan"),
    column("APPROVAL", "/approval"),
    column("RULE", "/rule"),
    column("MODE", "/rule/mode"),
    column("DUE S", "/due_s"),
    column("QUESTIONS", "/questions"),
];

const TRIED: &[Column] = &[
    column("RULE", "/rule"),
    column("DAYS", "/days"),
    column("REQUESTS", "/requests"),
    column("WOULD APPROVE", "/would_approve"),
    column("PEOPLE AGREED", "/agreed_approve"),
    column("PEOPLE REFUSED", "/contradicted"),
    column("LEFT, APPROVED", "/left_approved"),
    column("LEFT, REJECTED", "/left_rejected"),
];

const DEADLINES: &[Column] = &[
    column("DUE S", "/due_s"),
    column("REMIND BEFORE S", "/remind_before_s"),
    column("ESCALATION TEAM", "/escalation_team"),
];

const REASONS: &[Column] = &[column("REASONS", "/reject_reasons")];

const DEPUTIES: &[Column] = &[
    column("DELEGATION", "/id"),
    column("AWAY", "/from"),
    column("DEPUTY", "/to"),
    column("API", "/api"),
    column("FROM", "/starts_at"),
    column("UNTIL", "/ends_at"),
    column("IN FORCE", "/in_force"),
];

const SETTINGS: &str = "/v1/approval-settings";

#[derive(Debug, Subcommand)]
pub(crate) enum Approval {
    /// Show how requests for a plan are decided.
    Get(Named),
    /// Change how requests for a plan are decided: rule, due time and questions of a file.
    Set {
        #[command(flatten)]
        named: Named,
        /// A JSON file: {"rule": {…} or null, "due_s": 3600, "questions": […]}; what is left out is taken away.
        #[arg(long)]
        file: PathBuf,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Try a rule on past requests; changes nothing.
    Simulate {
        #[command(flatten)]
        named: Named,
        /// A JSON file with the rule, or with what `set` takes; without it the plan's own.
        #[arg(long)]
        file: Option<PathBuf>,
        /// How many days are looked at.
        #[arg(long, default_value_t = 90)]
        days: u16,
    },
    /// Show or change how long decisions may take.
    Deadlines {
        /// Seconds until a decision is due.
        #[arg(long)]
        due_s: Option<i32>,
        /// So many seconds before that approvers are reminded; 0: not at all.
        #[arg(long, requires = "due_s")]
        remind_before_s: Option<i32>,
        /// Slug or id of the team that is told of late decisions; without it the owners.
        #[arg(long, requires = "due_s")]
        escalation_team: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show or change the reasons that approvers start a rejection from.
    Reasons {
        /// One of the new reasons, in place of those there are. More than one by repeating.
        #[arg(long = "reason", conflicts_with_all = ["none", "reset"])]
        reasons: Vec<String>,
        /// Offer none.
        #[arg(long, conflicts_with = "reset")]
        none: bool,
        /// Offer the program's own again.
        #[arg(long)]
        reset: bool,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// List who decides for whom.
    Deputies {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Name somebody who decides for an approver who is away.
    Delegate {
        /// Id of the person who decides.
        to: String,
        /// First moment after it (RFC 3339).
        #[arg(long)]
        until: String,
        /// First moment (RFC 3339); without it now.
        #[arg(long)]
        from: Option<String>,
        /// Id of the person who is away; without it whoever made the token.
        #[arg(long)]
        away: Option<String>,
        /// Only about this API: slug or id.
        #[arg(long)]
        api: Option<String>,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Take a deputy back at once.
    Undelegate {
        /// Id of the delegation.
        delegation: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Slug or id of the API.
    api: String,
    /// Slug or id of the plan.
    plan: String,
    #[command(flatten)]
    remote: Remote,
}

impl Named {
    fn path(&self) -> String {
        let (api, plan) = (segment(&self.api), segment(&self.plan));
        format!("/v1/apis/{api}/plans/{plan}/approval")
    }
}

fn read(file: &Path) -> anyhow::Result<Value> {
    serde_json::from_str(&input::text(file)?)
        .with_context(|| format!("{} is not JSON", file.display()))
}

pub(crate) async fn run(command: Approval) -> anyhow::Result<ExitCode> {
    match command {
        Approval::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/plan/slug", PLAN)?;
        }
        Approval::Set { named, file, dry } => {
            let session = named.remote.open()?;
            let now = session.put(&named.path(), dry, read(&file)?).await?;
            session.show(&now, "/plan/slug", PLAN)?;
        }
        Approval::Simulate { named, file, days } => {
            let session = named.remote.open()?;
            let rule = file.as_deref().map(read).transpose()?;
            let rule = rule.map(|read| read.get("rule").cloned().unwrap_or(read));
            let body = json!({ "rule": rule, "days": days });
            let tried = session
                .post(&format!("{}/simulate", named.path()), body)
                .await?;
            session.show(&tried, "/rule", TRIED)?;
        }
        Approval::Deadlines {
            due_s,
            remind_before_s,
            escalation_team,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let mut now = session.get(SETTINGS).await?;
            if let Some(due_s) = due_s {
                let remind = remind_before_s.filter(|seconds| *seconds != 0);
                let reasons = now["reject_reasons"].take();
                let body = json!({
                    "due_s": due_s, "remind_before_s": remind, "escalation_team": escalation_team, "reject_reasons": reasons,
                });
                now = session.put(SETTINGS, dry, body).await?;
            }
            session.show(&now, "/due_s", DEADLINES)?;
        }
        Approval::Reasons {
            reasons,
            none,
            reset,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let mut now = session.get(SETTINGS).await?;
            if none || reset || !reasons.is_empty() {
                let body = json!({
                    "due_s": now["due_s"], "remind_before_s": now["remind_before_s"],
                    "escalation_team": now["escalation_team"]["id"], "reject_reasons": (!reset).then_some(reasons),
                });
                now = session.put(SETTINGS, dry, body).await?;
            }
            session.show(&now, "/due_s", REASONS)?;
        }
        other => deputies(other).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn deputies(command: Approval) -> anyhow::Result<()> {
    match command {
        Approval::Deputies { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/delegations", &[], &rows, "/id", DEPUTIES)
                .await
        }
        Approval::Delegate {
            to,
            until,
            from,
            away,
            api,
            reason,
            dry,
            remote,
        } => {
            let body = json!({ "to": to, "ends_at": until, "starts_at": from, "from": away, "api": api, "reason": reason });
            let session = remote.open()?;
            let made = session.create("/v1/delegations", dry, body).await?;
            session.show(&made, "/id", DEPUTIES)
        }
        Approval::Undelegate {
            delegation,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let path = format!("/v1/delegations/{}/revoke", segment(&delegation));
            let over = session.create(&path, dry, Value::Null).await?;
            session.show(&over, "/id", DEPUTIES)
        }
        _ => Ok(()),
    }
}
