//! The messages of the framing corpus: what is sent, and what a proxy may do with it.
//!
//! The files explain their own form: see `tests/corpus/README.md`.

mod parse;
mod script;

use std::path::Path;

use anyhow::Context;
pub use parse::parse;
pub use script::{Fill, Limits, Script, Step};

/// What a proxy may do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// RFC 9110 or 9112 tells or allows a server to refuse it, and some reader takes it for something else: it must not be
    /// forwarded.
    Refuse,
    /// A good client sends it: it must be served.
    Serve,
    /// May be refused; forwarded, it must have one reading.
    Either,
}

/// What may stand in one place of the responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Acceptable statuses. Empty: any 4xx, 501 or 505.
    pub statuses: Vec<u16>,
    /// The connection may also end without an answer.
    pub may_close: bool,
    /// The response has no body, because the request was HEAD.
    pub head_only: bool,
}

impl Expected {
    /// Whether a status is one of those.
    #[must_use]
    pub fn takes(&self, status: u16) -> bool {
        if self.statuses.is_empty() {
            (400..500).contains(&status) || matches!(status, 501 | 505)
        } else {
            self.statuses.contains(&status)
        }
    }
}

/// One connection of a client: what it sends and what may come of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// `group/name`, or `group/name.variant`.
    pub name: String,
    /// What a proxy may do.
    pub class: Class,
    /// The responses, in order.
    pub expected: Vec<Expected>,
    /// The section of the standard, and why.
    pub reason: String,
    /// Text that must not reach the backend.
    /// Of a kind that no id can hold by chance: ids are written without i, l, o and u.
    pub absent: Vec<String>,
    /// Text that must.
    pub present: Vec<String>,
    /// What is sent.
    pub script: Script,
}

impl Case {
    /// How many of its messages may reach the backend: those that stand before the one in doubt, or all of them.
    #[must_use]
    pub fn forwards(&self) -> usize {
        let good = |expected: &&Expected| expected.statuses.contains(&200);
        self.expected.iter().filter(good).count()
    }
}

/// Every case of a folder, in order of file names.
pub fn load(folder: &Path) -> anyhow::Result<Vec<Case>> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .map_while(Result::ok);
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let group = file.file_stem().unwrap_or_default().to_string_lossy();
        let text = std::fs::read_to_string(&file)?;
        cases.extend(parse(&group, &text).with_context(|| format!("in {}", file.display()))?);
    }
    Ok(cases)
}

/// The corpus of this repository.
pub fn own() -> anyhow::Result<Vec<Case>> {
    load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus")))
}
