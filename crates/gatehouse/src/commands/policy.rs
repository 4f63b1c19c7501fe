//! `gatehouse policy`: what gateways do with calls besides letting subscribed ones through.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use gatehouse_spec::{Limits, file};
use serde_json::{Value, json};

use crate::remote::{Column, DryRun, Format, Remote, Rows, Sure, column, segment};

const COLUMNS: &[Column] = &[
    column("POLICY", "/slug"),
    column("KIND", "/kind"),
    column("PLACE", "/place"),
    column("MODE", "/mode"),
    column("INHERIT", "/inherit"),
    column("CHANGED", "/updated_at"),
];

/// Of what applies, in the order gateways run it.
const APPLIED: &[Column] = &[
    column("KIND", "/kind"),
    column("POLICY", "/slug"),
    column("FROM", "/place"),
    column("MODE", "/mode"),
    column("INSTEAD", "/instead"),
];

/// Most that is read of a file; the admin API takes less.
const FILE_MAX: u64 = 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// List the policies of the tenant and of the APIs you may read.
    #[command(disable_version_flag = true)]
    List {
        #[command(flatten)]
        place: Filter,
        #[command(flatten)]
        rows: Rows,
        #[command(flatten)]
        remote: Remote,
    },
    /// Show one; with -o yaml what it says, too.
    Get(Named),
    /// Put one in place: for every API, or as far in as is named.
    #[command(disable_version_flag = true)]
    Create {
        /// What it does.
        #[arg(value_enum)]
        kind: Kind,
        /// Its name; made of its place and kind without it.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        place: Place,
        /// What it says, as YAML or JSON; `-` reads standard input.
        #[arg(long)]
        file: PathBuf,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Change what one says, or whether it decides.
    Update {
        #[command(flatten)]
        named: Named,
        /// What it says, whole, as YAML or JSON; `-` reads standard input.
        #[arg(long)]
        file: Option<PathBuf>,
        #[command(flatten)]
        how: How,
        #[command(flatten)]
        dry: DryRun,
    },
    /// Take one away; one further out may apply again.
    Delete {
        #[command(flatten)]
        named: Named,
        /// Why, for the audit log.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
    },
    /// Say what an operation gets, in the order gateways run it, and where it is from.
    #[command(disable_version_flag = true)]
    Effective {
        /// Slug or id of the API.
        api: String,
        /// Label of the version.
        version: String,
        /// Slug or id of the environment.
        #[arg(long, default_value = "production")]
        environment: String,
        /// Method and path, such as 'GET /pets/{id}'; without it what those get that have no policy of their own.
        #[arg(long)]
        operation: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Its name or id.
    policy: String,
    #[command(flatten)]
    remote: Remote,
}

impl Named {
    fn path(&self) -> String {
        format!("/v1/policies/{}", segment(&self.policy))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// Only those of this API: slug or id.
    #[arg(long)]
    api: Option<String>,
    /// Only those of versions with this label.
    #[arg(long)]
    version: Option<String>,
    /// Only those for this environment alone: slug or id.
    #[arg(long)]
    environment: Option<String>,
    /// Only those of this kind.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
}

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Only of this API: slug or id.
    #[arg(long)]
    api: Option<String>,
    /// Only of this version of the API.
    #[arg(long, requires = "api")]
    version: Option<String>,
    /// Only of this operation of the version: method and path, such as 'GET /pets/{id}'.
    #[arg(long, requires = "version")]
    operation: Option<String>,
    /// Only in this environment: slug or id.
    #[arg(long)]
    environment: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct How {
    /// Whether it decides.
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Whether places further in may say otherwise.
    #[arg(long, value_enum)]
    inherit: Option<Inherit>,
    /// Why, for the audit log.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Answers preflight requests and tells browsers which pages may read responses.
    Cors,
    /// Wants a signed token of its user beside the application's key.
    Jwt,
    /// A rate of all calls together.
    RateLimit,
    /// Sets and removes header fields.
    Headers,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Mode {
    /// It does.
    Enforce,
    /// What it would refuse is counted, and nothing is refused.
    Shadow,
    /// It does nothing, and takes the place of one further out.
    Off,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Inherit {
    /// They may.
    Default,
    /// They may not.
    Locked,
}

/// The word of a value, as the admin API has it.
fn word(value: Option<impl ValueEnum>) -> Option<String> {
    let value = value?.to_possible_value()?;
    Some(value.get_name().to_owned())
}

impl How {
    fn add_to(&self, body: &mut Value) {
        body["mode"] = json!(word(self.mode));
        body["inherit"] = json!(word(self.inherit));
        body["reason"] = json!(self.reason);
    }
}

/// What a policy says, from a file of YAML or JSON. Nothing of it is repeated where it cannot be read: it may be the wrong file.
fn read(path: &Path) -> anyhow::Result<Value> {
    let mut text = Vec::new();
    match path.to_str() {
        Some("-") => std::io::stdin().take(FILE_MAX).read_to_end(&mut text)?,
        _ => std::fs::File::open(path)
            .and_then(|file| file.take(FILE_MAX).read_to_end(&mut text))
            .with_context(|| format!("reading {}", path.display()))?,
    };
    match file::read(&text, &Limits::default()) {
        Ok(value) => Ok(value),
        Err(errors) => {
            let place = errors.errors.iter().find_map(|error| error.location);
            let place = place.map_or_else(String::new, |at| format!(":{}:{}", at.line, at.column));
            bail!("{}{place} is neither YAML nor JSON", path.display())
        }
    }
}

/// Shows a policy that was just put, with what was left out of it.
fn show(session: &crate::remote::Session, policy: &Value) -> anyhow::Result<()> {
    for warning in policy["warnings"].as_array().into_iter().flatten() {
        session.talk(warning.as_str().unwrap_or_default());
    }
    session.show(policy, "/slug", COLUMNS)
}

pub(crate) async fn run(command: Policy) -> anyhow::Result<ExitCode> {
    match command {
        Policy::List {
            place,
            rows,
            remote,
        } => {
            let session = remote.open()?;
            let kind = word(place.kind);
            let query = [
                ("api", place.api.as_deref()),
                ("version", place.version.as_deref()),
                ("environment", place.environment.as_deref()),
                ("kind", kind.as_deref()),
            ];
            session
                .list("/v1/policies", &query, &rows, "/slug", COLUMNS)
                .await?;
        }
        Policy::Get(named) => {
            let session = named.remote.open()?;
            let found = session.get(&named.path()).await?;
            session.show(&found, "/slug", COLUMNS)?;
        }
        Policy::Create {
            kind,
            name,
            place,
            file,
            how,
            dry,
            remote,
        } => {
            let mut body = json!({
                "slug": name, "kind": word(Some(kind)), "document": read(&file)?, "api": place.api, "version": place.version,
                "operation": place.operation, "environment": place.environment,
            });
            how.add_to(&mut body);
            let session = remote.open()?;
            let made = session.create("/v1/policies", dry, body).await?;
            show(&session, &made)?;
        }
        Policy::Update {
            named,
            file,
            how,
            dry,
        } => {
            let document = file.as_deref().map(read).transpose()?;
            let mut body = json!({ "document": document });
            how.add_to(&mut body);
            let session = named.remote.open()?;
            let changed = session.patch(&named.path(), dry, body).await?;
            show(&session, &changed)?;
        }
        Policy::Delete {
            named,
            reason,
            dry,
            sure,
        } => {
            let session = named.remote.open()?;
            if !dry.dry_run {
                let what = format!("The policy {} will be gone.", named.policy);
                session.confirm(sure, &what)?;
            }
            session
                .delete_for(&named.path(), dry, reason.as_deref())
                .await?;
            session.talk(dry.deleted(&named.policy));
        }
        Policy::Effective {
            api,
            version,
            environment,
            operation,
            remote,
        } => {
            let session = remote.open()?;
            let (api, version) = (segment(&api), segment(&version));
            let mut path = format!(
                "/v1/apis/{api}/versions/{version}/policies/effective?environment={}",
                segment(&environment)
            );
            if let Some(operation) = operation {
                path.push_str(&format!("&operation={}", segment(&operation)));
            }
            let found = session.get(&path).await?;
            match session.format() {
                Format::Table | Format::Name => {
                    session.rows(&json!({ "data": in_order(&found) }), "/slug", APPLIED)?;
                }
                Format::Json | Format::Yaml => session.show(&found, "", APPLIED)?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What applies in its order, then what does not, with what applies instead.
fn in_order(found: &Value) -> Vec<Value> {
    let applied = found["applied"].as_array().into_iter().flatten().cloned();
    let overridden = found["overridden"].as_array().into_iter().flatten();
    let overridden = overridden.map(|one| {
        let mut policy = one["policy"].clone();
        policy["instead"] = one["by"]["slug"].clone();
        policy
    });
    applied.chain(overridden).collect()
}
