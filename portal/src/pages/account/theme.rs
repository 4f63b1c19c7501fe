//! `POST /theme`: light, dark, or as the system says. Kept in a cookie, so the server sets it and nothing flashes.

use crate::address::safe_next;
use crate::form::Form;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::SET_COOKIE;

/// The name of the cookie.
pub(crate) const COOKIE: &str = "gatehouse-theme";

const A_YEAR_S: u32 = 365 * 24 * 3600;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseTheme {
    theme: Theme,
    #[serde(default)]
    next: String,
}

#[derive(Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Theme {
    Auto,
    Light,
    Dark,
}

pub(crate) async fn submit(visitor: Visitor, Form(choice): Form<ChooseTheme>) -> Response {
    let value = match choice.theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    let secure = if visitor.portal().secure_cookies() {
        "; Secure"
    } else {
        ""
    };
    let cookie =
        format!("{COOKIE}={value}; Path=/; Max-Age={A_YEAR_S}; HttpOnly; SameSite=Lax{secure}");
    let mut response = visitor.go(safe_next(&choice.next)).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
