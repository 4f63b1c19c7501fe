//! What is wrong with APIs, or will be for a while, as those who run them tell those who use them.
//!
//! An incident names APIs, or concerns everything the tenant offers. It is seen by whoever may see one of the APIs it names, and tells
//! them of those they may see alone. What was said is never changed: people have read it.

mod select;
mod words;
mod write;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, IncidentId, IncidentUpdateId};
use gatehouse_domain::incident::{IncidentImpact, IncidentState};
use gatehouse_spec::markdown::{SafeHtml, to_html};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refs::{ApiRef, PersonRef};
use crate::refusal::Refusal;
use crate::visibility::{Eyes, Viewer, readable_api};
use select::{Sight, Wanted};

pub use words::{impact_word, state_word};
pub use write::{OpenIncident, UpdateIncident, open_incident, update_incident};

/// How long incidents that are over stay on the status page, in days.
pub const RECENT_DAYS: i64 = 90;

/// An incident with what was said of it last.
#[derive(Debug, Clone, Serialize)]
pub struct IncidentView {
    /// Identity.
    pub id: IncidentId,
    /// From 1 within the tenant: what addresses name it by.
    pub number: i32,
    /// In one line.
    pub title: String,
    /// What it does to calls.
    pub impact: IncidentImpact,
    /// How far it is.
    pub state: IncidentState,
    /// Whether it concerns everything the tenant offers.
    pub all_apis: bool,
    /// Else which APIs: those the viewer may see, by name.
    pub apis: Vec<ApiRef>,
    /// When planned maintenance begins; `None`: it began when it was opened, or it is none.
    #[serde(with = "time::serde::rfc3339::option")]
    pub starts_at: Option<OffsetDateTime>,
    /// When planned maintenance is to be over.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ends_at: Option<OffsetDateTime>,
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub opened_at: OffsetDateTime,
    /// When it was resolved.
    #[serde(with = "time::serde::rfc3339::option")]
    pub resolved_at: Option<OffsetDateTime>,
    /// What was said last.
    pub newest: UpdateView,
}

/// What was said of an incident at one time.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateView {
    /// Identity.
    pub id: IncidentUpdateId,
    /// How far the incident was.
    pub state: IncidentState,
    /// What was written.
    #[serde(flatten)]
    pub said: Prose,
    /// Who wrote it; members of the tenant see that.
    pub author: Option<PersonRef>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Markdown, in JSON its `text` as it was written and its `html`, safe to put into a page.
///
/// It is rendered where it is asked for: a list has many, and most pages show none of them.
#[derive(Debug, Clone)]
pub struct Prose(String);

impl Prose {
    /// Of Markdown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The same, safe to put into a page.
    pub fn html(&self) -> SafeHtml {
        to_html(&self.0)
    }
}

impl Serialize for Prose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut both = serializer.serialize_struct("Prose", 2)?;
        both.serialize_field("text", self.text())?;
        both.serialize_field("html", &self.html())?;
        both.end()
    }
}

/// An incident with a page of what was said of it.
#[derive(Debug, Clone)]
pub struct IncidentHistory {
    /// The incident itself.
    pub incident: IncidentView,
    /// Newest first.
    pub updates: Listed<UpdateView>,
    /// Whether the viewer manages incidents of all it concerns, those APIs included that they may not see.
    pub is_managed: bool,
}

/// Which incidents a list has. The default is all of them.
#[derive(Debug, Clone, Default)]
pub struct IncidentFilter {
    /// Only those that are open, or those that are over.
    pub open: Option<bool>,
    /// Only those that concern this API. Of one the viewer may not see there are none.
    pub api: Option<Lookup<ApiId>>,
    /// Of those that are over only those that were resolved at this moment or later.
    pub resolved_since: Option<OffsetDateTime>,
}

impl IncidentView {
    /// Whether it is planned and has not begun.
    pub fn is_planned(&self, now: OffsetDateTime) -> bool {
        !self.state.is_over() && self.starts_at.is_some_and(|starts| starts > now)
    }
}

