//! Descriptions in, pages out: everything through the public interface.

#[cfg(test)]
mod awkward;
#[cfg(test)]
mod curl;
#[cfg(test)]
mod diff;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod fitting;
#[cfg(test)]
mod fragments;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod given;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lint;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod named;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod programs;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod schemas;
#[cfg(test)]
mod swagger2;
#[cfg(test)]
mod typed;

use std::path::PathBuf;

use gatehouse_spec::render::OperationPage;
use gatehouse_spec::{Description, Finding, Limits, Operation, SpecErrors, parse};
use serde_json::Value;

/// A file of the shared test data.
fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/data/specs")
        .join(name)
}

fn read(source: &str) -> Description {
    parse(source.as_bytes(), &Limits::default()).expect("a description that may be published")
}

fn refuse(source: &str) -> SpecErrors {
    parse(source.as_bytes(), &Limits::default()).expect_err("a description that is refused")
}

fn everything() -> Description {
    read(&std::fs::read_to_string(data("everything-3.1.yaml")).expect("a fixture"))
}

fn operation<'d>(description: &'d Description, slug: &str) -> &'d Operation {
    description
        .operations()
        .iter()
        .find(|operation| operation.slug == slug)
        .expect(slug)
}

fn fragment(description: &Description, key: &str) -> Value {
    let operation = description
        .operations()
        .iter()
        .find(|operation| operation.key.as_str() == key)
        .expect(key);
    description.fragment(operation)
}

fn page(description: &Description, key: &str) -> OperationPage {
    OperationPage::from_fragment(&fragment(description, key))
}

/// Code, pointer, line and column.
fn place(finding: &Finding) -> (&'static str, &str, usize, usize) {
    let location = finding.location.expect("a place");
    (
        finding.code.as_str(),
        &finding.pointer,
        location.line,
        location.column,
    )
}

/// A description with the given paths, as JSON.
fn with_paths(paths: &str) -> String {
    format!(r#"{{"openapi":"3.1.0","info":{{"title":"T","version":"1"}},"paths":{paths}}}"#)
}
