//! `GET /status`: whether the gateways and the APIs work, in words, and what went wrong lately.

use crate::address::Query;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::incidents::Incident;
use crate::pages::list_of::{After, older};
use crate::view::parts::{Badge, Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::health::{self, ApiHealth, Health};
use gatehouse_control_plane::incidents::{self, IncidentFilter, IncidentView, RECENT_DAYS};
use gatehouse_control_plane::page::Page;
use gatehouse_domain::incident::OPEN_MAX;
use gatehouse_language::t;

/// What is wrong now, one sentence about the gateways, one line for each API, what was wrong before.
#[derive(Template)]
#[template(path = "pages/catalogue/status.html")]
pub(crate) struct StatusPage {
    pub(crate) shell: Shell,
    pub(crate) state: Badge,
    pub(crate) heading: String,
    pub(crate) words: String,
    pub(crate) apis: Vec<ApiLine>,
    pub(crate) empty: Empty,
    /// Newest first.
    pub(crate) open: Vec<Incident>,
    /// Those that were resolved lately, newest first.
    pub(crate) recent: Vec<Incident>,
    pub(crate) no_incidents: Empty,
    pub(crate) pages: Pages,
    pub(crate) days: i64,
    pub(crate) feed: String,
}

web_page!(StatusPage, Private);

/// Open incidents that are told of here with what was said last.
const OPEN: Page = Page {
    // All there can be.
    limit: OPEN_MAX,
    after: None,
};

pub(crate) struct ApiLine {
    pub(crate) link: Link,
    pub(crate) state: Badge,
    pub(crate) words: String,
}

/// `GET /status`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<StatusPage, PageError> {
    visitor.actor()?;
    let viewer = visitor.viewer()?;
    let health = health::health(visitor.db(), &viewer).await?;
    let filter = IncidentFilter {
        open: Some(true),
        ..IncidentFilter::default()
    };
    let open = incidents::list_incidents(visitor.db(), &viewer, &filter, &OPEN).await?;
    let recent = incidents::list_recent(visitor.db(), &viewer, &after.page()).await?;
    let shell = visitor.shell().await?.at("status");
    let (state, heading, words) = gateways(&health);
    let told = |one: &IncidentView| Incident::of(one, "/status/incidents", &shell, visitor.now());
    Ok(StatusPage {
        open: open.data.iter().map(told).collect(),
        pages: older("/status", &shell, recent.data.len(), recent.next, &after),
        recent: recent.data.iter().map(told).collect(),
        no_incidents: Empty::new(
            t!("catalogue-incidents-none"),
            t!("catalogue-incidents-none-help", count = RECENT_DAYS),
            None,
        ),
        days: RECENT_DAYS,
        feed: shell.to("/status/feed"),
        state,
        heading,
        words,
        apis: health.apis.iter().map(|api| line(api, &shell)).collect(),
        empty: Empty::new(
            t!("catalogue-empty"),
            t!("catalogue-status-empty-help"),
            None,
        ),
        shell,
    })
}

fn gateways(health: &Health) -> (Badge, String, String) {
    match (health.gateways, health.silent, health.behind) {
        (0, ..) => (
            Badge::not_started(t!("catalogue-gateways-none")),
            t!("catalogue-gateways-none-heading"),
            t!("catalogue-gateways-none-help"),
        ),
        (total, silent, _) if silent == total => (
            Badge::stopped(t!("catalogue-gateways-silent")),
            t!("catalogue-gateways-silent-heading"),
            t!("catalogue-gateways-silent-help"),
        ),
        (all, 0, 0) => (
            Badge::good(t!("catalogue-works")),
            t!("catalogue-gateways-up", count = all),
            t!("catalogue-gateways-up-help"),
        ),
        (all, silent, behind) => (
            Badge::care(t!("catalogue-gateways-partly")),
            t!(
                "catalogue-gateways-partly-heading",
                up = all - silent - behind,
                count = all
            ),
            t!("catalogue-gateways-partly-help"),
        ),
    }
}

/// From this many failed calls of a thousand on an API is said to have trouble.
const TROUBLE: i64 = 10;
/// And from this many on to fail.
const FAILING: i64 = 500;

fn line(api: &ApiHealth, shell: &Shell) -> ApiLine {
    let of_thousand = if api.calls == 0 {
        0
    } else {
        api.failed.saturating_mul(1000) / api.calls
    };
    let state = match of_thousand {
        _ if api.calls == 0 => Badge::not_started(t!("catalogue-no-calls")),
        0..TROUBLE => Badge::good(t!("catalogue-works")),
        TROUBLE..FAILING => Badge::care(t!("catalogue-trouble")),
        _ => Badge::stopped(t!("catalogue-fails")),
    };
    ApiLine {
        link: Link::new(api.name.clone(), shell.to(&format!("/apis/{}", api.slug))),
        words: calls(api.calls, api.failed),
        state,
    }
}

fn calls(all: i64, failed: i64) -> String {
    match (all, failed) {
        (0, _) => t!("catalogue-calls-none"),
        (1, 0) => t!("catalogue-calls-one"),
        (1, _) => t!("catalogue-calls-one-failed"),
        (all, 0) => t!("catalogue-calls-all", count = all),
        (all, failed) => t!("catalogue-calls-failed", failed = failed, count = all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(gateways: i64, silent: i64, behind: i64) -> String {
        let health = Health {
            gateways,
            silent,
            behind,
            apis: Vec::new(),
        };
        let (state, heading, _) = super::gateways(&health);
        format!("{heading}{state}")
    }

    #[test]
    fn one_call_is_not_spoken_of_as_many() {
        assert_eq!(super::calls(1, 0), "Its only call did not fail.");
        assert_eq!(super::calls(1, 1), "Its only call failed.");
        assert_eq!(super::calls(2, 0), "None of 2 calls failed.");
        assert_eq!(super::calls(2000, 1), "1 of 2,000 calls failed.");
    }

    #[test]
    fn gateways_are_said_to_work_only_when_all_do() {
        assert!(health(3, 0, 0).contains("Works"));
        for (silent, behind) in [(1, 0), (0, 1), (1, 1)] {
            assert!(
                health(3, silent, behind).contains("Partly"),
                "{silent} {behind}"
            );
        }
        assert!(health(3, 1, 1).starts_with("1 of 3 gateways"));
        assert!(health(2, 2, 0).contains("Not heard from"));
        assert!(health(0, 0, 0).contains("None"));
    }
}
