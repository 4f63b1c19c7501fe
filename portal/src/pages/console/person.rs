//! `/console/people/{person}`: what one member was granted, what they can do and why, and whether they may come in.

use crate::address::{Path, Query, id};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::grants::{self, GrantForm, GrantRow};
use crate::pages::console::people::state;
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Flash, Link};
use crate::view::roles::{role_named, role_purpose, role_word};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::members::{
    self, HeldPermission, MemberPermissions, MemberStatus, MemberView, PermissionQuestion,
};
use gatehouse_control_plane::{Refusal, second_factor};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Permission, Role};
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;

/// One member: roles, grants, what follows from them, and whether they may come in.
#[derive(Template)]
#[template(path = "pages/console/person.html")]
pub(crate) struct PersonPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) state: Badge,
    pub(crate) here: String,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    pub(crate) roles: Vec<RoleChoice>,
    pub(crate) grants: Vec<GrantRow>,
    pub(crate) grant_fields: Vec<Field>,
    pub(crate) limited: Option<String>,
    pub(crate) question: Vec<Field>,
    pub(crate) answer: Option<Answer>,
    pub(crate) can: Vec<CanRow>,
    pub(crate) disabled: bool,
    /// What they sign in with besides a password; `None` when that is nothing, or this visitor may not take it away.
    pub(crate) shows: Option<String>,
    pub(crate) same: Same,
}

web_page!(PersonPage, Private);

pub(crate) struct RoleChoice {
    pub(crate) value: &'static str,
    pub(crate) label: String,
    pub(crate) help: String,
    pub(crate) on: bool,
}

/// Whether they can, and why.
pub(crate) struct Answer {
    pub(crate) word: Badge,
    pub(crate) because: String,
}

pub(crate) struct CanRow {
    pub(crate) what: &'static str,
    pub(crate) on: String,
    pub(crate) from: String,
}

/// `?permission=&api=`: what is asked about the person.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Question {
    #[serde(default)]
    permission: String,
    #[serde(default)]
    api: String,
}

/// `GET /console/people/{person}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([person]): Path<1>,
    Query(question): Query<Question>,
) -> Result<PersonPage, PageError> {
    page(
        &visitor,
        id(&person)?,
        &question,
        &GrantForm::default(),
        Faults::default(),
    )
    .await
}

/// The page with what was asked and what a refused form had typed.
pub(crate) async fn page(
    visitor: &Visitor,
    user: UserId,
    question: &Question,
    form: &GrantForm,
    mut faults: Faults,
) -> Result<PersonPage, PageError> {
    let actor = visitor.require(Permission::MemberRead)?;
    let member = members::get_member(visitor.db(), actor, user).await?;
    let can = can(visitor, user, question, &mut faults).await?;
    let shell = visitor.shell().await?.console("people");
    let here = shell.to(&format!("/console/people/{user}"));
    let held = members::list_grants(visitor.db(), actor, user).await?;
    let may_manage = shell.may_everywhere(Permission::MemberManage);
    let grant_fields = if may_manage {
        grants::fields(visitor, form, false, &faults).await?
    } else {
        Vec::new()
    };
    Ok(PersonPage {
        shows: may_manage.then(|| shows(&member)).flatten(),
        crumbs: Crumbs::new(
            member.name.clone(),
            vec![Link::new(t!("people-people"), shell.to("/console/people"))],
        ),
        state: state(&member),
        roles: roles(&member, &shell),
        grants: held
            .iter()
            .filter_map(|grant| grants::row(grant, &here))
            .collect(),
        grant_fields,
        limited: can.limited_by,
        question: question_fields(question, &faults),
        answer: can.answer.map(|answer| Answer {
            word: match answer.allowed {
                true => Badge::good(t!("word-yes")),
                false => Badge::stopped("No"),
            },
            because: answer.because,
        }),
        can: can.permissions.iter().map(can_row).collect(),
        disabled: member.status == MemberStatus::Disabled,
        same: same(visitor, user, may_manage),
        may_manage,
        faults,
        here,
        name: member.name,
        email: member.email,
        shell,
    })
}

