//! Whose policies a page is about: those of every API, under the settings, or those of one API and of what is inside it.

use crate::address;
use crate::page_error::PageError;
use crate::pages::console::api::head::ApiTab;
use crate::pages::console::policies::rows::named;
use crate::view::parts::{Crumbs, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use axum::extract::FromRequestParts;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::apis::{self, ApiView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::policies::{self, PolicyFilter, PolicyView};
use gatehouse_domain::Permission;
use gatehouse_language::t;
use http::request::Parts;

/// Where those stand that are for every API.
pub(crate) const SETTINGS: &str = "/console/settings/policies";

/// What the address names. Read before the form of a request, and so before its token is judged: nothing is looked up yet.
pub(crate) struct Named {
    api: Option<String>,
    policy: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let mut named = address::named(parts, state).await?;
        Ok(Self {
            api: named.remove("api"),
            policy: named.remove("policy").unwrap_or_default(),
        })
    }
}

impl Named {
    /// Whoever may not read policies there gets no further.
    pub(crate) async fn open(self, visitor: &Visitor) -> Result<Place, PageError> {
        let actor = visitor.require(Permission::ApiRead)?;
        let (api, may_write) = match &self.api {
            Some(api) => {
                let api = apis::get_api(visitor.db(), actor, api.as_str().into()).await?;
                let writes = apis::may_on_api(visitor.db(), actor, api.id, Permission::ApiWrite);
                (Some(api), writes.await?)
            }
            None => {
                actor.require(Permission::TenantManage)?;
                (None, actor.may(Permission::ApiWrite))
            }
        };
        Ok(Place {
            api,
            policy: self.policy,
            may_write,
        })
    }

    /// The same for whoever is about to change one, and may here.
    pub(crate) async fn open_to_change(self, visitor: &Visitor) -> Result<Place, PageError> {
        visitor.require(Permission::ApiWrite)?;
        let place = self.open(visitor).await?;
        match place.may_write {
            true => Ok(place),
            false => Err(Refusal::Forbidden(Permission::ApiWrite).into()),
        }
    }
}

/// Where a page is.
pub(crate) struct Place {
    pub(crate) api: Option<ApiView>,
    policy: String,
    /// Whether the person may change policies here.
    pub(crate) may_write: bool,
}

impl Place {
    /// The page that lists them.
    pub(crate) fn list(&self) -> String {
        match &self.api {
            Some(api) => ApiTab::Policies.path(&api.slug),
            None => SETTINGS.to_owned(),
        }
    }

    /// The page of one of them.
    pub(crate) fn one(&self, policy: &PolicyView) -> String {
        format!("{}/{}", self.list(), named(policy))
    }

    /// Of one API those at it and further in; else all there are.
    pub(crate) fn filter(&self) -> PolicyFilter {
        PolicyFilter {
            api: self.api.as_ref().map(|api| Lookup::Id(api.id)),
            ..PolicyFilter::default()
        }
    }

    /// The policy the address names; one of another place does not exist here.
    pub(crate) async fn policy(&self, visitor: &Visitor) -> Result<PolicyView, PageError> {
        let policy = Lookup::from(self.policy.as_str());
        let view = policies::get_policy(visitor.db(), visitor.actor()?, policy).await?;
        let of = view.api.as_ref().map(|api| api.id);
        if of != self.api.as_ref().map(|api| api.id) {
            return Err(PageError::not_found());
        }
        Ok(view)
    }

    pub(crate) async fn shell(&self, visitor: &Visitor) -> Result<Shell, PageError> {
        let shell = visitor.shell().await?;
        Ok(shell.console(match &self.api {
            Some(_) => "apis",
            None => "settings",
        }))
    }

    /// The way back from a page below the list; `within` are the pages between them.
    pub(crate) fn crumbs(&self, here: &str, within: Option<Link>, shell: &Shell) -> Crumbs {
        let mut above = Vec::new();
        if let Some(api) = &self.api {
            let overview = ApiTab::Overview.path(&api.slug);
            above.push(Link::new(t!("word-apis"), shell.to("/console/apis")));
            above.push(Link::new(api.name.clone(), shell.to(&overview)));
        }
        above.push(Link::new(t!("word-policies"), shell.to(&self.list())));
        above.extend(within);
        Crumbs::new(here, above)
    }
}
