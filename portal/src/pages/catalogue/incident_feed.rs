//! `/status/feed`: incidents as an Atom feed (RFC 4287).

use super::changelog::{moment, sayable};
use crate::page_error::PageError;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::incidents::{self, IncidentView};
use gatehouse_control_plane::visibility::Viewer;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use time::OffsetDateTime;

/// Incidents, those first of which something was said last. In English: what reads feeds reads them for many.
#[derive(Template)]
#[template(path = "pages/catalogue/incidents.xml")]
pub(crate) struct IncidentFeed {
    pub(crate) owner: String,
    pub(crate) page: String,
    pub(crate) here: String,
    pub(crate) updated: String,
    pub(crate) entries: Vec<IncidentEntry>,
}

pub(crate) struct IncidentEntry {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) page: String,
    pub(crate) published: String,
    pub(crate) updated: String,
    pub(crate) html: String,
}

/// Entries of a feed.
const ENTRIES: i64 = 50;

/// `GET /status/feed`: readers of feeds do not sign in, so it tells them of public APIs.
pub(crate) async fn show(visitor: Visitor) -> Result<Response, PageError> {
    let viewer = Viewer::Anonymous(visitor.tenant()?.id);
    let latest = incidents::list_latest(visitor.db(), &viewer, ENTRIES).await?;
    let url = visitor.portal().public_url();
    let newest = latest.first().map(|one| one.newest.at);
    let page = url.join(&visitor.to("/status"));
    let entry = |one: &IncidentView| IncidentEntry {
        id: one.id.uuid().to_string(),
        title: sayable(&format!("{}: {}", one.state.title(), one.title)),
        page: url.join(&visitor.to(&format!("/status/incidents/{}", one.number))),
        published: moment(one.opened_at),
        updated: moment(one.newest.at),
        html: sayable(one.newest.said.html().as_str()),
    };
    let feed = IncidentFeed {
        owner: sayable(&visitor.tenant()?.name),
        here: url.join(&visitor.to("/status/feed")),
        updated: moment(newest.unwrap_or(OffsetDateTime::UNIX_EPOCH)),
        entries: latest.iter().map(entry).collect(),
        page,
    };
    let text = feed.render().map_err(PageError::fault)?;
    let headers = [
        (CONTENT_TYPE, "application/atom+xml; charset=utf-8"),
        (CACHE_CONTROL, "private, no-cache"),
    ];
    Ok((headers, text).into_response())
}
