//! The shell around every page: who is here, what they may see, what was left for them to read.

use super::Visitor;
use crate::language;
use crate::page_error::PageError;
use crate::pages::console::queue;
use crate::session;
use crate::tint;
use crate::view::parts::Flash;
use crate::view::roles::roles_in_words;
use crate::view::shell::{Brand, Shell, ShellUser, TenantLink};
use gatehouse_control_plane::branding::LogoView;
use gatehouse_control_plane::{Actor, ActorKind, members, notices};
use gatehouse_domain::{Permission, Role};

impl Visitor {
    /// Everything around the content of a page.
    pub(crate) async fn shell(&self) -> Result<Shell, PageError> {
        let mut shell = self.bare_shell();
        // None asks for another: they cost the time of one.
        (
            shell.flash,
            shell.other_tenants,
            shell.inbox_count,
            shell.waiting_requests,
        ) = tokio::try_join!(
            self.left_to_read(),
            self.other_tenants(),
            self.unread(),
            self.waiting()
        )?;
        Ok(shell)
    }

    async fn left_to_read(&self) -> Result<Option<Flash>, PageError> {
        match self.0.user {
            Some(_) => self.take_flash().await,
            None => Ok(None),
        }
    }

    async fn other_tenants(&self) -> Result<Vec<TenantLink>, PageError> {
        let Some(user) = &self.0.user else {
            return Ok(Vec::new());
        };
        let here = self.0.tenant.as_ref().map(|tenant| tenant.id);
        let theirs = members::tenants_of(self.db(), user.id).await?;
        let others = theirs.into_iter().filter(|tenant| Some(tenant.id) != here);
        let link = |slug: String, name| TenantLink {
            href: format!("{}/", self.0.portal.base_of(&slug, false)),
            name,
        };
        Ok(others
            .map(|tenant| link(tenant.slug.to_string(), tenant.name))
            .collect())
    }

    async fn unread(&self) -> Result<usize, PageError> {
        let Some(actor) = &self.0.actor else {
            return Ok(0);
        };
        let count = notices::unread_count(self.db(), actor).await?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    async fn waiting(&self) -> Result<usize, PageError> {
        match &self.0.actor {
            Some(actor) if actor.may_anywhere(Permission::SubscriptionRead) => {
                queue::waiting(self, actor).await
            }
            _ => Ok(0),
        }
    }

    fn brand(&self) -> Brand {
        let branding = self.branding();
        let base_path = self.0.portal.public_url().base_path();
        let address = |logo: &LogoView| format!("{}/logo/{}", self.0.base, logo.sha256);
        Brand {
            style: branding.accent.map(|accent| tint::url(base_path, accent)),
            logo: branding.logo.as_ref().map(address),
        }
    }

    /// The same without anything read from the database: what error pages stand in.
    pub(super) fn bare_shell(&self) -> Shell {
        let inner = &self.0;
        let permissions: Vec<Permission> = inner.actor.as_ref().map_or_else(Vec::new, |actor| {
            Permission::ALL
                .iter()
                .copied()
                .filter(|permission| actor.may_anywhere(*permission))
                .collect()
        });
        let everywhere = permissions
            .iter()
            .copied()
            .filter(|permission| inner.actor.as_ref().is_some_and(|a| a.may(*permission)))
            .collect();
        let roles = inner.actor.as_ref().map(roles_of).unwrap_or_default();
        Shell {
            base: inner.base.clone(),
            tenant_name: inner
                .tenant
                .as_ref()
                .map_or_else(|| "Gatehouse".to_owned(), |tenant| tenant.name.clone()),
            brand: self.brand(),
            looks: inner.looks,
            languages: language::choices(&inner.portal, inner.reading),
            assets: inner.portal.assets().clone(),
            csrf_token: inner.portal.csrf_key().token(&inner.binding),
            user: inner.user.as_ref().map(|user| ShellUser {
                name: user.name.clone(),
                email: user.email.to_string(),
                roles_in_words: roles_in_words(&roles),
            }),
            // Who owes a second factor is told so there.
            has_console: inner.owes_factor
                || inner.actor.as_ref().is_some_and(Actor::opens_console),
            idle_s: inner.user.as_ref().map(|_| {
                let console = inner.is_platform_admin
                    || inner.actor.as_ref().is_some_and(Actor::opens_console);
                session::idle_seconds(inner.portal.session_settings(), console)
            }),
            permissions,
            everywhere,
            is_platform_admin: inner.is_platform_admin,
            inbox_count: 0,
            waiting_requests: 0,
            other_tenants: Vec::new(),
            shows_outbox: self.sees_outbox(),
            banner: inner.portal.banner(),
            demo_people: inner.portal.demo_people(),
            flash: None,
            here: inner.here.clone(),
            in_console: false,
            page_has_search: false,
            section: "",
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Platform administrators see the outbox while no mail server is set; in the demo everybody signed in does.
    pub(crate) fn sees_outbox(&self) -> bool {
        let portal = &self.0.portal;
        let demo = portal.is_demo();
        portal.holds_mail() && self.0.user.is_some() && (demo || self.0.is_platform_admin)
    }
}

fn roles_of(actor: &Actor) -> Vec<Role> {
    match actor.kind() {
        ActorKind::User { roles, .. } => roles.clone(),
        _ => Vec::new(),
    }
}
