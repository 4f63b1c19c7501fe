//! The language of samples: chosen by a link, kept in a cookie, so that every page after it speaks it too.

use crate::cookies;
use crate::view::code::Code;
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_spec::sample::{self, Language};
use http::HeaderMap;
use http::header::SET_COOKIE;
use serde_json::Value;

pub(crate) const COOKIE: &str = "gatehouse-samples";
const A_YEAR_S: u32 = 365 * 24 * 3600;
/// The environment variable that samples take the key from.
const KEY_VARIABLE: &str = "API_KEY";

/// `?language=`
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseLanguage {
    language: Option<String>,
}

impl ChooseLanguage {
    /// What was asked for now, else what this browser chose before, else curl.
    pub(crate) fn chosen(&self, headers: &HeaderMap) -> Language {
        let asked = self.asked();
        let kept = || cookies::read(headers, COOKIE).and_then(Language::parse);
        asked.or_else(kept).unwrap_or_default()
    }

    fn asked(&self) -> Option<Language> {
        self.language.as_deref().and_then(Language::parse)
    }

    /// The page, with the cookie when a language was asked for.
    pub(crate) fn kept_with(&self, visitor: &Visitor, page: impl IntoResponse) -> Response {
        let mut response = page.into_response();
        let line = self.asked().and_then(|language| {
            cookies::set(visitor.portal(), COOKIE, language.slug(), Some(A_YEAR_S))
        });
        if let Some(line) = line {
            response.headers_mut().append(SET_COOKIE, line);
        }
        response
    }
}

/// A link to the sample in one language.
pub(crate) struct LanguageLink {
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// Every language, as links of the page at `path`.
pub(crate) fn links(shell: &Shell, path: &str, current: Language) -> Vec<LanguageLink> {
    let link = |language: Language| LanguageLink {
        label: language.label(),
        href: format!("{}?language={}", shell.to(path), language.slug()),
        current: language == current,
    };
    Language::ALL.into_iter().map(link).collect()
}

/// The sample as it is shown.
pub(crate) fn code(language: Language, address: &str, fragment: &Value) -> Code {
    let program = sample::program(language, address, fragment, KEY_VARIABLE);
    match language {
        Language::Curl => Code::shell("sample", program),
        other => Code::new("sample", other.label()).text(program),
    }
}
