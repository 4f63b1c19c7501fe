//! Admin APIs that `gatehouse login` has kept: a name, an address and a token each, in one file that only its owner may read.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use gatehouse_runtime::Secret;
use gatehouse_runtime::settings::Environment;
use serde::{Deserialize, Serialize};

/// One admin API and the token to speak to it with.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) url: String,
    pub(crate) token: Secret<String>,
}

/// Every context that is kept.
#[derive(Debug)]
pub(crate) struct Contexts {
    file: PathBuf,
    kept: BTreeMap<String, Context>,
    in_use: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    in_use: Option<String>,
    contexts: BTreeMap<String, KeptContext>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptContext {
    url: String,
    token: String,
}

impl Contexts {
    /// Reads `$XDG_CONFIG_HOME/gatehouse/contexts.json`, or the same below `~/.config`; none are kept when there is no file.
    pub(crate) fn read() -> anyhow::Result<Self> {
        let file = file()?;
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self {
                    file,
                    kept: BTreeMap::new(),
                    in_use: None,
                });
            }
            Err(error) => {
                return Err(error).with_context(|| format!("reading {}", file.display()));
            }
        };
        let read: Kept = serde_json::from_str(&text).with_context(|| {
            format!(
                "{} is not a file of contexts; move it away and sign in again",
                file.display()
            )
        })?;
        let kept = read.contexts.into_iter().map(|(name, context)| {
            let token = Secret::new(context.token);
            let url = context.url;
            (name, Context { url, token })
        });
        Ok(Self {
            file,
            kept: kept.collect(),
            in_use: read.in_use,
        })
    }

    /// The context that was named, else the one in use.
    pub(crate) fn chosen(&self, name: Option<&str>) -> anyhow::Result<Option<&Context>> {
        match name.or(self.in_use.as_deref()) {
            None => Ok(None),
            Some(name) => match self.kept.get(name) {
                Some(context) => Ok(Some(context)),
                None => bail!("there is no context '{name}'; `gatehouse context list` shows them"),
            },
        }
    }

    pub(crate) fn in_use(&self) -> Option<&str> {
        self.in_use.as_deref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Context)> {
        self.kept.iter()
    }

    /// Keeps a context and uses it from now on.
    pub(crate) fn keep(&mut self, name: &str, context: Context) -> anyhow::Result<()> {
        self.kept.insert(name.to_owned(), context);
        self.use_it(name)
    }

    pub(crate) fn use_it(&mut self, name: &str) -> anyhow::Result<()> {
        self.chosen(Some(name))?;
        self.in_use = Some(name.to_owned());
        self.write()
    }

    pub(crate) fn remove(&mut self, name: &str) -> anyhow::Result<()> {
        self.chosen(Some(name))?;
        self.kept.remove(name);
        self.in_use.take_if(|used| used == name);
        self.write()
    }

    /// Written aside and put in place whole: two commands at once leave one of their files, never a mixture.
    fn write(&self) -> anyhow::Result<()> {
        let writing = || format!("writing {}", self.file.display());
        let folder = self.file.parent().context("a file has a folder")?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .with_context(writing)?;
        let contexts = self.kept.iter().map(|(name, context)| {
            let url = context.url.clone();
            let token = context.token.expose().clone();
            (name.clone(), KeptContext { url, token })
        });
        let text = serde_json::to_vec_pretty(&Kept {
            in_use: self.in_use.clone(),
            contexts: contexts.collect(),
        })?;
        let aside = self
            .file
            .with_extension(format!("{}.part", std::process::id()));
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(&aside)
            .with_context(writing)?;
        file.write_all(&text).with_context(writing)?;
        std::fs::rename(&aside, &self.file).with_context(writing)
    }
}

fn file() -> anyhow::Result<PathBuf> {
    let environment = Environment::of_process();
    let folder = match (environment.get("XDG_CONFIG_HOME"), environment.get("HOME")) {
        (Some(folder), _) if folder.starts_with('/') => PathBuf::from(folder),
        (_, Some(home)) => PathBuf::from(home).join(".config"),
        _ => bail!(
            "HOME is not set: there is no place to keep contexts; use GATEHOUSE_URL and GATEHOUSE_TOKEN"
        ),
    };
    Ok(folder.join("gatehouse/contexts.json"))
}
