//! Who asks for something above all tenants: a platform person or the program itself.

use std::net::IpAddr;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::{Grants, Permission, PlatformRole};
use gatehouse_language::t;

use crate::actor::{Actor, ActorKind};
use crate::refusal::Refusal;

/// A caller with rights over the whole installation. Made by [`crate::accounts::platform_actor`],
/// [`crate::tokens::platform_actor`] or [`PlatformActor::system`]; never from what a request claims.
#[derive(Debug, Clone)]
pub struct PlatformActor {
    user: Option<UserId>,
    name: String,
    roles: Vec<PlatformRole>,
    request: Option<(IpAddr, String)>,
    dry_run: bool,
}

impl PlatformActor {
    pub(crate) fn person(user: UserId, name: String, roles: Vec<PlatformRole>) -> Self {
        Self {
            user: Some(user),
            name,
            roles,
            request: None,
            dry_run: false,
        }
    }

    /// The program itself, with every right. `name` is what audit logs show.
    pub fn system(name: &str) -> Self {
        Self {
            user: None,
            name: name.to_owned(),
            roles: PlatformRole::ALL.to_vec(),
            request: None,
            dry_run: false,
        }
    }

    /// Adds where the request came from, for the audit log.
    #[must_use]
    pub fn from_request(mut self, ip: IpAddr, request_id: impl Into<String>) -> Self {
        self.request = Some((ip, request_id.into()));
        self
    }

    /// The same person, by an access token of theirs and in the request it came with. Audit logs of other tenants show the start of
    /// its text, which no other has: names repeat, and are not theirs to read.
    ///
    /// The request's idempotency key stays behind: it lies in the token's own tenant, where the work is not, and cannot be marked as
    /// carried out together with it. A repeat is answered from what was kept of the first answer; when the process ended between
    /// the commit and that, the verbs judge it anew, which refuse to make or set what is so already.
    #[must_use]
    pub(crate) fn by_token(self, token: &Actor, prefix: &str) -> Self {
        Self {
            name: format!("{}, by {prefix}", self.name),
            request: token.ip().zip(token.request_id().map(str::to_owned)),
            dry_run: token.is_dry_run(),
            ..self
        }
    }

    /// The person, when it is one.
    pub fn user(&self) -> Option<UserId> {
        self.user
    }

    /// The name audit logs show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the caller may create and suspend tenants.
    pub fn is_admin(&self) -> bool {
        self.roles.contains(&PlatformRole::PlatformAdmin)
    }

    pub(crate) fn require_admin(&self) -> Result<(), Refusal> {
        if self.is_admin() {
            Ok(())
        } else {
            Err(Refusal::NotYours(t!(
                "refused-people-only-a-platform-administrator-may-do"
            )))
        }
    }

    /// The same caller inside one tenant, for the audit log there. Call after the platform right was checked.
    pub(crate) fn in_tenant(&self, tenant: TenantId) -> Actor {
        let kind = match self.user {
            Some(id) => ActorKind::User {
                id,
                roles: Vec::new(),
            },
            None => ActorKind::System,
        };
        let everything = Grants::everywhere(Permission::ALL.iter().copied());
        let actor = Actor::new(tenant, kind, self.name.clone(), everything);
        let actor = match &self.request {
            Some((ip, request_id)) => actor.from_request(*ip, request_id.clone()),
            None => actor,
        };
        match self.dry_run {
            true => actor.on_a_dry_run(),
            false => actor,
        }
    }
}
