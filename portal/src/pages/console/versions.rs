//! The life of a version: publish, deprecate with a date, retire with a reason.

use crate::address::Path;
use crate::form::{Form, day_start};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::api::head::ApiTab;
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::same::{self, Same, Way};
use crate::view::shell::Shell;
use crate::view::words::{grouped, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::guides;
use gatehouse_control_plane::versions::{self, CallerView, Deprecate, Retire};
use gatehouse_domain::Permission;
use gatehouse_language::t;
use time::OffsetDateTime;

/// One step in the life of a version, and whom it concerns.
#[derive(Template)]
#[template(path = "pages/console/version_step.html")]
pub(crate) struct VersionStepPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) consequence: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    /// Whether something is lost: the button is red.
    pub(crate) loss: bool,
    pub(crate) back: String,
    /// Whether who calls it matters at all.
    pub(crate) ends: bool,
    pub(crate) called: String,
    pub(crate) callers: Vec<CallerRow>,
    pub(crate) same: Same,
}

web_page!(VersionStepPage, Private);

/// An application that called the version in the last 30 days.
pub(crate) struct CallerRow {
    pub(crate) name: String,
    pub(crate) calls: String,
    pub(crate) last: String,
    pub(crate) operations: String,
}

impl CallerRow {
    fn of(caller: CallerView, now: OffsetDateTime) -> Self {
        Self {
            name: caller.application.name,
            calls: grouped(caller.calls),
            last: relative(caller.last_hour, now),
            operations: caller.operations.join(", "),
        }
    }
}

#[derive(Clone, Copy)]
enum Event {
    Publish,
    Deprecate,
    Retire,
}

impl Event {
    fn parse(word: &str) -> Result<Self, PageError> {
        match word {
            "publish" => Ok(Self::Publish),
            "deprecate" => Ok(Self::Deprecate),
            "retire" => Ok(Self::Retire),
            _ => Err(PageError::not_found()),
        }
    }

    fn ways(self) -> &'static [Way] {
        match self {
            Self::Publish => &[same::VERSION_PUBLISH],
            Self::Deprecate => &[same::VERSION_CALLERS, same::VERSION_DEPRECATE],
            Self::Retire => &[same::VERSION_CALLERS, same::VERSION_RETIRE],
        }
    }

    fn verb(self) -> String {
        match self {
            Self::Publish => t!("apis-step-publish"),
            Self::Deprecate => t!("apis-step-deprecate"),
            Self::Retire => t!("apis-step-retire"),
        }
    }

    fn heading(self, api: &str, version: &str) -> String {
        match self {
            Self::Publish => t!("apis-publish-heading", api = api, version = version),
            Self::Deprecate => t!("apis-deprecate-heading", api = api, version = version),
            Self::Retire => t!("apis-retire-heading", api = api, version = version),
        }
    }

    fn consequence(self) -> String {
        match self {
            Self::Publish => t!("apis-publish-consequence"),
            Self::Deprecate => t!("apis-deprecate-consequence"),
            Self::Retire => t!("apis-retire-consequence"),
        }
    }

    fn button(self) -> String {
        match self {
            Self::Publish => t!("apis-publish-version"),
            Self::Deprecate => t!("apis-deprecate-version"),
            Self::Retire => t!("apis-retire-version"),
        }
    }
}

async fn guide_choices(visitor: &Visitor, api: &str) -> Result<Vec<Choice>, PageError> {
    let viewer = visitor.viewer()?;
    let guides = guides::list_guides(visitor.db(), &viewer, api.into()).await?;
    let guides = guides
        .into_iter()
        .map(|guide| Choice::new(guide.slug, guide.title));
    Ok(std::iter::once(Choice::new("", t!("apis-guide-none")))
        .chain(guides)
        .collect())
}

async fn fields(
    visitor: &Visitor,
    event: Event,
    api: &str,
    form: &VersionForm,
    faults: &Faults,
) -> Result<Vec<Field>, PageError> {
    Ok(match event {
        Event::Publish => Vec::new(),
        Event::Deprecate => vec![
            Field::date("sunset", t!("apis-ends-on"))
                .value(&form.sunset)
                .help(t!("apis-ends-on-help"))
                .faults(faults),
            Field::text("successor", t!("apis-successor"))
                .optional()
                .max(40)
                .value(&form.successor)
                .help(t!("apis-successor-help"))
                .faults(faults),
            Field::select(
                "guide",
                t!("apis-guide-to-moving"),
                guide_choices(visitor, api).await?,
            )
            .value(&form.guide)
            .faults(faults),
        ],
        Event::Retire => vec![
            Field::area("reason", t!("word-reason"), 500)
                .value(&form.reason)
                .faults(faults),
        ],
    })
}