/// "a code of an app and 2 passkeys"
fn shows(member: &MemberView) -> Option<String> {
    let code = member.second_factor.then(|| t!("people-a-code-of-an-app"));
    let keys = usize::try_from(member.passkeys).unwrap_or_default();
    let keys = (keys > 0).then(|| t!("count-passkey", count = keys));
    let shown: Vec<String> = code.into_iter().chain(keys).collect();
    (!shown.is_empty()).then(|| shown.join(&t!("word-joined-and")))
}

async fn can(
    visitor: &Visitor,
    user: UserId,
    question: &Question,
    faults: &mut Faults,
) -> Result<MemberPermissions, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let api = question.api.trim();
    let asked = PermissionQuestion {
        permission: Permission::parse(&question.permission),
        api: Some(api).filter(|api| !api.is_empty()).map(Into::into),
    };
    match members::permissions_of_member(db, actor, user, &asked).await {
        Err(Refusal::UnknownReference { .. }) => {
            faults.add("api", t!("people-there-is-no-api-here", api = &api));
            let anything = PermissionQuestion::default();
            Ok(members::permissions_of_member(db, actor, user, &anything).await?)
        }
        done => Ok(done?),
    }
}

fn question_fields(question: &Question, faults: &Faults) -> Vec<Field> {
    let mut choices = vec![Choice::new("", t!("people-anything"))];
    choices.extend(
        Permission::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), one.as_str())),
    );
    vec![
        Field::select("permission", t!("people-may-they"), choices).value(&question.permission),
        Field::text("api", t!("people-on-the-api"))
            .optional()
            .max(80)
            .value(&question.api)
            .help(t!("people-its-short-name-empty-asks-about"))
            .faults(faults),
    ]
}

fn can_row(held: &HeldPermission) -> CanRow {
    let from = held.from.iter().map(|source| match source.grant {
        Some(_) => role_named(&source.role),
        None => t!("people-every-member"),
    });
    CanRow {
        what: held.permission.as_str(),
        on: grants::scope_words(&held.on),
        from: from.collect::<Vec<_>>().join(", "),
    }
}

fn roles(member: &MemberView, shell: &Shell) -> Vec<RoleChoice> {
    let may_own = shell.may_everywhere(Permission::OwnerManage);
    Role::ALL
        .iter()
        .filter(|role| may_own || **role != Role::Owner || member.roles.contains(role))
        .map(|role| RoleChoice {
            value: role.as_str(),
            label: role_word(*role),
            help: role_purpose(*role),
            on: member.roles.contains(role),
        })
        .collect()
}

fn same(visitor: &Visitor, user: UserId, may_manage: bool) -> Same {
    let ways: &[_] = if may_manage {
        &[same::MEMBER_CAN, same::MEMBER_ROLES, same::MEMBER_GRANT]
    } else {
        &[same::MEMBER_CAN]
    };
    visitor.same(ways, &[("member", &user.to_string())])
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
    let roles: Option<Vec<Role>> = form.role.iter().map(|word| Role::parse(word)).collect();
    let roles = roles.ok_or_else(|| PageError::of(ProblemKind::BadRequest))?;
    let user = id(&person)?;
    let done = members::set_roles(visitor.db(), visitor.actor()?, user, None, roles).await;
    changed(&visitor, user, &GrantForm::default(), done.map(drop)).await
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
    changed(&visitor, user, &GrantForm::default(), done.map(drop)).await
}

/// `POST /console/people/{person}/second-factor`: takes it away from somebody who has lost it.
pub(crate) async fn reset_second_factor(
    visitor: Visitor,
    Path([person]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let user = id(&person)?;
    let done = second_factor::reset(visitor.db(), actor, user).await;
    changed(&visitor, user, &GrantForm::default(), done.map(drop)).await
}

/// Back to the page after a form of it: saved, or with what is wrong.
pub(crate) async fn changed(
    visitor: &Visitor,
    user: UserId,
    form: &GrantForm,
    done: Result<(), Refusal>,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => {
            visitor
                .tell(Flash::good(
                    t!("people-saved"),
                    t!("people-it-holds-from-the-next-request"),
                ))
                .await?;
            Ok(visitor
                .go(&format!("/console/people/{user}"))
                .into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("scope", "of")]);
            let page = page(visitor, user, &Question::default(), form, faults).await?;
            Ok(refused(page))
        }
    }
}
