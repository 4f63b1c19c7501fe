//! `gatehouse gateway`: join tokens, folders to start from and new generations beside the database; what each gateway runs,
//! in rotation or out of it, over the admin API.

use std::convert::Infallible;
use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Subcommand;
use gatehouse_control_plane::gateways::{
    CreateJoinToken, create_installation_join_token, export_snapshot, list_nodes, raise_generation,
};
use gatehouse_control_plane::tenants::first_tenant;
use gatehouse_control_plane::{Actor, Db};
use gatehouse_runtime::settings::parse_duration;
use gatehouse_snapshot::node_auth::unhex;
use gatehouse_snapshot::protocol::ENROLMENT_FILE;
use gatehouse_snapshot::sign::PublicKey;
use gatehouse_snapshot::snapshot::{self, RecordRef};
use serde_json::{Value, json};

use crate::cli::DataDir;
use crate::output::{self, exit};
use crate::remote::{
    Column, DryRun, Format, Refused, Remote, Session, Sure, column, segment, show_rows,
};
use crate::stack::database;

#[derive(Debug, Subcommand)]
pub(crate) enum GatewayCommand {
    /// Make a join token for new gateways.
    Token {
        #[command(flatten)]
        data: DataDir,
        /// Group the gateways join.
        #[arg(long, default_value = "default")]
        group: String,
        /// How many gateways may use it.
        #[arg(long, default_value_t = 1)]
        uses: i32,
        /// How long it lives: 90s, 15m, 2h, 7d.
        #[arg(long, default_value = "15m")]
        ttl: String,
        /// Write it to this file (mode 0600) instead of standard output.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Write a signed snapshot and an enrolment file to a folder from which a new gateway can start alone (snapshot_dir).
    ExportSnapshot {
        #[command(flatten)]
        data: DataDir,
        /// The folder; made with mode 0700. It holds the group's key: keep it as you keep a key.
        folder: PathBuf,
        /// Group the gateways belong to.
        #[arg(long, default_value = "default")]
        group: String,
    },
    /// Begin a new generation of configuration, after an older database was restored: gateways take nothing older than what
    /// they run until then.
    RaiseGeneration {
        #[command(flatten)]
        data: DataDir,
    },
    /// List gateways, whether they are in rotation and what each runs.
    List {
        /// Read the database itself, beside it, instead of asking the admin API.
        #[arg(long)]
        from_database: bool,
        #[command(flatten)]
        data: DataDir,
        #[command(flatten)]
        remote: Remote,
    },
    /// Take a gateway out of rotation: it says that it is not ready and asks clients for new connections, HTTP/2 ones with their
    /// next answer. It answers whoever still comes, and WebSockets go on; a restart does not end it. One that is out already is
    /// waited for.
    Drain {
        /// Its name or id.
        gateway: String,
        /// How long to wait until it says that it is out: 90s, 2m; 0s does not wait.
        #[arg(long, default_value = "30s")]
        wait: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// Put a drained gateway into rotation again.
    Undrain {
        /// Its name or id.
        gateway: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        remote: Remote,
    },
    /// End a gateway's identity for good; stop it first, since one that runs keeps serving what it has.
    Retire {
        /// Its name or id.
        gateway: String,
        #[command(flatten)]
        dry: DryRun,
        #[command(flatten)]
        sure: Sure,
        #[command(flatten)]
        remote: Remote,
    },
}

pub(crate) async fn run(command: GatewayCommand) -> anyhow::Result<ExitCode> {
    match command {
        GatewayCommand::Token {
            data,
            group,
            uses,
            ttl,
            output,
        } => {
            let ttl = parse_duration(&ttl).context("--ttl")?;
            let ttl = time::Duration::try_from(ttl).context("--ttl")?;
            let input = CreateJoinToken { group, uses, ttl };
            with_db(&data, async |db| token(db, input, output.as_deref()).await).await
        }
        GatewayCommand::ExportSnapshot {
            data,
            folder,
            group,
        } => with_db(&data, async |db| export(db, &group, &folder).await).await,
        GatewayCommand::RaiseGeneration { data } => with_db(&data, raise).await,
        GatewayCommand::List {
            from_database: true,
            data,
            remote,
        } => with_db(&data, async |db| list(db, remote.output).await).await,
        GatewayCommand::List { remote, .. } => {
            let session = remote.open()?;
            session.rows(&session.get(PATH).await?, "/name", COLUMNS)?;
            Ok(ExitCode::SUCCESS)
        }
        GatewayCommand::Drain {
            gateway,
            wait,
            dry,
            remote,
        } => {
            let wait = parse_duration(&wait).context("--wait")?;
            drain(&remote, &gateway, wait, dry).await
        }
        GatewayCommand::Undrain {
            gateway,
            dry,
            remote,
        } => {
            let session = remote.open()?;
            let one = find(&session, &gateway).await?;
            let now = act(&session, &one, "undrain", dry).await?;
            session.show(&now, "/name", COLUMNS)?;
            Ok(ExitCode::SUCCESS)
        }
        GatewayCommand::Retire {
            gateway,
            dry,
            sure,
            remote,
        } => retire(&remote, &gateway, dry, sure).await,
    }
}

pub(super) async fn with_db(
    data: &DataDir,
    verb: impl AsyncFnOnce(&Db) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let database = database(data).await?;
    let db = database.open(&data.data_dir).await?;
    let outcome = verb(&db).await;
    db.close().await;
    database.stop().await?;
    outcome.map(|()| ExitCode::SUCCESS)
}

/// The command line acts for the installation itself: whoever can read its data folder already owns it.
async fn actor(db: &Db) -> anyhow::Result<Actor> {
    let first = first_tenant(db).await.context("reading the first tenant")?;
    let first =
        first.context("there is no tenant yet; open the first administrator's link first")?;
    Ok(Actor::system(first.id, "command line"))
}

async fn token(db: &Db, input: CreateJoinToken, file: Option<&Path>) -> anyhow::Result<()> {
    let (view, key) = create_installation_join_token(db, input)
        .await
        .context("making a join token")?;
    match file {
        None => output::data(key.reveal().as_str())?,
        Some(path) => {
            let mut file = private(path).with_context(|| format!("writing {}", path.display()))?;
            file.write_all(key.reveal().as_bytes())?;
        }
    }
    output::talk(format!(
        "For {} gateway(s), until {}.",
        view.uses, view.expires_at
    ));
    Ok(())
}

/// Writes the snapshot first and the enrolment file last: a folder with both is whole.
async fn export(db: &Db, group: &str, folder: &Path) -> anyhow::Result<()> {
    let writing = || format!("writing {}", folder.display());
    let (enrolment, mut reader) = export_snapshot(db, group)
        .await
        .context("exporting the snapshot")?;
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(writing)?;
    let aside = folder.join("snapshot.part");
    let mut file = private(&aside).with_context(writing)?;
    while let Some(piece) = reader.next().await.context("reading the snapshot")? {
        file.write_all(&piece).with_context(writing)?;
    }
    file.sync_all().with_context(writing)?;
    // Read back as a gateway will: what is put in place is whole and signed.
    let key = |text: &String| unhex(text)?.try_into().ok().map(PublicKey);
    let keys: Option<Vec<PublicKey>> = enrolment.signing_keys.iter().map(key).collect();
    let keys = keys.context("the signing key is not one")?;
    let nobody = |_: &RecordRef<'_>| Ok::<_, Infallible>(());
    let verified = snapshot::read(File::open(&aside)?, enrolment.group, &keys, nobody)
        .context("the snapshot does not read back")?;
    std::fs::rename(&aside, folder.join(verified.file_name())).with_context(writing)?;
    let aside = folder.join("enrolment.part");
    let mut file = private(&aside).with_context(writing)?;
    file.write_all(&serde_json::to_vec(&enrolment)?)
        .with_context(writing)?;
    file.sync_all().with_context(writing)?;
    std::fs::rename(&aside, folder.join(ENROLMENT_FILE)).with_context(writing)?;
    File::open(folder)?.sync_all().with_context(writing)?;
    output::talk(format!(
        "Configuration {} of group {group}, {} objects, in {}.",
        verified.manifest.seq,
        verified.manifest.objects,
        folder.display()
    ));
    Ok(())
}

fn private(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).truncate(true).mode(0o600);
    options.open(path)
}

async fn raise(db: &Db) -> anyhow::Result<()> {
    let groups = raise_generation(db)
        .await
        .context("beginning a new generation")?;
    for (group, generation) in groups {
        output::data(format!("{group}  {generation}"))?;
    }
    output::talk("Gateways fetch everything anew and go on from there.");
    Ok(())
}

/// What is listed of a gateway. Both roads have the same members.
const COLUMNS: &[Column] = &[
    column("GATEWAY", "/name"),
    column("ID", "/id"),
    column("GROUP", "/group"),
    column("STATE", "/state"),
    column("ROTATION", "/rotation"),
    column("RUNS", "/applied_seq"),
    column("NEWEST", "/head_seq"),
    column("SEEN", "/last_seen_at"),
    column("ERROR", "/last_error"),
];

const PATH: &str = "/v1/gateways";

async fn list(db: &Db, format: Format) -> anyhow::Result<()> {
    let nodes = list_nodes(db, &actor(db).await?)
        .await
        .context("listing gateways")?;
    let nodes = json!(nodes);
    let nodes = nodes.as_array().map_or(&[][..], Vec::as_slice);
    show_rows(format, nodes, "/name", COLUMNS)
}

/// The gateway of this name or id; a name that several have says nothing.
async fn find(session: &Session, wanted: &str) -> anyhow::Result<Value> {
    let listed = session.get(PATH).await?;
    let all = listed["data"].as_array().cloned().unwrap_or_default();
    let mut found = all
        .into_iter()
        .filter(|one| one["id"] == wanted || one["name"] == wanted);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => bail!("no gateway is named {wanted}; `gatehouse gateway list` shows them"),
        (Some(_), Some(_)) => bail!("several gateways are named {wanted}; say the id of one"),
    }
}

