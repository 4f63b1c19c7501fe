//! `gatehouse backup` and `gatehouse restore`: the whole database to a folder, and back into an empty one.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use gatehouse_control_plane::backup::{self, MANIFEST, Manifest};
use gatehouse_control_plane::gateways::after_restore;

use crate::cli::DataDir;
use crate::output;
use crate::stack::{database, master_key_file};

/// The master key's name in a backup that has it.
const MASTER_KEY: &str = "master.key";

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folder; made with mode 0700. The product goes on meanwhile.
    folder: PathBuf,
    /// Put the master key beside the data. Whoever has such a backup has everything: keep the key elsewhere if you can.
    #[arg(long)]
    with_master_key: bool,
    #[command(flatten)]
    data: DataDir,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The folder of the backup.
    folder: PathBuf,
    /// The master key the installation had, when the data folder does not hold it yet and the backup does not either.
    #[arg(long)]
    master_key: Option<PathBuf>,
    #[command(flatten)]
    data: DataDir,
}

pub(crate) async fn save(args: Backup) -> anyhow::Result<ExitCode> {
    let database = database(&args.data).await?;
    let db = database.open(&args.data.data_dir).await?;
    let saved = backup::backup(&db, &database.owner, &args.folder).await;
    db.close().await;
    database.stop().await?;
    let manifest = saved.context("saving the database")?;
    if args.with_master_key {
        copy_key(
            &master_key_file(&args.data.data_dir),
            &args.folder.join(MASTER_KEY),
        )?;
    }
    tell(&manifest)?;
    output::talk(format!(
        "Everything acknowledged before {} is in {}.",
        manifest.at,
        args.folder.display()
    ));
    if !args.with_master_key {
        output::talk(
            "The master key is not in it: keep its file elsewhere. Without it the backup opens nothing.",
        );
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn restore(args: Restore) -> anyhow::Result<ExitCode> {
    if !args.folder.join(MANIFEST).exists() {
        bail!(
            "{} holds no backup: there is no {MANIFEST}",
            args.folder.display()
        );
    }
    place_key(&args)?;
    let database = database(&args.data).await?;
    let restored = backup::restore(&database.owner, &args.folder).await;
    let finished = match restored {
        Ok(manifest) => follow(&database, &args.data.data_dir)
            .await
            .map(|()| manifest),
        Err(error) => Err(error.context("restoring the database; nothing of it was kept")),
    };
    database.stop().await?;
    tell(&finished?)?;
    output::talk(
        "Gateways take the restored configuration as soon as the admin API runs, also those that follow a later signing key or \
         generation, if they ask within 30 days; `gatehouse gateway list` shows each.",
    );
    Ok(ExitCode::SUCCESS)
}

/// A restored database repeats numbers that gateways have seen: the next generation tells them to take it all the same.
async fn follow(database: &crate::stack::Database, data_dir: &Path) -> anyhow::Result<()> {
    let db = database
        .open(data_dir)
        .await
        .context("opening the restored database: is this its master key?")?;
    let raised = after_restore(&db)
        .await
        .context("beginning a new generation");
    db.close().await;
    raised.map(drop)
}

/// The database is of no use without its key, and a new key must never be made for it.
fn place_key(args: &Restore) -> anyhow::Result<()> {
    let place = master_key_file(&args.data.data_dir);
    let beside = args.folder.join(MASTER_KEY);
    let given = args
        .master_key
        .clone()
        .or_else(|| beside.exists().then_some(beside));
    match (place.exists(), given) {
        (true, None) => Ok(()),
        (true, Some(given)) if std::fs::read(&place)? == std::fs::read(&given)? => Ok(()),
        (true, Some(_)) => bail!(
            "{} is another master key than the one to restore with; name an empty data folder",
            place.display()
        ),
        (false, Some(given)) => {
            crate::stack::prepare_data_dir(&args.data.data_dir)?;
            copy_key(&given, &place)
        }
        (false, None) => bail!(
            "copy the installation's master key to {}, or name it with --master-key: the backup does not hold it",
            place.display()
        ),
    }
}

fn copy_key(from: &Path, to: &Path) -> anyhow::Result<()> {
    let copying = || format!("copying {} to {}", from.display(), to.display());
    let text = std::fs::read(from).with_context(copying)?;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .with_context(copying)?;
    file.write_all(&text).with_context(copying)?;
    file.sync_all().with_context(copying)
}

fn tell(manifest: &Manifest) -> anyhow::Result<()> {
    let rows: u64 = manifest.tables.iter().map(|table| table.rows).sum();
    let tables = manifest.tables.len();
    output::data(format!("{}  {tables} tables  {rows} rows", manifest.at))?;
    Ok(())
}
