//! What a load has done so far, for whoever watches a file.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use gatehouse_harness::loads::Faults;
use serde_json::{Value, json};

const EVERY: Duration = Duration::from_secs(10);

/// A growing file of JSON lines.
pub(super) struct Progress {
    name: String,
    file: File,
    begun: Instant,
    said: Instant,
    counts: Value,
}

impl Progress {
    pub(super) fn begin(name: &str, path: &Path) -> anyhow::Result<Self> {
        let now = Instant::now();
        Ok(Self {
            name: name.to_owned(),
            file: File::create(path)?,
            begun: now,
            said: now,
            counts: Value::Null,
        })
    }

    /// Takes note of the counts; writes them when it is time again.
    pub(super) fn note(&mut self, counts: Value) -> anyhow::Result<()> {
        self.counts = counts;
        if self.said.elapsed() >= EVERY {
            self.said = Instant::now();
            self.write("running")?;
        }
        Ok(())
    }

    /// Writes the last line.
    pub(super) fn end(&mut self, outcome: &anyhow::Result<Faults>) -> anyhow::Result<()> {
        match outcome {
            Ok(faults) if faults.is_empty() => self.write("held"),
            Ok(faults) => self.write(&format!("did not hold: {}", faults.join("; "))),
            Err(error) => self.write(&format!("failed: {error:#}")),
        }
    }

    fn write(&mut self, result: &str) -> anyhow::Result<()> {
        let minutes = (self.begun.elapsed().as_secs_f64() / 6.0).round() / 10.0;
        let line = json!({
            "load": self.name,
            "minutes": minutes,
            "counts": self.counts,
            "result": result,
        });
        writeln!(self.file, "{line}")?;
        // The same for whoever watches the terminal; nowhere is left to report that it is gone.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
        Ok(())
    }
}
