//! Text that stands in a template or in a source instead of a catalogue. Templates are read exactly, sources by how words look.

use super::hold_to_list;
use super::pseudo::{READ, walk, without_entities};
use std::fs;
use std::path::Path;

const TEMPLATES: &str = include_str!("not_yet/templates.txt");
const SOURCES: &str = include_str!("not_yet/sources.txt");

/// Documents for programs, in English for every reader.
const FOR_PROGRAMS: &[&str] = &[
    "pages/catalogue/incident_feed.rs",
    "pages/catalogue/llms.rs",
];

/// Names that no language translates.
const NAMES: &[&str] = &[
    "Bearer {}",
    "Binding",
    "CsrfKey",
    "Gatehouse",
    "GitHub Actions",
    "GitLab",
    "GitLab CI",
];

fn files(folder: &Path, extension: &str, found: &mut Vec<(String, String)>, root: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found, root);
        } else if path.extension().is_some_and(|end| end == extension) {
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Takes what stands between two marks out of a text.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        shown.push_str(before);
        rest = after.split_once(end).map_or("", |(_, after)| after);
    }
    shown + rest
}

/// The first words that a template says itself.
fn in_template(source: &str) -> Option<String> {
    let plain = without(source, "{#", "#}");
    let plain = without(&plain, "{%", "%}");
    let plain = without(&plain, "{{", "}}");
    let mut found = None;
    let mut look = |text: &str| {
        let text = without_entities(text);
        if text.contains(char::is_alphabetic) {
            found.get_or_insert_with(|| text.trim().to_owned());
        }
    };
    walk(&plain, |piece, is_tag| match is_tag {
        false => look(piece),
        true => {
            for attribute in READ {
                if let Some((_, value)) = piece.split_once(attribute) {
                    look(value.split('"').next().unwrap_or_default());
                }
            }
        }
    });
    found
}

/// The first literal of a source that looks like words for people: it begins as a sentence does.
fn in_source(source: &str) -> Option<String> {
    let code = source.split("#[cfg(test)]\nmod tests {").next()?;
    let lines = code.lines().map(str::trim).filter(|line| {
        let quiet = ["//", "#["].iter().any(|mark| line.starts_with(mark));
        let logs = ["tracing::", ".expect(", "panic!("];
        !quiet && !logs.iter().any(|mark| line.contains(mark))
    });
    let mut literals = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    let found = literals.find(|text| {
        let mut letters = text.chars();
        let first = letters.next().is_some_and(|c| c.is_ascii_uppercase());
        let second = letters
            .next()
            .is_some_and(|c| c.is_ascii_lowercase() || c == ' ');
        first && second && text.len() > 2 && !NAMES.contains(text)
    });
    found.map(ToOwned::to_owned)
}

#[test]
fn templates_say_nothing_themselves() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates");
    let mut sources = Vec::new();
    files(&root, "html", &mut sources, &root);
    assert!(sources.len() > 100, "the templates were read");
    let found: Vec<(String, String)> = sources
        .into_iter()
        .filter_map(|(name, source)| Some((name, in_template(&source)?)))
        .collect();
    hold_to_list(&found, TEMPLATES, "not_yet/templates.txt");
}

#[test]
fn sources_say_nothing_themselves() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    files(&root, "rs", &mut sources, &root);
    let found: Vec<(String, String)> = sources
        .into_iter()
        .filter(|(name, _)| !name.contains("tests") && !name.starts_with("gallery"))
        .filter(|(name, _)| !FOR_PROGRAMS.contains(&name.as_str()))
        .filter_map(|(name, source)| Some((name, in_source(&source)?)))
        .collect();
    hold_to_list(&found, SOURCES, "not_yet/sources.txt");
}

#[test]
fn text_is_found_where_it_stands() {
    assert_eq!(
        in_template("{% if a %}<p class=\"x\">{{ t(\"skip\") }}</p>{% endif %}"),
        None
    );
    assert_eq!(
        in_template("<p>{{ n }} of {{ m }}</p>").as_deref(),
        Some("of")
    );
    assert_eq!(
        in_template("<a title=\"Go\">{{ n }}</a>").as_deref(),
        Some("Go")
    );
    assert_eq!(in_source("let a = t!(\"skip\");"), None);
    assert_eq!(
        in_source("let a = \"Sign in\";").as_deref(),
        Some("Sign in")
    );
}
