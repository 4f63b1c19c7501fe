//! A thousand changes of known class to other people's descriptions, told as what they are.
//!
//! What class a change is of is decided here, from who sends the value it touches, and shares
//! nothing with the code under test.

mod operations;
mod random;
mod schemas;
mod sites;

use std::collections::BTreeMap;
use std::io::Read;

use gatehouse_spec::diff::Verdict;

use self::random::Random;
use self::sites::Sites;
use super::*;

const MUTATIONS: usize = 1_000;

/// Of the awkward ones, those that are of real APIs or examples of specifications and tools; each
/// folder of the archive holds its licence. The other archive is of real APIs altogether.
const OF_THE_AWKWARD: [&str; 11] = [
    "oas/learn/examples/v2.0/json/uber.json",
    "oas/learn/examples/v3.0/uspto.json",
    "oas/learn/examples/v3.0/link-example.json",
    "oas/learn/examples/v3.0/petstore-expanded.json",
    "oas/learn/examples/v3.0/callback-example.json",
    "oas/learn/examples/v3.1/tictactoe.json",
    "oas/libopenapi/asana.yaml",
    "oas/libopenapi/burgershop.openapi.yaml",
    "oas/libopenapi/petstorev2.json",
    "oas/swagger-parser/swagger-parser-v2-converter__petstore.json",
    "oas/swagger-parser/swagger-parser-v3__petstore-codegen.yaml",
];

/// How many descriptions there are in both archives.
const DESCRIPTIONS: usize = 18;

/// A change and its class; nothing when the description has no place for it.
type Mutation = fn(&mut Value, &Sites, &mut Random) -> Option<Verdict>;

struct Subject {
    path: String,
    document: Value,
    text: Vec<u8>,
    sites: Sites,
}

/// The descriptions of an archive that fit, by path.
fn contents(archive: &str, fits: fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
    let archive = std::fs::File::open(data(archive)).unwrap();
    let mut archive = tar::Archive::new(xz2::read::XzDecoder::new(archive));
    let mut found = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().display().to_string();
        if fits(&path) {
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            found.push((path, content));
        }
    }
    found
}

/// In the shape of OpenAPI 3.1, so that one way to change a description fits them all.
fn subjects() -> Vec<Subject> {
    let mut all = contents("openapi-awkward.tar.xz", |path| {
        OF_THE_AWKWARD.contains(&path)
    });
    all.extend(contents("real-apis.tar.xz", |path| path.ends_with(".json")));
    assert_eq!(all.len(), DESCRIPTIONS);
    all.sort();
    let subject = |(path, content): (String, Vec<u8>)| {
        let description = gatehouse_spec::parse(&content, &Limits::default()).expect(&path);
        let document = description.document().clone();
        Subject {
            text: serde_json::to_vec_pretty(&document).unwrap(),
            sites: Sites::of(&document),
            document,
            path,
        }
    };
    all.into_iter().map(subject).collect()
}

/// Applies one change that fits: its name, its class and what became of the description.
fn mutate(subject: &Subject, random: &mut Random) -> (&'static str, Verdict, Value) {
    let all = [operations::ALL, schemas::ALL].concat();
    loop {
        let (name, mutation) = *random.choose(&all).unwrap();
        let mut mutated = subject.document.clone();
        if let Some(class) = mutation(&mut mutated, &subject.sites, random) {
            return (name, class, mutated);
        }
    }
}

#[test]
fn a_thousand_mutations_of_known_class_are_classified_right() {
    let subjects = subjects();
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let mut misses = Vec::new();
    for seed in 0..MUTATIONS {
        let subject = &subjects[seed % subjects.len()];
        let mut random = Random::seeded(seed as u64);
        let (name, class, mutated) = mutate(subject, &mut random);
        let text = serde_json::to_vec_pretty(&mutated).unwrap();
        let found = compare(&subject.text, &text, &Limits::default());
        *met.entry(name).or_default() += 1;
        if found.verdict() != class {
            let changes = found.changes.iter().map(|change| &change.message);
            let gaps = found.gaps.iter().map(|gap| &gap.message);
            misses.push(format!(
                "seed {seed}, {}, {name}: {} instead of {}: {:?}",
                subject.path,
                found.verdict().as_str(),
                class.as_str(),
                changes.chain(gaps).collect::<Vec<_>>()
            ));
        }
    }
    println!("{met:#?}");
    let right = MUTATIONS - misses.len();
    println!("{right} of {MUTATIONS} right; misses: {misses:#?}");
    assert!(right * 100 >= MUTATIONS * 99, "{misses:#?}");
    let never = [operations::ALL, schemas::ALL].concat();
    let never: Vec<&str> = never
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !met.contains_key(name))
        .collect();
    assert!(never.is_empty(), "never tried: {never:?}");
}
