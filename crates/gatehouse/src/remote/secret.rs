//! Secrets that are told once: to standard output, to programs, or to a file that nobody else can read.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use serde_json::Value;

use super::show::Column;
use super::{Format, Session};
use crate::output;

impl Session {
    /// Gives the secret of an answer to whoever asked: alone on standard output, within the whole answer for programs, or in a file
    /// (mode 0600), beside the rest of the answer.
    pub(crate) fn hand_over(
        &self,
        mut made: Value,
        file: Option<&Path>,
        columns: &[Column],
        advice: &str,
    ) -> anyhow::Result<()> {
        let secret = made["secret"].as_str().map(str::to_owned);
        let secret =
            secret.context("the answer has no secret; it was told before and is told once")?;
        if let Some(path) = file {
            let mut file = OpenOptions::new()
                .create_new(true)
                .write(true)
                .mode(0o600)
                .open(path)
                .with_context(|| format!("writing {}", path.display()))?;
            file.write_all(secret.as_bytes())?;
            made["secret"] = Value::Null;
            return self.show(&made, "/id", columns);
        }
        if matches!(self.format(), Format::Json | Format::Yaml) {
            return self.show(&made, "/id", columns);
        }
        output::data(secret)?;
        self.talk(advice);
        Ok(())
    }
}
