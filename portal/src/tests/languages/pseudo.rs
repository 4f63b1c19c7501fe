//! Pages in the pseudo-language: what is neither in brackets nor data was never in a catalogue.

use super::hold_to_list;
use crate::gallery;
use crate::tests::Stand;
use gatehouse_domain::Language;
use gatehouse_language::speaking_now;

/// Pages of the gallery by name, and pages by path, that still say something without a catalogue.
const NOT_YET: &str = include_str!("not_yet/pages.txt");

/// Pages that are looked at as the router answers them, to somebody who is not signed in.
const PATHS: &[&str] = &[
    "/login",
    "/signup",
    "/forgot",
    "/reset/x",
    "/verify/x",
    "/invite/x",
    "/nowhere",
    "/help",
    "/",
    "/apis",
];

/// What samples hold, and what no language translates.
const DATA: &[&str] = &["A", "Acme", "Acme Payments", "English", "Deutsch", "Pseudo"];

/// Attributes that people read or hear.
pub(super) const READ: &[&str] = &[
    " aria-label=\"",
    " placeholder=\"",
    " title=\"",
    " alt=\"",
    " data-l=\"",
];

/// Elements whose words are for programs or are drawn.
const NOT_WORDS: &[&str] = &["script", "style", "code", "kbd", "pre", "svg"];

/// A page as its pieces: the text between tags, and the tags.
pub(super) fn walk(html: &str, mut each: impl FnMut(&str, bool)) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        each(&rest[..at], false);
        rest = &rest[at..];
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let (tag, after) = rest.split_at(end);
        each(tag, true);
        rest = after;
        let name = tag.trim_start_matches('<').split([' ', '>']).next();
        if let Some(name) = name.filter(|name| NOT_WORDS.contains(name)) {
            let close = format!("</{name}>");
            rest = rest.split_once(&close).map_or("", |(_, after)| after);
        }
    }
    each(rest, false);
}

/// Entities are signs, not words.
pub(super) fn without_entities(text: &str) -> String {
    let mut shown = String::new();
    let mut parts = text.split('&');
    shown.push_str(parts.next().unwrap_or_default());
    for part in parts {
        shown.push_str(part.split_once(';').map_or(part, |(_, after)| after));
    }
    shown
}

/// The words of a page that stand outside brackets.
fn outside(html: &str) -> Vec<String> {
    let (mut found, mut depth) = (Vec::new(), 0_usize);
    let mut look = |text: &str, depth: &mut usize| {
        let mut words = String::new();
        for letter in without_entities(text).chars() {
            match letter {
                '[' => *depth += 1,
                ']' => *depth = depth.saturating_sub(1),
                letter if *depth == 0 => words.push(letter),
                _ => {}
            }
        }
        let words = words.trim_matches(|c: char| !c.is_alphanumeric());
        if words.contains(char::is_alphabetic) && !DATA.contains(&words) {
            found.push(words.to_owned());
        }
    };
    walk(html, |piece, is_tag| {
        if !is_tag {
            look(piece, &mut depth);
            return;
        }
        for attribute in READ {
            let value = piece.split_once(attribute).map(|(_, value)| value);
            if let Some(value) = value {
                look(value.split('"').next().unwrap_or_default(), &mut 0);
            }
        }
    });
    found
}

#[tokio::test]
async fn what_is_not_in_brackets_is_data() {
    let gallery = speaking_now(Language::Pseudo, gallery::every_page);
    let mut pages: Vec<(String, String)> = gallery
        .into_iter()
        .map(|(name, html)| (name.to_owned(), html))
        .collect();
    let unfinished = ("GATEHOUSE_PORTAL__LANGUAGES__UNFINISHED", "true");
    let stand = Stand::with(&[unfinished]).await;
    let mut window = stand.window();
    window
        .cookies
        .insert("gatehouse-language".into(), "en-XA".into());
    for path in PATHS {
        let page = window.get(path).await;
        assert!(
            page.body.contains("<html lang=\"en-XA\""),
            "{path}: {} {}",
            page.status,
            page.body
        );
        pages.push(((*path).to_owned(), page.body));
    }
    let found: Vec<(String, String)> = pages
        .into_iter()
        .filter_map(|(name, html)| Some((name, outside(&html).into_iter().next()?)))
        .collect();
    hold_to_list(&found, NOT_YET, "not_yet/pages.txt");
}

#[test]
fn words_outside_brackets_are_found_and_data_is_not() {
    let page = "<h1>[Šîĝñ <b>îñ</b>]</h1><p aria-label=\"Hidden\">Plain &amp; bare</p><code>x</code><i>Acme</i>";
    assert_eq!(outside(page), ["Hidden", "Plain  bare"]);
}
