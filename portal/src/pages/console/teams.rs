//! `/console/teams`: teams own APIs and applications, so people can leave.

use crate::address::{Path, Query, id};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::people::tabs;
use crate::pages::list_of::{After, all, older};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Empty, Link, Pages, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::members;
use gatehouse_control_plane::teams::{self, CreateTeam, TeamKind, TeamRole, TeamView};
use gatehouse_domain::Permission;
use gatehouse_domain::id::UserId;
use gatehouse_language::t;

/// The teams.
#[derive(Template)]
#[template(path = "pages/console/teams.html")]
pub(crate) struct TeamsPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    pub(crate) name: Field,
    pub(crate) slug: Field,
    pub(crate) kind: Field,
    pub(crate) rows: Vec<TeamRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(TeamsPage, Private);

pub(crate) struct TeamRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) kind: String,
    pub(crate) members: String,
}

/// One team and its members.
#[derive(Template)]
#[template(path = "pages/console/team.html")]
pub(crate) struct TeamPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) person: Field,
    pub(crate) role: Field,
    pub(crate) rows: Vec<MemberRow>,
    pub(crate) empty: Empty,
    pub(crate) same: Same,
}

web_page!(TeamPage, Private);

pub(crate) struct MemberRow {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: String,
    pub(crate) remove: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TeamForm {
    name: String,
    slug: String,
    kind: String,
}

async fn page(
    visitor: &Visitor,
    after: &After,
    form: &TeamForm,
    faults: Faults,
) -> Result<TeamsPage, PageError> {
    let actor = visitor.require(Permission::MemberRead)?;
    let listed = teams::list_teams(visitor.db(), actor, &after.page()).await?;
    let shell = visitor.shell().await?.console("people");
    let shown = listed.data.len();
    let rows: Vec<TeamRow> = listed
        .data
        .into_iter()
        .filter(|team| !team.personal)
        .map(|team| TeamRow {
            href: shell.to(&format!("/console/teams/{}", team.id)),
            members: team.members.len().to_string(),
            kind: kind_words(team.kind),
            name: team.name,
            slug: team.slug,
        })
        .collect();
    Ok(TeamsPage {
        same: visitor.same(&[same::TEAM_LIST, same::TEAM_CREATE], &[]),
        lead: t!("people-teams-own-apis-and-applications-so"),
        tabs: tabs("/console/teams", &shell),
        may_manage: shell.may(Permission::TeamManage),
        name: Field::text("name", t!("word-name"))
            .value(&form.name)
            .max(80)
            .faults(&faults),
        slug: Field::text("slug", t!("word-short-name"))
            .value(&form.slug)
            .max(40)
            .faults(&faults),
        kind: Field::select(
            "kind",
            t!("word-kind"),
            vec![
                Choice::new("consumer", kind_words(TeamKind::Consumer)),
                Choice::new("provider", kind_words(TeamKind::Provider)),
            ],
        )
        .value(&form.kind)
        .faults(&faults),
        faults,
        empty: Empty::new(
            t!("people-no-teams-yet"),
            t!("people-teams-appear-here-everybody-also-has"),
            None,
        ),
        pages: older("/console/teams", &shell, shown, listed.next, after),
        rows,
        shell,
    })
}

/// What somebody is in a team.
pub(crate) fn role_words(role: TeamRole) -> String {
    match role {
        TeamRole::Member => t!("people-member"),
        TeamRole::Lead => t!("people-lead"),
    }
}

fn kind_words(kind: TeamKind) -> String {
    match kind {
        TeamKind::Provider => t!("people-owns-apis"),
        TeamKind::Consumer => t!("people-owns-applications"),
    }
}

/// `GET /console/teams`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<TeamsPage, PageError> {
    page(&visitor, &after, &TeamForm::default(), Faults::default()).await
}

