//! Who opens the pages of a description and looks for words in it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use gatehouse_harness::callers::{CiToken, Portal, Wire};
use serde::Deserialize;

use super::cost::{Reading, in_turn};
use super::{Description, Measured, VERSION};

/// Pages of operations, and as many of schemas and callbacks, where not every page is read.
const SPREAD: usize = 12;
/// Words that are looked for in each description.
const WORDS: usize = 20;
/// A shorter word is mostly one of every text.
const LETTERS_MIN: usize = 4;

/// What the list of operations says of one.
#[derive(Deserialize)]
struct Operation {
    slug: String,
    path_template: String,
    /// May be empty.
    summary: String,
}

impl Operation {
    /// The longest word of its summary, or of its path when it has none; nothing when neither has a plain one.
    fn word(&self) -> Option<String> {
        let said = if self.summary.is_empty() {
            // Each word of a path is found for itself.
            self.path_template
                .replace(|letter: char| !letter.is_ascii_alphanumeric(), " ")
        } else {
            self.summary.clone()
        };
        let words = said
            .split_whitespace()
            .map(|word| word.trim_end_matches(['.', ',', ':', ';']));
        let plain = words.filter(|word| {
            word.len() >= LETTERS_MIN && word.chars().all(|letter| letter.is_ascii_alphabetic())
        });
        plain.max_by_key(|word| word.len()).map(str::to_lowercase)
    }
}

/// A developer in the portal, and the token of a program beside them.
pub(super) struct Reader<'a> {
    portal: &'a Portal,
    wire: Wire<'a>,
    ci: &'a CiToken,
    /// Every page.
    whole: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(portal: &'a Portal, ci: &'a CiToken, whole: bool) -> Self {
        Self {
            portal,
            wire: Wire::of(portal),
            ci,
            whole,
        }
    }

    /// Opens the pages of one description, which took so long to publish, and searches it.
    pub(super) async fn measure(&self, one: &Description, published: Duration) -> Measured {
        let base = format!("{}/apis/{}/{VERSION}", self.portal.prefix(), one.slug);
        let operations = self.operations(one).await;
        let of_operations: Vec<String> = operations
            .iter()
            .map(|operation| format!("{base}/reference/{}", operation.slug))
            .collect();
        let mut pages = self.chosen(&of_operations);
        pages.extend(self.chosen(&self.parts(&base).await));
        for path in &pages {
            // Its words are not what is measured, but a page without any would be a fast one.
            let page = self.portal.get(path).await;
            page.assert_status(200);
            assert!(!page.text_of("main h1").is_empty(), "{page}");
        }
        let searches = searches(&operations, self.portal.prefix(), &base);
        Measured {
            slug: one.slug,
            bytes: std::fs::metadata(one.path()).unwrap().len(),
            operations: operations.len(),
            published,
            pages: in_turn(&pages, async |path: &str| self.open(path).await).await,
            searches: in_turn(&searches, async |path: &str| self.search(path).await).await,
        }
    }

    async fn operations(&self, one: &Description) -> Vec<Operation> {
        let path = format!("/v1/apis/{}/versions/{VERSION}/operations", one.slug);
        let listed = self.ci.get(&path).await;
        let mut listed = listed.assert_status(200).json();
        let operations: Vec<Operation> = serde_json::from_value(listed["data"].take()).unwrap();
        assert!(
            operations.len() >= one.operations_min,
            "{path} lists {}",
            operations.len()
        );
        operations
    }

    /// Where the pages of schemas and callbacks are, by their lists.
    async fn parts(&self, base: &str) -> Vec<String> {
        let mut parts = Vec::new();
        let mut next = Some(format!("{base}/schemas"));
        while let Some(at) = next {
            let list = self.portal.get(&at).await;
            list.assert_status(200);
            parts.extend(list.attributes("main table a", "href"));
            next = list.find_attribute("main a[href*='/schemas?from=']", "href");
        }
        assert!(parts.len() > SPREAD, "{base}: {parts:?}");
        parts
    }

    fn chosen(&self, paths: &[String]) -> Vec<String> {
        if self.whole {
            paths.to_vec()
        } else {
            spread(paths, SPREAD)
        }
    }

    async fn open(&self, path: &str) -> Reading {
        let (answer, took) = self.wire.get(path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}");
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{path}");
        Reading {
            took,
            bytes: answer.body.len(),
        }
    }

    /// Looks for a word, by a page or over REST.
    async fn search(&self, path: &str) -> Reading {
        let over_rest = path.starts_with("/v1/");
        let began = Instant::now();
        let answer = if over_rest {
            self.ci.get(path).await
        } else {
            self.portal.get_once(path).await
        };
        let took = began.elapsed();
        answer.assert_status(200);
        let is_found = if over_rest {
            answer.json()["data"][0].is_object()
        } else {
            // The page of an operation is linked to.
            answer.text().contains("/reference/")
        };
        assert!(is_found, "{path} finds nothing");
        Reading {
            took,
            bytes: answer.body.len(),
        }
    }
}

/// Three roads for each word: the search over everything, the filter of the reference, and the search for operations over REST.
fn searches(operations: &[Operation], prefix: &str, base: &str) -> Vec<String> {
    let words: BTreeSet<String> = operations.iter().filter_map(Operation::word).collect();
    let words: Vec<String> = words.into_iter().collect();
    assert!(words.len() >= WORDS, "{words:?}");
    let roads = |word: String| {
        [
            format!("{prefix}/search?q={word}"),
            format!("{base}/reference?q={word}"),
            format!("/v1/operations?q={word}"),
        ]
    };
    spread(&words, WORDS).into_iter().flat_map(roads).collect()
}

/// So many of them, evenly spread.
fn spread(all: &[String], count: usize) -> Vec<String> {
    let step = (all.len() / count).max(1);
    all.iter().step_by(step).take(count).cloned().collect()
}
