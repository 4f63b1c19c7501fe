//! The pages, by area. A page is a template struct directly above the handlers that fill it.

pub(crate) mod account;
pub(crate) mod applications;
pub(crate) mod catalogue;
pub(crate) mod console;
pub(crate) mod form_page;
pub(crate) mod list_of;
pub(crate) mod logo;
pub(crate) mod platform;
pub(crate) mod problem;
pub(crate) mod requests;
pub(crate) mod spread;
pub(crate) mod used;

use std::borrow::Cow;

/// A name and its value: facts in an aside, hidden fields, addresses.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) label: String,
    pub(crate) value: String,
}

impl Fact {
    pub(crate) fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            value: value.into(),
        }
    }
}

/// Something a row offers to do.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(crate) label: Cow<'static, str>,
    pub(crate) href: String,
    /// What follows from it, in a sentence.
    pub(crate) help: Cow<'static, str>,
    /// Takes something away: shown in red.
    pub(crate) loss: bool,
}

/// One figure of a figures row.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) label: Cow<'static, str>,
    pub(crate) value: String,
    pub(crate) unit: Cow<'static, str>,
    pub(crate) note: String,
}

/// The class that colours a method mark.
pub(crate) fn method_class(method: &str) -> &'static str {
    match method.to_ascii_uppercase().as_str() {
        "GET" | "HEAD" => "get",
        "POST" => "post",
        "PUT" => "put",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "",
    }
}
