//! `gatehouse config-key rotate`: the next key signs configuration.

use std::process::ExitCode;

use anyhow::Context;
use gatehouse_control_plane::gateways::rotate_config_key;

use super::gateways::with_db;
use crate::cli::ConfigKey;
use crate::output;

pub(crate) async fn run(command: ConfigKey) -> anyhow::Result<ExitCode> {
    let ConfigKey::Rotate { data } = command;
    with_db(&data, async |db| {
        let groups = rotate_config_key(db)
            .await
            .context("rotating the configuration signing key")?;
        for group in groups {
            output::data(format!("{}  {}", group.group, group.seq))?;
        }
        output::talk(
            "The announced key signs from now on. A gateway refuses the older one once it runs the number above: \
             see gatehouse gateway list.",
        );
        Ok(())
    })
    .await
}
