//! `/console/changes/{change}`: one change and how far it got, gateway by gateway.

use crate::address::{Path, id};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::spread::{self, took};
use crate::view::actions::action_words;
use crate::view::parts::{Badge, Crumbs, Link, Spread};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{When, clock, day};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::changes::{self, ChangeView, GatewayChange, Spread as NodeSpread};
use gatehouse_domain::id::ChangeId;
use gatehouse_language::t;

/// A change: when it was committed, and what each gateway did with it.
#[derive(Template)]
#[template(path = "pages/console/change.html")]
pub(crate) struct ChangePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) here: String,
    pub(crate) done: bool,
    pub(crate) spread: Spread,
    pub(crate) rows: Vec<GatewayRow>,
    pub(crate) same: Same,
}

web_page!(ChangePage, Private);

pub(crate) struct GatewayRow {
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) number: String,
    pub(crate) took: String,
    pub(crate) applied: String,
    pub(crate) seen: When,
    pub(crate) error: String,
}

/// `GET /console/changes/{change}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([change]): Path<1>,
) -> Result<ChangePage, PageError> {
    let actor = visitor.actor()?;
    if !actor.opens_console() {
        return Err(PageError::forbidden());
    }
    let change: ChangeId = id(&change)?;
    let view = changes::get_change(visitor.db(), actor, change).await?;
    let section = "releases";
    let shell = visitor.shell().await?.console(section);
    let mut spread = spread::region(&visitor, &view, visitor.here());
    spread.each = None;
    Ok(ChangePage {
        crumbs: Crumbs::new(
            t!("word-change"),
            vec![Link::new(t!("running-console"), shell.to("/console"))],
        ),
        heading: action_words(&view.kind),
        lead: t!(
            "running-committed-utc",
            subject = &view.subject,
            day = &day(view.created_at),
            clock = &clock(view.created_at)
        ),
        here: shell.to(&format!("/console/changes/{change}")),
        done: view.in_force,
        rows: rows(&view, &visitor),
        spread,
        same: visitor.same(&[same::CHANGE_WATCH], &[("change", &change.to_string())]),
        shell,
    })
}

fn rows(view: &ChangeView, visitor: &Visitor) -> Vec<GatewayRow> {
    let all = view.groups.iter().flat_map(|group| {
        let number = group.seq;
        group.gateways.iter().map(move |gateway| (number, gateway))
    });
    all.map(|(number, gateway)| row(number, gateway, visitor))
        .collect()
}

fn row(number: i64, gateway: &GatewayChange, visitor: &Visitor) -> GatewayRow {
    GatewayRow {
        name: gateway.name.clone(),
        state: match gateway.state {
            NodeSpread::Applied => Badge::good(t!("running-in-force")),
            NodeSpread::Waiting => Badge::waiting(t!("running-on-its-way")),
            NodeSpread::Silent => Badge::care(t!("running-silent")),
        },
        number: number.to_string(),
        took: gateway
            .acknowledged_after_ms
            .map_or_else(|| t!("running-not-yet"), took),
        applied: gateway.applied_at.map(clock).unwrap_or_default(),
        seen: When::ago(gateway.last_seen_at, visitor.now()),
        error: gateway.error.clone().unwrap_or_default(),
    }
}
