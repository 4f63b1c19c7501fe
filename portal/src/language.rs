//! In which language a request is answered: what the person chose, else what this browser was told, else what it asks for
//! (RFC 9110 §12.5.4), else English. `POST /language` is the choice, at the foot of every page.

use crate::address::safe_next;
use crate::cookies;
use crate::form::Form;
use crate::page_error::PageError;
use crate::portal::Portal;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::accounts;
use gatehouse_domain::Language;
use gatehouse_language::t;
use http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, SET_COOKIE, VARY};
use http::{HeaderMap, HeaderValue};

pub(crate) const COOKIE: &str = "gatehouse-language";
const A_YEAR_S: u32 = 365 * 24 * 3600;
/// What leaves it to the browser.
const AUTO: &str = "auto";

/// The language of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// What somebody chose; `None` leaves it to the browser.
    chosen: Option<Language>,
    /// What the answer is in.
    pub(crate) spoken: Language,
}

/// One button of the choice.
#[derive(Debug, Clone)]
pub(crate) struct LanguageChoice {
    /// As the form sends it.
    pub(crate) value: &'static str,
    pub(crate) name: String,
    /// Of the name itself: each language is called what its speakers call it.
    pub(crate) lang: &'static str,
    pub(crate) current: bool,
}

/// The language of a request by its head, for somebody whose account has `preferred`.
pub(crate) fn reading(
    portal: &Portal,
    preferred: Option<Language>,
    headers: &HeaderMap,
) -> Reading {
    let offered = portal.languages();
    let kept = cookies::read(headers, COOKIE).and_then(Language::parse);
    let known = |language: &Language| offered.contains(language);
    let chosen = preferred.filter(known).or(kept.filter(known));
    let asked = || {
        // Lines of one field are one list (RFC 9110 §5.3).
        let lines = headers.get_all(ACCEPT_LANGUAGE).into_iter();
        let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
        gatehouse_language::accepted(&lines.join(","), offered)
    };
    Reading {
        chosen,
        spoken: chosen.or_else(asked).unwrap_or(Language::English),
    }
}

/// The buttons of the choice; none while there is nothing to choose.
pub(crate) fn choices(portal: &Portal, reading: Reading) -> Vec<LanguageChoice> {
    let offered = portal.languages();
    if offered.len() < 2 {
        return Vec::new();
    }
    let auto = LanguageChoice {
        value: AUTO,
        name: t!("language-auto"),
        lang: reading.spoken.tag(),
        current: reading.chosen.is_none(),
    };
    let each = offered.iter().map(|language| LanguageChoice {
        value: language.tag(),
        name: language.name().to_owned(),
        lang: language.tag(),
        current: reading.chosen == Some(*language),
    });
    std::iter::once(auto).chain(each).collect()
}

/// Says the language of a page, and on what of the request it depends, to caches and to readers aloud.
pub(crate) fn tell(headers: &mut HeaderMap, language: Language) {
    let is_page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.append(VARY, HeaderValue::from_static("accept-language, cookie"));
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choose {
    language: String,
    #[serde(default)]
    next: String,
}

/// `POST /language`: kept in this browser, and with the account of somebody signed in. A session that does not speak for the whole
/// account changes this browser alone. Anything but a language that is offered leaves it to the browser.
pub(crate) async fn choose(
    visitor: Visitor,
    Form(form): Form<Choose>,
) -> Result<Response, PageError> {
    let offered = visitor.portal().languages();
    let chosen = Language::parse(&form.language).filter(|language| offered.contains(language));
    if let Ok(user) = visitor.own_account() {
        accounts::set_language(visitor.db(), user.id, chosen).await?;
    }
    let mut response = visitor.go(safe_next(&form.next)).into_response();
    let word = chosen.map_or(AUTO, Language::tag);
    if let Some(line) = cookies::set(visitor.portal(), COOKIE, word, Some(A_YEAR_S)) {
        response.headers_mut().append(SET_COOKIE, line);
    }
    Ok(response)
}
