//! The tabs over every page of one API.

use crate::view::parts::{Tab, Tabs};
use crate::view::shell::Shell;
use gatehouse_control_plane::catalogue::CatalogueApi;
use gatehouse_control_plane::versions::VersionView;
use gatehouse_language::t;

/// The tab that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    Overview,
    Guides,
    Changelog,
    Questions,
}

/// Overview, reference of `version`, guides when there are any, changelog, and for members questions.
pub(crate) fn tabs(
    shell: &Shell,
    found: &CatalogueApi,
    version: &VersionView,
    guides: usize,
    here: Here,
) -> Tabs {
    let base = format!("/apis/{}", found.entry.slug);
    let tab = |label: String, path: &str, count, current| Tab {
        label: label.into(),
        href: shell.to(&format!("{base}{path}")),
        count,
        current,
    };
    let operations = version
        .current_revision
        .as_ref()
        .and_then(|revision| usize::try_from(revision.operations).ok());
    let reference = format!("/{}/reference", version.label);
    let mut tabs = vec![
        tab(
            t!("catalogue-tab-overview"),
            "",
            None,
            here == Here::Overview,
        ),
        tab(t!("catalogue-tab-reference"), &reference, operations, false),
    ];
    if guides > 0 {
        tabs.push(tab(
            t!("word-guides"),
            "/guides",
            Some(guides),
            here == Here::Guides,
        ));
    }
    tabs.push(tab(
        t!("catalogue-changelog"),
        "/changelog",
        None,
        here == Here::Changelog,
    ));
    if shell.user.is_some() {
        let current = here == Here::Questions;
        tabs.push(tab(t!("catalogue-questions"), "/questions", None, current));
    }
    Tabs::new(t!("word-api"), tabs)
}
