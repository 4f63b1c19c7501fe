//! The shell around every page: who is here, what they may see, what was left for them to read.

use super::Visitor;
use crate::page_error::PageError;
use crate::pages::console::queue;
use crate::tint;
use crate::view::shell::{Brand, Shell, ShellUser, TenantLink, roles_in_words};
use gatehouse_control_plane::branding::LogoView;
use gatehouse_control_plane::{Actor, ActorKind, members, notices};
use gatehouse_domain::{Permission, Role};

impl Visitor {
    /// Everything around the content of a page.
    pub(crate) async fn shell(&self) -> Result<Shell, PageError> {
        let mut shell = self.bare_shell();
        if let Some(user) = &self.0.user {
            shell.flash = self.take_flash().await?;
            for tenant in members::tenants_of(self.db(), user.id).await? {
                if self
                    .0
                    .tenant
                    .as_ref()
                    .is_none_or(|here| here.id != tenant.id)
                {
                    let base = self.0.portal.base_of(&tenant.slug.to_string(), false);
                    shell.other_tenants.push(TenantLink {
                        name: tenant.name,
                        href: format!("{base}/"),
                    });
                }
            }
        }
        if let Some(actor) = &self.0.actor {
            shell.inbox_count =
                usize::try_from(notices::unread_count(self.db(), actor).await?).unwrap_or(0);
            if actor.may_anywhere(Permission::SubscriptionRead) {
                shell.waiting_requests = queue::waiting(self, actor).await?;
            }
        }
        Ok(shell)
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
