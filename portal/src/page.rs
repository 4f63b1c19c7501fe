//! A page is a template; how it may be cached is declared beside it.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderValue};

/// Who may keep a copy of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cache {
    /// Every page with a form token in it: nobody.
    Private,
    /// A region that is polled: the browser may keep it, but asks each time.
    Region,
}

impl Cache {
    fn header(self) -> HeaderValue {
        match self {
            Self::Private => HeaderValue::from_static("private, no-store"),
            Self::Region => HeaderValue::from_static("private, no-cache"),
        }
    }
}

/// Renders a template. A template that fails is an internal error, not a half page.
pub(crate) fn respond(template: &impl Template, cache: Cache) -> Response {
    match template.render() {
        Ok(html) => ([(CACHE_CONTROL, cache.header())], Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            crate::page_error::PageError::internal().into_response()
        }
    }
}

/// A form that was refused: its page again with the faults, as 422.
pub(crate) fn refused(page: impl IntoResponse) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// Makes a template struct a response, and gives its template the texts of the catalogues.
macro_rules! web_page {
    ($page:ident, $cache:ident) => {
        $crate::view::said::says!($page);
        impl ::axum::response::IntoResponse for $page {
            fn into_response(self) -> ::axum::response::Response {
                $crate::page::respond(&self, $crate::page::Cache::$cache)
            }
        }
    };
}
pub(crate) use web_page;