/// Lists the incidents a viewer may see, newest first.
pub async fn list_incidents(
    db: &Db,
    viewer: &Viewer<'_>,
    filter: &IncidentFilter,
    page: &Page,
) -> Result<Listed<IncidentView>, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let sight = Sight::of(viewer, eyes);
    let api = match &filter.api {
        None => None,
        Some(api) => match known_api(&mut tx, viewer, eyes, api).await {
            Ok(found) => Some(found),
            Err(Refusal::NotFound) => {
                return Ok(Listed {
                    data: Vec::new(),
                    next: None,
                });
            }
            Err(other) => return Err(other),
        },
    };
    let wanted = Wanted {
        after: page.after,
        open: filter.open,
        api,
        resolved_since: filter.resolved_since,
        limit: page.fetch(),
        ..Wanted::default()
    };
    let found = select::incidents(&mut tx, &sight, &wanted).await?;
    Ok(Listed::cut(found, page, |one: &IncidentView| one.id.uuid()))
}

/// An API whose incidents a viewer may ask for: one they may see, or whose incidents they manage.
async fn known_api(
    conn: &mut PgConnection,
    viewer: &Viewer<'_>,
    eyes: Eyes,
    api: &Lookup<ApiId>,
) -> Result<Uuid, Refusal> {
    match (readable_api(conn, viewer, eyes, api).await, viewer) {
        (Ok(found), _) => Ok(found.api.id.uuid()),
        (Err(Refusal::NotFound), Viewer::Member(actor)) => {
            let managed = apis::find(conn, actor, api, Permission::IncidentManage).await;
            managed.map(|found| found.id)
        }
        (Err(other), _) => Err(other),
    }
}

/// The newest incidents that were resolved in the last [`RECENT_DAYS`], at most as many as one page has.
pub async fn list_recent(
    db: &Db,
    viewer: &Viewer<'_>,
    page: &Page,
) -> Result<Listed<IncidentView>, Refusal> {
    let filter = IncidentFilter {
        open: Some(false),
        resolved_since: Some(db.clock().now() - Duration::days(RECENT_DAYS)),
        ..IncidentFilter::default()
    };
    list_incidents(db, viewer, &filter, page).await
}

/// Those that are open, and those that were resolved in the last [`RECENT_DAYS`]; what something was said of last comes first.
pub async fn list_latest(
    db: &Db,
    viewer: &Viewer<'_>,
    limit: i64,
) -> Result<Vec<IncidentView>, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let wanted = Wanted {
        resolved_since: Some(db.clock().now() - Duration::days(RECENT_DAYS)),
        by_newest: true,
        limit,
        ..Wanted::default()
    };
    select::incidents(&mut tx, &Sight::of(viewer, eyes), &wanted).await
}

/// Reads one incident that a viewer may see, by its id or its number.
pub async fn get_incident(
    db: &Db,
    viewer: &Viewer<'_>,
    incident: &Lookup<IncidentId>,
) -> Result<IncidentView, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    select::one(&mut tx, &Sight::of(viewer, eyes), incident).await
}

/// Reads one incident that a viewer may see, by its id or its number, with a page of its updates.
pub async fn get_history(
    db: &Db,
    viewer: &Viewer<'_>,
    incident: &Lookup<IncidentId>,
    page: &Page,
) -> Result<IncidentHistory, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let sight = Sight::of(viewer, eyes);
    let incident = select::one(&mut tx, &sight, incident).await?;
    let updates = select::updates(&mut tx, &sight, incident.id, page).await?;
    let is_managed = match viewer {
        Viewer::Anonymous(_) => false,
        Viewer::Member(actor) => manages(&mut tx, actor, &incident).await?,
    };
    Ok(IncidentHistory {
        incident,
        updates: Listed::cut(updates, page, |one| one.id.uuid()),
        is_managed,
    })
}

/// Whether an actor manages incidents on all that an incident concerns.
async fn manages(
    conn: &mut PgConnection,
    actor: &Actor,
    incident: &IncidentView,
) -> Result<bool, Refusal> {
    if incident.all_apis {
        return Ok(actor.may(Permission::IncidentManage));
    }
    // Also those that the actor may not see.
    let named = sqlx::query_scalar!(
        "select api_id from incident_api where incident_id = $1",
        incident.id.uuid(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let places = apis::places(conn, &named).await?;
    let mut places = places.iter();
    Ok(places.all(|place| actor.may_on(Permission::IncidentManage, place)))
}
