//! `gatehouse gateway token|export-snapshot|raise-generation|list`: join tokens, folders to start from, new generations, and
//! what each gateway runs, straight from the database.

use std::convert::Infallible;
use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
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

use crate::cli::{DataDir, GatewayCommand};
use crate::output;
use crate::stack::database;

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
        GatewayCommand::List { data } => with_db(&data, list).await,
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

async fn list(db: &Db) -> anyhow::Result<()> {
    output::data(format!(
        "{:<24} {:<12} {:<10} {:>8} {:>8}  {}",
        "NAME", "GROUP", "STATE", "RUNS", "NEWEST", "ERROR"
    ))?;
    for node in list_nodes(db, &actor(db).await?)
        .await
        .context("listing gateways")?
    {
        let state = serde_json::to_value(node.state)?;
        output::data(format!(
            "{:<24} {:<12} {:<10} {:>8} {:>8}  {}",
            node.name,
            node.group,
            state.as_str().unwrap_or_default(),
            node.applied_seq,
            node.head_seq,
            node.last_error.unwrap_or_default(),
        ))?;
    }
    Ok(())
}
