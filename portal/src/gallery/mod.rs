//! Every page with sample data: what the budgets, the content policy and the eye are held against.
//!
//! The pages are also written to `target/gallery/`, with the assets beside them, for a browser to look at.

mod account;
mod applications;
mod catalogue;
mod console;
mod incidents;
mod jobs;
mod reference;
mod version;

use crate::assets;
use crate::pages::account::looks::Looks;
use crate::view::parts::{Empty, Link, Pages};
use crate::view::shell::{Brand, Shell, ShellUser};
use gatehouse_domain::role::Permission;
use std::path::Path;

pub(crate) fn shell() -> Shell {
    Shell {
        base: String::new(),
        tenant_name: "Acme Payments".into(),
        brand: Brand::default(),
        looks: Looks {
            theme: "auto",
            density: "comfortable",
            shortcuts: "on",
        },
        languages: Vec::new(),
        assets: assets::urls(""),
        csrf_token: "sample".into(),
        user: Some(ShellUser {
            name: "Mia Kovač".into(),
            email: "mia@acme.example".into(),
            roles_in_words: "Approver".into(),
        }),
        idle_s: Some(840),
        permissions: Permission::ALL.to_vec(),
        everywhere: Permission::ALL.to_vec(),
        is_platform_admin: true,
        has_console: true,
        inbox_count: 2,
        waiting_requests: 7,
        other_tenants: Vec::new(),
        shows_outbox: true,
        banner: None,
        demo_people: Vec::new(),
        flash: None,
        here: "/".into(),
        in_console: false,
        page_has_search: false,
        section: "",
        version: "0.1.0",
    }
}

fn pages() -> Pages {
    Pages {
        range: "1 to 11 of 11".into(),
        newer: None,
        older: Some("/x?after=1".into()),
    }
}

fn no() -> Empty {
    Empty::new(
        "Nothing yet",
        "It will appear here.",
        Some(Link::new("Browse APIs", "/apis")),
    )
}

/// Every page by the name of its file.
pub(crate) fn every_page() -> Vec<(&'static str, String)> {
    vec![
        ("catalogue", catalogue::list()),
        ("api", catalogue::api()),
        ("operation", reference::operation()),
        ("request", catalogue::request()),
        ("key", applications::key()),
        ("keys", applications::keys()),
        ("key-evidence", applications::evidence()),
        ("usage", applications::usage()),
        ("logs", applications::logs()),
        ("call", applications::call()),
        ("queue", console::queue()),
        ("messages", console::messages()),
        ("deciding", console::deciding()),
        ("rules", console::rules()),
        ("console-home", console::home()),
        ("gateways", console::gateways()),
        ("jobs", jobs::list()),
        ("job", jobs::running()),
        ("job-over", jobs::over()),
        ("status", incidents::status()),
        ("incident", incidents::page()),
        ("incidents-console", incidents::all()),
        ("incident-console", incidents::manage()),
        ("version", version::version()),
        ("login", account::login()),
        ("sessions", account::sessions()),
        ("security", account::security()),
        ("passkeys", account::passkeys()),
        ("prove", account::prove()),
        ("recovery-codes", account::recovery_codes()),
        ("email", account::email()),
    ]
}

const HTML_BYTES_MAX: usize = 60 * 1024;

/// What every page keeps: its size, one heading, no inline script or style, a token in each form that posts, unique ids.
pub(crate) fn hold_to_the_rules(name: &str, html: &str) {
    assert!(
        html.len() <= HTML_BYTES_MAX,
        "{name} has {} bytes",
        html.len()
    );
    assert_eq!(html.matches("<h1").count(), 1, "{name} has one h1");
    for banned in [" style=", " onclick", " onload", "javascript:", "<style"] {
        assert!(!html.contains(banned), "{name} has {banned}");
    }
    assert_eq!(
        html.matches("<script").count(),
        1,
        "{name} has one script, by address"
    );
    assert!(html.contains("<main id=\"main\""), "{name}");
    for form in html.split("<form").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        if form.contains("method=\"post\"") {
            assert!(form.contains("name=\"csrf\""), "{name}: {form}");
        }
    }
    let mut seen = std::collections::HashSet::new();
    let ids = html.split(" id=\"").skip(1);
    for id in ids.filter_map(|rest| rest.split('"').next()) {
        assert!(seen.insert(id.to_owned()), "{name} has id {id} twice");
    }
}

/// Writes a page to `target/gallery`, in both themes and with compact tables, with the assets beside it.
pub(crate) fn keep(name: &str, html: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/gallery");
    std::fs::create_dir_all(folder.join("static")).unwrap();
    let urls = assets::urls("");
    for (source, url) in [
        ("gatehouse.css", &urls.css),
        ("gatehouse.js", &urls.js),
        ("icon.svg", &urls.icon),
    ] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../static")
            .join(source);
        std::fs::copy(from, folder.join(url.trim_start_matches('/'))).unwrap();
    }
    let local = html.replace("\"/static/", "\"static/");
    for (look, chosen, other) in [
        ("light", "data-theme=\"auto\"", "data-theme=\"light\""),
        ("dark", "data-theme=\"auto\"", "data-theme=\"dark\""),
        (
            "compact",
            "data-density=\"comfortable\"",
            "data-density=\"compact\"",
        ),
    ] {
        assert!(local.contains(chosen), "{name} has {chosen}");
        let page = local.replace(chosen, other);
        std::fs::write(folder.join(format!("{name}-{look}.html")), page).unwrap();
    }
}

#[test]
fn every_page_keeps_the_rules_and_can_be_opened_in_a_browser() {
    for (name, html) in every_page() {
        hold_to_the_rules(name, &html);
        keep(name, &html);
    }
}