async fn act(session: &Session, one: &Value, verb: &str, dry: DryRun) -> anyhow::Result<Value> {
    let id = one["id"].as_str().unwrap_or_default();
    let path = format!("{PATH}/{}/{verb}", segment(id));
    session.create(&path, dry, Value::Null).await
}

fn is_conflict(error: &anyhow::Error) -> bool {
    let refused = error.downcast_ref::<Refused>();
    refused.is_some_and(|refused| refused.status == 409)
}

/// Asks a gateway to go out of rotation, and waits until it says that it did.
async fn drain(
    remote: &Remote,
    gateway: &str,
    wait: Duration,
    dry: DryRun,
) -> anyhow::Result<ExitCode> {
    let session = remote.open()?;
    let one = find(&session, gateway).await?;
    let mut now = match act(&session, &one, "drain", dry).await {
        // It is asked of it already, as after a wait that was too short: what is wanted is that it is out.
        Err(error) if is_conflict(&error) => one.clone(),
        answer => answer?,
    };
    let deadline = Instant::now() + wait;
    while !dry.dry_run && now["rotation"] != "drained" && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
        now = find(&session, one["id"].as_str().unwrap_or_default()).await?;
    }
    session.show(&now, "/name", COLUMNS)?;
    if dry.dry_run || wait.is_zero() || now["rotation"] == "drained" {
        return Ok(ExitCode::SUCCESS);
    }
    output::talk(format!(
        "{gateway} has not said that it is out of rotation after {} s. It hears of it when it is heard from again.",
        wait.as_secs()
    ));
    Ok(ExitCode::from(exit::FAILED))
}

async fn retire(
    remote: &Remote,
    gateway: &str,
    dry: DryRun,
    sure: Sure,
) -> anyhow::Result<ExitCode> {
    let session = remote.open()?;
    let one = find(&session, gateway).await?;
    if !dry.dry_run {
        let what = format!(
            "The identity of {gateway} ends for good, and nobody waits for it any more. If it still runs it keeps serving what it has."
        );
        session.confirm(sure, &what)?;
    }
    act(&session, &one, "retire", dry).await?;
    session.talk(match dry.dry_run {
        true => "It could be retired.",
        false => "Retired.",
    });
    Ok(ExitCode::SUCCESS)
}
