//! Reads every description under a folder, renders its pages and counts how each ended:
//! `cargo run -p gatehouse-spec --example survey -- FOLDER`.
#![expect(
    clippy::print_stdout,
    reason = "a tool for people; its report is its purpose"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gatehouse_spec::render::OperationPage;
use gatehouse_spec::{Limits, parse, sample};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let (mut ok, mut refused, mut fragments, mut bytes) = (0, 0, 0_usize, 0_usize);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut warnings: BTreeMap<String, usize> = BTreeMap::new();
    let mut lines = String::new();
    let mut slowest = (Duration::ZERO, 0, String::new());
    let (mut pages, mut total) = (0_u32, Duration::ZERO);
    for file in &files {
        let content = std::fs::read(file).expect("readable");
        let start = Instant::now();
        let result = parse(&content, &Limits::default());
        let parsed = start.elapsed();
        match result {
            Ok(description) => {
                ok += 1;
                for warning in description.warnings() {
                    *warnings
                        .entry(warning.code.as_str().to_owned())
                        .or_default() += 1;
                }
                let start = Instant::now();
                let mut builder = description.fragments();
                for operation in description.operations() {
                    fragments += 1;
                    bytes += builder.json(operation).len();
                }
                let made = start.elapsed();
                let every = description.operations().len() / 500 + 1;
                for operation in description.operations().iter().step_by(every) {
                    let text = builder.json(operation);
                    let start = Instant::now();
                    let fragment: serde_json::Value = text.parse().expect("JSON");
                    let page = OperationPage::from_fragment(&fragment);
                    let curl = sample::curl("http://127.0.0.1", &fragment, "$KEY");
                    let took = start.elapsed();
                    pages += 1;
                    total += took;
                    assert!(page.method.len() > 2 && curl.starts_with("curl"));
                    if took > slowest.0 {
                        slowest = (
                            took,
                            text.len(),
                            format!("{} {}", file.display(), operation.key),
                        );
                    }
                }
                if content.len() > 5_000_000 {
                    lines += &format!(
                        "{} bytes, {} operations: read {parsed:?}, fragments {made:?} {}\n",
                        content.len(),
                        description.operations().len(),
                        file.display()
                    );
                }
            }
            Err(errors) => {
                refused += 1;
                let first = &errors.errors[0];
                *reasons.entry(first.code.as_str().to_owned()).or_default() += 1;
                lines += &format!(
                    "{}: {} errors, first {first}\n",
                    file.strip_prefix(&folder).unwrap_or(file).display(),
                    errors.errors.len() + errors.dropped
                );
            }
        }
    }
    println!("{lines}{ok} read, {refused} refused {reasons:?}");
    println!("{fragments} fragments, {bytes} bytes; warnings {warnings:?}");
    println!(
        "{pages} pages, mean {:?}, slowest {slowest:?}",
        total / pages.max(1)
    );
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|e| ["json", "yaml", "yml"].iter().any(|x| e == *x))
        {
            files.push(path);
        }
    }
}
