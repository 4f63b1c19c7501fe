//! The life of a version: publish, deprecate with a date, retire with a reason.

use crate::address::Path;
use crate::form::{Form, NO_DATE, day_start};
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::form_page::ConfirmPage;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::versions::{self, Deprecate, Retire};
use gatehouse_domain::Permission;

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

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Publish => (
                "Publish",
                "Everybody who may see the API sees it, and its routes answer.",
            ),
            Self::Deprecate => (
                "Deprecate",
                "It goes on answering, with Deprecation and Sunset headers. Nobody new should start with it.",
            ),
            Self::Retire => (
                "Retire",
                "Its routes answer 410 from now on. This cannot be undone.",
            ),
        }
    }
}

async fn page(
    visitor: &Visitor,
    (api, version, word): (&str, &str, &str),
    form: &VersionForm,
    faults: Faults,
) -> Result<ConfirmPage, PageError> {
    let event = Event::parse(word)?;
    let (verb, consequence) = event.words();
    let shell = visitor.shell().await?.console("apis");
    let fields = match event {
        Event::Publish => Vec::new(),
        Event::Deprecate => vec![
            Field::date("sunset", "Ends on")
                .value(&form.sunset)
                .help("UTC, at least as far off as the tenant promises.")
                .faults(&faults),
            Field::text("successor", "Successor")
                .optional()
                .max(40)
                .value(&form.successor)
                .help("The label of the version that replaces it.")
                .faults(&faults),
        ],
        Event::Retire => vec![
            Field::area("reason", "Reason", 500)
                .value(&form.reason)
                .faults(&faults),
        ],
    };
    let back = shell.to(&format!("/console/apis/{api}"));
    Ok(ConfirmPage {
        crumbs: Crumbs::new(
            verb,
            vec![
                Link::new("APIs", shell.to("/console/apis")),
                Link::new(api, back.clone()),
            ],
        ),
        heading: format!("{verb} {api} {version}?"),
        consequence: consequence.to_owned(),
        faults,
        action: shell.to(&format!("/console/apis/{api}/versions/{version}/{word}")),
        hidden: Vec::new(),
        fields,
        button: format!("{verb} version"),
        loss: matches!(event, Event::Retire),
        back,
        shell,
    })
}

/// `GET /console/apis/{api}/versions/{version}/{event}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, version, event]): Path<3>,
) -> Result<ConfirmPage, PageError> {
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
                let faults = Faults::one("sunset", NO_DATE);
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
                },
            )
            .await
        }
    };
    match done {
        Ok(done) => Ok(visitor
            .go_with(&format!("/console/apis/{api}"), done.change.as_ref())
            .into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("sunset_at", "sunset")]);
            let page = page(&visitor, (&api, &version, &word), &form, faults).await?;
            Ok(refused(page))
        }
    }
}
