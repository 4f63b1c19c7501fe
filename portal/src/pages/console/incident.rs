//! `/console/incidents/{incident}`: how an incident goes, and the form that says so.

use crate::address::{Path, Query, encode};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::catalogue::incidents::{Incident, Said, pages, said, state_word};
use crate::pages::list_of::After;
use crate::twice::{self, Once};
use crate::view::form::{Choice, Faults, Field, WHOLE_FORM, faults_of};
use crate::view::parts::{Crumbs, Link, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::incidents::{self, UpdateIncident};
use gatehouse_control_plane::page::Lookup;
use gatehouse_domain::Permission;
use gatehouse_domain::incident::{IncidentState, TEXT_MAX};
use gatehouse_language::t;
use gatehouse_runtime::random;

/// What was said, and what is said next.
#[derive(Template)]
#[template(path = "pages/console/incident.html")]
pub(crate) struct IncidentPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) incident: Incident,
    /// As those who use the APIs see it.
    pub(crate) public: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    /// None once it is resolved, and for who does not manage all it concerns.
    pub(crate) fields: Vec<Field>,
    /// Why there are none.
    pub(crate) closed: String,
    /// What was typed and cannot be posted any more.
    pub(crate) unposted: String,
    /// Of the form that is sent once.
    pub(crate) nonce: String,
    pub(crate) updates: Vec<Said>,
    /// None where all that was said is on one page.
    pub(crate) pages: Option<Pages>,
    pub(crate) same: Same,
}

web_page!(IncidentPage, Private);

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateForm {
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    text: String,
}

async fn page(
    visitor: &Visitor,
    incident: &str,
    after: &After,
    form: &UpdateForm,
    faults: Faults,
) -> Result<IncidentPage, PageError> {
    let viewer = visitor.viewer()?;
    let named = Lookup::from(incident);
    let history = incidents::get_history(visitor.db(), &viewer, &named, &after.page()).await?;
    let shell = visitor.shell().await?.console("incidents");
    let view = &history.incident;
    let number = view.number.to_string();
    let state = match form.state.as_str() {
        "" => view.state.as_str(),
        typed => typed,
    };
    let states = IncidentState::ALL.iter();
    let states = states.map(|state| Choice::new(state.as_str(), state_word(*state)));
    let longest = u32::try_from(TEXT_MAX).unwrap_or(u32::MAX);
    let fields = vec![
        Field::select("state", t!("people-how-far-it-is"), states.collect())
            .value(state)
            .faults(&faults),
        Field::area("text", t!("people-update"), longest)
            .value(&form.text)
            .help(t!("people-markdown-it-is-mailed-to-who"))
            .faults(&faults),
    ];
    let path = format!("/console/incidents/{number}");
    let closed = match (view.state.is_over(), history.is_managed) {
        (true, _) => t!("people-it-is-resolved-so-nothing-more"),
        (false, false) => t!("people-you-do-not-manage-all-it-concerns"),
        (false, true) => String::new(),
    };
    let (fields, faults, unposted) = match closed.is_empty() {
        true => (fields, faults, String::new()),
        false => (Vec::new(), faults.of_whole_form(), form.text.clone()),
    };
    Ok(IncidentPage {
        same: visitor.same(
            &[same::INCIDENT_UPDATE, same::INCIDENT_UPDATES],
            &[("incident", &number)],
        ),
        crumbs: Crumbs::new(
            view.title.clone(),
            vec![Link::new(
                t!("people-incidents"),
                shell.to("/console/incidents"),
            )],
        ),
        public: shell.to(&format!("/status/incidents/{number}")),
        action: shell.to(&path),
        pages: pages(&path, &shell, &history, after),
        unposted,
        fields,
        closed,
        nonce: random::token(),
        faults,
        incident: Incident::of(view, "/status/incidents", &shell, visitor.now()),
        updates: said(&history, visitor.now()),
        shell,
    })
}

/// `GET /console/incidents/{incident}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([incident]): Path<1>,
    Query(after): Query<After>,
) -> Result<IncidentPage, PageError> {
    visitor.require(Permission::IncidentManage)?;
    let (form, faults) = (UpdateForm::default(), Faults::default());
    page(&visitor, &incident, &after, &form, faults).await
}

/// `POST /console/incidents/{incident}`
pub(crate) async fn update(
    visitor: Visitor,
    Path([incident]): Path<1>,
    Form(form): Form<UpdateForm>,
) -> Result<Response, PageError> {
    visitor.require(Permission::IncidentManage)?;
    let Some(state) = IncidentState::parse(&form.state) else {
        let faults = Faults::one("state", t!("people-choose-one-of-the-list"));
        return Ok(refused(
            page(&visitor, &incident, &After::default(), &form, faults).await?,
        ));
    };
    let said = UpdateIncident {
        state,
        text: form.text.clone(),
    };
    let named = Lookup::from(incident.as_str());
    let turn = match twice::begin(&visitor, &form.nonce, &incident).await? {
        Once::First(turn) => turn,
        Once::Again(path) => return Ok(visitor.go(&path).into_response()),
    };
    match incidents::update_incident(visitor.db(), turn.actor(), &named, said).await {
        Ok(_) => {
            let path = format!("/console/incidents/{}", encode(&incident));
            twice::finish(&visitor, &turn, &path).await?;
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            twice::forget(&visitor, &turn).await?;
            // What was typed stays on the page of who may no longer post it.
            let faults = match refusal {
                Refusal::Forbidden(_) => {
                    Faults::one(WHOLE_FORM, t!("people-you-do-not-manage-all-it-concerns"))
                }
                other => faults_of(other)?,
            };
            Ok(refused(
                page(&visitor, &incident, &After::default(), &form, faults).await?,
            ))
        }
    }
}
