//! Pages in the pseudo-language: what is neither in brackets nor data was never in a catalogue.

use super::hold_to_list;
use crate::tests::Stand;

/// Pages by path that still say something without a catalogue.
const NOT_YET: &str = include_str!("not_yet/pages.txt");

/// Pages as the router answers them to somebody who is not signed in.
const OUTSIDE: &[&str] = &[
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

/// Pages as the owner of a tenant gets them, with the Petstore on offer.
const INSIDE: &[&str] = &[
    "/account/email",
    "/account/notifications",
    "/account/passkeys",
    "/account/password",
    "/account/security",
    "/account/sessions",
    "/apis/petstore",
    "/apis/petstore/changelog",
    "/apis/petstore/questions",
    "/apis/petstore/request",
    "/apis/petstore/v1/reference",
    "/applications",
    "/applications/new",
    "/console",
    "/console/apis",
    "/console/apis/new",
    "/console/apis/petstore",
    "/console/apis/petstore/consumers",
    "/console/apis/petstore/docs",
    "/console/apis/petstore/plans",
    "/console/apis/petstore/policies",
    "/console/apis/petstore/routing",
    "/console/apis/petstore/settings",
    "/console/apis/petstore/traffic",
    "/console/apis/petstore/versions",
    "/console/applications",
    "/console/audit/checkpoints",
    "/console/configuration",
    "/console/gateways",
    "/console/incidents",
    "/console/incidents/new",
    "/console/jobs",
    "/console/people",
    "/console/plans",
    "/console/products",
    "/console/releases",
    "/console/requests",
    "/console/requests/decided",
    "/console/requests/settings",
    "/console/roles",
    "/console/settings",
    "/console/settings/branding",
    "/console/settings/ci-trusts",
    "/console/settings/end",
    "/console/settings/lint",
    "/console/settings/mail",
    "/console/settings/policies",
    "/console/settings/policies/new?kind=cors",
    "/console/settings/policies/new?kind=headers",
    "/console/settings/policies/new?kind=jwt",
    "/console/settings/policies/new?kind=rate_limit",
    "/console/settings/sign-in",
    "/console/settings/tokens",
    "/console/settings/webhooks",
    "/console/teams",
    "/console/terms",
    "/console/terms/new",
    "/inbox",
    "/requests",
    "/search?q=pet",
    "/status",
];

/// What pages hold, and what no language translates.
const DATA: &[&str] = &[
    "A",
    "GET /pets",
    "POST /pets",
    "GET /pets/{id",
    "POST /upload",
    "GET /download",
    "owner",
    "admin",
    "publisher",
    "approver",
    "operator",
    "auditor",
    "developer",
    "Acme",
    "acme",
    "Create a pet",
    "DELETE",
    "Deutsch",
    "English",
    "Free",
    "GET",
    "Get a pet",
    "GitHub Actions",
    "GitLab",
    "GitLab CI",
    "Gold",
    "List pets",
    "OO",
    "Olga Owner",
    "PATCH",
    "POST",
    "PUT",
    "Petstore",
    "Petstore v1",
    "Petstore · Acme",
    "Pets, and where they are",
    "Pseudo",
    "RS256",
    "Receive much",
    "Send much",
    // Who put the example there.
    "Test",
    "test",
    // An incident in the sample of a mail.
    "Orders are slow",
    "download",
    "olga@acme.test",
    "pets",
    "pets/{id",
    "petstore",
    "upload",
    "v1",
    // An entry of the changelog, which its owners may change.
    "v1 is published",
];

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

/// A permission, a key of a setting or of a thing (`plan/petstore/gold`), the id of a rule.
fn is_code(word: &str) -> bool {
    let of_ids = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    word.contains(['.', '/']) || word.contains('-') && word.chars().all(of_ids)
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
        let is_code = !words.contains(' ') && is_code(words);
        if words.contains(char::is_alphabetic) && !is_code && !DATA.contains(&words) {
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
    let unfinished = ("GATEHOUSE_PORTAL__LANGUAGES__UNFINISHED", "true");
    let stand = Stand::with(&[unfinished]).await;
    stand.publish_petstore().await;
    let seen = [
        (stand.window(), OUTSIDE),
        (stand.signed_in("olga@acme.test").await, INSIDE),
    ];
    let mut found = Vec::new();
    for (mut window, paths) in seen {
        let pseudo = ("gatehouse-language".to_owned(), "en-XA".to_owned());
        window.cookies.extend([pseudo]);
        for path in paths {
            let page = window.get(path).await;
            let is_page = page.body.contains("<html lang=\"en-XA\"");
            assert!(is_page, "{path}: {} {}", page.status, page.body);
            let said = outside(&page.body);
            if !said.is_empty() {
                found.push(((*path).to_owned(), said.join(", ")));
            }
        }
    }
    hold_to_list(&found, NOT_YET, "not_yet/pages.txt");
}

#[test]
fn words_outside_brackets_are_found_and_data_is_not() {
    let page = "<h1>[Šîĝñ <b>îñ</b>]</h1><p aria-label=\"Hidden\">Plain &amp; bare</p><code>x</code><i>Acme</i>";
    assert_eq!(outside(page), ["Hidden", "Plain  bare"]);
}
