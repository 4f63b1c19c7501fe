//! `gatehouse context`: the admin APIs that `gatehouse login` has kept.

use std::process::ExitCode;

use clap::Subcommand;

use crate::output;
use crate::remote::Contexts;

#[derive(Debug, Subcommand)]
pub(crate) enum Context {
    /// List them; the one in use has a star.
    List,
    /// Use another from now on.
    Use {
        /// Its name.
        name: String,
    },
    /// Forget one and its token.
    Remove {
        /// Its name.
        name: String,
    },
}

pub(crate) fn run(command: Context) -> anyhow::Result<ExitCode> {
    let mut contexts = Contexts::read()?;
    match command {
        Context::List => {
            for (name, context) in contexts.iter() {
                let in_use = contexts.in_use() == Some(name);
                let star = if in_use { '*' } else { ' ' };
                output::data(format!("{star} {name}  {}", context.url))?;
            }
        }
        Context::Use { name } => contexts.use_it(&name)?,
        Context::Remove { name } => contexts.remove(&name)?,
    }
    Ok(ExitCode::SUCCESS)
}