async fn page(
    visitor: &Visitor,
    (api, version, word): (&str, &str, &str),
    form: &VersionForm,
    faults: Faults,
) -> Result<VersionStepPage, PageError> {
    let event = Event::parse(word)?;
    let callers = callers(visitor, event, api, version).await?;
    let shell = visitor.shell().await?.console("apis");
    let fields = fields(visitor, event, api, form, &faults).await?;
    let back = shell.to(&ApiTab::Versions.path(api));
    Ok(VersionStepPage {
        crumbs: Crumbs::new(
            event.verb(),
            vec![
                Link::new(t!("word-apis"), shell.to("/console/apis")),
                Link::new(api, back.clone()),
            ],
        ),
        heading: event.heading(api, version),
        consequence: event.consequence(),
        faults,
        action: shell.to(&format!("/console/apis/{api}/versions/{version}/{word}")),
        fields,
        button: event.button(),
        loss: matches!(event, Event::Retire),
        back,
        ends: !matches!(event, Event::Publish),
        called: match callers.len() {
            0 => t!("apis-callers-none"),
            n => t!("apis-callers", count = n),
        },
        callers,
        same: visitor.same(event.ways(), &[("api", api), ("version", version)]),
        shell,
    })
}

/// Who calls what comes to an end. Who may change an API may read it.
async fn callers(
    visitor: &Visitor,
    event: Event,
    api: &str,
    version: &str,
) -> Result<Vec<CallerRow>, PageError> {
    if matches!(event, Event::Publish) {
        return Ok(Vec::new());
    }
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let found = versions::list_callers(db, actor, api.into(), version).await?;
    let now = visitor.now();
    Ok(found
        .into_iter()
        .map(|one| CallerRow::of(one, now))
        .collect())
}

/// `GET /console/apis/{api}/versions/{version}/{event}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, version, event]): Path<3>,
) -> Result<VersionStepPage, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    versions::get_version(visitor.db(), actor, api.as_str().into(), &version).await?;
    page(
        &visitor,
        (&api, &version, &event),
        &VersionForm::default(),
        Faults::default(),
    )
    .await
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VersionForm {
    #[serde(default)]
    sunset: String,
    #[serde(default)]
    successor: String,
    #[serde(default)]
    guide: String,
    #[serde(default)]
    reason: String,
}

/// `POST /console/apis/{api}/versions/{version}/{event}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([api, version, word]): Path<3>,
    Form(form): Form<VersionForm>,
) -> Result<Response, PageError> {
    let actor = visitor.actor()?;
    let db = visitor.db();
    let lookup = api.as_str().into();
    let done = match Event::parse(&word)? {
        Event::Publish => versions::publish_version(db, actor, lookup, &version, None).await,
        Event::Retire => {
            let input = Retire {
                reason: form.reason.clone(),
            };
            versions::retire_version(db, actor, lookup, &version, None, input).await
        }
        Event::Deprecate => {
            let Some(sunset_at) = day_start(&form.sunset) else {
                let faults = Faults::one("sunset", crate::form::no_date());
                let page = page(&visitor, (&api, &version, &word), &form, faults).await?;
                return Ok(refused(page));
            };
            let successor =
                Some(form.successor.trim().to_owned()).filter(|label| !label.is_empty());
            versions::deprecate_version(
                db,
                actor,
                lookup,
                &version,
                None,
                Deprecate {
                    sunset_at,
                    successor,
                    guide: Some(form.guide.clone()),
                },
            )
            .await
        }
    };
    match done {
        Ok(done) => Ok(visitor
            .go_with(&ApiTab::Versions.path(&api), done.change.as_ref())
            .into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("sunset_at", "sunset")]);
            let page = page(&visitor, (&api, &version, &word), &form, faults).await?;
            Ok(refused(page))
        }
    }
}
