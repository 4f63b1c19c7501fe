//! `POST /theme`, `POST /density` and `POST /shortcuts`: how pages look in this browser, and whether they listen to single
//! letters. Each is kept in a cookie, so the server sets it and nothing flashes.

use crate::address::safe_next;
use crate::cookies;
use crate::form::Form;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::SET_COOKIE;

const A_YEAR_S: u32 = 365 * 24 * 3600;

/// One thing that is chosen. The words are those of the form, the cookie and the page; the first holds unless somebody chose.
struct Choice {
    cookie: &'static str,
    words: &'static [&'static str],
}

/// Light, dark, or as the system says.
const THEME: Choice = Choice {
    cookie: "gatehouse-theme",
    words: &["auto", "light", "dark"],
};

/// The height of a table's rows.
const DENSITY: Choice = Choice {
    cookie: "gatehouse-density",
    words: &["comfortable", "compact"],
};

/// Whether single characters do something (WCAG 2.2, 2.1.4): who speaks to a computer says many by accident.
const SHORTCUTS: Choice = Choice {
    cookie: "gatehouse-shortcuts",
    words: &["on", "off"],
};

/// How pages look in one browser.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Looks {
    pub(crate) theme: &'static str,
    pub(crate) density: &'static str,
    pub(crate) shortcuts: &'static str,
}

impl Choice {
    /// The word itself where it is one of ours, else what holds unless somebody chose: a cookie is the browser's to write.
    fn known(&self, word: &str) -> &'static str {
        let found = self.words.iter().find(|known| **known == word);
        found.unwrap_or(&self.words[0])
    }

    fn read(&self, headers: &HeaderMap) -> &'static str {
        self.known(cookies::read(headers, self.cookie).unwrap_or_default())
    }

    /// Back to the page of the form, with the cookie.
    fn keep(&self, visitor: &Visitor, word: &str, next: &str) -> Response {
        let mut response = visitor.go(safe_next(next)).into_response();
        let word = self.known(word);
        if let Some(line) = cookies::set(visitor.portal(), self.cookie, word, Some(A_YEAR_S)) {
            response.headers_mut().append(SET_COOKIE, line);
        }
        response
    }
}

/// What this browser has chosen.
pub(crate) fn chosen(headers: &HeaderMap) -> Looks {
    Looks {
        theme: THEME.read(headers),
        density: DENSITY.read(headers),
        shortcuts: SHORTCUTS.read(headers),
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseTheme {
    theme: String,
    #[serde(default)]
    next: String,
}

/// `POST /theme`
pub(crate) async fn set_theme(visitor: Visitor, Form(form): Form<ChooseTheme>) -> Response {
    THEME.keep(&visitor, &form.theme, &form.next)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseDensity {
    density: String,
    #[serde(default)]
    next: String,
}

/// `POST /density`
pub(crate) async fn set_density(visitor: Visitor, Form(form): Form<ChooseDensity>) -> Response {
    DENSITY.keep(&visitor, &form.density, &form.next)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseShortcuts {
    shortcuts: String,
    #[serde(default)]
    next: String,
}

/// `POST /shortcuts`
pub(crate) async fn set_shortcuts(visitor: Visitor, Form(form): Form<ChooseShortcuts>) -> Response {
    SHORTCUTS.keep(&visitor, &form.shortcuts, &form.next)
}
