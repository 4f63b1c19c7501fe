//! `gatehouse key`: the keys of applications. A key is told once, and never stands in a command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Subcommand};
use gatehouse_domain::credential::CredentialKind;
use gatehouse_runtime::settings::parse_duration;
use serde_json::{Value, json};

use crate::input;
use crate::output::exit;
use crate::remote::{Column, DryRun, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("KEY", "/id"),
    column("KIND", "/kind"),
    column("NAME", "/name"),
    column("BEGINS", "/prefix"),
    column("ENDS IN", "/last4"),
    column("ENVIRONMENT", "/environment"),
    column("STATE", "/state"),
    column("FOR", "/products"),
    column("LAST USED", "/last_used_at"),
    column("CALLS", "/calls"),
    column("EXPIRES", "/expires_at"),
    column("RETIRES", "/retire_at"),
];

const EVIDENCE: &[Column] = &[
    column("KEY", "/key"),
    column("STATE", "/state"),
    column("REPLACED BY", "/replaced_by"),
    column("REPLACED", "/replaced_at"),
    column("RETIRES", "/retire_at"),
    column("RETIRES AFTER QUIET HOURS", "/quiet_hours"),
    column("LEAKED", "/leaked_at"),
    column("LAST USED", "/last_used_at"),
    column("CALLS SINCE REPLACED", "/calls_since_replaced"),
    column("CALLS IN THE LAST HOUR", "/calls_last_hour"),
    column("CALLS IN THE LAST DAY", "/calls_last_day"),
    column("CALLED FROM", "/sources"),
    column("GATEWAYS NOT HEARD FROM", "/unheard_gateways"),
];

