//! `/console/incidents`: what operators tell those who use APIs, and the form that opens an incident.

use crate::address::{Query, with_query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::catalogue::incidents::{Incident, impact_word, state_word};
use crate::pages::form_page::FormPage;
use crate::pages::list_of::{After, listable, older};
use crate::twice::{self, Once};
use crate::view::form::{Choice, Faults, Field, Hidden, faults_of};
use crate::view::parts::{Crumbs, Empty, Link, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::apis::{self, ApiFilter};
use gatehouse_control_plane::incidents::{self, IncidentFilter, IncidentView, OpenIncident};
use gatehouse_control_plane::page::{Lookup, Page};
use gatehouse_domain::Permission;
use gatehouse_domain::incident::{IncidentImpact, IncidentState, TEXT_MAX, TITLE_MAX};
use gatehouse_language::t;
use gatehouse_runtime::random;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};
use uuid::Uuid;

/// All of them, newest first.
#[derive(Template)]
#[template(path = "pages/console/incidents.html")]
pub(crate) struct IncidentsPage {
    pub(crate) shell: Shell,
    pub(crate) filters: Vec<Field>,
    pub(crate) filtered: bool,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(IncidentsPage, Private);

/// Which incidents, as the form above the list asks for them.
#[derive(Default, serde::Deserialize)]
pub(crate) struct Asked {
    /// `open` or `resolved`; else all of them.
    #[serde(default)]
    state: String,
    #[serde(default)]
    api: String,
    #[serde(default)]
    after: Option<Uuid>,
}

impl Asked {
    fn filter(&self) -> IncidentFilter {
        IncidentFilter {
            open: match self.state.as_str() {
                "open" => Some(true),
                "resolved" => Some(false),
                _ => None,
            },
            api: Some(self.api.trim())
                .filter(|api| !api.is_empty())
                .map(Lookup::from),
            ..IncidentFilter::default()
        }
    }

    fn fields(&self) -> Vec<Field> {
        let states = vec![
            Choice::new("", t!("word-all")),
            Choice::new("open", t!("people-still-open")),
            Choice::new("resolved", t!("catalogue-resolved")),
        ];
        vec![
            Field::select("state", t!("word-state"), states).value(&self.state),
            Field::text("api", t!("word-api"))
                .unforced()
                .max(100)
                .value(&self.api),
        ]
    }
}

/// `GET /console/incidents`
pub(crate) async fn show(
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<IncidentsPage, PageError> {
    visitor.require(Permission::IncidentManage)?;
    let (db, viewer) = (visitor.db(), visitor.viewer()?);
    let (filter, after) = (asked.filter(), After { after: asked.after });
    let listed = incidents::list_incidents(db, &viewer, &filter, &after.page()).await?;
    let shell = visitor.shell().await?.console("incidents");
    let path = "/console/incidents";
    let row = |one: &IncidentView| Incident::of(one, path, &shell, visitor.now());
    let filtered = filter.open.is_some() || filter.api.is_some();
    let here = with_query(path, &[("state", &asked.state), ("api", &asked.api)]);
    Ok(IncidentsPage {
        same: visitor.same(&[same::INCIDENT_LIST, same::INCIDENT_OPEN], &[]),
        filters: asked.fields(),
        incidents: listed.data.iter().map(row).collect(),
        pages: older(&here, &shell, listed.data.len(), listed.next, &after),
        empty: match filtered {
            true => Empty::new(t!("people-no-incident-matches"), "", None),
            false => Empty::new(
                t!("people-no-incidents-yet"),
                t!("people-open-one-when-something-is-wrong"),
                None,
            ),
        },
        filtered,
        shell,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenForm {
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    impact: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    apis: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    starts_at: String,
    #[serde(default)]
    ends_at: String,
}

/// Slugs of APIs the actor sees, as suggestions.
async fn known_apis(visitor: &Visitor) -> Result<Vec<Choice>, PageError> {
    let (actor, every) = (visitor.actor()?, ApiFilter::default());
    let found = apis::list_apis(visitor.db(), actor, &every, &SUGGESTED).await;
    let found = listable(found.map(|listed| listed.data))?;
    let choices = found.into_iter().map(|api| Choice::new(api.slug, api.name));
    Ok(choices.collect())
}

/// APIs that are suggested; others are typed.
const SUGGESTED: Page = Page {
    limit: 100,
    after: None,
};

/// As many slugs as an incident names, with what stands between them.
const APIS_LENGTH_MAX: u32 = 2_100;

/// How far an incident may be when it is opened; first what its impact says.
fn first_states() -> Vec<Choice> {
    let usual = t!(
        "people-usual-first-state",
        incident = state_word(IncidentImpact::Outage.first_state()),
        maintenance = state_word(IncidentImpact::Maintenance.first_state())
    );
    let states = IncidentState::ALL.iter().filter(|state| !state.is_over());
    let states = states.map(|state| Choice::new(state.as_str(), state_word(*state)));
    std::iter::once(Choice::new("", usual))
        .chain(states)
        .collect()
}

async fn page(visitor: &Visitor, form: &OpenForm, faults: Faults) -> Result<FormPage, PageError> {
    let shell = visitor.shell().await?.console("incidents");
    let back = shell.to("/console/incidents");
    let known = known_apis(visitor).await?;
    let impacts = IncidentImpact::ALL.iter();
    let impacts = impacts.map(|impact| Choice::new(impact.as_str(), impact_word(*impact)));
    let longest = u32::try_from(TEXT_MAX).unwrap_or(u32::MAX);
    let moment = |name: &'static str, label: String, value: &str| {
        Field::text(name, label)
            .optional()
            .value(value)
            .max(20)
            .help(t!("people-of-maintenance-utc-such-as-2027"))
            .faults(&faults)
    };
    let fields = vec![
        Field::text("title", t!("people-what-is-wrong"))
            .value(&form.title)
            .max(u32::try_from(TITLE_MAX).unwrap_or(u32::MAX))
            .help(t!("people-in-one-line"))
            .faults(&faults),
        Field::select(
            "impact",
            t!("people-what-it-does-to-calls"),
            impacts.collect(),
        )
        .value(&form.impact)
        .faults(&faults),
        Field::select("state", t!("people-how-far-it-is"), first_states())
            .value(&form.state)
            .faults(&faults),
        Field::text("apis", t!("word-apis"))
            .optional()
            .value(&form.apis)
            .max(APIS_LENGTH_MAX)
            .suggest(known)
            .help(t!("people-their-short-names-with-commas-between"))
            .faults(&faults),
        Field::area("text", t!("people-first-update"), longest)
            .value(&form.text)
            .help(t!("people-markdown-it-is-mailed-to-who"))
            .faults(&faults),
        moment("starts_at", t!("people-starts"), &form.starts_at),
        moment("ends_at", t!("people-ends"), &form.ends_at),
    ];
    Ok(FormPage {
        same: Some(visitor.same(&[same::INCIDENT_OPEN], &[])),
        crumbs: Crumbs::new(
            t!("people-open-incident"),
            vec![Link::new(t!("people-incidents"), back.clone())],
        ),
        heading: t!("people-open-incident"),
        lead: t!("people-who-follows-an-api-it-concerns"),
        faults,
        action: shell.to("/console/incidents/new"),
        multipart: false,
        hidden: vec![Hidden::new("nonce", random::token())],
        fields,
        button: t!("people-open-incident").into(),
        back,
        shell,
    })
}

/// `GET /console/incidents/new`
pub(crate) async fn show_new(visitor: Visitor) -> Result<FormPage, PageError> {
    visitor.require(Permission::IncidentManage)?;
    page(&visitor, &OpenForm::default(), Faults::default()).await
}

/// `POST /console/incidents/new`
pub(crate) async fn open(
    visitor: Visitor,
    Form(form): Form<OpenForm>,
) -> Result<Response, PageError> {
    visitor.require(Permission::IncidentManage)?;
    let mut faults = Faults::default();
    let impact = IncidentImpact::parse(&form.impact);
    if impact.is_none() {
        faults.add("impact", t!("people-choose-one-of-the-list"));
    }
    let state = IncidentState::parse(&form.state);
    if state.is_none() && !form.state.is_empty() {
        faults.add("state", t!("people-choose-one-of-the-list"));
    }
    let starts_at = moment("starts_at", &form.starts_at, &mut faults);
    let ends_at = moment("ends_at", &form.ends_at, &mut faults);
    let (Some(impact), true) = (impact, faults.is_empty()) else {
        return Ok(refused(page(&visitor, &form, faults).await?));
    };
    let slugs = form.apis.split([',', ' ']).map(str::trim);
    let input = OpenIncident {
        title: form.title.clone(),
        impact,
        state,
        apis: slugs
            .filter(|slug| !slug.is_empty())
            .map(Into::into)
            .collect(),
        text: form.text.clone(),
        starts_at,
        ends_at,
    };
    let turn = match twice::begin(&visitor, &form.nonce, "incident").await? {
        Once::First(turn) => turn,
        Once::Again(path) => return Ok(visitor.go(&path).into_response()),
    };
    match incidents::open_incident(visitor.db(), turn.actor(), input).await {
        Ok(opened) => {
            let path = format!("/console/incidents/{}", opened.value.number);
            twice::finish(&visitor, &turn, &path).await?;
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            twice::forget(&visitor, &turn).await?;
            let page = page(&visitor, &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

/// A moment in UTC as it is typed; none when nothing is.
fn moment(field: &str, text: &str, faults: &mut Faults) -> Option<OffsetDateTime> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]");
    let read = PrimitiveDateTime::parse(text, form).ok();
    if read.is_none() {
        faults.add(field, t!("people-use-a-moment-such-as-2027"));
    }
    read.map(PrimitiveDateTime::assume_utc)
}

#[cfg(test)]
mod tests {
    use super::{Faults, moment};
    use time::macros::datetime;

    #[test]
    fn a_moment_is_read_in_utc_or_said_to_be_none() {
        let mut faults = Faults::default();
        let read = moment("starts_at", " 2027-06-30 22:00 ", &mut faults);
        assert_eq!(read, Some(datetime!(2027-06-30 22:00 UTC)));
        assert_eq!(moment("starts_at", " ", &mut faults), None);
        assert!(faults.is_empty());
        assert_eq!(moment("ends_at", "tomorrow", &mut faults), None);
        assert!(faults.of("ends_at").is_some());
    }
}