/// `POST /console/teams`
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<TeamForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TeamManage)?;
    let kind = if form.kind == TeamKind::Provider.as_str() {
        TeamKind::Provider
    } else {
        TeamKind::Consumer
    };
    let input = CreateTeam {
        slug: form.slug.clone(),
        name: form.name.clone(),
        kind,
    };
    match teams::create_team(visitor.db(), actor, input).await {
        Ok(made) => Ok(visitor
            .go(&format!("/console/teams/{}", made.value.id))
            .into_response()),
        Err(refusal) => {
            let page = page(&visitor, &After::default(), &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

async fn team_page(
    visitor: &Visitor,
    team: TeamView,
    faults: Faults,
) -> Result<TeamPage, PageError> {
    let actor = visitor.actor()?;
    let people = match actor.may(Permission::MemberRead) {
        true => {
            all(|page| async move { members::list_members(visitor.db(), actor, &page).await })
                .await?
        }
        false => Vec::new(),
    };
    let shell = visitor.shell().await?.console("people");
    let base = format!("/console/teams/{}", team.id);
    let email = |user: UserId| {
        people
            .iter()
            .find(|one| one.user_id == user)
            .map(|one| one.email.clone())
    };
    let outside = people.iter().filter(|one| {
        !team
            .members
            .iter()
            .any(|member| member.user_id == one.user_id)
    });
    let choices = outside
        .map(|one| {
            Choice::new(
                one.user_id.to_string(),
                format!("{}, {}", one.name, one.email),
            )
        })
        .collect();
    Ok(TeamPage {
        same: visitor.same(
            &[same::TEAM_ADD, same::TEAM_REMOVE],
            &[("team", &team.slug)],
        ),
        crumbs: Crumbs::new(
            team.name.clone(),
            vec![Link::new(t!("word-teams"), shell.to("/console/teams"))],
        ),
        lead: kind_words(team.kind).to_owned(),
        may_manage: shell.may(Permission::TeamManage) && !team.personal,
        action: shell.to(&format!("{base}/members")),
        person: Field::select("person", t!("word-person"), choices).faults(&faults),
        role: Field::select(
            "role",
            t!("people-in-the-team"),
            vec![
                Choice::new("member", t!("people-member")),
                Choice::new("lead", t!("people-lead")),
            ],
        ),
        faults,
        rows: team
            .members
            .iter()
            .map(|member| MemberRow {
                name: member.name.clone(),
                email: email(member.user_id).unwrap_or_default(),
                role: role_words(member.role),
                remove: shell.to(&format!("{base}/members/{}/remove", member.user_id)),
            })
            .collect(),
        empty: Empty::new(
            t!("people-nobody-in-this-team"),
            t!("people-its-members-appear-here"),
            None,
        ),
        name: team.name,
        shell,
    })
}

async fn found(visitor: &Visitor, team: &str) -> Result<TeamView, PageError> {
    Ok(teams::get_team(visitor.db(), visitor.actor()?, &team.into()).await?)
}

/// `GET /console/teams/{team}`
pub(crate) async fn show_team(
    visitor: Visitor,
    Path([team]): Path<1>,
) -> Result<TeamPage, PageError> {
    let team = found(&visitor, &team).await?;
    team_page(&visitor, team, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberForm {
    #[serde(default)]
    person: String,
    role: String,
}

/// `POST /console/teams/{team}/members`
pub(crate) async fn add_member(
    visitor: Visitor,
    Path([team]): Path<1>,
    Form(form): Form<MemberForm>,
) -> Result<Response, PageError> {
    let team = found(&visitor, &team).await?;
    let Ok(person) = form.person.parse() else {
        let page = team_page(
            &visitor,
            team,
            Faults::one("person", t!("people-choose-a-person")),
        )
        .await?;
        return Ok(refused(page));
    };
    let role = if form.role == TeamRole::Lead.as_str() {
        TeamRole::Lead
    } else {
        TeamRole::Member
    };
    match teams::add_team_member(visitor.db(), visitor.actor()?, team.id, person, role).await {
        Ok(_) => Ok(visitor
            .go(&format!("/console/teams/{}", team.id))
            .into_response()),
        Err(refusal) => {
            let page = team_page(&visitor, team, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

/// `POST /console/teams/{team}/members/{person}/remove`
pub(crate) async fn remove_member(
    visitor: Visitor,
    Path([team, person]): Path<2>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let team = found(&visitor, &team).await?;
    teams::remove_team_member(visitor.db(), visitor.actor()?, team.id, id(&person)?).await?;
    Ok(visitor.go(&format!("/console/teams/{}", team.id)))
}
