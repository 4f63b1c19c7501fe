//! gatehouse-portal
#![recursion_limit = "256"]

mod assets;
mod csrf;
mod form;
#[cfg(test)]
mod gallery;
mod headers;
mod page;
mod page_error;
mod pages;
mod settings;
mod view;
mod visitor;

pub use settings::{DEFAULTS, DemoSettings, Front, ROLE, RefusedSettings, SessionSettings, Settings};
