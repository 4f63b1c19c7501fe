//! `gatehouse master-key status|rotate`: which master key wraps what, and a new one in its place.

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use gatehouse_control_plane::sealed::{rotate_master_key, wrapped_keys};

use super::gateways::with_db;
use crate::cli::DataDir;
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum MasterKey {
    /// Show which master keys wrap how many keys.
    Status {
        #[command(flatten)]
        data: DataDir,
    },
    /// Make a new master key, wrap every key with it, and take the old one out of the key file. Running roles that share the file
    /// follow by themselves. When it is interrupted, run it again: it goes on where it was.
    Rotate {
        #[command(flatten)]
        data: DataDir,
        /// Leave the old key in the file, for replicas that have copies of it: give them the file, then run it once more without.
        #[arg(long)]
        keep_old: bool,
    },
}

pub(crate) async fn run(command: MasterKey) -> anyhow::Result<ExitCode> {
    match command {
        MasterKey::Status { data } => {
            with_db(&data, async |db| {
                for key in wrapped_keys(db).await.context("reading the keys")? {
                    let state = match (key.in_use, key.held) {
                        (true, _) => "in use",
                        (false, true) => "to be retired",
                        (false, false) => "NOT IN THE KEY FILE",
                    };
                    output::data(format!("{}  {state}  {} keys", key.master_key, key.keys))?;
                }
                Ok(())
            })
            .await
        }
        MasterKey::Rotate { data, keep_old } => {
            with_db(&data, async |db| {
                let rotated = rotate_master_key(db, keep_old)
                    .await
                    .context("rotating the master key; run it again to go on where it stopped")?;
                output::data(format!(
                    "{}  in use  {} keys wrapped again",
                    rotated.master_key, rotated.wrapped_again
                ))?;
                output::talk(match rotated.old_keys_removed {
                    true => "The old master key is out of the key file. Backups of the database from before need the old one: keep \
                             it with them.",
                    false => "The old master key is still in the key file: give every replica this file, then run this again \
                              without --keep-old.",
                });
                Ok(())
            })
            .await
        }
    }
}