const ADVICE: &str = "This is shown once. Keep it where the application keeps secrets.";

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// List the keys of an application.
    List {
        /// Slug or id of the application.
        application: String,
        /// Only those of this environment: slug or id.
        #[arg(long)]
        environment: Option<String>,
        /// Only those that open something now.
        #[arg(long)]
        usable: bool,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one.
    Get(Named),
    /// Show who still uses one: how often, when last, for what.
    Evidence(Named),
    /// Make one. It is shown once: as the result, or in a file.
    Create(Create),
    /// Make one in the place of another, which works on for a while. The new one is shown once.
    Rotate(Rotate),
    /// Refuse one from now on, for ever.
    Revoke {
        #[command(flatten)]
        named: Named,
        /// Why, for the people it concerns.
        #[arg(long)]
        reason: Option<String>,
        /// Wait so many seconds at most until every gateway refuses it.
        #[arg(long, default_value_t = 0)]
        wait: u64,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its id: key_…, never the key itself.
    key: String,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Slug or id of the application.
    application: String,
    /// Where it works: slug or id.
    #[arg(long, default_value = "production")]
    environment: String,
    /// What it is called.
    #[arg(long, default_value = "")]
    name: String,
    /// How a caller proves it: api_key, the one kind that gateways check so far, basic, hmac, jwt_key, oauth_client or mtls_cert.
    #[arg(long, value_parser = kind)]
    kind: Option<CredentialKind>,
    #[command(flatten)]
    public: Public,
    /// The only product it is for: slug or id, for a single API that of the API; more than one by repeating.
    #[arg(long = "product")]
    products: Vec<String>,
    /// How many days it lives; without it as long as the plans allow.
    #[arg(long)]
    days: Option<i32>,
    /// Write it to this file (mode 0600) instead of standard output.
    #[arg(long)]
    secret_file: Option<PathBuf>,
    #[command(flatten)]
    dry: DryRun,
    #[command(flatten)]
    remote: Remote,
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    #[command(flatten)]
    named: Named,
    /// How long the former key works on: 0s, 12h, 7d. Without it 7 days.
    #[arg(long)]
    overlap: Option<String>,
    /// End the former key sooner, once nobody has used it for so many hours.
    #[arg(long, conflicts_with = "leaked")]
    quiet_hours: Option<i32>,
    /// Somebody else may have it: it ends now.
    #[arg(long, conflicts_with = "overlap")]
    leaked: bool,
    #[command(flatten)]
    public: Public,
    /// Wait so many seconds at most until every gateway has the change; with --leaked 30 if nothing is said.
    #[arg(long)]
    wait: Option<u64>,
    /// Write the new key to this file (mode 0600) instead of standard output.
    #[arg(long)]
    secret_file: Option<PathBuf>,
    #[command(flatten)]
    dry: DryRun,
}

/// The public half of what its owner keeps, for the kinds that have one.
#[derive(Debug, Args)]
pub(crate) struct Public {
    /// A file with the public key, as JSON Web Key (RFC 7517); for the kind jwt_key.
    #[arg(long)]
    public_key: Option<PathBuf>,
    /// A file with the certificate (PEM), with which the credential ends; for the kind mtls_cert.
    #[arg(long)]
    certificate: Option<PathBuf>,
}

impl Public {
    fn is_some(&self) -> bool {
        self.public_key.is_some() || self.certificate.is_some()
    }

    fn key(&self) -> anyhow::Result<Value> {
        let Some(path) = &self.public_key else {
            return Ok(Value::Null);
        };
        let text = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let key = serde_json::from_slice(&text);
        key.with_context(|| format!("{} is no JSON Web Key", path.display()))
    }

    fn certificate(&self) -> anyhow::Result<Option<String>> {
        self.certificate.as_deref().map(input::text).transpose()
    }
}

fn kind(text: &str) -> Result<CredentialKind, String> {
    let known = || {
        let words: Vec<&str> = CredentialKind::ALL
            .iter()
            .map(|kind| kind.as_str())
            .collect();
        format!("use one of {}", words.join(", "))
    };
    CredentialKind::parse(text).ok_or_else(known)
}

/// How long a leaked key's end is waited for when nothing is said, seconds.
const LEAKED_WAIT_S: u64 = 30;

impl Named {
    fn path(&self) -> String {
        format!("/v1/keys/{}", segment(&self.key))
    }
}

pub(crate) async fn run(command: Key) -> anyhow::Result<ExitCode> {
    match command {
        Key::List {
            application,
            environment,
            usable,
            rows,
            remote,
        } => {
            let path = format!("/v1/applications/{}/keys", segment(&application));
            let query = [
                ("environment", environment.as_deref()),
                ("usable", usable.then_some("true")),
            ];
            let session = remote.open()?;
            session.list(&path, &query, &rows, "/id", COLUMNS).await?;
        }
        Key::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/id", COLUMNS)?;
        }
        Key::Evidence(named) => {
            let session = named.remote.open()?;
            let found = session.get(&format!("{}/evidence", named.path())).await?;
            session.show(&found, "/key", EVIDENCE)?;
        }
        Key::Create(wanted) => create(wanted).await?,
        Key::Rotate(wanted) => return rotate(wanted).await,
        Key::Revoke {
            named,
            reason,
            wait,
            dry,
            sure,
        } => {
            let session = named.remote.open()?;
            if !dry.dry_run {
                let what = format!("Calls with {} are refused from now on.", named.key);
                session.confirm(sure, &what)?;
            }
            let path = format!("{}/revoke", named.path());
            let revoked = session
                .create(&path, dry, json!({ "reason": reason }))
                .await?;
            session.show(&revoked, "/id", COLUMNS)?;
            return enforced(&session, &revoked, wait).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(wanted: Create) -> anyhow::Result<()> {
    let session = wanted.remote.open()?;
    let path = format!("/v1/applications/{}/keys", segment(&wanted.application));
    let body = json!({
        "environment": wanted.environment,
        "name": wanted.name,
        "expires_in_days": wanted.days,
        "products": wanted.products,
        "kind": wanted.kind,
        "public_key": wanted.public.key()?,
        "certificate": wanted.public.certificate()?,
    });
    let made = session.create(&path, wanted.dry, body).await?;
    if made["enforced"] == false {
        session.talk(CredentialKind::NOT_ENFORCED);
    }
    if wanted.dry.dry_run || wanted.public.is_some() {
        return session.show(&made, "/id", COLUMNS);
    }
    session.hand_over(made, wanted.secret_file.as_deref(), COLUMNS, ADVICE)
}

async fn rotate(wanted: Rotate) -> anyhow::Result<ExitCode> {
    let overlap = wanted.overlap.as_deref().map(parse_duration);
    let overlap = overlap.transpose().context("--overlap")?;
    let session = wanted.named.remote.open()?;
    let path = format!("{}/rotate", wanted.named.path());
    let body = json!({
        "overlap_s": overlap.map(|overlap| overlap.as_secs()),
        "quiet_hours": wanted.quiet_hours,
        "leaked": wanted.leaked.then_some(true),
        "public_key": wanted.public.key()?,
        "certificate": wanted.public.certificate()?,
    });
    let made = session.create(&path, wanted.dry, body).await?;
    if wanted.dry.dry_run || wanted.public.is_some() {
        session.show(&made, "/id", COLUMNS)?;
        return Ok(ExitCode::SUCCESS);
    }
    let change = json!({ "change_id": made["change_id"] });
    session.hand_over(made, wanted.secret_file.as_deref(), COLUMNS, ADVICE)?;
    let wait = if wanted.leaked { LEAKED_WAIT_S } else { 0 };
    enforced(&session, &change, wanted.wait.unwrap_or(wait)).await
}

/// Waits for the gateways. Ends with 1 when some still let the former key in.
async fn enforced(
    session: &crate::remote::Session,
    answer: &Value,
    wait: u64,
) -> anyhow::Result<ExitCode> {
    let everywhere = session.in_force(answer, Duration::from_secs(wait)).await?;
    Ok(ExitCode::from(if everywhere {
        exit::DONE
    } else {
        exit::FAILED
    }))
}
