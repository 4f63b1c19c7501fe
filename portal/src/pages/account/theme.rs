//! `POST /theme`: light, dark, or as the system says. Kept in a cookie, so the server sets it and nothing flashes.

use crate::address::safe_next;
use crate::cookies;
use crate::form::Form;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::SET_COOKIE;

const COOKIE: &str = "gatehouse-theme";

const A_YEAR_S: u32 = 365 * 24 * 3600;

/// What the system says, unless somebody chose.
const AUTO: &str = "auto";

/// The words of the form, the cookie and the page.
const THEMES: [&str; 3] = [AUTO, "light", "dark"];

fn known(word: &str) -> &'static str {
    THEMES
        .into_iter()
        .find(|theme| *theme == word)
        .unwrap_or(AUTO)
}

/// The theme this browser has chosen.
pub(crate) fn chosen(headers: &HeaderMap) -> &'static str {
    cookies::read(headers, COOKIE).map_or(AUTO, known)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseTheme {
    theme: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit(visitor: Visitor, Form(choice): Form<ChooseTheme>) -> Response {
    let theme = known(&choice.theme);
    let mut response = visitor.go(safe_next(&choice.next)).into_response();
    if let Some(line) = cookies::set(visitor.portal(), COOKIE, theme, Some(A_YEAR_S)) {
        response.headers_mut().append(SET_COOKIE, line);
    }
    response
}
