//! What holds the catalogues and the sources together, in both directions.

use crate::catalogue::ROOMS;
use crate::{Piece, pieces, speaking_now, t};
use fluent_bundle::FluentResource;
use gatehouse_domain::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a text asks of whoever says it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asks {
    places: BTreeSet<String>,
    marks: BTreeSet<String>,
}

/// Every text of a catalogue with what it asks. Texts begin in the first column; what belongs to one is indented.
fn texts(language: Language) -> BTreeMap<String, Asks> {
    let mut found = BTreeMap::new();
    for room in ROOMS {
        let mut key = String::new();
        for line in room.source(language).lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if line.starts_with(|c: char| c.is_ascii_lowercase()) {
                let (name, _) = line.split_once(" = ").or(line.split_once(" =")).unwrap();
                key = name.to_owned();
                let before = found.insert(key.clone(), Asks::default());
                assert!(before.is_none(), "{language}: {key} is there twice");
            }
            let asks: &mut Asks = found.get_mut(&key).unwrap();
            let places = line.split('$').skip(1);
            asks.places.extend(
                places
                    .map(name_of)
                    .filter(|name| !name.is_empty())
                    .map(ToOwned::to_owned),
            );
            asks.marks
                .extend(pieces(line).into_iter().filter_map(|piece| match piece {
                    Piece::Open(name) => Some(name.to_owned()),
                    _ => None,
                }));
        }
    }
    found
}

fn name_of(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// One place in the sources that says a text.
struct Use {
    key: String,
    asks: Asks,
    file: PathBuf,
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|end| end == extension) {
            found.push(path);
        }
    }
}

/// What is between the parenthesis a text begins with and the one that closes it.
fn inside(text: &str) -> &str {
    let (mut depth, mut quoted) = (0_u32, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 1 => return &text[1..at],
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    panic!("no end: {text:.60}");
}

/// `"key", name = value`: the key, and the names.
fn of_macro(arguments: &str) -> (String, Asks) {
    let mut parts = arguments.splitn(3, '"');
    let (before, key) = (parts.next().unwrap(), parts.next().unwrap_or_default());
    assert!(
        before.trim().is_empty(),
        "a key is written out: {arguments}"
    );
    let mut asks = Asks::default();
    let (mut depth, mut quoted) = (0, false);
    let mut word = String::new();
    for c in parts.next().unwrap_or_default().chars() {
        quoted ^= c == '"';
        match c {
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '=' if depth == 0 && !word.trim().is_empty() => {
                asks.places.insert(word.trim().to_owned());
            }
            _ => {}
        }
        match c {
            ',' | '=' => word.clear(),
            c => word.push(c),
        }
    }
    (key.to_owned(), asks)
}

/// `("key").with("name", value).link("mark", href)`: the key, and the names.
fn of_template(call: &str) -> (String, Asks) {
    let arguments = inside(call);
    let key = arguments.trim().trim_matches('"').to_owned();
    let mut asks = Asks::default();
    let mut rest = &call[arguments.len() + 2..];
    loop {
        let step = [("with", true), ("link", false), ("under", false)];
        let Some((after, is_place)) = step.iter().find_map(|(name, is_place)| {
            let after = rest.trim_start().strip_prefix('.')?.strip_prefix(name)?;
            after.starts_with('(').then_some((after, *is_place))
        }) else {
            return (key, asks);
        };
        let arguments = inside(after);
        let name = arguments.split('"').nth(1).unwrap().to_owned();
        match is_place {
            true => asks.places.insert(name),
            false => asks.marks.insert(name),
        };
        rest = &after[arguments.len() + 2..];
    }
}

fn uses() -> Vec<Use> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut sources, mut templates) = (Vec::new(), Vec::new());
    for folder in ["portal/src", "crates/control-plane/src", "crates/spec/src"] {
        files(&root.join(folder), "rs", &mut sources);
    }
    files(&root.join("templates"), "html", &mut templates);
    let mut found = Vec::new();
    for (file, opener, is_template) in sources
        .into_iter()
        .map(|file| (file, "t!(", false))
        .chain(templates.into_iter().map(|file| (file, "t(\"", true)))
    {
        // Tests write texts of templates and sources themselves.
        if file.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices(opener) {
            let before = text[..at].chars().next_back().unwrap_or(' ');
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            let is_comment = line.trim_start().starts_with("//");
            if before.is_alphanumeric() || matches!(before, '_' | '.') || is_comment {
                continue;
            }
            let (key, asks) = match is_template {
                true => of_template(&text[at + 1..]),
                false => of_macro(inside(&text[at + 2..])),
            };
            let file = file.clone();
            found.push(Use { key, asks, file });
        }
    }
    assert!(found.len() > 50, "the sources were read");
    found
}

