//! `GET /applications/{app}/keys/{key}/evidence`: who still uses a key, and the button that retires a replaced one.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::applications::key::found;
use crate::pages::applications::keys::shown;
use crate::pages::applications::show::key_crumbs;
use crate::pages::spread::{self, Changed};
use crate::pages::{Figure, method_class};
use crate::view::parts::{Crumbs, Flash, Spread};
use crate::view::shell::Shell;
use crate::view::words::{When, day, grouped, relative};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::credentials::{self, Evidence};
use gatehouse_domain::Permission;
use gatehouse_domain::credential::CredentialState;
use gatehouse_language::t;
use time::OffsetDateTime;

/// The use of one key, and its end.
#[derive(Template)]
#[template(path = "pages/applications/evidence.html")]
pub(crate) struct EvidencePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) warning: Option<Flash>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) operations: Vec<StillCalled>,
    pub(crate) sources: Vec<Source>,
    /// Where the button posts to; none for a key that is over, or was not replaced.
    pub(crate) retire: Option<String>,
    pub(crate) advice: String,
}

web_page!(EvidencePage, Private);

pub(crate) struct StillCalled {
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) path: String,
    pub(crate) calls: String,
}

pub(crate) struct Source {
    pub(crate) address: String,
    pub(crate) calls: String,
    pub(crate) at: When,
}

/// `GET /applications/{application}/keys/{key}/evidence`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application, key]): Path<2>,
    Query(changed): Query<Changed>,
) -> Result<EvidencePage, PageError> {
    let (view, key) = found(&visitor, &application, &key).await?;
    let seen = credentials::evidence(visitor.db(), visitor.actor()?, key.id).await?;
    let spread = spread::of(&visitor, &changed).await?;
    let shell = visitor.shell().await?.at("applications");
    let retiring = seen.state == CredentialState::Retiring;
    let retire = (retiring && shell.may(Permission::ApplicationManage))
        .then(|| shell.to(&format!("/applications/{}/keys/{}/revoke", view.id, key.id)));
    Ok(EvidencePage {
        crumbs: key_crumbs(&t!("applications-use"), &view, &shell),
        spread,
        heading: t!("applications-who-uses-2", shown = &shown(&key)),
        lead: lead(&seen),
        warning: warning(&seen),
        figures: figures(&seen, visitor.now()),
        operations: operations(&seen),
        sources: sources(&seen, visitor.now()),
        retire,
        advice: advice(&seen),
        shell,
    })
}

fn lead(seen: &Evidence) -> String {
    match (seen.state, seen.retire_at) {
        (CredentialState::Active, _) => t!("applications-it-was-not-replaced"),
        (CredentialState::Retiring, Some(at)) => {
            let quiet = seen.quiet_hours.map_or(String::new(), |hours| {
                let hours = t!(
                    "count-hour",
                    count = usize::try_from(hours).unwrap_or_default()
                );
                t!("applications-or-once-nobody-has-used-it", hours = &hours)
            });
            t!(
                "applications-it-was-replaced-and-works-until",
                day = &day(at),
                quiet = &quiet
            )
        }
        (CredentialState::Revoked, _) if seen.leaked_at.is_some() => {
            t!("applications-it-leaked-and-was-replaced-calls")
        }
        _ => t!("applications-it-is-over-calls-with-it"),
    }
}

fn warning(seen: &Evidence) -> Option<Flash> {
    (!seen.unheard_gateways.is_empty()).then(|| {
        Flash::care(
            t!("applications-some-calls-are-not-known-yet"),
            t!(
                "applications-not-heard-from-what-they-saw",
                join = &seen.unheard_gateways.join(", ")
            ),
        )
    })
}

fn figures(seen: &Evidence, now: OffsetDateTime) -> Vec<Figure> {
    let figure = |label: String, value: String, note: &str| Figure {
        label: label.into(),
        value,
        unit: "".into(),
        note: note.to_owned(),
    };
    let used = seen
        .last_used_at
        .map_or_else(|| t!("word-never"), |at| relative(at, now));
    let mut figures = vec![figure(t!("word-last-used"), used, "")];
    if let Some(calls) = seen.calls_since_replaced {
        let since = seen
            .replaced_at
            .map_or(String::new(), |at| relative(at, now));
        figures.push(figure(
            t!("applications-since-it-was-replaced"),
            grouped(calls),
            &since,
        ));
    }
    figures.push(figure(
        t!("applications-last-hour"),
        grouped(seen.calls_last_hour),
        &t!("word-calls"),
    ));
    figures.push(figure(
        t!("applications-last-day"),
        grouped(seen.calls_last_day),
        &t!("word-calls"),
    ));
    figures
}

fn operations(seen: &Evidence) -> Vec<StillCalled> {
    let row = |operation: &credentials::EvidenceOperation| {
        let (method, path) = operation
            .operation
            .split_once(' ')
            .unwrap_or(("", &operation.operation));
        StillCalled {
            method: method.to_owned(),
            method_class: method_class(method),
            path: path.to_owned(),
            calls: grouped(operation.calls),
        }
    };
    seen.operations.iter().map(row).collect()
}

fn sources(seen: &Evidence, now: OffsetDateTime) -> Vec<Source> {
    let row = |source: &credentials::EvidenceSource| Source {
        address: source.address.to_string(),
        calls: grouped(source.calls),
        at: When::ago(source.last_seen_at, now),
    };
    seen.sources.iter().map(row).collect()
}

/// What follows from the button, as the figures have it.
fn advice(seen: &Evidence) -> String {
    match seen.calls_last_day {
        0 if seen.unheard_gateways.is_empty() => {
            t!("applications-nobody-used-it-in-the-last")
        }
        0 => t!("applications-calls-with-it-are-refused-from"),
        calls => {
            let calls = t!(
                "count-call",
                count = usize::try_from(calls).unwrap_or(usize::MAX)
            );
            t!("applications-it-was-used-for-in-the", calls = &calls)
        }
    }
}
