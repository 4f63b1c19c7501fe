//! `GET /applications/{app}/usage`: figures, quota against pace, bars, operations.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Figure;
use crate::pages::applications::show::{crumbs, lead, quotas, subscriptions_of, tabs};
use crate::pages::used::{Ranges, Used, UsedQuery, figures};
use crate::view::chart::Quota;
use crate::view::parts::{Crumbs, Empty, Link, Tabs};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::applications;
use gatehouse_control_plane::usage;
use gatehouse_language::t;

/// What the application used, by time and by operation.
#[derive(Template)]
#[template(path = "pages/applications/usage.html")]
pub(crate) struct UsagePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) ranges: Ranges,
    pub(crate) empty: Option<Empty>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) used: Used,
}

web_page!(UsagePage, Private);

/// `GET /applications/{application}/usage`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application]): Path<1>,
    Query(query): Query<UsedQuery>,
) -> Result<UsagePage, PageError> {
    let actor = visitor.actor()?;
    let view =
        applications::get_application(visitor.db(), actor, application.as_str().into()).await?;
    let range = query.range();
    let used = usage::application_usage(visitor.db(), actor, view.id, range).await?;
    let quotas = quotas(&visitor, &subscriptions_of(&visitor, &view).await?).await?;
    let shell = visitor.shell().await?.at("applications");
    let empty = (used.totals.calls == 0).then(|| {
        Empty::new(
            t!("applications-no-calls-yet"),
            t!("applications-calls-appear-here-within-seconds-of-2"),
            Some(Link::new(
                t!("applications-open-keys"),
                shell.to(&format!("/applications/{}/keys", view.id)),
            )),
        )
    });
    Ok(UsagePage {
        crumbs: crumbs(&t!("applications-usage"), &view, None, &shell),
        lead: lead(&view),
        tabs: tabs(&view, "/usage", None, &shell),
        ranges: Ranges::new(shell.to(&format!("/applications/{}/usage", view.id)), range),
        empty,
        figures: figures(&used.totals),
        quotas,
        used: Used::new(&used, range),
        name: view.name,
        shell,
    })
}