#[test]
fn every_file_can_be_read() {
    for room in ROOMS {
        for language in [Language::English, Language::German] {
            let read = FluentResource::try_new(room.source(language).to_owned());
            let faults = read.err().map(|(_, faults)| faults);
            assert!(faults.is_none(), "{} {language}: {faults:?}", room.name);
        }
    }
}

#[test]
fn every_text_is_there_in_both_languages_and_asks_the_same() {
    let (english, german) = (texts(Language::English), texts(Language::German));
    for (key, asks) in &english {
        assert_eq!(german.get(key), Some(asks), "{key} in German");
    }
    for key in german.keys() {
        assert!(english.contains_key(key), "{key} is in German only");
    }
}

#[test]
fn every_text_that_is_said_exists_and_gets_what_it_asks_for() {
    let english = texts(Language::English);
    for Use { key, asks, file } in uses() {
        let file = file.display();
        let Some(wanted) = english.get(&key) else {
            panic!("{file} says {key}, which no catalogue has");
        };
        assert_eq!(asks.places, wanted.places, "places of {key} in {file}");
        let sent: BTreeSet<&String> = wanted.marks.iter().filter(|mark| !is_plain(mark)).collect();
        // Plain words drop marks, so only templates have to say what they lead to.
        if file.to_string().ends_with(".html") {
            assert_eq!(
                asks.marks.iter().collect::<BTreeSet<_>>(),
                sent,
                "marks of {key} in {file}"
            );
        }
    }
}

/// Marks that need nobody to say what they are.
fn is_plain(mark: &str) -> bool {
    matches!(mark, "b" | "code")
}

#[test]
fn every_text_is_said_somewhere() {
    let said: BTreeSet<String> = uses().into_iter().map(|used| used.key).collect();
    for key in texts(Language::English).keys() {
        assert!(said.contains(key), "nobody says {key}");
    }
}

#[test]
fn marks_are_closed_where_they_were_opened() {
    for language in [Language::English, Language::German] {
        for line in ROOMS.iter().flat_map(|room| room.source(language).lines()) {
            let mut open = Vec::new();
            for piece in pieces(line) {
                match piece {
                    Piece::Open(name) => open.push(name),
                    Piece::Close(name) => assert_eq!(open.pop(), Some(name), "{language}: {line}"),
                    Piece::Text(_) | Piece::Value(_) => {}
                }
            }
            assert!(open.is_empty(), "{language}: {line}");
        }
    }
}

#[test]
fn numbers_choose_the_plural_and_are_written_as_the_language_writes_them() {
    let faults =
        |language, count: usize| speaking_now(language, || t!("faults-count", count = count));
    assert_eq!(faults(Language::English, 1), "1 field needs a change.");
    assert_eq!(
        faults(Language::English, 2000),
        "2,000 fields need a change."
    );
    assert_eq!(faults(Language::German, 1), "1 Feld muss geändert werden.");
    assert_eq!(
        faults(Language::German, 2000),
        "2.000 Felder müssen geändert werden."
    );
}

#[test]
fn pseudo_has_accents_and_brackets_but_not_on_what_is_data() {
    let said = speaking_now(Language::Pseudo, || t!("sign-in-to", tenant = "Acme"));
    assert_eq!(said, "[Ţö Acme.]");
    assert_eq!(t!("sign-in-to", tenant = "Acme"), "To Acme.");
}
