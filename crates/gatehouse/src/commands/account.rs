//! `gatehouse account`: what is the caller's own.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const ACCOUNT: &[Column] = &[
    column("NAME", "/name"),
    column("ADDRESS", "/email"),
    column("LANGUAGE", "/language"),
    column("TENANT", "/tenant/slug"),
    column("TIME ZONE", "/tenant/time_zone"),
    column("TENANTS", "/tenants"),
    column("UNREAD", "/unread"),
    column("TOKEN", "/token/name"),
    column("TOKEN BEGINS", "/token/prefix"),
    column("TOKEN EXPIRES", "/token/expires_at"),
];

const SESSIONS: &[Column] = &[
    column("USED", "/last_seen_at"),
    column("BEGAN", "/created_at"),
    column("FROM", "/ip"),
    column("BROWSER", "/agent"),
    column("SESSION", "/id"),
];

const FACTOR: &[Column] = &[
    column("ON", "/on"),
    column("SINCE", "/since"),
    column("RECOVERY CODES LEFT", "/recovery_codes_left"),
];

const PASSKEYS: &[Column] = &[
    column("NAME", "/name"),
    column("ADDED", "/created_at"),
    column("LAST USED", "/last_used_at"),
];

const INBOX: &[Column] = &[
    column("AT", "/created_at"),
    column("TITLE", "/title"),
    column("READ", "/read_at"),
    column("NOTICE", "/id"),
];

const LANGUAGE: &[Column] = &[column("LANGUAGE", "/language")];

const LEFT: &[Column] = &[column("UNREAD", "/unread")];

const PREFERENCES: &[Column] = &[
    column("TYPE", "/type"),
    column("MAIL", "/mail"),
    column("CHOSEN", "/chosen"),
    column("ALWAYS", "/required"),
    column("WHEN", "/says"),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Show whose account it is, where they belong and which token is used.
    Show {
        #[command(flatten)]
        remote: Remote,
    },
    /// List where you are signed in to the portal.
    Sessions {
        #[command(flatten)]
        remote: Remote,
    },
    /// End one session: whoever uses it has to sign in again.
    EndSession {
        /// What the list of sessions calls it.
        session: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// End all your sessions. The token goes on.
    EndSessions {
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show whether you are asked for a code after your password. It is changed in the portal, at /account/security.
    SecondFactor {
        #[command(flatten)]
        remote: Remote,
    },
    /// List your passkeys. They are changed in the portal, at /account/passkeys.
    Passkeys {
        #[command(flatten)]
        remote: Remote,
    },
    /// List what you were told, newest first.
    Inbox {
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Mark a notice as read, or all.
    Read {
        /// Its id.
        #[arg(required_unless_present = "all")]
        notice: Option<String>,
        /// Everything in the inbox.
        #[arg(long, conflicts_with = "notice")]
        all: bool,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Choose the language of your pages and mails, in every tenant.
    Language {
        /// Which.
        #[arg(value_enum)]
        language: Tongue,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// List how mail comes to you.
    Preferences {
        #[command(flatten)]
        remote: Remote,
    },
    /// Choose how mail of one type comes to you.
    Prefer {
        /// A type of the list, such as subscription.approved, or '*' for every other.
        #[arg(value_name = "TYPE")]
        kind: String,
        /// How.
        #[arg(value_enum)]
        mail: Mail,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
}

/// What pages and mails are in.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Tongue {
    /// English.
    En,
    /// German.
    De,
    /// What each browser asks for; what somebody else does is mailed in English.
    Auto,
}

impl Tongue {
    /// As bodies have it.
    fn tag(self) -> Option<&'static str> {
        match self {
            Self::En => Some("en"),
            Self::De => Some("de"),
            Self::Auto => None,
        }
    }
}

/// How mail comes.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Mail {
    /// A mail for each, at once.
    Immediate,
    /// One mail an hour with all of them.
    Hourly,
    /// One mail a day with all of them.
    Daily,
    /// No mail.
    Off,
    /// As everything else: takes the choice back.
    Default,
}

impl Mail {
    /// As bodies have it.
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Immediate => Some("immediate"),
            Self::Hourly => Some("hourly"),
            Self::Daily => Some("daily"),
            Self::Off => Some("off"),
            Self::Default => None,
        }
    }
}

pub(crate) async fn run(command: Account) -> anyhow::Result<ExitCode> {
    match command {
        Account::Show { remote } => show(&remote, "/v1/account", "/email", ACCOUNT).await?,
        Account::Sessions { remote } => {
            whole(&remote, "/v1/account/sessions", "/id", SESSIONS).await?;
        }
        Account::EndSession {
            session: name,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let path = format!("/v1/account/sessions/{}", segment(&name));
            session.remove(&path, dry).await?;
            session.talk(match dry.dry_run {
                true => "It would end.",
                false => "It has ended.",
            });
        }
        Account::EndSessions { dry, sure, remote } => {
            let session = remote.open()?;
            if !dry.dry_run {
                let what = "You are signed out of the portal everywhere.";
                session.confirm(sure, what)?;
            }
            let path = "/v1/account/sessions/end";
            let ended = session.create(path, dry, Value::Null).await?;
            session.show(&ended, "/ended", &[column("ENDED", "/ended")])?;
        }
        Account::SecondFactor { remote } => {
            show(&remote, "/v1/account/second-factor", "/on", FACTOR).await?;
        }
        Account::Passkeys { remote } => {
            whole(&remote, "/v1/account/passkeys", "/id", PASSKEYS).await?;
        }
        Account::Inbox { rows, remote } => {
            let session = remote.open()?;
            session
                .list("/v1/account/inbox", &[], &rows, "/id", INBOX)
                .await?;
        }
        Account::Read {
            notice,
            all: _,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let path = match &notice {
                Some(notice) => format!("/v1/account/inbox/{}/read", segment(notice)),
                None => "/v1/account/inbox/read".to_owned(),
            };
            let left = session.create(&path, dry, Value::Null).await?;
            session.show(&left, "/unread", LEFT)?;
        }
        Account::Language {
            language,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let body = json!({ "language": language.tag() });
            let chosen = session.choose("/v1/account/language", dry, body).await?;
            session.show(&chosen, "/language", LANGUAGE)?;
        }
        Account::Preferences { remote } => {
            whole(
                &remote,
                "/v1/account/mail-preferences",
                "/type",
                PREFERENCES,
            )
            .await?;
        }
        Account::Prefer {
            kind,
            mail,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let path = format!("/v1/account/mail-preferences/{}", segment(&kind));
            let body = json!({ "mail": mail.word() });
            let chosen = session.choose(&path, dry, body).await?;
            session.show(&chosen, "/type", PREFERENCES)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(remote: &Remote, path: &str, name: &str, columns: &[Column]) -> anyhow::Result<()> {
    let session = remote.open()?;
    let found = session.get(path).await?;
    session.show(&found, name, columns)
}

/// Shows a list that comes whole.
async fn whole(remote: &Remote, path: &str, name: &str, columns: &[Column]) -> anyhow::Result<()> {
    let session = remote.open()?;
    let found = session.get(path).await?;
    session.rows(&found, name, columns)
}
