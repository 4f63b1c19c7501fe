//! `/console/settings`: how the tenant works, tab by tab.

pub(crate) mod branding;
pub(crate) mod ci_trusts;
pub(crate) mod delivery;
pub(crate) mod end;
pub(crate) mod general;
pub(crate) mod lint;
pub(crate) mod mails;
pub(crate) mod place;
pub(crate) mod sign_in;
pub(crate) mod webhook;
pub(crate) mod webhooks;

use crate::pages::console::policies::place::SETTINGS;
use crate::view::parts::{Tab, Tabs};
use crate::view::shell::Shell;
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// What opens the settings at all.
pub(crate) const NEEDED: &[Permission] = &[
    Permission::TenantManage,
    Permission::TokenManage,
    Permission::TenantEnd,
];

/// What a tab is called, in the language of the reader.
type Words = fn() -> String;

/// Each with what opens it, in the whole tenant.
const TABS: [(Words, &str, &[Permission]); 10] = [
    (
        || t!("settings-general"),
        "/console/settings",
        &[Permission::TenantManage],
    ),
    (
        || t!("settings-branding"),
        "/console/settings/branding",
        &[Permission::TenantManage],
    ),
    (
        || t!("settings-sign-in"),
        "/console/settings/sign-in",
        &[Permission::TenantManage],
    ),
    (
        || t!("word-policies"),
        SETTINGS,
        &[Permission::TenantManage, Permission::ApiRead],
    ),
    (
        || t!("settings-webhooks"),
        "/console/settings/webhooks",
        &[Permission::TenantManage],
    ),
    (
        || t!("settings-mails"),
        "/console/settings/mail",
        &[Permission::TenantManage],
    ),
    (
        || t!("settings-lint-rules"),
        "/console/settings/lint",
        &[Permission::TenantManage],
    ),
    (
        || t!("settings-ci-trusts"),
        "/console/settings/ci-trusts",
        &[Permission::TokenManage],
    ),
    (
        || t!("settings-access-tokens"),
        "/console/settings/tokens",
        &[Permission::TokenManage],
    ),
    (
        || t!("settings-export-and-close"),
        "/console/settings/end",
        &[Permission::TenantEnd],
    ),
];

/// The tabs this person may open; `here` is the path of the open one.
pub(crate) fn tabs(here: &str, shell: &Shell) -> Tabs {
    let tabs = TABS
        .iter()
        .filter(|(_, _, needed)| needed.iter().all(|one| shell.may_everywhere(*one)));
    let tabs = tabs.map(|(label, path, _)| Tab {
        label: label().into(),
        href: shell.to(path),
        count: None,
        current: *path == here,
    });
    Tabs::new(t!("word-settings"), tabs.collect())
}

/// One entry a line or separated by commas, as people paste lists.
pub(crate) fn entries(text: &str) -> Vec<String> {
    let words = text.split(['\n', ',']).map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
