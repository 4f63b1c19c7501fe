//! How far a saved change has travelled, as a page and as the region other pages poll.

use crate::address::{Path, id, safe_next};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::view::parts::Spread;
use crate::view::shell::Shell;
use crate::view::words::age;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::changes::Spread as NodeSpread;
use gatehouse_control_plane::changes::{self, ChangeView};
use gatehouse_domain::id::ChangeId;
use gatehouse_language::t;
use time::{Duration, OffsetDateTime};

/// The region with a way back; script swaps the region into the page that asked.
#[derive(Template)]
#[template(path = "pages/spread.html")]
pub(crate) struct SpreadPage {
    pub(crate) shell: Shell,
    pub(crate) spread: Spread,
    pub(crate) back: String,
}

web_page!(SpreadPage, Private);

/// `?change=`: the change a page was led to by.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Changed {
    #[serde(default)]
    pub(crate) change: Option<String>,
}

/// The region for a page that was led to by a change; nothing for one that is not this tenant's.
pub(crate) async fn of(visitor: &Visitor, changed: &Changed) -> Result<Option<Spread>, PageError> {
    let Some(change) = changed
        .change
        .as_ref()
        .and_then(|change| change.parse::<ChangeId>().ok())
    else {
        return Ok(None);
    };
    match changes::get_change(visitor.db(), visitor.actor()?, change).await {
        Ok(view) => Ok(Some(region(visitor, &view, visitor.here()))),
        Err(gatehouse_control_plane::Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal.into()),
    }
}

/// `GET /changes/{change}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([change]): Path<1>,
) -> Result<SpreadPage, PageError> {
    let change: ChangeId = id(&change)?;
    let view = changes::get_change(visitor.db(), visitor.actor()?, change).await?;
    let shell = visitor.shell().await?;
    Ok(SpreadPage {
        spread: region(&visitor, &view, visitor.here()),
        back: shell.to("/"),
        shell,
    })
}

/// How far a change got, in a sentence.
pub(crate) fn region(visitor: &Visitor, view: &ChangeView, again: &str) -> Spread {
    let of: usize = view.groups.iter().map(|group| group.gateways_total).sum();
    let has: usize = view.groups.iter().map(|group| group.applied).sum();
    Spread {
        said: said(&view.kind, has, of),
        done: view.in_force,
        detail: detail(view, of, visitor.now()),
        href: visitor.to(&format!("/changes/{}", view.change_id)),
        again: visitor.to(safe_next(again)),
        each: visitor
            .actor()
            .is_ok_and(Actor::opens_console)
            .then(|| visitor.to(&format!("/console/changes/{}", view.change_id))),
    }
}

/// What a change means, and how many gateways have it.
fn said(kind: &str, has: usize, of: usize) -> String {
    match kind {
        "credential.leak" => t!("shared-the-leaked-key-is-refused-on", has = has, count = of),
        "credential.revoke" => t!("shared-the-key-is-refused-on", has = has, count = of),
        _ => t!("shared-saved-in-force-on", has = has, count = of),
    }
}

/// How long something took: tenths of a second, and from a minute on what a person would say.
pub(crate) fn took(ms: i64) -> String {
    match ms {
        ..60_000 => t!(
            "shared-seconds",
            whole = ms / 1000,
            tenths = (ms % 1000 / 100).to_string()
        ),
        _ => age(Duration::milliseconds(ms)),
    }
}

fn detail(view: &ChangeView, of: usize, now: OffsetDateTime) -> String {
    if of == 0 {
        return t!("shared-no-gateway-has-joined-yet-the");
    }
    if let Some(ms) = view.in_force_after_ms.filter(|_| view.in_force) {
        return match ms {
            0..100 => t!("shared-it-took-under-0-1-s"),
            _ => t!("shared-it-took", span = took(ms)),
        };
    }
    let missing: Vec<String> = view
        .groups
        .iter()
        .flat_map(|group| &group.gateways)
        .filter(|gateway| gateway.state != NodeSpread::Applied)
        .map(|gateway| match (&gateway.error, gateway.state) {
            (Some(error), _) => t!("shared-refuses-it", name = &gateway.name, error = &error),
            (None, NodeSpread::Silent) => t!(
                "shared-was-last-heard-from-and-runs",
                name = &gateway.name,
                relative = &crate::view::words::relative(gateway.last_seen_at, now)
            ),
            (None, _) => t!("shared-is-getting-it", name = &gateway.name),
        })
        .collect();
    if missing.len() > 3 {
        t!(
            "shared-do-not-have-it-yet",
            count = t!("count-gateway", count = missing.len())
        )
    } else {
        missing.join(" ")
    }
}
