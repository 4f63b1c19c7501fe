//! `/console/people`: members, their roles, invitations.

use crate::address::{Path, Query, id};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::list_of::{After, older};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link, Pages, Tab, Tabs};
use crate::view::shell::{Shell, capital, roles_in_words};
use crate::view::words::{count, day, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::members::{self, Invite, MemberStatus, MemberView};
use gatehouse_control_plane::page::Page;
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Permission, Role};
use gatehouse_problem::ProblemKind;

/// Members and open invitations.
#[derive(Template)]
#[template(path = "pages/console/people.html")]
pub(crate) struct PeoplePage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    pub(crate) email: Field,
    pub(crate) role: Field,
    pub(crate) rows: Vec<PersonRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(PeoplePage, Private);

pub(crate) struct PersonRow {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) roles: String,
    pub(crate) state: Badge,
    pub(crate) since: String,
    /// Nobody has anything to change about somebody who has not come yet.
    pub(crate) edit: Option<String>,
}

/// One member: roles, and whether they may come in.
#[derive(Template)]
#[template(path = "pages/console/person.html")]
pub(crate) struct PersonPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) state: Badge,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) roles: Vec<RoleChoice>,
    pub(crate) disabled: bool,
    pub(crate) status_action: String,
}

web_page!(PersonPage, Private);

pub(crate) struct RoleChoice {
    pub(crate) value: &'static str,
    pub(crate) label: String,
    pub(crate) help: &'static str,
    pub(crate) on: bool,
}

async fn page(
    visitor: &Visitor,
    after: &After,
    email: &str,
    faults: Faults,
) -> Result<PeoplePage, PageError> {
    let actor = visitor.require(Permission::MemberRead)?;
    let listed = members::list_members(visitor.db(), actor, &after.page()).await?;
    let open = match after.after {
        None => {
            members::list_invitations(visitor.db(), actor, &Page::default())
                .await?
                .data
        }
        Some(_) => Vec::new(),
    };
    let shell = visitor.shell().await?.console("people");
    let may_own = shell.may(Permission::OwnerManage);
    let people = listed.data.len();
    let invited = open.into_iter().map(|invitation| PersonRow {
        name: invitation.email.clone(),
        email: "Invited".to_owned(),
        roles: capital(invitation.role.as_str()),
        state: Badge::waiting("Invited"),
        since: relative(invitation.created_at, visitor.now()),
        edit: None,
    });
    let members = listed.data.iter().map(|member| row(member, &shell));
    let rows: Vec<PersonRow> = invited.chain(members).collect();
    Ok(PeoplePage {
        lead: format!(
            "{} here.",
            count(people, "person").replace("persons", "people")
        ),
        tabs: tabs(true, &shell),
        may_manage: shell.may(Permission::MemberManage),
        email: Field::email("email", "E-mail")
            .complete("off")
            .value(email)
            .faults(&faults),
        role: Field::select("role", "Role", role_choices(may_own))
            .value(Role::Developer.as_str())
            .faults(&faults),
        faults,
        empty: Empty::new("Nobody yet", "Members appear here.", None),
        pages: older("/console/people", &shell, people, listed.next, after),
        rows,
        shell,
    })
}

/// The tabs of people and teams.
pub(crate) fn tabs(people: bool, shell: &Shell) -> Tabs {
    let tab = |label, path: &str, current| Tab {
        label,
        href: shell.to(path),
        count: None,
        current,
    };
    Tabs::new(
        "People and teams",
        vec![
            tab("People", "/console/people", people),
            tab("Teams", "/console/teams", !people),
        ],
    )
}

fn role_choices(may_own: bool) -> Vec<Choice> {
    Role::ALL
        .iter()
        .rev()
        .filter(|role| may_own || **role != Role::Owner)
        .map(|role| Choice::new(role.as_str(), capital(role.as_str())))
        .collect()
}

fn row(member: &MemberView, shell: &Shell) -> PersonRow {
    PersonRow {
        name: member.name.clone(),
        email: member.email.clone(),
        roles: roles_in_words(&member.roles),
        state: state(member),
        since: day(member.created_at),
        edit: shell
            .may(Permission::MemberManage)
            .then(|| shell.to(&format!("/console/people/{}", member.user_id))),
    }
}

