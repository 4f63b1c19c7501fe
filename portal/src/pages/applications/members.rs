//! `/applications/{app}/members`: who works on an application, and the form that takes a colleague in.

use crate::address::{Path, id};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::applications::show::{crumbs, lead, tabs};
use crate::pages::console::teams::MemberRow;
use crate::pages::console::teams::role_words;
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Empty, Flash, Tabs};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::applications::{self, InviteColleague, UpdateApplication};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::teams::{self, TeamRole};
use gatehouse_language::t;

/// The members of the team that owns it.
#[derive(Template)]
#[template(path = "pages/applications/members.html")]
pub(crate) struct MembersPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    /// Why nobody can be taken in, and what to do about it.
    pub(crate) hint: Option<Flash>,
    pub(crate) faults: Faults,
    pub(crate) may_manage: bool,
    pub(crate) here: String,
    pub(crate) email: Field,
    pub(crate) role: Field,
    /// The teams it can be moved to; none where it is shared already.
    pub(crate) team: Option<Field>,
    pub(crate) rows: Vec<MemberRow>,
    pub(crate) empty: Empty,
}

web_page!(MembersPage, Private);

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteForm {
    email: String,
    #[serde(default)]
    role: String,
}

async fn page(
    visitor: &Visitor,
    application: &str,
    form: &InviteForm,
    faults: Faults,
) -> Result<MembersPage, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let view = applications::get_application(db, actor, application.into()).await?;
    let found = applications::list_application_members(db, actor, Lookup::Id(view.id)).await?;
    let shared = match found.personal {
        true => shared_teams(visitor).await?,
        false => Vec::new(),
    };
    let shell = visitor.shell().await?.at("applications");
    let here = shell.to(&format!("/applications/{}/members", view.id));
    let row = |member: &teams::TeamMemberView| MemberRow {
        name: member.name.clone(),
        email: String::new(),
        role: role_words(member.role),
        remove: format!("{here}/{}/remove", member.user_id),
    };
    Ok(MembersPage {
        crumbs: crumbs(&t!("word-members"), &view, None, &shell),
        lead: lead(&view),
        tabs: tabs(&view, "/members", Some(found.members.len()), &shell),
        hint: found.personal.then(|| hint(shared.is_empty())),
        may_manage: found.may_change,
        email: Field::email("email", t!("applications-address-of-a-colleague"))
            .value(&form.email)
            .faults(&faults),
        role: Field::select(
            "role",
            t!("applications-in-the-team"),
            vec![
                Choice::new("member", t!("applications-member")),
                Choice::new("lead", t!("applications-lead")),
            ],
        )
        .value(&form.role)
        .help(t!("applications-leads-choose-members-too")),
        team: (!shared.is_empty())
            .then(|| Field::select("team", t!("word-team"), shared).faults(&faults)),
        faults,
        rows: found.members.iter().map(row).collect(),
        empty: Empty::new(
            t!("applications-nobody-in-this-team"),
            t!("applications-its-members-appear-here"),
            None,
        ),
        name: view.name,
        here,
        shell,
    })
}

fn hint(alone: bool) -> Flash {
    let rest = match alone {
        true => {
            t!("applications-ask-an-administrator-to-make-a")
        }
        false => t!("applications-move-the-application-to-a-team"),
    };
    Flash::info(t!("applications-it-belongs-to-you-alone"), rest)
}

/// The asking person's teams that have others in them, or can.
async fn shared_teams(visitor: &Visitor) -> Result<Vec<Choice>, PageError> {
    let mut mine = teams::my_teams(visitor.db(), visitor.actor()?).await?;
    mine.retain(|team| !team.personal);
    let choice = |team: teams::TeamView| Choice::new(team.id.to_string(), team.name);
    Ok(mine.into_iter().map(choice).collect())
}

/// `GET /applications/{application}/members`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application]): Path<1>,
) -> Result<MembersPage, PageError> {
    let form = InviteForm::default();
    page(&visitor, &application, &form, Faults::default()).await
}

/// `POST /applications/{application}/members`: takes a colleague in.
pub(crate) async fn invite(
    visitor: Visitor,
    Path([application]): Path<1>,
    Form(form): Form<InviteForm>,
) -> Result<Response, PageError> {
    let input = InviteColleague {
        email: form.email.clone(),
        role: match form.role == TeamRole::Lead.as_str() {
            true => TeamRole::Lead,
            false => TeamRole::Member,
        },
    };
    let app = application.as_str().into();
    match applications::invite_colleague(visitor.db(), visitor.actor()?, app, input).await {
        Ok(done) => {
            let words = match done.value.invitation {
                Some(invited) => Flash::good(
                    t!("applications-was-invited", email = &invited.email),
                    t!("applications-they-work-on-it-once-they"),
                ),
                None => Flash::good(
                    t!("applications-they-are-in-the-team"),
                    t!("applications-they-work-on-this-application-now"),
                ),
            };
            visitor.tell(words).await?;
            let path = format!("/applications/{application}/members");
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            let page = page(&visitor, &application, &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

/// `POST /applications/{application}/members/{person}/remove`
pub(crate) async fn remove(
    visitor: Visitor,
    Path([application, person]): Path<2>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let (app, person) = (application.as_str().into(), id(&person)?);
    applications::remove_colleague(visitor.db(), visitor.actor()?, app, person).await?;
    visitor
        .tell(Flash::good(t!("applications-they-left-the-team"), ""))
        .await?;
    // Whoever left it themselves sees it no more.
    let left = visitor.user().is_some_and(|user| user.id == person);
    let path = match left {
        true => "/applications".to_owned(),
        false => format!("/applications/{application}/members"),
    };
    Ok(visitor.go(&path).into_response())
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveForm {
    team: String,
}

/// `POST /applications/{application}/members/team`: gives the application to a team.
pub(crate) async fn give(
    visitor: Visitor,
    Path([application]): Path<1>,
    Form(form): Form<MoveForm>,
) -> Result<Response, PageError> {
    let input = UpdateApplication {
        team: Some(form.team.as_str().into()),
        ..UpdateApplication::default()
    };
    let (db, actor, app) = (visitor.db(), visitor.actor()?, application.as_str().into());
    match applications::update_application(db, actor, app, None, input).await {
        Ok(done) => {
            let team = done.value.owner_team.name;
            let words = Flash::good(t!("applications-it-belongs-to", team = &team), "");
            visitor.tell(words).await?;
            let path = format!("/applications/{application}/members");
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            let form = InviteForm::default();
            let page = page(&visitor, &application, &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
