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

/// What opens the settings at all.
pub(crate) const NEEDED: &[Permission] = &[
    Permission::TenantManage,
    Permission::TokenManage,
    Permission::TenantEnd,
];

/// Each with what opens it, in the whole tenant.
const TABS: [(&str, &str, &[Permission]); 10] = [
    ("General", "/console/settings", &[Permission::TenantManage]),
    (
        "Branding",
        "/console/settings/branding",
        &[Permission::TenantManage],
    ),
    (
        "Sign-in",
        "/console/settings/sign-in",
        &[Permission::TenantManage],
    ),
    (
        "Policies",
        SETTINGS,
        &[Permission::TenantManage, Permission::ApiRead],
    ),
    (
        "Webhooks",
        "/console/settings/webhooks",
        &[Permission::TenantManage],
    ),
    (
        "Mails",
        "/console/settings/mail",
        &[Permission::TenantManage],
    ),
    (
        "Lint rules",
        "/console/settings/lint",
        &[Permission::TenantManage],
    ),
    (
        "CI trusts",
        "/console/settings/ci-trusts",
        &[Permission::TokenManage],
    ),
    (
        "Access tokens",
        "/console/settings/tokens",
        &[Permission::TokenManage],
    ),
    (
        "Export and close",
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
        label: (*label).into(),
        href: shell.to(path),
        count: None,
        current: *path == here,
    });
    Tabs::new("Settings", tabs.collect())
}

/// One entry a line or separated by commas, as people paste lists.
pub(crate) fn entries(text: &str) -> Vec<String> {
    let words = text.split(['\n', ',']).map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
