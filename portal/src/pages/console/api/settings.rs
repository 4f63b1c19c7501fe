//! `/console/apis/{api}/settings`: what an API is called, whose it is, who finds it.

use super::head::{ApiHead, ApiTab, open};
use crate::address::{Path, Query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::seen_by;
use crate::pages::console::settings::entries;
use crate::pages::list_of::{all, listable};
use crate::pages::spread::{self, Changed};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::Flash;
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::apis::{self, ApiView, DataClass, UpdateApi};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::teams;
use gatehouse_domain::Visibility;
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;

/// One form.
#[derive(Template)]
#[template(path = "pages/console/api/settings.html")]
pub(crate) struct ApiSettingsPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) row_version: i32,
    pub(crate) fields: Vec<Field>,
    pub(crate) same: Same,
}

web_page!(ApiSettingsPage, Private);

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiSettingsForm {
    row_version: i32,
    name: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    team: String,
    visibility: String,
    #[serde(default)]
    teams: String,
    data_class: String,
    #[serde(default)]
    stale_after: String,
}

impl ApiSettingsForm {
    fn of(view: &ApiView) -> Self {
        Self {
            row_version: view.row_version,
            name: view.name.clone(),
            summary: view.summary.clone(),
            team: view.owner_team.slug.clone(),
            visibility: view.visibility.as_str().to_owned(),
            teams: seen_by::named(&view.granted_teams),
            data_class: view.data_class.as_str().to_owned(),
            stale_after: view
                .config_max_age_s
                .map(|seconds| seconds.to_string())
                .unwrap_or_default(),
        }
    }

    fn fields(&self, teams: Vec<Choice>, faults: &Faults) -> Vec<Field> {
        let [visibility, granted] = seen_by::fields(&self.visibility, &self.teams, faults);
        vec![
            Field::text("name", t!("word-name"))
                .value(&self.name)
                .max(120)
                .faults(faults),
            Field::text("summary", t!("word-one-line"))
                .optional()
                .value(&self.summary)
                .max(400)
                .faults(faults),
            Field::select("team", t!("word-team"), teams)
                .value(&self.team)
                .help(t!("apis-team-help"))
                .faults(faults),
            visibility,
            granted,
            Field::select("data_class", t!("apis-data"), data_choices())
                .value(&self.data_class)
                .help(t!("apis-data-help"))
                .faults(faults),
            Field::number("stale_after", t!("apis-stale"))
                .optional()
                .value(&self.stale_after)
                .help(t!("apis-stale-help"))
                .faults(faults),
        ]
    }

    /// What the verb is asked for; a word that the form does not offer is no form of ours.
    fn input(&self) -> Result<Result<UpdateApi, Faults>, PageError> {
        let unknown = || PageError::of(ProblemKind::BadRequest);
        let seconds = match self.stale_after.trim() {
            "" => None,
            text => match text.parse() {
                Ok(seconds) => Some(seconds),
                Err(_) => {
                    let words = t!("apis-stale-fault", text = text);
                    return Ok(Err(Faults::one("stale_after", words)));
                }
            },
        };
        Ok(Ok(UpdateApi {
            name: Some(self.name.clone()),
            summary: Some(self.summary.clone()),
            owner_team: Some(Lookup::from(self.team.as_str())),
            visibility: Some(Visibility::parse(&self.visibility).ok_or_else(unknown)?),
            granted_teams: Some(
                entries(&self.teams)
                    .iter()
                    .map(|team| Lookup::from(team.as_str()))
                    .collect(),
            ),
            data_class: Some(DataClass::parse(&self.data_class).ok_or_else(unknown)?),
            config_max_age_s: Some(seconds),
        }))
    }
}

/// How sensitive data can be, in words.
pub(super) fn data_words(class: DataClass) -> String {
    match class {
        DataClass::Public => t!("apis-data-public"),
        DataClass::Internal => t!("apis-data-internal"),
        DataClass::Personal => t!("apis-data-personal"),
        DataClass::Secret => t!("apis-data-secret"),
    }
}

fn data_choices() -> Vec<Choice> {
    DataClass::ALL
        .map(|class| Choice::new(class.as_str(), data_words(class)))
        .into()
}

/// The teams an API can be given to, the one it has among them even where teams may not be listed.
async fn team_choices(visitor: &Visitor, view: &ApiView) -> Result<Vec<Choice>, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let listed = all(|page| async move { teams::list_teams(db, actor, &page).await }).await;
    let teams = listable(listed)?;
    let own = &view.owner_team;
    let mut choices = vec![Choice::new(own.slug.clone(), own.name.clone())];
    let others = teams.into_iter().filter(|team| team.slug != own.slug);
    choices.extend(others.map(|team| Choice::new(team.slug, team.name)));
    Ok(choices)
}

async fn page(
    visitor: &Visitor,
    api: &str,
    changed: &Changed,
    form: Option<&ApiSettingsForm>,
    faults: Faults,
) -> Result<ApiSettingsPage, PageError> {
    let spread = spread::of(visitor, changed).await?;
    let opened = open(visitor, api, ApiTab::Settings).await?;
    let stored = ApiSettingsForm::of(&opened.view);
    let form = form.unwrap_or(&stored);
    let teams = team_choices(visitor, &opened.view).await?;
    Ok(ApiSettingsPage {
        head: opened.head(ApiTab::Settings, spread),
        action: opened.link(ApiTab::Settings),
        row_version: form.row_version,
        fields: form.fields(teams, &faults),
        faults,
        same: visitor.same(
            &[same::API_UPDATE],
            &[
                ("api", &opened.view.slug),
                ("name", &form.name),
                ("visibility", &form.visibility),
            ],
        ),
        shell: opened.shell,
    })
}

/// `GET /console/apis/{api}/settings`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<ApiSettingsPage, PageError> {
    page(&visitor, &api, &changed, None, Faults::default()).await
}

/// `POST /console/apis/{api}/settings`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([api]): Path<1>,
    Form(form): Form<ApiSettingsForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(ApiTab::Settings.needs())?;
    let faults = match form.input()? {
        Ok(input) => {
            let (db, expected) = (visitor.db(), Some(form.row_version));
            match apis::update_api(db, actor, api.as_str().into(), expected, input).await {
                Ok(done) => {
                    if done.change.is_none() {
                        let words = Flash::good(t!("apis-saved"), t!("apis-saved-words"));
                        visitor.tell(words).await?;
                    }
                    let path = ApiTab::Settings.path(&api);
                    return Ok(visitor.go_with(&path, done.change.as_ref()).into_response());
                }
                Err(refusal) => faults_of(refusal)?.renamed(&[
                    ("granted_teams", "teams"),
                    ("owner_team", "team"),
                    ("config_max_age_s", "stale_after"),
                ]),
            }
        }
        Err(faults) => faults,
    };
    let changed = Changed::default();
    Ok(refused(
        page(&visitor, &api, &changed, Some(&form), faults).await?,
    ))
}
