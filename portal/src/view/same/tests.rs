//! Each way exists: its command in the manual, its request in the OpenAPI document.

use super::{Same, Way, fill, in_json, quoted, ways};
use serde_json::Value;

const MANUAL: &str = include_str!("../../../../docs/cli.md");
const DOCUMENT: &str = include_str!("../../../../tests/snapshots/openapi.json");

/// The words of a way's command that are the command itself, and its flags.
fn command(way: Way) -> (String, Vec<&'static str>) {
    let words: Vec<_> = way.cli.split(' ').collect();
    let is_verb = |word: &&&str| {
        word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-')
    };
    let verbs: Vec<&str> = words.iter().take_while(is_verb).copied().collect();
    let flags = words
        .iter()
        .filter(|word| word.starts_with("--"))
        .copied()
        .collect();
    (verbs.join(" "), flags)
}

#[test]
fn every_command_is_in_the_manual_with_its_flags_and_arguments() {
    for (name, way) in ways::ALL.iter().filter(|(_, way)| !way.cli.is_empty()) {
        let (verbs, flags) = command(*way);
        let heading = format!("## gatehouse {verbs}\n");
        let (_, section) = MANUAL
            .split_once(&heading)
            .unwrap_or_else(|| panic!("{name}: no {heading}"));
        let section = section.split("\n## ").next().unwrap();
        let usage = section
            .lines()
            .find(|line| line.starts_with("Usage:"))
            .unwrap();
        for flag in &flags {
            assert!(
                section.contains(&format!("{flag} <")) || section.contains(&format!("{flag}\n")),
                "{name}: {flag}"
            );
        }
        // A choice of flags, `<--a <A>|--b <B>>`, needs one value.
        let of_a_choice = |word: &str| word.starts_with("<--") || word.contains("|--");
        let needed = usage
            .split(' ')
            .filter(|word| word.starts_with('<') && !of_a_choice(word))
            .count();
        let given = way
            .cli
            .split(' ')
            .filter(|word| word.starts_with('{'))
            .count();
        assert!(given >= needed, "{name}: {usage}");
        for word in usage.split(' ').filter(|word| word.starts_with("--")) {
            assert!(flags.contains(&word), "{name} lacks {word}");
        }
    }
}

fn operation<'a>(document: &'a Value, way: &Way) -> Option<&'a Value> {
    let shape = |path: &str| {
        let words = path
            .split('/')
            .map(|word| if word.starts_with('{') { "{}" } else { word });
        words.collect::<Vec<_>>().join("/")
    };
    let path = way.path.split('?').next().unwrap();
    let paths = document["paths"].as_object().unwrap();
    let found = paths
        .iter()
        .find(|(known, _)| shape(known) == shape(path))?
        .1;
    found.get(way.method.to_lowercase())
}

#[test]
fn every_request_is_in_the_document_with_its_fields_and_its_condition() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    for (name, way) in ways::ALL {
        let operation = operation(&document, way)
            .unwrap_or_else(|| panic!("{name}: no {} {}", way.method, way.path));
        let none = Vec::new();
        let parameters = operation["parameters"].as_array().unwrap_or(&none);
        let conditional = parameters.iter().any(|one| one["name"] == "If-Match");
        assert_eq!(way.is_conditional(), conditional, "{name}");
        if way.body.is_empty() {
            continue;
        }
        let content = &operation["requestBody"]["content"];
        if way.file().is_some() {
            assert!(content["application/octet-stream"].is_object(), "{name}");
            continue;
        }
        let body: Value = serde_json::from_str(&fill(way.body, &[], str::to_owned)).unwrap();
        let schema = &content["application/json"]["schema"];
        let text = schema.to_string();
        let (_, reference) = text.split_once("#/components/schemas/").unwrap();
        let reference = reference.split('"').next().unwrap();
        let fields = &document["components"]["schemas"][reference]["properties"];
        for field in body.as_object().unwrap().keys() {
            assert!(
                !fields[field].is_null(),
                "{name}: {field} is no field of {reference}"
            );
        }
    }
}

#[test]
fn what_people_typed_cannot_leave_its_quotes() {
    assert_eq!(quoted("ana@acme.test"), "ana@acme.test");
    assert_eq!(quoted("it's; rm -rf /"), r"'it'\''s; rm -rf /'");
    assert_eq!(quoted(""), "''");
    assert_eq!(in_json("a\"b'c"), r#"a\"b\u0027c"#);
    assert_eq!(
        fill(r#"{"a":"{a}","b":"{b}"}"#, &[("a", "1")], in_json),
        r#"{"a":"1","b":"B"}"#
    );
    let url = "http://127.0.0.1:8001/".parse().unwrap();
    let shown = Same::new(&url, &[ways::SPEC_PUBLISH], &[("file", "a b.yaml")]).to_string();
    assert!(
        shown.contains("-T &#39;a b.yaml&#39;") && !shown.contains("If-Match"),
        "{shown}"
    );
    let shown = Same::new(&url, &[ways::RELEASE_ROLLBACK], &[("release", "../../x")]).to_string();
    assert!(
        shown.contains("/v1/releases/..%2F..%2Fx/rollback"),
        "{shown}"
    );
}
