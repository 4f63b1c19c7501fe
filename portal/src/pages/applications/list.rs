//! `GET /applications` and `/applications/new`.

use crate::address::Query;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::form_page::FormPage;
use crate::pages::list_of::{After, older};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::view::words::{When, grouped};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::applications::{
    self, ApplicationFilter, ApplicationState, ApplicationView, CreateApplication,
};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::teams;
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// The applications of the visitor's teams.
#[derive(Template)]
#[template(path = "pages/applications/list.html")]
pub(crate) struct ListPage {
    pub(crate) shell: Shell,
    pub(crate) rows: Vec<ApplicationRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ListPage, Private);

pub(crate) struct ApplicationRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) team: String,
    pub(crate) state: Badge,
    pub(crate) subscriptions: String,
    pub(crate) keys: String,
    pub(crate) made: When,
}

/// `GET /applications`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<ListPage, PageError> {
    let actor = visitor.actor()?;
    let mine = ApplicationFilter {
        mine: true,
        ..ApplicationFilter::default()
    };
    let listed = applications::list_applications(visitor.db(), actor, &mine, &after.page()).await?;
    let shell = visitor.shell().await?.at("applications");
    let rows: Vec<ApplicationRow> = listed
        .data
        .into_iter()
        .map(|view| ApplicationRow {
            href: shell.to(&format!("/applications/{}", view.id)),
            subscriptions: grouped(view.subscriptions),
            keys: grouped(view.keys),
            state: state_badge(&view),
            made: When::day(view.created_at),
            name: view.name,
            team: view.owner_team.name,
        })
        .collect();
    Ok(ListPage {
        empty: Empty::new(
            t!("applications-no-applications-yet"),
            t!("applications-an-application-is-what-calls-an"),
            Some(Link::new(
                t!("applications-create-application"),
                shell.to("/applications/new"),
            )),
        ),
        pages: older("/applications", &shell, rows.len(), listed.next, &after),
        rows,
        shell,
    })
}

/// The badge of an application; the same everywhere.
pub(crate) fn state_badge(view: &ApplicationView) -> Badge {
    match view.state {
        ApplicationState::Active => Badge::good(t!("applications-active")),
        ApplicationState::Suspended => Badge::care(t!("applications-suspended")),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateForm {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    team: Option<String>,
}

async fn form_page(
    visitor: &Visitor,
    form: &CreateForm,
    faults: Faults,
) -> Result<FormPage, PageError> {
    let teams = team_choices(visitor).await?;
    let shell = visitor.shell().await?.at("applications");
    let fields = vec![
        Field::text("name", t!("word-name"))
            .value(&form.name)
            .max(80)
            .faults(&faults),
        Field::select("team", t!("word-team"), teams)
            .value(form.team.clone().unwrap_or_default())
            .faults(&faults),
        Field::area("description", t!("word-description"), 400)
            .optional()
            .value(&form.description)
            .faults(&faults),
    ];
    Ok(FormPage {
        crumbs: Crumbs::new(
            t!("applications-create-application"),
            vec![Link::new(
                t!("word-applications"),
                shell.to("/applications"),
            )],
        ),
        heading: t!("applications-create-application"),
        lead: t!("applications-its-team-can-see-its-keys"),
        faults,
        action: shell.to("/applications/new"),
        multipart: false,
        hidden: Vec::new(),
        fields,
        button: t!("applications-create-application").into(),
        back: shell.to("/applications"),
        same: None,
        shell,
    })
}

/// The teams a new application may belong to; one's own first.
pub(crate) async fn team_choices(visitor: &Visitor) -> Result<Vec<Choice>, PageError> {
    let mut teams = teams::my_teams(visitor.db(), visitor.actor()?).await?;
    teams.sort_by_key(|team| !team.personal);
    Ok(teams
        .into_iter()
        .map(|team| {
            let label = if team.personal {
                t!("applications-only-you", name = &team.name)
            } else {
                team.name
            };
            Choice::new(team.id.to_string(), label)
        })
        .collect())
}

/// `GET /applications/new`
pub(crate) async fn show_new(visitor: Visitor) -> Result<FormPage, PageError> {
    visitor.require(Permission::ApplicationManage)?;
    form_page(&visitor, &CreateForm::default(), Faults::default()).await
}

/// `POST /applications/new`
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<CreateForm>,
) -> Result<Response, PageError> {
    let input = CreateApplication {
        name: form.name.clone(),
        description: form.description.clone(),
        team: form.team.as_deref().map(Lookup::from),
    };
    match applications::create_application(visitor.db(), visitor.actor()?, input).await {
        Ok(made) => Ok(visitor
            .go(&format!("/applications/{}", made.value.id))
            .into_response()),
        Err(refusal) => {
            let page = form_page(&visitor, &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
