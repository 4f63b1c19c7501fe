//! Starting the built-in reference: this same program under another name.

use std::process::Command;
use std::time::Duration;

use super::{Plane, Running, Setting};
use crate::wait;

pub(super) fn start(setting: &Setting<'_>) -> anyhow::Result<Running> {
    let keys = setting.folder.join("keys");
    setting.keys.write(&keys, |_, key| key.to_owned())?;
    let announce = setting.folder.join("announce");
    let mut command = Command::new(std::env::current_exe()?);
    command
        .arg("reference")
        .arg(setting.scene.upstream.to_string())
        .arg(&keys)
        .arg(setting.folder.join("records"))
        .arg(&announce);
    if setting.scene.is_bare() {
        command.arg("--bare");
    }
    let mut process = setting
        .starter
        .start(command, &setting.folder.join("log"))?;
    let address = wait::until("the reference listens", Duration::from_secs(10), || {
        process.assert_running()?;
        let text = std::fs::read_to_string(&announce).unwrap_or_default();
        Ok(text.parse().ok())
    })?;
    Ok(Running {
        plane: Plane::Reference,
        process: Some(process),
        address,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        status: None,
    })
}
