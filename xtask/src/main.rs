//! Regenerates the files that are checked in but made by a program: `cargo xtask prepare [--check]`.
//!
//! Depends on no crate that uses `query!`, since those do not compile while `.sqlx/` is out of date,
//! which is when this program is needed.

mod prepare;
mod query_sources;
mod saved_queries;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

const USAGE: &str = "usage: cargo xtask prepare [--check]

  prepare          check every query! against a fresh database and rewrite .sqlx/
  prepare --check  the same, and fail when git then sees a difference in .sqlx/";

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["prepare"] => prepare::prepare(&workspace()).await,
        ["prepare", "--check"] => prepare::check(&workspace()).await,
        _ => bail!("{USAGE}"),
    }
}

fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
