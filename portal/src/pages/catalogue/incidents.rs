//! `/status/incidents/{incident}`: what is or was wrong, and how it went; and the words for it on other pages.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::list_of::{After, older};
use crate::view::parts::{Badge, Crumbs, Flash, Link, Pages};
use crate::view::shell::Shell;
use crate::view::words::{When, clock, day, relative};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::incidents::{
    self, IncidentFilter, IncidentHistory, IncidentView, Prose, UpdateView,
};
pub(crate) use gatehouse_control_plane::incidents::{impact_word, state_word};
use gatehouse_control_plane::page::{Lookup, Page};
use gatehouse_domain::id::ApiId;
use gatehouse_domain::incident::{IncidentImpact, IncidentState, OPEN_MAX};
use gatehouse_language::t;
use std::cmp::Reverse;
use time::OffsetDateTime;

/// Newest first.
#[derive(Template)]
#[template(path = "pages/catalogue/incident.html")]
pub(crate) struct IncidentPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) incident: Incident,
    pub(crate) apis: Vec<Link>,
    pub(crate) updates: Vec<Said>,
    /// None where all that was said is on one page.
    pub(crate) pages: Option<Pages>,
    /// Where it is managed, for those who may.
    pub(crate) manage: Option<String>,
}

web_page!(IncidentPage, Private);

/// An incident on pages that have many.
pub(crate) struct Incident {
    pub(crate) link: Link,
    pub(crate) badge: Badge,
    /// What it concerns, in words.
    pub(crate) concerns: String,
    pub(crate) opened: When,
    pub(crate) resolved: Option<When>,
    /// When maintenance is planned, in words.
    pub(crate) planned: String,
    pub(crate) newest: Said,
}

/// What was said of it once.
pub(crate) struct Said {
    pub(crate) state: String,
    pub(crate) author: String,
    pub(crate) at: When,
    pub(crate) said: Prose,
}

impl Incident {
    /// Its page stands below `base`.
    pub(crate) fn of(view: &IncidentView, base: &str, shell: &Shell, now: OffsetDateTime) -> Self {
        let href = shell.to(&format!("{base}/{}", view.number));
        Self {
            link: Link::new(view.title.clone(), href),
            badge: badge(view, now),
            concerns: concerns(view),
            opened: When::ago(view.opened_at, now),
            resolved: view.resolved_at.map(|at| When::ago(at, now)),
            planned: planned(view),
            newest: Said::of(&view.newest, now),
        }
    }
}

impl Said {
    pub(crate) fn of(update: &UpdateView, now: OffsetDateTime) -> Self {
        let author = update.author.as_ref();
        Self {
            state: state_word(update.state),
            author: author.map(|author| author.name.clone()).unwrap_or_default(),
            at: When::ago(update.at, now),
            said: update.said.clone(),
        }
    }
}

/// What was said, newest first.
pub(crate) fn said(history: &IncidentHistory, now: OffsetDateTime) -> Vec<Said> {
    let updates = history.updates.data.iter();
    updates.map(|update| Said::of(update, now)).collect()
}

/// The way to what was said before or after; none where all of it is on one page.
pub(crate) fn pages(
    path: &str,
    shell: &Shell,
    history: &IncidentHistory,
    after: &After,
) -> Option<Pages> {
    let listed = &history.updates;
    let many = listed.next.is_some() || after.after.is_some();
    many.then(|| older(path, shell, listed.data.len(), listed.next, after))
}

fn badge(view: &IncidentView, now: OffsetDateTime) -> Badge {
    let word = impact_word(view.impact);
    match (view.state, view.impact) {
        (IncidentState::Resolved, _) => Badge::good(t!("catalogue-resolved")),
        _ if view.is_planned(now) => Badge::waiting(t!("catalogue-planned")),
        (_, IncidentImpact::Outage) => Badge::stopped(word),
        (_, IncidentImpact::Degraded | IncidentImpact::Maintenance) => Badge::care(word),
    }
}

fn concerns(view: &IncidentView) -> String {
    if view.all_apis {
        return t!("catalogue-every-api");
    }
    let names: Vec<&str> = view.apis.iter().map(|api| api.name.as_str()).collect();
    names.join(", ")
}

