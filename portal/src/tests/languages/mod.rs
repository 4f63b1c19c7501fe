//! The language of pages: how it is found, that texts come from the catalogues, and which rooms are still to be converted.

mod choice;
mod literal;
mod pseudo;

/// The entries of a list, one a line.
fn listed(text: &'static str) -> Vec<&'static str> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// Holds what still has texts of its own against the list of what may: the list only shrinks.
fn hold_to_list(found: &[(String, String)], list: &'static str, name: &str) {
    let listed = listed(list);
    let unlisted: Vec<String> = found
        .iter()
        .filter(|(file, _)| !listed.contains(&file.as_str()))
        .map(|(file, text)| format!("{file} says {text:?}"))
        .collect();
    assert!(
        unlisted.is_empty(),
        "these say something without a catalogue; see docs/languages.md:\n{}",
        unlisted.join("\n")
    );
    let clean: Vec<&str> = listed
        .into_iter()
        .filter(|entry| !found.iter().any(|(file, _)| file == entry))
        .collect();
    assert!(
        clean.is_empty(),
        "these are converted: take them from {name}:\n{}",
        clean.join("\n")
    );
}