fn state(member: &MemberView) -> Badge {
    match member.status {
        MemberStatus::Active => Badge::good("Active"),
        MemberStatus::Disabled => Badge::stopped("Disabled"),
    }
}

/// `GET /console/people`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<PeoplePage, PageError> {
    page(&visitor, &after, "", Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteForm {
    email: String,
    role: String,
}

/// `POST /console/people`
pub(crate) async fn invite(
    visitor: Visitor,
    Form(form): Form<InviteForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let Some(role) = Role::parse(&form.role) else {
        return Err(PageError::of(ProblemKind::BadRequest));
    };
    let input = Invite {
        email: form.email.clone(),
        role,
        team: None,
    };
    match members::invite(visitor.db(), actor, input).await {
        Ok(made) => {
            let words = Flash::good(
                "Invitation sent.",
                format!("{} gets a link that works for 7 days.", made.value.email),
            );
            visitor.tell(words).await?;
            Ok(visitor.go("/console/people").into_response())
        }
        Err(refusal) => {
            let page = page(
                &visitor,
                &After::default(),
                &form.email,
                faults_of(refusal)?,
            )
            .await?;
            Ok(refused(page))
        }
    }
}

async fn person_page(
    visitor: &Visitor,
    member: MemberView,
    faults: Faults,
) -> Result<PersonPage, PageError> {
    let shell = visitor.shell().await?.console("people");
    let base = format!("/console/people/{}", member.user_id);
    let may_own = shell.may(Permission::OwnerManage);
    Ok(PersonPage {
        crumbs: Crumbs::new(
            member.name.clone(),
            vec![Link::new("People", shell.to("/console/people"))],
        ),
        state: state(&member),
        faults,
        action: shell.to(&format!("{base}/roles")),
        roles: Role::ALL
            .iter()
            .filter(|role| may_own || **role != Role::Owner || member.roles.contains(role))
            .map(|role| RoleChoice {
                value: role.as_str(),
                label: capital(role.as_str()),
                help: role.purpose(),
                on: member.roles.contains(role),
            })
            .collect(),
        disabled: member.status == MemberStatus::Disabled,
        status_action: shell.to(&format!("{base}/status")),
        name: member.name,
        email: member.email,
        shell,
    })
}

/// `GET /console/people/{person}`
pub(crate) async fn show_person(
    visitor: Visitor,
    Path([person]): Path<1>,
) -> Result<PersonPage, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let member = members::get_member(visitor.db(), actor, id(&person)?).await?;
    person_page(&visitor, member, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RolesForm {
    #[serde(default)]
    role: Vec<String>,
}

/// `POST /console/people/{person}/roles`
pub(crate) async fn set_roles(
    visitor: Visitor,
    Path([person]): Path<1>,
    Form(form): Form<RolesForm>,
) -> Result<Response, PageError> {
    let roles = form
        .role
        .iter()
        .filter_map(|word| Role::parse(word))
        .collect();
    let user = id(&person)?;
    let done = members::set_roles(visitor.db(), visitor.actor()?, user, None, roles).await;
    changed(&visitor, user, done.map(drop)).await
}

/// What the page offered, so that a second press or a stale page never does the opposite.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusForm {
    status: MemberStatus,
}

/// `POST /console/people/{person}/status`
pub(crate) async fn set_status(
    visitor: Visitor,
    Path([person]): Path<1>,
    Form(form): Form<StatusForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let user = id(&person)?;
    let done = members::set_member_status(visitor.db(), actor, user, None, form.status).await;
    changed(&visitor, user, done.map(drop)).await
}

async fn changed(
    visitor: &Visitor,
    user: UserId,
    done: Result<(), Refusal>,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => {
            visitor
                .tell(Flash::good(
                    "Saved.",
                    "It holds from the next request of that person on.",
                ))
                .await?;
            Ok(visitor
                .go(&format!("/console/people/{user}"))
                .into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let member = members::get_member(visitor.db(), visitor.actor()?, user).await?;
            let page = person_page(visitor, member, faults).await?;
            Ok(refused(page))
        }
    }
}
