//! Whose webhooks a page is about: the tenant's, in the console, or those of one application, beside its keys.

use crate::address::{self, id};
use crate::page_error::PageError;
use crate::pages::applications::show;
use crate::view::parts::{Crumbs, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use axum::extract::FromRequestParts;
use gatehouse_control_plane::applications::{self, ApplicationView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::webhooks::{self, WebhookFilter, WebhookView};
use gatehouse_domain::Permission;
use gatehouse_domain::id::{WebhookDeliveryId, WebhookEndpointId};
use gatehouse_language::t;
use http::request::Parts;

/// What the address names. Read before the form of a request, and so before its token is judged: nothing is looked up yet.
pub(crate) struct Named {
    application: Option<String>,
    webhook: String,
    delivery: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let mut named = address::named(parts, state).await?;
        Ok(Self {
            application: named.remove("application"),
            webhook: named.remove("webhook").unwrap_or_default(),
            delivery: named.remove("delivery").unwrap_or_default(),
        })
    }
}

impl Named {
    /// Whoever may not manage webhooks there gets no further.
    pub(crate) async fn open(self, visitor: &Visitor) -> Result<Place, PageError> {
        let actor = visitor.actor()?;
        let application = match &self.application {
            Some(application) => {
                let application = application.as_str().into();
                Some(applications::get_application(visitor.db(), actor, application).await?)
            }
            None => {
                actor.require(Permission::TenantManage)?;
                None
            }
        };
        Ok(Place {
            application,
            webhook: self.webhook,
            delivery: self.delivery,
        })
    }
}

/// Where a page is.
pub(crate) struct Place {
    pub(crate) application: Option<ApplicationView>,
    webhook: String,
    delivery: String,
}

impl Place {
    /// The page that lists them.
    pub(crate) fn list(&self) -> String {
        match &self.application {
            Some(application) => format!("/applications/{}/webhooks", application.id),
            None => "/console/settings/webhooks".to_owned(),
        }
    }

    /// The page of the one the address names.
    pub(crate) fn one(&self) -> String {
        format!("{}/{}", self.list(), self.webhook)
    }

    pub(crate) fn filter(&self) -> WebhookFilter {
        WebhookFilter {
            application: self.application.as_ref().map(|one| Lookup::Id(one.id)),
        }
    }

    pub(crate) fn delivery(&self) -> Result<WebhookDeliveryId, PageError> {
        id(&self.delivery)
    }

    /// The webhook the address names; one of another application does not exist here.
    pub(crate) async fn webhook(&self, visitor: &Visitor) -> Result<WebhookView, PageError> {
        let webhook: WebhookEndpointId = id(&self.webhook)?;
        let view = webhooks::get_webhook(visitor.db(), visitor.actor()?, webhook).await?;
        let here = self.application.as_ref();
        if here.is_some_and(|application| view.application != Some(application.id)) {
            return Err(PageError::not_found());
        }
        Ok(view)
    }

    pub(crate) async fn shell(&self, visitor: &Visitor) -> Result<Shell, PageError> {
        let shell = visitor.shell().await?;
        Ok(match &self.application {
            Some(_) => shell.at("applications"),
            None => shell.console("settings"),
        })
    }

    /// The way back from a page below the list; `within` are the pages between them.
    pub(crate) fn crumbs(&self, here: &str, within: Option<Link>, shell: &Shell) -> Crumbs {
        let mut above = vec![Link::new(t!("settings-webhooks"), shell.to(&self.list()))];
        above.extend(within);
        match &self.application {
            Some(application) => show::crumbs_within(here, application, above, shell),
            None => Crumbs::new(here, above),
        }
    }
}
