//! `/console/roles`: what the built-in roles allow, and the tenant's own.

use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::people::tabs;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Badge, Flash, Tabs};
use crate::view::roles::{role_named, role_purpose};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::grouped;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::roles::{self, CreateRole, RoleView};
use gatehouse_domain::{Permission, Role};
use gatehouse_language::t;

/// Every role, and the form that makes one.
#[derive(Template)]
#[template(path = "pages/console/roles.html")]
pub(crate) struct RolesPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) rows: Vec<RoleRow>,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    pub(crate) fields: Vec<Field>,
    pub(crate) permissions: Vec<PermissionChoice>,
    pub(crate) same: Same,
}

web_page!(RolesPage, Private);

pub(crate) struct RoleRow {
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) href: String,
    pub(crate) kind: Badge,
    pub(crate) description: String,
    pub(crate) members: String,
}

/// A box for one permission.
pub(crate) struct PermissionChoice {
    pub(crate) value: &'static str,
    pub(crate) on: bool,
    /// Nobody gives or takes what they may not do themselves.
    pub(crate) fixed: bool,
}

/// The boxes of a role form: every permission a role can have.
pub(crate) fn choices(actor: &Actor, on: &[Permission]) -> Vec<PermissionChoice> {
    Permission::ALL
        .iter()
        .filter(|permission| **permission != Permission::OwnerManage)
        .map(|permission| PermissionChoice {
            value: permission.as_str(),
            on: on.contains(permission),
            fixed: !actor.may(*permission),
        })
        .collect()
}

/// The ticked boxes; a word that is no permission is no choice of the form.
pub(crate) fn chosen(words: &[String]) -> Vec<Permission> {
    words
        .iter()
        .filter_map(|word| Permission::parse(word))
        .collect()
}

/// Name and purpose, as both role forms have them.
pub(crate) fn fields(name: &str, description: &str, faults: &Faults) -> Vec<Field> {
    vec![
        Field::text("name", t!("word-name"))
            .max(80)
            .value(name)
            .faults(faults),
        Field::text("description", t!("people-what-it-is-for"))
            .optional()
            .max(400)
            .value(description)
            .faults(faults),
    ]
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    slug: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    permission: Vec<String>,
}

async fn page(visitor: &Visitor, form: &NewRole, faults: Faults) -> Result<RolesPage, PageError> {
    let actor = visitor.require(Permission::MemberRead)?;
    let roles = roles::list_roles(visitor.db(), actor).await?;
    let shell = visitor.shell().await?.console("people");
    let mut all = vec![
        Field::text("slug", t!("word-short-name"))
            .max(40)
            .value(&form.slug)
            .help(t!("people-in-addresses-and-files-it-stays"))
            .faults(&faults),
    ];
    all.extend(fields(&form.name, &form.description, &faults));
    Ok(RolesPage {
        tabs: tabs("/console/roles", &shell),
        rows: roles.into_iter().map(|role| row(role, &shell)).collect(),
        may_manage: shell.may_everywhere(Permission::MemberManage),
        fields: all,
        permissions: choices(actor, &chosen(&form.permission)),
        faults,
        same: visitor.same(&[same::ROLE_CREATE], &[]),
        shell,
    })
}

fn row(role: RoleView, shell: &Shell) -> RoleRow {
    RoleRow {
        href: shell.to(&format!("/console/roles/{}", role.slug)),
        kind: kind(role.built_in),
        name: name(&role),
        description: description(&role),
        slug: role.slug,
        members: grouped(role.members),
    }
}

/// What a role is called: a built-in one in the language of the page.
pub(crate) fn name(role: &RoleView) -> String {
    match role.built_in {
        true => role_named(&role.slug),
        false => role.name.clone(),
    }
}

/// What a role is for.
pub(crate) fn description(role: &RoleView) -> String {
    match Role::parse(&role.slug).filter(|_| role.built_in) {
        Some(built_in) => role_purpose(built_in),
        None => role.description.clone(),
    }
}

pub(crate) fn kind(built_in: bool) -> Badge {
    if built_in {
        Badge::plain(t!("people-built-in"))
    } else {
        Badge::good(t!("people-your-own"))
    }
}

/// `GET /console/roles`
pub(crate) async fn show(visitor: Visitor) -> Result<RolesPage, PageError> {
    page(&visitor, &NewRole::default(), Faults::default()).await
}

/// `POST /console/roles`
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<NewRole>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let input = CreateRole {
        slug: form.slug.clone(),
        name: form.name.clone(),
        description: form.description.clone(),
        permissions: chosen(&form.permission),
    };
    match roles::create_role(visitor.db(), actor, input).await {
        Ok(made) => {
            let words = Flash::good(
                t!("people-is-made", name = &made.value.name),
                t!("people-give-it-to-somebody-on-their"),
            );
            visitor.tell(words).await?;
            let path = format!("/console/roles/{}", made.value.slug);
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("permissions", "permission")]);
            Ok(refused(page(&visitor, &form, faults).await?))
        }
    }
}