fn planned(view: &IncidentView) -> String {
    let moment = |at| t!("date-exact", day = day(at), clock = clock(at));
    match (view.starts_at, view.ends_at) {
        (None, None) => String::new(),
        (Some(starts), None) => t!("catalogue-planned-from", from = moment(starts)),
        (None, Some(ends)) => t!("catalogue-planned-until", until = moment(ends)),
        (Some(starts), Some(ends)) => t!(
            "catalogue-planned-between",
            from = moment(starts),
            until = moment(ends)
        ),
    }
}

/// `GET /status/incidents/{incident}`: of a public API for everybody.
pub(crate) async fn show(
    visitor: Visitor,
    Path([incident]): Path<1>,
    Query(after): Query<After>,
) -> Result<IncidentPage, PageError> {
    let viewer = visitor.viewer()?;
    let named = Lookup::from(incident.as_str());
    let history = incidents::get_history(visitor.db(), &viewer, &named, &after.page()).await?;
    let shell = visitor.shell().await?.at("status");
    let view = &history.incident;
    let apis = view.apis.iter().map(|api| {
        let href = shell.to(&format!("/apis/{}", api.slug));
        Link::new(api.name.clone(), href)
    });
    let path = format!("/status/incidents/{}", view.number);
    Ok(IncidentPage {
        crumbs: Crumbs::new(
            view.title.clone(),
            vec![Link::new(t!("nav-status"), shell.to("/status"))],
        ),
        apis: apis.collect(),
        incident: Incident::of(view, "/status/incidents", &shell, visitor.now()),
        updates: said(&history, visitor.now()),
        pages: pages(&path, &shell, &history, &after),
        manage: history
            .is_managed
            .then(|| shell.to(&format!("/console/incidents/{}", view.number))),
        shell,
    })
}

/// "Degraded: identified, 4 minutes ago."
fn standing(view: &IncidentView, now: OffsetDateTime) -> String {
    let impact = impact_word(view.impact);
    let when = relative(view.newest.at, now);
    match view.state {
        IncidentState::Investigating => {
            t!(
                "catalogue-banner-investigating",
                impact = impact,
                when = when
            )
        }
        IncidentState::Identified => {
            t!("catalogue-banner-identified", impact = impact, when = when)
        }
        IncidentState::Monitoring => {
            t!("catalogue-banner-monitoring", impact = impact, when = when)
        }
        IncidentState::Resolved => t!("catalogue-banner-resolved", impact = impact, when = when),
    }
}

/// Banners of one page.
const BANNERS_MAX: usize = 3;
/// All that can be open, of which the gravest get a banner.
const OPEN: Page = Page {
    limit: OPEN_MAX,
    after: None,
};

/// What is to be known first: what goes on before what is planned, and the graver before the newer.
fn urgency(view: &IncidentView, now: OffsetDateTime) -> (bool, u8, Reverse<i32>) {
    let gravity = match view.impact {
        IncidentImpact::Outage => 0,
        IncidentImpact::Degraded => 1,
        IncidentImpact::Maintenance => 2,
    };
    (view.is_planned(now), gravity, Reverse(view.number))
}

/// What is wrong with an API now, for its page.
pub(crate) async fn banners(
    visitor: &Visitor,
    api: ApiId,
    shell: &Shell,
) -> Result<Vec<Flash>, PageError> {
    let filter = IncidentFilter {
        open: Some(true),
        api: Some(Lookup::Id(api)),
        ..IncidentFilter::default()
    };
    let viewer = visitor.viewer()?;
    let listed = incidents::list_incidents(visitor.db(), &viewer, &filter, &OPEN).await?;
    let mut open = listed.data;
    open.sort_by_key(|view| urgency(view, visitor.now()));
    let more = open.len().saturating_sub(BANNERS_MAX);
    let banner = |view: &IncidentView| {
        let words = match view.is_planned(visitor.now()) {
            true => t!("catalogue-banner-planned", when = planned(view)),
            false => standing(view, visitor.now()),
        };
        let href = shell.to(&format!("/status/incidents/{}", view.number));
        Flash::care(view.title.clone(), words)
            .with_action(Link::new(t!("catalogue-open-incident"), href))
    };
    let mut banners: Vec<Flash> = open.iter().take(BANNERS_MAX).map(banner).collect();
    if more > 0 {
        let all = Link::new(t!("nav-status"), shell.to("/status"));
        banners
            .push(Flash::care(t!("catalogue-more-incidents", count = more), "").with_action(all));
    }
    Ok(banners)
}
