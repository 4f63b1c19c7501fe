//! The grants of a member: a role for the whole tenant, or for one team, product or API.

use crate::address::{Path, id};
use crate::form::{Form, Nothing};
use crate::page_error::PageError;
use crate::pages::console::person::changed;
use crate::pages::console::roles::name as role_name;
use crate::pages::list_of::{all, every_api};
use crate::view::form::{Choice, Faults, Field};
use crate::view::roles::role_named;
use crate::view::shell::capital;
use crate::view::words::day;
use crate::visitor::Visitor;
use axum::response::Response;
use gatehouse_control_plane::members::{self, AddGrant, GrantScope, GrantView, ScopeView};
use gatehouse_control_plane::{Refusal, roles, teams};
use gatehouse_domain::{Permission, Role};
use gatehouse_language::t;

pub(crate) struct GrantRow {
    pub(crate) role: String,
    pub(crate) on: String,
    pub(crate) allows: String,
    pub(crate) since: String,
    pub(crate) remove: String,
}

/// A grant as a row, or nothing for a built-in role in the whole tenant: those are the boxes above.
pub(crate) fn row(grant: &GrantView, person: &str) -> Option<GrantRow> {
    if grant.built_in && grant.scope.id.is_none() {
        return None;
    }
    let allows: Vec<_> = grant.permissions.iter().map(|one| one.as_str()).collect();
    Some(GrantRow {
        role: role_named(&grant.role),
        on: scope_words(&grant.scope),
        allows: allows.join(", "),
        since: day(grant.created_at),
        remove: format!("{person}/grants/{}/remove", grant.id),
    })
}

/// "The whole tenant", "API Petstore".
pub(crate) fn scope_words(scope: &ScopeView) -> String {
    match (&scope.name, scope.kind) {
        (None, _) => t!("access-scope-tenant"),
        (Some(name), "api") => t!("access-scope-api", name = name),
        (Some(name), "team") => t!("access-scope-team", name = name),
        (Some(name), "product") => t!("access-scope-product", name = name),
        (Some(name), kind) => format!("{} {name}", capital(kind)),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantForm {
    pub(crate) role: String,
    pub(crate) on: String,
    #[serde(default)]
    pub(crate) of: String,
}

impl GrantForm {
    /// What the role is to hold for.
    pub(crate) fn scope(&self) -> Result<GrantScope, Refusal> {
        let of = self.of.trim();
        match self.on.as_str() {
            "team" => Ok(GrantScope::Team(of.into())),
            "product" => Ok(GrantScope::Product(of.into())),
            "api" => Ok(GrantScope::Api(of.into())),
            "tenant" if of.is_empty() => Ok(GrantScope::Tenant),
            "tenant" => Err(Refusal::field(
                "/scope",
                "ambiguous",
                t!("access-scope-no-parts", of = of),
            )),
            _ => Err(Refusal::NotFound),
        }
    }
}

/// Role, kind of scope, and which one of that kind. Members are developers already; a newcomer is made one.
pub(crate) async fn fields(
    visitor: &Visitor,
    form: &GrantForm,
    newcomer: bool,
    faults: &Faults,
) -> Result<Vec<Field>, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let roles = roles::list_roles(db, actor).await?;
    let shown = |slug: &str| newcomer || slug != Role::Developer.as_str();
    let roles = roles.into_iter().filter(|role| shown(&role.slug));
    let mut known: Vec<Choice> = Vec::new();
    let teams = all(|page| async move { teams::list_teams(db, actor, &page).await }).await?;
    let teams = teams.into_iter().filter(|team| !team.personal);
    known.extend(
        teams.map(|team| Choice::new(team.slug, t!("access-scope-team", name = &team.name))),
    );
    if actor.may_anywhere(Permission::ApiRead) {
        let apis = every_api(db, actor).await?;
        known.extend(
            apis.into_iter()
                .map(|api| Choice::new(api.slug, t!("access-scope-api", name = &api.name))),
        );
    }
    let kinds = [
        ("api", t!("access-scope-one-api")),
        ("team", t!("access-scope-all-of-team")),
        ("product", t!("access-scope-one-product")),
        ("tenant", t!("access-scope-tenant")),
    ];
    Ok(vec![
        Field::select(
            "role",
            t!("word-role"),
            roles
                .map(|role| Choice::new(role.slug.clone(), role_name(&role)))
                .collect(),
        )
        .value(&form.role)
        .faults(faults),
        Field::select(
            "on",
            t!("access-for"),
            kinds.map(|(value, label)| Choice::new(value, label)).into(),
        )
        .value(&form.on)
        .faults(faults),
        Field::text("of", t!("access-scope-which"))
            .unforced()
            .max(80)
            .value(&form.of)
            .help(t!("access-scope-which-help"))
            .suggest(known)
            .faults(faults),
    ])
}

/// `POST /console/people/{person}/grants`
pub(crate) async fn add(
    visitor: Visitor,
    Path([person]): Path<1>,
    Form(form): Form<GrantForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let user = id(&person)?;
    let scope = match form.scope() {
        Ok(scope) => scope,
        Err(refusal) => return changed(&visitor, user, &form, Err(refusal)).await,
    };
    let input = AddGrant {
        role: form.role.clone(),
        scope,
    };
    let done = members::add_grant(visitor.db(), actor, user, input).await;
    changed(&visitor, user, &form, done.map(drop)).await
}

/// `POST /console/people/{person}/grants/{grant}/remove`
pub(crate) async fn remove(
    visitor: Visitor,
    Path([person, grant]): Path<2>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::MemberManage)?;
    let user = id(&person)?;
    let done = members::remove_grant(visitor.db(), actor, user, &grant).await;
    changed(&visitor, user, &GrantForm::default(), done.map(drop)).await
}
