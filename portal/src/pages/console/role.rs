//! `/console/roles/{role}`: what a role allows; changing and deleting one of the tenant's own.

use crate::address::Path;
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::roles::{
    PermissionChoice, choices, chosen, description, fields, kind, name,
};
use crate::pages::form_page::ConfirmPage;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Flash, Link};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::roles::{self, RoleView, UpdateRole};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// One role.
#[derive(Template)]
#[template(path = "pages/console/role.html")]
pub(crate) struct RolePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) kind: Badge,
    pub(crate) lead: String,
    pub(crate) here: String,
    /// Whether this visitor can change it: a built-in role never changes.
    pub(crate) may_change: bool,
    pub(crate) faults: Faults,
    pub(crate) row_version: i32,
    pub(crate) fields: Vec<Field>,
    pub(crate) permissions: Vec<PermissionChoice>,
    pub(crate) allows: Vec<&'static str>,
    pub(crate) same: Same,
}

web_page!(RolePage, Private);

/// `GET /console/roles/{role}`
pub(crate) async fn show(visitor: Visitor, Path([role]): Path<1>) -> Result<RolePage, PageError> {
    let actor = visitor.require(Permission::MemberRead)?;
    let view = roles::get_role(visitor.db(), actor, &role).await?;
    page(&visitor, view, Faults::default()).await
}

async fn page(visitor: &Visitor, role: RoleView, faults: Faults) -> Result<RolePage, PageError> {
    let shell = visitor.shell().await?.console("people");
    let called = name(&role);
    let members = t!("people-have-it", count = role.members);
    Ok(RolePage {
        crumbs: Crumbs::new(
            called.clone(),
            vec![Link::new(t!("word-roles"), shell.to("/console/roles"))],
        ),
        kind: kind(role.built_in),
        lead: format!("{} {members}", description(&role))
            .trim()
            .to_owned(),
        here: shell.to(&format!("/console/roles/{}", role.slug)),
        may_change: !role.built_in && shell.may_everywhere(Permission::MemberManage),
        fields: fields(&role.name, &role.description, &faults),
        permissions: choices(visitor.actor()?, &role.permissions),
        allows: role.permissions.iter().map(|one| one.as_str()).collect(),
        row_version: role.row_version,
        faults,
        same: visitor.same(
            &[same::ROLE_UPDATE, same::ROLE_DELETE],
            &[("role", &role.slug)],
        ),
        name: called,
        shell,
    })
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleForm {
    row_version: i32,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    permission: Vec<String>,
}

/// `POST /console/roles/{role}`
pub(crate) async fn update(
    visitor: Visitor,
    Path([role]): Path<1>,
    Form(form): Form<RoleForm>,
) -> Result<Response, PageError> {
    let (db, actor) = (visitor.db(), visitor.require(Permission::MemberManage)?);
    let held = roles::get_role(db, actor, &role).await?;
    let mut permissions = chosen(&form.permission);
    // A box that cannot be changed is not sent: it stays as it is.
    let fixed = |one: &&Permission| !actor.may(**one) && !permissions.contains(one);
    let fixed: Vec<Permission> = held.permissions.iter().filter(fixed).copied().collect();
    permissions.extend(fixed);
    let input = UpdateRole {
        name: Some(form.name.clone()),
        description: Some(form.description.clone()),
        permissions: Some(permissions.clone()),
    };
    match roles::update_role(db, actor, &role, Some(form.row_version), input).await {
        Ok(_) => {
            let words = Flash::good(t!("people-saved"), t!("people-whoever-has-it-has-it-so"));
            visitor.tell(words).await?;
            Ok(visitor
                .go(&format!("/console/roles/{role}"))
                .into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("permissions", "permission")]);
            let typed = RoleView {
                name: form.name,
                description: form.description,
                permissions,
                row_version: form.row_version,
                ..held
            };
            Ok(refused(page(&visitor, typed, faults).await?))
        }
    }
}

/// `GET /console/roles/{role}/delete`
pub(crate) async fn show_delete(
    visitor: Visitor,
    Path([role]): Path<1>,
) -> Result<ConfirmPage, PageError> {
    confirm(&visitor, &role, Faults::default()).await
}

async fn confirm(visitor: &Visitor, role: &str, faults: Faults) -> Result<ConfirmPage, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let view = roles::get_role(visitor.db(), actor, role).await?;
    let shell = visitor.shell().await?.console("people");
    let back = shell.to(&format!("/console/roles/{role}"));
    Ok(ConfirmPage {
        same: Some(visitor.same(&[same::ROLE_DELETE], &[("role", role)])),
        crumbs: Crumbs::new(
            t!("word-delete"),
            vec![
                Link::new(t!("word-roles"), shell.to("/console/roles")),
                Link::new(view.name.clone(), back.clone()),
            ],
        ),
        heading: t!("people-delete", name = &view.name),
        consequence: t!("people-it-is-gone-for-good-a"),
        faults,
        action: format!("{back}/delete"),
        hidden: Vec::new(),
        fields: Vec::new(),
        button: t!("people-delete-role"),
        loss: true,
        back,
        shell,
    })
}

/// `POST /console/roles/{role}/delete`
pub(crate) async fn delete(
    visitor: Visitor,
    Path([role]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    match roles::delete_role(visitor.db(), actor, &role, None).await {
        Ok(_) => {
            visitor
                .tell(Flash::good(
                    t!("people-role-deleted"),
                    t!("people-nobody-had-it"),
                ))
                .await?;
            Ok(visitor.go("/console/roles").into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            Ok(refused(confirm(&visitor, &role, faults).await?))
        }
    }
}
